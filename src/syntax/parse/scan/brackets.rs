//! Brackets: each finds its partner, and none nests too deep.

use super::{NESTING_LIMIT, Open, Scanner, TooDeep};
use crate::syntax::parse::errors;

impl Scanner<'_> {
    pub(super) fn opening(&mut self, bracket: u8) {
        self.code();
        let at = self.at;
        self.at += 1;
        if let Some(too_deep) = &mut self.too_deep {
            too_deep.depth += 1;
        } else if self.open.len() == NESTING_LIMIT {
            let span = self.span(at, at + 1);
            self.findings.push(errors::too_deep_brackets(span));
            self.too_deep = Some(TooDeep { start: at, depth: 1 });
        } else {
            self.open.push(Open { bracket, at });
        }
    }

    pub(super) fn closing(&mut self, bracket: u8) {
        if self.docs.is_some() {
            self.undocumented();
        }
        self.line.has_code = true;
        let at = self.at;
        self.at += 1;
        if let Some(too_deep) = &mut self.too_deep {
            too_deep.depth -= 1;
            if too_deep.depth == 0 {
                self.end_too_deep(at + 1);
            }
            return;
        }
        let wanted = match bracket {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        // `)` and `]` never close what stands outside of the block that they are in.
        let partner = self
            .open
            .iter()
            .rposition(|open| open.bracket == wanted || (open.bracket == b'{' && wanted != b'{'))
            .filter(|&place| self.open[place].bracket == wanted);
        match partner {
            Some(place) => {
                let unclosed = self.open.split_off(place);
                self.unclosed(unclosed.into_iter().skip(1), at);
            }
            None => {
                while self.bytes.get(self.at) == Some(&bracket) {
                    self.at += 1;
                }
                let span = self.span(at, self.at);
                self.findings.push(errors::stray_bracket(span, bracket as char));
                self.blank_out(span);
            }
        }
    }

    /// Blanks brackets without partner out, each with the rest of its line; `end` is where they are
    /// missed. The outermost one of a line stands for all of that line.
    fn unclosed(&mut self, brackets: impl Iterator<Item = Open>, end: usize) {
        let mut covered = 0;
        for open in brackets.filter(|open| open.at < end) {
            if open.at < covered {
                continue;
            }
            let rest = &self.bytes[open.at..end];
            covered = open.at + rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
            let span = self.span(open.at, open.at + 1);
            self.findings.push(errors::unclosed_bracket(span, open.bracket as char));
            self.blank_out(self.span(open.at, covered));
        }
    }

    /// Ends every open bracket, at the end of the file or before an item; the outermost block is kept.
    pub(super) fn close_all(&mut self) {
        if self.too_deep.is_some() {
            self.end_too_deep(self.at);
        }
        let mut open = std::mem::take(&mut self.open).into_iter().peekable();
        let block = open.next_if(|open| open.bracket == b'{');
        self.unclosed(open, self.at);
        let Some(block) = block else { return };
        let span = self.span(block.at, block.at + 1);
        let behind = self.span(self.code_end, self.code_end);
        let missing = errors::unclosed_bracket(span, '{').fix("close the block", behind, "\n}");
        self.findings.push(missing);
        if self.code_end < self.at && self.bytes[self.code_end] == b'\n' {
            let place = self.code_end;
            self.patched()[place] = b'}';
        } else {
            self.missing_closers += 1;
        }
    }

    fn end_too_deep(&mut self, end: usize) {
        if let Some(too_deep) = self.too_deep.take() {
            let span = self.span(too_deep.start, end);
            self.blank_out(span);
        }
    }
}
