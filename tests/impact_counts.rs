//! What `impact` counts in a database is what PostgreSQL then deletes, clears, or refuses: over the examples
//! and over programs that are drawn by lot.
#![allow(clippy::unwrap_used, reason = "the helpers of tests may panic as the tests may")]
#![cfg(feature = "database")]

mod support;

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use postgres::Client;
use serde_json::Value;
use support::cascades;
use support::examples;
use support::ground::Compiled;
use support::random;
use support::server;
use support::unions;
use trine::impact::rules::{Effect, reference};
use trine::impact::{
    Action, Counts, Impact, Prediction, Row, RowRef, Rows, count, difference, impact, predict,
};
use trine::prove::rows::{dump_sql, empty_sql, parse_dump, stages};
use trine::relational::TableId;
use trine::schema::EntityId;
use trine::source::Sources;
use trine::target::Options;
use trine::targets::Program;

/// How many programs of each kind are drawn; TRINE_TEST_IMPACT says otherwise.
const DRAWN: u64 = 6;

/// What was watched.
#[derive(Debug, Default)]
struct Watched {
    deletes: usize,
    refused: usize,
    undecided: usize,
}

#[test]
fn counts_are_what_postgresql_then_does_to_the_examples() {
    let mut watched = Watched::default();
    for example in examples::all() {
        watch(&example.name, &example.sources(), &mut watched);
    }
    eprintln!("{watched:?}");
    assert!(watched.deletes > 300 && watched.refused > 30, "{watched:?}");
}

#[test]
fn counts_are_what_postgresql_then_does_to_programs_drawn_by_lot() {
    let mut watched = Watched::default();
    for seed in seeds() {
        let mut sources = Sources::new();
        sources.add("cascades.trine", cascades::program(seed).as_str());
        watch(&format!("cascades {seed}"), &sources, &mut watched);
    }
    eprintln!("{watched:?}");
    assert!(watched.deletes > 100 && watched.refused > 20, "{watched:?}");
}

#[test]
fn counts_are_what_postgresql_then_does_over_the_whole_language() {
    let mut watched = Watched::default();
    let options = Options::default();
    for seed in seeds() {
        let drawn = random::program(seed, &options);
        let sources = drawn.sources();
        let watching =
            AssertUnwindSafe(|| watch(&format!("random {seed}"), &sources, &mut watched));
        if let Err(broken) = catch_unwind(watching) {
            eprintln!("{}", drawn.text());
            resume_unwind(broken);
        }
    }
    eprintln!("{watched:?}");
    assert!(watched.deletes > 10 && watched.refused > 2, "{watched:?}");
}

/// Rows are inserted as a person would: what makes rows for a proof may know more than the triggers do.
#[test]
fn counts_are_what_postgresql_then_does_to_unions_under_every_strategy() {
    for strategy in unions::ENFORCED {
        let mut watched = Watched::default();
        let mut sources = Sources::new();
        sources.add("tracker.trine", unions::program(strategy).as_str());
        let compiled = Compiled::new(&sources).unwrap_or_else(|errors| panic!("{errors}"));
        let scratch =
            server::server().scratch("impact").unwrap_or_else(|problem| panic!("{problem}"));
        let mut client = scratch.connect().unwrap();
        compiled.create(&mut client);
        let rows = unions::rows(strategy);
        client.batch_execute(&rows).unwrap_or_else(|error| panic!("{error:?}\n{rows}"));
        deletes(strategy.name(), compiled.program(), &mut client, &mut watched);
        predicted(strategy.name(), compiled.program(), &mut client, &mut watched);
        eprintln!("{}: {watched:?}", strategy.name());
        assert!(watched.deletes > 50 && watched.refused > 10, "{watched:?}");
        assert_eq!(watched.undecided, 0, "{watched:?}");
    }
}

