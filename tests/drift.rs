//! Drift of live databases: none right after the DDL, and exactly what was altered by hand.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may panic as the tests may")]

mod support;

#[path = "drift/alterations.rs"]
mod alterations;
#[path = "drift/cli.rs"]
mod cli;
#[path = "drift/places.rs"]
mod places;
#[path = "drift/unions.rs"]
mod unions;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use support::alterations::{Alteration, alterations};
use support::examples::{self, Example};
use support::server::server;
use trine::drift::{Drift, Ignore, Scratch, drift};
use trine::live::Scratch as Database;
use trine::source::Sources;
use trine::target::Options;
use trine::targets::postgres;

/// An example's program.
struct Program {
    model: trine::Model,
}

impl Program {
    fn of(files: &[(String, String)]) -> Program {
        let mut sources = Sources::new();
        for (path, text) in files {
            sources.add(path, text.as_str());
        }
        let (model, diagnostics) = trine::model(&sources, &Options::default());
        Program { model: model.unwrap_or_else(|| panic!("{diagnostics:#?}")) }
    }

    fn ddl(&self) -> String {
        postgres::emit(self.model.program()).remove(0).contents
    }

    /// What others must have made before.
    fn prerequisites(&self) -> String {
        let external = self.model.database.tables.values().iter().filter(|table| table.external);
        external
            .map(|table| {
                let columns: Vec<String> = table
                    .columns
                    .iter()
                    .map(|column| format!("\"{}\" {} UNIQUE", column.name, column.ty.0))
                    .collect();
                let schema = table.name.schema.iter();
                let schema: String = schema
                    .map(|name| format!("CREATE SCHEMA IF NOT EXISTS \"{name}\";\n"))
                    .collect();
                let name = table.name.quoted();
                format!("{schema}CREATE TABLE {name} ({});\n", columns.join(", "))
            })
            .collect()
    }

    /// Whether the server has what the program's extensions need.
    fn can_be_applied(&self) -> bool {
        let database = server().scratch("extensions").unwrap();
        let mut client = database.connect().unwrap();
        let query = "SELECT FROM pg_available_extensions WHERE name = $1";
        let lacking = self
            .model
            .database
            .extensions
            .iter()
            .find(|name| client.query(query, &[&name.as_str()]).unwrap().is_empty());
        if let Some(name) = lacking {
            eprintln!("this server has no {name}");
        }
        lacking.is_none()
    }

    /// A database with what the DDL makes.
    fn applied(&self) -> Database {
        let database = server().scratch("drift").unwrap();
        let mut client = database.connect().unwrap();
        client.batch_execute(&self.prerequisites()).unwrap();
        client.batch_execute(&self.ddl()).unwrap();
        database
    }

    fn drift(&self, database: &Database) -> Drift {
        self.drift_but(database, &[])
    }

    fn drift_but(&self, database: &Database, ignore: &[&str]) -> Drift {
        let mut client = database.connect().unwrap();
        let ignore = Ignore::new(ignore.iter().copied());
        drift(self.model.program(), &mut client, Scratch::Automatic { python: &|| None }, &ignore)
            .unwrap_or_else(|problem| panic!("{problem}"))
    }
}

/// An example and a database with what its DDL makes, to be copied; `None` if the server lacks an extension.
fn example(name: &'static str) -> Option<Arc<(Program, Database)>> {
    type Known = HashMap<&'static str, Option<Arc<(Program, Database)>>>;
    static KNOWN: OnceLock<Mutex<Known>> = OnceLock::new();
    let mut known = KNOWN.get_or_init(Mutex::default).lock().unwrap();
    let make = || {
        let model = Program::of(&examples::named(name).files);
        model.can_be_applied().then(|| {
            let database = model.applied();
            Arc::new((model, database))
        })
    };
    known.entry(name).or_insert_with(make).clone()
}

/// Makes a test of each alteration: the example, what is done, and what drift must say.
macro_rules! altered {
    ($($name:ident: $example:literal, $sql:literal => $expected:expr;)*) => {
        $(#[test] fn $name() { check_alteration($example, $sql, &$expected); })*
    };
}
use altered;

#[track_caller]
fn check_alteration(name: &'static str, sql: &str, expected: &[&str]) {
    let Some(example) = example(name) else { return };
    let (model, template) = &*example;
    let database = server().scratch_from(template, "altered").unwrap();
    database.connect().unwrap().batch_execute(sql).unwrap();
    let found = model.drift(&database);
    assert_eq!(said(&found), expected, "{found:#?}");
}

/// Each difference as `D0203 storefront_banner.position`.
fn said(drift: &Drift) -> Vec<String> {
    drift.differences.iter().map(|found| format!("{} {}", found.code, found.path())).collect()
}

#[test]
fn no_example_drifts_right_after_its_ddl() {
    let all: Vec<Example> = examples::all().into_iter().chain(examples::unusual()).collect();
    let mut wrong = Vec::new();
    for example in &all {
        let model = Program::of(&example.files);
        if !model.can_be_applied() {
            continue;
        }
        let database = model.applied();
        let found = model.drift(&database);
        if !found.differences.is_empty() || !found.others.is_empty() {
            wrong.push(format!("{}: {found:#?}", example.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_function_that_a_missing_trigger_left_behind_is_nobody_else_s() {
    let Some(known) = example("storefront") else { return };
    let database = known.0.applied();
    let sql = "DROP TRIGGER tg_storefront_store_touch ON storefront_store;
               CREATE FUNCTION total() RETURNS integer LANGUAGE sql AS 'SELECT 1'";
    database.connect().unwrap().batch_execute(sql).unwrap();
    let found = known.0.drift(&database);
    assert_eq!(said(&found), ["D0501 storefront_store.tg_storefront_store_touch"]);
    assert_eq!(found.others, ["function total()"]);
}

/// Whatever one alteration does to an example, drift sees it; the next copy, which nobody altered, has none.
#[test]
fn any_alteration_is_seen() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut wrong = Vec::new();
    for name in ["storefront", "bounds", "enums", "constraints"] {
        let Some(example) = example(name) else { continue };
        let (program, template) = &*example;
        let fresh = server().scratch_from(template, "fresh").unwrap();
        let mut all = alterations(&mut fresh.connect().unwrap(), usize::MAX);
        random.shuffle(&mut all);
        for Alteration { kind, sql } in &all[..8] {
            let database = server().scratch_from(template, "altered").unwrap();
            database.connect().unwrap().batch_execute(sql).unwrap();
            let found = program.drift(&database);
            if found.differences.is_empty() {
                wrong.push(format!("{name}: {kind}: nobody saw `{sql}`"));
            }
            // What is ignored by its own path or code is gone.
            let paths: Vec<String> = said(&found);
            let paths: Vec<&str> = paths.iter().map(|one| &one[6..]).collect();
            let left = program.drift_but(&database, &paths);
            if !left.differences.is_empty() {
                wrong.push(format!("{name}: {kind}: {paths:?} leaves {left:#?}"));
            }
        }
        let found = program.drift(&fresh);
        if !found.differences.is_empty() {
            wrong.push(format!("{name}: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
