//! What deleting a row of an entity does, from the schema alone: everything that is reached, as a tree whose
//! shared parts stand once.

use std::collections::HashSet;

use crate::relational::AtOnce;
use crate::schema::{DeleteRule, EntityId, EntityKind, MemberId, RelationId, Schema};
use crate::targets::Program;

use super::at_once::{at_once, unique_waits, waits};
use super::rules::{Bound, Effect, End, Links, effect, incoming, is_tie_to_row};
use super::walk::{Act, Walk};

/// What deleting rows of an entity does.
#[derive(Debug, Clone, PartialEq)]
pub struct Impact {
    /// The entities whose rows go, each once: first the one that was asked for, then nearer ones before
    /// farther ones. The links that Trine makes are not among them.
    pub deleted: Vec<Deleted>,
    /// Entities that rows which go refer or are linked to, and whose own rows stay as they are.
    pub kept: Vec<EntityId>,
}

/// An entity whose rows go.
#[derive(Debug, Clone, PartialEq)]
pub struct Deleted {
    /// The entity.
    pub entity: EntityId,
    /// What refers to it: every to-one relation that points here, by age. A union's row that goes with its
    /// alternative has no other, and so none of those that the alternatives have.
    pub branches: Vec<Branch>,
    /// What it refers to: every to-one relation of its own.
    pub targets: Vec<Target>,
}

/// What becomes of the rows that refer by one relation.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The relation; its source's rows are those that are spoken of.
    pub relation: RelationId,
    /// The many-to-many relation whose links the rows are.
    pub link: Option<End>,
    /// What its rule does.
    pub effect: Effect,
    /// Of which alternatives the rows must be that are referred to, by their places in the union, where the
    /// rules differ; none where all have this one.
    pub of: Vec<usize>,
    /// Whether the row goes anyhow; of links that Trine makes, whether the other end does. Of no interest
    /// where the effect is to delete the row.
    pub fate: Fate,
    /// Where the rows that are deleted are spoken of on.
    pub leads: Leads,
    /// What is checked when its columns have been written, and what that may come to.
    pub checks: Vec<(AtOnce, Verdict)>,
    /// How many links the other end must keep, where they are removed; how many rows may refer to the one
    /// that the default says.
    pub bound: Option<Bound>,
}

/// What else becomes of a row that a rule would clear, or that refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing else deletes it.
    Stays,
    /// The same delete may take it away on another way.
    MayGo,
    /// The same delete takes it away before: it hangs, by this relation, from the same row as its target.
    Goes(RelationId),
}

/// Where a branch goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// Nowhere: the rows stay, or nothing can refer to them.
    Nowhere,
    /// To this place in [`Impact::deleted`], which is reached here first.
    To(usize),
    /// To a place that is reached elsewhere.
    Seen(usize),
}

/// What a check may come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may refuse the delete.
    MayRefuse,
    /// Whether it refuses is a matter of the order in which PostgreSQL comes by the rows.
    OrderDecides,
}

/// What a row that goes refers to.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The relation.
    pub relation: RelationId,
    /// Whether rows of the target go too.
    pub goes: bool,
    /// Where the union's row is spoken of on that goes with its alternative, the row that refers to it; nowhere
    /// where the row took its alternative, or the target is no such row.
    pub takes: Leads,
    /// How many rows the target must keep, where this delete can take some of them and leave it.
    pub bound: Option<Bound>,
}

impl Impact {
    /// The entity that was asked for.
    pub fn entity(&self) -> EntityId {
        self.deleted[0].entity
    }

    /// What PostgreSQL's own order decides: the relation that writes, and what is checked then.
    pub fn order_decides(&self) -> impl Iterator<Item = (RelationId, &AtOnce)> {
        self.branches().flat_map(|branch| {
            let checks = branch.checks.iter();
            checks.filter_map(|(check, verdict)| {
                (*verdict == Verdict::OrderDecides).then_some((branch.relation, check))
            })
        })
    }

    /// The links that Trine makes and that lose rows.
    pub fn links(&self, schema: &Schema) -> Vec<EntityId> {
        let removed = self.branches().filter(|branch| branch.unlinks(schema));
        let mut links: Vec<EntityId> =
            removed.map(|branch| schema.relations[branch.relation].source).collect();
        links.sort_unstable();
        links.dedup();
        links
    }

    /// The links of relations to unions that lose rows. They are entities that others could refer to, and stand
    /// among the deleted: each with its place there.
    pub fn union_links<'a>(
        &'a self,
        schema: &'a Schema,
    ) -> impl Iterator<Item = (usize, &'a Deleted)> {
        let others = self.deleted.iter().enumerate().skip(1);
        others.filter(|(_, deleted)| schema.union_link(deleted.entity).is_some())
    }

    /// Every branch.
    pub fn branches(&self) -> impl Iterator<Item = &Branch> {
        self.deleted.iter().flat_map(|deleted| &deleted.branches)
    }
}

