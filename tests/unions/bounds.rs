//! Alternatives that must be referred to: none is there without, and none loses its last.

use postgres::error::SqlState;
use postgres::{Client, NoTls};
use trine::source::Sources;

use super::support::ground::Compiled;
use super::support::server;

/// Who has no task has no place.
fn program(strategy: &str) -> String {
    format!(
        "module plan
         entity Person {{ name text }}
         entity Team {{ name text }}
         union Owner = Person | Team as {strategy}
         entity Task {{
             title  text
             owner  1 Owner <-> 1..* tasks on delete cascade
         }}"
    )
}

/// What makes a task of a person.
fn task(strategy: &str, title: &str, person: i64) -> String {
    match strategy {
        "arc" => {
            format!("INSERT INTO plan_task (title, owner_person_id) VALUES ('{title}', {person});")
        }
        "link" => format!(
            "INSERT INTO plan_owner (person_id) VALUES ({person}) ON CONFLICT DO NOTHING;
             INSERT INTO plan_task (title, owner_id)
             SELECT '{title}', id FROM plan_owner WHERE person_id = {person};"
        ),
        "supertype" => format!(
            "INSERT INTO plan_task (title, owner_id)
             SELECT '{title}', owner_id FROM plan_person WHERE id = {person};"
        ),
        _ => format!("INSERT INTO plan_task (title, owner_id) VALUES ('{title}', {person});"),
    }
}

#[test]
fn who_must_be_referred_to_always_is() {
    for strategy in ["arc", "link", "supertype", "inheritance"] {
        let mut sources = Sources::new();
        sources.add("plan.trine", program(strategy));
        let scratch = server::server().scratch("bounds").unwrap();
        let mut client = Client::connect(&scratch.url(), NoTls).unwrap();
        Compiled::new(&sources).unwrap().create(&mut client);
        let person = "INSERT INTO plan_person (name) VALUES ('somebody');";
        let [a, b, c] = ["a", "b", "c"].map(|title| task(strategy, title, 1));
        client.batch_execute(&format!("BEGIN; {person} {a} {b} COMMIT;")).unwrap();

        let second = task(strategy, "d", 2);
        let mut attempts = vec![
            ("a person without a task", person.to_owned(), false),
            ("a person with a task", format!("{person} {second}"), true),
            ("one task of two", "DELETE FROM plan_task WHERE title = 'a';".to_owned(), true),
            ("the last tasks", "DELETE FROM plan_task;".to_owned(), false),
            ("others instead", format!("DELETE FROM plan_task; {c}"), true),
            ("a person with their tasks", "DELETE FROM plan_person;".to_owned(), true),
        ];
        if strategy == "link" {
            let gone = "DELETE FROM plan_owner;".to_owned();
            attempts.push(("the linking row with the tasks", gone, false));
            let row = "INSERT INTO plan_owner (person_id) VALUES (2);";
            attempts.push(("a linking row without a task", format!("{person} {row}"), false));
        }
        for (what, sql, goes_well) in attempts {
            // The second person of each attempt is number 2.
            let again = "ALTER TABLE plan_person ALTER id RESTART WITH 2;";
            let again = if strategy == "inheritance" {
                "ALTER TABLE plan_owner ALTER id RESTART WITH 2;"
            } else {
                again
            };
            client.batch_execute(again).unwrap();
            let done =
                client.batch_execute(&format!("BEGIN; {sql} SET CONSTRAINTS ALL IMMEDIATE;"));
            client.batch_execute("ROLLBACK").unwrap();
            match done {
                Ok(()) => assert!(goes_well, "{strategy}: {what} was let through"),
                Err(error) => {
                    assert!(!goes_well, "{strategy}: {what}: {error:?}");
                    assert_eq!(
                        error.code(),
                        Some(&SqlState::CHECK_VIOLATION),
                        "{strategy}: {what}"
                    );
                }
            }
        }
    }
}
