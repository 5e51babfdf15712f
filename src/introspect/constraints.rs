//! Constraints: what `pg_constraint` knows of them. What their indexes know comes with the indexes.

use postgres::Row;
use smol_str::SmolStr;

use crate::live::Problem;
use crate::quoting::quote_literal;
use crate::relational::{
    CheckConstraint, Deferrability, ExcludeConstraint, ForeignKey, PrimaryKey, ReferentialAction,
    Sql, TableId, UniqueConstraint,
};

use super::reader::{ConstraintIx, ConstraintPlace, Oid, Reader};
use super::relations::{Relation, RelationKind};
use super::text::expression;

/// A row of `pg_constraint`.
#[derive(Debug)]
pub(super) struct Constraint {
    oid: Oid,
    table: Oid,
    name: SmolStr,
    kind: Kind,
    deferrability: Deferrability,
    validated: bool,
    columns: Vec<i16>,
    /// Of a foreign key: the table that it refers to.
    pub target: Option<Oid>,
    target_columns: Vec<i16>,
    on_delete: ReferentialAction,
    on_delete_columns: Vec<i16>,
    on_update: ReferentialAction,
    /// Of a CHECK.
    condition: Option<Sql>,
    /// Of an EXCLUDE, in the order of its elements.
    operators: Vec<String>,
    index: Oid,
    comment: Option<String>,
    besides: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    PrimaryKey,
    Unique,
    Check,
    ForeignKey,
    Exclude,
    NotNull,
}

/// Reads the constraints of every table in the scope, by name. A foreign key to a partitioned table has
/// another for each partition, which is PostgreSQL's own affair; of a NOT NULL (a constraint since
/// PostgreSQL 18) only what the column does not say.
pub(super) fn rows(
    reader: &mut Reader<'_, '_>,
    relations: &[Relation],
) -> Result<Vec<Constraint>, Problem> {
    let tables: Vec<Oid> = relations
        .iter()
        .filter(|relation| relation.in_scope && relation.kind == RelationKind::Table)
        .map(|relation| relation.oid)
        .collect();
    let enforced = if reader.version >= 180_000 { "k.conenforced" } else { "true" };
    let period = if reader.version >= 180_000 { "k.conperiod" } else { "false" };
    let rows = reader.query(
        &format!(
            "SELECT k.oid, k.conrelid, k.conname, k.contype::text, k.condeferrable, k.condeferred,
                    k.convalidated, {enforced} AS enforced, {period} AS period, k.connoinherit,
                    k.conislocal, k.confrelid, k.confdeltype::text, k.confupdtype::text,
                    k.confmatchtype::text, k.conkey, k.confkey, k.confdelsetcols, k.conindid,
                    CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END
                        AS condition,
                    CASE WHEN k.contype = 'x' THEN ARRAY(
                        SELECT CASE WHEN pg_operator_is_visible(o.oid) THEN o.oprname::text
                               ELSE format('OPERATOR(%I.%s)', n.nspname, o.oprname) END
                        FROM unnest(k.conexclop) WITH ORDINALITY operator (oid, place)
                        JOIN pg_operator o ON o.oid = operator.oid
                        JOIN pg_namespace n ON n.oid = o.oprnamespace
                        ORDER BY operator.place) END AS operators,
                    d.description
             FROM pg_constraint k
             LEFT JOIN pg_description d ON d.objoid = k.oid
                  AND d.classoid = 'pg_constraint'::regclass AND d.objsubid = 0
             WHERE k.conrelid = ANY ($1) AND k.contype IN ('p', 'u', 'c', 'f', 'x', 'n')
               AND (k.contype <> 'n' OR k.connoinherit OR NOT k.convalidated
                    OR d.description IS NOT NULL)
               AND NOT (k.conparentid <> 0 AND EXISTS (
                    SELECT FROM pg_constraint whole
                    WHERE whole.oid = k.conparentid AND whole.conrelid = k.conrelid))
             ORDER BY k.conrelid, k.conname"
        ),
        &[&tables],
    )?;
    rows.iter().map(constraint).collect()
}

