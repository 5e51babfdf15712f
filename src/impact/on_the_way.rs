//! What PostgreSQL checks at once while a delete goes on: a state in between may fail, although the end is fine.
//!
//! A delete is carried out in rounds (see [`super::at_once`]). What is written or deleted in an earlier round
//! comes first; within one round the names of triggers decide, and so nothing should lean on them.

use std::collections::BTreeSet;

use crate::relational::{AtOnce, Deferrability, UniqueConstraint};
use crate::schema::{DeleteRule, RelationId};

use super::at_once::{at_once, waits};
use super::judge::{column_names, differs, is_whole, same};
use super::predict::{Reference, State, Written, values};
use super::rows::{Refusal, Row, RowRef};

/// What the states in between come to.
#[derive(Debug, Default)]
pub(super) struct OnTheWay {
    /// What fails in any order.
    pub refusals: BTreeSet<Refusal>,
    /// Why it depends on the order.
    pub order: Option<String>,
}

/// Whether a state in between may be, or must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likelihood {
    Never,
    Perhaps,
    Surely,
}

/// Looks at every row that a delete rule writes, at the moment when it is written.
pub(super) fn on_the_way(state: &State<'_>) -> OnTheWay {
    let mut found = OnTheWay::default();
    for write in &state.written {
        let Some(relation) = write.by else { continue };
        let there = remains(state, write.row, write.round);
        if there == Likelihood::Never {
            continue;
        }
        for check in at_once(state.program, relation) {
            let (likelihood, refusal, reason) = match &check {
                AtOnce::Unique(name) => (
                    collides(state, write, name).min(there),
                    Refusal::Unique(write.row.table),
                    format!("{name} is checked before all rows are written or deleted"),
                ),
                AtOnce::Pair(other) => (
                    halved(state, write, *other),
                    Refusal::Check(write.row.table),
                    format!(
                        "{} is not whole while {} is written",
                        name(state, *other),
                        name(state, relation)
                    ),
                ),
                AtOnce::Referred(other) => (
                    referred(state, write, *other),
                    Refusal::Within(*other),
                    format!(
                        "rows may still refer by {} when {} is written",
                        name(state, *other),
                        name(state, relation)
                    ),
                ),
                AtOnce::Default => (
                    without_default(state, write, relation),
                    Refusal::Restrict(relation),
                    format!(
                        "the default of {} is looked up before all rows are deleted",
                        name(state, relation)
                    ),
                ),
            };
            match likelihood {
                Likelihood::Never => {}
                Likelihood::Perhaps => found.order = Some(reason),
                Likelihood::Surely => {
                    found.refusals.insert(refusal);
                }
            }
        }
    }
    found
}

pub(super) fn name(state: &State<'_>, relation: RelationId) -> String {
    let stated = &state.program.schema.relations[relation];
    format!("{}.{}", state.program.schema.entities[stated.source].name, stated.name)
}

/// Whether the row is still there in a round.
fn remains(state: &State<'_>, row: RowRef, round: u32) -> Likelihood {
    match state.gone.get(&row) {
        None => Likelihood::Surely,
        Some(&gone) if gone > round => Likelihood::Surely,
        Some(&gone) if gone == round => Likelihood::Perhaps,
        Some(_) => Likelihood::Never,
    }
}

/// What a row can be in a round: as it was, with what is written before, and with any of what is written in
/// the same round; `this` is written in any case.
fn versions(state: &State<'_>, row: RowRef, round: u32, this: Option<RelationId>) -> Vec<Row> {
    versions_without(state, row, round, this, None)
}

/// The same, if one rule does not write.
fn versions_without(
    state: &State<'_>,
    row: RowRef,
    round: u32,
    this: Option<RelationId>,
    without: Option<RelationId>,
) -> Vec<Row> {
    let mut sure = state.before.tables[row.table.index()][row.row].clone();
    let mut open = Vec::new();
    for write in state.written.iter().filter(|write| write.row == row) {
        let Some(relation) = write.by.filter(|_| write.by != without) else { continue };
        if write.round < round || this == Some(relation) {
            write_by_rule(state, relation, &mut sure);
        } else if write.round == round {
            open.push(relation);
        }
    }
    open.truncate(5);
    (0..1_u32 << open.len())
        .map(|chosen| {
            let mut version = sure.clone();
            for (nth, &relation) in open.iter().enumerate() {
                if chosen & (1 << nth) != 0 {
                    write_by_rule(state, relation, &mut version);
                }
            }
            version
        })
        .collect()
}

