//! What one delete can do to the whole program: which restrictions have to wait until all is done, and
//! which rules contradict one another.
//!
//! The graph is that of entities, with an edge from a target to each source that goes with it
//! (`cascade`). Everything here takes time in proportion to the program: components, and one set of
//! roots for each of them.

mod checks;
mod circles;
mod errors;
pub(crate) mod graph;
mod late;

use std::collections::HashMap;

use crate::diagnostics::Diagnostic;
use crate::source::Span;

use super::{DeleteRule, EntityId, MemberId, RelationId, RelationKind, Schema, ToOne};
use graph::{Edge, Graph};

/// Where a relation's parts stand in the file, for the edits that a diagnostic offers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Written {
    /// The rule behind `on delete`.
    pub rule: Option<Span>,
    /// The whole relation.
    pub whole: Span,
}

/// Sets [`super::ToOne::checked_late`], and reports what no delete or no insert can satisfy.
pub(crate) fn analyse_deletes(
    schema: &mut Schema,
    written: &HashMap<RelationId, Written>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let cascades = cascades(schema);
    for circle in circles::cascade_circles(&cascades) {
        diagnostics.push(errors::cascade_circle(schema, &circle));
    }
    let removable = Removable::new(&cascades);
    let mut late = Vec::new();
    for (id, relation) in schema.relations.iter() {
        let RelationKind::ToOne(to_one) = &relation.kind else { continue };
        let source = relation.source.index();
        for (target, rule) in targets(schema, id, to_one) {
            match rule {
                DeleteRule::Restrict => {
                    let waits = removable.together(source, target).is_some()
                        || goes_behind_its_row(schema, &cascades, id);
                    if waits && !late.contains(&id) {
                        late.push(id);
                    }
                }
                DeleteRule::Protect => {
                    if let Some(root) = removable.together(source, target) {
                        let ways = (root, cascades.path(root, source), cascades.path(root, target));
                        let written = written.get(&id).filter(|_| to_one.by_alternative.is_empty());
                        let found = errors::protect_in_the_way(schema, id, target, &ways, written);
                        diagnostics.push(found);
                    }
                }
                DeleteRule::SetNull | DeleteRule::SetDefault => {
                    for check in &schema.entities[relation.source].checks {
                        if checks::can_break(schema, check, id, to_one, rule) {
                            let found = errors::broken_check(schema, id, (target, rule), check);
                            diagnostics.push(found);
                        }
                    }
                }
                DeleteRule::Cascade => {}
            }
        }
    }
    late.extend(late::beside_what_a_trigger_writes(schema, &cascades, &removable));
    for id in late {
        if let RelationKind::ToOne(to_one) = &mut schema.relations[id].kind {
            to_one.checked_late = true;
        }
    }
    for circle in circles::insert_circles(schema) {
        diagnostics.push(errors::insert_circle(schema, &circle, written));
    }
}

/// What a relation's rule is about: its target, or the alternatives whose row that is, where their rules differ.
fn targets(schema: &Schema, id: RelationId, to_one: &ToOne) -> Vec<(usize, DeleteRule)> {
    if to_one.by_alternative.is_empty() {
        return vec![(schema.relations[id].target.index(), to_one.delete)];
    }
    let rules = schema.rules_by_alternative(id);
    rules.map(|(alternative, rule)| (alternative.entity.index(), rule)).collect()
}

/// From each target to the sources that are deleted with it.
fn cascades(schema: &Schema) -> Graph {
    let mut edges = Vec::new();
    for (id, relation) in schema.relations.iter() {
        let RelationKind::ToOne(to_one) = &relation.kind else { continue };
        let source = relation.source.index();
        for (target, rule) in targets(schema, id, to_one) {
            // A union's row goes with its alternative. It goes first only when it is deleted by itself, and
            // then takes one alternative: what that does, it does when the alternative is deleted
            // (`goes_behind_its_row`).
            let (from, to) = if to_one.takes_target { (source, target) } else { (target, source) };
            if rule == DeleteRule::Cascade {
                edges.push(Edge { from, to, relation: id });
            }
        }
    }
    Graph::new(schema.entities.len(), edges)
}

