//! Diagnostics as text, for people and for machines. Each format is a file; none of them decides anything.

mod excerpt;
mod github;
mod human;
mod json;
mod sarif;
mod short;
mod text;

pub use codespan_reporting::term::termcolor;
pub use excerpt::visible;
pub use human::write_human;
pub(crate) use text::json_text;
pub use text::{count, lead};

use super::{Diagnostic, Severity};
use crate::source::{Sources, Span};

/// A way to show diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// The source with the places marked in it.
    #[default]
    Human,
    /// One line each: `PATH:LINE:COLUMN: error[E0102]: MESSAGE`.
    Short,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, as code scanners read it.
    Sarif,
    /// Workflow commands of GitHub Actions, which annotate a pull request.
    Github,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Format] =
        &[Format::Human, Format::Short, Format::Json, Format::Sarif, Format::Github];

    /// Its name, as in `--format json`.
    pub fn name(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Short => "short",
            Format::Json => "json",
            Format::Sarif => "sarif",
            Format::Github => "github",
        }
    }
}

/// Shows diagnostics without colour.
///
/// ```
/// use trine::diagnostics::{Code, Diagnostic, Format, render};
/// use trine::source::{Sources, Span};
///
/// let mut sources = Sources::new();
/// let file = sources.add("shop.trine", "module shop\nentity Banner {\n  name  tekst\n}\n");
/// let span = Span::new(file, 36, 41);
/// let found = [Diagnostic::new(Code::E0202, span, "there is no type `tekst`", "not a type")];
/// assert_eq!(
///     render(Format::Short, &sources, &found),
///     "shop.trine:3:9: error[E0202]: there is no type `tekst`\n",
/// );
/// ```
pub fn render(format: Format, sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    match format {
        Format::Human => human::render(sources, diagnostics),
        Format::Short => short::render(sources, diagnostics),
        Format::Json => json::render(sources, diagnostics),
        Format::Sarif => sarif::render(sources, diagnostics),
        Format::Github => github::render(sources, diagnostics),
    }
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// Where a span begins and ends, as people count: lines and characters from 1, the end exclusive.
struct Place<'a> {
    path: &'a str,
    start: (usize, usize),
    end: (usize, usize),
}

fn place(sources: &Sources, span: Span) -> Place<'_> {
    let file = sources.get(span.file);
    Place {
        path: &file.path,
        start: file.position(span.start as usize),
        end: file.position(span.end as usize),
    }
}
