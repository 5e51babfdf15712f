//! Which relations a flush does not sort by, or only where they change, so that it has an order for rows that
//! refer to each other in a circle over several tables.

use std::collections::{HashMap, HashSet};

use crate::relational::{ColumnIx, Sql};
use crate::schema::{EntityId, EntityKind, RelationId, Stored, ToOne};
use crate::targets::Program;

use super::cycles::components;

/// How well a relation bears to be left out of the order; the last is left out first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Bears {
    /// PostgreSQL wants what it refers to first.
    Nothing,
    /// It can be written behind the row, and something looks at the row before that.
    Seen,
    /// It can be written behind the row.
    Late,
}

/// How the circles of a schema are dealt with.
#[derive(Debug, Default)]
pub(super) struct Circles {
    /// Relations that no flush sorts by.
    pub breaks: HashSet<RelationId>,
    /// Those on circles that are left then: no relation of theirs can be done without when a row is inserted.
    /// Each with the entity as which its row is written, and the one as which what it refers to is: an heir is
    /// written as what it inherits from.
    pub left: HashMap<RelationId, [usize; 2]>,
    /// The entities whose rows a flush sorts one by one, since they may refer to others of their own, or to each
    /// other in a circle: those as which they are written.
    pub one_by_one: HashSet<usize>,
}

/// Finds them. `heirs` has for each entity that inherits its relation to what it inherits from.
pub(super) fn circles(program: Program<'_>, heirs: &HashMap<EntityId, RelationId>) -> Circles {
    let schema = program.schema;
    // A flush writes an heir along with what it inherits from.
    let written = |entity: EntityId| match heirs.get(&entity) {
        Some(&relation) => schema.relations[relation].target.index(),
        None => entity.index(),
    };
    let mut edges = vec![Vec::new(); schema.entities.len()];
    for (id, relation) in schema.relations.iter() {
        if schema.to_one(id).is_some() {
            edges[written(relation.source)].push(written(relation.target));
        }
    }
    let circles = components(&edges);
    let mut found: Vec<(Bears, RelationId)> = Vec::new();
    for (id, relation) in schema.relations.iter() {
        let Some(to_one) = schema.to_one(id) else { continue };
        let [source, target] = [relation.source, relation.target].map(written);
        if source != target && circles[source] == circles[target] {
            found.push((bears(program, id, to_one), id));
        }
    }
    found.sort();
    let mut sorted: Vec<Vec<usize>> = vec![Vec::new(); schema.entities.len()];
    let mut breaks = HashSet::new();
    for (bears, id) in found {
        let relation = &schema.relations[id];
        let [source, target] = [relation.source, relation.target].map(written);
        if bears > Bears::Nothing && leads(&sorted, target, source) {
            breaks.insert(id);
        } else {
            sorted[source].push(target);
        }
    }
    let circles = components(&sorted);
    let mut sizes = vec![0; circles.len()];
    circles.iter().for_each(|&circle| sizes[circle] += 1);
    let (mut left, mut one_by_one) = (HashMap::new(), HashSet::new());
    for (id, relation) in schema.relations.iter().filter(|(id, _)| schema.to_one(*id).is_some()) {
        let ends = [relation.source, relation.target].map(written);
        let [source, target] = ends.map(|end| circles[end]);
        if breaks.contains(&id) || source != target {
            continue;
        }
        if sizes[source] > 1 {
            left.insert(id, ends);
        }
        one_by_one.insert(ends[0]);
    }
    Circles { breaks, left, one_by_one }
}

/// Whether something besides the relation itself looks at its columns: a CHECK, or a relation that shares
/// them, here or from elsewhere. Clearing them for a while, or too early, would be noticed.
pub(super) fn is_seen(program: Program<'_>, relation: RelationId) -> bool {
    let Some(place) = program.layout.relation(relation) else { return false };
    let here = program.layout.table(program.schema.relations[relation].source);
    let table = &program.database.tables[here];
    let own = |columns: &[ColumnIx]| columns.iter().any(|column| place.columns.contains(column));
    let mut keys = table.foreign_keys.iter().enumerate();
    let shares = keys.any(|(nth, key)| nth != place.foreign_key && own(&key.columns));
    let referred = program.database.tables.values().iter().any(|other| {
        let mut keys = other.foreign_keys.iter();
        keys.any(|key| key.target == here && own(&key.target_columns))
    });
    let said = |sql: &Sql| {
        let mut names = place.columns.iter().map(|&column| table.columns[column].name.as_str());
        names.any(|name| sql.0.contains(name))
    };
    shares || referred || table.checks.iter().any(|check| said(&check.condition))
}

fn bears(program: Program<'_>, relation: RelationId, to_one: &ToOne) -> Bears {
    let source = program.schema.relations[relation].source;
    let stated = program.schema.stated_as(relation);
    let of_arc = stated.is_some_and(|stated| {
        matches!(program.schema.union_relations[stated].stored, Stored::Arc(_))
    });
    // The CHECK of an arc counts at once: one is set and another cleared in the same statement.
    if of_arc {
        return Bears::Nothing;
    }
    match program.schema.entities[source].kind {
        // A row of a union's own is never without what it is for.
        EntityKind::External | EntityKind::Union(_) => Bears::Nothing,
        EntityKind::Declared | EntityKind::Link { .. } => match to_one.optional {
            false => Bears::Nothing,
            true if is_seen(program, relation) => Bears::Seen,
            true => Bears::Late,
        },
    }
}

/// Whether there is a way between two entities.
fn leads(edges: &[Vec<usize>], from: usize, to: usize) -> bool {
    let mut seen = vec![false; edges.len()];
    let mut waiting = vec![from];
    while let Some(place) = waiting.pop() {
        if place == to {
            return true;
        }
        if !std::mem::replace(&mut seen[place], true) {
            waiting.extend(&edges[place]);
        }
    }
    false
}
