//! What an entity says over its columns: UNIQUE, indexes, CHECK, EXCLUDE.

use smol_str::SmolStr;

use crate::source::Span;

use super::{Direction, Expr, MemberId};

/// A UNIQUE.
#[derive(Debug, Clone)]
pub struct Unique {
    /// Columns and expressions.
    pub elements: Vec<IndexElement>,
    /// `where (…)`
    pub condition: Option<Expr>,
    /// DEFERRABLE INITIALLY DEFERRED.
    pub deferrable: bool,
    /// NULLS NOT DISTINCT when false; PostgreSQL's default is true.
    pub nulls_distinct: bool,
    /// Whether the file says which of the two.
    pub nulls_said: bool,
    /// What people read when it fails.
    pub message: Option<String>,
    /// `as NAME`
    pub name: Option<String>,
    /// The whole.
    pub span: Span,
}

/// An index.
#[derive(Debug, Clone)]
pub struct Index {
    /// The access method; `btree` unless the file says otherwise.
    pub using: SmolStr,
    /// Columns and expressions.
    pub elements: Vec<IndexElement>,
    /// Columns that are carried along.
    pub include: Vec<MemberId>,
    /// `where (…)`
    pub condition: Option<Expr>,
    /// Storage parameters, by name.
    pub storage: Vec<(String, String)>,
    /// `as NAME`
    pub name: Option<String>,
    /// The whole.
    pub span: Span,
}

/// An element of an index or a UNIQUE.
#[derive(Debug, Clone)]
pub struct IndexElement {
    /// What is indexed.
    pub key: IndexKey,
    /// An operator class.
    pub opclass: Option<SmolStr>,
    /// Ascending unless the file says otherwise.
    pub direction: Direction,
    /// NULLS FIRST or LAST, where it differs from the direction's own.
    pub nulls_first: Option<bool>,
}

/// What an [`IndexElement`] indexes.
#[derive(Debug, Clone)]
pub enum IndexKey {
    /// A field, or a relation's columns.
    Member(MemberId),
    /// An expression.
    Expr(Expr),
}

/// A CHECK.
#[derive(Debug, Clone)]
pub struct Check {
    /// The condition.
    pub condition: Expr,
    /// What people read when it fails.
    pub message: Option<String>,
    /// `as NAME`
    pub name: Option<String>,
    /// What it is about, when Trine makes it: what its name says instead of its columns.
    pub about: Option<SmolStr>,
    /// The whole.
    pub span: Span,
}

/// An EXCLUDE.
#[derive(Debug, Clone)]
pub struct Exclude {
    /// The access method; `gist` unless the file says otherwise.
    pub using: SmolStr,
    /// Elements, each with its operator.
    pub elements: Vec<(IndexElement, String)>,
    /// `where (…)`
    pub condition: Option<Expr>,
    /// DEFERRABLE INITIALLY DEFERRED.
    pub deferrable: bool,
    /// What people read when it fails.
    pub message: Option<String>,
    /// `as NAME`
    pub name: Option<String>,
    /// The whole.
    pub span: Span,
}
