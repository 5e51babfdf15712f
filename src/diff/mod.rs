//! The difference of two [`Database`] values, as data: what, where, before and after. It asks nobody:
//! expressions and types that both sides say in PostgreSQL's own words are equal or differ as texts.
//!
//! ```
//! use trine::diff::diff;
//! use trine::relational::Database;
//!
//! let before = Database { extensions: vec!["citext".into()], ..Database::default() };
//! let found = diff(&before, &Database::default());
//! assert_eq!(found[0].code.name(), "D0901");
//! assert_eq!(found[0].path(), "citext");
//! ```

mod codes;
mod compare;
mod objects;
mod render;

pub use codes::Code;
pub use render::{Entry, Sides, entries, write_human};

use serde::Serialize;
use smol_str::SmolStr;

use crate::relational::Database;

/// One way in which two databases differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its row in the table of codes.
    pub code: Code,
    /// What kind of object differs.
    pub kind: Kind,
    /// The schema that the object lies in; `None` is `public`, or whatever the search path says.
    pub schema: Option<SmolStr>,
    /// The table that the object belongs to; of a table, its own name.
    pub table: Option<SmolStr>,
    /// The object's name; `None` when it is a table.
    pub object: Option<SmolStr>,
    /// What is the matter with it.
    pub change: Change,
    /// Which property of it differs; `None` when the whole object is missing, besides, or renamed.
    pub property: Option<&'static str>,
    /// What is so before: the property, or the whole object's definition or name. `None`: nothing.
    pub before: Option<String>,
    /// What is so after.
    pub after: Option<String>,
}

impl Difference {
    /// Where it is: `schema.table.object`, without what it has not, and as the names are.
    pub fn path(&self) -> String {
        let parts = [&self.schema, &self.table, &self.object];
        let parts: Vec<&str> = parts.into_iter().flatten().map(SmolStr::as_str).collect();
        parts.join(".")
    }
}

/// What is the matter with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is only before.
    Missing,
    /// It is only after.
    Besides,
    /// It is the same under another name.
    Renamed,
    /// A property of it differs.
    Differs,
}

/// A kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The database itself.
    Database,
    /// A schema.
    Schema,
    /// An extension.
    Extension,
    /// An enum type.
    Type,
    /// A sequence; one that a column owns (`serial`) belongs to its table, that of an identity to its column.
    Sequence,
    /// A table.
    Table,
    /// A column.
    Column,
    /// PRIMARY KEY
    PrimaryKey,
    /// UNIQUE
    Unique,
    /// CHECK
    Check,
    /// FOREIGN KEY
    ForeignKey,
    /// EXCLUDE
    Exclude,
    /// An index that no constraint owns.
    Index,
    /// A trigger.
    Trigger,
    /// A view, a domain, a function that no trigger calls: what a schema never declares.
    Other,
}

impl Kind {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Database => "database",
            Kind::Schema => "schema",
            Kind::Extension => "extension",
            Kind::Type => "type",
            Kind::Sequence => "sequence",
            Kind::Table => "table",
            Kind::Column => "column",
            Kind::PrimaryKey => "primary key",
            Kind::Unique => "unique",
            Kind::Check => "check",
            Kind::ForeignKey => "foreign key",
            Kind::Exclude => "exclude",
            Kind::Index => "index",
            Kind::Trigger => "trigger",
            Kind::Other => "other",
        }
    }
}

/// Compares two databases. Objects are matched by their names; one that is there under another name, and is
/// alike in everything else, is renamed. Of a table that something else owns, on either side, only the
/// columns that are stated there count, and of them the type.
///
/// The differences come in the order of `before`, and what is there besides behind it, by name.
pub fn diff(before: &Database, after: &Database) -> Vec<Difference> {
    compare::databases(before, after)
}
