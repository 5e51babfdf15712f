//! What a relation to a union leads to, and what is written when it is handed over to another alternative.

use serde_json::Value;

use crate::relational::ColumnIx;
use crate::schema::{RelationId, Stored, UnionRelation, UnionRelationId};
use crate::targets::Program;

use super::predict::Reference;
use super::rows::{RowRef, Rows};

/// The alternative that a row has by a relation to a union.
pub fn alternative_of(
    program: Program<'_>,
    rows: &Rows,
    relation: UnionRelationId,
    row: RowRef,
) -> Option<RowRef> {
    let stated = &program.schema.union_relations[relation];
    match &stated.stored {
        Stored::Untyped { .. } => None,
        Stored::Arc(relations) => relations.iter().find_map(|&one| target(program, rows, one, row)),
        Stored::Row(to_row) => {
            let of = target(program, rows, *to_row, row)?;
            ties(program, stated).find_map(|tie| match Reference::of(program, tie) {
                // Under `link` the row refers to the alternative, else the alternative to the row.
                reference if reference.source == of.table => target(program, rows, tie, of),
                reference => source(rows, &reference, of),
            })
        }
    }
}

/// What the columns of a relation to a union become when it leads to another alternative, or to none. `None`
/// when the alternative has no row yet by which it could be referred to.
pub fn handed_over(
    program: Program<'_>,
    rows: &Rows,
    relation: UnionRelationId,
    to: Option<RowRef>,
) -> Option<Vec<(ColumnIx, Value)>> {
    let stated = &program.schema.union_relations[relation];
    let mut written = Vec::new();
    match &stated.stored {
        Stored::Untyped { .. } => return None,
        Stored::Arc(relations) => {
            for &one in relations {
                let reference = Reference::of(program, one);
                let chosen = to.filter(|to| to.table == reference.target);
                written.extend(pointed_at(program, rows, &reference, chosen));
            }
        }
        Stored::Row(to_row) => {
            let row = match to {
                None => None,
                Some(to) => Some(row_of(program, rows, stated, to)?),
            };
            let reference = Reference::of(program, *to_row);
            written.extend(pointed_at(program, rows, &reference, row));
        }
    }
    Some(written)
}

/// The relations between a union's rows and its alternatives.
fn ties<'a>(
    program: Program<'a>,
    stated: &UnionRelation,
) -> impl Iterator<Item = RelationId> + use<'a> {
    program.schema.unions[stated.union].alternatives.iter().filter_map(|it| it.relation)
}

/// The union's row of an alternative.
fn row_of(
    program: Program<'_>,
    rows: &Rows,
    stated: &UnionRelation,
    alternative: RowRef,
) -> Option<RowRef> {
    ties(program, stated).find_map(|tie| match Reference::of(program, tie) {
        reference if reference.source == alternative.table => {
            target(program, rows, tie, alternative)
        }
        reference if reference.target == alternative.table => source(rows, &reference, alternative),
        _ => None,
    })
}

/// The row that refers to a row, where only one may.
fn source(rows: &Rows, reference: &Reference<'_>, to: RowRef) -> Option<RowRef> {
    let there = &rows.tables[to.table.index()][to.row];
    let mut all = rows.tables[reference.source.index()].iter();
    let place = all.position(|row| reference.refers(row, there))?;
    Some(RowRef { table: reference.source, row: place })
}

/// The row that a row refers to.
fn target(program: Program<'_>, rows: &Rows, relation: RelationId, row: RowRef) -> Option<RowRef> {
    let reference = Reference::of(program, relation);
    let source = &rows.tables[row.table.index()][row.row];
    let mut all = rows.tables[reference.target.index()].iter();
    let place = all.position(|target| reference.refers(source, target))?;
    Some(RowRef { table: reference.target, row: place })
}

/// A reference's own columns when it points at a row, or at nothing.
fn pointed_at(
    program: Program<'_>,
    rows: &Rows,
    reference: &Reference<'_>,
    to: Option<RowRef>,
) -> Vec<(ColumnIx, Value)> {
    let value = |referred: ColumnIx| {
        let name = &program.database.tables[reference.target].columns[referred].name;
        let target = to.map(|to| &rows.tables[to.table.index()][to.row]);
        target.and_then(|target| target.get(name)).cloned().unwrap_or(Value::Null)
    };
    let pairs = reference.key.columns.iter().zip(&reference.key.target_columns);
    pairs
        .filter(|(column, _)| reference.own.contains(column))
        .map(|(&column, &referred)| (column, value(referred)))
        .collect()
}
