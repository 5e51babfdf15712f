//! A database as objects with facts, each fact with the code that a difference in it has. Here, and only
//! here, is written down which part of a [`Database`] counts as what; every type is taken apart to the last
//! field, so that a new one can't be forgotten.

mod constraints;
mod trigger;

use smol_str::SmolStr;

use crate::ddl;
use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{
    Column, ColumnIx, Database, EnumType, OtherObject, Partition, Sequence, Table, TableId,
};

use super::{Code, Kind};

/// An object of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub kind: Kind,
    /// The schema that it lies in, by itself or with its table.
    pub schema: Option<SmolStr>,
    pub name: SmolStr,
    pub facts: Vec<Fact>,
    /// The objects of a table.
    pub parts: Vec<Object>,
    /// Whether something else owns it, so that only the columns that are stated here count.
    pub external: bool,
}

/// What is so about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub code: Code,
    /// What it is about, in a word or two.
    pub property: &'static str,
    /// The text; `None` where there is none.
    pub value: Option<String>,
    /// Whether the object's definition repeats it.
    pub defines: bool,
}

impl Object {
    fn new(kind: Kind, schema: Option<&SmolStr>, name: &str, facts: Vec<Fact>) -> Object {
        Object {
            kind,
            schema: schema.cloned(),
            name: SmolStr::new(name),
            facts,
            parts: Vec::new(),
            external: false,
        }
    }

    /// The object in one line: `varchar(80) NOT NULL`, `CHECK (price >= 0)`.
    pub(super) fn definition(&self) -> Option<String> {
        let words: Vec<&str> = self
            .facts
            .iter()
            .filter(|fact| fact.defines)
            .filter_map(|fact| fact.value.as_deref())
            .collect();
        if words.is_empty() { None } else { Some(words.join(" ")) }
    }
}

/// A fact that its object's definition repeats.
fn defining(code: Code, property: &'static str, value: impl Into<Option<String>>) -> Fact {
    Fact { code, property, value: value.into(), defines: true }
}

/// A fact that its object's definition does not repeat.
fn further(code: Code, property: &'static str, value: impl Into<Option<String>>) -> Fact {
    Fact { code, property, value: value.into(), defines: false }
}

/// What is rarer, in PostgreSQL's words: a line each.
fn rarer(code: Code, besides: &[String]) -> Fact {
    further(code, "further", list(besides))
}

/// Every object, tables with their parts.
pub(super) fn objects(database: &Database) -> Vec<Object> {
    let Database { schemas, extensions, enum_types, tables, sequences, others, besides } = database;
    let named = |kind, name: &SmolStr| Object::new(kind, None, name, Vec::new());
    let mut objects =
        vec![Object::new(Kind::Database, None, "", vec![rarer(Code::D1009, besides)])];
    objects.extend(schemas.iter().map(|name| named(Kind::Schema, name)));
    objects.extend(extensions.iter().map(|name| named(Kind::Extension, name)));
    objects.extend(enum_types.iter().map(enum_type));
    let free = sequences.iter().filter(|found| found.owner.is_none());
    objects.extend(free.map(|found| sequence(database, found)));
    objects.extend(tables.iter().map(|(id, _)| table(database, id)));
    objects.extend(others.iter().map(other));
    objects
}

fn sequence(database: &Database, found: &Sequence) -> Object {
    let Sequence { name, owner, options, comment } = found;
    let owner = owner.map(|owner| {
        let table = &database.tables[owner.table];
        let column = quote_identifier(&table.columns[owner.column].name);
        format!("OWNED BY {}.{column}", table.name.quoted())
    });
    let mut options = options.clone();
    options.sort();
    let options = if options.is_empty() { None } else { Some(options.join(" ")) };
    let facts = vec![
        defining(Code::D0703, "options", options),
        defining(Code::D0703, "owner", owner),
        further(Code::D0708, "comment", comment.clone()),
    ];
    Object::new(Kind::Sequence, name.schema.as_ref(), &name.name, facts)
}

fn other(found: &OtherObject) -> Object {
    let OtherObject { kind, name, definition, comment } = found;
    let facts = vec![
        defining(Code::D1003, "kind", kind.to_string()),
        further(Code::D1003, "definition", definition.clone()),
        further(Code::D1008, "comment", comment.clone()),
    ];
    Object::new(Kind::Other, name.schema.as_ref(), &name.name, facts)
}

