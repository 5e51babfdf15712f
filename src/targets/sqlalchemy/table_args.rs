//! What stands in `__table_args__`: every constraint and index of the table, by name and in full.

use crate::ddl;
use crate::quoting::quote_identifier;
use crate::relational::{
    ColumnIx, Deferrability, ExcludeConstraint, ForeignKey, Index, IndexElement, IndexKey,
    QualifiedName, Sql, Table, TableId, UniqueConstraint,
};
use crate::schema::EntityKind;
use crate::targets::python::{Code, string};

use super::plan::Plan;
use super::scope::Scope;

/// The constraints and indexes of a table, in the order of the database.
pub(super) fn constraints(plan: &Plan<'_>, id: TableId, scope: &mut Scope) -> Vec<Code> {
    let table = &plan.program.database.tables[id];
    let mut items = Vec::new();
    if let Some(key) = &table.primary_key {
        let call = with_columns(Code::call(scope.sa("PrimaryKeyConstraint")), table, &key.columns);
        items.push(call.keyword("name", string(&key.name)));
    }
    for unique in &table.uniques {
        items.push(unique_constraint(table, unique, scope));
    }
    for check in &table.checks {
        items.push(
            Code::call(scope.sa("CheckConstraint"))
                .with(sql_text(&check.condition))
                .keyword("name", string(&check.name)),
        );
    }
    for key in &table.foreign_keys {
        items.push(foreign_key(plan, id, key, scope));
    }
    for exclude in &table.excludes {
        items.push(exclude_constraint(table, exclude, scope));
    }
    for found in &table.indexes {
        items.push(index(table, found, scope));
    }
    items
}

/// The options of a table: its comment, its schema, its storage parameters.
pub(super) fn options(table: &Table) -> Vec<(String, Code)> {
    let mut options = Vec::new();
    if let Some(comment) = &table.comment {
        options.push((string("comment"), Code::text(string(comment))));
    }
    if let Some(schema) = &table.name.schema {
        options.push((string("schema"), Code::text(string(schema))));
    }
    if !table.storage.is_empty() {
        options.push((string("postgresql_with"), storage(&table.storage)));
    }
    options
}

/// SQL as a literal for the places where SQLAlchemy reads `:name` as a parameter: those colons, and
/// backslashes in front of a colon, are escaped as it asks.
pub(super) fn sql_text(sql: &Sql) -> String {
    if !sql.0.contains(':') {
        return string(&sql.0);
    }
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut escaped = String::with_capacity(sql.0.len() + 4);
    let mut before = None;
    let mut characters = sql.0.chars().peekable();
    while let Some(character) = characters.next() {
        let parameter = before != Some(':') && !word(before) && word(characters.peek().copied());
        if character == ':' && (before == Some('\\') || parameter) {
            escaped.push('\\');
        }
        escaped.push(character);
        before = Some(character);
    }
    string(&escaped)
}

/// `text("…")`
pub(super) fn text_clause(sql: &Sql, scope: &mut Scope) -> Code {
    Code::call(scope.sa("text")).with(sql_text(sql))
}

fn with_columns(call: Code, table: &Table, columns: &[ColumnIx]) -> Code {
    columns.iter().fold(call, |call, &column| call.with(column_name(table, column)))
}

fn column_name(table: &Table, column: ColumnIx) -> String {
    string(&table.columns[column].name)
}

fn deferring(call: Code, deferrability: Deferrability) -> Code {
    let initially = match deferrability {
        Deferrability::NotDeferrable => return call,
        Deferrability::InitiallyImmediate => "IMMEDIATE",
        Deferrability::InitiallyDeferred => "DEFERRED",
    };
    call.keyword("deferrable", "True").keyword("initially", string(initially))
}

fn unique_constraint(table: &Table, unique: &UniqueConstraint, scope: &mut Scope) -> Code {
    let call = with_columns(Code::call(scope.sa("UniqueConstraint")), table, &unique.columns);
    let call = call.keyword("name", string(&unique.name));
    let call = deferring(call, unique.deferrability);
    if unique.nulls_distinct { call } else { call.keyword("postgresql_nulls_not_distinct", "True") }
}

