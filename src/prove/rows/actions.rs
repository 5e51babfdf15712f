//! What is done to the rows of a stage, and how SQL does it.

use std::cmp::Reverse;

use serde_json::Value;
use smol_str::SmolStr;

use crate::impact::{Action, Prediction, Row, RowRef, Rows, handed_over, predict};
use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{ColumnIx, ForeignKey, TableId};
use crate::schema::{EntityKind, RelationId, RelationKind};
use crate::targets::Program;

/// At most so many targets are looked at for one that a row may move to.
const MOST_TARGETS: usize = 12;

/// What is done in a relation's stage.
pub(super) fn actions_of(program: Program<'_>, rows: &Rows, relation: RelationId) -> Vec<Action> {
    let stated = &program.schema.relations[relation];
    match &stated.kind {
        RelationKind::ManyToMany(many) => {
            let link = program.layout.table(many.link);
            let links = by_number(program, rows, link);
            let pair = links.into_iter().find_map(|row| {
                let source = target_of(program, rows, many.source_end, row)?;
                let target = target_of(program, rows, many.target_end, row)?;
                Some(Action::Unlink { relation, source, target })
            });
            pair.into_iter().collect()
        }
        RelationKind::ToOne(to_one) => {
            let source = program.layout.table(stated.source);
            let referring: Vec<(RowRef, RowRef)> = by_number(program, rows, source)
                .into_iter()
                .filter_map(|row| Some((row, target_of(program, rows, relation, row)?)))
                .collect();
            let Some(target) = referring
                .iter()
                .map(|(_, target)| *target)
                .max_by_key(|row| number(program, rows, *row))
            else {
                return Vec::new();
            };
            let mut actions = vec![Action::Delete(target)];
            let is_link = matches!(
                program.schema.entities[stated.source].kind,
                EntityKind::Link { .. } | EntityKind::External
            );
            let Some(&(row, from)) =
                referring.iter().find(|(_, to)| *to == target).filter(|_| !is_link)
            else {
                return actions;
            };
            if to_one.optional {
                actions.push(Action::Clear { relation, row });
            }
            actions.extend(moves(program, rows, relation, row, from));
            if to_one.orphan_delete {
                actions.push(Action::Orphan { relation, row });
            }
            actions
        }
    }
}

/// One move that is let through, and one that is refused, when there are such.
fn moves(
    program: Program<'_>,
    rows: &Rows,
    relation: RelationId,
    row: RowRef,
    from: RowRef,
) -> Vec<Action> {
    let mut through = None;
    let mut refused = None;
    let mut open = None;
    let targets = by_number(program, rows, from.table);
    for to in targets.into_iter().filter(|to| *to != from && *to != row).take(MOST_TARGETS) {
        let action = Action::Move { relation, row, to };
        let chosen = match predict(program, rows, &action) {
            Prediction::Left(_) => &mut through,
            Prediction::Refused(_) => &mut refused,
            Prediction::OrderDecides(_) | Prediction::Undecided(_) => &mut open,
        };
        chosen.get_or_insert(action);
    }
    let all = [through, refused, open.filter(|_| through.is_none())];
    all.into_iter().flatten().collect()
}

/// Deletes of one row of each table that has rows.
pub(super) fn deletes(program: Program<'_>, rows: &Rows) -> Vec<Action> {
    let tables = program.database.tables.ids();
    tables
        .filter_map(|table| by_number(program, rows, table).first().copied())
        .map(Action::Delete)
        .collect()
}

/// The rows of a table, those of the first family first: its numbers are the greater ones.
pub(super) fn by_number(program: Program<'_>, rows: &Rows, table: TableId) -> Vec<RowRef> {
    let count = rows.tables.get(table.index()).map_or(0, Vec::len);
    let mut all: Vec<RowRef> = (0..count).map(|row| RowRef { table, row }).collect();
    all.sort_by_cached_key(|row| Reverse(number(program, rows, *row)));
    all
}

/// The greatest number in a row's key, or in the row, and its whole as text.
fn number(program: Program<'_>, rows: &Rows, row: RowRef) -> (i64, String) {
    let values = &rows.tables[row.table.index()][row.row];
    let key = key_columns(program, row.table);
    let in_key = key.iter().filter_map(|name| values.get(*name)?.as_i64()).max();
    let number = in_key.or_else(|| values.values().filter_map(Value::as_i64).max());
    let text = serde_json::to_string(values).unwrap_or_default();
    (number.unwrap_or_default(), text)
}

fn key_columns(program: Program<'_>, table: TableId) -> Vec<&SmolStr> {
    let table = &program.database.tables[table];
    let key = table.primary_key.iter().flat_map(|key| &key.columns);
    key.map(|&column| &table.columns[column].name).collect()
}

/// The row that a row refers to by a to-one relation.
fn target_of(
    program: Program<'_>,
    rows: &Rows,
    relation: RelationId,
    row: RowRef,
) -> Option<RowRef> {
    let key = foreign_key(program, relation)?;
    let source = &program.database.tables[row.table];
    let target = &program.database.tables[key.target];
    let values = &rows.tables[row.table.index()][row.row];
    let refers = |other: &Row| {
        key.columns.iter().zip(&key.target_columns).all(|(&column, &referred)| {
            let value = values.get(&source.columns[column].name);
            value.is_some_and(|value| !value.is_null())
                && value == other.get(&target.columns[referred].name)
        })
    };
    let place = rows.tables[key.target.index()].iter().position(refers)?;
    Some(RowRef { table: key.target, row: place })
}

