//! Indexes, and what the indexes of constraints know about these.

use postgres::Row;
use smol_str::SmolStr;

use crate::live::Problem;
use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{Index, IndexElement, IndexKey, Sql, TableId};

use super::reader::{ConstraintIx, ConstraintPlace, Oid, Reader, option_list, options};
use super::text::expression;

/// `indoption`: bits for each element.
const DESCENDING: i16 = 1;
const NULLS_FIRST: i16 = 2;

/// Reads every index of the tables in the scope; that of a materialized view is a line of its definition.
///
/// An operator class is left out when the type would get it anyway: it is the default, and it is for this
/// very type, or for every type of its sort (`anyarray`), or for the type that PostgreSQL prefers while
/// this type has none of its own (`text` for a `varchar`).
pub(super) fn read(reader: &mut Reader<'_, '_>) -> Result<(), Problem> {
    let tables = reader.own_relations();
    let rows = reader.query(
        "SELECT i.indexrelid, i.indrelid, c.relname, i.indisunique, i.indnullsnotdistinct,
                i.indisclustered, i.indisvalid, i.indisreplident, i.indimmediate,
                i.indkey::int2[] AS keys, i.indoption::int2[] AS directions, i.indnkeyatts,
                am.amname, c.reloptions, space.spcname, c.relpersistence::text,
                pg_get_expr(i.indpred, i.indrelid) AS condition, d.description, e.*,
                CASE WHEN t.relkind = 'm' THEN pg_get_indexdef(c.oid) END AS definition
         FROM pg_index i
         JOIN pg_class c ON c.oid = i.indexrelid
         JOIN pg_class t ON t.oid = i.indrelid
         JOIN pg_am am ON am.oid = c.relam
         LEFT JOIN pg_tablespace space ON space.oid = c.reltablespace
         LEFT JOIN pg_description d ON d.objoid = c.oid
              AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
         CROSS JOIN LATERAL (
             SELECT array_agg(CASE WHEN k.number = 0
                                   THEN pg_get_indexdef(i.indexrelid, k.place::int4, false) END
                              ORDER BY k.place) AS expressions,
                    array_agg(CASE WHEN o.opcdefault AND (o.opcintype = t.basetype
                                     OR k.number = 0 AND o.opckeytype <> 0
                                     OR ot.typtype = 'p'
                                     OR ot.typispreferred AND NOT EXISTS (
                                        SELECT FROM pg_opclass own
                                        WHERE own.opcmethod = o.opcmethod AND own.opcdefault
                                          AND own.opcintype = t.basetype)) THEN NULL
                                   WHEN pg_opclass_is_visible(o.oid) THEN o.opcname::text
                                   ELSE n.nspname || '.' || o.opcname END
                              ORDER BY k.place) AS opclasses,
                    array_agg(CASE WHEN k.collated <> 0 AND k.collated <> t.collated
                                   THEN k.collated::regcollation::text END
                              ORDER BY k.place) AS collations,
                    array_agg(array_to_string(ia.attoptions, ', ') ORDER BY k.place)
                        AS parameters,
                    array_agg(ia.attstattarget::int4 ORDER BY k.place) AS targets
             FROM unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[])
                  WITH ORDINALITY k (number, opclass, collated, place)
             JOIN pg_opclass o ON o.oid = k.opclass
             JOIN pg_type ot ON ot.oid = o.opcintype
             JOIN pg_namespace n ON n.oid = o.opcnamespace
             JOIN pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = k.place
             JOIN pg_attribute a ON a.attrelid = CASE k.number WHEN 0 THEN i.indexrelid
                                                               ELSE i.indrelid END
                  AND a.attnum = CASE k.number WHEN 0 THEN k.place ELSE k.number END
             JOIN pg_type att ON att.oid = a.atttypid
             CROSS JOIN LATERAL (
                 SELECT CASE att.typtype WHEN 'd' THEN att.typbasetype ELSE att.oid END AS basetype,
                        CASE k.number WHEN 0 THEN att.typcollation ELSE a.attcollation END
                            AS collated) t
         ) e
         WHERE i.indrelid = ANY ($1) AND i.indislive
         ORDER BY i.indrelid, c.relname",
        &[&tables],
    )?;
    for row in &rows {
        let oid: Oid = row.try_get("indexrelid")?;
        let of: Oid = row.try_get("indrelid")?;
        let Some(&table) = reader.tables.get(&of) else {
            if let Some(definition) = row.try_get("definition")? {
                reader.add_fact(of, definition);
            }
            continue;
        };
        let index = index(reader, table, row)?;
        match reader.constraint_indexes.get(&oid).copied() {
            Some(place) => constraint(reader, place, index),
            None => reader.database.tables[table].indexes.push(index),
        }
    }
    Ok(())
}

