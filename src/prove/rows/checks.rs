//! Values that satisfy the CHECKs of a table, chosen by PostgreSQL itself from candidates.
//!
//! CHECKs that share columns are looked at together. A row's own values are asked about first; where they
//! don't do, one query over the candidates of each column says which combinations do.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use postgres::GenericClient;

use crate::live::Problem;
use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::TableId;

use super::candidates::candidates;
use super::shape::Shape;
use super::values::value;

/// The most rows of which a row's own values are asked about at once.
const MOST_OWN: usize = 320;
/// How many combinations are looked at, first and at last.
const COMBINATIONS: [usize; 3] = [2_000, 30_000, 300_000];
/// How many that do are kept.
const MOST_KEPT: usize = 240;

/// Values of some columns together.
type Combination = Vec<Option<String>>;

/// What was looked for: a table, the place of its group, the columns that are what they are, and the row.
type Asked = (TableId, usize, Vec<(usize, Option<String>)>, usize);

/// What is known of the CHECKs of all tables.
#[derive(Debug, Default)]
pub(super) struct Checks {
    groups: HashMap<TableId, Vec<Group>>,
    found: HashMap<Asked, Vec<Combination>>,
    own: HashMap<(TableId, usize), HashMap<usize, Combination>>,
    /// By type: what a value is made from, with `{n}` for the row; `None` when none is known.
    templates: HashMap<String, Option<&'static str>>,
    /// Types whose usual value PostgreSQL reads.
    readable: HashMap<String, bool>,
}

/// CHECKs that share columns.
#[derive(Debug, Clone)]
struct Group {
    columns: Vec<usize>,
    /// Generated columns that a condition reads.
    generated: Vec<usize>,
    /// Names and conditions.
    checks: Vec<(String, String)>,
}

/// What the columns of a row's CHECKs can be.
#[derive(Debug)]
pub(super) struct Choices {
    groups: Vec<(Vec<usize>, Vec<Combination>, String)>,
}

impl Choices {
    /// Rows that satisfy every CHECK, each with other values.
    pub fn rows<'a>(
        &'a self,
        values: &'a [Option<String>],
        n: usize,
    ) -> impl Iterator<Item = Vec<Option<String>>> + 'a {
        let all: usize = self
            .groups
            .iter()
            .try_fold(1_usize, |all, (_, found, _)| all.checked_mul(found.len()))
            .unwrap_or(usize::MAX);
        (0..all.min(2 * MOST_KEPT)).map(move |place| {
            let mut row = values.to_vec();
            let mut rest = place;
            for (columns, found, _) in &self.groups {
                // The first is the row's own; the others begin elsewhere for each row.
                let at = rest % found.len();
                let at = if at == 0 { 0 } else { 1 + (at - 1 + n) % (found.len() - 1) };
                rest /= found.len();
                for (&column, value) in columns.iter().zip(&found[at]) {
                    row[column].clone_from(value);
                }
            }
            row
        })
    }

    /// A CHECK that nothing was found for.
    pub fn unsatisfied(&self) -> Option<&str> {
        let (_, _, name) = self.groups.iter().find(|(_, found, _)| found.is_empty())?;
        Some(name)
    }
}

impl Checks {
    /// Gives values to columns of types that [`value`] does not know, and takes those away that this server
    /// can't read (`xml`, where it was built without).
    pub fn unknown(
        &mut self,
        client: &mut impl GenericClient,
        shape: &Shape,
        n: usize,
        values: &mut [Option<String>],
    ) -> Result<(), Problem> {
        for (column, value) in shape.columns.iter().zip(values) {
            if column.generated {
                *value = None;
                continue;
            }
            match value {
                Some(text) => {
                    let readable = match self.readable.get(&column.ty) {
                        Some(&known) => known,
                        None => {
                            let reads = reads(client, text, &column.ty)?;
                            self.readable.insert(column.ty.clone(), reads);
                            reads
                        }
                    };
                    if !readable {
                        *value = None;
                    }
                }
                None => {
                    let template = match self.templates.get(&column.ty) {
                        Some(&known) => known,
                        None => {
                            let mut template = None;
                            for given in TEMPLATES {
                                if template.is_none()
                                    && reads(client, &given.replace("{n}", "41"), &column.ty)?
                                {
                                    template = Some(given);
                                }
                            }
                            self.templates.insert(column.ty.clone(), template);
                            template
                        }
                    };
                    *value = template.map(|template| template.replace("{n}", &n.to_string()));
                }
            }
        }
        Ok(())
    }

