//! The expressions in SQL that the audit and every step share.

use postgres::Transaction;

use crate::live::Problem;
use crate::quoting::quote_identifier;

use super::catalog::columns;
use super::generic::{Generic, LiveColumn};
use super::ids;
use super::models::Models;
use super::wanted::Wanted;

/// Everything that is known before any row is looked at.
#[derive(Debug, Clone)]
pub(super) struct Words<'a> {
    pub wanted: Wanted<'a>,
    pub generic: Generic,
    pub models: Models,
    /// For each alternative, its key as it is in the database.
    pub keys: Vec<LiveColumn>,
    /// Whether another relation to the same union is there already, and with it the union's own rows.
    pub rows_are_there: bool,
    /// Under `inheritance`, keys that two alternatives share: how many, and some of them.
    pub shared_keys: (i64, Vec<String>),
}

impl<'a> Words<'a> {
    /// Asks for what is missing.
    pub(super) fn of(
        wanted: Wanted<'a>,
        generic: Generic,
        models: Models,
        transaction: &mut Transaction<'_>,
    ) -> Result<Words<'a>, Problem> {
        let mut keys = Vec::new();
        for choice in &wanted.choices {
            let table = wanted.program.database.tables[choice.table].name.quoted();
            let name = wanted.column(choice.table, choice.key);
            let live = columns(transaction, &table)?.unwrap_or_default();
            let key = live.into_iter().find(|column| column.name == name).ok_or_else(|| {
                Problem::new(format!(
                    "the database has no column {table}.{name}, the key of {}: see what else it lacks \
                     with `trine drift`",
                    choice.name
                ))
            })?;
            ids::cast("id", &generic.object_id.ty, &key.ty)?;
            keys.push(key);
        }
        let rows_are_there = rows_are_there(&wanted, transaction)?;
        let mut words =
            Words { wanted, generic, models, keys, rows_are_there, shared_keys: (0, Vec::new()) };
        if words.wanted.inherits() && !rows_are_there {
            let row = transaction.query_one(&words.keys_shared(), &[])?;
            words.shared_keys = (row.try_get(0)?, row.try_get(1)?);
        }
        Ok(words)
    }

    /// The number of keys that two alternatives share, and the first of them as texts.
    pub(super) fn keys_shared(&self) -> String {
        let keys = (0..self.keys.len()).map(|nth| {
            format!("SELECT {}::text AS key FROM {}", self.keys[nth].quoted(), self.target(nth))
        });
        let keys: Vec<String> = keys.collect();
        format!(
            "SELECT count(*), coalesce((array_agg(key))[1:10], '{{}}') FROM (SELECT key FROM ({}) AS keys GROUP BY \
             key HAVING count(*) > 1 ORDER BY length(key), key) AS shared",
            keys.join(" UNION ALL ")
        )
    }

    /// The source's key, quoted.
    pub(super) fn key(&self) -> Vec<String> {
        let wanted = &self.wanted;
        let names = wanted.key.iter().map(|&column| wanted.column(wanted.table, column));
        names.map(quote_identifier).collect()
    }

    /// The new columns, quoted.
    pub(super) fn columns(&self) -> Vec<String> {
        self.wanted.column_names().into_iter().map(quote_identifier).collect()
    }

    /// The types of the new columns.
    pub(super) fn new_types(&self) -> impl Iterator<Item = &'a str> {
        let wanted = &self.wanted;
        let columns = &wanted.program.database.tables[wanted.table].columns;
        wanted.columns.iter().map(|&column| columns[column].ty.0.as_str())
    }

    /// The generic columns, quoted.
    pub(super) fn pair(&self) -> [String; 2] {
        self.generic.pair().map(|column| column.quoted())
    }

    /// The table of an alternative.
    pub(super) fn target(&self, nth: usize) -> String {
        self.wanted.program.database.tables[self.wanted.choices[nth].table].name.quoted()
    }

    /// Whether a content type's id means an alternative.
    pub(super) fn means(&self, nth: usize, content_type: &str) -> String {
        let models: Vec<String> = self.models.of[nth].iter().map(|model| model.sql()).collect();
        format!(
            "{content_type} IN (SELECT id FROM django_content_type WHERE (app_label, model) IN ({}))",
            models.join(", ")
        )
    }

    /// An object id as a value of an alternative's key; NULL where it is none.
    pub(super) fn cast(&self, nth: usize, object_id: &str) -> String {
        ids::cast(object_id, &self.generic.object_id.ty, &self.keys[nth].ty)
            .expect("the types were tried when the words were made")
    }

    /// A column of the alternative's row that a pair refers to; NULL where it refers to none.
    pub(super) fn found(
        &self,
        nth: usize,
        column: &str,
        content_type: &str,
        object_id: &str,
    ) -> String {
        let key = quote_identifier(
            self.wanted.column(self.wanted.choices[nth].table, self.wanted.choices[nth].key),
        );
        format!(
            "(SELECT target.{column} FROM {} AS target WHERE target.{key} = CASE\n    WHEN {}\n    THEN {}\n    \
             END)",
            self.target(nth),
            self.means(nth, content_type),
            self.cast(nth, object_id),
        )
    }

    /// Whether a row of the table, under an alias, says which target it has, and the target is there.
    pub(super) fn converts(&self, row: &str) -> String {
        let [content_type, object_id] = self.pair().map(|column| format!("{row}.{column}"));
        let targets = (0..self.wanted.choices.len()).map(|nth| {
            let choice = &self.wanted.choices[nth];
            let key = quote_identifier(self.wanted.column(choice.table, choice.key));
            format!("{} IS NOT NULL", self.found(nth, &key, &content_type, &object_id))
        });
        targets.collect::<Vec<_>>().join("\nOR ")
    }

    /// Whether a row has no target, and says so as it should; `None` where every row must have one.
    pub(super) fn has_none(&self, row: &str) -> Option<String> {
        let [content_type, object_id] = self.pair();
        let optional = self.wanted.optional;
        optional.then(|| format!("(num_nonnulls({row}.{content_type}, {row}.{object_id}) = 0)"))
    }

    /// Whether a row's content type is of no alternative, and was not left out.
    pub(super) fn is_outside(&self, row: &str) -> String {
        let [content_type, object_id] = self.pair();
        let known = self.models.all().chain(&self.models.left_out);
        let known: Vec<String> = known.map(|model| model.sql()).collect();
        format!(
            "{row}.{object_id} IS NOT NULL\n  AND {row}.{content_type} IN (SELECT id FROM \
             django_content_type WHERE (app_label, model) NOT IN ({}))",
            known.join(", ")
        )
    }
}

/// Whether anything but what this conversion makes refers to the union's own rows.
fn rows_are_there(wanted: &Wanted<'_>, transaction: &mut Transaction<'_>) -> Result<bool, Problem> {
    let Some(row) = wanted.row() else { return Ok(false) };
    let database = wanted.program.database;
    let own: Vec<&str> = wanted.references_to_row().into_iter().collect();
    let found = transaction.query_one(
        "SELECT EXISTS (SELECT FROM pg_constraint
                        WHERE contype = 'f' AND confrelid = to_regclass($1) AND conname <> ALL ($2))",
        &[&database.tables[row].name.quoted(), &own],
    )?;
    Ok(found.try_get(0)?)
}
