//! Programs that go on writing, the old columns or the new ones, while the conversion is under way.

use postgres::Client;
use trine::convert::{Direction, Request};
use trine::live::Scratch;

use crate::place::{conversion, database, dump, model, run, schema, statements};

/// A database in which the conversion of `Task.owner` ran as far as to a step.
fn as_far_as(step: &str, relation: &str, strategy: &str) -> Scratch {
    let model = model(&schema(strategy));
    let database = database();
    let request = Request { relation: Some(relation.to_owned()), ..Request::default() };
    let found = conversion(&model, &database, &request);
    let mut client = database.connect().unwrap();
    for one in &found.steps {
        run(&mut client, &one.forward);
        if one.name == step {
            break;
        }
    }
    database
}

/// The old and the new columns of a task.
fn task(client: &mut Client, description: &str) -> (Option<String>, Option<i64>, Option<i64>) {
    let query = "SELECT model || ' ' || object_id, owner_person_id, owner_group_id
                 FROM tracker_task LEFT JOIN django_content_type c ON c.id = content_type_id
                 WHERE description = $1";
    let row = client.query_one(query, &[&description]).unwrap();
    (row.get(0), row.get(1), row.get(2))
}

#[test]
fn old_and_new_columns_stay_in_step() {
    for step in ["IN_STEP", "REFERENCES", "ROWS", "CONSTRAINTS"] {
        let database = as_far_as(step, "Task.owner", "arc");
        let mut client = database.connect().unwrap();
        let old = "INSERT INTO tracker_task (description, content_type_id, object_id)
                   VALUES ('old', content_type('group'), '102')";
        let new = "INSERT INTO tracker_task (description, owner_person_id) VALUES ('new', 7)";
        let both =
            "INSERT INTO tracker_task (description, content_type_id, object_id, owner_person_id)
                    VALUES ('both', content_type('person'), ' 08', 8)";
        run(&mut client, &[old.to_owned(), new.to_owned(), both.to_owned()]);
        let owned = |text: &str| Some(text.to_owned());
        assert_eq!(task(&mut client, "old"), (owned("group 102"), None, Some(102)), "{step}");
        assert_eq!(task(&mut client, "new"), (owned("person 7"), Some(7), None));
        // What says the same is left as it was said.
        assert_eq!(task(&mut client, "both"), (owned("person  08"), Some(8), None));

        let handed = [
            "UPDATE tracker_task SET owner_person_id = NULL, owner_group_id = 103 WHERE description = 'new'",
            "UPDATE tracker_task SET content_type_id = content_type('person'), object_id = '9'
             WHERE description = 'old'",
            // A row that the backfill has or has not seen yet.
            "UPDATE tracker_task SET object_id = '104' WHERE description = 'task 40'",
            "UPDATE tracker_task SET description = 'renamed' WHERE description = 'task 36'",
        ];
        run(&mut client, &handed.map(str::to_owned));
        assert_eq!(task(&mut client, "new"), (owned("group 103"), None, Some(103)));
        assert_eq!(task(&mut client, "old"), (owned("person 9"), Some(9), None));
        assert_eq!(task(&mut client, "task 40"), (owned("group 104"), None, Some(104)));
        let (pair, ..) = task(&mut client, "renamed");
        assert_eq!(pair, owned("group 107"));
    }
}

