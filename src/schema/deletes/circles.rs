//! Circles: of cascades, and of mandatory relations in which no first row can be inserted.

use crate::schema::{
    EntityKind, FieldId, MemberId, Reference, RelationId, RelationKind, Schema, ToOne,
};

use super::graph::{Edge, Graph};

/// One circle of cascades for each group of two or more entities that delete one another. A tree over
/// itself is no circle.
pub(super) fn cascade_circles(cascades: &Graph) -> Vec<Vec<Edge>> {
    let components = cascades.components();
    components
        .members
        .iter()
        .enumerate()
        .filter(|(_, members)| members.len() > 1)
        .map(|(component, members)| {
            shortest(cascades, members, |place| components.of[place] == component)
        })
        .collect()
}

/// The shortest circle of more than one entity.
fn shortest(graph: &Graph, members: &[usize], within: impl Fn(usize) -> bool + Copy) -> Vec<Edge> {
    // A few starts are enough to find a short one; all of them would take quadratic time.
    members
        .iter()
        .take(8)
        .map(|&start| {
            let ways = graph.from(start).iter().filter(|edge| edge.to != start && within(edge.to));
            ways.map(|edge| {
                let mut circle = vec![*edge];
                circle.extend(graph.path(edge.to, start));
                circle
            })
            .min_by_key(Vec::len)
            .unwrap_or_default()
        })
        .filter(|circle| !circle.is_empty())
        .min_by_key(Vec::len)
        .unwrap_or_default()
}

/// Circles of mandatory relations that PostgreSQL checks at once, until none is left: each loses the
/// relation that a diagnostic offers to defer, the last of its edges.
pub(super) fn insert_circles(schema: &Schema) -> Vec<Vec<Edge>> {
    let mut edges: Vec<Edge> = Vec::new();
    let mut circles = Vec::new();
    for (id, relation) in schema.relations.iter() {
        let RelationKind::ToOne(to_one) = &relation.kind else { continue };
        if !holds_back(schema, id, to_one) {
            continue;
        }
        let edge =
            Edge { from: relation.source.index(), to: relation.target.index(), relation: id };
        if edge.from != edge.to {
            edges.push(edge);
        } else if refers_to_identity(schema, id, to_one) {
            circles.push(vec![edge]);
        }
    }
    loop {
        let graph = Graph::new(schema.entities.len(), edges);
        let components = graph.components();
        let mut cut = Vec::new();
        for (component, members) in components.members.iter().enumerate() {
            if members.len() < 2 {
                continue;
            }
            let within = |place: usize| components.of[place] == component;
            let mut circle = graph.circle(members[0], within);
            // It ends with the relation that stands last in the files: the one that closes it.
            if let Some(last) = (0..circle.len()).max_by_key(|&place| circle[place].relation) {
                let places = circle.len();
                circle.rotate_left((last + 1) % places);
                cut.push(circle[places - 1].relation);
                circles.push(circle);
            }
        }
        if cut.is_empty() {
            return circles;
        }
        edges = graph.edges.into_iter().filter(|edge| !cut.contains(&edge.relation)).collect();
    }
}

/// Whether a row can be inserted only when the row that it refers to is there.
fn holds_back(schema: &Schema, id: RelationId, to_one: &ToOne) -> bool {
    let source = schema.relations[id].source;
    !to_one.optional
        && !to_one.deferrable
        && !to_one.checked_late
        && to_one.within.is_empty()
        && schema.entities[source].kind != EntityKind::External
}

/// Whether the value that a relation needs is known only when its row is there: a row can refer to
/// itself by a key that it brings, not by one that PostgreSQL gives it.
fn refers_to_identity(schema: &Schema, id: RelationId, to_one: &ToOne) -> bool {
    let is_identity = |field: FieldId| schema.fields[field].identity;
    match &to_one.references {
        Reference::Fields(fields) => fields.iter().any(|&field| is_identity(field)),
        Reference::Key => {
            schema.entities[schema.relations[id].target].key.iter().any(|member| match member {
                MemberId::Field(field) => is_identity(*field),
                MemberId::Relation(_) => false,
            })
        }
    }
}
