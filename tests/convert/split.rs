//! A table that is split: its rows go to one table for each alternative.

use postgres::Client;
use trine::convert::{Dangling, Direction, Request, convert};
use trine::live::Scratch;

use crate::place::{
    asked, conversion, database, dump, lacking, model, number, run, schema, statements,
};

/// Tasks are split, so that no note is of one.
fn parted() -> trine::Model {
    let text = schema("arc").replace("Person | Group  as arc", "Person | Group  as split");
    let note = text.find("entity Note").unwrap();
    model(&text[..note])
}

/// A database in which nothing refers to tasks.
fn place() -> (Scratch, Client) {
    let database = database();
    let mut client = database.connect().unwrap();
    client.batch_execute("DROP TABLE tracker_note").unwrap();
    (database, client)
}

fn texts(client: &mut Client, query: &str) -> Vec<String> {
    client.query(query, &[]).unwrap().iter().map(|row| row.get(0)).collect()
}

/// Every task, by its table.
const TASKS: &str = "
    SELECT 'person ' || id || ' ' || description || ' ' || owner_id FROM tracker_person_task
    UNION ALL SELECT 'group ' || id || ' ' || description || ' ' || owner_id FROM tracker_group_task
    ORDER BY 1";

/// The same, out of the generic columns.
const GENERIC: &str = "
    SELECT model || ' ' || t.id || ' ' || description || ' ' || trim(object_id)::bigint
    FROM tracker_task AS t JOIN django_content_type AS c ON c.id = content_type_id ORDER BY 1";

#[test]
fn the_rows_go_to_the_parts_and_come_back() {
    let model = parted();
    let (database, mut client) = place();
    client.batch_execute("UPDATE tracker_task SET object_id = ' 007' WHERE id = 9").unwrap();
    let before = dump(&database);
    let said = texts(&mut client, GENERIC);
    let first = conversion(&model, &database, &asked("Task.owner"));
    run(&mut client, &statements(&first, Direction::Forward));
    assert_eq!(texts(&mut client, TASKS), said);
    assert_eq!(number(&mut client, "SELECT count(*) FROM tracker_group_task"), 10);
    // Again, as where it was cut short.
    run(&mut client, &statements(&first, Direction::Forward));
    assert_eq!(texts(&mut client, TASKS), said);
    let kept = dump(&database);
    let again = conversion(&model, &database, &asked("Task.owner"));
    assert!(again.obstacles[0].starts_with("Task.owner is converted already"), "{again:?}");

    let last = conversion(&model, &database, &Request { drop_old: true, ..asked("Task.owner") });
    run(&mut client, &statements(&last, Direction::Forward));
    run(&mut client, &statements(&last, Direction::Forward));
    let lacking = lacking(&model, &database).into_iter();
    let lacking: Vec<String> = lacking.filter(|line| line.contains("_task")).collect();
    assert_eq!(lacking, Vec::<String>::new());
    let gone = convert(model.program(), &mut client, &asked("Task.owner")).unwrap_err().to_string();
    assert!(gone.ends_with("has its parts: Task.owner is converted"), "{gone}");
    assert_eq!(texts(&mut client, TASKS), said);

    run(&mut client, &statements(&last, Direction::Reverse));
    kept.assert_same(&dump(&database), "the table is back");
    run(&mut client, &statements(&first, Direction::Reverse));
    before.assert_same(&dump(&database), "all is as it was");
}

#[test]
fn programs_write_the_table_or_its_parts() {
    let model = parted();
    let (database, mut client) = place();
    let found = conversion(&model, &database, &asked("Task.owner"));
    run(&mut client, &statements(&found, Direction::Forward));
    let writes = "
        INSERT INTO tracker_task (description, content_type_id, object_id) VALUES ('old', 2, '102');
        INSERT INTO tracker_person_task (description, owner_id) VALUES ('new', 7);
        INSERT INTO tracker_group_task (description, owner_id) VALUES ('newer', 103);
        UPDATE tracker_task SET content_type_id = 2, object_id = '104' WHERE id = 1;
        UPDATE tracker_task SET description = 'renamed', id = 1002 WHERE id = 2;
        UPDATE tracker_group_task SET owner_id = 105, description = 'said' WHERE id = 4;
        UPDATE tracker_person_task SET description = 'other' WHERE id = 5;
        UPDATE tracker_group_task SET id = 1008 WHERE id = 8;
        DELETE FROM tracker_task WHERE id = 9;
        DELETE FROM tracker_group_task WHERE id = 12;
        DELETE FROM tracker_person WHERE id = 12;
        DELETE FROM tracker_group WHERE id = 107;";
    for write in writes.split(';') {
        run(&mut client, &[write.to_owned()]);
        assert_eq!(texts(&mut client, TASKS), texts(&mut client, GENERIC), "{write}");
    }
    let new = "SELECT count(*) FROM tracker_task WHERE description IN ('old', 'new', 'newer') AND id > 40";
    assert_eq!(number(&mut client, new), 3);
    for (write, said) in [
        (
            "UPDATE tracker_task SET object_id = '99' WHERE id = 3",
            "Task.owner: there is no Person or Group with the content type 1 and the object id 99",
        ),
        (
            "UPDATE tracker_person_task SET owner_id = 99 WHERE id = 3",
            "insert or update on table \"tracker_person_task\" violates foreign key constraint \
             \"fk_tracker_person_task_owner\"",
        ),
    ] {
        let error = client.batch_execute(write).unwrap_err();
        assert_eq!(error.as_db_error().unwrap().message(), said);
    }
    let kept = texts(&mut client, GENERIC);
    run(&mut client, &statements(&found, Direction::Reverse));
    assert_eq!(texts(&mut client, GENERIC), kept);
}