impl Branch {
    /// Its delete rule.
    pub fn rule(&self, schema: &Schema) -> Option<DeleteRule> {
        schema.to_one(self.relation).map(|to_one| to_one.rule_of(self.of.first().copied()))
    }

    /// Whether its rows are links that Trine makes, which go and leave the other end.
    pub fn unlinks(&self, schema: &Schema) -> bool {
        self.effect == Effect::Deleted && is_made(schema, schema.relations[self.relation].source)
    }
}

/// What deleting a row of an entity does. Takes time in proportion to what is reached.
///
/// ```
/// use trine::impact::{Fate, impact, rules::Effect};
/// # use trine::source::Sources;
/// # let mut sources = Sources::new();
/// # sources.add("a.trine", "module a\n\nentity Author {\n  name  text\n}\n\nentity Book {\n  author  1 Author <-> * books  on delete cascade\n}\n");
/// # let trees: Vec<_> = sources.iter().map(|(f, _)| trine::syntax::parse(&sources, f).0).collect();
/// # let (schema, _) = trine::schema::resolve(&sources, &trees, &trine::target::Target::ALL);
/// # let lowered = trine::relational::lower(&schema);
/// # let program = trine::targets::Program { schema: &schema, database: &lowered.database, layout: &lowered.layout };
/// let author = schema.entities.ids().next().expect("there is one");
/// let found = impact(program, author);
/// assert_eq!(found.deleted.len(), 2);
/// assert_eq!(found.deleted[0].branches[0].effect, Effect::Deleted);
/// ```
pub fn impact(program: Program<'_>, entity: EntityId) -> Impact {
    let links = Links::new(program.schema);
    let walk = Walk::new(program.schema, entity);
    let describe = |(place, &entity): (usize, &EntityId)| Deleted {
        entity,
        branches: branches(program, &links, &walk, place),
        targets: targets(program.schema, &links, &walk, entity),
    };
    let mut impact = Impact {
        deleted: walk.entities.iter().enumerate().map(describe).collect(),
        kept: Vec::new(),
    };
    impact.kept = kept(program.schema, &impact, &walk);
    impact
}

fn branches(program: Program<'_>, links: &Links, walk: &Walk, place: usize) -> Vec<Branch> {
    let schema = program.schema;
    let describe = |(relation, Act { effect, of }): (RelationId, Act)| {
        let source = schema.relations[relation].source;
        let link = links.end(relation);
        let deletes = effect == Effect::Deleted;
        let removed = link.filter(|_| deletes && is_made(schema, source));
        let other = removed.and_then(|end| links.bound_on(end.other));
        let fate = match removed {
            Some(end) if walk.by_cascade(schema.relations[end.other].target) => Fate::MayGo,
            Some(_) => Fate::Stays,
            None if deletes => Fate::Stays,
            None => walk.fate(schema, relation),
        };
        Branch {
            relation,
            link,
            effect,
            of,
            fate,
            leads: if deletes { walk.leads(relation, source) } else { Leads::Nowhere },
            checks: match fate {
                Fate::Goes(_) => Vec::new(),
                Fate::Stays | Fate::MayGo => checks(program, walk, relation, (effect, fate)),
            },
            bound: match effect {
                Effect::Deleted => other.filter(|bound| bound.min > 0),
                Effect::Defaulted if !matches!(fate, Fate::Goes(_)) => {
                    links.bound_on(relation).filter(|bound| bound.max.is_some())
                }
                Effect::Defaulted | Effect::Cleared | Effect::Restricted | Effect::Protected => {
                    None
                }
            },
        }
    };
    let followed = |(relation, _): &(RelationId, _)| walk.follows(schema, *relation);
    incoming(schema, walk.entities[place])
        .filter(followed)
        .flat_map(|(id, _)| walk.acts(schema, id).into_iter().map(move |act| (id, act)))
        .map(describe)
        .collect()
}

/// What is checked when a relation has been written, and whether the order decides what that comes to.
fn checks(
    program: Program<'_>,
    walk: &Walk,
    relation: RelationId,
    (effect, fate): (Effect, Fate),
) -> Vec<(AtOnce, Verdict)> {
    let schema = program.schema;
    let may_go = fate == Fate::MayGo;
    let clears = match effect {
        Effect::Cleared => true,
        Effect::Defaulted => false,
        Effect::Deleted | Effect::Restricted | Effect::Protected => return Vec::new(),
    };
    let mut judged = Vec::new();
    for check in at_once(program, relation) {
        let order = match &check {
            AtOnce::Default => may_go,
            AtOnce::Unique(name) => {
                let table = program.layout.table(schema.relations[relation].source);
                may_go && !unique_waits(&program.database.tables[table], name)
            }
            // Its target hangs from the same row, and so is cleared a round later; unless it comes
            // by another way, which may be shorter.
            AtOnce::Pair(other) => {
                may_go
                    || comes_otherwise(schema, walk, relation, *other)
                    || !clears && walk.goes(schema.relations[*other].target)
            }
            AtOnce::Referred(other) => {
                if goes_with(schema, relation, *other) {
                    continue;
                }
                !waits(program, *other) && walk.loses(schema, schema.relations[*other].source)
            }
        };
        judged.push((check, if order { Verdict::OrderDecides } else { Verdict::MayRefuse }));
    }
    judged
}

