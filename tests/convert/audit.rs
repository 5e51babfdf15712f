//! What the generic columns hold, of every kind.

use trine::convert::{Audit, Columns, Kind, Request};

use crate::place::{conversion, database, model, schema};

fn asked(relation: &str) -> Request {
    Request { relation: Some(relation.to_owned()), ..Request::default() }
}

/// The findings in short: `missing tracker.person: 3 → 99`.
fn said(audit: &Audit) -> Vec<String> {
    let one = |found: &trine::convert::Finding| {
        let of = found.content_type.iter().map(|ty| format!(" {ty}")).collect::<String>();
        let rows = found.named.iter().map(|row| {
            let id = row.object_id.as_deref().unwrap_or("∅");
            format!("{} → {id}", row.key.join("/"))
        });
        format!("{:?}{of} {}: {}", found.kind, found.rows, rows.collect::<Vec<_>>().join(", "))
    };
    audit.findings.iter().map(one).collect()
}

#[test]
fn what_can_all_be_converted_is_counted_by_type() {
    let model = model(&schema("arc"));
    let database = database();
    let found = conversion(&model, &database, &asked("Task.owner"));
    assert_eq!(said(&found.audit), Vec::<String>::new());
    assert_eq!(found.obstacles, Vec::<String>::new());
    let types: Vec<String> = found
        .audit
        .types
        .iter()
        .map(|found| format!("{} {} {}", found.content_type, found.entity, found.rows))
        .collect();
    assert_eq!(types, ["tracker.person Person 30", "tracker.group Group 10"]);
    assert_eq!((found.audit.rows, found.audit.none), (40, 0));

    for relation in ["Reminder.about", "tracker.Attachment.of"] {
        let found = conversion(&model, &database, &asked(relation));
        assert_eq!(said(&found.audit), Vec::<String>::new(), "{relation}");
    }
}

#[test]
fn every_kind_of_bad_row_is_named() {
    let model = model(&schema("arc"));
    let database = database();
    let mut client = database.connect().unwrap();
    client
        .batch_execute(
            "ALTER TABLE tracker_task ALTER content_type_id DROP NOT NULL, ALTER object_id DROP NOT NULL;
             ALTER TABLE tracker_task DROP CONSTRAINT tracker_task_content_type_id_fk;
             UPDATE tracker_task SET object_id = '99' WHERE id IN (3, 1);
             UPDATE tracker_task SET object_id = '99' WHERE id = 4;
             UPDATE tracker_task SET object_id = 'x1' WHERE id = 5;
             UPDATE tracker_task SET object_id = '99999999999999999999' WHERE id = 6;
             UPDATE tracker_task SET object_id = '' WHERE id = 7;
             UPDATE tracker_task SET object_id = ' +007 ' WHERE id = 9;
             UPDATE tracker_task SET content_type_id = content_type('team'), object_id = '201' WHERE id = 10;
             UPDATE tracker_task SET content_type_id = 1234 WHERE id = 11;
             UPDATE tracker_task SET content_type_id = NULL WHERE id = 13;
             UPDATE tracker_task SET object_id = NULL WHERE id = 14;
             UPDATE tracker_task SET content_type_id = NULL, object_id = NULL WHERE id = 15;",
        )
        .unwrap();
    let found = conversion(&model, &database, &asked("Task.owner"));
    assert_eq!(
        said(&found.audit),
        [
            "Missing tracker.group 1: 4 → 99",
            "Missing tracker.person 2: 1 → 99, 3 → 99",
            "Uncastable tracker.person 3: 5 → x1, 6 → 99999999999999999999, 7 → ",
            "Outside tracker.team 1: 10 → 201",
            "UnknownType 1: 11 → 12",
            "HalfNull 1: 13 → 14",
            "HalfNull tracker.person 1: 14 → ∅",
            "None 1: 15 → ∅",
        ]
    );
    assert_eq!(found.audit.rows, 40);
    assert_eq!(found.audit.types.iter().map(|found| found.rows).sum::<u64>(), 29);
    let way = found.obstacles.join("\n");
    assert!(way.contains("1 row is of tracker.team, which Owner has not"), "{way}");
    assert!(
        way.contains("10 rows can't be converted: mend them; or --dangling quarantine"),
        "{way}"
    );
}

#[test]
fn ids_of_other_types_are_read_as_the_key_is() {
    let model = model(&schema("arc"));
    let database = database();
    let mut client = database.connect().unwrap();
    client
        .batch_execute(
            "INSERT INTO tracker_attachment (url, content_type_id, object_id) VALUES
                 ('e', content_type('document'), '00000000-0000-0000-0000-00000000000c'),
                 ('f', content_type('document'), '7'),
                 ('g', content_type('keyword'), 'green'),
                 ('h', content_type('keyword'), 'Red');
             UPDATE tracker_reminder SET about_content_type_id = NULL, about_object_id = NULL WHERE id = 1;
             UPDATE tracker_reminder SET about_content_type_id = NULL WHERE id = 3;
             UPDATE tracker_reminder SET about_object_id = 77 WHERE id = 5;",
        )
        .unwrap();
    let found = conversion(&model, &database, &asked("Attachment.of"));
    assert_eq!(
        said(&found.audit),
        [
            "Missing tracker.document 1: 5 → 00000000-0000-0000-0000-00000000000c",
            "Missing tracker.keyword 2: 7 → green, 8 → Red",
            "Uncastable tracker.document 1: 6 → 7",
        ]
    );
    let found = conversion(&model, &database, &asked("Reminder.about"));
    assert_eq!(said(&found.audit), ["Missing tracker.person 1: 5 → 77", "HalfNull 1: 3 → 3"]);
    assert_eq!(found.audit.none, 1);
    assert!(found.obstacles[0].contains("--dangling null lets them refer to nothing"));
}

