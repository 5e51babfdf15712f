//! Whether what an action leaves may be left: references, bounds, UNIQUEs, CHECKs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;
use smol_str::SmolStr;

use crate::relational::{CheckOrigin, Column, ColumnIx, IndexKey, Table, TableId};
use crate::schema::{DeleteRule, EntityKind, MemberId, Multiplicity, RelationId, RelationKind};

use super::evaluate::{Names, holds};
use super::in_the_way::in_the_way;
use super::on_the_way::on_the_way;
use super::predict::{Reference, State, Written, values};
use super::rows::{Prediction, Refusal, Row, Rows};
use super::uniques::uniques;

/// What an action has come to.
pub(super) fn judge(state: State<'_>) -> Prediction {
    let mut findings = Findings::default();
    let changed = Changed::of(&state);
    references(&state, &changed, &mut findings);
    bounds(&state, &changed, &mut findings);
    kinds(&state, &changed, &mut findings);
    for (&table, rows) in &changed.written {
        uniques(&state, table, rows, &mut findings);
        checks(&state, table, rows, &mut findings);
        excludes(&state, table, rows, &mut findings);
    }
    let mut on_the_way = on_the_way(&state);
    in_the_way(&state, &mut on_the_way);
    findings.refusals.extend(on_the_way.refusals);
    if !findings.refusals.is_empty() {
        return Prediction::Refused(findings.refusals.into_iter().collect());
    }
    if let Some(reason) = on_the_way.order {
        return Prediction::OrderDecides(reason);
    }
    if let Some(reason) = findings.undecided {
        return Prediction::Undecided(reason);
    }
    let tables = state.now.into_iter().map(|rows| rows.into_iter().flatten().collect()).collect();
    Prediction::Left(Rows { tables, defaults: state.before.defaults.clone() })
}

#[derive(Default)]
pub(super) struct Findings {
    pub refusals: BTreeSet<Refusal>,
    pub undecided: Option<String>,
}

/// Which rows are not what they were.
struct Changed {
    /// Tables that lost rows, or have rows that were written.
    tables: HashSet<TableId>,
    /// By table: rows that were written and are still there, each once.
    written: BTreeMap<TableId, Vec<usize>>,
    /// Whether rows were written by the action itself, not by a delete rule.
    is_update: bool,
}

impl Changed {
    fn of(state: &State<'_>) -> Changed {
        let mut tables: HashSet<TableId> = state.gone.keys().map(|row| row.table).collect();
        let mut written: BTreeMap<TableId, Vec<usize>> = BTreeMap::new();
        for Written { row, .. } in &state.written {
            let there = state.now[row.table.index()][row.row].as_ref();
            let differs = there
                .is_some_and(|there| *there != state.before.tables[row.table.index()][row.row]);
            let rows = written.entry(row.table).or_default();
            if differs && !rows.contains(&row.row) {
                tables.insert(row.table);
                rows.push(row.row);
            }
        }
        Changed { tables, written, is_update: state.gone.is_empty() }
    }
}

/// Every reference must point at a row.
fn references(state: &State<'_>, changed: &Changed, findings: &mut Findings) {
    for reference in &state.references {
        if !changed.tables.contains(&reference.source)
            && !changed.tables.contains(&reference.target)
        {
            continue;
        }
        let there: HashSet<Vec<Value>> = state.now[reference.target.index()]
            .iter()
            .flatten()
            .filter_map(|row| values(row, &reference.target_columns))
            .collect();
        let dangles = |row: &Row| reference.value(row).is_some_and(|value| !there.contains(&value));
        let mut dangling = state.now[reference.source.index()]
            .iter()
            .enumerate()
            .filter(|(_, row)| row.as_ref().is_some_and(&dangles))
            .peekable();
        if dangling.peek().is_none() {
            continue;
        }
        let dangling: Vec<(usize, &Option<Row>)> = dangling.collect();
        let rewritten = dangling.iter().any(|(place, _)| {
            changed.written.get(&reference.source).is_some_and(|rows| rows.contains(place))
        });
        let is_update = changed.is_update || rewritten;
        if reference.rule.by_alternative.is_empty() {
            findings.refusals.insert(refusal(reference, reference.rule.delete, is_update));
            continue;
        }
        // Each rule refuses for itself; what else was written to the row is of no interest.
        let targets = &state.before.tables[reference.target.index()];
        for row in dangling.into_iter().filter_map(|(_, row)| row.as_ref()) {
            let old = targets.iter().find(|target| reference.refers(row, target));
            let rule = old.map_or(reference.rule.delete, |old| state.rule(reference, old));
            findings.refusals.insert(refusal(reference, rule, changed.is_update));
        }
    }
}

