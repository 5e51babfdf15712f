//! `within`: the parents that both ends of a relation hang from.

use crate::diagnostics;
use crate::schema::{EntityId, MemberId, Reference, RelationId, RelationKind, Schema, Within};
use crate::syntax::tree;

use super::names::Meaning;
use super::{Draft, Input, WrittenRelation, errors};

/// Finds both relations of each pair of `within`.
pub(crate) fn resolve_within(input: &Input<'_>, draft: &mut Draft<'_>) {
    let mut found = Vec::new();
    for written in &draft.relations {
        let Some((pairs, _)) = written.clauses.within else { continue };
        let mut within: Vec<Within> = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let Some(resolved) = resolve_pair(input, draft, written, pair, &mut found) else {
                continue;
            };
            // Where the columns here are written through the key, by a link's trigger or by what follows an
            // update, each can follow one parent only.
            let follows = match &draft.schema.relations[written.id].kind {
                RelationKind::ToOne(to_one) => to_one.update_cascade,
                RelationKind::ManyToMany(_) => true,
            };
            let again = within.iter().any(|other| {
                *other != resolved
                    && (other.there == resolved.there || follows && other.here == resolved.here)
            });
            if again {
                found.push(errors::within_twice(&pair.here));
            } else if !within.contains(&resolved) {
                within.push(resolved);
            }
        }
        if let (Some(entity), Some(pair)) =
            (nothing_left(&draft.schema, written.id, &within), pairs.first())
        {
            found.push(errors::within_whole_key(&pair.here, &draft.schema.entities[entity]));
            continue;
        }
        match &mut draft.schema.relations[written.id].kind {
            RelationKind::ToOne(to_one) => to_one.within = within,
            RelationKind::ManyToMany(many) => many.within = within,
        }
    }
    draft.found.append(&mut found);
}

/// The end whose whole key is shared, so that no column is left to say which row is meant.
fn nothing_left(schema: &Schema, relation: RelationId, within: &[Within]) -> Option<EntityId> {
    let stated = &schema.relations[relation];
    let is_shared = |entity: EntityId, parents: &[RelationId]| {
        let key = &schema.entities[entity].key;
        !key.is_empty()
            && key.iter().all(|member| match member {
                MemberId::Relation(relation) => parents.contains(relation),
                MemberId::Field(_) => false,
            })
    };
    let there: Vec<RelationId> = within.iter().map(|pair| pair.there).collect();
    let here: Vec<RelationId> = within.iter().map(|pair| pair.here).collect();
    match &stated.kind {
        RelationKind::ToOne(to_one) if to_one.references == Reference::Key => {
            is_shared(stated.target, &there).then_some(stated.target)
        }
        RelationKind::ToOne(_) => None,
        RelationKind::ManyToMany(_) if is_shared(stated.source, &here) => Some(stated.source),
        RelationKind::ManyToMany(_) => is_shared(stated.target, &there).then_some(stated.target),
    }
}

fn resolve_pair(
    input: &Input<'_>,
    draft: &Draft<'_>,
    written: &WrittenRelation<'_>,
    pair: &tree::WithinPair,
    found: &mut Vec<diagnostics::Diagnostic>,
) -> Option<Within> {
    let schema = &draft.schema;
    let relation = &schema.relations[written.id];
    let here = end(input, draft, relation.source, written, &pair.here, found)?;
    if here == written.id {
        found.push(errors::within_itself(&pair.here));
        return None;
    }
    let there_name = pair.there.as_ref().unwrap_or(&pair.here);
    let there = match draft.members[relation.target.index()].meaning(&there_name.text) {
        Meaning::Unknown if pair.there.is_none() => {
            let target = &schema.entities[relation.target];
            let candidates = candidates(schema, relation.target, here);
            found.push(errors::within_unshared(&pair.here, target, &candidates));
            return None;
        }
        _ => end(input, draft, relation.target, written, there_name, found)?,
    };
    if !is_same(schema, here, there) {
        found.push(errors::within_different(
            &pair.here,
            (&schema.relations[here], &schema.entities[schema.relations[here].target]),
            (&schema.relations[there], &schema.entities[schema.relations[there].target]),
        ));
        return None;
    }
    Some(Within { here, there })
}

/// The to-one relation of that name.
fn end(
    input: &Input<'_>,
    draft: &Draft<'_>,
    entity: EntityId,
    written: &WrittenRelation<'_>,
    name: &tree::Name,
    found: &mut Vec<diagnostics::Diagnostic>,
) -> Option<RelationId> {
    let scope = draft.scope(input, entity, written.home);
    let owner = &draft.schema.entities[entity].name;
    match scope.member(&name.text) {
        Meaning::Is(MemberId::Relation(relation)) if draft.schema.to_one(relation).is_some() => {
            Some(relation)
        }
        Meaning::Is(member) => {
            let span = draft.schema.member_span(member);
            found.push(errors::within_not_to_one(name, owner, span));
            None
        }
        Meaning::Broken => None,
        Meaning::Unknown => {
            let near = diagnostics::nearest(&name.text, scope.member_names());
            found.push(errors::unknown_member(name, owner, near));
            None
        }
    }
}

/// Whether two relations refer to the same columns of the same entity.
fn is_same(schema: &Schema, here: RelationId, there: RelationId) -> bool {
    schema.relations[here].target == schema.relations[there].target
        && match (schema.to_one(here), schema.to_one(there)) {
            (Some(here), Some(there)) => here.references == there.references,
            _ => false,
        }
}

/// The relations of an entity that point where `here` does: what may have been meant.
fn candidates(schema: &Schema, entity: EntityId, here: RelationId) -> Vec<smol_str::SmolStr> {
    let members = schema.entities[entity].members.iter();
    members
        .filter_map(|&member| match member {
            MemberId::Relation(relation) if is_same(schema, here, relation) => {
                Some(schema.relations[relation].name.clone())
            }
            MemberId::Relation(_) | MemberId::Field(_) => None,
        })
        .collect()
}
