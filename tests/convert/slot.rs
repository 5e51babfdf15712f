//! A generic relation that is to one entity in truth: a filled slot, or a plain relation.

use trine::convert::{Audit, Dangling, Direction, Request, convert};
use trine::target::{Options, Slot};

use crate::place::{
    asked, conversion, database, dump, lacking, model, model_with, number, run, schema, statements,
};

/// Owners are a slot, which somebody has filled.
fn filled(alternative: &str) -> trine::Model {
    let slot = Slot {
        module: "tracker".to_owned(),
        union: "Owner".to_owned(),
        alternative: alternative.to_owned(),
    };
    let text = schema("arc").replace("Person | Group  as arc", "Person | Group  as slot");
    model_with(&text, &Options { slots: vec![slot], ..Options::default() })
}

fn counts(audit: &Audit) -> (Vec<String>, Vec<String>) {
    let types = audit.types.iter();
    let types =
        types.map(|found| format!("{} {} {}", found.content_type, found.entity, found.rows));
    let found = audit.findings.iter().map(|found| {
        let ty = found.content_type.iter().map(ToString::to_string).collect::<String>();
        format!("{:?} {ty} {}", found.kind, found.rows)
    });
    (types.collect(), found.collect())
}

#[test]
fn a_slot_takes_the_rows_of_whom_it_is_filled_with() {
    for (chosen, other, kept) in [("Person", "group", 30), ("Group", "person", 10)] {
        let model = filled(chosen);
        for drop_old in [false, true] {
            let database = database();
            let before = dump(&database);
            let request = Request { drop_old, ..asked("Task.owner") };
            let found = conversion(&model, &database, &request);
            assert_eq!(found.audit.union, format!("{chosen} as slot"));
            let outside = format!("Outside tracker.{other} {}", 40 - kept);
            let inside = format!("tracker.{} {chosen} {kept}", chosen.to_lowercase());
            assert_eq!(counts(&found.audit), (vec![inside], vec![outside]));
            let way = format!("of tracker.{other}, which Owner has not");
            assert!(found.obstacles[0].contains(&way), "{:?}", found.obstacles);

            let request = Request {
                left_out: vec![format!("tracker.{other}")],
                dangling: Dangling::Quarantine,
                ..request
            };
            let found = conversion(&model, &database, &request);
            let mut client = database.connect().unwrap();
            run(&mut client, &statements(&found, Direction::Forward));
            let lacking = lacking(&model, &database).into_iter();
            let lacking: Vec<String> =
                lacking.filter(|line| line.contains("tracker_task")).collect();
            assert_eq!(lacking, Vec::<String>::new());
            assert_eq!(number(&mut client, "SELECT count(owner_id) FROM tracker_task"), kept);
            run(&mut client, &statements(&found, Direction::Reverse));
            before.assert_same(&dump(&database), chosen);
        }
    }
}

#[test]
fn a_relation_to_one_entity_is_converted_when_it_is_named() {
    let text = schema("arc").replace("about  0..1 Subject", "about  0..1 Person");
    let model = model(&text);
    let database = database();
    let before = dump(&database);
    let request = Request {
        left_out: vec!["tracker.team".to_owned()],
        dangling: Dangling::Null,
        ..asked("Reminder.about")
    };
    let found = conversion(&model, &database, &request);
    assert_eq!(found.audit.union, "Person");
    let mut client = database.connect().unwrap();
    run(&mut client, &statements(&found, Direction::Forward));
    assert_eq!(number(&mut client, "SELECT count(about_id) FROM tracker_reminder"), 5);
    // Programs may write either.
    client
        .batch_execute(
            "UPDATE tracker_reminder SET about_id = 7 WHERE id = 2;
             UPDATE tracker_reminder SET about_object_id = 8 WHERE id = 1;",
        )
        .unwrap();
    let said = "SELECT (SELECT about_id FROM tracker_reminder WHERE id = 1) * 100
                    + (SELECT about_object_id FROM tracker_reminder WHERE id = 2)";
    assert_eq!(number(&mut client, said), 807);
    client
        .batch_execute(
            "UPDATE tracker_reminder SET about_content_type_id = content_type('team'), about_object_id = 203
             WHERE id = 2;
             UPDATE tracker_reminder SET about_object_id = 1 WHERE id = 1;",
        )
        .unwrap_err();
    run(&mut client, &statements(&found, Direction::Reverse));
    let said = "SELECT count(*) FROM tracker_reminder WHERE about_object_id IS NULL";
    assert_eq!(number(&mut client, said), 0);
    assert_eq!(before.differs(&dump(&database)).len(), 4);

    // Without a name, only a relation to a union is meant.
    let mut client = database.connect().unwrap();
    let said = convert(model.program(), &mut client, &Request::default()).unwrap_err().to_string();
    assert_eq!(said, "which relation? this schema has Task.owner, Attachment.of to unions");
}