fn enum_type(found: &EnumType) -> Object {
    let EnumType { name, labels, comment } = found;
    let labels: Vec<_> = labels.iter().map(|label| quote_literal(label)).collect();
    let facts = vec![
        defining(Code::D0603, "values", format!("ENUM ({})", labels.join(", "))),
        further(Code::D0608, "comment", comment.clone()),
    ];
    Object::new(Kind::Type, name.schema.as_ref(), &name.name, facts)
}

/// A table with its parts.
pub(super) fn table(database: &Database, id: TableId) -> Object {
    let table = &database.tables[id];
    let Table {
        name,
        external,
        unlogged,
        partitioned_by,
        partition_of,
        comment,
        columns,
        primary_key,
        uniques,
        checks,
        foreign_keys,
        excludes,
        indexes,
        triggers,
        storage,
        besides,
    } = table;
    let names: Vec<_> = columns.iter().map(|column| quote_identifier(&column.name)).collect();
    let logged = if *unlogged { "UNLOGGED" } else { "LOGGED" };
    let partitioned_by = partitioned_by.as_ref().map(|by| format!("PARTITION BY {}", by.0));
    let partition_of = partition_of
        .as_ref()
        .map(|Partition { parent, bound }| format!("PARTITION OF {} {}", parent.quoted(), bound.0));
    let facts = vec![
        // It says what is missing or besides; what of the columns differs has codes of its own.
        defining(Code::D0105, "columns", format!("({})", names.join(", "))),
        further(Code::D0103, "persistence", logged.to_owned()),
        defining(Code::D0103, "partitioning", partitioned_by),
        defining(Code::D0103, "partition", partition_of),
        further(Code::D0104, "storage parameters", storage_list(storage)),
        further(Code::D0108, "comment", comment.clone()),
        rarer(Code::D0109, besides),
    ];
    let mut parts: Vec<Object> = columns.iter().map(|found| column(table, found)).collect();
    parts.extend(primary_key.iter().map(|found| constraints::primary_key(table, found)));
    parts.extend(uniques.iter().map(|found| constraints::unique(table, found)));
    parts.extend(checks.iter().map(|found| constraints::check(table, found)));
    parts.extend(foreign_keys.iter().map(|found| constraints::foreign_key(database, table, found)));
    parts.extend(excludes.iter().map(|found| constraints::exclude(table, found)));
    parts.extend(indexes.iter().map(|found| constraints::index(table, found)));
    parts.extend(triggers.iter().map(|found| trigger::trigger(table, found)));
    let owned = |found: &&Sequence| found.owner.is_some_and(|owner| owner.table == id);
    parts.extend(database.sequences.iter().filter(owned).map(|found| sequence(database, found)));
    let mut object = Object::new(Kind::Table, name.schema.as_ref(), &name.name, facts);
    object.parts = parts;
    object.external = *external;
    object
}

fn part(kind: Kind, table: &Table, name: &str, facts: Vec<Fact>) -> Object {
    Object::new(kind, table.name.schema.as_ref(), name, facts)
}

fn column(table: &Table, found: &Column) -> Object {
    let Column { name, ty, nullable, default, identity, generated, comment, besides } = found;
    let identity = identity.map(|identity| identity.sql().to_owned());
    // Whether it is stored or virtual is among the further facts.
    let generated = generated.as_ref().map(|how| format!("GENERATED ALWAYS AS ({})", how.0));
    let null = if *nullable { "NULL" } else { "NOT NULL" };
    let default = default.as_ref().map(|default| format!("DEFAULT {}", default.0));
    let facts = vec![
        defining(Code::D0203, "type", ty.0.to_string()),
        Fact {
            code: Code::D0204,
            property: "null",
            value: Some(null.to_owned()),
            defines: !nullable,
        },
        defining(Code::D0205, "default", default),
        defining(Code::D0206, "identity", identity),
        defining(Code::D0206, "generation", generated),
        further(Code::D0208, "comment", comment.clone()),
        rarer(Code::D0209, besides),
    ];
    part(Kind::Column, table, name, facts)
}

/// `a, b`
fn column_list(table: &Table, columns: &[ColumnIx]) -> String {
    let names: Vec<_> =
        columns.iter().map(|&column| quote_identifier(&table.columns[column].name)).collect();
    names.join(", ")
}

/// `fillfactor = 70, …`, in the order of the names.
fn storage_list(storage: &[(String, String)]) -> Option<String> {
    let mut sorted = storage.to_vec();
    sorted.sort();
    if sorted.is_empty() { None } else { Some(ddl::storage_list(&sorted)) }
}

/// A line each, in an order of their own.
fn list(texts: &[String]) -> Option<String> {
    let mut sorted = texts.to_vec();
    sorted.sort();
    if sorted.is_empty() { None } else { Some(sorted.join("\n")) }
}
