//! Conversions that were cut short, anywhere: they go on, and they are undone.

use postgres::Client;
use trine::convert::{Dangling, Direction, Request};

use crate::place::{BAD, asked, conversion, database, dump, model, run, schema, statements};

#[test]
fn a_conversion_that_was_cut_short_anywhere_goes_on() {
    for (strategy, every) in [("arc", 1), ("link", 5), ("supertype", 4)] {
        let model = model(&schema(strategy));
        let database = database();
        let mut client = database.connect().unwrap();
        client.batch_execute(BAD).unwrap();
        let before = dump(&database);
        let request = Request {
            dangling: Dangling::Quarantine,
            left_out: vec!["tracker.team".to_owned()],
            batch: 20,
            ..asked("Task.owner")
        };
        let found = conversion(&model, &database, &request);
        let forward = statements(&found, Direction::Forward);
        let reverse = statements(&found, Direction::Reverse);
        // The numbers of rows that were made twice differ.
        let says = |client: &mut Client| {
            let query = "SELECT string_agg(t.id || ' ' || g.content_type_id || g.object_id, ',' ORDER BY t.id)
                         FROM tracker_task t, tracker_task_owner_generic(COLUMNS) g";
            let columns = if strategy == "arc" {
                "t.owner_person_id, t.owner_group_id"
            } else {
                "t.owner_id"
            };
            let row = client.query_one(&query.replace("COLUMNS", columns), &[]).unwrap();
            row.get::<_, String>(0)
        };
        run(&mut client, &forward);
        let after = dump(&database);
        let said = says(&mut client);
        run(&mut client, &reverse);
        before.assert_same(&dump(&database), strategy);
        for cut in (0..=forward.len()).step_by(every) {
            let mut client = database.connect().unwrap();
            run(&mut client, &forward[..cut]);
            run(&mut client, &forward);
            let when = format!("{strategy}, cut behind {cut}");
            let differs = trine::diff::diff(&after.catalog, &dump(&database).catalog);
            assert_eq!(differs, [], "{when}");
            assert_eq!(says(&mut client), said, "{when}");
            let cut = cut.min(reverse.len());
            run(&mut client, &reverse[..cut]);
            run(&mut client, &reverse);
            before.assert_same(&dump(&database), &when);
        }
    }
}

#[test]
fn a_conversion_that_never_ended_is_undone() {
    for (strategy, every) in [("arc", 1), ("link", 5), ("supertype", 3)] {
        undone(strategy, every);
    }
}

#[test]
fn generic_columns_go_and_come_back_however_it_was_cut_short() {
    for (relation, strategy, every) in
        [("Task.owner", "arc", 1), ("Reminder.about", "arc", 2), ("Task.owner", "supertype", 5)]
    {
        let model = model(&schema(strategy));
        let database = database();
        let mut client = database.connect().unwrap();
        client.batch_execute(BAD).unwrap();
        let before = dump(&database);
        let request = Request {
            dangling: Dangling::Quarantine,
            left_out: vec!["tracker.group".to_owned(), "tracker.team".to_owned()]
                .split_off(usize::from(relation == "Task.owner"))[..1]
                .to_vec(),
            drop_old: true,
            batch: 20,
            ..asked(relation)
        };
        let found = conversion(&model, &database, &request);
        let forward = statements(&found, Direction::Forward);
        let reverse = statements(&found, Direction::Reverse);
        run(&mut client, &forward);
        let after = dump(&database);
        run(&mut client, &reverse);
        before.assert_same(&dump(&database), strategy);
        for cut in (0..=forward.len().max(reverse.len())).step_by(every) {
            let mut client = database.connect().unwrap();
            let when = format!("{relation}, {strategy}, cut behind {cut}");
            run(&mut client, &forward[..cut.min(forward.len())]);
            run(&mut client, &forward);
            let differs = trine::diff::diff(&after.catalog, &dump(&database).catalog);
            assert_eq!(differs, [], "{when}");
            run(&mut client, &reverse[..cut.min(reverse.len())]);
            run(&mut client, &reverse);
            before.assert_same(&dump(&database), &when);
        }
    }
}

fn undone(strategy: &str, every: usize) {
    let model = model(&schema(strategy));
    let database = database();
    let before = dump(&database);
    let found = conversion(&model, &database, &asked("Attachment.of"));
    let forward = statements(&found, Direction::Forward);
    let reverse = statements(&found, Direction::Reverse);
    for cut in (0..=forward.len()).step_by(every) {
        let mut client = database.connect().unwrap();
        run(&mut client, &forward[..cut]);
        run(&mut client, &reverse);
        before.assert_same(&dump(&database), &format!("cut behind {cut}"));
    }
}
