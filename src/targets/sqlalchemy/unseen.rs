//! Which references a flush must leave to the database to clear, since their rows may be gone by then.
//!
//! A flush clears loaded references to what it deletes, row by row. A row that is gone by then is an error to it,
//! and it knows only of what goes with the rows that its collections lead to.

use std::collections::{HashMap, HashSet};

use crate::schema::{DeleteRule, EntityId, RelationId};
use crate::targets::Program;
use crate::targets::python::Along;

use super::circles::{Circles, is_seen};

/// The relations. `heirs` has for each entity that inherits its relation to what it inherits from, and `whole` the
/// entities of which only the database deletes rows.
pub(super) fn gone_unseen(
    program: Program<'_>,
    heirs: &HashMap<EntityId, RelationId>,
    order: &Circles,
    whole: &HashSet<EntityId>,
) -> HashSet<RelationId> {
    let schema = program.schema;
    let mut cleared: HashMap<EntityId, Vec<RelationId>> = HashMap::new();
    for (id, relation) in schema.relations.iter() {
        if schema.to_one(id).is_some_and(|to_one| to_one.delete == DeleteRule::SetNull) {
            cleared.entry(relation.source).or_default().push(id);
        }
    }
    if cleared.is_empty() {
        return HashSet::new();
    }
    let follows = |id: RelationId| {
        let relation = &schema.relations[id];
        heirs.get(&relation.source) == Some(&id)
            || relation.inverse.is_some()
                && !whole.contains(&relation.target)
                && !(order.breaks.contains(&id) && is_seen(program, id))
                && schema.to_one(id).is_some_and(|to_one| {
                    to_one.delete == DeleteRule::Cascade && !to_one.takes_target
                })
    };
    let along = Along::of(schema);
    let mut found = HashSet::new();
    for root in schema.entities.ids() {
        let [seen, unseen] = gone(&along, root, &follows);
        let cleared = unseen.iter().filter_map(|source| cleared.get(source)).flatten().copied();
        found.extend(cleared.filter(|&id| seen.contains(&schema.relations[id].target)));
    }
    found
}

/// The entities of which rows go with a row of `root`: those that a flush comes by, and those that it does not.
fn gone(
    along: &Along,
    root: EntityId,
    follows: &impl Fn(RelationId) -> bool,
) -> [HashSet<EntityId>; 2] {
    let mut gone = [HashSet::from([root]), HashSet::new()];
    let mut waiting = vec![(root, false)];
    while let Some((entity, unseen)) = waiting.pop() {
        for (relation, goes) in along.with(entity, Some(root)) {
            let unseen = unseen || !follows(relation);
            if gone[usize::from(unseen)].insert(goes) {
                waiting.push((goes, unseen));
            }
        }
    }
    gone
}
