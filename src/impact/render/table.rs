//! How far a delete of each entity reaches: a table for people, and JSON.

use std::io;

use codespan_reporting::term::termcolor::{ColorSpec, WriteColor};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::diagnostics::json_text;
use crate::impact::reach::Reach;
use crate::schema::{RelationId, Schema};

use super::words::{full_name, grouped, relation_name, short_name};

const HEADS: [&str; 6] =
    ["entity", "deleted with it", "unlinked", "cleared", "may refuse", "refused by"];

/// Writes the table.
///
/// # Errors
/// When `out` can't be written.
pub fn table(out: &mut dyn WriteColor, schema: &Schema, reaches: &[Reach]) -> io::Result<()> {
    let rows: Vec<[String; 6]> = reaches.iter().map(|reach| cells(schema, reach)).collect();
    let widths: Vec<usize> = (0..HEADS.len())
        .map(|nth| {
            let cells = rows.iter().map(|row| row[nth].width());
            cells.chain([HEADS[nth].width()]).max().unwrap_or(0)
        })
        .collect();
    out.set_color(ColorSpec::new().set_bold(true))?;
    line(out, &HEADS.map(str::to_owned), &widths)?;
    out.reset()?;
    for row in &rows {
        line(out, row, &widths)?;
    }
    Ok(())
}

fn line(out: &mut dyn WriteColor, row: &[String; 6], widths: &[usize]) -> io::Result<()> {
    let mut text = String::new();
    for (nth, (cell, width)) in row.iter().zip(widths).enumerate() {
        let missing = " ".repeat(width - cell.width());
        // Names to the left, numbers to the right.
        if nth == 0 || nth == HEADS.len() - 1 {
            text.push_str(cell);
            text.push_str(&missing);
        } else {
            text.push_str(&missing);
            text.push_str(cell);
        }
        text.push_str("  ");
    }
    writeln!(out, "{}", text.trim_end())
}

fn cells(schema: &Schema, reach: &Reach) -> [String; 6] {
    let number = |number: usize| match number {
        0 => "–".to_owned(),
        number => grouped(number as u64),
    };
    let mut refused: Vec<String> =
        reach.refused_by.iter().map(|&relation| short_relation(schema, relation)).collect();
    refused.sort();
    refused.dedup();
    if reach.refusals > reach.refused_by.len() {
        refused.push("…".to_owned());
    }
    [
        short_name(schema, reach.entity),
        number(reach.deleted),
        number(reach.unlinked),
        number(reach.written),
        number(reach.refusals),
        refused.join(", "),
    ]
}

fn short_relation(schema: &Schema, relation: RelationId) -> String {
    let source = schema.relations[relation].source;
    format!("{}.{}", short_name(schema, source), relation_name(schema, relation))
}

#[derive(Serialize)]
struct Document {
    version: u32,
    entities: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    entity: String,
    deleted: usize,
    unlinked: usize,
    written: usize,
    refusals: usize,
    refused_by: Vec<String>,
}

/// The same as JSON.
pub fn reach_json(schema: &Schema, reaches: &[Reach]) -> String {
    let full = |&relation: &RelationId| {
        let source = schema.relations[relation].source;
        format!("{}.{}", full_name(schema, source), relation_name(schema, relation))
    };
    let entries = reaches.iter().map(|reach| Entry {
        entity: full_name(schema, reach.entity),
        deleted: reach.deleted,
        unlinked: reach.unlinked,
        written: reach.written,
        refusals: reach.refusals,
        refused_by: reach.refused_by.iter().map(full).collect(),
    });
    let document = Document { version: 1, entities: entries.collect() };
    json_text(&document)
}
