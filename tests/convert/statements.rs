//! The statements one by one: there and back, with rows of every bad kind.

use trine::convert::{Dangling, Direction, Request};
use trine::live::Scratch;

use crate::place::{
    BAD, asked, conversion, database, dump, lacking, model, number, run, schema, statements,
};

/// What a table lacks of what the schema says, or has otherwise.
fn table_lacks(model: &trine::Model, database: &Scratch, table: &str) -> Vec<String> {
    let all = lacking(model, database).into_iter();
    all.filter(|line| line.contains(table)).collect()
}

/// The strategies that a generic relation can be converted to.
const STRATEGIES: [&str; 3] = ["arc", "link", "supertype"];

#[test]
fn every_relation_goes_forward_and_back_under_every_strategy() {
    for strategy in STRATEGIES {
        let model = model(&schema(strategy));
        for drop_old in [false, true] {
            let database = database();
            let before = dump(&database);
            let mut client = database.connect().unwrap();
            let mut conversions = Vec::new();
            for relation in ["Task.owner", "Reminder.about", "Attachment.of"] {
                let request = Request { drop_old, ..asked(relation) };
                let found = conversion(&model, &database, &request);
                run(&mut client, &statements(&found, Direction::Forward));
                conversions.push(found);
            }
            let lacking = lacking(&model, &database);
            assert_eq!(lacking, Vec::<String>::new(), "{strategy}, {drop_old}");
            for found in conversions.iter().rev() {
                run(&mut client, &statements(found, Direction::Reverse));
            }
            before.assert_same(&dump(&database), &format!("{strategy}, {drop_old}"));
        }
    }
}

#[test]
fn two_relations_to_one_union_share_its_rows() {
    let text = schema("arc").replace(
        "  about  0..1",
        "  of  0..1 Owner <-> * reminders_of  on delete cascade\n  about  0..1",
    );
    for strategy in STRATEGIES {
        let model = model(&text.replace(" as arc", &format!(" as {strategy}")));
        let database = database();
        let mut client = database.connect().unwrap();
        client
            .batch_execute(
                "ALTER TABLE tracker_reminder ADD of_content_type_id integer, ADD of_object_id bigint;
                 UPDATE tracker_reminder SET of_content_type_id = content_type('person'), of_object_id = id",
            )
            .unwrap();
        let before = dump(&database);
        let task = conversion(&model, &database, &asked("Task.owner"));
        run(&mut client, &statements(&task, Direction::Forward));
        let between = dump(&database);
        let reminder = conversion(&model, &database, &asked("Reminder.of"));
        run(&mut client, &statements(&reminder, Direction::Forward));
        run(&mut client, &statements(&reminder, Direction::Reverse));
        let after = dump(&database);
        // Under `link`, persons that only a reminder is of have a row now.
        if strategy != "link" {
            between.assert_same(&after, strategy);
        }
        run(&mut client, &statements(&reminder, Direction::Forward));
        run(&mut client, &statements(&task, Direction::Reverse));
        let query = "SELECT count(*) FROM tracker_reminder WHERE of_object_id IS NOT NULL";
        assert_eq!(number(&mut client, query), 10, "{strategy}");
        if strategy == "arc" {
            run(&mut client, &statements(&reminder, Direction::Reverse));
            before.assert_same(&dump(&database), strategy);
        } else {
            // The rows were kept, since the reminders need them.
            let rows = number(&mut client, "SELECT count(*) FROM tracker_owner");
            assert!(rows >= 10, "{strategy}: {rows}");
        }
    }
}

#[test]
fn rows_that_point_at_nothing_are_set_aside_and_come_back() {
    let model = model(&schema("arc"));
    for drop_old in [false, true] {
        let database = database();
        let mut client = database.connect().unwrap();
        client.batch_execute(BAD).unwrap();
        let before = dump(&database);
        let request = Request {
            dangling: Dangling::Quarantine,
            left_out: vec!["tracker.team".to_owned()],
            drop_old,
            ..asked("Task.owner")
        };
        let found = conversion(&model, &database, &request);
        run(&mut client, &statements(&found, Direction::Forward));
        assert_eq!(table_lacks(&model, &database, "tracker_task"), Vec::<String>::new());
        assert_eq!(number(&mut client, "SELECT count(*) FROM tracker_task"), 36);
        let aside = client
            .query("SELECT id, object_id FROM tracker_task_owner_quarantine ORDER BY id", &[])
            .unwrap();
        let aside: Vec<(i64, String)> = aside.iter().map(|row| (row.get(0), row.get(1))).collect();
        let wanted = [(3, "99"), (4, "99"), (5, "x1"), (10, "201")];
        assert_eq!(aside, wanted.map(|(id, text)| (id, text.to_owned())));
        run(&mut client, &statements(&found, Direction::Reverse));
        before.assert_same(&dump(&database), &format!("{drop_old}"));
    }
}

