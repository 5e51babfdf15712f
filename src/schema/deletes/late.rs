//! Which foreign keys have to wait because a trigger of a union writes the row that they stand on.
//!
//! PostgreSQL looks at a written row's other foreign keys when what deletes and writes is through; by then, what
//! was to go is gone. A statement within a trigger does not wait for that: it ends in the middle of the delete,
//! where a row may be left that refers to one which is gone already. Whether PostgreSQL then looks depends on
//! whether the transaction has written the row before, so that it would refuse on one day what it did on another.

use crate::schema::{DeleteRule, MemberId, RelationId, Schema, ToOne};

use super::Removable;
use super::graph::Graph;

/// The relations of rows that a trigger may write while what these refer to goes.
pub(super) fn beside_what_a_trigger_writes(
    schema: &Schema,
    cascades: &Graph,
    removable: &Removable,
) -> Vec<RelationId> {
    let by_trigger = deleted_by_trigger(schema, cascades);
    let mut late = Vec::new();
    for (id, relation) in schema.relations.iter() {
        let Some(to_one) = schema.to_one(id) else { continue };
        let ruled = !to_one.by_alternative.is_empty();
        let target = relation.target.index();
        if !writes(to_one) || !ruled && !by_trigger[target] {
            continue;
        }
        for &member in &schema.entities[relation.source].members {
            let MemberId::Relation(other) = member else { continue };
            let Some(beside) = schema.to_one(other) else { continue };
            let gone = schema.relations[other].target.index();
            // What refers to the same row is told together with it, unless a trigger tells it.
            let apart = other != id && (ruled || gone != target);
            let goes_on = beside.may(DeleteRule::Cascade) || writes(beside);
            if apart && goes_on && !beside.takes_target && removable.by_one(target, gone).is_some()
            {
                late.push(other);
            }
        }
    }
    late
}

/// Whether the delete of what is referred to writes the row.
fn writes(to_one: &ToOne) -> bool {
    to_one.may(DeleteRule::SetNull) || to_one.may(DeleteRule::SetDefault)
}

/// For each entity: whether a trigger deletes its rows, or what takes them along. Triggers delete the rows of
/// unions that go with their alternatives, and what rules that differ by alternative cascade to.
fn deleted_by_trigger(schema: &Schema, cascades: &Graph) -> Vec<bool> {
    let mut deleted = vec![false; cascades.len()];
    let mut waiting = Vec::new();
    for (id, relation) in schema.relations.iter() {
        let Some(to_one) = schema.to_one(id) else { continue };
        if to_one.takes_target {
            waiting.push(relation.target.index());
        }
        if !to_one.by_alternative.is_empty() && to_one.may(DeleteRule::Cascade) {
            waiting.push(relation.source.index());
        }
    }
    while let Some(place) = waiting.pop() {
        if !std::mem::replace(&mut deleted[place], true) {
            waiting.extend(cascades.from(place).iter().map(|edge| edge.to));
        }
    }
    deleted
}
