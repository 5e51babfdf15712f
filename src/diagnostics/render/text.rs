//! What every report is put together from, whatever it is about: a leading word, a count, a JSON document.

use std::io;

use serde::Serialize;

use super::termcolor::{Color, ColorSpec, WriteColor};

/// Writes `word: ` in bold and colour.
///
/// # Errors
/// When the writer fails.
pub fn lead(out: &mut dyn WriteColor, word: &str, color: Color) -> io::Result<()> {
    out.set_color(ColorSpec::new().set_fg(Some(color)).set_bold(true).set_intense(true))?;
    write!(out, "{word}")?;
    out.reset()?;
    write!(out, ": ")
}

/// `1 table`, `2 tables`
pub fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// A document as JSON that a person can read too, with a line feed at its end. Its maps have texts as keys.
pub(crate) fn json_text(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document)
        .expect("texts, numbers, lists, and maps by text are always valid JSON");
    text.push('\n');
    text
}
