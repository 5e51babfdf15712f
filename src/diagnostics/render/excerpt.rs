//! The lines that a diagnostic shows: cut to a width that a screen holds, with nothing invisible left in them.
//!
//! A caret stands under the right character only where what is printed is as wide as it is counted. So
//! control characters, bidirectional controls and zero-width characters are shown by their numbers, and
//! a very long line is cut around its labels.

use std::ops::Range;

use codespan_reporting::files::{Error, Files, Location};

use super::Diagnostic;
use crate::source::{FileId, SourceFile, Sources, Span};

/// A longer line is cut.
const LONGEST: usize = 160;
/// How many characters of a line that is cut are shown.
const WINDOW: usize = 120;
/// How many of them stand before the label.
const BEFORE: usize = 40;
/// Of a label over many lines, how many are shown at its start and at its end.
const CONTEXT: usize = 4;

/// Whether a character takes no place on a screen, or changes the place of others.
pub(super) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text in which everything can be seen; line feeds and tabs stay.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push_visible(&mut out, c);
    }
    out
}

fn push_visible(out: &mut String, c: char) {
    match c {
        '\n' | '\t' => out.push(c),
        // Asks for a picture, and so for another width, of the character before it.
        '\u{fe00}'..='\u{fe0f}' => {}
        c if is_unseen(c) => out.extend(c.escape_unicode()),
        c => out.push(c),
    }
}

/// The lines of all files that one diagnostic shows.
pub(super) struct Excerpts<'a> {
    sources: &'a Sources,
    files: Vec<Excerpt>,
}

struct Excerpt {
    file: FileId,
    text: String,
    lines: Vec<Line>,
}

/// A line that is shown.
struct Line {
    /// Its number in the file, from 0.
    index: usize,
    /// Where it stands in the excerpt's text, its line feed included.
    shown: Range<usize>,
    /// Byte in the file and byte in the excerpt, for every character that is shown and for the end.
    offsets: Vec<(usize, usize)>,
}

impl<'a> Excerpts<'a> {
    pub(super) fn new(sources: &'a Sources, diagnostic: &Diagnostic) -> Excerpts<'a> {
        let mut files: Vec<(FileId, Vec<Range<usize>>)> = Vec::new();
        for label in &diagnostic.labels {
            let span = clamp(sources, label.span);
            match files.iter_mut().find(|(file, _)| *file == label.span.file) {
                Some((_, spans)) => spans.push(span),
                None => files.push((label.span.file, vec![span])),
            }
        }
        let files = files
            .into_iter()
            .map(|(file, spans)| Excerpt::new(file, sources.get(file), &spans))
            .collect();
        Excerpts { sources, files }
    }

    /// A span's place in the excerpt of its file.
    pub(super) fn range(&self, span: Span) -> Range<usize> {
        let clamped = clamp(self.sources, span);
        let file = self.sources.get(span.file);
        let excerpt = self.excerpt(span.file);
        let start = excerpt.offset(file, clamped.start);
        start..excerpt.offset(file, clamped.end).max(start)
    }

    fn excerpt(&self, file: FileId) -> &Excerpt {
        self.files
            .iter()
            .find(|excerpt| excerpt.file == file)
            .expect("there is an excerpt for the file of every label")
    }
}

impl Excerpt {
    fn new(id: FileId, file: &SourceFile, spans: &[Range<usize>]) -> Excerpt {
        let mut indices = Vec::new();
        for span in spans {
            let (first, last) = (file.line_of(span.start), file.line_of(span.end));
            let head = first.saturating_sub(1)..=(first + CONTEXT).min(last);
            let tail = last.saturating_sub(CONTEXT).max(first)..=last + 1;
            indices.extend(head.chain(tail).filter(|&line| line < file.line_count()));
        }
        indices.sort_unstable();
        indices.dedup();
        let mut text = String::new();
        let lines =
            indices.into_iter().map(|index| Line::new(file, index, spans, &mut text)).collect();
        Excerpt { file: id, text, lines }
    }

