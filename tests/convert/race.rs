//! Programs that write at the same time, in sessions of their own, while a conversion and its way back are under way.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;
use std::time::Duration;

use postgres::Client;
use postgres::error::SqlState;
use trine::convert::{Direction, Request};
use trine::live::Scratch;

use crate::place::{asked, conversion, database, model, number, run, schema, statements};

/// Enough for the copying of rows to take a while.
const TASKS: u32 = 1200;

/// What writers are told, and what they have done.
#[derive(Default)]
struct Writers {
    /// Whether the parts of a split are kept in step.
    parts: AtomicBool,
    stop: AtomicBool,
    /// The tasks that they made, less those that they deleted.
    made: AtomicI64,
    wrote: AtomicI64,
}

impl Writers {
    /// Writes until told to stop: the generic columns, and the parts of a split while those are in step.
    fn write(&self, database: &Scratch, seed: u64) {
        let mut client = database.connect().unwrap();
        let mut lot = fastrand::Rng::with_seed(seed);
        while !self.stop.load(Ordering::SeqCst) {
            let (statement, made) = if self.parts.load(Ordering::SeqCst) && lot.bool() {
                of_a_part(&mut lot)
            } else {
                of_the_whole(&mut lot)
            };
            match client.execute(&statement, &[]) {
                Ok(rows) => {
                    self.made.fetch_add(made * i64::try_from(rows).unwrap(), Ordering::SeqCst);
                    self.wrote.fetch_add(1, Ordering::SeqCst);
                }
                // A program tries again.
                Err(error) if error.code() == Some(&SqlState::T_R_DEADLOCK_DETECTED) => {}
                Err(error) => panic!("{error:?}\n{statement}"),
            }
        }
    }
}

/// Tells writers to stop, whatever happens.
struct Stop<'a>(&'a Writers);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::SeqCst);
    }
}

/// An owner, as the generic columns name it.
fn owner(lot: &mut fastrand::Rng) -> (&'static str, u32) {
    if lot.bool() { ("person", lot.u32(1..=20)) } else { ("group", lot.u32(101..=110)) }
}

/// A task, perhaps one that the others write too.
fn task(lot: &mut fastrand::Rng) -> u32 {
    if lot.bool() { lot.u32(1..60) } else { lot.u32(1..TASKS + 200) }
}

/// A statement, and how many tasks each of its rows makes.
fn of_the_whole(lot: &mut fastrand::Rng) -> (String, i64) {
    let (id, (model, key)) = (task(lot), owner(lot));
    match lot.u32(0..24) {
        0..4 => {
            let values = format!("'new', content_type('{model}'), '{key}'");
            let table = "tracker_task (description, content_type_id, object_id)";
            (format!("INSERT INTO {table} VALUES ({values})"), 1)
        }
        4..14 => {
            let pair = format!("content_type_id = content_type('{model}'), object_id = '{key}'");
            (format!("UPDATE tracker_task SET {pair} WHERE id = {id}"), 0)
        }
        14..23 => (format!("UPDATE tracker_task SET description = 'said' WHERE id = {id}"), 0),
        _ => (format!("DELETE FROM tracker_task WHERE id = {id}"), -1),
    }
}

fn of_a_part(lot: &mut fastrand::Rng) -> (String, i64) {
    let (id, (model, key)) = (task(lot), owner(lot));
    let part = format!("tracker_{model}_task");
    match lot.u32(0..24) {
        0..4 => (format!("INSERT INTO {part} (description, owner_id) VALUES ('newer', {key})"), 1),
        4..14 => (format!("UPDATE {part} SET owner_id = {key} WHERE id = {id}"), 0),
        14..23 => (format!("UPDATE {part} SET description = 'renamed' WHERE id = {id}"), 0),
        _ => (format!("DELETE FROM {part} WHERE id = {id}"), -1),
    }
}

/// Every task that the generic columns and what they became say differently.
fn apart(strategy: &str) -> String {
    let said = match strategy {
        "arc" => {
            "SELECT id, description, coalesce('person ' || owner_person_id, 'group ' || owner_group_id)
             FROM tracker_task"
        }
        "link" => {
            "SELECT t.id, description, coalesce('person ' || person_id, 'group ' || group_id)
             FROM tracker_task AS t JOIN tracker_owner AS o ON o.id = t.owner_id"
        }
        "supertype" => {
            "SELECT t.id, description, coalesce('person ' || p.id, 'group ' || g.id)
             FROM tracker_task AS t LEFT JOIN tracker_person AS p ON p.owner_id = t.owner_id
                  LEFT JOIN tracker_group AS g ON g.owner_id = t.owner_id"
        }
        _ => {
            "SELECT id, description, 'person ' || owner_id FROM tracker_person_task
             UNION ALL SELECT id, description, 'group ' || owner_id FROM tracker_group_task"
        }
    };
    let generic = "SELECT t.id, description, model || ' ' || object_id
                   FROM tracker_task AS t JOIN django_content_type AS c ON c.id = content_type_id";
    format!(
        "SELECT count(*) FROM (({said}) EXCEPT ALL ({generic})
         UNION ALL (({generic}) EXCEPT ALL ({said}))) AS apart"
    )
}

