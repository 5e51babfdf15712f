//! The sqlalchemy target.

use super::{OutputFile, Program};

/// Generates the files.
pub fn emit(_program: Program<'_>, _options: &crate::target::SqlalchemyOptions) -> Vec<OutputFile> {
    Vec::new()
}
