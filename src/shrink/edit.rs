//! Edits of source text: which bytes go, and what the files are without them.

use crate::source::{SourceFile, Sources, Span};

/// A change of some files: spans that are replaced, whole files that go.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What is replaced by what.
    pub replaced: Vec<(Span, String)>,
    /// The places of files that go.
    pub files: Vec<usize>,
}

impl Change {
    /// Nothing but `span` goes.
    pub fn remove(span: Span) -> Change {
        Change::replace(span, "")
    }

    /// Nothing but `span` becomes something else.
    pub fn replace(span: Span, replacement: impl Into<String>) -> Change {
        Change { replaced: vec![(span, replacement.into())], files: Vec::new() }
    }

    /// Whether it has no effect.
    pub fn is_empty(&self) -> bool {
        self.replaced.is_empty() && self.files.is_empty()
    }

    /// Adds another change where it overlaps none that is there; a file that goes takes its spans along.
    pub fn join(&mut self, other: &Change) {
        for file in &other.files {
            if !self.files.contains(file) {
                self.files.push(*file);
            }
        }
        for (span, text) in &other.replaced {
            let overlaps = |(there, _): &(Span, String)| {
                there.file == span.file && there.start < span.end && span.start < there.end
            };
            if !self.replaced.iter().any(overlaps) {
                self.replaced.push((*span, text.clone()));
            }
        }
    }
}

/// The files after a change.
pub fn apply(sources: &Sources, change: &Change) -> Sources {
    let mut changed = Sources::new();
    for (id, file) in sources.iter() {
        if change.files.contains(&id.index()) {
            continue;
        }
        let mut edits: Vec<&(Span, String)> =
            change.replaced.iter().filter(|(span, _)| span.file == id).collect();
        edits.sort_by_key(|(span, _)| (span.start, span.end));
        let mut text = String::with_capacity(file.text.len());
        let mut at = 0;
        for (span, replacement) in edits {
            let range = span.range();
            if range.start >= at {
                text.push_str(&file.text[at..range.start]);
                text.push_str(replacement);
                at = range.end;
            }
        }
        text.push_str(&file.text[at..]);
        changed.add(file.path.as_str(), text);
    }
    changed
}

/// The span with the lines that hold nothing else; with the spaces before it where they hold more.
pub fn with_its_lines(file: &SourceFile, span: Span) -> Span {
    let text = &*file.text;
    let blank = |c: char| c == ' ' || c == '\t' || c == '\r';
    let before = text[..span.start as usize].trim_end_matches(blank).len();
    let rest = &text[span.end as usize..];
    let after = text.len() - rest.trim_start_matches(blank).len();
    let opens = before == 0 || text[..before].ends_with('\n');
    let closes = text[after..].starts_with('\n') || after == text.len();
    let (start, end) = match (opens, closes) {
        (true, true) => (before, (after + 1).min(text.len())),
        (true, false) => (span.start as usize, after),
        (false, _) => (before, span.end as usize),
    };
    Span::new(span.file, start, end)
}

/// The span, begun at the keyword that stands before it, with the bracket between them if there is one;
/// and ended behind that bracket's partner.
pub fn with_its_keyword(file: &SourceFile, span: Span, keyword: &str) -> Option<Span> {
    let text = &*file.text;
    let mut before = text[..span.start as usize].trim_end();
    let mut end = span.end as usize;
    if let Some(outside) = before.strip_suffix('(') {
        before = outside.trim_end();
        end += text[end..].find(')')? + 1;
    }
    let start = before.strip_suffix(keyword)?.len();
    Some(with_its_lines(file, Span::new(span.file, start, end)))
}
