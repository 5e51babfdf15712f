//! The generic columns of a live database: where they are, what they are, and what hangs from them.

use std::collections::BTreeMap;

use postgres::Transaction;

use crate::live::Problem;
use crate::quoting::quote_identifier;

use super::Columns;
use super::wanted::Wanted;

/// A table as it is, with the two columns that say which row of which model.
#[derive(Debug, Clone)]
pub(super) struct Generic {
    /// The table, as SQL writes it.
    pub table: String,
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
        let table = wanted.source().name.quoted();
        let columns = columns(transaction, &table)?.ok_or_else(|| {
            Problem::new(format!(
                "the database has no table {table}: see whether the URL is that of the right database"
            ))
        })?;
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
    let table = &wanted.source().name.name;
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
    let table = &wanted.source().name.name;
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

/// A table's columns; `None` where there is no such table.
pub(super) fn columns(
    transaction: &mut Transaction<'_>,
    table: &str,
) -> Result<Option<Vec<LiveColumn>>, Problem> {
    let rows = transaction.query(
        "SELECT attname::text, format_type(atttypid, atttypmod), attnotnull,
                pg_get_expr(adbin, adrelid), attgenerated <> '', col_description(attrelid, attnum),
                CASE WHEN attcollation <> typcollation THEN attcollation::regcollation::text END
         FROM pg_attribute
         JOIN pg_type t ON t.oid = atttypid
         LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
         WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
         ORDER BY attnum",
        &[&table],
    )?;
    let column = |row: &postgres::Row| -> Result<LiveColumn, postgres::Error> {
        let generated: bool = row.try_get(4)?;
        let default: Option<String> = row.try_get(3)?;
        Ok(LiveColumn {
            name: row.try_get(0)?,
            ty: row.try_get(1)?,
            not_null: row.try_get(2)?,
            default: default.filter(|_| !generated),
            generated,
            comment: row.try_get(5)?,
            collation: row.try_get(6)?,
        })
    };
    let columns: Vec<LiveColumn> = rows.iter().map(column).collect::<Result<_, _>>()?;
    Ok((!columns.is_empty()).then_some(columns))
}

/// The columns that refer to Django's table of content types.
fn content_type_columns(
    transaction: &mut Transaction<'_>,
    table: &str,
) -> Result<Vec<String>, Problem> {
    let rows = transaction.query(
        "SELECT attname::text FROM pg_constraint
         JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
         WHERE contype = 'f' AND conrelid = to_regclass($1)
           AND confrelid = to_regclass('django_content_type') AND cardinality(conkey) = 1
         ORDER BY attnum",
        &[&table],
    )?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

fn indexes(
    transaction: &mut Transaction<'_>,
    table: &str,
    pair: &[&str; 2],
) -> Result<Vec<LiveIndex>, Problem> {
    let rows = transaction.query(
        "SELECT DISTINCT c.relname::text, pg_get_indexdef(indexrelid), indnatts::integer
         FROM pg_index
         JOIN pg_class c ON c.oid = indexrelid
         JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = indexrelid
          AND d.refclassid = 'pg_class'::regclass AND d.refobjid = indrelid
         JOIN pg_attribute ON attrelid = indrelid AND attnum = refobjsubid
         WHERE indrelid = to_regclass($1) AND attname = ANY ($2)
           AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
         ORDER BY 1",
        &[&table, &pair.as_slice()],
    )?;
    let index = |row: &postgres::Row| -> Result<LiveIndex, postgres::Error> {
        let width: i32 = row.try_get(2)?;
        Ok(LiveIndex {
            name: row.try_get(0)?,
            definition: row.try_get(1)?,
            width: usize::try_from(width).unwrap_or_default(),
        })
    };
    Ok(rows.iter().map(index).collect::<Result<_, _>>()?)
}

fn constraints(
    transaction: &mut Transaction<'_>,
    table: &str,
    pair: &[&str; 2],
) -> Result<Vec<LiveConstraint>, Problem> {
    // PostgreSQL 18 keeps NOT NULL here too, which belongs to the column.
    let rows = transaction.query(
        "SELECT conname::text, contype::text, pg_get_constraintdef(oid),
                CASE WHEN contype IN ('p', 'u', 'x') THEN pg_get_indexdef(conindid) END
         FROM pg_constraint
         WHERE conrelid = to_regclass($1) AND contype <> 'n'
           AND EXISTS (SELECT FROM pg_attribute
                       WHERE attrelid = conrelid AND attnum = ANY (conkey) AND attname = ANY ($2))
         ORDER BY conname",
        &[&table, &pair.as_slice()],
    )?;
    let constraint = |row: &postgres::Row| -> Result<LiveConstraint, postgres::Error> {
        Ok(LiveConstraint {
            name: row.try_get(0)?,
            kind: row.try_get(1)?,
            definition: row.try_get(2)?,
            index: row.try_get(3)?,
        })
    };
    Ok(rows.iter().map(constraint).collect::<Result<_, _>>()?)
}

fn dependents(
    transaction: &mut Transaction<'_>,
    table: &str,
    pair: &[&str; 2],
) -> Result<Vec<String>, Problem> {
    let rows = transaction.query(
        "SELECT DISTINCT pg_describe_object(d.classid, d.objid, 0)
         FROM pg_depend d
         JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
         LEFT JOIN pg_attrdef own ON d.classid = 'pg_attrdef'::regclass AND own.oid = d.objid
         LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
         WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass($1)
           AND attname = ANY ($2)
           AND d.classid <> 'pg_constraint'::regclass
           AND c.relkind IS DISTINCT FROM 'i'
           AND own.adnum IS DISTINCT FROM attnum
         ORDER BY 1",
        &[&table, &pair.as_slice()],
    )?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

fn referring(transaction: &mut Transaction<'_>, table: &str) -> Result<Vec<Referring>, Problem> {
    let rows = transaction.query(
        "SELECT conname::text, conrelid::regclass::text,
                array_agg(quote_ident(mine.attname) ORDER BY nth),
                array_agg(quote_ident(theirs.attname) ORDER BY nth)
         FROM pg_constraint, unnest(conkey, confkey) WITH ORDINALITY AS pairs (here, there, nth),
              pg_attribute mine, pg_attribute theirs
         WHERE contype = 'f' AND confrelid = to_regclass($1) AND conparentid = 0
           AND mine.attrelid = conrelid AND mine.attnum = here
           AND theirs.attrelid = confrelid AND theirs.attnum = there
         GROUP BY pg_constraint.oid, conname, conrelid ORDER BY 2, 1",
        &[&table],
    )?;
    let key = |row: &postgres::Row| -> Result<Referring, postgres::Error> {
        let (mine, theirs): (Vec<String>, Vec<String>) = (row.try_get(2)?, row.try_get(3)?);
        Ok(Referring {
            name: row.try_get(0)?,
            table: row.try_get(1)?,
            columns: mine.into_iter().zip(theirs).collect(),
        })
    };
    Ok(rows.iter().map(key).collect::<Result<_, _>>()?)
}

fn triggers(transaction: &mut Transaction<'_>, table: &str) -> Result<Vec<String>, Problem> {
    // The bits of tgtype: 1 for each row, 2 before, 16 on UPDATE.
    let rows = transaction.query(
        "SELECT tgname::text FROM pg_trigger
         WHERE tgrelid = to_regclass($1) AND NOT tgisinternal AND tgtype & 16 <> 0 AND tgtype & 3 <> 3
           AND tgenabled <> 'D'
         ORDER BY tgname",
        &[&table],
    )?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}
