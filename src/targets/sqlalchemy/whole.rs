//! Of which entities only the database deletes rows, in one statement with all that follows from it.
//!
//! A flush deletes loaded rows one by one, those that refer before those that they refer to.

use std::collections::{HashMap, HashSet};

use crate::schema::{DeleteRule, EntityId, RelationId, Schema, ToOne};
use crate::targets::Program;
use crate::targets::python::{Along, depends, watched};

use super::circles::Circles;
use super::cycles::components;

/// The entities.
pub(super) fn deleted_whole(program: Program<'_>, order: &Circles) -> HashSet<EntityId> {
    let schema = program.schema;
    let relations = || schema.relations.ids().filter_map(|id| Some((id, schema.to_one(id)?)));
    let watched = watched(program);
    let mut at_once: HashMap<EntityId, Vec<EntityId>> = HashMap::new();
    for (id, _) in relations().filter(|(_, to_one)| refuses_at_once(to_one)) {
        let relation = &schema.relations[id];
        at_once.entry(relation.target).or_default().push(relation.source);
    }
    let entities = schema.entities.ids();
    let unsorted = order.left.is_empty() && schema.unions.is_empty();
    if watched.is_empty() && at_once.is_empty() && unsorted {
        return HashSet::new();
    }
    let along = Along::of(schema);
    entities
        .filter(|&entity| {
            let reached = along.reached(entity);
            is_circular(schema, entity, &reached)
                || has_no_order(schema, order, entity, &reached)
                || reached
                    .iter()
                    .filter_map(|target| at_once.get(target))
                    .flatten()
                    .any(|source| *source == entity || reached.contains(source))
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
    let both_go = |(&id, &[source, target]): (&RelationId, &[usize; 2])| {
        let relation = &schema.relations[id];
        (goes(relation.source) && goes(relation.target) && source != target)
            .then_some([source, target])
    };
    let left: Vec<[usize; 2]> = order.left.iter().filter_map(both_go).collect();
    if left.is_empty() {
        return false;
    }
    let mut edges = vec![Vec::new(); schema.entities.len()];
    for [source, target] in left {
        edges[source].push(target);
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