fn foreign_key(plan: &Plan<'_>, id: TableId, key: &ForeignKey, scope: &mut Scope) -> Code {
    let table = &plan.program.database.tables[id];
    let target = &plan.program.database.tables[key.target];
    let own = key.columns.iter().map(|&column| Code::text(column_name(table, column))).collect();
    let entity = plan.program.layout.origins(key.target).entity;
    let external = plan.schema().entities[entity].kind == EntityKind::External;
    let class = external.then(|| plan.foundation_class(entity, scope));
    let theirs = key
        .target_columns
        .iter()
        .map(|&column| match &class {
            // The table is in a metadata of its own, where a string would not find it.
            Some(class) => Code::text(format!("{class}.{}", plan.attribute(key.target, column))),
            None => Code::text(string(&format!(
                "{}.{}",
                dotted(&target.name),
                target.columns[column].name
            ))),
        })
        .collect();
    let mut call = Code::call(scope.sa("ForeignKeyConstraint"))
        .with(Code::list(own))
        .with(Code::list(theirs))
        .keyword("name", string(&key.name));
    if let Some(action) = ddl::delete_action(table, key) {
        call = call.keyword("ondelete", string(&action));
    }
    if let Some(action) = ddl::update_action(key) {
        call = call.keyword("onupdate", string(action));
    }
    call = deferring(call, key.deferrability);
    if plan.closes_circle(id, key) { call.keyword("use_alter", "True") } else { call }
}

/// A table as SQLAlchemy's strings name it.
pub(super) fn dotted(name: &QualifiedName) -> String {
    match &name.schema {
        Some(schema) => format!("{schema}.{}", name.name),
        None => name.name.to_string(),
    }
}

fn exclude_constraint(table: &Table, exclude: &ExcludeConstraint, scope: &mut Scope) -> Code {
    let mut call = Code::call(scope.pg("ExcludeConstraint"));
    for (element, operator) in &exclude.elements {
        let operator = Code::text(string(operator));
        call = call.with(Code::tuple(vec![element_code(table, element, scope), operator]));
    }
    call = call.keyword("name", string(&exclude.name)).keyword("using", string(&exclude.using));
    if let Some(condition) = &exclude.condition {
        call = call.keyword("where", text_clause(condition, scope));
    }
    deferring(call, exclude.deferrability)
}

fn index(table: &Table, index: &Index, scope: &mut Scope) -> Code {
    let mut call = Code::call(scope.sa("Index")).with(string(&index.name));
    for element in &index.elements {
        call = call.with(element_code(table, element, scope));
    }
    if index.unique {
        call = call.keyword("unique", "True");
    }
    if index.using != "btree" {
        call = call.keyword("postgresql_using", string(&index.using));
    }
    if !index.include.is_empty() {
        let columns = index.include.iter().map(|&column| column_name(table, column).into());
        call = call.keyword("postgresql_include", Code::list(columns.collect()));
    }
    if !index.nulls_distinct {
        call = call.keyword("postgresql_nulls_not_distinct", "True");
    }
    if let Some(condition) = &index.condition {
        call = call.keyword("postgresql_where", text_clause(condition, scope));
    }
    if index.storage.is_empty() {
        call
    } else {
        call.keyword("postgresql_with", storage(&index.storage))
    }
}

/// A column by its name; whatever says more, as SQL.
fn element_code(table: &Table, element: &IndexElement, scope: &mut Scope) -> Code {
    let plain = element.opclass.is_none()
        && !element.descending
        && element.nulls_first == element.descending;
    let mut sql = match &element.key {
        IndexKey::Column(column) if plain => return column_name(table, *column).into(),
        IndexKey::Column(column) => quote_identifier(&table.columns[*column].name),
        IndexKey::Expression(sql) => format!("({})", sql.0),
    };
    if let Some(opclass) = &element.opclass {
        sql.push(' ');
        sql.push_str(opclass);
    }
    if element.descending {
        sql.push_str(" DESC");
    }
    if element.nulls_first != element.descending {
        sql.push_str(if element.nulls_first { " NULLS FIRST" } else { " NULLS LAST" });
    }
    text_clause(&Sql(sql), scope)
}

fn storage(parameters: &[(String, String)]) -> Code {
    Code::dict(parameters.iter().map(|(name, value)| (string(name), string(value).into())))
}
