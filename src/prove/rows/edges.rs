//! The relations of a program as rows see them: which columns of which table point at which.

use crate::relational::{ColumnIx, TableId};
use crate::schema::{DeleteRule, Multiplicity, RelationId, RelationKind, Stored, Strategy};
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
    /// Of an alternative's relation to its union's row: of which kind that row must be.
    pub kind: Option<Kind>,
}

/// What the row of a union says of its alternative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    /// The place of its column among those of the row.
    pub column: usize,
    /// What stands there.
    pub value: String,
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
    pub choices: Vec<Choice>,
}

/// Relations of which a row has one: those of an arc, and those of the rows of a link.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub table: TableId,
    /// Places in [`Edges::edges`].
    pub relations: Vec<usize>,
    /// Whether a row may have none.
    pub optional: bool,
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
                kind: kind_of(program, shapes, id),
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
        let choices = choices(program, &numbers);
        Edges { edges, links, choices }
    }

    /// The alternatives' relations to the rows of a table, when those are a union's own.
    pub fn ties(&self, table: TableId) -> impl Iterator<Item = usize> + '_ {
        let all = self.edges.iter().enumerate();
        all.filter(move |(_, edge)| edge.target == table && edge.kind.is_some()).map(|(nth, _)| nth)
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

/// Of which kind a union's row must be, when the relation is that of an alternative to it.
fn kind_of(program: Program<'_>, shapes: &[Shape], id: RelationId) -> Option<Kind> {
    let (field, value) = program.schema.kind_of_row(id)?;
    let table = program.layout.table(program.schema.fields[field].entity);
    let name = &program.database.tables[table].columns[program.layout.column(field)].name;
    let column = shapes[table.index()].column(name)?;
    Some(Kind { column, value: value.to_owned() })
}

/// The relations of which a row has one, by their places.
fn choices(program: Program<'_>, numbers: &[usize]) -> Vec<Choice> {
    let mut found = Vec::new();
    let places = |relations: &[RelationId]| -> Vec<usize> {
        relations.iter().map(|relation| numbers[relation.index()]).collect()
    };
    for relation in program.schema.union_relations.values() {
        match &relation.stored {
            Stored::Arc(relations) => found.push(Choice {
                table: program.layout.table(relation.source),
                relations: places(relations),
                optional: relation.optional(),
            }),
            Stored::Row(_) | Stored::Untyped { .. } => {}
        }
    }
    for union in program.schema.unions.values() {
        let (Strategy::Link, Some(row)) = (union.strategy, union.row) else { continue };
        let relations: Vec<RelationId> =
            union.alternatives.iter().filter_map(|alternative| alternative.relation).collect();
        let table = program.layout.table(row);
        found.push(Choice { table, relations: places(&relations), optional: false });
    }
    found
}

fn shares(columns: &[usize], others: &[usize]) -> bool {
    columns.iter().any(|column| others.contains(column))
}
