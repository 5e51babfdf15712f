//! The far side of relations: who points at an entity, and what its class calls them.

use super::{Draft, Input};

/// Lists for each entity the relations that point at it, by age.
pub(crate) fn resolve_incoming(draft: &mut Draft<'_>) {
    let schema = &mut draft.schema;
    for (id, relation) in schema.relations.iter() {
        schema.entities[relation.target].incoming.push(id);
    }
}

/// Reports attributes of one class that have one name.
pub(crate) fn check(_input: &Input<'_>, _draft: &mut Draft<'_>) {}
