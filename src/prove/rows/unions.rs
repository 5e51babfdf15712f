//! What is done in the stage of a relation to a union: its alternatives are deleted, and rows handed over from
//! one to another.

use crate::impact::{Action, RowRef, Rows, alternative_of, handed_over};
use crate::relational::TableId;
use crate::schema::{EntityKind, Stored, UnionRelationId};
use crate::targets::Program;

use super::actions::by_number;

/// What is done to the rows of a stage around a relation to a union.
pub(super) fn actions_of(
    program: Program<'_>,
    rows: &Rows,
    relation: UnionRelationId,
) -> Vec<Action> {
    let stated = &program.schema.union_relations[relation];
    let source = program.layout.table(stated.source);
    let having: Vec<(RowRef, RowRef)> = by_number(program, rows, source)
        .into_iter()
        .filter_map(|row| Some((row, alternative_of(program, rows, relation, row)?)))
        .collect();
    let union = &program.schema.unions[stated.union];
    let tables: Vec<TableId> =
        union.alternatives.iter().map(|it| program.layout.table(it.entity)).collect();
    let mut actions = Vec::new();
    // The stages of an arc's own relations delete their targets already.
    if let Stored::Row(_) = stated.stored {
        let of = |table: &TableId| having.iter().map(|(_, to)| *to).find(|to| to.table == *table);
        actions.extend(tables.iter().filter_map(of).map(Action::Delete));
    }
    if matches!(program.schema.entities[stated.source].kind, EntityKind::Link { .. }) {
        return actions;
    }
    for &table in &tables {
        let from_another = having.iter().find(|(_, from)| from.table != table);
        let Some(&(row, from)) = from_another.or(having.first()) else { continue };
        // A row that hangs from itself is another matter.
        let targets =
            by_number(program, rows, table).into_iter().filter(|to| *to != from && *to != row);
        let mut reachable =
            targets.filter(|to| handed_over(program, rows, relation, Some(*to)).is_some());
        if let Some(to) = reachable.next() {
            actions.push(Action::HandOver { relation, row, to: Some(to) });
        }
    }
    if let (true, Some(&(row, _))) = (stated.optional(), having.first()) {
        actions.push(Action::HandOver { relation, row, to: None });
    }
    actions
}