/// Whether a relation `within` the one that is written can be cleared before it.
fn comes_otherwise(schema: &Schema, walk: &Walk, written: RelationId, other: RelationId) -> bool {
    let target = schema.relations[other].target;
    let there = schema.to_one(other).and_then(|other| {
        other.within.iter().find(|pair| pair.here == written).map(|pair| pair.there)
    });
    walk.goes(target) && there.is_none_or(|there| !walk.only_by(target, there))
}

/// Whether the rows that refer by `other` hang from the row whose delete writes `written`, and go with it.
fn goes_with(schema: &Schema, written: RelationId, other: RelationId) -> bool {
    let cascades =
        |id| schema.to_one(id).is_some_and(|to_one| effect(to_one.delete) == Effect::Deleted);
    schema.to_one(other).is_some_and(|other| {
        other.within.iter().any(|pair| pair.there == written && cascades(pair.here))
    })
}

fn targets(schema: &Schema, links: &Links, walk: &Walk, entity: EntityId) -> Vec<Target> {
    let members = schema.entities[entity].members.iter();
    let own = members.filter_map(|&member| match member {
        MemberId::Relation(relation) => schema.to_one(relation).map(|_| relation),
        MemberId::Field(_) => None,
    });
    own.map(|relation| Target {
        relation,
        goes: walk.goes(schema.relations[relation].target),
        takes: if is_tie_to_row(schema, relation) && !walk.only_by(entity, relation) {
            walk.leads(relation, schema.relations[relation].target)
        } else {
            Leads::Nowhere
        },
        // Rows that go only because this target goes take nothing from one that stays.
        bound: links
            .bound_on(relation)
            .filter(|bound| bound.min > 0 && !walk.only_by(entity, relation))
            .filter(|_| !is_excluded(schema, walk, relation)),
    })
    .collect()
}

/// Whether no row that goes refers by this relation, since all go by another of which only one is set.
pub(super) fn is_excluded(schema: &Schema, walk: &Walk, relation: RelationId) -> bool {
    let source = schema.relations[relation].source;
    let only = |&other: &RelationId| other != relation && walk.only_by(source, other);
    match (schema.stated_as(relation), schema.union_of_row(source)) {
        (Some(stated), _) => schema.union_relations[stated].spelt().iter().any(only),
        (None, Some(union)) => schema.unions[union]
            .alternatives
            .iter()
            .filter_map(|it| it.relation)
            .any(|it| only(&it)),
        (None, None) => false,
    }
}

/// What rows that go refer or are linked to, and is neither deleted nor written.
fn kept(schema: &Schema, impact: &Impact, walk: &Walk) -> Vec<EntityId> {
    let mut kept = Vec::new();
    for deleted in &impact.deleted {
        let targets = deleted.targets.iter().map(|target| target.relation);
        let targets = targets.filter(|&relation| !is_excluded(schema, walk, relation));
        kept.extend(targets.map(|relation| schema.relations[relation].target));
        let unlinked = deleted.branches.iter().filter(|branch| branch.unlinks(schema));
        kept.extend(
            unlinked.filter_map(|branch| Some(schema.relations[branch.link?.other].target)),
        );
    }
    let written: HashSet<EntityId> = impact
        .branches()
        .filter(|branch| matches!(branch.effect, Effect::Cleared | Effect::Defaulted))
        .map(|branch| schema.relations[branch.relation].source)
        .collect();
    // A union's row stays with its alternative, of which the file speaks.
    let staying = kept.iter().filter(|&&entity| !walk.goes(entity));
    let alternatives = staying.flat_map(|&entity| {
        let union = schema.union_of_row(entity).map(|union| &schema.unions[union]);
        union.into_iter().flat_map(|union| union.alternatives.iter().map(|it| it.entity))
    });
    let alternatives: Vec<EntityId> = alternatives.collect();
    kept.retain(|&entity| schema.union_of_row(entity).is_none());
    kept.extend(alternatives);
    kept.retain(|&entity| !walk.goes(entity) && !written.contains(&entity));
    kept.sort_unstable();
    kept.dedup();
    kept
}

/// Whether Trine makes the entity for a many-to-many relation.
pub(super) fn is_made(schema: &Schema, entity: EntityId) -> bool {
    match schema.entities[entity].kind {
        EntityKind::Link { .. } => true,
        EntityKind::Declared | EntityKind::External | EntityKind::Union(_) => false,
    }
}
