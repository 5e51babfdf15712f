//! What each delete rule does, said once: the prediction from the schema, the one for given rows and the
//! counts in a live database all read it here.

use crate::relational::{ColumnIx, ForeignKey, TableId};
use crate::schema::{
    DeleteRule, EntityId, EntityKind, MemberId, RelationId, RelationKind, Schema, ToOne,
};
use crate::targets::Program;

/// What happens to a row when the row that it refers to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// It is deleted too.
    Deleted,
    /// Its reference is cleared.
    Cleared,
    /// Its reference is set to its default.
    Defaulted,
    /// The delete is refused, if the row still refers when all is done.
    Restricted,
    /// The delete is refused at once.
    Protected,
}

/// What a delete rule does to the row that refers.
pub fn effect(rule: DeleteRule) -> Effect {
    match rule {
        DeleteRule::Cascade => Effect::Deleted,
        DeleteRule::SetNull => Effect::Cleared,
        DeleteRule::SetDefault => Effect::Defaulted,
        DeleteRule::Restrict => Effect::Restricted,
        DeleteRule::Protect => Effect::Protected,
    }
}

/// The rule as a file says it.
pub fn word(rule: DeleteRule) -> &'static str {
    match rule {
        DeleteRule::Cascade => "cascade",
        DeleteRule::SetNull => "set null",
        DeleteRule::SetDefault => "set default",
        DeleteRule::Restrict => "restrict",
        DeleteRule::Protect => "protect",
    }
}

/// A relation's rules as a file says them, `said` by `word` or otherwise: `cascade, Group restrict`.
pub fn in_words(
    schema: &Schema,
    relation: RelationId,
    said: impl Fn(DeleteRule) -> &'static str,
) -> String {
    let Some(to_one) = schema.to_one(relation) else { return String::new() };
    let rules = to_one.rules();
    let times = |rule: DeleteRule| rules.iter().filter(|&&other| other == rule).count();
    // The first of those that most alternatives have is the one that a file would state for all.
    let own = rules.iter().copied().rev().max_by_key(|&rule| times(rule)).unwrap_or(to_one.delete);
    let differing = schema.rules_by_alternative(relation).filter(|(_, rule)| *rule != own);
    let differing =
        differing.map(|(it, rule)| format!(", {} {}", schema.entities[it.entity].name, said(rule)));
    differing.fold(said(own).to_owned(), |words, more| words + &more)
}

/// The to-one relations that point at an entity, those of links among them, by age.
pub fn incoming(schema: &Schema, entity: EntityId) -> impl Iterator<Item = (RelationId, &ToOne)> {
    let relations = schema.entities[entity].incoming.iter();
    relations.filter_map(|&relation| Some((relation, schema.to_one(relation)?)))
}

/// Whether a relation ties an alternative to its union's row, which goes with it.
pub fn is_tie_to_row(schema: &Schema, relation: RelationId) -> bool {
    schema.to_one(relation).is_some_and(|to_one| to_one.takes_target)
}

/// Whether a relation to a union's row has a rule for each alternative.
pub fn is_differing(schema: &Schema, relation: RelationId) -> bool {
    schema.to_one(relation).is_some_and(|to_one| !to_one.by_alternative.is_empty())
}

/// The relations of an entity whose targets go with its rows: the rows of unions that it is an alternative of.
pub fn takes(schema: &Schema, entity: EntityId) -> impl Iterator<Item = RelationId> {
    let members = schema.entities[entity].members.iter();
    let relations = members.filter_map(|&member| match member {
        MemberId::Relation(relation) => Some(relation),
        MemberId::Field(_) => None,
    });
    relations.filter(|&relation| is_tie_to_row(schema, relation))
}

/// A to-one relation as the database knows it.
#[derive(Debug, Clone, Copy)]
pub struct Reference<'a> {
    /// The table whose rows refer.
    pub table: TableId,
    /// The constraint. A row refers to the row whose target columns equal its columns; with a NULL in one
    /// of them it refers to none.
    pub key: &'a ForeignKey,
    /// The relation's own columns, those that clearing it writes.
    pub own: &'a [ColumnIx],
}

/// How the rows of a to-one relation refer; `None` for a many-to-many relation.
pub fn reference(program: Program<'_>, relation: RelationId) -> Option<Reference<'_>> {
    let place = program.layout.relation(relation)?;
    let table = program.layout.table(program.schema.relations[relation].source);
    let key = program.database.tables[table].foreign_keys.get(place.foreign_key)?;
    Some(Reference { table, key, own: &place.columns })
}

/// How many rows must, and may, refer to one row: what a deferred trigger counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The relation that states it.
    pub relation: RelationId,
    /// The to-one relation whose rows are counted: the same, or the link's.
    pub counted: RelationId,
    /// The entity whose rows are bounded.
    pub bounded: EntityId,
    /// The fewest.
    pub min: u32,
    /// The most; `None` is no bound.
    pub max: Option<u32>,
}

/// What many-to-many relations make of the to-one relations of their links, and every bound.
#[derive(Debug, Clone, Default)]
pub struct Links {
    ends: Vec<Option<End>>,
    bounds: Vec<Option<Bound>>,
}

/// An end of a many-to-many relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The many-to-many relation.
    pub many: RelationId,
    /// The link's relation to the other end.
    pub other: RelationId,
}

impl Links {
    /// Reads them off a schema.
    pub fn new(schema: &Schema) -> Links {
        let mut links = Links {
            ends: vec![None; schema.relations.len()],
            bounds: vec![None; schema.relations.len()],
        };
        for (relation, stated) in schema.relations.iter() {
            match &stated.kind {
                RelationKind::ToOne(to_one) => {
                    // A UNIQUE says "at most one" already.
                    let max = stated.there.max.filter(|_| !to_one.one_to_one);
                    links.bound(schema, relation, relation, (stated.there.min, max));
                }
                RelationKind::ManyToMany(many) => {
                    let (source, target) = (many.source_end, many.target_end);
                    links.ends[source.index()] = Some(End { many: relation, other: target });
                    links.ends[target.index()] = Some(End { many: relation, other: source });
                    links.bound(schema, relation, source, (stated.here.min, stated.here.max));
                    links.bound(schema, relation, target, (stated.there.min, stated.there.max));
                }
            }
        }
        links
    }

    /// The many-to-many relation whose links a to-one relation is an end of.
    pub fn end(&self, relation: RelationId) -> Option<End> {
        self.ends[relation.index()]
    }

    /// The bound on how many rows refer to one row by a to-one relation.
    pub fn bound_on(&self, relation: RelationId) -> Option<Bound> {
        self.bounds[relation.index()]
    }

    fn bound(
        &mut self,
        schema: &Schema,
        relation: RelationId,
        counted: RelationId,
        (min, max): (u32, Option<u32>),
    ) {
        let bounded = schema.relations[counted].target;
        let external = schema.entities[bounded].kind == EntityKind::External;
        if (min > 0 || max.is_some()) && !external {
            self.bounds[counted.index()] = Some(Bound { relation, counted, bounded, min, max });
        }
    }
}