#[test]
fn a_target_that_may_have_one_at_most_is_not_shared() {
    let model = model(&schema("arc"));
    let database = database();
    let mut client = database.connect().unwrap();
    // The same document in another spelling, which the old UNIQUE can't see.
    client
        .batch_execute(
            "INSERT INTO tracker_attachment (url, content_type_id, object_id) VALUES
                 ('e', content_type('document'), '0000000000000000000000000000000a')",
        )
        .unwrap();
    let found = conversion(&model, &database, &asked("Attachment.of"));
    assert_eq!(found.audit.findings.len(), 1);
    assert_eq!(found.audit.findings[0].kind, Kind::Shared);
    assert_eq!(found.audit.findings[0].rows, 2);
    assert!(found.obstacles[0].starts_with("2 rows share a target"), "{:?}", found.obstacles);
}

#[test]
fn what_a_content_type_means_can_be_said() {
    let model = model(&schema("arc"));
    let database = database();
    let mut client = database.connect().unwrap();
    client
        .batch_execute(
            "UPDATE tracker_task SET content_type_id = content_type('client') WHERE id IN (1, 2);
             UPDATE tracker_task SET content_type_id = content_type('team') WHERE id = 3;",
        )
        .unwrap();
    let client_is_person = ("tracker.client".to_owned(), "Person".to_owned());
    let request = Request { types: vec![client_is_person], ..asked("Task.owner") };
    let found = conversion(&model, &database, &request);
    assert_eq!(said(&found.audit), ["Outside tracker.team 1: 3 → 4"]);
    let left_out = vec!["tracker.Team".to_owned()];
    let request = Request { left_out, ..request };
    let found = conversion(&model, &database, &request);
    assert!(found.audit.findings[0].left_out);
    assert!(found.obstacles[0].starts_with("1 row can't be converted"), "{:?}", found.obstacles);
}

#[test]
fn columns_of_other_names_are_found_or_named() {
    let model = model(&schema("arc"));
    let database = database();
    let mut client = database.connect().unwrap();
    client.batch_execute("ALTER TABLE tracker_task RENAME content_type_id TO kind").unwrap();
    client.batch_execute("ALTER TABLE tracker_task RENAME object_id TO whose").unwrap();
    let problem = |request: &Request| {
        let mut client = database.connect().unwrap();
        let found = trine::convert::convert(model.program(), &mut client, request);
        found.map(|_| ()).unwrap_err().to_string()
    };
    // The foreign key tells the one; nothing tells the other.
    let said = problem(&asked("Task.owner"));
    assert!(said.starts_with("which column of tracker_task holds the object id?"), "{said}");
    let columns = Columns { object_id: Some("whose".to_owned()), ..Columns::default() };
    let found = conversion(&model, &database, &Request { columns, ..asked("Task.owner") });
    assert_eq!(found.audit.columns, ["kind", "whose"]);
    let columns = Columns { content_type: Some("knd".to_owned()), ..Columns::default() };
    let said = problem(&Request { columns, ..asked("Task.owner") });
    assert_eq!(said, "--content-type: the table tracker_task has no column `knd`");
}

#[test]
fn a_table_in_pieces_is_not_converted() {
    let model = model(&schema("arc"));
    let database = database();
    let mut client = database.connect().unwrap();
    client
        .batch_execute(
            "DROP TABLE tracker_task CASCADE;
             CREATE TABLE tracker_task (
                 id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, description varchar(200) NOT NULL,
                 object_id varchar(64) NOT NULL, content_type_id integer NOT NULL
             ) PARTITION BY RANGE (id);
             CREATE TABLE tracker_task_1 PARTITION OF tracker_task FOR VALUES FROM (1) TO (1000);
             INSERT INTO tracker_task (description, content_type_id, object_id) VALUES ('a', 1, '1')",
        )
        .unwrap();
    let found = conversion(&model, &database, &asked("Task.owner"));
    assert_eq!((found.audit.rows, found.obstacles.len()), (1, 1));
    let said =
        "tracker_task is a partitioned table, over which no index can be made while others write";
    assert!(found.obstacles[0].starts_with(said), "{:?}", found.obstacles);
}

#[test]
fn a_constraint_that_goes_with_the_generic_columns_is_named() {
    let model = model(&schema("arc"));
    let database = database();
    let mut client = database.connect().unwrap();
    client
        .batch_execute(
            "ALTER TABLE tracker_task ADD CONSTRAINT once UNIQUE (description, content_type_id, object_id)",
        )
        .unwrap();
    let found = conversion(&model, &database, &asked("Task.owner"));
    let said = "once goes with the generic columns, UNIQUE (description, content_type_id, object_id): what \
                should take its place stands in the schema, such as `unique (owner)`";
    assert_eq!(found.audit.notes, [said]);
    // One that says what the schema says of the relation itself has its place already.
    let found = conversion(&model, &database, &asked("Attachment.of"));
    assert_eq!(found.audit.notes, Vec::<String>::new());
}
