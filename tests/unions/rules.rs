//! Delete rules that differ by alternative: what a delete comes to by who was the owner, and two sessions that
//! come to the same owner at once.

use std::thread::{self, JoinHandle};
use std::time::Duration;

use postgres::error::SqlState;
use postgres::{Client, Error, NoTls};
use trine::live::Scratch;
use trine::schema::Strategy;

use super::support::ground::Compiled;
use super::support::{owners, server};

/// The strategies under which one table has tasks of all owners.
const STRATEGIES: [Strategy; 4] =
    [Strategy::Arc, Strategy::Link, Strategy::Supertype, Strategy::Inheritance];

/// The program in a database: two persons, two groups, and two bots of the second person.
fn place(strategy: Strategy) -> (Scratch, Client) {
    let example = owners::rules(strategy.name());
    let scratch = server::server().scratch("rules").unwrap();
    let mut client = Client::connect(&scratch.url(), NoTls).unwrap();
    Compiled::new(&example.sources()).unwrap().create(&mut client);
    client
        .batch_execute(
            "INSERT INTO tracker_person (name) VALUES ('ada'), ('bob');
             INSERT INTO tracker_group (name) VALUES ('all'), ('few');
             INSERT INTO tracker_bot (name, keeper_id)
             SELECT name, (SELECT id FROM tracker_person WHERE name = 'bob')
             FROM (VALUES ('cog'), ('dot')) AS bots (name);",
        )
        .unwrap();
    if strategy == Strategy::Link {
        let all = ["person", "group", "bot"].map(|entity| {
            format!("INSERT INTO tracker_owner ({entity}_id) SELECT id FROM tracker_{entity};")
        });
        client.batch_execute(&all.concat()).unwrap();
    }
    (scratch, client)
}

fn entity(name: &str) -> &'static str {
    match name {
        "ada" | "bob" => "person",
        "all" | "few" => "group",
        _ => "bot",
    }
}

/// The column of a relation to an owner, and what it holds for this one.
fn refers(strategy: Strategy, relation: &str, name: &str) -> (String, String) {
    let entity = entity(name);
    let column = match strategy {
        Strategy::Arc => format!("{relation}_{entity}_id"),
        _ => format!("{relation}_id"),
    };
    let value = match strategy {
        Strategy::Link => format!(
            "(SELECT r.id FROM tracker_owner r JOIN tracker_{entity} a ON a.id = r.{entity}_id \
             WHERE a.name = '{name}')"
        ),
        Strategy::Supertype => {
            format!("(SELECT owner_id FROM tracker_{entity} WHERE name = '{name}')")
        }
        _ => format!("(SELECT id FROM tracker_{entity} WHERE name = '{name}')"),
    };
    (column, value)
}

/// A row of `table` that is called after what it refers to: `ada`, by the relations.
fn insert(strategy: Strategy, table: &str, name: &str, relations: &[(&str, &str)]) -> String {
    let (columns, values): (Vec<String>, Vec<String>) =
        relations.iter().map(|(relation, owner)| refers(strategy, relation, owner)).unzip();
    format!(
        "INSERT INTO tracker_{table} (name, {}) VALUES ('{name}', {});",
        columns.join(", "),
        values.join(", ")
    )
}

fn delete(name: &str) -> String {
    format!("DELETE FROM tracker_{} WHERE name = '{name}';", entity(name))
}

