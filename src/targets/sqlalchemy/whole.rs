//! Of which entities only the database deletes rows, in one statement with all that follows from it.
//!
//! A flush deletes loaded rows one by one, those that refer before those that they refer to; PostgreSQL
//! starts with the row that it is told to delete. Where something is checked at once on the way, the two
//! can come to different ends, and PostgreSQL's is the one that the schema means.

use std::collections::HashSet;

use crate::relational::{AtOnce, at_once};
use crate::schema::{DeleteRule, EntityId, RelationId, Schema, ToOne};
use crate::targets::Program;

/// A relation that writes its row when what it refers to is deleted, and what is checked then.
struct Watched {
    relation: RelationId,
    checks: Vec<AtOnce>,
}

/// The entities.
pub(super) fn deleted_whole(program: Program<'_>) -> HashSet<EntityId> {
    let schema = program.schema;
    let relations = || schema.relations.ids().filter_map(|id| Some((id, schema.to_one(id)?)));
    let watched: Vec<Watched> = relations()
        .map(|(relation, _)| {
            let checks = at_once(schema, program.database, program.layout, relation);
            Watched { relation, checks }
        })
        .filter(|watched| !watched.checks.is_empty())
        .collect();
    let at_once: Vec<RelationId> =
        relations().filter(|(_, to_one)| refuses_at_once(to_one)).map(|(id, _)| id).collect();
    let entities = schema.entities.ids();
    if watched.is_empty() && at_once.is_empty() && schema.unions.is_empty() {
        return HashSet::new();
    }
    entities
        .filter(|&entity| {
            let reached = reached(schema, entity);
            is_circular(schema, entity, &reached)
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
    reached.contains(&entity)
        && schema.unions.values().iter().any(|union| {
            let alternatives = union.alternatives.iter();
            let mut places = alternatives.map(|alternative| alternative.entity).chain(union.row);
            union.row.is_some_and(|row| row == entity || reached.contains(&row))
                && places.any(|place| place == entity)
        })
}

fn refuses_at_once(to_one: &ToOne) -> bool {
    match to_one.delete {
        DeleteRule::Protect => true,
        DeleteRule::Restrict => !to_one.deferrable && !to_one.checked_late,
        DeleteRule::Cascade | DeleteRule::SetNull | DeleteRule::SetDefault => false,
    }
}

/// The entities whose rows are deleted along with a row of the given one, by cascades.
fn reached(schema: &Schema, root: EntityId) -> HashSet<EntityId> {
    let mut reached = HashSet::new();
    let mut waiting = vec![root];
    while let Some(entity) = waiting.pop() {
        for &relation in &schema.entities[entity].incoming {
            let source = schema.relations[relation].source;
            let goes = schema.to_one(relation).is_some_and(|it| it.delete == DeleteRule::Cascade);
            if goes && reached.insert(source) {
                waiting.push(source);
            }
        }
    }
    reached
}

/// Whether what a written row comes to depends on what is deleted or written before it, when a row of the
/// entity is deleted.
fn depends(
    schema: &Schema,
    watched: &Watched,
    root: EntityId,
    reached: &HashSet<EntityId>,
) -> bool {
    let goes = |entity: EntityId| entity == root || reached.contains(&entity);
    let relation = &schema.relations[watched.relation];
    if !goes(relation.target) {
        return false;
    }
    let writes_too = schema.relations.iter().any(|(id, other)| {
        let writes = schema.to_one(id).is_some_and(|to_one| match to_one.delete {
            DeleteRule::SetNull | DeleteRule::SetDefault => true,
            DeleteRule::Cascade | DeleteRule::Restrict | DeleteRule::Protect => false,
        });
        id != watched.relation && writes && other.source == relation.source && goes(other.target)
    });
    goes(relation.source)
        || writes_too
        || watched.checks.iter().any(|check| match check {
            AtOnce::Referred(other) => goes(schema.relations[*other].source),
            AtOnce::Default => reached.contains(&relation.target),
            AtOnce::Unique(_) | AtOnce::Pair(_) => false,
        })
}