pub(super) fn refusal(reference: &Reference<'_>, rule: DeleteRule, is_update: bool) -> Refusal {
    if is_update && reference.is_within() {
        return Refusal::Within(reference.relation);
    }
    match rule {
        DeleteRule::Protect if !is_update => Refusal::Protect(reference.relation),
        DeleteRule::Protect
        | DeleteRule::Restrict
        | DeleteRule::SetDefault
        | DeleteRule::SetNull
        | DeleteRule::Cascade => Refusal::Restrict(reference.relation),
    }
}

/// Every target must have as many sources as the file allows.
fn bounds(state: &State<'_>, changed: &Changed, findings: &mut Findings) {
    for (id, stated) in state.program.schema.relations.iter() {
        let mut check = |end: RelationId, bounds: Multiplicity, most_is_unique: bool| {
            let reference = state.references.iter().find(|reference| reference.relation == end);
            let Some(reference) = reference else { return };
            let external = state.program.schema.relations[end].target;
            if state.program.schema.entities[external].kind == EntityKind::External
                || !changed.tables.contains(&reference.source)
            {
                return;
            }
            let most = bounds.max.filter(|_| !most_is_unique);
            if (bounds.min > 0 || most.is_some())
                && !within_bounds(state, reference, bounds.min, most)
            {
                findings.refusals.insert(Refusal::Bound(id));
            }
        };
        match &stated.kind {
            RelationKind::ToOne(to_one) => check(id, stated.there, to_one.one_to_one),
            RelationKind::ManyToMany(many) => {
                check(many.source_end, stated.here, false);
                check(many.target_end, stated.there, false);
            }
        }
    }
}

/// An alternative that refers to another row of its union's needs one of its own kind.
fn kinds(state: &State<'_>, changed: &Changed, findings: &mut Findings) {
    for reference in state.references.iter().filter(|reference| reference.rule.takes_target) {
        let Some(rows) = changed.written.get(&reference.source) else { continue };
        let Some((field, kind)) = state.program.schema.kind_of_row(reference.relation) else {
            continue;
        };
        let column = state.program.layout.column(field);
        let name = &state.table(reference.target).columns[column].name;
        let is_other = |target: &Row| target.get(name).and_then(Value::as_str) != Some(kind);
        let before = &state.before.tables[reference.target.index()];
        let refers = |place: &usize| {
            let row = state.now[reference.source.index()][*place].as_ref();
            row.is_some_and(|row| {
                before.iter().any(|target| reference.refers(row, target) && is_other(target))
            })
        };
        if rows.iter().any(refers) {
            findings.refusals.insert(Refusal::Check(reference.source));
        }
    }
}

fn within_bounds(state: &State<'_>, reference: &Reference<'_>, min: u32, max: Option<u32>) -> bool {
    let mut counts: HashMap<Vec<Value>, u32> = HashMap::new();
    for row in state.now[reference.source.index()].iter().flatten() {
        if let Some(value) = reference.value(row) {
            *counts.entry(value).or_default() += 1;
        }
    }
    state.now[reference.target.index()].iter().flatten().all(|target| {
        let value = values(target, &reference.target_columns);
        let count = value.and_then(|value| counts.get(&value).copied()).unwrap_or_default();
        count >= min && max.is_none_or(|max| count <= max)
    })
}

/// Whether any of the rows has another value in the column than before; a generated column may.
pub(super) fn could_change(
    state: &State<'_>,
    id: TableId,
    rows: &[usize],
    column: ColumnIx,
) -> bool {
    let column = &state.table(id).columns[column];
    column.generated.is_some()
        || rows.iter().any(|&place| {
            let old = &state.before.tables[id.index()][place];
            let new = state.now[id.index()][place].as_ref();
            new.is_some_and(|new| new.get(&column.name) != old.get(&column.name))
        })
}

