//! The relations of a program as rows see them: which columns of which table point at which.

use crate::relational::{ColumnIx, TableId};
use crate::schema::{DeleteRule, Multiplicity, RelationId, RelationKind};
use crate::targets::Program;

use super::shape::Shape;

/// A foreign key; columns are places in the [`Shape`] of their table.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub relation: RelationId,
    pub source: TableId,
    pub target: TableId,
    pub columns: Vec<usize>,
    pub target_columns: Vec<usize>,
    /// Those of `columns` that the relation adds.
    pub own: Vec<usize>,
    pub optional: bool,
    /// How many sources one target has.
    pub there: Multiplicity,
    /// Whether it can be checked when all rows are there.
    pub deferrable: bool,
    /// Whether its columns have a default that a delete falls back to.
    pub falls_back: bool,
}

/// A many-to-many relation.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub relation: RelationId,
    pub table: TableId,
    /// Places in [`Edges::edges`].
    pub source_end: usize,
    pub target_end: usize,
    /// How many targets one source has.
    pub here: Multiplicity,
    /// How many sources one target has.
    pub there: Multiplicity,
}

/// All of them.
#[derive(Debug, Clone)]
pub(super) struct Edges {
    pub edges: Vec<Edge>,
    pub links: Vec<Link>,
}

impl Edges {
    pub fn of(program: Program<'_>, shapes: &[Shape]) -> Edges {
        let mut numbers = vec![usize::MAX; program.schema.relations.len()];
        let mut edges = Vec::new();
        for (id, relation) in program.schema.relations.iter() {
            let RelationKind::ToOne(to_one) = &relation.kind else { continue };
            let Some(place) = program.layout.relation(id) else { continue };
            let source = program.layout.table(relation.source);
            let target = program.layout.table(relation.target);
            let key = &program.database.tables[source].foreign_keys[place.foreign_key];
            let places = |table: TableId, columns: &[ColumnIx]| -> Vec<usize> {
                let name =
                    |&column: &ColumnIx| &program.database.tables[table].columns[column].name;
                columns
                    .iter()
                    .filter_map(|column| shapes[table.index()].column(name(column)))
                    .collect()
            };
            numbers[id.index()] = edges.len();
            edges.push(Edge {
                relation: id,
                source,
                target,
                columns: places(source, &key.columns),
                target_columns: places(target, &key.target_columns),
                own: places(source, &place.columns),
                optional: to_one.optional,
                there: relation.there,
                deferrable: to_one.deferrable || to_one.checked_late || !to_one.within.is_empty(),
                falls_back: to_one.delete == DeleteRule::SetDefault,
            });
        }
        let links = program
            .schema
            .relations
            .iter()
            .filter_map(|(id, relation)| match &relation.kind {
                RelationKind::ToOne(_) => None,
                RelationKind::ManyToMany(many) => Some(Link {
                    relation: id,
                    table: program.layout.table(many.link),
                    source_end: numbers[many.source_end.index()],
                    target_end: numbers[many.target_end.index()],
                    here: relation.here,
                    there: relation.there,
                }),
            })
            .collect();
        Edges { edges, links }
    }

    /// The relations, at both ends, whose columns a foreign key carries along (`within`).
    pub fn shared_parents(&self, nth: usize) -> Vec<usize> {
        let edge = &self.edges[nth];
        let here: Vec<usize> =
            edge.columns.iter().copied().filter(|column| !edge.own.contains(column)).collect();
        let there = &edge.target_columns;
        (0..self.edges.len())
            .filter(|&other| {
                let parent = &self.edges[other];
                other != nth
                    && ((parent.source == edge.source && shares(&parent.own, &here))
                        || (parent.source == edge.target && shares(&parent.own, there)))
            })
            .collect()
    }
}

fn shares(columns: &[usize], others: &[usize]) -> bool {
    columns.iter().any(|column| others.contains(column))
}
