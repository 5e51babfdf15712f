//! What an audit finds, as data.

use serde::Serialize;

use super::models::ContentType;

/// What the generic columns hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// `Task.owner`
    pub relation: String,
    /// `Person | Group as arc`
    pub union: String,
    /// The table, as SQL writes it.
    pub table: String,
    /// The column of the content type, and that of the object id.
    pub columns: [String; 2],
    /// How many rows the table has.
    pub rows: u64,
    /// How many rows refer to nothing, and may.
    pub none: u64,
    /// The content types that rows have and a union's alternative has, by how often; alternatives without
    /// rows too.
    pub types: Vec<TypeCount>,
    /// What can't be converted as it is.
    pub findings: Vec<Finding>,
    /// What is worth knowing; each a sentence without a full stop.
    pub notes: Vec<String>,
}

/// How many rows refer to an alternative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeCount {
    /// The content type.
    pub content_type: ContentType,
    /// The entity.
    pub entity: String,
    /// How many rows can be converted.
    pub rows: u64,
}

/// Rows that can't be converted as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Why not.
    pub kind: Kind,
    /// Their content type, where it has one.
    pub content_type: Option<ContentType>,
    /// How many there are.
    pub rows: u64,
    /// The first thousand of them, by key.
    pub named: Vec<Named>,
    /// Whether it was asked to leave rows of this type out of the union.
    pub left_out: bool,
}

/// A row that can't be converted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its key, as text.
    pub key: Vec<String>,
    /// What it has as object id.
    pub object_id: Option<String>,
}

/// Why a row can't be converted as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The object id points at nothing.
    Missing,
    /// The object id can't be a key.
    Uncastable,
    /// The content type is no alternative's.
    Outside,
    /// The content type is not in `django_content_type`.
    UnknownType,
    /// Only one of the two columns is NULL.
    HalfNull,
    /// Both are, and the schema wants one.
    None,
    /// Several rows refer to one target, which may have one at most.
    Shared,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 7] = [
        Kind::Missing,
        Kind::Uncastable,
        Kind::Outside,
        Kind::UnknownType,
        Kind::HalfNull,
        Kind::None,
        Kind::Shared,
    ];

    /// What it is called in the queries and for programs.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Missing => "missing",
            Kind::Uncastable => "uncastable",
            Kind::Outside => "outside",
            Kind::UnknownType => "unknown_type",
            Kind::HalfNull => "half_null",
            Kind::None => "none",
            Kind::Shared => "shared",
        }
    }

    /// What is the matter with the rows, as a person reads it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Kind::Missing => "point at nothing",
            Kind::Uncastable => "have an object id that can't be a key",
            Kind::Outside => "are outside the union",
            Kind::UnknownType => "have a content type that is not in django_content_type",
            Kind::HalfNull => "have only one of the two columns",
            Kind::None => "refer to nothing, and the schema wants exactly one",
            Kind::Shared => "share a target that may have one at most",
        }
    }
}
