//! The questions to the catalogs about a table with generic columns.

use postgres::Transaction;

use crate::live::Problem;

use super::generic::{LiveColumn, LiveConstraint, LiveIndex, Referring};

/// A table's columns; `None` where there is no such table.
pub(super) fn columns(
    transaction: &mut Transaction<'_>,
    table: &str,
) -> Result<Option<Vec<LiveColumn>>, Problem> {
    let rows = transaction.query(
        "SELECT attname::text, format_type(atttypid, atttypmod), attnotnull,
                pg_get_expr(adbin, adrelid), attgenerated <> '', col_description(attrelid, attnum),
                CASE WHEN attcollation <> typcollation THEN attcollation::regcollation::text END,
                CASE attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END
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
            identity: row.try_get(7)?,
        })
    };
    let columns: Vec<LiveColumn> = rows.iter().map(column).collect::<Result<_, _>>()?;
    Ok((!columns.is_empty()).then_some(columns))
}

/// What a table is, where it is no ordinary one: `a partitioned table`.
pub(super) fn odd_kind(
    transaction: &mut Transaction<'_>,
    table: &str,
) -> Result<Option<String>, Problem> {
    let row = transaction.query_opt(
        "SELECT CASE WHEN relkind = 'p' THEN 'a partitioned table'
                     WHEN relkind = 'f' THEN 'a foreign table'
                     WHEN relkind IN ('v', 'm') THEN 'a view'
                     WHEN relispartition THEN 'a partition of another table'
                     WHEN EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid) THEN 'a table that others inherit'
                END
         FROM pg_class AS c WHERE c.oid = to_regclass($1)",
        &[&table],
    )?;
    Ok(row.map(|row| row.try_get(0)).transpose()?.flatten())
}

/// The columns that refer to Django's table of content types.
pub(super) fn content_type_columns(
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

/// The indexes over either column that no constraint owns.
pub(super) fn indexes(
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

/// The constraints over either column, but NOT NULL.
pub(super) fn constraints(
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

/// What else depends on either column, in PostgreSQL's words.
pub(super) fn dependents(
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

/// The foreign keys that refer to the table.
pub(super) fn referring(
    transaction: &mut Transaction<'_>,
    table: &str,
) -> Result<Vec<Referring>, Problem> {
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

/// The triggers that fire on UPDATE, but those that fire before it for each row.
pub(super) fn triggers(
    transaction: &mut Transaction<'_>,
    table: &str,
) -> Result<Vec<String>, Problem> {
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
