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

use std::collections::HashMap;

use crate::diagnostics::Diagnostic;
use crate::source::Span;

use super::{DeleteRule, MemberId, RelationId, RelationKind, Schema};
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
        let (source, target) = (relation.source.index(), relation.target.index());
        match to_one.delete {
            DeleteRule::Restrict if removable.together(source, target).is_some() => late.push(id),
            DeleteRule::Restrict if goes_behind_its_row(schema, &cascades, id) => late.push(id),
            DeleteRule::Protect => {
                if let Some(root) = removable.together(source, target) {
                    let to_source = cascades.path(root, source);
                    let to_target = cascades.path(root, target);
                    diagnostics.push(errors::protect_in_the_way(
                        schema,
                        id,
                        root,
                        &to_source,
                        &to_target,
                        written.get(&id),
                    ));
                }
            }
            DeleteRule::SetNull | DeleteRule::SetDefault => {
                for check in &schema.entities[relation.source].checks {
                    if checks::can_break(schema, check, id, to_one) {
                        diagnostics.push(errors::broken_check(schema, id, to_one, check));
                    }
                }
            }
            DeleteRule::Restrict | DeleteRule::Cascade => {}
        }
    }
    for id in late {
        if let RelationKind::ToOne(to_one) = &mut schema.relations[id].kind {
            to_one.checked_late = true;
        }
    }
    for circle in circles::insert_circles(schema) {
        diagnostics.push(errors::insert_circle(schema, &circle, written));
    }
}

/// From each target to the sources that are deleted with it.
fn cascades(schema: &Schema) -> Graph {
    let edges = schema.relations.iter().filter_map(|(id, relation)| {
        let RelationKind::ToOne(to_one) = &relation.kind else { return None };
        let (source, target) = (relation.source.index(), relation.target.index());
        // A union's row goes with its alternative. It goes first only when it is deleted by itself, and then
        // takes one alternative: what that does, it does when the alternative is deleted (`goes_behind_its_row`).
        let (from, to) = if to_one.takes_target { (source, target) } else { (target, source) };
        (to_one.delete == DeleteRule::Cascade).then_some(Edge { from, to, relation: id })
    });
    Graph::new(schema.entities.len(), edges.collect())
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
            && (row == target || !cascades.path(row, target).is_empty())
    })
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
        if !self.by_cascade[source] {
            return None;
        }
        let source = &self.roots[self.component[source]];
        let target = &self.roots[self.component[target]];
        let (place, shared) = source
            .iter()
            .zip(target)
            .map(|(source, target)| source & target)
            .enumerate()
            .find(|(_, shared)| *shared != 0)?;
        Some(self.root_entities[place * 64 + shared.trailing_zeros() as usize])
    }
}