fn write_by_rule(state: &State<'_>, relation: RelationId, row: &mut Row) {
    let Some(reference) = reference(state, relation) else { return };
    let table = state.table(reference.source);
    for &column in &reference.own {
        let value = match reference.rule.delete {
            DeleteRule::SetDefault => state.before.defaults.get(&relation).cloned(),
            DeleteRule::Cascade
            | DeleteRule::SetNull
            | DeleteRule::Restrict
            | DeleteRule::Protect => None,
        };
        row.insert(table.columns[column].name.clone(), value.unwrap_or_default());
    }
}

fn reference<'s, 'a>(state: &'s State<'a>, relation: RelationId) -> Option<&'s Reference<'a>> {
    state.references.iter().find(|reference| reference.relation == relation)
}

fn all_or_some(failing: usize, of: usize) -> Likelihood {
    match failing {
        0 => Likelihood::Never,
        all if all == of => Likelihood::Surely,
        _ => Likelihood::Perhaps,
    }
}

/// Whether another reference of the row is half there when it is written, or points at nothing then: the
/// column that both share has got another value.
fn halved(state: &State<'_>, write: &Written, other: RelationId) -> Likelihood {
    let mine = versions(state, write.row, write.round, write.by);
    let half = mine.iter().filter(|row| !is_whole(state, other, row)).count();
    let half = all_or_some(half, mine.len()).min(remains(state, write.row, write.round));
    let Some(reference) = reference(state, other).filter(|it| !is_deferred(it)) else {
        return half;
    };
    // A reference is looked up a round later, when the same rule has written its target too.
    let round = write.round + 1;
    let later = versions(state, write.row, round, write.by);
    let targets: Vec<Vec<Row>> = (0..state.before.tables[reference.target.index()].len())
        .map(|row| versions(state, RowRef { table: reference.target, row }, round, write.by))
        .collect();
    let dangles = |row: &Row| {
        let Some(value) = reference.value(row) else { return Likelihood::Never };
        let missing = targets.iter().map(|target| {
            let other = |it: &&Row| values(it, &reference.target_columns).as_ref() != Some(&value);
            all_or_some(target.iter().filter(other).count(), target.len())
        });
        missing.min().unwrap_or(Likelihood::Surely)
    };
    let least = later.iter().map(dangles).min().unwrap_or(Likelihood::Never);
    let most = later.iter().map(dangles).max().unwrap_or(Likelihood::Never);
    let dangling = if least == most { least } else { Likelihood::Perhaps };
    // The other rule finds its rows by the column that both share, and not once that is written.
    let before = &state.before.tables[write.row.table.index()][write.row.row];
    let unfound = match acts(state, reference, before) {
        Some(acts) if acts >= write.round => {
            let rows = versions_without(state, write.row, round, write.by, Some(other));
            let found = rows.iter().map(dangles).max().unwrap_or(Likelihood::Never);
            if acts == write.round {
                found.min(Likelihood::Perhaps)
            } else {
                found.min(remains(state, write.row, round))
            }
        }
        Some(_) | None => Likelihood::Never,
    };
    half.max(dangling.min(remains(state, write.row, round))).max(unfound)
}

/// The round in which a relation's rule clears, sets or deletes a row.
fn acts(state: &State<'_>, reference: &Reference<'_>, row: &Row) -> Option<u32> {
    let targets = &state.before.tables[reference.target.index()];
    let place = targets.iter().position(|target| reference.refers(row, target))?;
    match state.rule(reference, &targets[place]) {
        DeleteRule::Cascade | DeleteRule::SetNull | DeleteRule::SetDefault => {}
        DeleteRule::Restrict | DeleteRule::Protect => return None,
    }
    let target = RowRef { table: reference.target, row: place };
    state.gone.get(&target).map(|gone| gone + 1)
}

