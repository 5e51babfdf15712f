//! What the database itself enforces of a union, under each strategy: owners that are not there, two at once,
//! none, and what a delete would leave behind.
#![allow(clippy::unwrap_used, reason = "the helpers of tests may panic as the tests may")]
#![cfg(feature = "database")]

mod support;

#[path = "unions/attempts.rs"]
mod attempts;
#[path = "unions/bounds.rs"]
mod bounds;
#[path = "unions/rights.rs"]
mod rights;
#[path = "unions/rules.rs"]
mod rules;
#[path = "unions/written.rs"]
mod written;

use postgres::error::SqlState;
use postgres::{Client, NoTls, Transaction};
use trine::live::Scratch;
use trine::schema::Strategy;

use attempts::{Attempt, End, attempts, rows};
use support::ground::Compiled;
use support::{server, tracker};

/// The tracker in a database, with its rows.
fn place(strategy: Strategy) -> (Scratch, Client) {
    let tracker = tracker::stored(strategy);
    let scratch = server::server().scratch("unions").unwrap();
    let mut client = Client::connect(&scratch.url(), NoTls).unwrap();
    Compiled::with(&tracker.sources(), &tracker.options).unwrap().create(&mut client);
    client.batch_execute(&rows(strategy)).unwrap();
    (scratch, client)
}

#[test]
fn nothing_dangles_and_nothing_is_half_under_any_strategy() {
    let mut wrong = Vec::new();
    for strategy in Strategy::ALL {
        let (_scratch, mut client) = place(strategy);
        for attempt in attempts(strategy) {
            if let Err(how) = end(&mut client, &attempt) {
                wrong.push(format!("{}: {}: {how}", strategy.name(), attempt.what));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Carries an attempt out, with everything that is checked when a transaction ends, and takes it back.
fn end(client: &mut Client, attempt: &Attempt) -> Result<(), String> {
    let mut transaction = client.transaction().unwrap();
    let count = |transaction: &mut Transaction<'_>, sql: &str| -> i64 {
        transaction.query_one(sql, &[]).unwrap().get(0)
    };
    let before = match attempt.ends {
        End::Refused(_) => 0,
        End::Gone(sql) | End::Never(sql) => count(&mut transaction, sql),
    };
    let done = transaction.batch_execute(attempt.sql);
    let done = done.and_then(|()| transaction.batch_execute("SET CONSTRAINTS ALL IMMEDIATE"));
    match (&attempt.ends, done) {
        (End::Refused(state), Err(error)) if error.code() == Some(state) => Ok(()),
        (_, Err(error)) => Err(format!("{error:?}")),
        (End::Refused(_), Ok(())) => Err("was let through".to_owned()),
        (End::Gone(sql), Ok(())) => match (before, count(&mut transaction, sql)) {
            (1.., 0) => Ok(()),
            (0, _) => Err("there was nothing to lose".to_owned()),
            (_, left) => Err(format!("{left} left")),
        },
        (End::Never(sql), Ok(())) => match (before, count(&mut transaction, sql)) {
            (0, 0) => Ok(()),
            (before, after) => Err(format!("{before} before, {after} after")),
        },
    }
}

/// Two sessions make the same row theirs at once: a group and a person.
#[test]
fn two_sessions_never_give_one_row_to_two() {
    for (strategy, column) in [(Strategy::Supertype, "owner_id"), (Strategy::Inheritance, "id")] {
        let (scratch, mut first) = place(strategy);
        let mut second = Client::connect(&scratch.url(), NoTls).unwrap();
        first.batch_execute("BEGIN").unwrap();
        first.batch_execute("INSERT INTO tracker_owner (id, kind) VALUES (77, 'person')").unwrap();
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
