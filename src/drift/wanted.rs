//! What the schema asks for, in PostgreSQL's own words.

use std::collections::HashMap;
use std::path::PathBuf;

use postgres::{Client, Transaction};

use crate::introspect::{Scope, introspect_within};
use crate::live::{Binaries, Problem, Server, connect};
use crate::relational::{Database, QualifiedName, Table};
use crate::targets::Program;

use super::names;
use super::scope::Place;
use super::stand_in::StandIn;

/// Where PostgreSQL is asked for its words when it can't be the database itself.
#[derive(Clone, Copy)]
pub enum Scratch<'a> {
    /// In the database itself, and where that may not be, in a private server that is gone afterwards.
    Automatic {
        /// Finds a Python whose packages may hold PostgreSQL's binaries; asked only when they are needed.
        python: &'a dyn Fn() -> Option<PathBuf>,
    },
    /// In this database, in a transaction that is rolled back.
    At(&'a str),
}

/// A schema in PostgreSQL's words, and what is worth knowing about how they were found.
pub(super) fn wanted(
    program: Program<'_>,
    client: &mut Client,
    place: &Place,
    scratch: Scratch<'_>,
) -> Result<(Database, Vec<String>), Problem> {
    let python = match scratch {
        Scratch::At(url) => {
            let mut there = connect(url).map_err(|problem| problem.during("--scratch"))?;
            return elsewhere(program, &mut there, place);
        }
        Scratch::Automatic { python } => python,
    };
    let refused = match applied(program, client, place) {
        Ok(wanted) => return Ok((wanted, Vec::new())),
        Err(problem) if may_do_elsewhere(&problem) => problem,
        Err(problem) => {
            return Err(problem.during("applying the schema in a transaction of its own"));
        }
    };
    let private = || -> Result<(Database, Vec<String>), Problem> {
        let server = Server::start(&Binaries::find(python().as_deref())?)?;
        let scratch = server.scratch("drift")?;
        elsewhere(program, &mut scratch.connect()?, place)
    };
    let (wanted, mut notes) = private().map_err(|problem| {
        Problem::new(format!(
            "PostgreSQL has to print the schema in its own words, and this database won't ({refused}); \
             give a database where a transaction that is rolled back may create things with \
             --scratch URL, since there is no private server either: {problem}"
        ))
    })?;
    notes.insert(0, format!("PostgreSQL's own words came from a private server: {refused}"));
    Ok((wanted, notes))
}

/// Asks another database.
fn elsewhere(
    program: Program<'_>,
    there: &mut Client,
    place: &Place,
) -> Result<(Database, Vec<String>), Problem> {
    let wanted = applied(program, there, place)
        .map_err(|problem| problem.during("applying the schema to the scratch database"))?;
    let other = super::scope::place(there)?.version;
    let major = |version: &str| version.split('.').next().unwrap_or_default().to_owned();
    let mut notes = Vec::new();
    if major(&other) != major(&place.version) {
        notes.push(format!(
            "the scratch server is PostgreSQL {other} and the database {}: where the two print an \
             expression differently, that looks like a difference",
            place.version
        ));
    }
    Ok((wanted, notes))
}

/// Whether a refusal is about this database, and another one may be asked.
fn may_do_elsewhere(problem: &Problem) -> bool {
    // A privilege, a transaction or a server that is read-only, an extension that is not installed.
    matches!(problem.code(), Some("42501" | "25006" | "58P01" | "0A000"))
}

