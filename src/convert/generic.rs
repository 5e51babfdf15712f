//! The generic columns of a live database: where they are, what they are, and what hangs from them.

use std::collections::BTreeMap;

use postgres::Transaction;

use crate::live::Problem;
use crate::quoting::quote_identifier;

use super::Columns;
use super::catalog::{
    columns, constraints, content_type_columns, dependents, indexes, odd_kind, referring, triggers,
};
use super::wanted::Wanted;

/// A table as it is, with the two columns that say which row of which model.
#[derive(Debug, Clone)]
pub(super) struct Generic {
    /// The table, as SQL writes it.
    pub table: String,
    /// What it is, where it is no ordinary table: `a partitioned table`.
    pub odd: Option<String>,
    /// Its columns, in order.
    pub columns: Vec<LiveColumn>,
    pub content_type: LiveColumn,
    pub object_id: LiveColumn,
    /// What goes with the two columns when they are dropped, and is made again when they come back.
    pub indexes: Vec<LiveIndex>,
    pub constraints: Vec<LiveConstraint>,
    /// What keeps them from being dropped, in PostgreSQL's words: views, policies.
    pub dependents: Vec<String>,
    /// The foreign keys that refer to the table.
    pub referring: Vec<Referring>,
    /// The names of triggers that fire when rows are updated.
    pub triggers: Vec<String>,
}

/// A column as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LiveColumn {
    pub name: String,
    /// `character varying(80)`
    pub ty: String,
    pub not_null: bool,
    pub default: Option<String>,
    /// `ALWAYS`, `BY DEFAULT`
    pub identity: Option<String>,
    pub generated: bool,
    pub comment: Option<String>,
    pub collation: Option<String>,
}

impl LiveColumn {
    pub(super) fn quoted(&self) -> String {
        quote_identifier(&self.name)
    }
}

/// An index that no constraint owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LiveIndex {
    pub name: String,
    /// `CREATE INDEX …`
    pub definition: String,
    /// How many columns it has.
    pub width: usize,
}

/// A constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LiveConstraint {
    pub name: String,
    /// `p`, `u`, `f`, `c`, `x`
    pub kind: String,
    /// `FOREIGN KEY (…) REFERENCES …`
    pub definition: String,
    /// The index that it stands on: `CREATE UNIQUE INDEX …`
    pub index: Option<String>,
}

/// A foreign key that refers to a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Referring {
    pub name: String,
    /// The table that refers, as SQL writes it.
    pub table: String,
    /// Its columns, and those that they refer to; quoted.
    pub columns: Vec<(String, String)>,
}

impl Generic {
    /// Finds and reads them.
    pub(super) fn read(
        wanted: &Wanted<'_>,
        named: &Columns,
        transaction: &mut Transaction<'_>,
    ) -> Result<Generic, Problem> {
        let table = wanted.old.quoted();
        let own = wanted.source().name.quoted();
        let columns = match columns(transaction, &table)? {
            Some(columns) => columns,
            None if wanted.splits() && self::columns(transaction, &own)?.is_some() => {
                return Err(Problem::new(format!(
                    "the database has no table {table} any more, and has its parts: {} is converted",
                    wanted.name()
                )));
            }
            None => {
                return Err(Problem::new(format!(
                    "the database has no table {table}: see whether the URL is that of the right database"
                )));
            }
        };
        let by_name: BTreeMap<&str, &LiveColumn> =
            columns.iter().map(|column| (column.name.as_str(), column)).collect();
        let candidates = content_type_columns(transaction, &table)?;
        let (content_type, object_id) = find(wanted, &by_name, &candidates, named)?;
        let pair = [content_type.name.as_str(), object_id.name.as_str()];
        Ok(Generic {
            indexes: indexes(transaction, &table, &pair)?,
            constraints: constraints(transaction, &table, &pair)?,
            dependents: dependents(transaction, &table, &pair)?,
            referring: referring(transaction, &table)?,
            triggers: triggers(transaction, &table)?,
            odd: odd_kind(transaction, &table)?,
            table,
            columns,
            content_type,
            object_id,
        })
    }

