//! One line for each diagnostic: `PATH:LINE:COLUMN: error[E0102]: MESSAGE`.

use std::fmt::Write;

use super::{Diagnostic, Sources, place, severity_name};

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let place = place(sources, diagnostic.primary());
        let (line, column) = place.start;
        let severity = severity_name(diagnostic.severity());
        write_line(&mut out, place.path);
        write!(out, ":{line}:{column}: {severity}[{}]: ", diagnostic.code)
            .expect("writing to a string never fails");
        write_line(&mut out, &diagnostic.message);
        out.push('\n');
    }
    out
}

/// Appends a text so that it stays on its line, and so that a terminal obeys nothing in it.
fn write_line(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if super::excerpt::is_unseen(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
}
