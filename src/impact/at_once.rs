//! What PostgreSQL checks as soon as a delete has written a reference, asked of a program; and what waits.

use crate::relational::{self, AtOnce, Deferrability, ReferentialAction, Table};
use crate::schema::RelationId;
use crate::targets::Program;

use super::rules::reference;

/// What is checked at once when the delete rule of a relation has written its columns.
pub fn at_once(program: Program<'_>, relation: RelationId) -> Vec<AtOnce> {
    relational::at_once(program.schema, program.database, program.layout, relation)
}

/// Whether a relation is looked at only when the transaction ends, if a row that it refers to is written.
pub(super) fn waits(program: Program<'_>, relation: RelationId) -> bool {
    reference(program, relation).is_some_and(|place| {
        place.key.deferrability == Deferrability::InitiallyDeferred
            && place.key.on_update == ReferentialAction::NoAction
    })
}

/// Whether a UNIQUE or an EXCLUDE is looked at only when the transaction ends.
pub(super) fn unique_waits(table: &Table, name: &str) -> bool {
    let uniques = table.uniques.iter().map(|unique| (&unique.name, unique.deferrability));
    let excludes = table.excludes.iter().map(|exclude| (&exclude.name, exclude.deferrability));
    uniques.chain(excludes).any(|(other, deferrability)| {
        other == name && deferrability == Deferrability::InitiallyDeferred
    })
}
