//! Sequences: those of their own, those of a `serial`, and those of identities, whose column tells of them.

use postgres::Row;

use crate::live::Problem;
use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{Sequence, SequenceOwner, names};

use super::reader::{Oid, Reader};
use super::relations::{Relation, RelationKind};

/// Reads the sequences of the scope. One that a column owns counts if its table does.
pub(super) fn read(reader: &mut Reader<'_, '_>, relations: &[Relation]) -> Result<(), Problem> {
    let places: std::collections::HashMap<Oid, &Relation> = relations
        .iter()
        .filter(|relation| relation.kind == RelationKind::Sequence && relation.in_scope)
        .map(|relation| (relation.oid, relation))
        .collect();
    let mut wanted: Vec<Oid> = places.keys().copied().collect();
    wanted.sort_unstable();
    let rows = reader.query(
        "SELECT s.seqrelid, format_type(s.seqtypid, NULL) AS type, s.seqstart, s.seqincrement,
                s.seqmin, s.seqmax, s.seqcache, s.seqcycle, d.refobjid, d.refobjsubid,
                d.deptype::text, format_type(a.atttypid, NULL) AS column_type
         FROM pg_sequence s
         LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid
              AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
         LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
         WHERE s.seqrelid = ANY ($1)",
        &[&wanted],
    )?;
    for row in &rows {
        let Some(&relation) = places.get(&row.try_get("seqrelid")?) else { continue };
        let owner: Option<Oid> = row.try_get("refobjid")?;
        let options = options(row, relation.unlogged)?;
        let Some(owner) = owner else {
            if reader.scope.has_relation(&relation.name) {
                push(reader, relation, None, options);
            }
            continue;
        };
        let Some(&table) = reader.tables.get(&owner) else { continue };
        let number = i16::try_from(row.try_get::<_, i32>("refobjsubid")?).unwrap_or_default();
        let Some(&column) = reader.columns[table.index()].get(&number) else { continue };
        if reader.database.tables[table].external {
            continue;
        }
        match row.try_get("deptype")? {
            Some("i") => {
                let facts = identity_facts(reader, relation, table, column, options);
                reader.database.tables[table].columns[column].besides.extend(facts);
            }
            _ => push(reader, relation, Some(SequenceOwner { table, column }), options),
        }
    }
    Ok(())
}

fn push(
    reader: &mut Reader<'_, '_>,
    relation: &Relation,
    owner: Option<SequenceOwner>,
    options: Vec<String>,
) {
    reader.database.sequences.push(Sequence {
        name: relation.name.clone(),
        owner,
        options,
        comment: relation.comment.clone(),
    });
}

/// What an identity's sequence has otherwise than PostgreSQL would make it: its name, options, comment.
fn identity_facts(
    reader: &Reader<'_, '_>,
    relation: &Relation,
    table: crate::relational::TableId,
    column: usize,
    options: Vec<String>,
) -> Vec<String> {
    let table = &reader.database.tables[table];
    let usual = names::identity_sequence(&table.name.name, &table.columns[column].name);
    let mut facts = options;
    // The sequence of an unlogged table is unlogged with it.
    if table.unlogged {
        facts.retain(|fact| fact != UNLOGGED);
    }
    if relation.name.schema != table.name.schema {
        facts.push(format!("NAME {}", relation.name.quoted()));
    } else if relation.name.name != usual {
        facts.push(format!("NAME {}", quote_identifier(&relation.name.name)));
    }
    facts.extend(relation.comment.iter().map(|text| format!("COMMENT {}", quote_literal(text))));
    facts.into_iter().map(|fact| format!("SEQUENCE {fact}")).collect()
}

const UNLOGGED: &str = "UNLOGGED";

/// What differs from what PostgreSQL takes when nothing is said.
fn options(row: &Row, unlogged: bool) -> Result<Vec<String>, Problem> {
    let ty: &str = row.try_get("type")?;
    let column: Option<&str> = row.try_get("column_type")?;
    let usual_type = column
        .filter(|column| matches!(*column, "smallint" | "integer" | "bigint"))
        .unwrap_or("bigint");
    let (lowest, highest) = match ty {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let increment: i64 = row.try_get("seqincrement")?;
    let (low, high) = if increment > 0 { (1, highest) } else { (lowest, -1) };
    let (min, max): (i64, i64) = (row.try_get("seqmin")?, row.try_get("seqmax")?);
    let start = if increment > 0 { min } else { max };
    let mut options = Vec::new();
    if ty != usual_type {
        options.push(format!("AS {ty}"));
    }
    for (words, value, usual) in [
        ("INCREMENT BY", increment, 1),
        ("MINVALUE", min, low),
        ("MAXVALUE", max, high),
        ("START WITH", row.try_get("seqstart")?, start),
        ("CACHE", row.try_get("seqcache")?, 1),
    ] {
        if value != usual {
            options.push(format!("{words} {value}"));
        }
    }
    if row.try_get("seqcycle")? {
        options.push("CYCLE".to_owned());
    }
    if unlogged {
        options.push(UNLOGGED.to_owned());
    }
    Ok(options)
}
