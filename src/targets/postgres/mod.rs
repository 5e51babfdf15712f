//! The postgres target.

use super::{OutputFile, Program};

/// Generates the files.
pub fn emit(_program: Program<'_>) -> Vec<OutputFile> {
    Vec::new()
}
