//! What PostgreSQL checks as soon as a delete has written a reference, without waiting for the rest of the
//! delete: there the order in which it comes by the rows can decide.
//!
//! PostgreSQL carries a delete out in rounds. The triggers of the foreign keys that refer to a deleted row
//! run in the order of their names, and what they delete or write has its own triggers in the next round.
//! UNIQUEs, CHECKs and foreign keys that are not deferred look at the rows in between. A row that fails
//! there, and would have gone in a later round, fails the whole delete.

use smol_str::SmolStr;

use crate::schema::{DeleteRule, MemberId, RelationId, Schema};

use super::{ColumnIx, ColumnOrigin, Database, IndexKey, Layout, Sql, TableId};

/// What is checked when a reference was cleared, or set to its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtOnce {
    /// A UNIQUE or an EXCLUDE of the row's table, by its name in the database.
    Unique(SmolStr),
    /// Another relation of the row, `within` the one that was written: both are there, or neither.
    Pair(RelationId),
    /// A relation whose rows refer to the row by the column that was written, too.
    Referred(RelationId),
    /// The row that the default refers to must be there.
    Default,
}

/// What is checked at once when the delete rule of a relation has written its columns.
pub fn at_once(
    schema: &Schema,
    database: &Database,
    layout: &Layout,
    relation: RelationId,
) -> Vec<AtOnce> {
    let (Some(to_one), Some(place)) = (schema.to_one(relation), layout.relation(relation)) else {
        return Vec::new();
    };
    let clears = match to_one.rules().iter().find_map(|&rule| clears(rule)) {
        Some(clears) => clears,
        None => return Vec::new(),
    };
    let source = schema.relations[relation].source;
    let mut checks =
        uniques((schema, database, layout), layout.table(source), &place.columns, clears);
    for &member in &schema.entities[source].members {
        if let MemberId::Relation(other) = member
            && schema
                .to_one(other)
                .is_some_and(|other| other.within.iter().any(|pair| pair.here == relation))
        {
            checks.push(AtOnce::Pair(other));
        }
    }
    for &other in &schema.entities[source].incoming {
        let Some(referring) = layout.relation(other) else { continue };
        let table = layout.table(schema.relations[other].source);
        let key = database.tables[table].foreign_keys.get(referring.foreign_key);
        if key.is_some_and(|key| key.target_columns.iter().any(|it| place.columns.contains(it))) {
            checks.push(AtOnce::Referred(other));
        }
    }
    if !clears {
        checks.push(AtOnce::Default);
    }
    checks
}

/// Whether a rule that writes clears; `None` of one that writes nothing.
fn clears(rule: DeleteRule) -> Option<bool> {
    match rule {
        DeleteRule::SetNull => Some(true),
        DeleteRule::SetDefault => Some(false),
        DeleteRule::Cascade | DeleteRule::Restrict | DeleteRule::Protect => None,
    }
}

/// The columns of a table that any write sets to the time: `on update now()`.
pub fn touched(schema: &Schema, layout: &Layout, table: TableId) -> Vec<ColumnIx> {
    let origins = layout.origins(table).columns.iter().enumerate();
    let touched = origins.filter(|(_, origin)| match origin {
        ColumnOrigin::Field(field) => schema.fields[*field].touched,
        ColumnOrigin::Relation(_) | ColumnOrigin::SharedParent(_) => false,
    });
    touched.map(|(column, _)| column).collect()
}

/// The UNIQUEs and EXCLUDEs that a written row can fail: one that holds a cleared column is satisfied,
/// unless NULLs count as equal in it or the row only now falls under its condition. A write also sets
/// columns with `on update now()`, and those that are computed.
fn uniques(
    (schema, database, layout): (&Schema, &Database, &Layout),
    table: TableId,
    own: &[ColumnIx],
    clears: bool,
) -> Vec<AtOnce> {
    let mut written = touched(schema, layout, table);
    written.extend_from_slice(own);
    let table = &database.tables[table];
    let names: Vec<&str> =
        written.iter().map(|&column| table.columns[column].name.as_str()).collect();
    let said = |sql: &Sql| names.iter().any(|name| sql.0.contains(name));
    let changes = |column: ColumnIx| {
        written.contains(&column) || table.columns[column].generated.as_ref().is_some_and(said)
    };
    let empty = |column: ColumnIx| clears && own.contains(&column);
    let mut found: Vec<SmolStr> = Vec::new();
    for unique in &table.uniques {
        let nulls = unique.nulls_distinct && unique.columns.iter().any(|&column| empty(column));
        if !nulls && unique.columns.iter().any(|&column| changes(column)) {
            found.push(unique.name.clone());
        }
    }
    for index in table.indexes.iter().filter(|index| index.unique) {
        let is = |holds: &dyn Fn(ColumnIx) -> bool| {
            index.elements.iter().any(|element| match &element.key {
                IndexKey::Column(column) => holds(*column),
                IndexKey::Expression(_) => false,
            })
        };
        let computed = index.elements.iter().any(|element| match &element.key {
            IndexKey::Column(_) => false,
            IndexKey::Expression(sql) => said(sql),
        });
        let nulls = index.nulls_distinct && is(&empty);
        if !nulls && (is(&changes) || computed || index.condition.as_ref().is_some_and(said)) {
            found.push(index.name.clone());
        }
    }
    for exclude in &table.excludes {
        let columns = exclude.elements.iter().any(|(element, _)| match &element.key {
            IndexKey::Column(column) => !empty(*column) && changes(*column),
            IndexKey::Expression(sql) => said(sql),
        });
        if columns || exclude.condition.as_ref().is_some_and(said) {
            found.push(exclude.name.clone());
        }
    }
    found.into_iter().map(AtOnce::Unique).collect()
}
