//! Columns.

use std::collections::HashSet;

use postgres::Row;
use smol_str::SmolStr;

use crate::live::Problem;
use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{Column, ColumnType, Identity};

use super::reader::{Oid, Reader, option_list, options};
use super::relations::{Relation, RelationKind};
use super::text::expression;

/// Reads the columns of tables and foreign tables; of external tables only names, types and whether NULL is
/// allowed, and of views what their definition does not say: defaults, comments.
pub(super) fn read(reader: &mut Reader<'_, '_>, relations: &[Relation]) -> Result<(), Problem> {
    let wanted: Vec<Oid> = relations
        .iter()
        .filter(|relation| match relation.kind {
            RelationKind::Table => reader.tables.contains_key(&relation.oid),
            RelationKind::ForeignTable | RelationKind::View | RelationKind::MaterializedView => {
                relation.in_scope
            }
            RelationKind::CompositeType | RelationKind::Sequence => false,
        })
        .map(|relation| relation.oid)
        .collect();
    let views: HashSet<Oid> = relations
        .iter()
        .filter(|it| matches!(it.kind, RelationKind::View | RelationKind::MaterializedView))
        .map(|relation| relation.oid)
        .collect();
    let rows = reader.query(
        "SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod) AS type,
                a.attnotnull, a.attidentity::text, a.attgenerated::text,
                pg_get_expr(d.adbin, d.adrelid) AS expression,
                CASE WHEN a.attcollation <> t.typcollation
                     THEN a.attcollation::regcollation::text END AS collation,
                CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage::text END AS storage,
                a.attcompression::text, a.attstattarget::int4, a.attoptions, a.attfdwoptions,
                a.attislocal, c.description
         FROM pg_attribute a
         JOIN pg_type t ON t.oid = a.atttypid
         LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         LEFT JOIN pg_description c ON c.objoid = a.attrelid
              AND c.classoid = 'pg_class'::regclass AND c.objsubid = a.attnum
         WHERE a.attrelid = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped
         ORDER BY a.attrelid, a.attnum",
        &[&wanted],
    )?;
    for row in &rows {
        let oid: Oid = row.try_get("attrelid")?;
        let made = column(row)?;
        match reader.tables.get(&oid).copied() {
            Some(id) => {
                let number: i16 = row.try_get("attnum")?;
                let table = &mut reader.database.tables[id];
                reader.columns[id.index()].insert(number, table.columns.len());
                table.columns.push(if table.external { stub(made) } else { made });
            }
            None if views.contains(&oid) => {
                let said = Column { ty: ColumnType(SmolStr::default()), nullable: true, ..made };
                if said.default.is_some() || said.comment.is_some() || !said.besides.is_empty() {
                    reader.add_fact(oid, format!("COLUMN {}", definition(&said)));
                }
            }
            None => reader.add_fact(oid, definition(&made)),
        }
    }
    Ok(())
}

fn column(row: &Row) -> Result<Column, Problem> {
    let generated: &str = row.try_get("attgenerated")?;
    let value = row.try_get::<_, Option<&str>>("expression")?.map(expression);
    let (default, generated_as) = match generated {
        "" => (value, None),
        _ => (None, value),
    };
    let mut besides = Vec::new();
    if generated == "v" {
        besides.push("VIRTUAL".to_owned());
    }
    if let Some(collation) = row.try_get::<_, Option<&str>>("collation")? {
        besides.push(format!("COLLATE {collation}"));
    }
    match row.try_get::<_, Option<&str>>("storage")? {
        Some("p") => besides.push("STORAGE PLAIN".to_owned()),
        Some("e") => besides.push("STORAGE EXTERNAL".to_owned()),
        Some("x") => besides.push("STORAGE EXTENDED".to_owned()),
        Some("m") => besides.push("STORAGE MAIN".to_owned()),
        _ => {}
    }
    match row.try_get("attcompression")? {
        "p" => besides.push("COMPRESSION pglz".to_owned()),
        "l" => besides.push("COMPRESSION lz4".to_owned()),
        _ => {}
    }
    // What is not set is -1 before PostgreSQL 17, and NULL since.
    if let Some(target) = row.try_get::<_, Option<i32>>("attstattarget")?.filter(|&it| it >= 0) {
        besides.push(format!("STATISTICS {target}"));
    }
    for (words, name) in [("SET", "attoptions"), ("OPTIONS", "attfdwoptions")] {
        let given = options(row.try_get(name)?);
        if !given.is_empty() {
            besides.push(format!("{words} ({})", option_list(&given)));
        }
    }
    if !row.try_get::<_, bool>("attislocal")? {
        besides.push("INHERITED".to_owned());
    }
    Ok(Column {
        name: row.try_get::<_, &str>("attname")?.into(),
        ty: ColumnType(SmolStr::new(row.try_get::<_, &str>("type")?)),
        nullable: !row.try_get::<_, bool>("attnotnull")?,
        default,
        identity: match row.try_get("attidentity")? {
            "a" => Some(Identity::Always),
            "d" => Some(Identity::ByDefault),
            _ => None,
        },
        generated: generated_as,
        comment: row.try_get("description")?,
        besides,
    })
}

/// What the column of an external table is to those who refer to it.
fn stub(column: Column) -> Column {
    Column {
        default: None,
        identity: None,
        generated: None,
        comment: None,
        besides: Vec::new(),
        ..column
    }
}

/// A column of something that is no table, as one fact.
fn definition(column: &Column) -> String {
    let mut parts = vec![quote_identifier(&column.name)];
    if !column.ty.0.is_empty() {
        parts.push(column.ty.0.to_string());
    }
    if !column.nullable {
        parts.push("NOT NULL".to_owned());
    }
    parts.extend(column.default.iter().map(|default| format!("DEFAULT {}", default.0)));
    parts.extend(column.generated.iter().map(|value| format!("GENERATED ALWAYS AS ({})", value.0)));
    parts.extend(column.besides.iter().cloned());
    parts
        .extend(column.comment.iter().map(|comment| format!("COMMENT {}", quote_literal(comment))));
    parts.join(" ")
}