    /// What the columns of the table's CHECKs can be in row `n`. The columns of `fixed` are what they are,
    /// and so is every column that has another value than the row's own.
    pub fn choices(
        &mut self,
        client: &mut impl GenericClient,
        table: TableId,
        shape: &Shape,
        fixed: &[usize],
        n: usize,
        values: &[Option<String>],
    ) -> Result<Choices, Problem> {
        let groups = self.groups.entry(table).or_insert_with(|| groups(shape)).clone();
        let mut choices = Choices { groups: Vec::new() };
        for (nth, group) in groups.iter().enumerate() {
            let name = group.checks.first().map(|(name, _)| name.clone()).unwrap_or_default();
            let is_fixed = |column: &usize| {
                fixed.contains(column)
                    || shape.columns[*column].identity
                    || value(&shape.columns[*column], n) != values[*column]
            };
            let held: Vec<(usize, Option<String>)> = group
                .columns
                .iter()
                .filter(|column| is_fixed(column))
                .map(|&column| (column, values[column].clone()))
                .collect();
            let mut found = Vec::new();
            if held.is_empty() {
                if n < MOST_OWN {
                    let fitting = match self.own.entry((table, nth)) {
                        Entry::Occupied(known) => known.into_mut(),
                        Entry::Vacant(vacant) => vacant.insert(own_rows(client, shape, group)?),
                    };
                    found.extend(fitting.get(&n).cloned());
                }
            } else {
                found.extend(held_by(client, shape, group, values)?);
            }
            // What is not bound to this row is looked for once.
            let base = if held.is_empty() { 1 } else { n };
            let key = (table, nth, held.clone(), base);
            let more = match self.found.entry(key) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(vacant) => vacant.insert(search(client, shape, group, &held, base)?),
            };
            for more in more {
                if !found.contains(more) {
                    found.push(more.clone());
                }
            }
            // What is held stays as others write it: it is compared with theirs.
            for combination in &mut found {
                for (column, value) in group.columns.iter().zip(combination) {
                    if let Some((_, given)) = held.iter().find(|(fixed, _)| fixed == column) {
                        value.clone_from(given);
                    }
                }
            }
            choices.groups.push((group.columns.clone(), found, name));
        }
        Ok(choices)
    }

    /// Whether the CHECKs that read any of the columns hold for a row.
    pub fn hold(
        &mut self,
        client: &mut impl GenericClient,
        shape: &Shape,
        columns: &[usize],
        values: &[Option<String>],
    ) -> Result<bool, Problem> {
        for group in groups(shape) {
            if columns.iter().any(|column| group.columns.contains(column))
                && held_by(client, shape, &group, values)?.is_none()
            {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// What values of types that extensions bring often look like.
const TEMPLATES: [&str; 12] = [
    "value_{n}",
    "{n}",
    "1.{n}",
    "POINT({n} 1)",
    "[{n},1,1]",
    "({n})",
    "[1,{n})",
    "{a{n}}",
    "2024-01-01",
    "a@example{n}.com",
    "10.0.0.1",
    "US",
];

/// Whether a type reads a text; asked in a savepoint, so that a refusal harms nothing.
fn reads(client: &mut impl GenericClient, text: &str, ty: &str) -> Result<bool, Problem> {
    let mut savepoint = client.transaction()?;
    let answer = savepoint.simple_query(&format!("SELECT {}::{ty}", quote_literal(text)));
    savepoint.rollback()?;
    Ok(answer.is_ok())
}

/// CHECKs by the columns that they share.
fn groups(shape: &Shape) -> Vec<Group> {
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
fn own_rows(
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
fn held_by(
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
fn search(
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
    let mut savepoint = client.transaction()?;
    let answer = savepoint.query(sql, &[]);
    savepoint.rollback()?;
    let Ok(rows) = answer else { return Ok(None) };
    Ok(Some(rows.iter().map(|row| (0..row.len()).map(|nth| row.get(nth)).collect()).collect()))
}
