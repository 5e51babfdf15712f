//! Enum types, and other types that a schema may hold: domains, ranges, composite types.

use postgres::Row;

use crate::live::Problem;
use crate::relational::{EnumType, OtherObject, QualifiedName};

use super::reader::{Oid, Reader};

/// Reads the types of the schemas in the scope.
pub(super) fn read(reader: &mut Reader<'_, '_>) -> Result<(), Problem> {
    let schemas = reader.scope_schemas();
    let rows = reader.query(
        "SELECT t.typname, t.typnamespace, t.typtype::text, d.description,
                CASE t.typtype WHEN 'e' THEN ARRAY(
                    SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid
                    ORDER BY e.enumsortorder) END AS labels,
                CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base,
                t.typnotnull, t.typdefault,
                CASE WHEN t.typtype = 'd' AND t.typcollation <> (
                     SELECT b.typcollation FROM pg_type b WHERE b.oid = t.typbasetype)
                     THEN t.typcollation::regcollation::text END AS collation,
                CASE t.typtype WHEN 'd' THEN ARRAY(
                    SELECT format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid))
                    FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype <> 'n'
                    ORDER BY k.conname) END AS constraints,
                CASE t.typtype WHEN 'c' THEN ARRAY(
                    SELECT quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                           || CASE WHEN a.attcollation <> b.typcollation
                              THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END
                    FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid
                    WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
                    ORDER BY a.attnum) END AS members,
                CASE WHEN r.rngtypid IS NOT NULL THEN ARRAY[
                    'SUBTYPE = ' || format_type(r.rngsubtype, NULL),
                    'SUBTYPE_OPCLASS = ' || (SELECT o.opcname FROM pg_opclass o
                                             WHERE o.oid = r.rngsubopc),
                    'COLLATION = ' || nullif(r.rngcollation, 0)::regcollation,
                    'CANONICAL = ' || nullif(r.rngcanonical, 0),
                    'SUBTYPE_DIFF = ' || nullif(r.rngsubdiff, 0),
                    'MULTIRANGE_TYPE_NAME = ' || format_type(r.rngmultitypid, NULL)] END AS range
         FROM pg_type t
         LEFT JOIN pg_class c ON c.oid = t.typrelid
         LEFT JOIN pg_range r ON r.rngtypid = t.oid
         LEFT JOIN pg_description d ON d.objoid = t.oid
              AND d.classoid = 'pg_type'::regclass AND d.objsubid = 0
         WHERE t.typnamespace = ANY ($1)
           AND (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c')
           AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass
                           AND e.objid = t.oid AND e.deptype = 'e')",
        &[&schemas],
    )?;
    for row in &rows {
        let schema: Oid = row.try_get("typnamespace")?;
        let Some(name) = reader.name(schema, row.try_get("typname")?) else { continue };
        match row.try_get("typtype")? {
            "e" => reader.database.enum_types.push(EnumType {
                name,
                labels: row.try_get("labels")?,
                comment: row.try_get("description")?,
            }),
            "d" => add(reader, "domain", name, domain(row)?, row)?,
            "c" => {
                let members: Vec<String> = row.try_get("members")?;
                add(reader, "composite type", name, format!("({})", members.join(", ")), row)?;
            }
            _ => {
                let parts: Vec<Option<String>> = row.try_get("range")?;
                let parts: Vec<String> = parts.into_iter().flatten().collect();
                add(reader, "range type", name, format!("({})", parts.join(", ")), row)?;
            }
        }
    }
    Ok(())
}

fn domain(row: &Row) -> Result<String, Problem> {
    let mut parts = vec![row.try_get::<_, Option<String>>("base")?.unwrap_or_default()];
    if let Some(collation) = row.try_get::<_, Option<&str>>("collation")? {
        parts.push(format!("COLLATE {collation}"));
    }
    if let Some(default) = row.try_get::<_, Option<&str>>("typdefault")? {
        parts.push(format!("DEFAULT {default}"));
    }
    if row.try_get("typnotnull")? {
        parts.push("NOT NULL".to_owned());
    }
    parts.extend(row.try_get::<_, Option<Vec<String>>>("constraints")?.into_iter().flatten());
    Ok(parts.join("\n"))
}

fn add(
    reader: &mut Reader<'_, '_>,
    kind: &'static str,
    name: QualifiedName,
    definition: String,
    row: &Row,
) -> Result<(), Problem> {
    let comment = row.try_get("description")?;
    reader.database.others.push(OtherObject { kind: kind.into(), name, definition, comment });
    Ok(())
}
