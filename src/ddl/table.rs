//! Statements about one table: itself, its indexes, its comments, and foreign keys that stand outside it.

use std::collections::HashSet;

use serde::Serialize;

use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{Database, ForeignKeyRef, Index, TableId};

use super::templates::render;
use super::{columns, constraints};

#[derive(Serialize)]
struct TableView {
    name: String,
    body: String,
    storage: String,
}

/// `CREATE TABLE …` with every constraint but the foreign keys of `outside`.
pub fn create_table(database: &Database, id: TableId, outside: &HashSet<ForeignKeyRef>) -> String {
    let table = &database.tables[id];
    let mut lines = columns::definitions(table);
    lines.extend(constraints::definitions(database, id, outside));
    let view = TableView {
        name: table.name.quoted(),
        body: format!("    {}", lines.join(",\n    ")),
        storage: constraints::storage_list(&table.storage),
    };
    render("table", view)
}

/// `CREATE INDEX …`
pub fn create_index(database: &Database, id: TableId, index: &Index) -> String {
    let table = &database.tables[id];
    let elements: Vec<_> =
        index.elements.iter().map(|element| constraints::index_element(table, element)).collect();
    let mut sql = format!(
        "CREATE {}INDEX {} ON {}",
        if index.unique { "UNIQUE " } else { "" },
        quote_identifier(&index.name),
        table.name.quoted()
    );
    if index.using != "btree" {
        sql.push_str(&format!(" USING {}", quote_identifier(&index.using)));
    }
    sql.push_str(&format!(" ({})", elements.join(", ")));
    if !index.include.is_empty() {
        let columns = constraints::column_list(table, &index.include);
        sql.push_str(&format!(" INCLUDE ({columns})"));
    }
    if !index.nulls_distinct {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    if !index.storage.is_empty() {
        sql.push_str(&format!(" WITH ({})", constraints::storage_list(&index.storage)));
    }
    if let Some(condition) = &index.condition {
        sql.push_str(&format!(" WHERE ({})", condition.0));
    }
    sql
}

/// `COMMENT ON …` for the table and its columns.
pub fn comments(database: &Database, id: TableId) -> Vec<String> {
    let table = &database.tables[id];
    let name = table.name.quoted();
    let of_table = table
        .comment
        .iter()
        .map(|comment| format!("COMMENT ON TABLE {name} IS {}", quote_literal(comment)));
    let of_columns = table.columns.iter().filter_map(|column| {
        let comment = quote_literal(column.comment.as_ref()?);
        Some(format!("COMMENT ON COLUMN {name}.{} IS {comment}", quote_identifier(&column.name)))
    });
    of_table.chain(of_columns).collect()
}

/// `ALTER TABLE … ADD CONSTRAINT … FOREIGN KEY …`
pub fn add_foreign_key(database: &Database, key: ForeignKeyRef) -> String {
    let table = &database.tables[key.table];
    let definition = constraints::foreign_key(database, table, &table.foreign_keys[key.index]);
    format!("ALTER TABLE {}\n    ADD {definition}", table.name.quoted())
}

/// `ALTER TABLE … DROP CONSTRAINT …`
pub fn drop_foreign_key(database: &Database, key: ForeignKeyRef) -> String {
    let table = &database.tables[key.table];
    let name = quote_identifier(&table.foreign_keys[key.index].name);
    format!("ALTER TABLE {} DROP CONSTRAINT {name}", table.name.quoted())
}

/// `DROP TABLE …`, which takes its indexes, comments and triggers with it, but not their functions.
pub fn drop_table(database: &Database, id: TableId) -> String {
    format!("DROP TABLE {}", database.tables[id].name.quoted())
}
