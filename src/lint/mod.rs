//! Lints: what compiles, and is worth a second look. One file a rule; a rule reads the schema and says
//! what it finds.

mod bulk_inheritance;
mod char;
mod json;
mod listed_untyped;
mod money;
mod nullable_unique;
mod redundant_index;
mod single_link;
mod timestamp;
mod untyped_union;
mod wide_arc;

use crate::diagnostics::Diagnostic;
use crate::schema::{BaseType, Entity, EntityKind, Field, Scalar, Schema};

/// Every rule, in the order of its code.
const RULES: &[fn(&Schema, &mut Vec<Diagnostic>)] = &[
    redundant_index::find,
    nullable_unique::find,
    timestamp::find,
    json::find,
    money::find,
    char::find,
    untyped_union::find,
    wide_arc::find,
    single_link::find,
    bulk_inheritance::find,
    listed_untyped::find,
];

/// Warnings about a program, by rule.
pub fn lint(schema: &Schema) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in RULES {
        rule(schema, &mut found);
    }
    found
}

/// The entities whose tables are ours to change.
fn own_entities(schema: &Schema) -> impl Iterator<Item = &Entity> {
    schema
        .entities
        .iter()
        .map(|(_, entity)| entity)
        .filter(|entity| entity.kind != EntityKind::External)
}

/// The fields of a type, of entities whose tables are ours to change.
fn own_fields_of(schema: &Schema, scalar: Scalar) -> impl Iterator<Item = &Field> {
    schema.fields.iter().map(|(_, field)| field).filter(move |field| {
        matches!(field.ty.base, BaseType::Scalar(own, _) if own == scalar)
            && schema.entities[field.entity].kind != EntityKind::External
    })
}
