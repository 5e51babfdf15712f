//! Workflow commands of GitHub Actions: `::error file=…,line=…,col=…,endLine=…,endColumn=…,title=…::…`.
//!
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use std::fmt::Write;

use super::{Diagnostic, Sources, place, severity_name};

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let place = place(sources, diagnostic.primary());
        let (line, column) = place.start;
        let (end_line, end_column) = place.end;
        let title = format!("{}: {}", diagnostic.code, diagnostic.code.title());
        let mut message = diagnostic.message.clone();
        for note in &diagnostic.notes {
            message.push_str("\nnote: ");
            message.push_str(note);
        }
        if let Some(help) = &diagnostic.help {
            message.push_str("\nhelp: ");
            message.push_str(help);
        }
        write!(
            out,
            "::{} file={},line={line},col={column},endLine={end_line}",
            severity_name(diagnostic.severity()),
            property(place.path),
        )
        .expect("writing to a string never fails");
        // GitHub ignores the columns of an annotation that spans lines.
        if line == end_line {
            write!(out, ",endColumn={end_column}").expect("writing to a string never fails");
        }
        writeln!(out, ",title={}::{}", property(&title), data(&message))
            .expect("writing to a string never fails");
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
