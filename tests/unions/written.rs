//! A delete that a union's trigger takes part in does the same whatever the transaction has written before.

use postgres::{Client, NoTls};
use trine::source::Sources;

use super::support::ground::Compiled;
use super::support::server;

/// A person's task goes with the project, and has no owner by then.
fn program(strategy: &str, rule: &str) -> String {
    format!(
        "module plan
         entity Person {{ name text }}
         entity Team {{ name text }}
         union Owner = Person | Team as {strategy}
         entity Project {{ creator 1 Person <-> * projects on delete cascade }}
         entity Task {{
             title    text
             owner    0..1 Owner <-> * tasks on delete {rule}
             project  1 Project <-> * tasks on delete cascade
         }}"
    )
}

#[test]
fn what_was_written_before_a_delete_does_not_decide_what_it_does() {
    let strategies = ["arc", "link", "supertype", "inheritance"];
    for (strategy, rule) in strategies
        .iter()
        .flat_map(|strategy| [(strategy, "set null"), (strategy, "set null, Team cascade")])
    {
        let mut sources = Sources::new();
        sources.add("plan.trine", program(strategy, rule));
        let scratch = server::server().scratch("written").unwrap();
        let mut client = Client::connect(&scratch.url(), NoTls).unwrap();
        Compiled::new(&sources).unwrap().create(&mut client);
        let (column, owner) = match *strategy {
            "arc" => ("owner_person_id", "SELECT id FROM plan_person"),
            "inheritance" => ("owner_id", "SELECT id FROM plan_person"),
            "supertype" => ("owner_id", "SELECT owner_id FROM plan_person"),
            _ => ("owner_id", "SELECT id FROM plan_owner"),
        };
        let row = "INSERT INTO plan_owner (person_id) SELECT id FROM plan_person;";
        let row = if *strategy == "link" { row } else { "" };
        let rows = format!(
            "INSERT INTO plan_person (name) VALUES ('ada');
             {row}
             INSERT INTO plan_project (creator_id) SELECT id FROM plan_person;
             INSERT INTO plan_task (title, project_id, {column})
             SELECT 'now', id, ({owner}) FROM plan_project;"
        );
        client.batch_execute(&rows).unwrap();
        for before in ["", "UPDATE plan_task SET title = 'later';"] {
            let delete = format!("BEGIN; {before} DELETE FROM plan_person;");
            let done = client.batch_execute(&format!("{delete} SET CONSTRAINTS ALL IMMEDIATE;"));
            assert!(done.is_ok(), "{strategy}, {rule}, {before}: {done:?}");
            let left = client.query_one("SELECT count(*) FROM plan_task", &[]).unwrap();
            assert_eq!(left.get::<_, i64>(0), 0, "{strategy}, {rule}, {before}");
            client.batch_execute("ROLLBACK").unwrap();
        }
    }
}
