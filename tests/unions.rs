//! What the database itself enforces of a union, under each strategy: owners that are not there, two at once,
//! none, and what a delete would leave behind.
#![allow(clippy::unwrap_used, reason = "the helpers of tests may panic as the tests may")]
#![cfg(feature = "database")]

mod support;

use postgres::error::SqlState;
use postgres::{Client, NoTls};
use support::examples;
use support::ground::Compiled;
use support::server;
use trine::schema::Strategy;
use trine::source::Sources;

/// The tracker, its union stored in another way.
fn tracker(strategy: Strategy) -> Sources {
    let example = examples::all().into_iter().find(|example| example.name == "tracker").unwrap();
    let mut sources = Sources::new();
    for (_, source) in example.sources().iter() {
        let text = source.text.replace("as arc", &format!("as {}", strategy.name()));
        sources.add(&*source.path, text.as_str());
    }
    sources
}

/// What is tried, each in a transaction of its own.
struct Attempt {
    /// What it would do.
    what: &'static str,
    sql: &'static str,
    ends: End,
}

/// How an attempt must end.
enum End {
    /// With an error.
    Refused(SqlState),
    /// Well, and this counts nothing afterwards.
    Leaves(&'static str),
}

use End::{Leaves, Refused};

/// Ada (1) owns task 1 and looks at task 2; the group (1), which Bob (2) made, owns task 2.
fn rows(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Arc => {
            "INSERT INTO tracker_person (name) VALUES ('Ada'), ('Bob');
             INSERT INTO tracker_group (name, creator_id) VALUES ('All', 2);
             INSERT INTO tracker_task (description, owner_person_id) VALUES ('a', 1);
             INSERT INTO tracker_task (description, owner_group_id, reviewer_person_id)
             VALUES ('b', 1, 1);"
        }
        Strategy::Link => {
            "INSERT INTO tracker_person (name) VALUES ('Ada'), ('Bob');
             INSERT INTO tracker_group (name, creator_id) VALUES ('All', 2);
             INSERT INTO tracker_owner (person_id) VALUES (1);
             INSERT INTO tracker_owner (group_id) VALUES (1);
             INSERT INTO tracker_task (description, owner_id) VALUES ('a', 1);
             INSERT INTO tracker_task (description, owner_id, reviewer_id)
             VALUES ('b', 2, 1);"
        }
        // The rows of owners come by themselves: 1 and 2 for the persons, 3 for the group.
        Strategy::Supertype => {
            "INSERT INTO tracker_person (name) VALUES ('Ada'), ('Bob');
             INSERT INTO tracker_group (name, creator_id) VALUES ('All', 2);
             INSERT INTO tracker_task (description, owner_id) VALUES ('a', 1);
             INSERT INTO tracker_task (description, owner_id, reviewer_id)
             VALUES ('b', 3, 1);"
        }
        Strategy::Inheritance => {
            "INSERT INTO tracker_person (name) VALUES ('Ada'), ('Bob');
             INSERT INTO tracker_group (name, creator_id) VALUES ('All', 2);
             INSERT INTO tracker_task (description, owner_id) VALUES ('a', 1);
             INSERT INTO tracker_task (description, owner_id, reviewer_id)
             VALUES ('b', 3, 1);"
        }
        Strategy::Split | Strategy::Slot | Strategy::Untyped => {
            unreachable!("the tracker is not stored so here")
        }
    }
}

