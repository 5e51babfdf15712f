//! What a query across the parts of a split needs: that one column holds what all of them refer to.

use crate::schema::{BaseType, Category, EntityId, MemberId, Scalar, Schema};

use super::super::{Draft, errors};

/// Reports splits whose alternatives have keys that no column can hold in common.
pub(crate) fn check_across(draft: &mut Draft<'_>) {
    let schema = &draft.schema;
    for split in &schema.splits {
        let union = &schema.unions[split.union];
        let Some((first, others)) = union.alternatives.split_first() else { continue };
        let own = kinds(schema, first.entity, 0);
        let differs = |entity: EntityId| {
            let other = kinds(schema, entity, 0);
            own.iter().zip(&other).any(|(own, other)| own != other)
        };
        if let Some(other) = others.iter().find(|other| differs(other.entity)) {
            draft.found.push(errors::split_keys(split, first, other));
        }
    }
}

/// How each column of a key behaves where two tables' are read as one: whole numbers and text of any length
/// do, everything else with its like.
fn kinds(schema: &Schema, entity: EntityId, depth: usize) -> Vec<String> {
    let mut found = Vec::new();
    for member in &schema.entities[entity].key {
        match *member {
            // A key that leads back to itself is reported elsewhere.
            MemberId::Relation(_) if depth > schema.entities.len() => {}
            MemberId::Relation(relation) => {
                found.extend(kinds(schema, schema.relations[relation].target, depth + 1));
            }
            MemberId::Field(field) => {
                let ty = &schema.fields[field].ty;
                found.push(match &ty.base {
                    BaseType::Scalar(scalar, _) => match scalar.category() {
                        Category::Integer if ty.dimensions == 0 => "integer".to_owned(),
                        Category::Text if *scalar != Scalar::Citext && ty.dimensions == 0 => {
                            "text".to_owned()
                        }
                        _ => format!("{}{}", scalar.sql(), ty.dimensions),
                    },
                    other => format!("{other:?}{}", ty.dimensions),
                });
            }
        }
    }
    found
}