    /// A column of the table.
    pub(super) fn column(&self, name: &str) -> Option<&LiveColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The two columns.
    pub(super) fn pair(&self) -> [&LiveColumn; 2] {
        [&self.content_type, &self.object_id]
    }

    /// The two columns in the order of the table.
    pub(super) fn in_order(&self) -> Vec<&LiveColumn> {
        let pair = self.pair();
        self.columns.iter().filter(|column| pair.contains(column)).collect()
    }
}

/// The two columns: those that are named, or those that are called as Django's documentation calls them.
fn find(
    wanted: &Wanted<'_>,
    columns: &BTreeMap<&str, &LiveColumn>,
    candidates: &[String],
    named: &Columns,
) -> Result<(LiveColumn, LiveColumn), Problem> {
    let table = &wanted.old.name;
    let relation = super::wanted::snake(wanted);
    let get = |name: &str, option: &str| {
        columns.get(name).map(|&column| column.clone()).ok_or_else(|| {
            let message = format!("{option}: the table {table} has no column `{name}`");
            Problem::new(message)
        })
    };
    let content_type = match &named.content_type {
        Some(name) => get(name, "--content-type")?,
        None => {
            let usual = [
                format!("{relation}_content_type_id"),
                format!("{relation}_type_id"),
                format!("{relation}_ct_id"),
                "content_type_id".to_owned(),
            ];
            let usual = usual.iter().find(|name| columns.contains_key(name.as_str()));
            match (usual, candidates) {
                (Some(name), _) | (None, [name]) => get(name, "--content-type")?,
                (None, candidates) => {
                    return Err(Problem::new(missing(wanted, columns, candidates)));
                }
            }
        }
    };
    let object_id = match &named.object_id {
        Some(name) => get(name, "--object-id")?,
        None => {
            let stem = content_type.name.strip_suffix("_id").unwrap_or(&content_type.name);
            let stem = ["_content_type", "content_type", "_type", "_ct"]
                .iter()
                .find_map(|suffix| stem.strip_suffix(suffix))
                .unwrap_or_default();
            let usual = match stem {
                "" => vec!["object_id".to_owned(), format!("{relation}_object_id")],
                stem => {
                    vec![format!("{stem}_object_id"), format!("{stem}_id"), "object_id".to_owned()]
                }
            };
            let found = usual.iter().find(|name| columns.contains_key(name.as_str()));
            let name = found.ok_or_else(|| {
                Problem::new(format!(
                    "which column of {table} holds the object id? {} there; name it with --object-id",
                    listed(columns)
                ))
            })?;
            get(name, "--object-id")?
        }
    };
    if let Some(name) = wanted
        .column_names()
        .into_iter()
        .filter(|_| !wanted.splits())
        .find(|name| *name == content_type.name || *name == object_id.name)
    {
        return Err(Problem::new(format!(
            "{table}.{name} is the generic relation's own column, and {} would be stored in a column of \
             the same name: give the new one another with `column \"…\"`, or rename the old one first",
            wanted.name()
        )));
    }
    Ok((content_type, object_id))
}

fn missing(
    wanted: &Wanted<'_>,
    columns: &BTreeMap<&str, &LiveColumn>,
    candidates: &[String],
) -> String {
    let table = &wanted.old.name;
    let new = wanted.column_names();
    if new.iter().all(|name| columns.contains_key(name)) {
        return format!(
            "{table} has no generic columns any more, and has {}: {} is converted",
            new.join(", "),
            wanted.name()
        );
    }
    if candidates.is_empty() {
        return format!(
            "which column of {table} holds the content type? {} there; name it with --content-type",
            listed(columns)
        );
    }
    format!(
        "which column of {table} holds the content type of {}? {} refer to django_content_type; name \
         one with --content-type",
        wanted.name(),
        candidates.join(" and ")
    )
}

fn listed(columns: &BTreeMap<&str, &LiveColumn>) -> String {
    let names: Vec<&str> = columns.keys().copied().collect();
    match names.as_slice() {
        [one] => format!("only {one} is"),
        several => format!("{} are", several.join(", ")),
    }
}