/// How a delete must end.
enum Ends {
    /// With a violated foreign key.
    Refused,
    /// With these rows, each with the number of its references.
    Leaves(&'static str),
}

use Ends::{Leaves, Refused};

/// The rows that refer to owners, or are about them.
const LEFT: &str = r"
    SELECT coalesce(string_agg(kind || ' ' || refers, ', ' ORDER BY kind), '')
    FROM (
      SELECT 'task' AS kind, to_jsonb(t) AS row FROM tracker_task AS t
      UNION ALL SELECT 'watch', to_jsonb(w) FROM tracker_task_watchers AS w
      UNION ALL SELECT 'badge', to_jsonb(b) FROM tracker_badge AS b
      UNION ALL SELECT 'desk', to_jsonb(d) FROM tracker_desk AS d
    ) AS left_over,
    LATERAL (
      SELECT count(*) AS refers FROM jsonb_each(row) AS it
      WHERE it.key LIKE '%\_id' AND it.value <> 'null'
    ) AS references_of";

/// What is there, who is deleted, and what is left.
fn attempts(strategy: Strategy) -> Vec<(&'static str, String, &'static str, Ends)> {
    let row = |table, relations: &[_]| insert(strategy, table, table, relations);
    let task = |owner| row("task", &[("owner", owner)]);
    let reviewed = |owner, by| row("task", &[("owner", owner), ("reviewer", by)]);
    let held = |table, holder| row(table, &[("holder", holder)]);
    let watched = |owner, by| {
        let (column, value) = refers(strategy, "owner", by);
        task(owner)
            + &format!(
                "INSERT INTO tracker_task_watchers (task_id, {column}) \
                 VALUES ((SELECT id FROM tracker_task), {value});"
            )
    };
    vec![
        ("an owner of nothing goes, whatever the rule", String::new(), "all", Leaves("")),
        ("and so does a bot", String::new(), "cog", Leaves("")),
        ("the task of a person goes", task("ada"), "ada", Leaves("")),
        ("the task of another stays", task("ada"), "bob", Leaves("task 1")),
        ("the task of a group protects it", task("all"), "all", Refused),
        ("the task of a bot restricts it", task("cog"), "cog", Refused),
        ("a person's bot stays with its task", task("cog"), "bob", Refused),
        ("a task stays without a reviewer", reviewed("all", "ada"), "ada", Leaves("task 1")),
        ("a task goes with the bot that reviews", reviewed("all", "cog"), "cog", Leaves("")),
        ("and with whose bot that is", reviewed("ada", "cog"), "bob", Leaves("")),
        (
            "a task that goes with one bot is in no other's way",
            reviewed("cog", "dot"),
            "bob",
            Leaves(""),
        ),
        ("a task stays without who watches", watched("all", "ada"), "ada", Leaves("task 1")),
        ("a group that watches stays", watched("ada", "all"), "all", Refused),
        ("the badge of a person restricts", held("badge", "ada"), "ada", Refused),
        ("the badge of a group goes", held("badge", "all"), "all", Leaves("")),
        ("the desk of a person protects", held("desk", "ada"), "ada", Refused),
        ("the desk of a group stays", held("desk", "all"), "all", Leaves("desk 0")),
    ]
}

#[test]
fn what_protects_refuses_at_once_though_its_key_may_wait() {
    // A bot restricts as late as it can, by the same key: it may go with its keeper, whose tasks go.
    for strategy in STRATEGIES {
        let (_scratch, mut client) = place(strategy);
        client.batch_execute(&insert(strategy, "task", "task", &[("owner", "all")])).unwrap();
        let mut transaction = client.transaction().unwrap();
        let refused = transaction.batch_execute(&delete("all"));
        assert!(refused.is_err(), "{strategy:?}: the group is deleted, until the end");
    }
}

#[test]
fn what_a_delete_does_is_a_matter_of_who_was_the_owner() {
    let mut wrong = Vec::new();
    for strategy in STRATEGIES {
        let (_scratch, mut client) = place(strategy);
        for (what, rows, who, ends) in attempts(strategy) {
            let mut transaction = client.transaction().unwrap();
            transaction.batch_execute(&rows).unwrap();
            let done = transaction.batch_execute(&delete(who));
            let done =
                done.and_then(|()| transaction.batch_execute("SET CONSTRAINTS ALL IMMEDIATE"));
            let how = match (ends, done) {
                (Refused, Err(error)) if is_refused(&error) => None,
                (_, Err(error)) => Some(format!("{error:?}")),
                (Refused, Ok(())) => Some("was let through".to_owned()),
                (Leaves(wanted), Ok(())) => {
                    let left: String = transaction.query_one(LEFT, &[]).unwrap().get(0);
                    (left != wanted).then_some(left)
                }
            };
            wrong.extend(how.map(|how| format!("{}: {what}: {how}", strategy.name())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `protect` is a violation of its own from PostgreSQL 18 on, where a foreign key says it.
fn is_refused(error: &Error) -> bool {
    let states = [&SqlState::FOREIGN_KEY_VIOLATION, &SqlState::RESTRICT_VIOLATION];
    error.code().is_some_and(|code| states.contains(&code))
}

/// Deletes in a session of its own, which has begun at this level before `meanwhile` and waits for what is not
/// committed.
fn deleted_in_another(
    scratch: &Scratch,
    level: &str,
    who: &str,
    meanwhile: impl FnOnce(),
) -> JoinHandle<Result<(), Error>> {
    let mut other = Client::connect(&scratch.url(), NoTls).unwrap();
    let begin = format!("BEGIN ISOLATION LEVEL {level}; SELECT FROM tracker_person;");
    other.batch_execute(&begin).unwrap();
    meanwhile();
    let sql = delete(who) + "COMMIT";
    let deleting = thread::spawn(move || other.batch_execute(&sql));
    // Long enough to come to the row that is locked.
    thread::sleep(Duration::from_millis(300));
    assert!(!deleting.is_finished(), "nothing is waited for");
    deleting
}

#[test]
fn an_owner_who_gets_a_badge_while_being_deleted_takes_it_along_or_stays() {
    for strategy in STRATEGIES {
        for (level, who, ends) in [
            ("READ COMMITTED", "all", Leaves("")),
            ("READ COMMITTED", "ada", Refused),
            // What has begun before sees no badge to take along.
            ("REPEATABLE READ", "all", Refused),
        ] {
            let (scratch, mut first) = place(strategy);
            let deleting = deleted_in_another(&scratch, level, who, || {
                let badge = insert(strategy, "badge", "badge", &[("holder", who)]);
                first.batch_execute("BEGIN").unwrap();
                first.batch_execute(&badge).unwrap();
            });
            first.batch_execute("COMMIT").unwrap();
            let ended = deleting.join().unwrap();
            let left: String = first.query_one(LEFT, &[]).unwrap().get(0);
            let says = format!("{} at {level}, {who}: {ended:?}, {left}", strategy.name());
            match ends {
                Leaves(wanted) => assert!(ended.is_ok() && left == wanted, "{says}"),
                Refused => assert!(ended.is_err() && left == "badge 1", "{says}"),
            }
        }
    }
}

#[test]
fn a_task_never_gets_an_owner_who_is_being_deleted() {
    for strategy in STRATEGIES {
        let (scratch, mut first) = place(strategy);
        first.batch_execute("BEGIN").unwrap();
        first.batch_execute(&delete("ada")).unwrap();
        let mut second = Client::connect(&scratch.url(), NoTls).unwrap();
        let sql = insert(strategy, "task", "task", &[("owner", "ada")]);
        let inserting = thread::spawn(move || second.batch_execute(&sql));
        thread::sleep(Duration::from_millis(300));
        assert!(!inserting.is_finished(), "{}: nothing is waited for", strategy.name());
        first.batch_execute("COMMIT").unwrap();
        let refused = inserting.join().unwrap().unwrap_err();
        assert!(is_refused(&refused), "{}: {refused:?}", strategy.name());
    }
}
