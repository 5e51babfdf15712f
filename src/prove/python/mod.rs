//! What only Python can do: the project's interpreter, and the process in it that runs the ORMs.
//!
//! The package `trine_prove` (`python/trine_prove`, which documents the protocol) comes with this
//! program. A [`Runner`] starts it once; each task is carried out in a fork of that process.

mod advice;
mod event;
mod interpreter;
mod package;
mod probe;
mod runner;

use std::fmt;

pub use advice::Needs;
pub use event::{Acted, Event, Outcome, Refused};
pub use interpreter::Interpreter;
pub use probe::Installed;
pub use runner::Runner;

/// Why Python could not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong, in one line.
    pub line: String,
    /// Where: Python's trace, or what the process printed last. May be empty.
    pub trace: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl std::error::Error for Failure {}
