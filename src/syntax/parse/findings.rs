//! The diagnostics of one file, up to a number at which nobody reads on.

use crate::diagnostics::Diagnostic;

/// How many diagnostics one file may have; a file with more is no Trine at all.
const LIMIT: usize = 1000;

/// Diagnostics, and how many there would be more.
#[derive(Default)]
pub struct Findings {
    kept: Vec<Diagnostic>,
    more: usize,
}

impl Findings {
    /// Keeps a diagnostic, or counts it.
    pub fn push(&mut self, found: Diagnostic) {
        if self.kept.len() < LIMIT {
            self.kept.push(found);
        } else {
            self.more += 1;
        }
    }

    /// What was kept, by place; the last says how many there are more.
    pub fn finish(self) -> Vec<Diagnostic> {
        let Findings { mut kept, more } = self;
        kept.sort_by_key(Diagnostic::primary);
        if let Some(last) = kept.last_mut()
            && more > 0
        {
            last.notes.push(format!("{more} more findings in this file are not shown."));
        }
        kept
    }
}