fn foreign_key(program: Program<'_>, relation: RelationId) -> Option<&ForeignKey> {
    let place = program.layout.relation(relation)?;
    let table = program.layout.table(program.schema.relations[relation].source);
    program.database.tables[table].foreign_keys.get(place.foreign_key)
}

/// The statements of an action, for one transaction; whether it may stand is known only when
/// `SET CONSTRAINTS ALL IMMEDIATE` follows them.
pub fn action_sql(program: Program<'_>, rows: &Rows, action: &Action) -> Vec<String> {
    match *action {
        Action::Delete(row) | Action::Orphan { row, .. } => {
            vec![format!(
                "DELETE FROM {} WHERE {}",
                program.database.tables[row.table].name.quoted(),
                where_key(program, rows, row)
            )]
        }
        Action::Clear { relation, row } => {
            let own = own_columns(program, relation);
            let cleared = own.iter().map(|(name, _)| format!("{name} = NULL")).collect();
            vec![update(program, rows, row, cleared)]
        }
        Action::Move { relation, row, to } => {
            let target = &rows.tables[to.table.index()][to.row];
            let columns = &program.database.tables[to.table].columns;
            let moved = own_columns(program, relation)
                .into_iter()
                .map(|(name, referred)| {
                    let column = &columns[referred];
                    format!("{name} = {}", literal(target.get(&column.name), &column.ty.0))
                })
                .collect();
            vec![update(program, rows, row, moved)]
        }
        Action::HandOver { relation, row, to } => {
            let columns = &program.database.tables[row.table].columns;
            let written = handed_over(program, rows, relation, to).unwrap_or_default();
            let written = written.into_iter().map(|(column, value)| {
                let column = &columns[column];
                let name = quote_identifier(&column.name);
                format!("{name} = {}", literal(Some(&value), &column.ty.0))
            });
            vec![update(program, rows, row, written.collect())]
        }
        Action::Unlink { relation, source, target } => {
            let RelationKind::ManyToMany(many) = &program.schema.relations[relation].kind else {
                return Vec::new();
            };
            let link = &program.database.tables[program.layout.table(many.link)];
            let ends = [(many.source_end, source), (many.target_end, target)];
            let conditions: Vec<String> = ends
                .into_iter()
                .flat_map(|(end, row)| {
                    let values = &rows.tables[row.table.index()][row.row];
                    let columns = &program.database.tables[row.table].columns;
                    own_columns(program, end).into_iter().map(move |(name, referred)| {
                        let column = &columns[referred];
                        format!("{name} = {}", literal(values.get(&column.name), &column.ty.0))
                    })
                })
                .collect();
            vec![format!("DELETE FROM {} WHERE {}", link.name.quoted(), conditions.join(" AND "))]
        }
    }
}

fn update(program: Program<'_>, rows: &Rows, row: RowRef, set: Vec<String>) -> String {
    format!(
        "UPDATE {} SET {} WHERE {}",
        program.database.tables[row.table].name.quoted(),
        set.join(", "),
        where_key(program, rows, row)
    )
}

/// The relation's own columns, quoted, each with the column of the target that it refers to.
fn own_columns(program: Program<'_>, relation: RelationId) -> Vec<(String, ColumnIx)> {
    let Some(place) = program.layout.relation(relation) else { return Vec::new() };
    let table = program.layout.table(program.schema.relations[relation].source);
    let columns = &program.database.tables[table].columns;
    place
        .columns
        .iter()
        .zip(&place.target_columns)
        .map(|(&column, &referred)| (quote_identifier(&columns[column].name), referred))
        .collect()
}

fn where_key(program: Program<'_>, rows: &Rows, row: RowRef) -> String {
    let table = &program.database.tables[row.table];
    let values = &rows.tables[row.table.index()][row.row];
    let key = table.primary_key.iter().flat_map(|key| &key.columns);
    let conditions: Vec<String> = key
        .map(|&column| {
            let column = &table.columns[column];
            let value = literal(values.get(&column.name), &column.ty.0);
            format!("{} = {value}", quote_identifier(&column.name))
        })
        .collect();
    conditions.join(" AND ")
}

/// What `to_jsonb` has made of a value, as SQL writes it.
fn literal(value: Option<&Value>, ty: &str) -> String {
    match value {
        None | Some(Value::Null) => "NULL".to_owned(),
        Some(Value::Bool(truth)) => truth.to_string(),
        Some(Value::Number(number)) => format!("'{number}'"),
        Some(Value::String(text)) => quote_literal(text),
        Some(array @ Value::Array(_)) if ty.ends_with(']') => quote_literal(&array_text(array)),
        Some(document @ (Value::Array(_) | Value::Object(_))) => {
            quote_literal(&document.to_string())
        }
    }
}

/// An array as its text.
fn array_text(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            format!("{{{}}}", items.iter().map(array_text).collect::<Vec<_>>().join(","))
        }
        Value::Null => "NULL".to_owned(),
        Value::String(text) => {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Object(_) => array_text(&Value::from(value.to_string())),
    }
}
