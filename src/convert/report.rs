//! An audit as text: for people, in the head of a migration, and as one JSON document.

use std::io;

use serde::Serialize;

use crate::diagnostics::termcolor::{Color, WriteColor};
use crate::diagnostics::{count, json_text, lead, visible};

use super::Conversion;
use super::findings::{Audit, Finding, Named};

/// How many rows of a finding a person is shown.
const SHOWN: usize = 60;

/// The document of `--format json`; `version` grows when its shape changes.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    relation: &'a str,
    union: &'a str,
    table: &'a str,
    columns: &'a [String; 2],
    rows: u64,
    none: u64,
    types: Vec<Type<'a>>,
    findings: Vec<Found<'a>>,
    applied: bool,
    obstacles: &'a [String],
    notes: &'a [String],
}

#[derive(Serialize)]
struct Type<'a> {
    content_type: String,
    entity: &'a str,
    rows: u64,
}

#[derive(Serialize)]
struct Found<'a> {
    kind: &'static str,
    content_type: Option<String>,
    rows: u64,
    left_out: bool,
    named: &'a [Named],
}

/// The audit, and what stands in the way, as one JSON document; described in `docs/convert-generic.md`.
pub fn document(conversion: &Conversion) -> String {
    let Audit { relation, union, table, columns, rows, none, types, findings, notes } =
        &conversion.audit;
    json_text(&Document {
        version: 1,
        relation,
        union,
        table,
        columns,
        rows: *rows,
        none: *none,
        types: types
            .iter()
            .map(|found| Type {
                content_type: found.content_type.to_string(),
                entity: &found.entity,
                rows: found.rows,
            })
            .collect(),
        findings: findings
            .iter()
            .map(|found| Found {
                kind: found.kind.name(),
                content_type: found.content_type.as_ref().map(ToString::to_string),
                rows: found.rows,
                left_out: found.left_out,
                named: &found.named,
            })
            .collect(),
        applied: conversion.applied,
        obstacles: &conversion.obstacles,
        notes,
    })
}

/// Writes the audit as a person reads it, and what stands in the way.
///
/// # Errors
/// When the writer fails.
pub fn write_human(out: &mut dyn WriteColor, conversion: &Conversion) -> io::Result<()> {
    let audit = &conversion.audit;
    writeln!(
        out,
        "{}: {}, out of {}.{}\n",
        audit.relation,
        audit.union,
        visible(&audit.table),
        visible(&audit.columns.join(", "))
    )?;
    for line in lines(audit) {
        writeln!(out, "{}", visible(&line))?;
    }
    if !audit.notes.is_empty() || !conversion.obstacles.is_empty() {
        writeln!(out)?;
    }
    for note in &audit.notes {
        lead(out, "note", Color::Green)?;
        writeln!(out, "{}", visible(note))?;
    }
    for obstacle in &conversion.obstacles {
        lead(out, "in the way", Color::Red)?;
        writeln!(out, "{}", visible(obstacle))?;
    }
    Ok(())
}

/// The audit, line by line: what converts, and what does not, by number.
pub(super) fn lines(audit: &Audit) -> Vec<String> {
    let numbers = audit.types.iter().map(|found| found.rows);
    let numbers = numbers.chain(audit.findings.iter().map(|found| found.rows));
    let width =
        numbers.chain([audit.rows, audit.none]).map(|number| number.to_string().len()).max();
    let width = width.unwrap_or(1);
    let mut lines = vec![format!("{:>width$}  rows of {}", audit.rows, audit.table)];
    for found in &audit.types {
        lines.push(format!("{:>width$}  {} → {}", found.rows, found.content_type, found.entity));
    }
    if audit.none > 0 {
        lines.push(format!("{:>width$}  refer to nothing, as they may", audit.none));
    }
    for found in &audit.findings {
        let of = found.content_type.iter().map(|ty| format!("of {ty} ")).collect::<String>();
        let left_out = if found.left_out { ", left out as asked" } else { "" };
        lines.push(format!("{:>width$}  {of}{}{left_out}:", found.rows, found.kind.words()));
        lines.extend(wrapped(&named(found), width + 4));
    }
    lines
}

/// The rows of a finding: `12 → 99`.
fn named(found: &Finding) -> Vec<String> {
    let key = |row: &Named| match row.key.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    };
    let mut shown: Vec<String> = found
        .named
        .iter()
        .take(SHOWN)
        .map(|row| match &row.object_id {
            Some(id) => format!("{} → {id}", key(row)),
            None => key(row),
        })
        .collect();
    let rest = found.rows - (shown.len() as u64).min(found.rows);
    if rest > 0 {
        let rest = count(usize::try_from(rest).unwrap_or(usize::MAX), "row");
        shown.push(format!("{rest} more (--format json names up to a thousand)"));
    }
    shown
}

/// A list over as many lines as it takes.
fn wrapped(items: &[String], margin: usize) -> Vec<String> {
    let margin = " ".repeat(margin);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for (place, item) in items.iter().enumerate() {
        let comma = if place + 1 < items.len() { "," } else { "" };
        let item = format!("{item}{comma}");
        if !line.is_empty() && line.chars().count() + item.chars().count() + 1 > 90 {
            lines.push(std::mem::take(&mut line));
        }
        let gap = if line.is_empty() { margin.as_str() } else { " " };
        line.push_str(gap);
        line.push_str(&item);
    }
    lines.push(line);
    lines
}
