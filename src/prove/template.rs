//! The database from which all sides start, where the program refers to tables that it does not make.

use std::fmt::Write;

use crate::live::{Problem, Scratch};
use crate::quoting::quote_identifier;
use crate::relational::{Database, Table};
use crate::targets::Program;

use super::run::{Bench, scratch};
use super::side::Side;
use super::task;

/// A database with the external tables; `None` where there are none.
///
/// Where Django takes part and a model of its own stands behind one, its own migrations make it; the others
/// are made of what the file states of them.
pub(super) fn template(
    bench: Bench<'_>,
    program: Program<'_>,
    sides: &[Side],
) -> Result<Option<Scratch>, Problem> {
    let database = program.database;
    if !database.tables.values().iter().any(|table| table.external) {
        return Ok(None);
    }
    let scratch = scratch(bench, "external", None)?;
    let django = sides.iter().any(|side| matches!(side, Side::Django(_)));
    if let Some((_, runner)) = bench.python
        && django
        && !task::installed(program).is_empty()
    {
        runner
            .run(&task::prerequisites(program, &scratch.url()), |_| ())
            .map_err(|failure| Problem::new(failure.line))?;
    }
    let mut client = scratch.connect()?;
    for table in database.tables.values().iter().filter(|table| table.external) {
        client.batch_execute(&stub(database, table)).map_err(Problem::from)?;
    }
    Ok(Some(scratch))
}

/// A table of which only what the file states is known: its columns, its key, and what is referred to.
fn stub(database: &Database, table: &Table) -> String {
    let mut sql = String::new();
    if let Some(schema) = &table.name.schema {
        let _ = writeln!(sql, "CREATE SCHEMA IF NOT EXISTS {};", quote_identifier(schema));
    }
    let list = |columns: &[usize]| -> String {
        let names = columns.iter().map(|&column| quote_identifier(&table.columns[column].name));
        names.collect::<Vec<_>>().join(", ")
    };
    let mut parts: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let null = if column.nullable { "" } else { " NOT NULL" };
            format!("{} {}{null}", quote_identifier(&column.name), column.ty.0)
        })
        .collect();
    let key = table.primary_key.as_ref().map(|key| key.columns.clone());
    parts.extend(key.iter().map(|key| format!("PRIMARY KEY ({})", list(key))));
    let mut unique: Vec<Vec<usize>> = Vec::new();
    for other in database.tables.values() {
        for foreign in &other.foreign_keys {
            let there = &database.tables[foreign.target];
            let known = Some(&foreign.target_columns) == key.as_ref()
                || unique.contains(&foreign.target_columns);
            if there.name == table.name && !known {
                unique.push(foreign.target_columns.clone());
            }
        }
    }
    parts.extend(unique.iter().map(|columns| format!("UNIQUE ({})", list(columns))));
    let _ =
        write!(sql, "CREATE TABLE IF NOT EXISTS {} ({})", table.name.quoted(), parts.join(", "));
    sql
}