#[test]
fn rows_that_point_at_nothing_refer_to_nothing_and_come_back() {
    let model = model(&schema("arc"));
    for drop_old in [false, true] {
        let database = database();
        let mut client = database.connect().unwrap();
        client.batch_execute(BAD).unwrap();
        // As Django makes them unless told otherwise.
        client
            .batch_execute(
                "DELETE FROM tracker_reminder WHERE num_nulls(about_content_type_id, about_object_id) > 0;
                 ALTER TABLE tracker_reminder ALTER about_content_type_id SET NOT NULL,
                                              ALTER about_object_id SET NOT NULL",
            )
            .unwrap();
        let before = dump(&database);
        let request = Request { dangling: Dangling::Null, drop_old, ..asked("Reminder.about") };
        let found = conversion(&model, &database, &request);
        run(&mut client, &statements(&found, Direction::Forward));
        assert_eq!(table_lacks(&model, &database, "tracker_reminder"), Vec::<String>::new());
        let none = "SELECT count(*) FROM tracker_reminder
                    WHERE num_nonnulls(about_person_id, about_team_id) = 0";
        assert_eq!(number(&mut client, none), 1);
        run(&mut client, &statements(&found, Direction::Reverse));
        before.assert_same(&dump(&database), &format!("{drop_old}"));
    }
}

#[test]
fn nothing_is_set_aside_that_others_refer_to() {
    let model = model(&schema("arc"));
    let database = database();
    let mut client = database.connect().unwrap();
    client.batch_execute(BAD).unwrap();
    client.batch_execute("INSERT INTO tracker_note (text, task_id) VALUES ('n', 4)").unwrap();
    let request = Request {
        dangling: Dangling::Quarantine,
        left_out: vec!["tracker.team".to_owned()],
        ..asked("Task.owner")
    };
    let found = conversion(&model, &database, &request);
    let statements = statements(&found, Direction::Forward);
    let refused = statements.iter().find_map(|one| client.batch_execute(one).err()).unwrap();
    let message = refused.as_db_error().unwrap().message().to_owned();
    assert!(
        message.contains("can't be set aside while rows of tracker_note refer to them"),
        "{message}"
    );
    assert_eq!(number(&mut client, "SELECT count(*) FROM tracker_task"), 40);
}

#[test]
fn the_gate_holds_where_rows_went_bad_since_the_audit() {
    let model = model(&schema("arc"));
    for (dangling, bad) in [
        (Dangling::Fail, "UPDATE tracker_task SET object_id = '99' WHERE id = 3"),
        (
            Dangling::Quarantine,
            "UPDATE tracker_task SET content_type_id = content_type('team'), object_id = '201' WHERE id = 3",
        ),
    ] {
        let database = database();
        let request = Request { dangling, ..asked("Task.owner") };
        let found = conversion(&model, &database, &request);
        let mut client = database.connect().unwrap();
        client.batch_execute(bad).unwrap();
        let before = dump(&database);
        let statements = statements(&found, Direction::Forward);
        let refused = statements.iter().find_map(|one| client.batch_execute(one).err()).unwrap();
        let message = refused.as_db_error().unwrap().message().to_owned();
        assert_eq!(message, "Task.owner can't be converted in 1 rows: 3");
        before.assert_same(&dump(&database), "");
    }
}

#[test]
fn the_generic_columns_go_later() {
    let model = model(&schema("arc"));
    let database = database();
    let before = dump(&database);
    let mut client = database.connect().unwrap();
    let first = conversion(&model, &database, &asked("Task.owner"));
    run(&mut client, &statements(&first, Direction::Forward));
    let kept = dump(&database);
    let again = conversion(&model, &database, &asked("Task.owner"));
    assert!(again.obstacles[0].starts_with("Task.owner is converted already"), "{again:?}");
    let last = conversion(&model, &database, &Request { drop_old: true, ..asked("Task.owner") });
    assert!(last.applied);
    run(&mut client, &statements(&last, Direction::Forward));
    let gone = trine::convert::convert(model.program(), &mut client, &asked("Task.owner"));
    let gone = gone.unwrap_err().to_string();
    assert!(gone.ends_with("Task.owner is converted"), "{gone}");
    run(&mut client, &statements(&last, Direction::Reverse));
    // PostgreSQL adds a column behind the others.
    let differs = kept.differs(&dump(&database));
    assert!(differs.iter().all(|line| line.starts_with("D0105")), "{differs:#?}");
    run(&mut client, &statements(&first, Direction::Reverse));
    before.assert_same(&dump(&database), "");
}