fn attempts(strategy: Strategy) -> Vec<Attempt> {
    let refused = |what, sql, state: &SqlState| Attempt { what, sql, ends: Refused(state.clone()) };
    let leaves = |what, sql, none| Attempt { what, sql, ends: Leaves(none) };
    let (check, missing) = (&SqlState::CHECK_VIOLATION, &SqlState::FOREIGN_KEY_VIOLATION);
    let (null, unique) = (&SqlState::NOT_NULL_VIOLATION, &SqlState::UNIQUE_VIOLATION);
    let alone = "SELECT count(*) FROM tracker_owner AS o
                 WHERE NOT EXISTS (SELECT FROM tracker_person AS p WHERE p.owner_id = o.id)
                   AND NOT EXISTS (SELECT FROM tracker_group AS g WHERE g.owner_id = o.id)";
    let heirless = "SELECT count(*) FROM tracker_owner AS o
                    WHERE NOT EXISTS (SELECT FROM tracker_person AS p WHERE p.id = o.id)
                      AND NOT EXISTS (SELECT FROM tracker_group AS g WHERE g.id = o.id)";
    let task_of_ada = "SELECT count(*) FROM tracker_task WHERE id = 1";
    match strategy {
        Strategy::Arc => vec![
            refused(
                "an owner that is not there",
                "INSERT INTO tracker_task (description, owner_person_id) VALUES ('x', 99)",
                missing,
            ),
            refused(
                "two owners",
                "INSERT INTO tracker_task (description, owner_person_id, owner_group_id) \
                 VALUES ('x', 1, 1)",
                check,
            ),
            refused("no owner", "INSERT INTO tracker_task (description) VALUES ('x')", check),
            refused(
                "a task that loses its owner",
                "UPDATE tracker_task SET owner_person_id = NULL WHERE id = 1",
                check,
            ),
            refused(
                "two reviewers",
                "UPDATE tracker_task SET reviewer_group_id = 1 WHERE id = 2",
                check,
            ),
            leaves("its owner deleted", "DELETE FROM tracker_person WHERE id = 1", task_of_ada),
            leaves(
                "its reviewer deleted",
                "DELETE FROM tracker_person WHERE id = 1",
                "SELECT num_nonnulls(reviewer_person_id, reviewer_group_id)::bigint
                 FROM tracker_task WHERE id = 2",
            ),
        ],
        Strategy::Link => vec![
            refused(
                "an owner that is not there",
                "INSERT INTO tracker_task (description, owner_id) VALUES ('x', 99)",
                missing,
            ),
            refused(
                "a linking row of nobody who is there",
                "INSERT INTO tracker_owner (person_id) VALUES (99)",
                missing,
            ),
            refused(
                "two owners",
                "INSERT INTO tracker_owner (person_id, group_id) VALUES (2, 1)",
                check,
            ),
            refused("a linking row of nobody", "INSERT INTO tracker_owner DEFAULT VALUES", check),
            refused(
                "a second linking row of one owner",
                "INSERT INTO tracker_owner (person_id) VALUES (1)",
                unique,
            ),
            refused(
                "a linking row that loses its owner",
                "UPDATE tracker_owner SET person_id = NULL WHERE id = 1",
                check,
            ),
            refused("no owner", "INSERT INTO tracker_task (description) VALUES ('x')", null),
            leaves("its owner deleted", "DELETE FROM tracker_person WHERE id = 1", task_of_ada),
            leaves(
                "the linking row left behind",
                "DELETE FROM tracker_person WHERE id = 1",
                "SELECT count(*) FROM tracker_owner WHERE id = 1",
            ),
            leaves(
                "its reviewer deleted",
                "DELETE FROM tracker_person WHERE id = 1",
                "SELECT count(reviewer_id) FROM tracker_task WHERE id = 2",
            ),
        ],
        Strategy::Supertype => vec![
            refused(
                "an owner that is not there",
                "INSERT INTO tracker_task (description, owner_id) VALUES ('x', 99)",
                missing,
            ),
            refused("no owner", "INSERT INTO tracker_task (description) VALUES ('x')", null),
            refused(
                "an owner row of nobody",
                "INSERT INTO tracker_owner (kind) VALUES ('person')",
                check,
            ),
            refused(
                "an owner row that is of two",
                "INSERT INTO tracker_group (name, creator_id, owner_id) VALUES ('Two', 2, 1)",
                check,
            ),
            refused(
                "an owner row of two persons",
                "INSERT INTO tracker_person (name, owner_id) VALUES ('Two', 1)",
                unique,
            ),
            refused(
                "an owner row that changes its kind",
                "UPDATE tracker_owner SET kind = 'group' WHERE id = 1",
                check,
            ),
            refused(
                "a person who takes a group's row",
                "UPDATE tracker_person SET owner_id = 3 WHERE id = 1",
                check,
            ),
            leaves("its owner deleted", "DELETE FROM tracker_person WHERE id = 1", task_of_ada),
            leaves("its row left alone", "DELETE FROM tracker_person WHERE id = 1", alone),
            leaves("a group's row left alone", "DELETE FROM tracker_group", alone),
            leaves(
                "the old row left alone when a person gets another",
                "WITH row AS (INSERT INTO tracker_owner (kind) VALUES ('person') RETURNING id)
                 UPDATE tracker_person SET owner_id = row.id FROM row WHERE tracker_person.id = 1",
                alone,
            ),
            leaves(
                "a person left without a row",
                "DELETE FROM tracker_owner WHERE id = 1",
                "SELECT count(*) FROM tracker_person WHERE id = 1",
            ),
            leaves(
                "its reviewer deleted",
                "DELETE FROM tracker_person WHERE id = 1",
                "SELECT count(reviewer_id) FROM tracker_task WHERE id = 2",
            ),
        ],
        Strategy::Inheritance => vec![
            refused(
                "an owner that is not there",
                "INSERT INTO tracker_task (description, owner_id) VALUES ('x', 99)",
                missing,
            ),
            refused("no owner", "INSERT INTO tracker_task (description) VALUES ('x')", null),
            refused(
                "a base row of nobody",
                "INSERT INTO tracker_owner (kind) VALUES ('group')",
                check,
            ),
            refused(
                "a base row that is of two",
                "INSERT INTO tracker_group (id, name, creator_id) VALUES (1, 'Two', 2)",
                check,
            ),
            refused(
                "a base row that changes its kind",
                "UPDATE tracker_owner SET kind = 'group' WHERE id = 1",
                check,
            ),
            leaves("its owner deleted", "DELETE FROM tracker_person WHERE id = 1", task_of_ada),
            leaves("its base row left alone", "DELETE FROM tracker_person WHERE id = 1", heirless),
            leaves("a group's base row left alone", "DELETE FROM tracker_group", heirless),
            leaves(
                "a person left without a base row",
                "DELETE FROM tracker_owner WHERE id = 1",
                "SELECT count(*) FROM tracker_person WHERE id = 1",
            ),
            leaves(
                "its reviewer deleted",
                "DELETE FROM tracker_person WHERE id = 1",
                "SELECT count(reviewer_id) FROM tracker_task WHERE id = 2",
            ),
        ],
        Strategy::Split | Strategy::Slot | Strategy::Untyped => Vec::new(),
    }
}

