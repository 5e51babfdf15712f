//! Where an example stands when it is tried: compiled, with a database for each side, and rows in them.

use std::path::PathBuf;

use postgres::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use trine::live::Scratch;
use trine::prove::python::{Acted, Event, Failure};
use trine::target::{DjangoOptions, Options, Target};

use crate::support::examples::{Example, Variant, named};
use crate::support::ground::Compiled;
use crate::support::proving::{output, runner};
use crate::support::server::server;

/// An example, compiled for one variant, and where its external tables are.
pub struct Bench {
    compiled: Compiled,
    pub template: Scratch,
    directory: TempDir,
}

/// Who does what is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Sqlalchemy,
    Django(Variant),
}

impl Side {
    pub fn name(self) -> String {
        match self {
            Side::Sqlalchemy => "sqlalchemy".to_owned(),
            Side::Django(variant) => format!("django {}", variant.name()),
        }
    }

    fn target(self) -> Target {
        match self {
            Side::Sqlalchemy => Target::Sqlalchemy,
            Side::Django(_) => Target::Django,
        }
    }

    fn options(self) -> Options {
        match self {
            Side::Sqlalchemy => Options::default(),
            Side::Django(variant) => {
                let django = DjangoOptions { ..variant.options().django };
                Options { django, ..Options::default() }
            }
        }
    }
}

impl Bench {
    pub fn example(name: &str, side: Side) -> Bench {
        Bench::of(&named(name), side)
    }

    pub fn program(text: &str, side: Side) -> Bench {
        let files = vec![("shop.trine".to_owned(), text.to_owned())];
        Bench::of(&Example { name: "shop".to_owned(), files }, side)
    }

    fn of(example: &Example, side: Side) -> Bench {
        let directory = tempfile::tempdir().unwrap();
        example.build(&side.options(), directory.path()).unwrap();
        let compiled = Compiled::new(&example.sources()).unwrap();
        let template = server().scratch("runner_template").unwrap();
        let bench = Bench { compiled, template, directory };
        if !bench.installed().is_empty() {
            let mut task = bench.task(Side::Django(Variant::Python), &bench.template, json!([]));
            task["side"] = json!("prerequisites");
            runner().run(&task, |_| {}).unwrap();
        }
        bench
    }

    pub fn database(&self) -> Scratch {
        server().scratch_from(&self.template, "runner").unwrap()
    }

    /// A database with the example's DDL.
    pub fn by_sql(&self) -> (Scratch, Client) {
        let database = self.database();
        let mut client = database.connect().unwrap();
        let ddl = self.path(Target::Postgres).join("schema.sql");
        client.batch_execute(&std::fs::read_to_string(ddl).unwrap()).unwrap();
        client.batch_execute("SET TimeZone = 'UTC'").unwrap();
        (database, client)
    }

    pub fn path(&self, target: Target) -> PathBuf {
        output(self.directory.path(), target)
    }

    /// A task of the Python side.
    pub fn task(&self, side: Side, database: &Scratch, stages: Value) -> Value {
        json!({
            "side": side.target().name(),
            "path": [self.path(side.target())],
            "package": "models",
            "apps": self.compiled.apps(),
            "installed": self.installed(),
            "database": database.url(),
            "dump": self.dump(),
            "stages": stages,
        })
    }

    /// Runs it; gives what it said, and how it ended.
    pub fn run(&self, side: Side, stages: Value) -> (Vec<Event>, Result<(), Failure>) {
        let database = self.database();
        let mut said = Vec::new();
        let ended = runner().run(&self.task(side, &database, stages), |event| said.push(event));
        (said, ended)
    }

    fn installed(&self) -> Vec<&str> {
        match self.compiled.has_externals() {
            true => vec!["django.contrib.contenttypes", "django.contrib.auth"],
            false => Vec::new(),
        }
    }

    fn tables(&self) -> impl Iterator<Item = String> {
        let tables = self.compiled.program().database.tables.values();
        tables.iter().map(|table| table.name.quoted())
    }

    /// All rows as one text, without what the clock fills.
    pub fn dump(&self) -> String {
        let parts = self.tables().map(|table| {
            format!(
                "(SELECT jsonb_agg(to_jsonb(t) - 'created_at' - 'updated_at' ORDER BY to_jsonb(t)) \
                 FROM {table} AS t)"
            )
        });
        let parts: Vec<String> = parts.collect();
        format!("SELECT jsonb_build_array({})::text", parts.join(", "))
    }

    pub fn empty(&self) -> String {
        let tables: Vec<String> = self.tables().collect();
        format!("TRUNCATE {} RESTART IDENTITY CASCADE", tables.join(", "))
    }
}

/// What was done, of all that a task said.
pub fn acted(said: &[Event]) -> impl Iterator<Item = &Acted> {
    said.iter().filter_map(|event| match event {
        Event::Acted(acted) => Some(acted),
        Event::Built | Event::Down | Event::Complaint { .. } => None,
    })
}