#[test]
fn rows_of_a_union_s_own_stay_in_step() {
    for (strategy, group_of) in [
        ("link", "SELECT group_id FROM tracker_owner WHERE id = owner_id"),
        ("supertype", "SELECT g.id FROM tracker_group g WHERE g.owner_id = tracker_task.owner_id"),
    ] {
        for step in ["IN_STEP", "ROWS", "CONSTRAINTS"] {
            let database = as_far_as(step, "Task.owner", strategy);
            let mut client = database.connect().unwrap();
            // A person of whom nobody knew when the conversion began, and a row of the union's for it.
            let made = match strategy {
                "link" => "INSERT INTO tracker_owner (person_id) VALUES (77)",
                _ => "SELECT 1",
            };
            let row = match strategy {
                "link" => "(SELECT id FROM tracker_owner WHERE person_id = 77)",
                _ => "(SELECT owner_id FROM tracker_person WHERE id = 77)",
            };
            let writes = [
                "INSERT INTO tracker_person (id, name) VALUES (77, 'late')".to_owned(),
                made.to_owned(),
                format!("INSERT INTO tracker_task (description, owner_id) VALUES ('new', {row})"),
                "INSERT INTO tracker_task (description, content_type_id, object_id)
                 VALUES ('old', content_type('group'), '102')"
                    .to_owned(),
            ];
            run(&mut client, &writes);
            let pair = "SELECT content_type_id || ' ' || object_id FROM tracker_task WHERE description = 'new'";
            assert_eq!(client.query_one(pair, &[]).unwrap().get::<_, String>(0), "1 77");
            let group = format!("SELECT ({group_of}) FROM tracker_task WHERE description = 'old'");
            assert_eq!(client.query_one(&group, &[]).unwrap().get::<_, i64>(0), 102, "{strategy}");
        }
    }
}

#[test]
fn what_points_at_nothing_is_refused_from_the_trigger_on() {
    for step in ["IN_STEP", "CONSTRAINTS"] {
        let database = as_far_as(step, "Task.owner", "arc");
        let mut client = database.connect().unwrap();
        let before = dump(&database);
        for (statement, said) in [
            (
                "UPDATE tracker_task SET object_id = '99' WHERE id = 1",
                "Task.owner: there is no Person or Group with the content type 1 and the object id 99",
            ),
            (
                "UPDATE tracker_task SET object_id = 'x' WHERE id = 1",
                "Task.owner: there is no Person or Group with the content type 1 and the object id x",
            ),
            (
                "INSERT INTO tracker_task (description, content_type_id, object_id)
                 VALUES ('a', content_type('team'), '201')",
                "Task.owner: there is no Person or Group with the content type 3 and the object id 201",
            ),
            (
                "INSERT INTO tracker_task (description, content_type_id, object_id, owner_person_id)
                 VALUES ('a', content_type('person'), '7', 8)",
                "Task.owner: owner_person_id, owner_group_id and content_type_id, object_id say different \
                 things",
            ),
        ] {
            let error = client.batch_execute(statement).unwrap_err();
            assert_eq!(error.as_db_error().unwrap().message(), said);
        }
        before.assert_same(&dump(&database), "");
    }
}

#[test]
fn deleting_a_target_follows_the_rule_in_both() {
    let database = as_far_as("CONSTRAINTS", "Reminder.about", "arc");
    let mut client = database.connect().unwrap();
    client.batch_execute("DELETE FROM tracker_person WHERE id = 3").unwrap();
    let query =
        "SELECT count(*) FROM tracker_reminder WHERE id = 3 AND num_nonnulls(about_person_id,
                 about_team_id, about_content_type_id, about_object_id) = 0";
    assert_eq!(client.query_one(query, &[]).unwrap().get::<_, i64>(0), 1);
    let database = as_far_as("CONSTRAINTS", "Task.owner", "arc");
    let mut client = database.connect().unwrap();
    client.batch_execute("DELETE FROM tracker_group WHERE id = 105").unwrap();
    let query = "SELECT count(*) FROM tracker_task WHERE object_id = '105'";
    assert_eq!(client.query_one(query, &[]).unwrap().get::<_, i64>(0), 0);
}

