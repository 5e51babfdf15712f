//! One pass over the bytes before the grammar: comments, blank lines, strings and brackets.
//!
//! What has no partner (a bracket, a quote) or no place (a control character, a stray doc comment) is
//! reported here, and blanked out in the text that the grammar reads; every byte keeps its offset.

mod brackets;
mod tokens;

use std::borrow::Cow;

use crate::source::{FileId, Span};
use crate::syntax::tree::{Trivia, TriviaKind};

use super::errors;
use super::findings::Findings;

/// How deep brackets may nest. The grammar recurses once for each, so this also bounds its stack.
pub const NESTING_LIMIT: usize = 64;

/// What the pass finds.
pub struct Scan<'t> {
    /// The text for the grammar: balanced, and as long as the file (but for closing brackets that the
    /// end of the file lacks).
    pub text: Cow<'t, str>,
    /// Comments and blank lines, in no order.
    pub trivia: Vec<Trivia>,
    /// What was blanked out, by place; what stands around it has its diagnostic already.
    pub damage: Vec<Span>,
    /// What is wrong.
    pub findings: Findings,
}

/// Reads a file's bytes once.
pub fn scan(file: FileId, text: &str) -> Scan<'_> {
    let mut scanner = Scanner {
        file,
        text,
        bytes: text.as_bytes(),
        at: 0,
        line: Line::default(),
        line_end: 0,
        code_end: 0,
        blank_from: None,
        docs: None,
        open: Vec::new(),
        too_deep: None,
        patched: None,
        missing_closers: 0,
        trivia: Vec::new(),
        damage: Vec::new(),
        findings: Findings::default(),
    };
    scanner.run();
    scanner.finish()
}

/// What is known of the line that is being read.
#[derive(Default)]
struct Line {
    start: usize,
    has_code: bool,
    has_comment: bool,
}

/// A bracket that waits for its partner.
struct Open {
    bracket: u8,
    at: usize,
}

/// Brackets beyond the limit: where the first stands, and how many are open since.
struct TooDeep {
    start: usize,
    depth: usize,
}

struct Scanner<'t> {
    file: FileId,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    line: Line,
    /// The end of the line, once it has been looked for; from then on it is ahead.
    line_end: usize,
    /// The end of the last line that holds code: where a missing `}` belongs.
    code_end: usize,
    /// The start of the run of empty lines that may be going on.
    blank_from: Option<usize>,
    /// The `///` lines that wait for something to document.
    docs: Option<Vec<Span>>,
    open: Vec<Open>,
    too_deep: Option<TooDeep>,
    patched: Option<Vec<u8>>,
    missing_closers: usize,
    trivia: Vec<Trivia>,
    damage: Vec<Span>,
    findings: Findings,
}

