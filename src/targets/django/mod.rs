//! The django target.

pub mod expression;

use super::{OutputFile, Program};

/// Generates the files.
pub fn emit(_program: Program<'_>, _options: &crate::target::DjangoOptions) -> Vec<OutputFile> {
    Vec::new()
}