/// Whether the source is an alternative of a union whose own row, when it is deleted by itself, is the relation's
/// target or takes it away: the alternative goes no sooner then.
fn goes_behind_its_row(schema: &Schema, cascades: &Graph, relation: RelationId) -> bool {
    let relation = &schema.relations[relation];
    let target = relation.target.index();
    schema.entities[relation.source].members.iter().any(|&member| {
        let MemberId::Relation(other) = member else { return false };
        let row = schema.relations[other].target.index();
        schema.to_one(other).is_some_and(|to_one| to_one.takes_target)
            && goes_with_row(schema, row)
                .any(|first| first == target || !cascades.path(first, target).is_empty())
    })
}

/// A union's row, and what goes with it for the sake of some of its alternatives.
fn goes_with_row(schema: &Schema, row: usize) -> impl Iterator<Item = usize> {
    let incoming = &schema.entities[EntityId::from_index(row)].incoming;
    let differing = incoming.iter().filter(|&&relation| {
        let to_one = schema.to_one(relation);
        to_one.is_some_and(|it| !it.by_alternative.is_empty() && it.may(DeleteRule::Cascade))
    });
    let sources = differing.map(|&relation| schema.relations[relation].source.index());
    std::iter::once(row).chain(sources)
}

/// Which entities can lose rows in one delete.
struct Removable {
    /// By entity: whether a cascade can delete its rows.
    by_cascade: Vec<bool>,
    /// By entity: its component.
    component: Vec<usize>,
    /// By component: the components without a cascade into them from which it can be reached, as a set
    /// of bits. Whatever can be deleted from anywhere can be deleted from one of these.
    roots: Vec<Vec<u64>>,
    /// By bit: an entity of that component.
    root_entities: Vec<usize>,
}

impl Removable {
    fn new(cascades: &Graph) -> Removable {
        let components = cascades.components();
        let count = components.members.len();
        let mut entered = vec![false; count];
        let mut by_cascade = vec![false; cascades.len()];
        for edge in &cascades.edges {
            by_cascade[edge.to] = true;
            let (from, to) = (components.of[edge.from], components.of[edge.to]);
            entered[to] |= from != to;
        }
        let root_entities: Vec<usize> = (0..count)
            .filter(|&component| !entered[component])
            .map(|component| components.members[component][0])
            .collect();
        let words = root_entities.len().div_ceil(64);
        let mut roots = vec![vec![0_u64; words]; count];
        for (bit, &entity) in root_entities.iter().enumerate() {
            roots[components.of[entity]][bit / 64] |= 1 << (bit % 64);
        }
        // Components come with those that are reached before those that reach them.
        for component in (0..count).rev() {
            let own = std::mem::take(&mut roots[component]);
            for &entity in &components.members[component] {
                for edge in cascades.from(entity) {
                    let to = components.of[edge.to];
                    if to != component {
                        for (word, own) in roots[to].iter_mut().zip(&own) {
                            *word |= own;
                        }
                    }
                }
            }
            roots[component] = own;
        }
        Removable { by_cascade, component: components.of, roots, root_entities }
    }

    /// An entity of which one delete can take rows of both away, the source's by a cascade. A source
    /// that is itself what is deleted is gone before anything is checked.
    fn together(&self, source: usize, target: usize) -> Option<usize> {
        if self.by_cascade[source] { self.by_one(source, target) } else { None }
    }

    /// An entity of which one delete can take rows of both away.
    fn by_one(&self, one: usize, other: usize) -> Option<usize> {
        let one = &self.roots[self.component[one]];
        let other = &self.roots[self.component[other]];
        let (place, shared) = one
            .iter()
            .zip(other)
            .map(|(one, other)| one & other)
            .enumerate()
            .find(|(_, shared)| *shared != 0)?;
        Some(self.root_entities[place * 64 + shared.trailing_zeros() as usize])
    }
}
