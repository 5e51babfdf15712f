//! What is tried with the tracker under each strategy, and how it must end.

use postgres::error::SqlState;
use trine::schema::Strategy;

/// What is tried, each in a transaction of its own.
pub struct Attempt {
    /// What it would do.
    pub what: &'static str,
    pub sql: &'static str,
    pub ends: End,
}

/// How an attempt must end.
pub enum End {
    /// With an error.
    Refused(SqlState),
    /// Well, and what this counted is gone.
    Gone(&'static str),
    /// Well, and this counts nothing, before and after.
    Never(&'static str),
}

/// Who owns tasks and pays for projects: Ada (1), Bob (2), and the group (1), which Bob made.
const OWNERS: &str = "INSERT INTO tracker_person (name) VALUES ('Ada'), ('Bob');
    INSERT INTO tracker_group (name, creator_id) VALUES ('All', 2);";

/// Ada owns task 1, the group owns task 2; Ada pays for project 1, and nobody for project 2.
pub fn rows(strategy: Strategy) -> String {
    let owned = match strategy {
        Strategy::Arc => {
            "INSERT INTO tracker_task (description, owner_person_id, owner_group_id)
             VALUES ('a', 1, NULL), ('b', NULL, 1);
             INSERT INTO tracker_project (name, sponsor_person_id) VALUES ('p', 1), ('q', NULL)"
        }
        Strategy::Link => {
            "INSERT INTO tracker_owner (person_id, group_id) VALUES (1, NULL), (NULL, 1);
             INSERT INTO tracker_task (description, owner_id) VALUES ('a', 1), ('b', 2);
             INSERT INTO tracker_project (name, sponsor_id) VALUES ('p', 1), ('q', NULL)"
        }
        // The rows of owners come by themselves: 1 and 2 for the persons, 3 for the group.
        Strategy::Supertype | Strategy::Inheritance => {
            "INSERT INTO tracker_task (description, owner_id) VALUES ('a', 1), ('b', 3);
             INSERT INTO tracker_project (name, sponsor_id) VALUES ('p', 1), ('q', NULL)"
        }
        Strategy::Split => {
            "INSERT INTO tracker_person_task (description, owner_id) VALUES ('a', 1);
             INSERT INTO tracker_group_task (description, owner_id) VALUES ('b', 1);
             INSERT INTO tracker_person_project (name, sponsor_id) VALUES ('p', 1), ('q', NULL)"
        }
        Strategy::Slot => {
            "INSERT INTO tracker_task (description, owner_id) VALUES ('a', 1), ('b', 2);
             INSERT INTO tracker_project (name, sponsor_id) VALUES ('p', 1), ('q', NULL)"
        }
        Strategy::Untyped => {
            "INSERT INTO tracker_task (description, owner_type, owner_id)
             VALUES ('a', 'tracker.Person', '1'), ('b', 'tracker.Group', '1');
             INSERT INTO tracker_project (name, sponsor_type, sponsor_id)
             VALUES ('p', 'tracker.Person', '1'), ('q', NULL, NULL)"
        }
    };
    format!("{OWNERS}\n{owned}")
}

/// What is tried under a strategy.
pub fn attempts(strategy: Strategy) -> Vec<Attempt> {
    let (mut attempts, has_one_column) = match strategy {
        Strategy::Arc => (arc(), false),
        Strategy::Link => (link(), true),
        Strategy::Supertype => (supertype(), true),
        Strategy::Inheritance => (inheritance(), true),
        Strategy::Split => (split(), false),
        Strategy::Slot => (slot(), true),
        Strategy::Untyped => (untyped(), false),
    };
    if has_one_column {
        attempts.extend(ownerless());
    }
    attempts
}

const MISSING: SqlState = SqlState::FOREIGN_KEY_VIOLATION;
const CHECK: SqlState = SqlState::CHECK_VIOLATION;
const NULL: SqlState = SqlState::NOT_NULL_VIOLATION;
const UNIQUE: SqlState = SqlState::UNIQUE_VIOLATION;
/// Nobody can even say it.
const UNSAID: SqlState = SqlState::UNDEFINED_COLUMN;
/// A table that others refer to is not emptied by itself.
const NEEDED: SqlState = SqlState::FEATURE_NOT_SUPPORTED;

/// Ada goes.
const NO_ADA: &str = "DELETE FROM tracker_person WHERE id = 1";
const TASK_OF_ADA: &str = "SELECT count(*) FROM tracker_task WHERE id = 1";
const SPONSORS: &str = "SELECT count(sponsor_id) FROM tracker_project";

fn refused(what: &'static str, state: SqlState, sql: &'static str) -> Attempt {
    Attempt { what, sql, ends: End::Refused(state) }
}

fn gone(what: &'static str, sql: &'static str, count: &'static str) -> Attempt {
    Attempt { what, sql, ends: End::Gone(count) }
}

fn never(what: &'static str, sql: &'static str, count: &'static str) -> Attempt {
    Attempt { what, sql, ends: End::Never(count) }
}

/// What leaves a task without an owner, where one column says whose it is.
fn ownerless() -> [Attempt; 2] {
    [
        refused("no owner", NULL, "INSERT INTO tracker_task (description) VALUES ('x')"),
        refused(
            "a task that loses its owner",
            NULL,
            "UPDATE tracker_task SET owner_id = NULL WHERE id = 1",
        ),
    ]
}

fn arc() -> Vec<Attempt> {
    let sponsors = "SELECT count(*) FROM tracker_project
                    WHERE num_nonnulls(sponsor_person_id, sponsor_group_id) > 0";
    vec![
        refused(
            "an owner that is not there",
            MISSING,
            "INSERT INTO tracker_task (description, owner_person_id) VALUES ('x', 99)",
        ),
        refused(
            "two owners",
            CHECK,
            "INSERT INTO tracker_task (description, owner_person_id, owner_group_id) VALUES ('x', 1, 1)",
        ),
        refused("no owner", CHECK, "INSERT INTO tracker_task (description) VALUES ('x')"),
        refused(
            "a task that loses its owner",
            CHECK,
            "UPDATE tracker_task SET owner_person_id = NULL WHERE id = 1",
        ),
        refused(
            "two sponsors",
            CHECK,
            "UPDATE tracker_project SET sponsor_group_id = 1 WHERE id = 1",
        ),
        refused(
            "an owner that takes another key",
            MISSING,
            "UPDATE tracker_person SET id = 9 WHERE id = 1",
        ),
        refused("all owners at once", NEEDED, "TRUNCATE tracker_group"),
        gone("its owner deleted", NO_ADA, TASK_OF_ADA),
        gone("its sponsor deleted", NO_ADA, sponsors),
        gone(
            "all owners, with what refers to them",
            "TRUNCATE tracker_group CASCADE",
            "SELECT count(*) FROM tracker_task WHERE owner_group_id IS NOT NULL",
        ),
    ]
}

fn link() -> Vec<Attempt> {
    vec![
        refused(
            "an owner that is not there",
            MISSING,
            "INSERT INTO tracker_task (description, owner_id) VALUES ('x', 99)",
        ),
        refused(
            "a linking row of nobody who is there",
            MISSING,
            "INSERT INTO tracker_owner (person_id) VALUES (99)",
        ),
        refused(
            "two owners",
            CHECK,
            "INSERT INTO tracker_owner (person_id, group_id) VALUES (2, 1)",
        ),
        refused("a linking row of nobody", CHECK, "INSERT INTO tracker_owner DEFAULT VALUES"),
        refused(
            "a second linking row of one owner",
            UNIQUE,
            "INSERT INTO tracker_owner (person_id) VALUES (1)",
        ),
        refused(
            "a linking row that loses its owner",
            CHECK,
            "UPDATE tracker_owner SET person_id = NULL WHERE id = 1",
        ),
        refused(
            "an owner that takes another key",
            MISSING,
            "UPDATE tracker_person SET id = 9 WHERE id = 1",
        ),
        refused("all owners at once", NEEDED, "TRUNCATE tracker_group"),
        gone("its owner deleted", NO_ADA, TASK_OF_ADA),
        gone(
            "the linking row left behind",
            NO_ADA,
            "SELECT count(*) FROM tracker_owner WHERE id = 1",
        ),
        gone("its sponsor deleted", NO_ADA, SPONSORS),
        gone(
            "all owners, with what refers to them",
            "TRUNCATE tracker_group CASCADE",
            "SELECT count(*) FROM tracker_owner",
        ),
    ]
}

/// What is tried alike under `supertype` and `inheritance`.
fn based() -> Vec<Attempt> {
    vec![
        refused(
            "an owner that is not there",
            MISSING,
            "INSERT INTO tracker_task (description, owner_id) VALUES ('x', 99)",
        ),
        refused(
            "a base row of nobody",
            CHECK,
            "INSERT INTO tracker_owner (kind) VALUES ('person')",
        ),
        refused(
            "a task of a base row of nobody",
            CHECK,
            "WITH row AS (INSERT INTO tracker_owner (kind) VALUES ('group') RETURNING id)
             INSERT INTO tracker_task (description, owner_id) SELECT 'x', id FROM row",
        ),
        refused(
            "a base row of no kind that there is",
            CHECK,
            "INSERT INTO tracker_owner (kind) VALUES ('team')",
        ),
        refused(
            "a base row that changes its kind",
            CHECK,
            "UPDATE tracker_owner SET kind = 'group' WHERE id = 1",
        ),
        refused(
            "a base row that takes another key",
            MISSING,
            "UPDATE tracker_owner SET id = 9 WHERE id = 2",
        ),
        gone("its owner deleted", NO_ADA, TASK_OF_ADA),
        gone("its sponsor deleted", NO_ADA, SPONSORS),
        gone(
            "all owners of a kind at once",
            "TRUNCATE tracker_group",
            "SELECT count(*) FROM tracker_task WHERE owner_id = 3",
        ),
    ]
}

fn supertype() -> Vec<Attempt> {
    let alone = "SELECT count(*) FROM tracker_owner AS o
                 WHERE NOT EXISTS (SELECT FROM tracker_person AS p WHERE p.owner_id = o.id)
                   AND NOT EXISTS (SELECT FROM tracker_group AS g WHERE g.owner_id = o.id)";
    let mut attempts = based();
    attempts.extend([
        refused(
            "a base row that is of two",
            CHECK,
            "INSERT INTO tracker_group (name, creator_id, owner_id) VALUES ('Two', 2, 1)",
        ),
        refused(
            "a base row of two persons",
            UNIQUE,
            "INSERT INTO tracker_person (name, owner_id) VALUES ('Two', 1)",
        ),
        refused(
            "a person who takes a group's row",
            CHECK,
            "UPDATE tracker_person SET owner_id = 3 WHERE id = 1",
        ),
        never("a person's base row left alone", NO_ADA, alone),
        never("a group's base row left alone", "DELETE FROM tracker_group", alone),
        never("the base rows of all groups left alone", "TRUNCATE tracker_group", alone),
        never(
            "a base row left alone by an insert that does nothing",
            "INSERT INTO tracker_person (id, name) VALUES (1, 'Ada') ON CONFLICT DO NOTHING",
            alone,
        ),
        never(
            "a base row left alone by an insert that updates",
            "INSERT INTO tracker_person (id, name) VALUES (1, 'Eve')
             ON CONFLICT (id) DO UPDATE SET name = excluded.name",
            alone,
        ),
        never(
            "the old row left alone when a person gets another",
            "WITH row AS (INSERT INTO tracker_owner (kind) VALUES ('person') RETURNING id)
             UPDATE tracker_person SET owner_id = row.id FROM row WHERE tracker_person.id = 1",
            alone,
        ),
        never(
            "the old row left alone when a person gives it up",
            "UPDATE tracker_person SET owner_id = NULL WHERE id = 1",
            alone,
        ),
        gone(
            "a person left without a row",
            "DELETE FROM tracker_owner WHERE id = 1",
            "SELECT count(*) FROM tracker_person WHERE id = 1",
        ),
    ]);
    attempts
}

fn inheritance() -> Vec<Attempt> {
    let alone = "SELECT count(*) FROM tracker_owner AS o
                 WHERE NOT EXISTS (SELECT FROM tracker_person AS p WHERE p.id = o.id)
                   AND NOT EXISTS (SELECT FROM tracker_group AS g WHERE g.id = o.id)";
    let mut attempts = based();
    attempts.extend([
        refused(
            "a base row that is of two",
            CHECK,
            "INSERT INTO tracker_group (id, name, creator_id) VALUES (1, 'Two', 2)",
        ),
        refused(
            "a person who takes a group's key",
            CHECK,
            "UPDATE tracker_person SET id = 3 WHERE id = 1",
        ),
        never("a person's base row left alone", NO_ADA, alone),
        never("a group's base row left alone", "DELETE FROM tracker_group", alone),
        never("the base rows of all groups left alone", "TRUNCATE tracker_group", alone),
        never(
            "a base row left alone by an insert that does nothing",
            "CREATE UNIQUE INDEX ON tracker_person (name);
             INSERT INTO tracker_person (name) VALUES ('Ada') ON CONFLICT DO NOTHING",
            alone,
        ),
        never(
            "the old row left alone when a person gets another",
            "WITH row AS (INSERT INTO tracker_owner (kind) VALUES ('person') RETURNING id)
             UPDATE tracker_person SET id = row.id FROM row WHERE tracker_person.id = 1",
            alone,
        ),
        gone(
            "a person left without a base row",
            "DELETE FROM tracker_owner WHERE id = 1",
            "SELECT count(*) FROM tracker_person WHERE id = 1",
        ),
    ]);
    attempts
}

fn split() -> Vec<Attempt> {
    vec![
        refused(
            "an owner that is not there",
            MISSING,
            "INSERT INTO tracker_person_task (description, owner_id) VALUES ('x', 99)",
        ),
        refused(
            "a person where a group is meant",
            MISSING,
            "INSERT INTO tracker_group_task (description, owner_id) VALUES ('x', 2)",
        ),
        refused(
            "two owners",
            UNSAID,
            "INSERT INTO tracker_person_task (description, owner_id, owner_group_id) VALUES ('x', 1, 1)",
        ),
        refused("no owner", NULL, "INSERT INTO tracker_person_task (description) VALUES ('x')"),
        refused(
            "a task that loses its owner",
            NULL,
            "UPDATE tracker_group_task SET owner_id = NULL WHERE id = 1",
        ),
        refused(
            "an owner that takes another key",
            MISSING,
            "UPDATE tracker_person SET id = 9 WHERE id = 1",
        ),
        refused("all owners at once", NEEDED, "TRUNCATE tracker_group"),
        gone("its owner deleted", NO_ADA, "SELECT count(*) FROM tracker_person_task"),
        gone(
            "its owner, a group, deleted",
            "DELETE FROM tracker_group",
            "SELECT count(*) FROM tracker_group_task",
        ),
        never(
            "a task that goes with an owner of the other table",
            NO_ADA,
            "SELECT 1 - count(*) FROM tracker_group_task",
        ),
        gone("its sponsor deleted", NO_ADA, "SELECT count(sponsor_id) FROM tracker_person_project"),
    ]
}

/// The slot is filled with persons.
fn slot() -> Vec<Attempt> {
    vec![
        refused(
            "an owner that is not there",
            MISSING,
            "INSERT INTO tracker_task (description, owner_id) VALUES ('x', 99)",
        ),
        refused(
            "two owners",
            UNSAID,
            "INSERT INTO tracker_task (description, owner_id, owner_group_id) VALUES ('x', 1, 1)",
        ),
        refused(
            "an owner that takes another key",
            MISSING,
            "UPDATE tracker_person SET id = 9 WHERE id = 1",
        ),
        refused("all owners at once", NEEDED, "TRUNCATE tracker_person"),
        gone("its owner deleted", NO_ADA, TASK_OF_ADA),
        gone("its sponsor deleted", NO_ADA, SPONSORS),
    ]
}

/// What is promised is a whole pair of a type that is listed; and that a row outlives what it is about.
fn untyped() -> Vec<Attempt> {
    vec![
        refused(
            "an owner of no type that is listed",
            CHECK,
            "INSERT INTO tracker_task (description, owner_type, owner_id)
             VALUES ('x', 'tracker.Task', '1')",
        ),
        refused(
            "two owners",
            UNSAID,
            "INSERT INTO tracker_task (description, owner_person_id, owner_group_id) VALUES ('x', 1, 1)",
        ),
        refused("no owner", NULL, "INSERT INTO tracker_task (description) VALUES ('x')"),
        refused(
            "half an owner",
            NULL,
            "INSERT INTO tracker_task (description, owner_type) VALUES ('x', 'tracker.Person')",
        ),
        refused(
            "half a sponsor",
            CHECK,
            "UPDATE tracker_project SET sponsor_id = NULL WHERE id = 1",
        ),
        never(
            "a task gone with its owner",
            NO_ADA,
            "SELECT 1 - count(*) FROM tracker_task
             WHERE id = 1 AND owner_type = 'tracker.Person' AND owner_id = '1'",
        ),
        never("a sponsor forgotten", NO_ADA, "SELECT 1 - count(sponsor_id) FROM tracker_project"),
    ]
}
