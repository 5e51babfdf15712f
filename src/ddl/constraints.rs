//! The lines of a CREATE TABLE that define constraints, and what they share with indexes.

use std::collections::HashSet;

use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{
    ColumnIx, Database, Deferrability, ExcludeConstraint, ForeignKey, ForeignKeyRef, IndexElement,
    IndexKey, ReferentialAction, Table, TableId,
};

/// Where a long constraint goes on.
const NEXT_LINE: &str = "\n        ";

/// The key, then UNIQUE, CHECK, EXCLUDE and FOREIGN KEY, without the foreign keys of `outside`.
pub(super) fn definitions(
    database: &Database,
    id: TableId,
    outside: &HashSet<ForeignKeyRef>,
) -> Vec<String> {
    let table = &database.tables[id];
    let mut lines = Vec::new();
    if let Some(key) = &table.primary_key {
        let columns = column_list(table, &key.columns);
        lines.push(named(&key.name, &format!("PRIMARY KEY ({columns})")));
    }
    for unique in &table.uniques {
        let nulls = if unique.nulls_distinct { "" } else { " NULLS NOT DISTINCT" };
        let columns = column_list(table, &unique.columns);
        let definition = format!("UNIQUE{nulls} ({columns})");
        lines.push(named(&unique.name, &deferrable(definition, unique.deferrability)));
    }
    for check in &table.checks {
        lines.push(named(&check.name, &format!("CHECK ({})", check.condition.0)));
    }
    for exclude in &table.excludes {
        lines.push(named(&exclude.name, &exclude_definition(table, exclude)));
    }
    for (index, key) in table.foreign_keys.iter().enumerate() {
        if !outside.contains(&ForeignKeyRef { table: id, index }) {
            lines.push(foreign_key(database, table, key));
        }
    }
    lines
}

/// `CONSTRAINT … FOREIGN KEY … REFERENCES …`
pub(super) fn foreign_key(database: &Database, table: &Table, key: &ForeignKey) -> String {
    let target = &database.tables[key.target];
    let mut actions = Vec::new();
    actions.extend(delete_action(table, key).map(|action| format!("ON DELETE {action}")));
    actions.extend(update_action(key).map(|action| format!("ON UPDATE {action}")));
    actions.extend(deferrability(key.deferrability).map(str::to_owned));
    let actions = match actions.is_empty() {
        true => String::new(),
        false => format!("{NEXT_LINE}{}", actions.join(" ")),
    };
    let definition = format!(
        "FOREIGN KEY ({}){NEXT_LINE}REFERENCES {} ({}){actions}",
        column_list(table, &key.columns),
        target.name.quoted(),
        column_list(target, &key.target_columns),
    );
    named(&key.name, &definition)
}

fn exclude_definition(table: &Table, exclude: &ExcludeConstraint) -> String {
    let elements: Vec<_> = exclude
        .elements
        .iter()
        .map(|(element, operator)| format!("{} WITH {operator}", index_element(table, element)))
        .collect();
    let condition = match &exclude.condition {
        Some(condition) => format!(" WHERE ({})", condition.0),
        None => String::new(),
    };
    let definition = format!(
        "EXCLUDE USING {} ({}){condition}",
        quote_identifier(&exclude.using),
        elements.join(", "),
    );
    deferrable(definition, exclude.deferrability)
}

/// An element of an index or an EXCLUDE.
pub fn index_element(table: &Table, element: &IndexElement) -> String {
    let mut text = match &element.key {
        IndexKey::Column(column) => quote_identifier(&table.columns[*column].name),
        IndexKey::Expression(expression) => format!("({})", expression.0),
    };
    if let Some(opclass) = &element.opclass {
        let parts: Vec<_> = opclass.split('.').map(quote_identifier).collect();
        text = format!("{text} {}", parts.join("."));
    }
    if element.descending {
        text.push_str(" DESC");
    }
    match (element.nulls_first, element.descending) {
        (true, false) => text.push_str(" NULLS FIRST"),
        (false, true) => text.push_str(" NULLS LAST"),
        (true, true) | (false, false) => {}
    }
    text
}

/// `a, b`
pub(super) fn column_list(table: &Table, columns: &[ColumnIx]) -> String {
    let names: Vec<_> =
        columns.iter().map(|&column| quote_identifier(&table.columns[column].name)).collect();
    names.join(", ")
}

/// `fillfactor = 70, autovacuum_enabled = false`
pub fn storage_list(storage: &[(String, String)]) -> String {
    let plain = |value: &str| {
        value
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "._-".contains(character))
    };
    let parts: Vec<_> = storage
        .iter()
        .map(|(name, value)| {
            let name: Vec<_> = name.split('.').map(quote_identifier).collect();
            let value = if plain(value) { value.clone() } else { quote_literal(value) };
            format!("{} = {value}", name.join("."))
        })
        .collect();
    parts.join(", ")
}

fn named(name: &str, definition: &str) -> String {
    format!("CONSTRAINT {} {definition}", quote_identifier(name))
}

/// What stands behind ON DELETE, `SET NULL (product_id)`; NO ACTION is what a key says without words.
pub fn delete_action(table: &Table, key: &ForeignKey) -> Option<String> {
    let action = action(key.on_delete)?;
    Some(if key.on_delete_columns.is_empty() {
        action.to_owned()
    } else {
        format!("{action} ({})", column_list(table, &key.on_delete_columns))
    })
}

/// What stands behind ON UPDATE; NO ACTION is what a key says without words.
pub fn update_action(key: &ForeignKey) -> Option<&'static str> {
    action(key.on_update)
}

fn action(action: ReferentialAction) -> Option<&'static str> {
    match action {
        ReferentialAction::NoAction => None,
        ReferentialAction::Restrict => Some("RESTRICT"),
        ReferentialAction::Cascade => Some("CASCADE"),
        ReferentialAction::SetNull => Some("SET NULL"),
        ReferentialAction::SetDefault => Some("SET DEFAULT"),
    }
}

fn deferrable(definition: String, when: Deferrability) -> String {
    match deferrability(when) {
        Some(words) => format!("{definition}{NEXT_LINE}{words}"),
        None => definition,
    }
}

/// The words for when a constraint is checked; NOT DEFERRABLE is what it says without any.
pub fn deferrability(when: Deferrability) -> Option<&'static str> {
    match when {
        Deferrability::NotDeferrable => None,
        Deferrability::InitiallyImmediate => Some("DEFERRABLE INITIALLY IMMEDIATE"),
        Deferrability::InitiallyDeferred => Some("DEFERRABLE INITIALLY DEFERRED"),
    }
}
