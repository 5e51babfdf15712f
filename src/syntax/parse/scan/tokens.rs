//! Strings, names in backquotes, and the characters that have no meaning.

use pest::unicode::{XID_CONTINUE, XID_START};

use crate::diagnostics::Diagnostic;
use crate::source::Span;

use super::Scanner;
use crate::syntax::parse::errors;

impl Scanner<'_> {
    pub(super) fn string(&mut self) {
        self.code();
        let start = self.at;
        let mut at = start + 1;
        loop {
            match self.bytes.get(at) {
                None | Some(b'\n') => break self.unterminated(start, errors::unterminated_string),
                Some(b'"') => break self.at = at + 1,
                Some(b'\\') if !matches!(self.bytes.get(at + 1), None | Some(b'\n')) => at += 2,
                Some(&byte) => {
                    if byte < 0x20 && byte != b'\t' && byte != b'\r' {
                        let span = self.span(at, at + 1);
                        self.findings.push(errors::control_in_string(span, byte));
                    }
                    at += 1;
                }
            }
        }
    }

    pub(super) fn backquoted(&mut self) {
        self.code();
        let start = self.at;
        let end = self.line_end();
        match self.bytes[start + 1..end].iter().position(|&byte| byte == b'`') {
            None => self.unterminated(start, errors::unterminated_name),
            Some(length) => {
                self.at = start + length + 2;
                let name = &self.text[start + 1..self.at - 1];
                if !is_identifier(name) {
                    let span = self.span(start, self.at);
                    self.findings.push(errors::no_name(span));
                    self.blank_out(span);
                }
            }
        }
    }

    fn unterminated(&mut self, start: usize, word: fn(Span) -> Diagnostic) {
        self.at = start;
        let line_end = self.line_end();
        let end = start + self.text[start..line_end].trim_end().len();
        let span = self.span(start, end);
        self.findings.push(word(span));
        self.blank_out(span);
        self.at = line_end;
    }

    /// `'abc'`, as SQL has it: read as a string where that is certainly meant.
    pub(super) fn single_quote(&mut self) {
        self.code();
        let start = self.at;
        self.at += 1;
        let end = self.line_end();
        let Some(length) = self.text[self.at..end].find('\'') else {
            let span = self.span(start, start + 1);
            self.findings.push(errors::stray_character(span, '\''));
            return self.blank_out(span);
        };
        self.at += length + 1;
        let span = self.span(start, self.at);
        let content = &self.text[start + 1..self.at - 1];
        let certain = !content.contains(['"', '\\']);
        self.findings.push(errors::single_quotes(span, certain.then_some(content)));
        if certain && self.too_deep.is_none() {
            let patched = self.patched();
            patched[span.start as usize] = b'"';
            patched[span.end as usize - 1] = b'"';
        } else {
            self.blank_out(span);
        }
    }

    pub(super) fn stray(&mut self, character: char) {
        // A run of the same one is one finding.
        let start = self.at;
        while self.text[self.at..].starts_with(character) {
            self.at += character.len_utf8();
        }
        let span = self.span(start, self.at);
        self.line.has_code = true;
        self.findings.push(errors::stray_character(span, character));
        self.blank_out(span);
    }

    pub(super) fn beyond_ascii(&mut self) {
        let character =
            self.text[self.at..].chars().next().expect("the scan stays on character boundaries");
        if XID_CONTINUE(character) {
            self.code();
            self.at += character.len_utf8();
        } else {
            self.stray(character);
        }
    }
}

/// Whether the grammar reads the text as a name.
fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first == '_' || XID_START(first))
        && characters.all(XID_CONTINUE)
}
