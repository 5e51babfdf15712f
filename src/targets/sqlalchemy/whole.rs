//! Of which entities only the database deletes rows, in one statement with all that follows from it.
//!
//! A flush deletes loaded rows one by one, those that refer before those that they refer to.

use std::collections::HashSet;

use crate::schema::{DeleteRule, EntityId, RelationId, Schema, ToOne};
use crate::targets::Program;
use crate::targets::python::{depends, reached, watched};

use super::circles::Circles;
use super::cycles::components;

/// The entities.
pub(super) fn deleted_whole(program: Program<'_>, order: &Circles) -> HashSet<EntityId> {
    let schema = program.schema;
    let relations = || schema.relations.ids().filter_map(|id| Some((id, schema.to_one(id)?)));
    let watched = watched(program);
    let at_once: Vec<RelationId> =
        relations().filter(|(_, to_one)| refuses_at_once(to_one)).map(|(id, _)| id).collect();
    let entities = schema.entities.ids();
    let unsorted = order.left.is_empty() && schema.unions.is_empty();
    if watched.is_empty() && at_once.is_empty() && unsorted {
        return HashSet::new();
    }
    entities
        .filter(|&entity| {
            let reached = reached(schema, entity);
            is_circular(schema, entity, &reached)
                || has_no_order(schema, order, entity, &reached)
                || at_once.iter().any(|&id| {
                    let relation = &schema.relations[id];
                    let source = relation.source == entity || reached.contains(&relation.source);
                    source && reached.contains(&relation.target)
                })
                || watched.iter().any(|watched| depends(schema, watched, entity, &reached))
        })
        .collect()
}

/// Whether a row may be deleted along with itself by the row of a union: a flush has no order for the two.
fn is_circular(schema: &Schema, entity: EntityId, reached: &HashSet<EntityId>) -> bool {
    let mut unions = schema.entities[entity]
        .alternative_of
        .iter()
        .copied()
        .chain(schema.union_of_row(entity))
        .filter_map(|union| schema.unions[union].row);
    reached.contains(&entity) && unions.any(|row| row == entity || reached.contains(&row))
}

/// Whether rows that are deleted along with a row may refer to each other in a circle.
fn has_no_order(
    schema: &Schema,
    order: &Circles,
    entity: EntityId,
    reached: &HashSet<EntityId>,
) -> bool {
    let goes = |place: EntityId| place == entity || reached.contains(&place);
    let mut edges = vec![Vec::new(); schema.entities.len()];
    for (&id, &[source, target]) in &order.left {
        let relation = &schema.relations[id];
        if goes(relation.source) && goes(relation.target) && source != target {
            edges[source].push(target);
        }
    }
    let circles = components(&edges);
    edges
        .iter()
        .enumerate()
        .any(|(source, targets)| targets.iter().any(|&target| circles[source] == circles[target]))
}

fn refuses_at_once(to_one: &ToOne) -> bool {
    match to_one.delete {
        DeleteRule::Protect => true,
        DeleteRule::Restrict => !to_one.deferrable && !to_one.checked_late,
        DeleteRule::Cascade | DeleteRule::SetNull | DeleteRule::SetDefault => false,
    }
}
