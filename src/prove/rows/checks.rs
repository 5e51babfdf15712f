//! Values that satisfy the CHECKs of a table, chosen by PostgreSQL itself from candidates.
//!
//! CHECKs that share columns are looked at together. A row's own values are asked about first; where they
//! don't do, one query over the candidates of each column says which combinations do.

mod choices;
mod group;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use postgres::GenericClient;

use crate::live::Problem;
use crate::quoting::quote_literal;
use crate::relational::TableId;

use super::shape::Shape;
use super::undone::undone;
use super::values::value;
use choices::Choices;
use group::{Group, groups, held_by, own_rows, search};

/// The most rows of which a row's own values are asked about at once.
const MOST_OWN: usize = 320;
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
    /// By table, the place of a group and the values of its columns: as PostgreSQL writes them, if they do.
    held: HashMap<(TableId, usize, Combination), Option<Combination>>,
    /// By type: what a value is made from, with `{n}` for the row; `None` when none is known.
    templates: HashMap<String, Option<&'static str>>,
    /// Types whose usual value PostgreSQL reads.
    readable: HashMap<String, bool>,
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
                let given = group.columns.iter().map(|&column| values[column].clone()).collect();
                let fitting = match self.held.entry((table, nth, given)) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(vacant) => vacant.insert(held_by(client, shape, group, values)?),
                };
                found.extend(fitting.clone());
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

/// Whether a type reads a text.
fn reads(client: &mut impl GenericClient, text: &str, ty: &str) -> Result<bool, Problem> {
    let sql = format!("SELECT {}::{ty}", quote_literal(text));
    Ok(undone(client, |client| client.simple_query(&sql))?.is_ok())
}
