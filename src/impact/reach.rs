//! How far a delete of each entity reaches.

use crate::schema::{EntityId, EntityKind, MemberId, RelationId, Schema, UnionRelationId};

use super::reached::{Fate, is_excluded, is_made};
use super::rules::{Effect, Links, incoming};
use super::walk::Walk;

/// How far a delete of one entity reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The entity.
    pub entity: EntityId,
    /// How many other entities lose rows; the rows of unions' own are not counted, which go as the file says
    /// under one strategy and are not there under another.
    pub deleted: usize,
    /// How many links that Trine makes lose rows.
    pub unlinked: usize,
    /// How many relations are cleared, or set to their defaults.
    pub written: usize,
    /// How many relations and bounds may refuse.
    pub refusals: usize,
    /// Those among them that refer to the entity itself, and nearest ones else; a few.
    pub refused_by: Vec<RelationId>,
}

/// No more relations are named than this.
const NAMED: usize = 3;

/// How far a delete of each entity reaches, farthest first; the links that Trine makes are left out, and the
/// rows of unions' own.
///
/// An entity is looked at once for each entity that takes it with it, which in schemas as they are written
/// is little more than once.
pub fn reach(schema: &Schema) -> Vec<Reach> {
    let links = Links::new(schema);
    let mut walk = Walk::default();
    let mut seen = vec![usize::MAX; schema.entities.len()];
    let entities = schema.entities.ids().filter(|&entity| is_written(schema, entity));
    let mut found: Vec<Reach> = entities
        .map(|entity| {
            walk.begin(schema, entity);
            one(schema, &links, &walk, &mut seen)
        })
        .collect();
    found.sort_by(|a, b| {
        let reach = |reach: &Reach| (reach.deleted, reach.unlinked, reach.written, reach.refusals);
        reach(b).cmp(&reach(a)).then(a.entity.cmp(&b.entity))
    });
    found
}

/// `seen` says by link for which entity it was counted last.
fn one(schema: &Schema, links: &Links, walk: &Walk, seen: &mut [usize]) -> Reach {
    let entity = walk.entities[0];
    let mut reach = Reach {
        entity,
        deleted: walk.entities[1..].iter().filter(|&&gone| is_written(schema, gone)).count(),
        unlinked: walk.entities[1..].iter().filter(|&&it| schema.union_link(it).is_some()).count(),
        written: 0,
        refusals: 0,
        refused_by: Vec::new(),
    };
    let mut told = Vec::new();
    for &gone in &walk.entities {
        let acts = incoming(schema, gone)
            .flat_map(|(id, _)| walk.acts(schema, id).into_iter().map(move |act| (id, act.effect)));
        for (relation, effect) in acts {
            let source = schema.relations[relation].source;
            match effect {
                Effect::Deleted if is_made(schema, source) => {
                    if seen[source.index()] != entity.index() {
                        seen[source.index()] = entity.index();
                        reach.unlinked += 1;
                    }
                    let other = links.end(relation).and_then(|end| links.bound_on(end.other));
                    if let Some(bound) = other.filter(|bound| bound.min > 0) {
                        refused(&mut reach, bound.relation);
                    }
                }
                Effect::Deleted => {}
                Effect::Cleared | Effect::Defaulted => {
                    if !goes(schema, walk, relation) {
                        reach.written += usize::from(is_new(schema, &mut told, relation));
                        let defaulted = effect == Effect::Defaulted;
                        let bound = links.bound_on(relation).filter(|_| defaulted);
                        if let Some(bound) = bound.filter(|bound| bound.max.is_some()) {
                            refused(&mut reach, bound.relation);
                        }
                    }
                }
                Effect::Restricted | Effect::Protected => {
                    if !goes(schema, walk, relation) && is_new(schema, &mut told, relation) {
                        refused(&mut reach, relation);
                    }
                }
            }
        }
        for &member in &schema.entities[gone].members {
            let MemberId::Relation(relation) = member else { continue };
            let bound = links.bound_on(relation).filter(|bound| bound.min > 0);
            if let Some(bound) = bound.filter(|_| !walk.only_by(gone, relation))
                && !is_excluded(schema, walk, relation)
            {
                refused(&mut reach, bound.relation);
            }
        }
    }
    reach
}

/// Whether the file states the entity: it is no link and no union's row.
fn is_written(schema: &Schema, entity: EntityId) -> bool {
    match schema.entities[entity].kind {
        EntityKind::Declared | EntityKind::External => schema.union_link(entity).is_none(),
        EntityKind::Link { .. } | EntityKind::Union(_) => false,
    }
}

/// Whether a relation has not been told of; one to a union may be spelt out in several.
fn is_new(schema: &Schema, told: &mut Vec<UnionRelationId>, relation: RelationId) -> bool {
    match schema.stated_as(relation) {
        Some(stated) if told.contains(&stated) => false,
        Some(stated) => {
            told.push(stated);
            true
        }
        None => true,
    }
}

fn goes(schema: &Schema, walk: &Walk, relation: RelationId) -> bool {
    match walk.fate(schema, relation) {
        Fate::Goes(_) => true,
        Fate::Stays | Fate::MayGo => false,
    }
}

fn refused(reach: &mut Reach, relation: RelationId) {
    reach.refusals += 1;
    if reach.refused_by.len() < NAMED {
        reach.refused_by.push(relation);
    }
}
