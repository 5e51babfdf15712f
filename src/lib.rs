//! Trine: one schema; PostgreSQL, SQLAlchemy and Django that agree.
//!
//! ```text
//! Source ──parse──▶ SyntaxTree ──resolve──▶ Schema ──lower──▶ Database ──emit──▶ files
//! ```

pub mod arena;
mod compile;
pub mod ddl;
pub mod diagnostics;
pub mod lint;
pub mod naming;
#[cfg(feature = "project")]
pub mod project;
pub mod quoting;
pub mod relational;
pub mod schema;
pub mod source;
pub mod syntax;
pub mod target;
pub mod targets;
mod templates;

pub use compile::{Compilation, check, compile};