#[test]
fn what_was_written_to_the_parts_alone_is_taken_back() {
    let model = parted();
    let (database, mut client) = place();
    let first = conversion(&model, &database, &asked("Task.owner"));
    run(&mut client, &statements(&first, Direction::Forward));
    let last = conversion(&model, &database, &Request { drop_old: true, ..asked("Task.owner") });
    run(&mut client, &statements(&last, Direction::Forward));
    // The parts give the same key now, each for itself.
    client
        .batch_execute(
            "INSERT INTO tracker_person_task (description, owner_id) VALUES ('new', 7);
             INSERT INTO tracker_group_task (description, owner_id) VALUES ('newer', 103);
             UPDATE tracker_person_task SET owner_id = 8, description = 'handed over' WHERE id = 1;
             DELETE FROM tracker_person_task WHERE id = 2",
        )
        .unwrap();
    let twice = "SELECT count(*) FROM tracker_person_task JOIN tracker_group_task USING (id)";
    assert_eq!(number(&mut client, twice), 1);
    run(&mut client, &statements(&last, Direction::Reverse));
    assert_eq!(number(&mut client, twice), 0);
    let said = texts(&mut client, GENERIC);
    assert_eq!(said, texts(&mut client, TASKS));
    assert_eq!(said.len(), 41);
    assert!(said.iter().any(|line| line == "person 1 handed over 8"), "{said:?}");
    run(&mut client, &statements(&first, Direction::Reverse));
    assert_eq!(texts(&mut client, GENERIC), said);
    client
        .batch_execute(
            "INSERT INTO tracker_task (description, content_type_id, object_id) VALUES ('on', 1, '1')",
        )
        .unwrap();
}

#[test]
fn rows_that_point_at_nothing_are_set_aside_or_stand_in_the_first_part() {
    let (database, mut client) = place();
    client
        .batch_execute(
            "UPDATE tracker_task SET object_id = '99' WHERE id IN (3, 4);
             UPDATE tracker_task SET object_id = 'x1' WHERE id = 5;",
        )
        .unwrap();
    let before = dump(&database);
    let model = parted();
    let found = conversion(&model, &database, &asked("Task.owner"));
    assert!(found.obstacles[0].starts_with("3 rows can't be converted"), "{:?}", found.obstacles);
    let request = Request { dangling: Dangling::Quarantine, ..asked("Task.owner") };
    let found = conversion(&model, &database, &request);
    run(&mut client, &statements(&found, Direction::Forward));
    assert_eq!(number(&mut client, "SELECT count(*) FROM tracker_task_owner_quarantine"), 3);
    assert_eq!(texts(&mut client, TASKS).len(), 37);
    run(&mut client, &statements(&found, Direction::Reverse));
    before.assert_same(&dump(&database), "quarantine");

    let text = schema("arc").replace(
        "owner  1 Owner <-> * tasks  on delete cascade",
        "owner  0..1 Owner <-> * tasks  on delete set null",
    );
    let text = text.replace("Person | Group  as arc", "Person | Group  as split");
    let model = crate::place::model(&text[..text.find("entity Note").unwrap()]);
    let request = Request { dangling: Dangling::Null, ..asked("Task.owner") };
    let found = conversion(&model, &database, &request);
    run(&mut client, &statements(&found, Direction::Forward));
    let nobody = "SELECT count(*) FROM tracker_person_task WHERE owner_id IS NULL";
    assert_eq!(number(&mut client, nobody), 3);
    // A row is written without a word about its owner, from either side.
    client
        .batch_execute(
            "UPDATE tracker_task SET description = 'a' WHERE id = 3;
             UPDATE tracker_person_task SET description = 'task 3' WHERE id = 3",
        )
        .unwrap();
    run(&mut client, &statements(&found, Direction::Reverse));
    before.assert_same(&dump(&database), "null");
}

#[test]
fn what_would_be_lost_is_in_the_way() {
    let database = database();
    let mut client = database.connect().unwrap();
    client
        .batch_execute(
            "ALTER TABLE tracker_task ADD due date, DROP description;
             CREATE VIEW tasks AS SELECT id FROM tracker_task",
        )
        .unwrap();
    let request = Request { drop_old: true, ..asked("Task.owner") };
    let found = conversion(&parted(), &database, &request);
    let way: Vec<&str> = found.obstacles.iter().map(|line| &line[..40]).collect();
    assert_eq!(
        way,
        [
            "--drop-old: tracker_task is put aside wh",
            "tracker_note refers to tracker_task (tra",
            "tracker_task has no description, which t",
            "tracker_task has due, which no part woul",
        ]
    );
}

#[test]
fn a_split_that_was_cut_short_goes_on() {
    let model = parted();
    let (database, mut client) = place();
    let before = dump(&database);
    let found = conversion(&model, &database, &Request { batch: 20, ..asked("Task.owner") });
    let forward = statements(&found, Direction::Forward);
    let reverse = statements(&found, Direction::Reverse);
    for cut in 0..=forward.len() {
        run(&mut client, &forward[..cut]);
        if cut % 2 == 0 {
            run(&mut client, &forward);
        }
        run(&mut client, &reverse[..cut.min(reverse.len())]);
        run(&mut client, &reverse);
        before.assert_same(&dump(&database), &format!("cut behind {cut}"));
    }
    run(&mut client, &forward);
    let kept = dump(&database);
    let last = conversion(&model, &database, &Request { drop_old: true, ..asked("Task.owner") });
    let reverse = statements(&last, Direction::Reverse);
    for cut in 0..=reverse.len() {
        run(&mut client, &statements(&last, Direction::Forward));
        run(&mut client, &reverse[..cut]);
        run(&mut client, &reverse);
        kept.assert_same(&dump(&database), &format!("the way back cut behind {cut}"));
    }
}
