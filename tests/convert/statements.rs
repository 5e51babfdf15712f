//! The statements one by one: there and back, cut short anywhere, with rows of every bad kind.

use trine::convert::{Dangling, Direction, Request};
use trine::diff::Change;
use trine::drift::{Ignore, Scratch as Words, drift};
use trine::live::Scratch;

use crate::place::{conversion, database, dump, model, number, run, schema, statements};

fn asked(relation: &str) -> Request {
    // Small batches, so that there are several.
    Request { relation: Some(relation.to_owned()), batch: 7, ..Request::default() }
}

/// What a table lacks of what the schema says, or has otherwise.
fn lacking(model: &trine::Model, database: &Scratch, table: &str) -> Vec<String> {
    let mut client = database.connect().unwrap();
    let ignore = Ignore::new(["D0105"]);
    let words = Words::Automatic { python: &|| None };
    let found = drift(model.program(), &mut client, words, &ignore).unwrap();
    found
        .differences
        .iter()
        .filter(|difference| difference.table.as_deref() == Some(table))
        .filter(|difference| difference.change != Change::Besides)
        .map(|difference| format!("{} {}", difference.code.name(), difference.path()))
        .collect()
}

/// Rows that can't be converted, of every kind.
const BAD: &str = "
    UPDATE tracker_task SET object_id = '99' WHERE id IN (3, 4);
    UPDATE tracker_task SET object_id = 'x1' WHERE id = 5;
    UPDATE tracker_task SET object_id = '007' WHERE id = 9;
    UPDATE tracker_task SET content_type_id = content_type('team'), object_id = '201' WHERE id = 10;
    INSERT INTO tracker_note (text, task_id) VALUES ('kept', 1);
    UPDATE tracker_reminder SET about_object_id = 77 WHERE id = 1;
    UPDATE tracker_reminder SET about_content_type_id = NULL WHERE id = 3;
    UPDATE tracker_reminder SET about_content_type_id = NULL, about_object_id = NULL WHERE id = 5;
    UPDATE tracker_reminder SET about_object_id = NULL WHERE id = 6;
";

#[test]
fn every_relation_goes_forward_and_back() {
    let model = model(&schema("arc"));
    for (relation, table, filled) in [
        ("Task.owner", "tracker_task", "owner_person_id, owner_group_id"),
        ("Reminder.about", "tracker_reminder", "about_person_id, about_team_id"),
        ("Attachment.of", "tracker_attachment", "of_document_id, of_keyword_id"),
    ] {
        for drop_old in [false, true] {
            let database = database();
            let before = dump(&database);
            let request = Request { drop_old, ..asked(relation) };
            let found = conversion(&model, &database, &request);
            let mut client = database.connect().unwrap();
            run(&mut client, &statements(&found, Direction::Forward));
            assert_eq!(lacking(&model, &database, table), Vec::<String>::new(), "{relation}");
            let empty = format!("SELECT count(*) FROM {table} WHERE num_nonnulls({filled}) <> 1");
            assert_eq!(number(&mut client, &empty), 0);
            run(&mut client, &statements(&found, Direction::Reverse));
            before.assert_same(&dump(&database), &format!("{relation}, {drop_old}"));
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
        assert_eq!(lacking(&model, &database, "tracker_task"), Vec::<String>::new());
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
        assert_eq!(lacking(&model, &database, "tracker_reminder"), Vec::<String>::new());
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
fn a_conversion_that_was_cut_short_anywhere_goes_on() {
    let model = model(&schema("arc"));
    let database = database();
    let mut client = database.connect().unwrap();
    client.batch_execute(BAD).unwrap();
    let before = dump(&database);
    let request = Request {
        dangling: Dangling::Quarantine,
        left_out: vec!["tracker.team".to_owned()],
        ..asked("Task.owner")
    };
    let found = conversion(&model, &database, &request);
    let forward = statements(&found, Direction::Forward);
    let reverse = statements(&found, Direction::Reverse);
    run(&mut client, &forward);
    let after = dump(&database);
    run(&mut client, &reverse);
    before.assert_same(&dump(&database), "");
    for cut in 0..=forward.len() {
        let mut client = database.connect().unwrap();
        run(&mut client, &forward[..cut]);
        run(&mut client, &forward);
        after.assert_same(&dump(&database), &format!("cut behind {cut}"));
        let cut = cut.min(reverse.len());
        run(&mut client, &reverse[..cut]);
        run(&mut client, &reverse);
        before.assert_same(&dump(&database), &format!("cut behind {cut}"));
    }
}

#[test]
fn a_conversion_that_never_ended_is_undone() {
    let model = model(&schema("arc"));
    let database = database();
    let before = dump(&database);
    let found = conversion(&model, &database, &asked("Attachment.of"));
    let forward = statements(&found, Direction::Forward);
    let reverse = statements(&found, Direction::Reverse);
    for cut in 0..=forward.len() {
        let mut client = database.connect().unwrap();
        run(&mut client, &forward[..cut]);
        run(&mut client, &reverse);
        before.assert_same(&dump(&database), &format!("cut behind {cut}"));
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
