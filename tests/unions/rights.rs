//! What a role needs rights on that writes alternatives, and none of the tables around them.

use postgres::error::SqlState;
use postgres::{Client, Error};
use trine::schema::Strategy;

use super::place;

/// A new person, and the end of one who owns a task.
const WRITES: [&str; 2] = [
    "INSERT INTO tracker_person (name) VALUES ('Eve')",
    "DELETE FROM tracker_person WHERE name = 'Ada'",
];

/// Writes as a role with these rights and no others, with everything that is checked when a transaction ends, and
/// takes it back: how many tasks are left.
fn written_as_clerk(client: &mut Client, tables: &[&str], write: &str) -> Result<i64, Error> {
    let mut transaction = client.transaction().unwrap();
    // Gone with the transaction.
    transaction.batch_execute("CREATE ROLE clerk").unwrap();
    for table in tables {
        let grant = format!("GRANT SELECT, INSERT, DELETE ON {table} TO clerk");
        transaction.batch_execute(&grant).unwrap();
    }
    transaction.batch_execute("SET LOCAL ROLE clerk").unwrap();
    transaction.batch_execute(write)?;
    transaction.batch_execute("SET CONSTRAINTS ALL IMMEDIATE")?;
    transaction.batch_execute("RESET ROLE").unwrap();
    Ok(transaction.query_one("SELECT count(*) FROM tracker_task", &[]).unwrap().get(0))
}

#[test]
fn who_writes_alternatives_needs_rights_on_the_rows_that_triggers_keep() {
    for strategy in [Strategy::Arc, Strategy::Link, Strategy::Supertype, Strategy::Inheritance] {
        let (_scratch, mut client) = place(strategy);
        for (write, tasks) in WRITES.into_iter().zip([2, 1]) {
            let alone = written_as_clerk(&mut client, &["tracker_person"], write);
            match strategy {
                // Foreign keys act as the owners of their tables.
                Strategy::Arc | Strategy::Link => assert_eq!(alone.unwrap(), tasks, "{write}"),
                _ => {
                    let refused = alone.unwrap_err();
                    assert_eq!(refused.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{write}");
                    let tables = ["tracker_person", "tracker_owner"];
                    let left = written_as_clerk(&mut client, &tables, write);
                    assert_eq!(left.unwrap(), tasks, "{}: {write}", strategy.name());
                }
            }
        }
    }
}