fn index(reader: &Reader<'_, '_>, table: TableId, row: &Row) -> Result<Index, Problem> {
    let keys: Vec<i16> = row.try_get("keys")?;
    let directions: Vec<i16> = row.try_get("directions")?;
    let count = usize::try_from(row.try_get::<_, i16>("indnkeyatts")?).unwrap_or_default();
    let expressions: Vec<Option<String>> = row.try_get("expressions")?;
    let opclasses: Vec<Option<String>> = row.try_get("opclasses")?;
    let collations: Vec<Option<String>> = row.try_get("collations")?;
    let parameters: Vec<Option<String>> = row.try_get("parameters")?;
    let targets: Vec<Option<i32>> = row.try_get("targets")?;
    let mut elements = Vec::with_capacity(count);
    let mut besides = Vec::new();
    for nth in 0..count.min(opclasses.len()) {
        let key = match (reader.places(table, &keys[nth..=nth]).first(), &expressions[nth]) {
            (Some(&column), _) => IndexKey::Column(column),
            (None, Some(text)) => IndexKey::Expression(expression(text)),
            (None, None) => IndexKey::Expression(Sql(String::new())),
        };
        let bits = directions.get(nth).copied().unwrap_or_default();
        elements.push(IndexElement {
            key,
            opclass: opclasses[nth].as_deref().map(SmolStr::new),
            descending: bits & DESCENDING != 0,
            nulls_first: bits & NULLS_FIRST != 0,
        });
        let of = nth + 1;
        if let Some(collation) = &collations[nth] {
            besides.push(format!("ELEMENT {of} COLLATE {collation}"));
        }
        // What is not set is -1 before PostgreSQL 17, and NULL since.
        if let Some(target) = targets[nth].filter(|&target| target >= 0) {
            besides.push(format!("ELEMENT {of} STATISTICS {target}"));
        }
        if let Some(parameters) = &parameters[nth] {
            besides.push(format!("ELEMENT {of} OPERATOR CLASS ({parameters})"));
        }
    }
    if let Some(space) = row.try_get::<_, Option<&str>>("spcname")? {
        besides.push(format!("TABLESPACE {}", quote_identifier(space)));
    }
    if row.try_get("indisclustered")? {
        besides.push("CLUSTER".to_owned());
    }
    if row.try_get("indisreplident")? {
        besides.push("REPLICA IDENTITY".to_owned());
    }
    Ok(Index {
        name: row.try_get::<_, &str>("relname")?.into(),
        unique: row.try_get("indisunique")?,
        using: row.try_get::<_, &str>("amname")?.into(),
        elements,
        include: reader.places(table, keys.get(count..).unwrap_or_default()),
        nulls_distinct: !row.try_get::<_, bool>("indnullsnotdistinct")?,
        condition: row.try_get::<_, Option<&str>>("condition")?.map(expression),
        storage: options(row.try_get("reloptions")?),
        valid: row.try_get("indisvalid")?,
        comment: row.try_get("description")?,
        besides,
    })
}

/// An element of an EXCLUDE whose index is not read yet, with its operator.
pub(super) fn without_element(operator: String) -> (IndexElement, String) {
    let element = IndexElement {
        key: IndexKey::Expression(Sql(String::new())),
        opclass: None,
        descending: false,
        nulls_first: false,
    };
    (element, operator)
}

/// Tells a constraint what its index knows.
fn constraint(reader: &mut Reader<'_, '_>, place: ConstraintPlace, index: Index) {
    let table = &mut reader.database.tables[place.table];
    let mut facts = index.besides;
    if !index.include.is_empty() {
        let names: Vec<String> = index
            .include
            .iter()
            .map(|&column| quote_identifier(&table.columns[column].name))
            .collect();
        facts.push(format!("INCLUDE ({})", names.join(", ")));
    }
    if !index.storage.is_empty() {
        facts.push(format!("WITH ({})", option_list(&index.storage)));
    }
    if !index.valid {
        facts.push("INDEX NOT VALID".to_owned());
    }
    if let Some(comment) = &index.comment {
        facts.push(format!("COMMENT ON INDEX {}", quote_literal(comment)));
    }
    match place.of {
        ConstraintIx::Unique(nth) => table.uniques[nth].nulls_distinct = index.nulls_distinct,
        ConstraintIx::Exclude(nth) => {
            let exclude = &mut table.excludes[nth];
            exclude.using = index.using;
            exclude.condition = index.condition;
            for (slot, element) in exclude.elements.iter_mut().zip(index.elements) {
                slot.0 = element;
            }
        }
        ConstraintIx::PrimaryKey | ConstraintIx::Check(_) | ConstraintIx::ForeignKey(_) => {}
    }
    if let Some(besides) = reader.constraint_besides(place) {
        besides.extend(facts);
    }
}
