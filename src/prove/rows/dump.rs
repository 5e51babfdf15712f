//! The rows of all tables as one text, and how the tables are emptied.

use serde_json::Value;
use smol_str::SmolStr;

use crate::impact::{Row, Rows};
use crate::live::Problem;
use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{Table, TableId};
use crate::schema::{DeleteRule, RelationId, RelationKind};
use crate::targets::Program;

/// One statement whose one value is a text: all rows of all tables, external ones included, and what the
/// defaults of `set default` are. It depends on no setting of the session.
pub fn dump_sql(program: Program<'_>) -> String {
    dump_of(program, |_| true)
}

/// The same, where only some tables have rows: the others are not looked at.
pub(super) fn dump_of(program: Program<'_>, has_rows: impl Fn(TableId) -> bool) -> String {
    let tables: Vec<String> = program
        .database
        .tables
        .iter()
        .map(|(id, table)| {
            if !has_rows(id) {
                return format!("SELECT {}, '[]'::jsonb", id.index());
            }
            format!(
                "SELECT {} AS nr, coalesce(jsonb_agg({}), '[]') AS found\n  FROM {} AS it WHERE settings.done",
                id.index(),
                row_sql(program, id, table),
                table.name.quoted()
            )
        })
        .collect();
    let defaults: Vec<String> = defaults(program)
        .map(|(relation, default)| {
            format!(
                "SELECT {} AS nr, to_jsonb({default}) AS value",
                quote_literal(&relation.index().to_string())
            )
        })
        .collect();
    let defaults = if defaults.is_empty() {
        "'{}'::jsonb".to_owned()
    } else {
        format!(
            "(SELECT jsonb_object_agg(nr, value) FROM (\n  {}\n) AS defaults)",
            defaults.join("\n  UNION ALL ")
        )
    };
    let tables = if tables.is_empty() {
        "'[]'::jsonb".to_owned()
    } else {
        format!(
            "(SELECT jsonb_agg(found ORDER BY nr) FROM (\n  {}\n) AS tables (nr, found))",
            tables.join("\n  UNION ALL ")
        )
    };
    format!(
        "WITH settings AS MATERIALIZED (SELECT {SETTINGS} AS done)\nSELECT jsonb_build_object('tables', {tables}, 'defaults', {defaults})::text\nFROM settings"
    )
}

/// What texts of values depend on; for this transaction.
const SETTINGS: &str = "num_nonnulls(set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'iso_8601', true), set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true)) > 0";

/// A row as `to_jsonb` makes it. `json` keeps its text, and a number with a fraction its digits: JSON's
/// readers round them.
fn row_sql(program: Program<'_>, id: TableId, table: &Table) -> String {
    let mut sql = "to_jsonb(it)".to_owned();
    for (nth, column) in table.columns.iter().enumerate() {
        let kept = ["numeric", "real", "double precision", "json"];
        let ty = column.ty.0.trim_end_matches("[]");
        let is_kept = kept.contains(&ty) || ty.starts_with("numeric(");
        if is_kept && !is_referred_to(program, id, nth) {
            sql.push_str(&format!(
                " || jsonb_build_object({}, it.{}::text)",
                quote_literal(&column.name),
                quote_identifier(&column.name)
            ));
        }
    }
    sql
}

/// Whether the column is in a key or a reference, whose values the ORMs are given.
fn is_referred_to(program: Program<'_>, id: TableId, column: usize) -> bool {
    let table = &program.database.tables[id];
    table.primary_key.iter().any(|key| key.columns.contains(&column))
        || table.foreign_keys.iter().any(|key| key.columns.contains(&column))
        || program.database.tables.values().iter().any(|other| {
            other
                .foreign_keys
                .iter()
                .any(|key| key.target == id && key.target_columns.contains(&column))
        })
}

/// Each relation with `set default`, and the default as SQL with its type.
fn defaults<'a>(program: Program<'a>) -> impl Iterator<Item = (RelationId, String)> + 'a {
    program.schema.relations.iter().filter_map(move |(id, relation)| {
        let RelationKind::ToOne(to_one) = &relation.kind else { return None };
        if to_one.delete != DeleteRule::SetDefault {
            return None;
        }
        let place = program.layout.relation(id)?;
        let table = &program.database.tables[program.layout.table(relation.source)];
        let column = &table.columns[*place.columns.last()?];
        Some((id, format!("({})::{}", column.default.as_ref()?.0, column.ty.0)))
    })
}

/// Reads what [`dump_sql`] gives.
///
/// # Errors
/// When the text is not such.
pub fn parse_dump(program: Program<'_>, text: &str) -> Result<Rows, Problem> {
    let unreadable = || Problem::new("the rows of a database could not be read back");
    let value: Value = serde_json::from_str(text).map_err(|_| unreadable())?;
    let (Some(Value::Array(tables)), Some(Value::Object(defaults))) =
        (value.get("tables"), value.get("defaults"))
    else {
        return Err(unreadable());
    };
    if tables.len() != program.database.tables.len() {
        return Err(unreadable());
    }
    let rows = |rows: &Value| -> Option<Vec<Row>> { rows.as_array()?.iter().map(row).collect() };
    let tables: Option<Vec<Vec<Row>>> = tables.iter().map(rows).collect();
    let defaults: Option<_> = defaults
        .iter()
        .map(|(nr, value)| Some((RelationId::from_index(nr.parse().ok()?), value.clone())))
        .collect();
    Ok(Rows { tables: tables.ok_or_else(unreadable)?, defaults: defaults.ok_or_else(unreadable)? })
}

fn row(value: &Value) -> Option<Row> {
    let columns = value.as_object()?.iter();
    Some(columns.map(|(name, value)| (SmolStr::new(name), value.clone())).collect())
}

/// One statement that removes all rows of all tables, external ones included.
///
/// A DELETE looks at an empty table and is done, where TRUNCATE makes its files anew: with a hundred tables, that
/// is most of what a stage takes. All rows go at once, so that no foreign key is left to refuse or to act.
/// What else refers to an external table, only TRUNCATE finds.
pub fn empty_sql(program: Program<'_>) -> String {
    let tables = program.database.tables.values();
    let names: Vec<String> = tables.iter().map(|table| table.name.quoted()).collect();
    if names.is_empty() {
        return "SELECT".to_owned();
    }
    if tables.iter().any(|table| table.external) {
        return format!("TRUNCATE {} CASCADE", names.join(", "));
    }
    let each =
        names.iter().enumerate().map(|(nth, name)| format!("gone{nth} AS (DELETE FROM {name})"));
    format!("WITH {}\nSELECT", each.collect::<Vec<_>>().join(",\n  "))
}