/// Deletes each row, and leaves what is predicted of it.
fn predicted(what: &str, program: Program<'_>, client: &mut Client, watched: &mut Watched) {
    let rows = dump(program, client);
    for (id, table) in program.database.tables.iter() {
        let key =
            &table.columns[table.primary_key.as_ref().expect("every table has a key").columns[0]];
        for (place, row) in rows.tables[id.index()].iter().enumerate() {
            let what = format!("{what}: {} {}", table.name.quoted(), row[&key.name]);
            let prediction =
                predict(program, &rows, &Action::Delete(RowRef { table: id, row: place }));
            let mut transaction = client.transaction().unwrap();
            let delete = format!(
                "DELETE FROM {} WHERE \"{}\" = {}",
                table.name.quoted(),
                key.name,
                row[&key.name]
            );
            let done = transaction
                .batch_execute(&delete)
                .and_then(|()| transaction.batch_execute("SET CONSTRAINTS ALL IMMEDIATE"));
            watched.deletes += 1;
            match (prediction, done) {
                (Prediction::Refused(_), Err(_)) => watched.refused += 1,
                (Prediction::Left(left), Ok(())) => {
                    let text: String =
                        transaction.query_one(&dump_sql(program), &[]).unwrap().get(0);
                    let found = parse_dump(program, &text).unwrap();
                    assert_eq!(difference(program, &rows, &left, &found), [""; 0], "{what}");
                }
                (prediction, done) => panic!("{what}: {prediction:?}, and PostgreSQL: {done:?}"),
            }
        }
    }
}

/// The programs to draw: TRINE_TEST_IMPACT is how many, or from which to which, `100..200`.
fn seeds() -> Range<u64> {
    let wish = std::env::var("TRINE_TEST_IMPACT").unwrap_or_default();
    match wish.split_once("..") {
        Some((from, to)) => from.parse().unwrap()..to.parse().unwrap(),
        None => 0..wish.parse().unwrap_or(DRAWN),
    }
}

/// Deletes rows of every entity of a program, on every stage.
fn watch(name: &str, sources: &Sources, watched: &mut Watched) {
    let compiled = Compiled::new(sources).unwrap_or_else(|errors| panic!("{name}: {errors}"));
    let program = compiled.program();
    let extensions = !program.database.extensions.is_empty();
    let scratch = server::server().scratch("impact").unwrap_or_else(|problem| panic!("{problem}"));
    let mut client = scratch.connect().unwrap();
    if extensions && !has_extensions(&mut client, program) {
        return;
    }
    compiled.create(&mut client);
    let stages = stages(program, &mut client).unwrap();
    for stage in &stages.stages {
        let mut filling = client.transaction().unwrap();
        for statement in &stage.fill {
            filling.batch_execute(statement).unwrap();
        }
        filling.commit().unwrap();
        deletes(&format!("{name}, {}", stage.what), program, &mut client, watched);
        for action in &stage.actions {
            agrees(&format!("{name}, {}", stage.what), program, &stage.rows, action);
        }
        client.batch_execute(&empty_sql(program)).unwrap();
    }
}

/// Deletes rows of every entity, as they are in the database.
fn deletes(what: &str, program: Program<'_>, client: &mut Client, watched: &mut Watched) {
    for entity in program.schema.entities.ids() {
        let name = &program.schema.entities[entity].name;
        for condition in conditions(program, entity, client) {
            let what = format!("{what}: DELETE FROM {name} WHERE {condition:?}");
            delete(&what, program, entity, condition.as_deref(), client, watched);
        }
    }
}

/// What is left to the order for given rows is left to it for the schema.
fn agrees(what: &str, program: Program<'_>, rows: &Rows, action: &Action) {
    let Action::Delete(row) = action else { return };
    if let Prediction::OrderDecides(why) = predict(program, rows, action) {
        let entity = program.layout.origins(row.table).entity;
        let name = &program.schema.entities[entity].name;
        let found = impact(program, entity);
        assert!(found.order_decides().next().is_some(), "{what}, a delete of {name}: {why}");
    }
}

fn has_extensions(client: &mut Client, program: Program<'_>) -> bool {
    let offered = client.query("SELECT name FROM pg_available_extensions", &[]).unwrap();
    let offered: Vec<String> = offered.iter().map(|row| row.get(0)).collect();
    program
        .database
        .extensions
        .iter()
        .all(|name| offered.iter().any(|other| other == name.as_str()))
}

/// A few rows one by one, every other row, and all rows.
fn conditions(program: Program<'_>, entity: EntityId, client: &mut Client) -> Vec<Option<String>> {
    let table = program.database.tables[program.layout.table(entity)].name.quoted();
    let rows = client.query(&format!("SELECT ctid::text FROM {table} ORDER BY 1"), &[]).unwrap();
    let rows: Vec<String> =
        rows.iter().map(|row| format!("'{}'", row.get::<_, String>(0))).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let of = |rows: Vec<&String>| {
        let rows: Vec<&str> = rows.into_iter().map(String::as_str).collect();
        Some(format!("ctid IN ({}) -- these", rows.join(", ")))
    };
    let mut conditions: Vec<_> = rows.iter().take(3).map(|row| of(vec![row])).collect();
    if rows.len() > 1 {
        conditions.push(of(rows.iter().step_by(2).collect()));
        conditions.push(None);
    }
    conditions
}

