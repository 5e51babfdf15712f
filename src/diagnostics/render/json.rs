//! One JSON document, described in `docs/language/command-line.md`; `version` grows when its shape changes.

use serde::Serialize;

use super::text::json_text;
use super::{Diagnostic, Severity, Sources, Span, place, severity_name};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'static str,
    severity: &'static str,
    title: &'static str,
    message: &'a str,
    labels: Vec<Label<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
struct Label<'a> {
    primary: bool,
    message: &'a str,
    span: Range<'a>,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    span: Range<'a>,
    replacement: &'a str,
}

#[derive(Serialize)]
struct Range<'a> {
    path: &'a str,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    byte: u32,
    line: usize,
    column: usize,
}

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|d| d.severity() == severity).count();
    let document = Document {
        version: 1,
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        diagnostics: diagnostics.iter().map(|diagnostic| entry(sources, diagnostic)).collect(),
    };
    json_text(&document)
}

fn entry<'a>(sources: &'a Sources, diagnostic: &'a Diagnostic) -> Entry<'a> {
    Entry {
        code: diagnostic.code.name(),
        severity: severity_name(diagnostic.severity()),
        title: diagnostic.code.title(),
        message: &diagnostic.message,
        labels: diagnostic
            .labels
            .iter()
            .enumerate()
            .map(|(index, label)| Label {
                primary: index == 0,
                message: &label.message,
                span: range(sources, label.span),
            })
            .collect(),
        notes: &diagnostic.notes,
        help: diagnostic.help.as_deref(),
        fixes: diagnostic
            .fixes
            .iter()
            .map(|fix| Fix {
                title: &fix.title,
                edits: fix
                    .edits
                    .iter()
                    .map(|edit| Edit {
                        span: range(sources, edit.span),
                        replacement: &edit.replacement,
                    })
                    .collect(),
            })
            .collect(),
    }
}

fn range(sources: &Sources, span: Span) -> Range<'_> {
    let place = place(sources, span);
    Range {
        path: place.path,
        start: Position { byte: span.start, line: place.start.0, column: place.start.1 },
        end: Position { byte: span.end, line: place.end.0, column: place.end.1 },
    }
}
