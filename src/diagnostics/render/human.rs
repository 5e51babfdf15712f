//! The source with the places marked in it, then reasons, help and fixes: what a person reads.

use std::io;

use codespan_reporting::diagnostic::{self as codespan, LabelStyle};
use codespan_reporting::files;
use codespan_reporting::term::{self, Config, termcolor};

use super::excerpt::{Excerpts, visible};
use super::{Diagnostic, Severity, Sources};
use crate::diagnostics::Fix;
use crate::source::FileId;

/// Writes diagnostics with a writer that knows colours, each followed by an empty line.
///
/// Whether there is colour is the writer's to say: `termcolor::NoColor`, or a `StandardStream` with the
/// choice that the user made.
///
/// # Errors
/// When the writer fails.
pub fn write_human(
    writer: &mut dyn termcolor::WriteColor,
    sources: &Sources,
    diagnostics: &[Diagnostic],
) -> io::Result<()> {
    let config = Config { tab_width: 4, ..Config::default() };
    for diagnostic in diagnostics {
        let excerpts = Excerpts::new(sources, diagnostic);
        let shown = convert(sources, &excerpts, diagnostic);
        term::emit_to_write_style(&mut *writer, &config, &excerpts, &shown).map_err(|error| {
            match error {
                files::Error::Io(error) => error,
                error => io::Error::other(error),
            }
        })?;
    }
    Ok(())
}

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut buffer = termcolor::NoColor::new(Vec::new());
    write_human(&mut buffer, sources, diagnostics).expect("writing to memory never fails");
    String::from_utf8(buffer.into_inner()).expect("only strings were written")
}

fn convert(
    sources: &Sources,
    excerpts: &Excerpts<'_>,
    diagnostic: &Diagnostic,
) -> codespan::Diagnostic<FileId> {
    let severity = match diagnostic.severity() {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
    };
    let labels = diagnostic.labels.iter().enumerate().map(|(index, label)| {
        let style = if index == 0 { LabelStyle::Primary } else { LabelStyle::Secondary };
        codespan::Label::new(style, label.span.file, excerpts.range(label.span))
            .with_message(one_line(&label.message))
    });
    let mut notes: Vec<String> =
        diagnostic.notes.iter().map(|note| hanging("note: ", note)).collect();
    notes.extend(diagnostic.help.iter().map(|help| hanging("help: ", help)));
    notes.extend(diagnostic.fixes.iter().map(|fix| {
        let title = one_line(&fix.title);
        match (diagnostic.fixes.as_slice(), mended_line(sources, fix)) {
            ([_], Some(line)) => format!("fix: {title}\n     {line}"),
            _ => format!("fix: {title}"),
        }
    }));
    codespan::Diagnostic::new(severity)
        .with_code(diagnostic.code.name())
        .with_message(one_line(&diagnostic.message))
        .with_labels(labels.collect())
        .with_notes(notes)
}

/// A text of one or more lines, each below the first.
fn hanging(lead: &str, text: &str) -> String {
    format!("{lead}{}", visible(text).replace('\n', &format!("\n{:1$}", "", lead.len())))
}

fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n")
}

/// The line as it is when the fix is applied, where the fix touches one line and leaves one.
fn mended_line(sources: &Sources, fix: &Fix) -> Option<String> {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let file = sources.get(edits.first()?.span.file);
    let index = file.line_of(edits[0].span.start as usize);
    let line = file.line_range(index)?;
    let mut mended = String::new();
    let mut at = line.start;
    for edit in edits {
        let range = edit.span.range();
        if edit.span.file != fix.edits[0].span.file || range.start < at || range.end > line.end {
            return None;
        }
        mended.push_str(&file.text[at..range.start]);
        mended.push_str(&edit.replacement);
        at = range.end;
    }
    mended.push_str(&file.text[at..line.end]);
    let mended = mended.trim();
    let readable = !mended.is_empty() && !mended.contains('\n') && mended.chars().count() <= 120;
    readable.then(|| visible(mended))
}
