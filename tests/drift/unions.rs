//! What holds a union together is missed when it is gone: the CHECKs that count, the triggers that tie its rows to
//! their alternatives.

use trine::schema::Strategy;

use super::support::unions;
use super::{Program, said};

fn program(strategy: Strategy) -> Program {
    Program::of(&[("tracker.trine".to_owned(), unions::program(strategy))])
}

/// Every CHECK and trigger of a union, each with the statement that drops it.
const HOLDS: &str = "
    SELECT 'D0301 ' || c.relname || '.' || k.conname,
           format('ALTER TABLE %I DROP CONSTRAINT %I', c.relname, k.conname)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype = 'c'
    UNION ALL
    SELECT 'D0501 ' || c.relname || '.' || t.tgname,
           format('DROP TRIGGER %I ON %I', t.tgname, c.relname)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal
    ORDER BY 1";

#[test]
fn a_union_does_not_drift_until_something_that_holds_it_is_dropped() {
    for (strategy, fewest) in [
        (Strategy::Arc, 4),
        (Strategy::Link, 4),
        (Strategy::Supertype, 16),
        (Strategy::Inheritance, 16),
    ] {
        let program = program(strategy);
        let database = program.applied();
        let found = program.drift(&database);
        assert!(found.differences.is_empty() && found.others.is_empty(), "{found:#?}");
        let mut client = database.connect().unwrap();
        let rows = client.query(HOLDS, &[]).unwrap();
        let expected: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert!(expected.len() >= fewest, "{}: {expected:?}", strategy.name());
        for row in &rows {
            client.batch_execute(row.get(1)).unwrap();
        }
        let mut found = said(&program.drift(&database));
        found.sort();
        assert_eq!(found, expected, "{}", strategy.name());
    }
}

#[test]
fn a_row_that_may_be_of_two_alternatives_and_a_trigger_that_is_switched_off_are_drift() {
    for (strategy, sql, expected) in [
        (
            Strategy::Link,
            "ALTER TABLE tracker_owner DROP CONSTRAINT uq_tracker_owner_person_id",
            "D0301 tracker_owner.uq_tracker_owner_person_id",
        ),
        (
            Strategy::Supertype,
            "ALTER TABLE tracker_person ALTER COLUMN owner_id DROP NOT NULL",
            "D0204 tracker_person.owner_id",
        ),
        (
            Strategy::Inheritance,
            "ALTER TABLE tracker_person DISABLE TRIGGER tg_tracker_person_owner_row_gone",
            "D0506 tracker_person.tg_tracker_person_owner_row_gone",
        ),
    ] {
        let program = program(strategy);
        let database = program.applied();
        database.connect().unwrap().batch_execute(sql).unwrap();
        assert_eq!(said(&program.drift(&database)), [expected], "{sql}");
    }
}
