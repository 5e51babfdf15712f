//! A relation: its two ends, and the clauses that may follow them.

use super::{Attribute, Docs, Expr, Name, Path, Text};
use crate::source::Span;

/// `NAME MULTIPLICITY TARGET <-> MULTIPLICITY INVERSE CLAUSE…`
#[derive(Debug, Clone)]
pub struct Relation {
    /// The documentation before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// How many of the target one source has.
    pub here: Multiplicity,
    /// The entity or union that it points at.
    pub target: Path,
    /// How many sources one target has.
    pub there: Multiplicity,
    /// The accessor on the target.
    pub inverse: Inverse,
    /// The clauses, in the order written.
    pub clauses: Vec<Clause>,
    /// The whole, documentation aside.
    pub span: Span,
}

/// `1`, `0..1`, `*`, `1..*`, `2..5`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Multiplicity {
    /// The fewest.
    pub min: u32,
    /// The most; `None` is `*`.
    pub max: Option<u32>,
    /// Where it stands.
    pub span: Span,
}

/// The name after the second multiplicity.
#[derive(Debug, Clone)]
pub enum Inverse {
    /// `_`: no accessor.
    None(Span),
    /// An accessor; in a mixin the text may hold `{entity}`.
    Name(Name),
}

/// What may follow a relation's ends.
#[derive(Debug, Clone)]
pub struct Clause {
    /// Which one.
    pub kind: ClauseKind,
    /// The whole of it.
    pub span: Span,
}

/// The kinds of [`Clause`].
#[derive(Debug, Clone)]
pub enum ClauseKind {
    /// `on delete RULE`, and over a union `, Group restrict` for alternatives that differ
    OnDelete {
        /// The rule for every alternative that is not named.
        rule: DeleteRule,
        /// Where it stands.
        rule_span: Span,
        /// Rules by alternative.
        alternatives: Vec<(Path, DeleteRule, Span)>,
    },
    /// `on orphan delete`
    OnOrphanDelete,
    /// `on update cascade`
    OnUpdateCascade,
    /// `within A, B = C`
    Within(Vec<WithinPair>),
    /// `through NAME`, `through NAME(a, b)`
    Through {
        /// The link's name.
        name: Path,
        /// The two relations of a declared link.
        ends: Option<(Name, Name)>,
    },
    /// `ordered`
    Ordered,
    /// `deferrable`
    Deferrable,
    /// `by (code)`
    By(Vec<Name>),
    /// `= 1`
    Default(Expr),
    /// `column "…"`
    Column(Text),
    /// `label "…"`
    Label(Text),
    /// `key`
    Key,
    /// `unique`
    Unique,
    /// `@target(…)`
    Attribute(Attribute),
}

/// A delete rule as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeleteRule {
    /// `cascade`
    Cascade,
    /// `set null`
    SetNull,
    /// `set default`
    SetDefault,
    /// `restrict`
    Restrict,
    /// `protect`
    Protect,
    /// `unlink`
    Unlink,
}

/// One pair of `within`: `store`, or `store = shop`.
#[derive(Debug, Clone)]
pub struct WithinPair {
    /// The relation of this entity.
    pub here: Name,
    /// The relation of the target, where its name differs.
    pub there: Option<Name>,
}
