//! Rows as statements.

use crate::quoting::{quote_identifier, quote_literal};

use super::build::{Ground, Made};
use super::shape::Shape;

/// The statements that insert rows into empty tables, to be run in one transaction.
pub(super) fn fill(ground: Ground<'_>, made: &Made) -> Vec<String> {
    let mut statements = vec!["SET CONSTRAINTS ALL DEFERRED".to_owned()];
    for &table in &made.order {
        let shape = &ground.shapes[table.index()];
        let held_back: Vec<usize> = made
            .late
            .iter()
            .map(|&nth| &ground.edges.edges[nth])
            .filter(|edge| edge.source == table)
            .flat_map(|edge| edge.own.iter().copied())
            .collect();
        for row in &made.rows[&table] {
            let given = |&column: &usize| {
                let known = &shape.columns[column];
                !known.generated
                    && (row.values[column].is_some() || !(known.has_default && known.not_null))
            };
            let columns: Vec<usize> = (0..shape.columns.len()).filter(given).collect();
            statements.push(insert(shape, &columns, |column| {
                row.values[column].as_deref().filter(|_| !held_back.contains(&column))
            }));
        }
    }
    for &nth in &made.late {
        let edge = &ground.edges.edges[nth];
        let shape = &ground.shapes[edge.source.index()];
        for row in &made.rows[&edge.source] {
            if edge.own.iter().any(|&column| row.values[column].is_some()) {
                let set = |columns: &[usize], between: &str| {
                    let pairs = columns.iter().map(|&column| {
                        let name = quote_identifier(&shape.columns[column].name);
                        format!("{name} = {}", literal(row.values[column].as_deref()))
                    });
                    pairs.collect::<Vec<_>>().join(between)
                };
                statements.push(format!(
                    "UPDATE {} SET {} WHERE {}",
                    shape.name,
                    set(&edge.own, ", "),
                    set(&shape.key, " AND ")
                ));
            }
        }
    }
    statements
}

fn insert<'a>(
    shape: &Shape,
    columns: &[usize],
    value: impl Fn(usize) -> Option<&'a str>,
) -> String {
    let names: Vec<String> =
        columns.iter().map(|&column| quote_identifier(&shape.columns[column].name)).collect();
    let values: Vec<String> = columns.iter().map(|&column| literal(value(column))).collect();
    // A number that is always given by PostgreSQL is given by us, or no row could be named.
    let always = columns.iter().any(|&column| shape.columns[column].always);
    let overriding = if always { " OVERRIDING SYSTEM VALUE" } else { "" };
    if columns.is_empty() {
        return format!("INSERT INTO {} DEFAULT VALUES", shape.name);
    }
    format!(
        "INSERT INTO {} ({}){overriding} VALUES ({})",
        shape.name,
        names.join(", "),
        values.join(", ")
    )
}

fn literal(value: Option<&str>) -> String {
    value.map_or_else(|| "NULL".to_owned(), quote_literal)
}