fn constraint(row: &Row) -> Result<Constraint, Problem> {
    let kind = match row.try_get("contype")? {
        "p" => Kind::PrimaryKey,
        "u" => Kind::Unique,
        "f" => Kind::ForeignKey,
        "x" => Kind::Exclude,
        "n" => Kind::NotNull,
        _ => Kind::Check,
    };
    let deferrability = deferrability(row.try_get("condeferrable")?, row.try_get("condeferred")?);
    let enforced: bool = row.try_get("enforced")?;
    let mut besides = Vec::new();
    if !enforced {
        besides.push("NOT ENFORCED".to_owned());
    }
    if row.try_get("period")? {
        let words = if kind == Kind::ForeignKey { "PERIOD" } else { "WITHOUT OVERLAPS" };
        besides.push(words.to_owned());
    }
    // A key is never handed down; its flag says nothing.
    if row.try_get("connoinherit")? && matches!(kind, Kind::Check | Kind::NotNull) {
        besides.push("NO INHERIT".to_owned());
    }
    if !row.try_get::<_, bool>("conislocal")? {
        besides.push("INHERITED".to_owned());
    }
    match row.try_get("confmatchtype")? {
        "f" => besides.push("MATCH FULL".to_owned()),
        "p" => besides.push("MATCH PARTIAL".to_owned()),
        _ => {}
    }
    let numbers = |name| -> Result<Vec<i16>, Problem> {
        Ok(row.try_get::<_, Option<Vec<i16>>>(name)?.unwrap_or_default())
    };
    Ok(Constraint {
        oid: row.try_get("oid")?,
        table: row.try_get("conrelid")?,
        name: row.try_get::<_, &str>("conname")?.into(),
        kind,
        deferrability,
        // What is not enforced is never validated, and says so already.
        validated: row.try_get("convalidated")? || !enforced,
        columns: numbers("conkey")?,
        target: Some(row.try_get("confrelid")?).filter(|&oid| oid != 0),
        target_columns: numbers("confkey")?,
        on_delete: action(row.try_get("confdeltype")?),
        on_delete_columns: numbers("confdelsetcols")?,
        on_update: action(row.try_get("confupdtype")?),
        condition: row.try_get::<_, Option<&str>>("condition")?.map(expression),
        operators: row.try_get::<_, Option<Vec<String>>>("operators")?.unwrap_or_default(),
        index: row.try_get("conindid")?,
        comment: row.try_get("description")?,
        besides,
    })
}

/// As the two flags of a catalog say it.
pub(super) fn deferrability(deferrable: bool, deferred: bool) -> Deferrability {
    match (deferrable, deferred) {
        (false, _) => Deferrability::NotDeferrable,
        (true, false) => Deferrability::InitiallyImmediate,
        (true, true) => Deferrability::InitiallyDeferred,
    }
}

fn action(letter: &str) -> ReferentialAction {
    match letter {
        "r" => ReferentialAction::Restrict,
        "c" => ReferentialAction::Cascade,
        "n" => ReferentialAction::SetNull,
        "d" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}

/// Gives each constraint its place in its table, whose columns are known by now.
pub(super) fn add(reader: &mut Reader<'_, '_>, constraints: Vec<Constraint>) {
    for constraint in constraints {
        let Some(&table) = reader.tables.get(&constraint.table) else { continue };
        let (oid, index) = (constraint.oid, constraint.index);
        let is_foreign_key = constraint.kind == Kind::ForeignKey;
        if let Some(of) = add_to(reader, table, constraint) {
            let place = ConstraintPlace { table, of };
            reader.constraints.insert(oid, place);
            // The index of a foreign key is that of the key which it refers to.
            if index != 0 && !is_foreign_key {
                reader.constraint_indexes.insert(index, place);
            }
        }
    }
}

fn add_to(reader: &mut Reader<'_, '_>, id: TableId, it: Constraint) -> Option<ConstraintIx> {
    let columns = reader.places(id, &it.columns);
    let (name, deferrability, comment, besides) =
        (it.name, it.deferrability, it.comment, it.besides);
    let validated = it.validated;
    let on_delete_columns = reader.places(id, &it.on_delete_columns);
    let target = it.target.and_then(|oid| reader.tables.get(&oid).copied());
    let target_columns =
        target.map(|target| reader.places(target, &it.target_columns)).unwrap_or_default();
    let table = &mut reader.database.tables[id];
    match it.kind {
        Kind::PrimaryKey => {
            table.primary_key = Some(PrimaryKey { name, columns, deferrability, comment, besides });
            Some(ConstraintIx::PrimaryKey)
        }
        Kind::Unique => {
            let nulls_distinct = true;
            table.uniques.push(UniqueConstraint {
                name,
                columns,
                deferrability,
                nulls_distinct,
                comment,
                besides,
            });
            Some(ConstraintIx::Unique(table.uniques.len() - 1))
        }
        Kind::Check => {
            let condition = it.condition?;
            table.checks.push(CheckConstraint { name, condition, validated, comment, besides });
            Some(ConstraintIx::Check(table.checks.len() - 1))
        }
        Kind::ForeignKey => {
            table.foreign_keys.push(ForeignKey {
                name,
                columns,
                target: target?,
                target_columns,
                on_delete: it.on_delete,
                on_delete_columns,
                on_update: it.on_update,
                deferrability,
                validated,
                comment,
                besides,
            });
            Some(ConstraintIx::ForeignKey(table.foreign_keys.len() - 1))
        }
        Kind::Exclude => {
            let elements = it.operators.into_iter();
            table.excludes.push(ExcludeConstraint {
                name,
                using: SmolStr::default(),
                elements: elements.map(super::indexes::without_element).collect(),
                condition: None,
                deferrability,
                comment,
                besides,
            });
            Some(ConstraintIx::Exclude(table.excludes.len() - 1))
        }
        Kind::NotNull => {
            let column = &mut table.columns[*columns.first()?];
            column.besides.extend(
                besides
                    .into_iter()
                    .filter(|fact| fact != "INHERITED")
                    .map(|fact| format!("NOT NULL {fact}")),
            );
            if !validated {
                column.besides.push("NOT NULL NOT VALID".to_owned());
            }
            if let Some(comment) = comment {
                column.besides.push(format!("NOT NULL COMMENT {}", quote_literal(&comment)));
            }
            None
        }
    }
}