fn delete(
    what: &str,
    program: Program<'_>,
    entity: EntityId,
    condition: Option<&str>,
    client: &mut Client,
    watched: &mut Watched,
) {
    let impact = impact(program, entity);
    let counts = count(program, &impact, condition, client)
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    let before = dump(program, client);
    let table = program.database.tables[program.layout.table(entity)].name.quoted();
    let clause = condition.map_or_else(String::new, |condition| format!(" WHERE {condition}"));
    let mut transaction = client.transaction().unwrap();
    let done = transaction
        .batch_execute(&format!("DELETE FROM {table}{clause}"))
        .and_then(|()| transaction.batch_execute("SET CONSTRAINTS ALL IMMEDIATE"));
    watched.deletes += 1;
    let refused = counts.refuse(&impact);
    if counts.undecided() && !refused {
        watched.undecided += 1;
        assert!(impact.order_decides().next().is_some(), "{what}: nothing says what is undecided");
        return;
    }
    match done {
        Err(error) => {
            watched.refused += 1;
            assert!(refused, "{what}: PostgreSQL refuses, {:?}\n{counts:?}", error.as_db_error());
        }
        Ok(()) => {
            assert!(!refused, "{what}: PostgreSQL does not refuse\n{counts:?}");
            let text: String = transaction.query_one(&dump_sql(program), &[]).unwrap().get(0);
            let after = parse_dump(program, &text).unwrap();
            compare(
                what,
                program,
                &impact,
                &counts,
                &keyed(program, &before),
                &keyed(program, &after),
            );
        }
    }
}

fn dump(program: Program<'_>, client: &mut Client) -> Rows {
    let text: String = client.query_one(&dump_sql(program), &[]).unwrap().get(0);
    parse_dump(program, &text).unwrap()
}

/// By table and key: the row.
type Keyed<'a> = Vec<BTreeMap<String, &'a Row>>;

fn keyed<'a>(program: Program<'_>, rows: &'a Rows) -> Keyed<'a> {
    let table = |(id, table): (TableId, &trine::relational::Table)| {
        let key = table.primary_key.as_ref().expect("every table has a key");
        let name = |row: &Row| {
            let values =
                key.columns.iter().map(|&column| row[&table.columns[column].name].to_string());
            values.collect::<Vec<_>>().join(" ")
        };
        rows.tables[id.index()].iter().map(|row| (name(row), row)).collect()
    };
    program.database.tables.iter().map(table).collect()
}

fn compare(
    what: &str,
    program: Program<'_>,
    impact: &Impact,
    counts: &Counts,
    before: &Keyed<'_>,
    after: &Keyed<'_>,
) {
    for entity in program.schema.entities.ids() {
        let table = program.layout.table(entity).index();
        let gone = before[table].keys().filter(|key| !after[table].contains_key(*key)).count();
        let place = impact.deleted.iter().position(|deleted| deleted.entity == entity);
        let said = match place {
            Some(place) => counts.deleted[place],
            None => counts.links_of(entity).unwrap_or(0),
        };
        let name = &program.schema.entities[entity].name;
        assert_eq!(gone as u64, said, "{what}: rows of {name}\n{counts:?}");
    }
    for (deleted, counts) in impact.deleted.iter().zip(&counts.branches) {
        for (branch, count) in deleted.branches.iter().zip(counts) {
            if !matches!(branch.effect, Effect::Cleared | Effect::Defaulted) {
                continue;
            }
            let place = reference(program, branch.relation).unwrap();
            let table = &program.database.tables[place.table];
            let value = |row: &Row| -> Vec<Value> {
                place.own.iter().map(|&column| row[&table.columns[column].name].clone()).collect()
            };
            let (before, after) = (&before[place.table.index()], &after[place.table.index()]);
            let written = before
                .iter()
                .filter(|(key, row)| after.get(*key).is_some_and(|now| value(now) != value(row)))
                .count();
            let name = &program.schema.relations[branch.relation].name;
            assert_eq!(written as u64, count.rows, "{what}: rows whose {name} is written");
        }
    }
}