impl<'t> Scanner<'t> {
    fn run(&mut self) {
        if self.text.starts_with('\u{FEFF}') {
            self.at = 3;
            self.line.start = 3;
        }
        self.start_line();
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    self.end_line();
                    self.at += 1;
                    self.line = Line { start: self.at, ..Line::default() };
                    self.start_line();
                }
                b'/' if self.bytes[self.at..].starts_with(b"//") => self.comment(),
                b'"' => self.string(),
                b'`' => self.backquoted(),
                b'(' | b'[' | b'{' => self.opening(byte),
                b')' | b']' | b'}' => self.closing(byte),
                b'\'' => self.single_quote(),
                b';' | b'#' | b'$' | b'\\' | 0..=0x1F | 0x7F => self.stray(byte as char),
                0x80.. => self.beyond_ascii(),
                _ => {
                    self.code();
                    self.at += 1;
                    while self.bytes.get(self.at).is_some_and(|&byte| is_word(byte)) {
                        self.at += 1;
                    }
                }
            }
        }
        self.end_line();
        if let Some(from) = self.blank_from.take() {
            self.blank_lines(from, self.bytes.len());
        }
        self.close_all();
        self.undocumented();
    }

    fn finish(mut self) -> Scan<'t> {
        self.damage.sort();
        let text = match self.patched {
            None if self.missing_closers == 0 => Cow::Borrowed(self.text),
            patched => {
                let mut bytes = patched.unwrap_or_else(|| self.bytes.to_vec());
                bytes.extend(std::iter::repeat_n(b'}', self.missing_closers));
                let text = String::from_utf8(bytes);
                Cow::Owned(text.expect("only whole characters were replaced, by ASCII"))
            }
        };
        Scan { text, trivia: self.trivia, damage: self.damage, findings: self.findings }
    }

    // ── Lines ──

    /// An item at the very start of a line ends every block that is still open.
    fn start_line(&mut self) {
        if !self.open.is_empty() && begins_item(&self.bytes[self.at..]) {
            self.close_all();
        }
    }

    fn end_line(&mut self) {
        let blank = !self.line.has_code && !self.line.has_comment;
        if self.line.has_code {
            self.code_end = self.at;
        }
        if blank {
            self.blank_from.get_or_insert(self.line.start);
        } else if let Some(from) = self.blank_from.take() {
            self.blank_lines(from, self.line.start);
        }
    }

    /// Empty lines from `from` to before `end`, which is where the next line starts or the file ends.
    fn blank_lines(&mut self, from: usize, end: usize) {
        let end = end.min(self.bytes.len());
        let end = if self.bytes[..end].ends_with(b"\n") { end - 1 } else { end };
        if end < from || (end == from && self.bytes.len() == from) {
            return;
        }
        let span = self.span(from, end);
        self.trivia.push(Trivia { kind: TriviaKind::BlankLines, span });
    }

    fn code(&mut self) {
        self.line.has_code = true;
        self.docs = None;
    }

    fn line_end(&mut self) -> usize {
        if self.line_end < self.at || self.at == 0 {
            let rest = &self.bytes[self.at..];
            self.line_end =
                self.at + rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        }
        self.line_end
    }

    // ── Comments ──

    fn comment(&mut self) {
        let start = self.at;
        let line_end = self.line_end();
        let end = start + self.text[start..line_end].trim_end().len();
        let span = self.span(start, end);
        self.at = line_end;
        let rest = &self.bytes[start + 2..];
        let documents = rest.first() == Some(&b'/') && rest.get(1) != Some(&b'/');
        if !documents {
            self.push_comment(span);
        } else if self.line.has_code || self.open.iter().any(|open| open.bracket != b'{') {
            self.stray_docs(span);
        } else {
            self.docs.get_or_insert_default().push(span);
        }
        self.line.has_comment = true;
    }

    fn push_comment(&mut self, span: Span) {
        let kind =
            if self.line.has_code { TriviaKind::TrailingComment } else { TriviaKind::Comment };
        self.trivia.push(Trivia { kind, span });
    }

    /// A doc comment that documents nothing is read as a comment.
    fn stray_docs(&mut self, span: Span) {
        self.findings.push(errors::stray_docs(span));
        self.patch(span.start as usize + 2, span.start as usize + 3);
        self.push_comment(span);
    }

    /// The doc comments that wait, when the block or the file ends behind them.
    fn undocumented(&mut self) {
        let code_on_line = std::mem::take(&mut self.line.has_code);
        for span in self.docs.take().into_iter().flatten() {
            self.stray_docs(span);
        }
        self.line.has_code = code_on_line;
    }

    // ── Patches ──

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    fn patched(&mut self) -> &mut Vec<u8> {
        self.patched.get_or_insert_with(|| self.bytes.to_vec())
    }

    /// Puts spaces in the place of a range, but for the ends of lines.
    fn patch(&mut self, start: usize, end: usize) {
        for byte in &mut self.patched()[start..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }

    fn blank_out(&mut self, span: Span) {
        self.patch(span.start as usize, span.end as usize);
        self.damage.push(span);
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.'
}

/// Whether a line begins with an item: a keyword, and a name behind it.
fn begins_item(line: &[u8]) -> bool {
    const KEYWORDS: [&[u8]; 8] =
        [b"entity", b"enum", b"mixin", b"union", b"fetch", b"module", b"extension", b"external"];
    KEYWORDS.iter().any(|keyword| {
        line.strip_prefix(*keyword).is_some_and(|rest| {
            let name = rest.trim_ascii_start();
            name.len() < rest.len()
                && name.first().is_some_and(|&byte| {
                    byte.is_ascii_alphabetic() || byte == b'_' || byte == b'`' || byte >= 0x80
                })
                && !rest[..rest.len() - name.len()].contains(&b'\n')
        })
    })
}
