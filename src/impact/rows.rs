//! Rows as values, what is done to one of them, and what comes of it.

use std::collections::BTreeMap;

use serde_json::Value;
use smol_str::SmolStr;

use crate::relational::TableId;
use crate::schema::{RelationId, UnionRelationId};

/// A row: by column, what `to_jsonb` makes of its value.
pub type Row = BTreeMap<SmolStr, Value>;

/// All rows of a database.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// By table (its index), in any order.
    pub tables: Vec<Vec<Row>>,
    /// For each relation with `set default`: what its own column is set to, as `to_jsonb` makes of it.
    pub defaults: BTreeMap<RelationId, Value>,
}

/// A row of [`Rows`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowRef {
    /// Its table.
    pub table: TableId,
    /// Its place among the table's rows.
    pub row: usize,
}

/// What is done to one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is deleted.
    Delete(RowRef),
    /// A to-one relation of it is set to nothing.
    Clear {
        /// The relation, optional here.
        relation: RelationId,
        /// The row that has it.
        row: RowRef,
    },
    /// A to-one relation of it is pointed at another target.
    Move {
        /// The relation.
        relation: RelationId,
        /// The row that has it.
        row: RowRef,
        /// The new target.
        to: RowRef,
    },
    /// A relation of it to a union is pointed at another alternative.
    HandOver {
        /// The relation.
        relation: UnionRelationId,
        /// The row that has it.
        row: RowRef,
        /// The alternative; none where the relation is optional.
        to: Option<RowRef>,
    },
    /// It is taken out of its owner's collection, by a relation with `on orphan delete`.
    Orphan {
        /// The relation.
        relation: RelationId,
        /// The row that has it.
        row: RowRef,
    },
    /// One end of a many-to-many relation is taken out of the other's collection.
    Unlink {
        /// The relation.
        relation: RelationId,
        /// The row of the entity that states it.
        source: RowRef,
        /// The row of its target.
        target: RowRef,
    },
}

/// What an action comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Prediction {
    /// These rows are left.
    Left(Rows),
    /// It is refused, and nothing changes.
    Refused(Vec<Refusal>),
    /// PostgreSQL's own outcome depends on the order in which it comes by the rows; says why.
    OrderDecides(String),
    /// Only PostgreSQL can tell: a CHECK, a UNIQUE or an EXCLUDE over expressions would have to be
    /// computed; says which.
    Undecided(String),
}

/// Why an action is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// Rows still refer to what would go, by a relation with `restrict`, or with `set default` whose
    /// default is gone.
    Restrict(RelationId),
    /// Rows refer to what would go, by a relation with `protect`.
    Protect(RelationId),
    /// A row would have too few or too many of a relation.
    Bound(RelationId),
    /// Two rows would have the same values in a UNIQUE of a table.
    Unique(TableId),
    /// A row would break a CHECK or a NOT NULL of a table.
    Check(TableId),
    /// The row can't go there: its target doesn't hang from the same row (`within`).
    Within(RelationId),
}
