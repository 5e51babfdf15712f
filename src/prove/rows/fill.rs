//! Rows as statements.

use crate::quoting::{quote_identifier, quote_literal};

use super::build::{Ground, Made};
use super::shape::Shape;

/// The statements that insert rows into empty tables, to be run in one transaction.
///
/// Where rows of several tables refer to one another in a circle, they are inserted by one statement: what a
/// foreign key refers to is looked up when a statement is over. An UPDATE behind the inserts would set off
/// triggers that keep the time of it.
pub(super) fn fill(ground: Ground<'_>, made: &Made) -> Vec<String> {
    let inserts: Vec<String> = made
        .order
        .iter()
        .flat_map(|table| {
            let shape = &ground.shapes[table.index()];
            made.rows[table].iter().map(|row| insert(shape, &row.values))
        })
        .collect();
    let mut statements = vec!["SET CONSTRAINTS ALL DEFERRED".to_owned()];
    if made.is_circular {
        let parts = inserts.iter().enumerate().map(|(nth, sql)| format!("row{nth} AS ({sql})"));
        statements.push(format!("WITH {}\nSELECT", parts.collect::<Vec<_>>().join(",\n  ")));
    } else {
        statements.extend(inserts);
    }
    statements
}

fn insert(shape: &Shape, values: &[Option<String>]) -> String {
    let given = |&column: &usize| {
        let known = &shape.columns[column];
        !known.generated && (values[column].is_some() || !(known.has_default && known.not_null))
    };
    let columns: Vec<usize> = (0..shape.columns.len()).filter(given).collect();
    if columns.is_empty() {
        return format!("INSERT INTO {} DEFAULT VALUES", shape.name);
    }
    let names: Vec<String> =
        columns.iter().map(|&column| quote_identifier(&shape.columns[column].name)).collect();
    let values: Vec<String> = columns
        .iter()
        .map(|&column| values[column].as_deref().map_or_else(|| "NULL".to_owned(), quote_literal))
        .collect();
    // A number that is always given by PostgreSQL is given by us, or no row could be named.
    let always = columns.iter().any(|&column| shape.columns[column].always);
    let overriding = if always { " OVERRIDING SYSTEM VALUE" } else { "" };
    format!(
        "INSERT INTO {} ({}){overriding} VALUES ({})",
        shape.name,
        names.join(", "),
        values.join(", ")
    )
}