#[test]
fn rules_that_differ_by_alternative_hold_as_soon_as_the_references_do() {
    for strategy in ["link", "supertype"] {
        let rule = "tasks  on delete cascade";
        let text = schema(strategy).replace(rule, &format!("{rule}, Group restrict"));
        let model = model(&text);
        let database = database();
        let before = dump(&database);
        let request = Request { relation: Some("Task.owner".to_owned()), ..Request::default() };
        let found = conversion(&model, &database, &request);
        let mut client = database.connect().unwrap();
        let mut held = Vec::new();
        for step in &found.steps {
            run(&mut client, &step.forward);
            if !["REFERENCES", "ROWS", "CONSTRAINTS"].contains(&step.name) {
                continue;
            }
            held.push(step.name);
            let mut transaction = client.transaction().unwrap();
            transaction
                .batch_execute(
                    "INSERT INTO tracker_person (id, name) VALUES (77, 'late');
                     INSERT INTO tracker_group (id, name) VALUES (177, 'late');
                     INSERT INTO tracker_task (description, content_type_id, object_id)
                     VALUES ('late', content_type('person'), '77'),
                            ('late', content_type('group'), '177');
                     DELETE FROM tracker_person WHERE id = 77",
                )
                .unwrap();
            let query =
                "SELECT string_agg(object_id, ' ') FROM tracker_task WHERE description = 'late'";
            let left: String = transaction.query_one(query, &[]).unwrap().get(0);
            assert_eq!(left, "177", "{strategy}, {}", step.name);
            let refused = transaction.batch_execute("DELETE FROM tracker_group WHERE id = 177");
            assert!(refused.is_err(), "{strategy}, {}", step.name);
        }
        assert_eq!(held.len(), 3, "{held:?}");
        run(&mut client, &statements(&found, Direction::Reverse));
        before.assert_same(&dump(&database), strategy);
    }
}

#[test]
fn the_conversion_changes_nothing_else_whatever_triggers_there_are() {
    for strategy in ["arc", "supertype"] {
        nothing_else_changes(strategy);
    }
}

fn nothing_else_changes(strategy: &str) {
    let model = model(&schema(strategy));
    let database = database();
    let mut client = database.connect().unwrap();
    client
        .batch_execute(
            "CREATE FUNCTION named() RETURNS trigger LANGUAGE plpgsql AS
                 'BEGIN NEW.name := NEW.name || ''!''; RETURN NEW; END';
             CREATE TRIGGER touch BEFORE UPDATE ON tracker_person FOR EACH ROW EXECUTE FUNCTION named();
             CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
                 'BEGIN NEW.description := NEW.description || ''!''; RETURN NEW; END';
             CREATE TRIGGER touch BEFORE UPDATE ON tracker_task FOR EACH ROW EXECUTE FUNCTION touch();",
        )
        .unwrap();
    let before = dump(&database);
    let request =
        Request { relation: Some("Task.owner".to_owned()), drop_old: true, ..Request::default() };
    let found = conversion(&model, &database, &request);
    run(&mut client, &statements(&found, Direction::Forward));
    let query = "SELECT (SELECT count(*) FROM tracker_task WHERE description LIKE '%!')
                     + (SELECT count(*) FROM tracker_person WHERE name LIKE '%!')";
    assert_eq!(client.query_one(query, &[]).unwrap().get::<_, i64>(0), 0);
    run(&mut client, &statements(&found, Direction::Reverse));
    before.assert_same(&dump(&database), "");
}

#[test]
fn a_role_s_limits_don_t_end_a_loop_and_hold_again_afterwards() {
    let model = model(&schema("arc"));
    let database = database();
    let request = Request { relation: Some("Task.owner".to_owned()), ..Request::default() };
    let found = conversion(&model, &database, &request);
    let limits = |client: &mut Client| -> [String; 2] {
        ["statement_timeout", "lock_timeout"]
            .map(|name| client.query_one(&format!("SHOW {name}"), &[]).unwrap().get(0))
    };
    for direction in [Direction::Forward, Direction::Reverse] {
        let mut client = database.connect().unwrap();
        let before = limits(&mut client);
        let statements = statements(&found, direction);
        run(&mut client, &statements[..2]);
        assert_eq!(limits(&mut client), ["0", "5s"]);
        run(&mut client, &statements[2..]);
        assert_eq!(limits(&mut client), before);
    }
}