/// The CHECKs and NOT NULLs of a table whose rows were written.
fn checks(state: &State<'_>, id: TableId, rows: &[usize], findings: &mut Findings) {
    let table = state.table(id);
    let origins = state.program.layout.origins(id);
    let entity = &state.program.schema.entities[origins.entity];
    for &place in rows {
        let Some(new) = &state.now[id.index()][place] else { continue };
        let lacks = |column: &Column| {
            !column.nullable
                && column.generated.is_none()
                && new.get(&column.name).is_some_and(Value::is_null)
        };
        if table.columns.iter().any(lacks) {
            findings.refusals.insert(Refusal::Check(id));
        }
    }
    for (check, origin) in table.checks.iter().zip(&origins.checks) {
        for &place in rows {
            let (Some(new), old) =
                (&state.now[id.index()][place], &state.before.tables[id.index()][place])
            else {
                continue;
            };
            match origin {
                CheckOrigin::Declared(nth) => {
                    let condition = &entity.checks[*nth].condition;
                    let members = mentioned_changes(state, id, old, new);
                    let generated = table.columns.iter().any(|column| column.generated.is_some());
                    if !generated
                        && !members.iter().any(|&member| condition.mentions(member))
                        && !has_sql(condition)
                    {
                        continue;
                    }
                    match holds(Names { program: state.program, table }, condition, new) {
                        Some(true) => {}
                        Some(false) => {
                            findings.refusals.insert(Refusal::Check(id));
                        }
                        None => {
                            findings.undecided = Some(format!(
                                "whether the CHECK {} holds is for PostgreSQL to say",
                                check.name
                            ));
                        }
                    }
                }
                // A delete and a move write no enum.
                CheckOrigin::EnumValues(_) => {}
                CheckOrigin::HalfNull(relation) => {
                    if !is_whole(state, *relation, new) {
                        findings.refusals.insert(Refusal::Check(id));
                    }
                }
            }
        }
    }
}

fn has_sql(condition: &crate::schema::Expr) -> bool {
    let mut found = matches!(condition.kind, crate::schema::ExprKind::Sql(_));
    condition.children(&mut |child| found |= has_sql(child));
    found
}

/// The relations whose columns differ.
fn mentioned_changes(state: &State<'_>, id: TableId, old: &Row, new: &Row) -> Vec<MemberId> {
    let table = state.table(id);
    let origins = state.program.layout.origins(id);
    let entity = &state.program.schema.entities[origins.entity];
    let changed = |member: &MemberId| {
        state.program.layout.member_columns(*member).iter().any(|&column| {
            let name = &table.columns[column].name;
            old.get(name) != new.get(name)
        })
    };
    entity.members.iter().copied().filter(changed).collect()
}

/// An optional reference of several columns is whole or absent; the parent that it shares is there.
pub(super) fn is_whole(state: &State<'_>, relation: RelationId, row: &Row) -> bool {
    let Some(reference) = state.references.iter().find(|it| it.relation == relation) else {
        return true;
    };
    let table = state.table(reference.source);
    let is_null =
        |column: &ColumnIx| row.get(&table.columns[*column].name).is_none_or(Value::is_null);
    let absent = reference.own.iter().all(is_null) && reference.rule.optional;
    absent || !reference.key.columns.iter().any(is_null)
}

/// EXCLUDE is for PostgreSQL to compute, unless a column that must be equal is equal nowhere else.
fn excludes(state: &State<'_>, id: TableId, rows: &[usize], findings: &mut Findings) {
    let table = state.table(id);
    for exclude in &table.excludes {
        let equal: Vec<&SmolStr> = exclude
            .elements
            .iter()
            .filter_map(|(element, operator)| match &element.key {
                IndexKey::Column(column) if operator == "=" => Some(&table.columns[*column].name),
                IndexKey::Column(_) | IndexKey::Expression(_) => None,
            })
            .collect();
        let touches = exclude.elements.iter().any(|(element, _)| match &element.key {
            IndexKey::Column(column) => could_change(state, id, rows, *column),
            IndexKey::Expression(_) => true,
        });
        let alone = |&place: &usize| {
            let Some(new) = &state.now[id.index()][place] else { return true };
            !equal.is_empty()
                && !state.now[id.index()].iter().enumerate().any(|(other, row)| {
                    other != place && row.as_ref().is_some_and(|row| same(row, new, &equal, true))
                })
        };
        if touches && !rows.iter().all(alone) {
            findings.undecided = Some(format!(
                "whether the EXCLUDE {} holds is for PostgreSQL to say",
                exclude.name
            ));
        }
    }
}

pub(super) fn column_names<'a>(table: &'a Table, columns: &[ColumnIx]) -> Vec<&'a SmolStr> {
    columns.iter().map(|&column| &table.columns[column].name).collect()
}

pub(super) fn differs(row: &Row, other: &Row, columns: &[&SmolStr]) -> bool {
    columns.iter().any(|&column| row.get(column) != other.get(column))
}

/// Whether two rows are the same to a UNIQUE.
pub(super) fn same(row: &Row, other: &Row, columns: &[&SmolStr], nulls_distinct: bool) -> bool {
    columns.iter().all(|&column| {
        let (value, wanted) = (row.get(column), other.get(column));
        value == wanted && !(nulls_distinct && value.is_none_or(Value::is_null))
    })
}
