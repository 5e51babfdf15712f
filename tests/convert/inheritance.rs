//! Alternatives that take their keys from the union.

use trine::convert::{Direction, Request};

use crate::place::{asked, conversion, database, dump, lacking, model, run, schema, statements};

/// Only `Owner` is inherited from: an entity has one parent at most.
fn inherited() -> trine::Model {
    model(&schema("arc").replace("Person | Group  as arc", "Person | Group  as inheritance"))
}

#[test]
fn alternatives_inherit_where_no_two_share_a_key() {
    let model = inherited();
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
        assert_eq!(lacking(&model, &database), Vec::<String>::new());
        client
            .batch_execute(
                "INSERT INTO tracker_person (name) VALUES ('new');
                 INSERT INTO tracker_group (name) VALUES ('new')",
            )
            .unwrap();
        let kinds = "SELECT string_agg(id || ' ' || kind, ', ' ORDER BY id) FROM tracker_owner WHERE id > 109";
        let kinds: String = client.query_one(kinds, &[]).unwrap().get(0);
        assert_eq!(kinds, "110 group, 111 person, 112 group");
        client.batch_execute("DELETE FROM tracker_owner WHERE id > 110").unwrap();
        for found in conversions.iter().rev() {
            run(&mut client, &statements(found, Direction::Reverse));
        }
        before.assert_same(&dump(&database), "");
        client.batch_execute("INSERT INTO tracker_person (name) VALUES ('another')").unwrap();
    }
}

#[test]
fn a_change_of_keys_that_was_cut_short_goes_on() {
    let model = inherited();
    let database = database();
    let before = dump(&database);
    let found = conversion(&model, &database, &Request { batch: 20, ..asked("Task.owner") });
    let forward = statements(&found, Direction::Forward);
    let reverse = statements(&found, Direction::Reverse);
    for cut in 0..=forward.len() {
        let mut client = database.connect().unwrap();
        run(&mut client, &forward[..cut]);
        if cut % 2 == 0 {
            run(&mut client, &forward);
        }
        run(&mut client, &reverse[..cut.min(reverse.len())]);
        run(&mut client, &reverse);
        before.assert_same(&dump(&database), &format!("cut behind {cut}"));
    }
}

#[test]
fn keys_that_two_alternatives_share_are_in_the_way_of_inheritance() {
    let model = inherited();
    let database = database();
    let mut client = database.connect().unwrap();
    client
        .batch_execute("INSERT INTO tracker_person (id, name) VALUES (101, 'x'), (102, 'y')")
        .unwrap();
    let found = conversion(&model, &database, &asked("Task.owner"));
    let said = "under `inheritance`, Person and Group take their keys from Owner, and 2 are of two of them \
                (101, 102): such keys would have to change";
    assert!(found.obstacles[0].starts_with(said), "{:?}", found.obstacles);
}