    fn offset(&self, file: &SourceFile, byte: usize) -> usize {
        let index = file.line_of(byte);
        let line = self
            .lines
            .iter()
            .find(|line| line.index == index)
            .expect("the lines where a label begins and ends are in the excerpt");
        let next = line.offsets.partition_point(|&(original, _)| original < byte);
        line.offsets[next.min(line.offsets.len() - 1)].1
    }
}

impl Line {
    /// Appends the line to `text`.
    fn new(file: &SourceFile, index: usize, spans: &[Range<usize>], text: &mut String) -> Line {
        let line = content(file, index);
        let window = window(file, line.clone(), spans);
        let start = text.len();
        let mut offsets = Vec::new();
        if window.start > line.start {
            text.push('…');
        }
        for (at, c) in file.text[window.clone()].char_indices() {
            offsets.push((window.start + at, text.len()));
            push_visible(text, c);
        }
        offsets.push((window.end, text.len()));
        if window.end < line.end {
            text.push('…');
        }
        text.push('\n');
        Line { index, shown: start..text.len(), offsets }
    }
}

/// The bytes of a line without its end.
fn content(file: &SourceFile, index: usize) -> Range<usize> {
    let range = file.line_range(index).expect("only lines that exist are asked for");
    let text = file.text[range.clone()].trim_end_matches(['\n', '\r']);
    range.start..range.start + text.len()
}

/// What to show of a line: all of it, or the part around the first label in it.
fn window(file: &SourceFile, line: Range<usize>, spans: &[Range<usize>]) -> Range<usize> {
    let text = &file.text[line.clone()];
    if text.len() <= LONGEST || text.chars().nth(LONGEST).is_none() {
        return line;
    }
    let focus = spans
        .iter()
        .flat_map(|span| [span.start, span.end])
        .find(|at| (line.start..=line.end).contains(at))
        .unwrap_or(line.start);
    let before = &file.text[line.start..focus];
    let start =
        before.char_indices().rev().nth(BEFORE).map_or(line.start, |(at, _)| line.start + at);
    let end = file.text[start..line.end]
        .char_indices()
        .nth(WINDOW)
        .map_or(line.end, |(at, _)| start + at);
    start..end
}

/// A span that lies on characters, and does not end with a line feed.
fn clamp(sources: &Sources, span: Span) -> Range<usize> {
    let text = &sources.get(span.file).text;
    let floor = |byte: usize| {
        let byte = byte.min(text.len());
        (0..=byte).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
    };
    let start = floor(span.start as usize);
    let end = floor(span.end as usize).max(start);
    let trimmed = text[start..end].trim_end_matches(['\n', '\r']).len();
    start..start + trimmed
}

impl<'a> Files<'a> for Excerpts<'a> {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, file: FileId) -> Result<&'a str, Error> {
        Ok(&self.sources.get(file).path)
    }

    fn source(&'a self, file: FileId) -> Result<&'a str, Error> {
        Ok(&self.excerpt(file).text)
    }

    fn line_index(&'a self, file: FileId, byte: usize) -> Result<usize, Error> {
        let lines = &self.excerpt(file).lines;
        let next = lines.partition_point(|line| line.shown.start <= byte);
        Ok(lines[next.saturating_sub(1)].index)
    }

    /// Of a line in the middle of a long label, which is not shown, an empty range.
    fn line_range(&'a self, file: FileId, index: usize) -> Result<Range<usize>, Error> {
        let lines = &self.excerpt(file).lines;
        Ok(lines
            .binary_search_by_key(&index, |line| line.index)
            .map_or(0..0, |at| lines[at].shown.clone()))
    }

    /// The place in the file, not the one in the excerpt.
    fn location(&'a self, file: FileId, byte: usize) -> Result<Location, Error> {
        let index = self.line_index(file, byte)?;
        let lines = &self.excerpt(file).lines;
        let original = lines
            .binary_search_by_key(&index, |line| line.index)
            .ok()
            .and_then(|at| lines[at].offsets.iter().rev().find(|&&(_, shown)| shown <= byte))
            .map_or(0, |&(original, _)| original);
        let (line_number, column_number) = self.sources.get(file).position(original);
        Ok(Location { line_number, column_number })
    }
}