/// Applies the schema in a transaction, reads it, and rolls it back.
fn applied(program: Program<'_>, client: &mut Client, place: &Place) -> Result<Database, Problem> {
    let mut transaction = client.transaction()?;
    be_patient(&mut transaction)?;
    let row = transaction.query_one("SELECT 'trine_' || md5(gen_random_uuid()::text)", &[])?;
    let token: String = row.try_get(0)?;
    let stand_in = StandIn::of(program.schema, program.database, &token, &place.home);
    transaction.batch_execute(&stand_in.statements(place).join(";\n"))?;
    let schemas = stand_in.renamed.iter().map(|renamed| renamed.scratch.clone());
    let scope = Scope::default()
        .home(stand_in.home.clone())
        .schemas(schemas.chain([stand_in.home.clone()]));
    let mut wanted = introspect_within(&mut transaction, &scope)?;
    transaction.rollback()?;
    names::restore(&mut wanted, &stand_in.renamed);
    // The schemas of others are theirs to create.
    wanted.schemas.retain(|name| program.database.schemas.contains(name));
    let external: Vec<QualifiedName> = program
        .database
        .tables
        .values()
        .iter()
        .filter(|table| table.external)
        .map(|table| at_home(&table.name, place))
        .collect();
    for (_, table) in wanted.tables.iter_mut() {
        table.external = external.contains(&table.name);
    }
    take_bodies(program.database, &mut wanted, place);
    Ok(wanted)
}

/// A name as an introspected database has it: what lies in the home schema says no schema.
fn at_home(name: &QualifiedName, place: &Place) -> QualifiedName {
    let schema = name.schema.clone().filter(|schema| *schema != place.home);
    QualifiedName { schema, name: name.name.clone() }
}

/// Keeps a session from waiting for long, or making others wait, unless it was told otherwise.
pub(super) fn be_patient(transaction: &mut Transaction<'_>) -> Result<(), Problem> {
    transaction.batch_execute(
        "SELECT set_config(name, CASE setting WHEN '0' THEN wanted ELSE setting END, true)
         FROM pg_settings
         JOIN (VALUES ('lock_timeout', '5s'), ('statement_timeout', '60s')) AS ours (name, wanted)
           USING (name)",
    )?;
    Ok(())
}

/// PostgreSQL keeps a function's body as it was written, with the names of the schemas in it.
fn take_bodies(lowered: &Database, wanted: &mut Database, place: &Place) {
    let tables: HashMap<QualifiedName, &Table> =
        lowered.tables.values().iter().map(|table| (at_home(&table.name, place), table)).collect();
    for (_, table) in wanted.tables.iter_mut() {
        let Some(written) = tables.get(&table.name) else { continue };
        for trigger in &mut table.triggers {
            if let Some(written) = written.triggers.iter().find(|other| other.name == trigger.name)
            {
                trigger.body.clone_from(&written.body);
            }
        }
    }
}

/// A function that finds its tables by the search path "as it is now" has another one in each database. It is
/// as it should be when it leads to where the tables are.
pub(super) fn settle_search_paths(wanted: &mut Database, live: &Database, place: &Place) {
    let there: HashMap<&QualifiedName, &Table> =
        live.tables.values().iter().map(|table| (&table.name, table)).collect();
    for (_, table) in wanted.tables.iter_mut() {
        let Some(found) = there.get(&table.name) else { continue };
        for trigger in &mut table.triggers {
            let found = found.triggers.iter().find(|found| found.name == trigger.name);
            let found = found.and_then(|found| found.settings.iter().find(|one| is_path(one)));
            let mine = trigger.settings.iter_mut().find(|one| is_path(one));
            let (Some(mine), Some(found)) = (mine, found) else { continue };
            // Where the schema is written, the search path has no part in it.
            if table.name.schema.is_some() || leads_to(found, &place.home) {
                mine.clone_from(found);
            } else {
                *mine = format!("{PATH}{}", place.home);
            }
        }
    }
}

/// How an introspected database words the setting.
const PATH: &str = "SET search_path TO ";

fn is_path(setting: &str) -> bool {
    setting.starts_with(PATH)
}

/// Whether a schema is in a search path.
fn leads_to(setting: &str, schema: &str) -> bool {
    let path = setting.strip_prefix(PATH).unwrap_or_default();
    path.split(',').any(|entry| {
        let entry = entry.trim();
        let inner = entry.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inner.unwrap_or(entry).replace("\"\"", "\"") == schema
    })
}
