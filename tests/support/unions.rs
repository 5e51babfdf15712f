//! One program over unions under each strategy, and rows for it in SQL, as a person would insert them.

use std::fmt::Write;

use trine::schema::Strategy;

/// The strategies under which one program may be of any alternative, row by row, and the database enforces it.
pub const ENFORCED: [Strategy; 4] =
    [Strategy::Arc, Strategy::Link, Strategy::Supertype, Strategy::Inheritance];

/// Persons and groups own tasks, review and watch them, hold badges; comments are on tasks or persons. An alternative
/// is in two unions, a rule refuses and one clears, or does so by alternative, and a task takes the person that helps
/// with it along.
pub fn program(strategy: Strategy) -> String {
    // An entity inherits once.
    let other = match strategy {
        Strategy::Inheritance => Strategy::Supertype,
        _ => strategy,
    };
    format!(
        "module tracker

entity Person {{
  name  varchar(80)  unique
  task  0..1 Task <-> * helpers  on delete cascade
}}

entity Group {{
  name     varchar(80)  unique
  creator  0..1 Person <-> * created_groups  on delete set null
}}

union Owner = Person | Group  as {strategy}

union Subject = Task | Person  as {other}

entity Task {{
  name      varchar(80)  unique
  owner     1 Owner <-> * tasks  on delete cascade
  reviewer  0..1 Owner <-> * reviews  on delete set null
  watchers  * Owner <-> * watched  on delete unlink  through Watch
}}

entity Badge {{
  name    varchar(80)  unique
  holder  1 Owner <-> 0..1 badge  on delete restrict
}}

entity Note {{
  name    varchar(80)  unique
  owner   1 Owner <-> * notes  on delete cascade, Group restrict
  editor  0..1 Owner <-> * edits  on delete restrict, Person set null
}}

entity Comment {{
  name     varchar(80)  unique
  subject  1 Subject <-> * comments  on delete cascade
  author   0..1 Person <-> * texts  on delete restrict
}}
",
        strategy = strategy.name(),
        other = other.name(),
    )
}

/// Inserts that fill its tables.
pub fn rows(strategy: Strategy) -> String {
    let mut sql = String::new();
    let person = |name: &str| format!("(SELECT id FROM tracker_person WHERE name = '{name}')");
    for nth in 1..=8 {
        let _ = writeln!(sql, "INSERT INTO tracker_person (name) VALUES ('p{nth}');");
    }
    for nth in 1..=5 {
        let creator = if nth % 2 == 0 { "NULL".to_owned() } else { person(&format!("p{nth}")) };
        let _ = writeln!(
            sql,
            "INSERT INTO tracker_group (name, creator_id) VALUES ('g{nth}', {creator});"
        );
    }
    if strategy == Strategy::Link {
        sql.push_str("INSERT INTO tracker_owner (person_id) SELECT id FROM tracker_person;\n");
        sql.push_str("INSERT INTO tracker_owner (group_id) SELECT id FROM tracker_group;\n");
    }
    let tasks = [
        ("t1", "p1", "p2"),
        ("t2", "p1", "g1"),
        ("t3", "g1", ""),
        ("t4", "g2", "p1"),
        ("t5", "p3", "p3"),
        ("t6", "p4", "g3"),
        ("t7", "g4", "g4"),
    ];
    for (name, owner, reviewer) in tasks {
        let parts = [part(strategy, "owner", owner), part(strategy, "reviewer", reviewer)];
        insert(&mut sql, "task", name, &parts);
    }
    if strategy == Strategy::Link {
        sql.push_str("INSERT INTO tracker_subject (task_id) SELECT id FROM tracker_task;\n");
        sql.push_str("INSERT INTO tracker_subject (person_id) SELECT id FROM tracker_person;\n");
    }
    // Helpers: p5 helps p1 with t1, and p1's other task has p6, who owns nothing; p4 helps with their own.
    for (name, task) in [("p5", "t1"), ("p6", "t2"), ("p4", "t6")] {
        let _ = writeln!(
            sql,
            "UPDATE tracker_person SET task_id = (SELECT id FROM tracker_task WHERE name = '{task}') \
             WHERE name = '{name}';"
        );
    }
    for (name, holder) in [("b1", "p7"), ("b2", "g5"), ("b3", "p5")] {
        insert(&mut sql, "badge", name, &[part(strategy, "holder", holder)]);
    }
    let notes = [
        ("n1", "p8", ""),
        ("n2", "p8", "p2"),
        ("n3", "g1", "p3"),
        ("n4", "p1", "g2"),
        ("n5", "g5", ""),
        ("n6", "p4", "p4"),
    ];
    for (name, owner, editor) in notes {
        let parts = [part(strategy, "owner", owner), part(strategy, "editor", editor)];
        insert(&mut sql, "note", name, &parts);
    }
    for (task, watcher) in [("t1", "p1"), ("t1", "g1"), ("t3", "p8"), ("t4", "p2"), ("t6", "g4")] {
        let (column, value) = part(strategy, "owner", watcher);
        let _ = writeln!(
            sql,
            "INSERT INTO tracker_watch (task_id, {column}) VALUES ((SELECT id FROM tracker_task \
             WHERE name = '{task}'), {value});"
        );
    }
    let comments = [
        ("c1", "t1", "p1"),
        ("c2", "t1", "p8"),
        ("c3", "p2", "p2"),
        ("c4", "p6", ""),
        ("c5", "t3", ""),
        ("c6", "p1", "p3"),
    ];
    for (name, subject, author) in comments {
        let author = match author {
            "" => "NULL".to_owned(),
            author => person(author),
        };
        let subject = match strategy {
            Strategy::Inheritance => part(Strategy::Supertype, "subject", subject),
            _ => part(strategy, "subject", subject),
        };
        insert(&mut sql, "comment", name, &[subject, ("author_id".to_owned(), author)]);
    }
    sql
}

/// The column and the value that refer to an alternative by its name; `""` is none.
fn part(strategy: Strategy, relation: &str, name: &str) -> (String, String) {
    let entity = match name.chars().next() {
        Some('p') => "person",
        Some('g') => "group",
        Some('t') => "task",
        _ => return (column(strategy, relation, "person"), "NULL".to_owned()),
    };
    let union = if relation == "subject" { "subject" } else { "owner" };
    let value = match strategy {
        Strategy::Link => format!(
            "(SELECT r.id FROM tracker_{union} r JOIN tracker_{entity} a ON a.id = r.{entity}_id \
             WHERE a.name = '{name}')"
        ),
        Strategy::Supertype => {
            format!("(SELECT {union}_id FROM tracker_{entity} WHERE name = '{name}')")
        }
        _ => format!("(SELECT id FROM tracker_{entity} WHERE name = '{name}')"),
    };
    (column(strategy, relation, entity), value)
}

fn column(strategy: Strategy, relation: &str, entity: &str) -> String {
    match strategy {
        Strategy::Arc => format!("{relation}_{entity}_id"),
        _ => format!("{relation}_id"),
    }
}

fn insert(sql: &mut String, table: &str, name: &str, values: &[(String, String)]) {
    let columns: Vec<&str> = values.iter().map(|(column, _)| column.as_str()).collect();
    let values: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
    let _ = writeln!(
        sql,
        "INSERT INTO tracker_{table} (name, {}) VALUES ('{name}', {});",
        columns.join(", "),
        values.join(", ")
    );
}