/// The strategies with one table of all tasks, and the one with a table for each owner.
const STRATEGIES: [&str; 4] = ["arc", "link", "supertype", "split"];

/// A project, and its database; nothing refers to what is split, and keys of one type split it.
fn place(strategy: &str) -> (trine::Model, Scratch, Client) {
    let text = schema(strategy).replace("Keyword  as split", "Keyword  as arc");
    let split = strategy == "split";
    let end = if split { text.find("entity Note").unwrap() } else { text.len() };
    let database = database();
    let mut client = database.connect().unwrap();
    if split {
        client.batch_execute("DROP TABLE tracker_note").unwrap();
    }
    (model(&text[..end]), database, client)
}

/// What is not committed yet when rows are copied is waited for, and copied as it comes out.
#[test]
fn rows_that_are_being_written_are_waited_for() {
    for strategy in STRATEGIES {
        let (model, database, mut client) = place(strategy);
        let found = conversion(&model, &database, &asked("Task.owner"));
        for step in &found.steps {
            if step.name != "ROWS" {
                run(&mut client, &step.forward);
                continue;
            }
            let mut writer = database.connect().unwrap();
            let mut writing = writer.transaction().unwrap();
            writing
                .batch_execute(
                    "UPDATE tracker_task SET content_type_id = content_type('group'), object_id = '103'
                     WHERE id = 1;
                     UPDATE tracker_task SET content_type_id = content_type('person'), object_id = '5'
                     WHERE id = 8;
                     UPDATE tracker_task SET description = 'said' WHERE id = 2;
                     DELETE FROM tracker_task WHERE id = 3;
                     INSERT INTO tracker_task (description, content_type_id, object_id)
                     VALUES ('new', content_type('person'), '7')",
                )
                .unwrap();
            thread::scope(|scope| {
                let copying = scope.spawn(|| run(&mut client, &step.forward));
                thread::sleep(Duration::from_millis(400));
                assert!(!copying.is_finished(), "{strategy}");
                writing.commit().unwrap();
            });
        }
        assert_eq!(number(&mut client, &apart(strategy)), 0, "{strategy}");
        assert_eq!(number(&mut client, "SELECT count(*) FROM tracker_task"), 40, "{strategy}");
    }
}

#[test]
fn writers_are_never_refused_and_nothing_of_theirs_is_lost() {
    for strategy in STRATEGIES {
        let (model, database, mut client) = place(strategy);
        let more = format!(
            "INSERT INTO tracker_task (description, content_type_id, object_id)
             SELECT 'task', content_type('person'), 1 + n % 20 FROM generate_series(41, {TASKS}) n"
        );
        client.batch_execute(&more).unwrap();
        let request = Request { batch: 20, ..asked("Task.owner") };
        let found = conversion(&model, &database, &request);
        let writers = Writers::default();
        thread::scope(|scope| {
            for seed in 0..4 {
                let (writers, database) = (&writers, &database);
                scope.spawn(move || writers.write(database, seed));
            }
            let _stop = Stop(&writers);
            for step in &found.steps {
                run(&mut client, &step.forward);
                let in_step = strategy == "split" && step.name == "IN_STEP";
                writers.parts.fetch_or(in_step, Ordering::SeqCst);
            }
        });
        assert_eq!(number(&mut client, &apart(strategy)), 0, "{strategy}");
        let count = |client: &mut Client| number(client, "SELECT count(*) FROM tracker_task");
        let made = || i64::from(TASKS) + writers.made.load(Ordering::SeqCst);
        assert_eq!(count(&mut client), made(), "{strategy}");
        assert!(writers.wrote.load(Ordering::SeqCst) > 20, "{strategy}: {:?}", writers.wrote);

        // The programs of before, on the way back.
        writers.parts.store(false, Ordering::SeqCst);
        writers.stop.store(false, Ordering::SeqCst);
        thread::scope(|scope| {
            for seed in 4..8 {
                let (writers, database) = (&writers, &database);
                scope.spawn(move || writers.write(database, seed));
            }
            let _stop = Stop(&writers);
            run(&mut client, &statements(&found, Direction::Reverse));
        });
        assert_eq!(count(&mut client), made(), "{strategy}");
    }
}