#[test]
fn nothing_dangles_and_nothing_is_half_under_any_strategy() {
    let mut tried = 0;
    let mut wrong = Vec::new();
    for strategy in Strategy::ALL {
        let attempts = attempts(strategy);
        if attempts.is_empty() {
            continue;
        }
        let scratch = server::server().scratch("unions").unwrap();
        let mut client = Client::connect(&scratch.url(), NoTls).unwrap();
        Compiled::new(&tracker(strategy)).unwrap().create(&mut client);
        client.batch_execute(rows(strategy)).unwrap();
        for attempt in attempts {
            tried += 1;
            let ended = end(&mut client, &attempt);
            if let Err(how) = ended {
                wrong.push(format!("{}: {}: {how}", strategy.name(), attempt.what));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(tried, 40);
}

/// Carries an attempt out, with everything that is checked when a transaction ends, and takes it back.
fn end(client: &mut Client, attempt: &Attempt) -> Result<(), String> {
    let mut transaction = client.transaction().unwrap();
    let done = transaction.batch_execute(attempt.sql);
    let done = done.and_then(|()| transaction.batch_execute("SET CONSTRAINTS ALL IMMEDIATE"));
    match (&attempt.ends, done) {
        (Refused(state), Err(error)) => match error.code() {
            Some(code) if code == state => Ok(()),
            _ => Err(format!("{error:?}")),
        },
        (Refused(_), Ok(())) => Err("was let through".to_owned()),
        (Leaves(_), Err(error)) => Err(format!("{error:?}")),
        (Leaves(sql), Ok(())) => {
            let left: i64 = transaction.query_one(*sql, &[]).unwrap().get(0);
            if left == 0 { Ok(()) } else { Err(format!("{left} left")) }
        }
    }
}

/// Two sessions make the same row theirs at once: a group and a person.
#[test]
fn two_sessions_never_give_one_row_to_two() {
    for (strategy, base) in [
        (Strategy::Supertype, "INSERT INTO tracker_owner (id, kind) VALUES (77, 'person')"),
        (Strategy::Inheritance, "INSERT INTO tracker_owner (id, kind) VALUES (77, 'person')"),
    ] {
        let column = if strategy == Strategy::Supertype { "owner_id" } else { "id" };
        let scratch = server::server().scratch("unions").unwrap();
        let mut first = Client::connect(&scratch.url(), NoTls).unwrap();
        let mut second = Client::connect(&scratch.url(), NoTls).unwrap();
        Compiled::new(&tracker(strategy)).unwrap().create(&mut first);
        first.batch_execute(rows(strategy)).unwrap();
        first.batch_execute("BEGIN").unwrap();
        first.batch_execute(base).unwrap();
        let own = format!("INSERT INTO tracker_person (name, {column}) VALUES ('Own', 77)");
        first.batch_execute(&own).unwrap();
        second.batch_execute("SET lock_timeout = '300ms'").unwrap();
        let other = format!(
            "INSERT INTO tracker_group (name, creator_id, {column}) VALUES ('Other', 2, 77)"
        );
        let before = second.batch_execute(&other).unwrap_err();
        assert_eq!(before.code(), Some(&SqlState::FOREIGN_KEY_VIOLATION), "{before:?}");
        first.batch_execute("COMMIT").unwrap();
        let after = second.batch_execute(&other).unwrap_err();
        assert_eq!(after.code(), Some(&SqlState::CHECK_VIOLATION), "{after:?}");
    }
}
