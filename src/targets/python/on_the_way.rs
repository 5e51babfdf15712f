//! Where the order in which a delete comes by the rows can decide how it ends.
//!
//! An ORM deletes the rows that it knows one by one, those that refer before those that they refer to;
//! PostgreSQL starts with the row that it is told to delete. Where something is checked at once on the way,
//! the two can come to different ends, and PostgreSQL's is the one that the schema means.

use std::collections::HashSet;

use crate::relational::{AtOnce, at_once};
use crate::schema::{DeleteRule, EntityId, RelationId, Schema};
use crate::targets::Program;

/// A relation that writes its row when what it refers to is deleted, and what is checked then.
pub struct Watched {
    /// The relation.
    pub relation: RelationId,
    checks: Vec<AtOnce>,
}

/// The relations whose writing is checked.
pub fn watched(program: Program<'_>) -> Vec<Watched> {
    let Program { schema, database, layout } = program;
    schema
        .relations
        .ids()
        .map(|relation| Watched { relation, checks: at_once(schema, database, layout, relation) })
        .filter(|watched| !watched.checks.is_empty())
        .collect()
}

/// For each entity, what goes with a row of it by itself: by which relation, and a row of which entity.
pub struct Along {
    /// By cascades.
    sources: Vec<Vec<(RelationId, EntityId)>>,
    /// By cascades, too: the alternatives whose row it is.
    alternatives: Vec<Vec<(RelationId, EntityId)>>,
    /// The rows of unions that go with an alternative.
    rows: Vec<Vec<(RelationId, EntityId)>>,
}

impl Along {
    /// What a program's relations take along.
    pub fn of(schema: &Schema) -> Along {
        let none = vec![Vec::new(); schema.entities.len()];
        let mut along = Along { sources: none.clone(), alternatives: none.clone(), rows: none };
        for (id, relation) in schema.relations.iter() {
            let Some(to_one) = schema.to_one(id) else { continue };
            let (source, target) = (relation.source, relation.target);
            if to_one.takes_target {
                along.rows[source.index()].push((id, target));
            }
            if to_one.may(DeleteRule::Cascade) {
                let goes =
                    if to_one.takes_target { &mut along.alternatives } else { &mut along.sources };
                goes[target.index()].push((id, source));
            }
        }
        along
    }

    /// The entities whose rows are deleted along with a row of the given one, by cascades or as rows of unions
    /// that go with their alternatives.
    pub fn reached(&self, root: EntityId) -> HashSet<EntityId> {
        self.spread(vec![root], Some(root))
    }

    /// The entities whose rows the database deletes as soon as what is below the given one goes: rows of unions
    /// that go with alternatives, and what goes with those.
    pub fn taken_from_below(&self, root: EntityId) -> HashSet<EntityId> {
        let below = self.reached(root).into_iter();
        let rows: Vec<EntityId> =
            below.flat_map(|entity| &self.rows[entity.index()]).map(|&(_, row)| row).collect();
        let further = self.spread(rows.clone(), None);
        rows.into_iter().chain(further).collect()
    }

    /// What goes with rows of these entities.
    fn spread(&self, mut waiting: Vec<EntityId>, told: Option<EntityId>) -> HashSet<EntityId> {
        let mut reached = HashSet::new();
        while let Some(entity) = waiting.pop() {
            let goes = self.with(entity, told).map(|(_, goes)| goes);
            waiting.extend(goes.filter(|&entity| reached.insert(entity)));
        }
        reached
    }

    /// What goes with a row of an entity by itself. The row of a union that is `told` to go takes its
    /// alternative along; one that goes with its alternative takes no other.
    pub fn with(
        &self,
        entity: EntityId,
        told: Option<EntityId>,
    ) -> impl Iterator<Item = (RelationId, EntityId)> {
        let alternatives = &self.alternatives[entity.index()][..];
        let alternatives = if Some(entity) == told { alternatives } else { &[] };
        // A row that is deleted by itself has taken the alternative along.
        let rows = self.rows[entity.index()].iter().filter(move |&&(_, row)| Some(row) != told);
        self.sources[entity.index()].iter().chain(alternatives).chain(rows).copied()
    }
}

/// Whether what a written row comes to depends on what is deleted or written before it, when a row of the
/// entity is deleted, and of those that are reached from it.
pub fn depends(
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
        let writes = schema.to_one(id).is_some_and(|to_one| {
            to_one.may(DeleteRule::SetNull) || to_one.may(DeleteRule::SetDefault)
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
