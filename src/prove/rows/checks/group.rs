//! CHECKs that share columns, and what PostgreSQL says of values for them.

use std::collections::HashMap;

use postgres::GenericClient;

use crate::live::Problem;
use crate::quoting::{quote_identifier, quote_literal};

use super::super::candidates::candidates;
use super::super::shape::Shape;
use super::super::undone::undone;
use super::super::values::value;
use super::{Combination, MOST_KEPT, MOST_OWN};

/// How many combinations are looked at, first and at last.
const COMBINATIONS: [usize; 3] = [2_000, 30_000, 300_000];

/// CHECKs that share columns.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) columns: Vec<usize>,
    /// Generated columns that a condition reads.
    generated: Vec<usize>,
    /// Names and conditions.
    pub(super) checks: Vec<(String, String)>,
}

/// CHECKs by the columns that they share.
pub(super) fn groups(shape: &Shape) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for check in &shape.checks {
        let (generated, mut columns): (Vec<usize>, Vec<usize>) =
            check.columns.iter().partition(|&&column| shape.columns[column].generated);
        for &column in &generated {
            let expression = shape.columns[column].expression.as_deref().unwrap_or_default();
            columns.extend((0..shape.columns.len()).filter(|&other| {
                !shape.columns[other].generated
                    && expression.contains(&*quote_identifier(&shape.columns[other].name))
            }));
        }
        let mut group = Group {
            columns,
            generated,
            checks: vec![(check.name.clone(), check.condition.clone())],
        };
        while let Some(other) = groups
            .iter()
            .position(|other| other.columns.iter().any(|it| group.columns.contains(it)))
        {
            let other = groups.remove(other);
            group.columns.extend(other.columns);
            group.generated.extend(other.generated);
            group.checks.extend(other.checks);
        }
        group.columns.sort_unstable();
        group.columns.dedup();
        group.generated.sort_unstable();
        group.generated.dedup();
        groups.push(group);
    }
    groups
}

/// The rows whose own values satisfy a group, and those values as PostgreSQL writes them.
pub(super) fn own_rows(
    client: &mut impl GenericClient,
    shape: &Shape,
    group: &Group,
) -> Result<HashMap<usize, Combination>, Problem> {
    let rows: Vec<String> = (1..MOST_OWN)
        .map(|n| {
            let values = group.columns.iter().map(|&column| {
                let own = value(&shape.columns[column], n);
                own.map_or_else(|| "NULL".to_owned(), |own| quote_literal(&own))
            });
            format!("({n}, {})", values.collect::<Vec<_>>().join(", "))
        })
        .collect();
    let names: Vec<String> = (0..group.columns.len()).map(|nth| format!("c{nth}")).collect();
    let from = format!("(VALUES {}) AS given (n, {})", rows.join(", "), names.join(", "));
    let sql = format!(
        "SELECT it.\"?n\"::text, {} FROM {} AS it WHERE {}",
        texts(shape, group),
        typed(shape, group, &names, &from, "given.n AS \"?n\", "),
        condition(group)
    );
    let answer = ask(client, &sql)?.unwrap_or_default();
    let row = |mut row: Combination| Some((row.remove(0)?.parse().ok()?, row));
    Ok(answer.into_iter().filter_map(row).collect())
}

/// The values of a row as PostgreSQL writes them, if they satisfy a group.
pub(super) fn held_by(
    client: &mut impl GenericClient,
    shape: &Shape,
    group: &Group,
    values: &[Option<String>],
) -> Result<Option<Combination>, Problem> {
    let given: Vec<String> = group
        .columns
        .iter()
        .map(|&column| {
            let value = values[column].as_deref();
            format!("{}::text", value.map_or_else(|| "NULL".to_owned(), quote_literal))
        })
        .collect();
    let names: Vec<String> = (0..given.len()).map(|nth| format!("c{nth}")).collect();
    let from = format!("(VALUES ({})) AS given ({})", given.join(", "), names.join(", "));
    let sql = format!(
        "SELECT {} FROM {} AS it WHERE {}",
        texts(shape, group),
        typed(shape, group, &names, &from, ""),
        condition(group)
    );
    Ok(ask(client, &sql)?.and_then(|mut rows| rows.pop()))
}

/// The columns of a group as texts.
fn texts(shape: &Shape, group: &Group) -> String {
    let texts: Vec<String> = group
        .columns
        .iter()
        .map(|&column| format!("it.{}::text", quote_identifier(&shape.columns[column].name)))
        .collect();
    texts.join(", ")
}

