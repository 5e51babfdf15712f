//! Drift as text: for people, and as one JSON document.

use std::io;

use serde::Serialize;

use crate::diagnostics::termcolor::{Color, WriteColor};
use crate::diagnostics::{count, json_text, lead, visible};
use crate::diff::{self, Entry, Sides, entries};

use super::Drift;

/// How many names of others a note lists.
const LISTED: usize = 5;

/// The document of `--format json`; `version` grows when its shape changes.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    database: &'a str,
    server: &'a str,
    tables: usize,
    differences: Vec<Entry<'a>>,
    ignored: usize,
    others: &'a [String],
    notes: &'a [String],
}

/// Drift as one JSON document, described in `docs/drift.md`.
pub fn document(drift: &Drift) -> String {
    let Drift { database, version, tables, differences, ignored, others, notes } = drift;
    let document = Document {
        version: 1,
        database,
        server: version,
        tables: *tables,
        differences: entries(differences),
        ignored: *ignored,
        others,
        notes,
    };
    json_text(&document)
}

/// Writes drift as a person reads it: the differences by table, how many there are, and what was left out.
///
/// # Errors
/// When the writer fails.
pub fn write_human(out: &mut dyn WriteColor, drift: &Drift) -> io::Result<()> {
    let Drift { database, version, tables, differences, ignored, others, notes } = drift;
    let sides = Sides { before: "the schema", after: "the database" };
    diff::write_human(out, differences, sides)?;
    let compared = format!(
        "{} of `{}` (PostgreSQL {})",
        count(*tables, "table"),
        visible(database),
        visible(version)
    );
    match differences.first() {
        None => {
            lead(out, "no drift", Color::Green)?;
            let are = if *tables == 1 { "is" } else { "are" };
            writeln!(out, "{compared} {are} as the schema says")?;
        }
        Some(first) => {
            writeln!(out)?;
            lead(out, "drift", Color::Red)?;
            let differences = count(differences.len(), "difference");
            let code = first.code;
            writeln!(
                out,
                "{differences} among {compared}; `trine explain {code}` says more about {code}"
            )?;
        }
    }
    if *ignored > 0 {
        let were = if *ignored == 1 { "was" } else { "were" };
        note(out, &format!("{} {were} left out, as you asked", count(*ignored, "difference")))?;
    }
    if !others.is_empty() {
        let mut listed: Vec<&str> = others.iter().take(LISTED).map(String::as_str).collect();
        if others.len() > LISTED {
            listed.push("…");
        }
        let number = count(others.len(), "object");
        let were = if others.len() == 1 { "was" } else { "were" };
        note(out, &format!("{number} of others {were} left out: {}", listed.join(", ")))?;
    }
    notes.iter().try_for_each(|said| note(out, said))
}

fn note(out: &mut dyn WriteColor, text: &str) -> io::Result<()> {
    lead(out, "note", Color::Green)?;
    writeln!(out, "{}", visible(text).replace('\n', "\\n"))
}