fn is_deferred(reference: &Reference<'_>) -> bool {
    match reference.key.deferrability {
        Deferrability::InitiallyDeferred => true,
        Deferrability::NotDeferrable | Deferrability::InitiallyImmediate => false,
    }
}

/// Whether the row has the same values as another in a UNIQUE that does not wait.
fn collides(state: &State<'_>, write: &Written, name: &str) -> Likelihood {
    let table = state.table(write.row.table);
    let waits = |unique: &&UniqueConstraint| match unique.deferrability {
        Deferrability::InitiallyDeferred => false,
        Deferrability::NotDeferrable | Deferrability::InitiallyImmediate => unique.name == name,
    };
    // An index over expressions, or an EXCLUDE: only its rows in the end are looked at.
    let Some(unique) = table.uniques.iter().find(waits) else { return Likelihood::Never };
    let columns = column_names(table, &unique.columns);
    let old = &state.before.tables[write.row.table.index()][write.row.row];
    let mine = versions(state, write.row, write.round, write.by);
    let mut most = Likelihood::Never;
    for place in 0..state.before.tables[write.row.table.index()].len() {
        let other = RowRef { table: write.row.table, row: place };
        let there = remains(state, other, write.round);
        if other == write.row || there == Likelihood::Never {
            continue;
        }
        let others = versions(state, other, write.round, None);
        let pairs = mine.iter().flat_map(|row| others.iter().map(move |other| (row, other)));
        let failing = pairs
            .filter(|(row, other)| {
                differs(row, old, &columns) && same(other, row, &columns, unique.nulls_distinct)
            })
            .count();
        most = most.max(all_or_some(failing, mine.len() * others.len()).min(there));
    }
    most
}

/// Whether rows refer to the row by the column that was written, in the round behind.
fn referred(state: &State<'_>, write: &Written, other: RelationId) -> Likelihood {
    let Some(reference) = reference(state, other).filter(|_| !waits(state.program, other)) else {
        return Likelihood::Never;
    };
    let target = &state.before.tables[write.row.table.index()][write.row.row];
    let after = versions(state, write.row, write.round, write.by);
    let value = values(target, &reference.target_columns);
    if after.iter().all(|row| values(row, &reference.target_columns) == value) {
        return Likelihood::Never;
    }
    let mut most = Likelihood::Never;
    for place in 0..state.before.tables[reference.source.index()].len() {
        let row = RowRef { table: reference.source, row: place };
        if !reference.refers(&state.before.tables[row.table.index()][place], target) {
            continue;
        }
        let versions = versions(state, row, write.round + 1, None);
        let failing = versions.iter().filter(|row| reference.refers(row, target)).count();
        let still = all_or_some(failing, versions.len());
        most = most.max(still.min(remains(state, row, write.round + 1)));
    }
    most
}

/// Whether the row that the default refers to goes too, while the row is still there.
fn without_default(state: &State<'_>, write: &Written, relation: RelationId) -> Likelihood {
    let Some(reference) = reference(state, relation) else { return Likelihood::Never };
    let Some(row) = versions(state, write.row, write.round, write.by).into_iter().next() else {
        return Likelihood::Never;
    };
    let Some(value) = reference.value(&row) else { return Likelihood::Never };
    let default = state.before.tables[reference.target.index()]
        .iter()
        .position(|target| values(target, &reference.target_columns).as_ref() == Some(&value));
    let Some(place) = default else { return remains(state, write.row, write.round + 1) };
    let default = RowRef { table: reference.target, row: place };
    let Some(&gone) = state.gone.get(&default) else { return Likelihood::Never };
    match remains(state, write.row, write.round.max(gone) + 1) {
        Likelihood::Surely => Likelihood::Surely,
        Likelihood::Never | Likelihood::Perhaps => Likelihood::Perhaps,
    }
}
