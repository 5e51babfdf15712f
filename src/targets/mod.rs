//! The targets: each turns the same [`Program`] into files, in its own words.

use crate::relational::{Database, Layout};
use crate::schema::Schema;
use crate::target::{Options, Target};

pub mod django;
mod header;
pub mod postgres;
pub mod python;
pub mod sqlalchemy;

pub use header::{HEADER, is_generated};

/// What every target reads.
#[derive(Debug, Clone, Copy)]
pub struct Program<'a> {
    /// What the files mean.
    pub schema: &'a Schema,
    /// What the database is.
    pub database: &'a Database,
    /// Which part of the one is which part of the other.
    pub layout: &'a Layout,
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// The path below the target's folder, with `/` between its parts.
    pub path: String,
    /// The text; UTF-8, line feeds.
    pub contents: String,
    /// Whether a file that exists is left as it is (a migration).
    pub once: bool,
}

/// Generates one target's files.
pub fn emit(target: Target, program: Program<'_>, options: &Options) -> Vec<OutputFile> {
    match target {
        Target::Postgres => postgres::emit(program),
        Target::Sqlalchemy => sqlalchemy::emit(program, &options.sqlalchemy),
        Target::Django => django::emit(program, &options.django),
    }
}
