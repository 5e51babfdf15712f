//! Constraints and indexes of a [`Table`](super::Table), as data.

use smol_str::SmolStr;

use super::{ColumnIx, Sql, TableId};

/// PRIMARY KEY
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrimaryKey {
    /// Its name.
    pub name: SmolStr,
    /// Its columns.
    pub columns: Vec<ColumnIx>,
    /// When it is checked.
    pub deferrability: Deferrability,
    /// Its comment.
    pub comment: Option<String>,
    /// Further facts in PostgreSQL's words: INCLUDE, WITHOUT OVERLAPS, storage parameters.
    pub besides: Vec<String>,
}

/// UNIQUE (…)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueConstraint {
    /// Its name.
    pub name: SmolStr,
    /// Its columns.
    pub columns: Vec<ColumnIx>,
    /// When it is checked.
    pub deferrability: Deferrability,
    /// NULLS NOT DISTINCT when false.
    pub nulls_distinct: bool,
    /// Its comment.
    pub comment: Option<String>,
    /// Further facts in PostgreSQL's words: INCLUDE, WITHOUT OVERLAPS, storage parameters.
    pub besides: Vec<String>,
}

/// CHECK (…)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckConstraint {
    /// Its name.
    pub name: SmolStr,
    /// The condition.
    pub condition: Sql,
    /// Whether the rows that are there satisfy it; NOT VALID when false.
    pub validated: bool,
    /// Its comment.
    pub comment: Option<String>,
    /// Further facts in PostgreSQL's words: NO INHERIT, NOT ENFORCED.
    pub besides: Vec<String>,
}

/// FOREIGN KEY (…) REFERENCES …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// Its name.
    pub name: SmolStr,
    /// The columns that refer.
    pub columns: Vec<ColumnIx>,
    /// The table that is referred to.
    pub target: TableId,
    /// The columns that are referred to, in the same order.
    pub target_columns: Vec<ColumnIx>,
    /// ON DELETE …
    pub on_delete: ReferentialAction,
    /// The column list of SET NULL or SET DEFAULT; empty when it is all columns.
    pub on_delete_columns: Vec<ColumnIx>,
    /// ON UPDATE …
    pub on_update: ReferentialAction,
    /// When it is checked.
    pub deferrability: Deferrability,
    /// Whether the rows that are there satisfy it; NOT VALID when false.
    pub validated: bool,
    /// Its comment.
    pub comment: Option<String>,
    /// Further facts in PostgreSQL's words: MATCH FULL, PERIOD, NOT ENFORCED, triggers that are off.
    pub besides: Vec<String>,
}

/// What a foreign key does when the row that it refers to goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReferentialAction {
    /// NO ACTION
    NoAction,
    /// RESTRICT
    Restrict,
    /// CASCADE
    Cascade,
    /// SET NULL
    SetNull,
    /// SET DEFAULT
    SetDefault,
}

/// When a constraint is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deferrability {
    /// NOT DEFERRABLE
    NotDeferrable,
    /// DEFERRABLE INITIALLY IMMEDIATE
    InitiallyImmediate,
    /// DEFERRABLE INITIALLY DEFERRED
    InitiallyDeferred,
}

/// EXCLUDE USING …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExcludeConstraint {
    /// Its name.
    pub name: SmolStr,
    /// The access method.
    pub using: SmolStr,
    /// Elements, each with its operator.
    pub elements: Vec<(IndexElement, String)>,
    /// WHERE (…)
    pub condition: Option<Sql>,
    /// When it is checked.
    pub deferrability: Deferrability,
    /// Its comment.
    pub comment: Option<String>,
    /// Further facts in PostgreSQL's words: INCLUDE, storage parameters.
    pub besides: Vec<String>,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: SmolStr,
    /// UNIQUE, because a constraint can't say it (an expression, a condition).
    pub unique: bool,
    /// The access method.
    pub using: SmolStr,
    /// Its elements.
    pub elements: Vec<IndexElement>,
    /// INCLUDE (…)
    pub include: Vec<ColumnIx>,
    /// NULLS NOT DISTINCT when false.
    pub nulls_distinct: bool,
    /// WHERE (…)
    pub condition: Option<Sql>,
    /// Storage parameters, by name.
    pub storage: Vec<(String, String)>,
    /// Whether it can be used: a CREATE INDEX CONCURRENTLY that failed leaves one that is not.
    pub valid: bool,
    /// Its comment.
    pub comment: Option<String>,
    /// Further facts in PostgreSQL's words: a tablespace, the collation of an element.
    pub besides: Vec<String>,
}

/// An element of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexElement {
    /// What is indexed.
    pub key: IndexKey,
    /// An operator class that is not the type's own.
    pub opclass: Option<SmolStr>,
    /// DESC
    pub descending: bool,
    /// NULLS FIRST; PostgreSQL's default is that of the direction: `descending`.
    pub nulls_first: bool,
}

/// What an index element indexes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexKey {
    /// A column.
    Column(ColumnIx),
    /// An expression.
    Expression(Sql),
}