/// Combinations of candidates that satisfy a group, from few to many.
pub(super) fn search(
    client: &mut impl GenericClient,
    shape: &Shape,
    group: &Group,
    held: &[(usize, Option<String>)],
    n: usize,
) -> Result<Vec<Combination>, Problem> {
    let mut conditions: Vec<&str> =
        group.checks.iter().map(|(_, condition)| condition.as_str()).collect();
    let computed = group.generated.iter().filter_map(|&it| shape.columns[it].expression.as_deref());
    conditions.extend(computed);
    let lists: Vec<Vec<String>> = group
        .columns
        .iter()
        .map(|column| match held.iter().find(|(fixed, _)| fixed == column) {
            Some((_, Some(value))) => vec![quote_literal(value)],
            Some((_, None)) => vec!["NULL".to_owned()],
            None => candidates(&shape.columns[*column], n, &conditions),
        })
        .collect();
    let mut last = 0;
    for most in COMBINATIONS {
        let lists = bounded(&lists, most);
        let size = lists.iter().map(Vec::len).product();
        if size <= last {
            break;
        }
        last = size;
        let sources: Vec<String> = lists
            .iter()
            .enumerate()
            .map(|(nth, list)| {
                let rows: Vec<String> = list.iter().map(|it| format!("({it})")).collect();
                format!("(VALUES {}) AS v{nth} (x)", rows.join(", "))
            })
            .collect();
        let names: Vec<String> = (0..lists.len()).map(|nth| format!("v{nth}.x")).collect();
        let sql = format!(
            "SELECT {texts} FROM {} AS it WHERE {} ORDER BY num_nulls({texts}), md5(concat_ws('|', {texts})) LIMIT {MOST_KEPT}",
            typed(shape, group, &names, &sources.join(" CROSS JOIN "), ""),
            condition(group),
            texts = texts(shape, group),
        );
        match ask(client, &sql)? {
            Some(found) if !found.is_empty() => return Ok(found),
            Some(_) | None => {}
        }
    }
    Ok(Vec::new())
}

/// The lists cut so that there are at most so many combinations; the longest are cut first.
fn bounded(lists: &[Vec<String>], most: usize) -> Vec<Vec<String>> {
    let mut lengths: Vec<usize> = lists.iter().map(Vec::len).collect();
    loop {
        let size = lengths.iter().try_fold(1_usize, |all, &length| all.checked_mul(length));
        if size.is_some_and(|size| size <= most) {
            break;
        }
        let Some(longest) = lengths.iter_mut().max() else { break };
        if *longest <= 1 {
            break;
        }
        *longest -= (*longest / 8).max(1);
    }
    lists.iter().zip(lengths).map(|(list, length)| list[..length].to_vec()).collect()
}

/// A derived table with the columns of a group by their names and in their types, generated ones computed.
fn typed(shape: &Shape, group: &Group, given: &[String], from: &str, besides: &str) -> String {
    let columns: Vec<String> = group
        .columns
        .iter()
        .zip(given)
        .map(|(&column, given)| {
            let column = &shape.columns[column];
            format!("{given}::text::{} AS {}", column.ty, quote_identifier(&column.name))
        })
        .collect();
    let plain = format!("(SELECT {besides}{} FROM {from})", columns.join(", "));
    if group.generated.is_empty() {
        return plain;
    }
    let computed: Vec<String> = group
        .generated
        .iter()
        .map(|&column| {
            let column = &shape.columns[column];
            let expression = column.expression.as_deref().unwrap_or("NULL");
            format!("({expression})::{} AS {}", column.ty, quote_identifier(&column.name))
        })
        .collect();
    format!("(SELECT plain.*, {} FROM {plain} AS plain)", computed.join(", "))
}

fn condition(group: &Group) -> String {
    let conditions: Vec<String> =
        group.checks.iter().map(|(_, condition)| format!("({condition}) IS NOT FALSE")).collect();
    conditions.join(" AND ")
}

/// The answer in texts; `None` when PostgreSQL stumbles over a candidate.
fn ask(client: &mut impl GenericClient, sql: &str) -> Result<Option<Vec<Combination>>, Problem> {
    let Ok(rows) = undone(client, |client| client.query(sql, &[]))? else { return Ok(None) };
    Ok(Some(rows.iter().map(|row| (0..row.len()).map(|nth| row.get(nth)).collect()).collect()))
}
