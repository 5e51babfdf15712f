//! What stands at the top level of a file: extensions, enums, entities and mixins, unions, fetch plans.

use super::{Attribute, Docs, Literal, Member, Name, Path, Text, TypeRef};
use crate::source::Span;

/// `extension citext`
#[derive(Debug, Clone)]
pub struct Extension {
    /// The documentation before it.
    pub docs: Docs,
    /// PostgreSQL's name of it; may be a string: `extension "uuid-ossp"`.
    pub name: Name,
    /// The whole.
    pub span: Span,
}

/// `enum NAME as STORAGE { VALUES }`
#[derive(Debug, Clone)]
pub struct Enum {
    /// The documentation before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// What stands after `as`: `type`, or a type such as `char(2)`.
    pub storage: Option<EnumStorage>,
    /// Its values.
    pub values: Vec<EnumValue>,
    /// The names of values that could not be read, so that nobody calls them unknown.
    pub broken: Vec<Name>,
    /// `@target(…)` in its block.
    pub attributes: Vec<Attribute>,
    /// The whole.
    pub span: Span,
}

/// How an enum asks to be stored.
#[derive(Debug, Clone)]
pub enum EnumStorage {
    /// `as type`: a PostgreSQL enum type.
    NativeType(Span),
    /// `as char(2)`, `as text`, `as smallint`
    Type(TypeRef),
}

/// `photo`, `staff = "10" label "사원"`
#[derive(Debug, Clone)]
pub struct EnumValue {
    /// The documentation before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// What is stored, when it is not the name.
    pub value: Option<Literal>,
    /// What people read.
    pub label: Option<Text>,
    /// The whole.
    pub span: Span,
}

/// An entity or a mixin.
#[derive(Debug, Clone)]
pub struct Entity {
    /// The documentation before it.
    pub docs: Docs,
    /// The span of `external`, when it is one.
    pub external: Option<Span>,
    /// Its name.
    pub name: Name,
    /// The mixins after `with`.
    pub mixins: Vec<Path>,
    /// What stands in its block.
    pub members: Vec<Member>,
    /// The names of members that could not be read, so that nobody calls them unknown.
    pub broken: Vec<Name>,
    /// The whole, documentation aside.
    pub span: Span,
}

/// `union NAME = A | B as STRATEGY`
#[derive(Debug, Clone)]
pub struct Union {
    /// The documentation before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// The alternatives; empty for `*`.
    pub alternatives: Vec<Path>,
    /// The word after `as`.
    pub strategy: Name,
    /// `because "…"`
    pub because: Option<Text>,
    /// The whole.
    pub span: Span,
}

/// `fetch NAME on ENTITY { … }`
#[derive(Debug, Clone)]
pub struct Fetch {
    /// The documentation before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// The entity that it starts from.
    pub entity: Path,
    /// What to load.
    pub selections: Vec<Selection>,
    /// The whole.
    pub span: Span,
}

/// `posts { store }`
#[derive(Debug, Clone)]
pub struct Selection {
    /// A field or an accessor.
    pub name: Name,
    /// What to load below it.
    pub selections: Vec<Selection>,
}
