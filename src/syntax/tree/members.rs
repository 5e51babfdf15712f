//! What stands in the block of an entity or a mixin, relations aside.

use super::{Docs, Expr, Literal, Name, Relation, Text, TypeRef};
use crate::source::Span;

/// Something in the block of an entity or a mixin.
#[derive(Debug, Clone)]
pub enum Member {
    /// `name varchar(80)`
    Field(Field),
    /// `store 1 Store <-> * banners on delete cascade`
    Relation(Relation),
    /// `key (a, b)`
    Key(KeyMember),
    /// `unique (…)`
    Unique(Unique),
    /// `index (…)`
    Index(Index),
    /// `check (…)`
    Check(Check),
    /// `exclude using gist (…)`
    Exclude(Exclude),
    /// `order by (…)`
    OrderBy(OrderBy),
    /// `display "…"`
    Display(Text),
    /// `label "…"`, with or without `plural "…"`
    Label(LabelMember),
    /// `table "…"`
    Table(Text),
    /// `with (fillfactor = 70)`
    Storage(Storage),
    /// `@django(…)`
    Attribute(Attribute),
}

/// `NAME TYPE[?] [= DEFAULT] MODIFIER…`
#[derive(Debug, Clone)]
pub struct Field {
    /// The documentation before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeRef,
    /// The span of `?`.
    pub nullable: Option<Span>,
    /// What stands after `=`.
    pub default: Option<Expr>,
    /// The modifiers, in the order written.
    pub modifiers: Vec<Modifier>,
    /// The whole, documentation aside.
    pub span: Span,
}

/// What may follow a field's type and default.
#[derive(Debug, Clone)]
pub struct Modifier {
    /// Which one.
    pub kind: ModifierKind,
    /// The whole of it.
    pub span: Span,
}

/// The kinds of [`Modifier`].
#[derive(Debug, Clone)]
pub enum ModifierKind {
    /// `key`
    Key,
    /// `unique`, with what may follow it
    Unique(UniqueOptions),
    /// `on update EXPR`; only `now()` has a meaning
    OnUpdate(Expr),
    /// `generated = EXPR`
    Generated(Expr),
    /// `label "…"`
    Label(Text),
    /// `column "…"`
    Column(Text),
    /// `@target(…)`
    Attribute(Attribute),
}

/// `key (a, b)`
#[derive(Debug, Clone)]
pub struct KeyMember {
    /// The columns.
    pub columns: Vec<Name>,
    /// The whole.
    pub span: Span,
}

/// `unique (…) …`
#[derive(Debug, Clone)]
pub struct Unique {
    /// Columns and expressions.
    pub elements: Vec<IndexElement>,
    /// What follows them.
    pub options: UniqueOptions,
    /// The whole.
    pub span: Span,
}

/// What may follow the columns of a UNIQUE.
#[derive(Debug, Clone, Default)]
pub struct UniqueOptions {
    /// `where (…)`
    pub condition: Option<Expr>,
    /// The span of `deferrable`.
    pub deferrable: Option<Span>,
    /// `nulls distinct` (true) or `nulls not distinct` (false).
    pub nulls_distinct: Option<(bool, Span)>,
    /// `message "…"`
    pub message: Option<Text>,
    /// `as NAME`
    pub name: Option<Name>,
}

/// `index (…) …`
#[derive(Debug, Clone)]
pub struct Index {
    /// `using gin`
    pub using: Option<Name>,
    /// Columns and expressions.
    pub elements: Vec<IndexElement>,
    /// `include (…)`
    pub include: Vec<Name>,
    /// `where (…)`
    pub condition: Option<Expr>,
    /// `with (fillfactor = 70)`
    pub storage: Vec<(Name, Literal)>,
    /// `as NAME`
    pub name: Option<Name>,
    /// The whole.
    pub span: Span,
}

/// One element of an index or a UNIQUE: `name`, `lower(name) text_pattern_ops desc nulls last`.
#[derive(Debug, Clone)]
pub struct IndexElement {
    /// A column's name is an [`ExprKind::Path`](super::ExprKind::Path).
    pub expr: Expr,
    /// An operator class.
    pub opclass: Option<Name>,
    /// `asc` or `desc`
    pub direction: Option<Direction>,
    /// `nulls first` (true) or `nulls last` (false)
    pub nulls_first: Option<bool>,
    /// The whole.
    pub span: Span,
}

/// `asc`, `desc`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// `check (…) message "…" as NAME`
#[derive(Debug, Clone)]
pub struct Check {
    /// The condition.
    pub condition: Expr,
    /// What people read when it fails.
    pub message: Option<Text>,
    /// `as NAME`
    pub name: Option<Name>,
    /// The whole.
    pub span: Span,
}

/// `exclude using gist (room with =, span with &&) where (…)`
#[derive(Debug, Clone)]
pub struct Exclude {
    /// The access method.
    pub using: Option<Name>,
    /// Elements, each with its operator.
    pub elements: Vec<(IndexElement, Text)>,
    /// `where (…)`
    pub condition: Option<Expr>,
    /// The span of `deferrable`.
    pub deferrable: Option<Span>,
    /// `message "…"`
    pub message: Option<Text>,
    /// `as NAME`
    pub name: Option<Name>,
    /// The whole.
    pub span: Span,
}

/// `order by (position, created_at desc)`
#[derive(Debug, Clone)]
pub struct OrderBy {
    /// The columns.
    pub elements: Vec<(Name, Option<Direction>)>,
    /// The whole.
    pub span: Span,
}

/// `label "…" plural "…"`
#[derive(Debug, Clone)]
pub struct LabelMember {
    /// The singular.
    pub label: Option<Text>,
    /// The plural.
    pub plural: Option<Text>,
    /// The whole.
    pub span: Span,
}

/// `with (fillfactor = 70)`
#[derive(Debug, Clone)]
pub struct Storage {
    /// Parameter and value.
    pub parameters: Vec<(Name, Literal)>,
    /// The whole.
    pub span: Span,
}

/// `@django(mixin: "shop.behaviour.StoreMixin")`
#[derive(Debug, Clone)]
pub struct Attribute {
    /// `postgres`, `sqlalchemy` or `django`, when it is right.
    pub target: Name,
    /// Key and value.
    pub arguments: Vec<(Name, Literal)>,
    /// The whole.
    pub span: Span,
}
