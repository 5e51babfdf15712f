//! Which object is which on the other side, and what of it differs.

use std::collections::{BTreeMap, HashSet};

use smol_str::SmolStr;

use crate::quoting::quote_identifier;
use crate::relational::{Database, QualifiedName, Table, TableId, names};

use super::objects::{Object, objects, table};
use super::{Change, Code, Difference, Kind};

/// Compares everything.
pub(super) fn databases(before: &Database, after: &Database) -> Vec<Difference> {
    let mut found = Vec::new();
    let renamed = renamed_tables(before, after);
    if renamed.is_empty() {
        compare_lists(None, &objects(before), &objects(after), &mut found);
        return found;
    }
    // Under their old names they are alike, and so is what refers to them.
    let mut after = after.clone();
    for (id, name) in renamed {
        let new = call(&mut after, id, name);
        let names = (Some(after.tables[id].name.name.to_string()), Some(new.name.to_string()));
        let table = table(&after, id);
        found.push(difference(None, &table, Code::D0107, (Change::Renamed, None), names));
    }
    compare_lists(None, &objects(before), &objects(&after), &mut found);
    found
}

/// The tables of `after` that are one of `before` under another name, with that name: in the same schema,
/// and alike in everything once they are called the same.
fn renamed_tables(before: &Database, after: &Database) -> Vec<(TableId, QualifiedName)> {
    let names = |database: &Database| -> HashSet<QualifiedName> {
        database.tables.values().iter().map(|table| table.name.clone()).collect()
    };
    let (names_before, names_after) = (names(before), names(after));
    let missing = before.tables.iter().filter(|(_, table)| !names_after.contains(&table.name));
    let mut besides: Vec<(TableId, &Table)> =
        after.tables.iter().filter(|(_, table)| !names_before.contains(&table.name)).collect();
    besides.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
    let mut called_alike = after.clone();
    let mut found = Vec::new();
    for (here, old) in missing {
        let twin = besides.iter().position(|(there, new)| {
            let alike = !old.external
                && !new.external
                && old.name.schema == new.name.schema
                && !old.columns.is_empty()
                && old.columns.iter().map(|c| &c.name).eq(new.columns.iter().map(|c| &c.name));
            alike && {
                call(&mut called_alike, *there, old.name.clone());
                let alike = table(before, here) == table(&called_alike, *there);
                called_alike.tables[*there].clone_from(new);
                alike
            }
        });
        if let Some(twin) = twin {
            let (there, _) = besides.remove(twin);
            found.push((there, old.name.clone()));
        }
    }
    found
}

/// Gives a table another name, and returns the one that it had. The sequence of an identity keeps the name
/// that PostgreSQL made of the table's first one, which is worth telling only while the table has another.
fn call(database: &mut Database, id: TableId, name: QualifiedName) -> QualifiedName {
    let table = &mut database.tables[id];
    for column in &mut table.columns {
        let sequence = names::identity_sequence(&name.name, &column.name);
        let known = format!("SEQUENCE NAME {}", quote_identifier(&sequence));
        column.besides.retain(|fact| *fact != known);
    }
    std::mem::replace(&mut table.name, name)
}

/// What it means for an object of a kind to be missing, besides, and under another name.
struct Presence {
    missing: Code,
    besides: Code,
    /// `None` where a name is all that the object has, or where it can never be certain.
    renamed: Option<Code>,
}

fn presence(kind: Kind) -> Presence {
    let (missing, besides, renamed) = match kind {
        Kind::Schema => (Code::D0801, Code::D0802, None),
        Kind::Extension => (Code::D0901, Code::D0902, None),
        Kind::Type => (Code::D0601, Code::D0602, Some(Code::D0607)),
        Kind::Sequence => (Code::D0701, Code::D0702, Some(Code::D0707)),
        // Tables that were renamed have their old names here already.
        Kind::Table => (Code::D0101, Code::D0102, None),
        // Another column of the same type is another column.
        Kind::Column => (Code::D0201, Code::D0202, None),
        Kind::PrimaryKey | Kind::Unique | Kind::Check | Kind::ForeignKey | Kind::Exclude => {
            (Code::D0301, Code::D0302, Some(Code::D0307))
        }
        Kind::Index => (Code::D0401, Code::D0402, Some(Code::D0407)),
        Kind::Trigger => (Code::D0501, Code::D0502, Some(Code::D0507)),
        // Each side has one, and it is never missing.
        Kind::Database => (Code::D1001, Code::D1002, None),
        Kind::Other => (Code::D1001, Code::D1002, None),
    };
    Presence { missing, besides, renamed }
}

/// Compares the objects of a database, or of the table `of`.
fn compare_lists(
    of: Option<&Object>,
    before: &[Object],
    after: &[Object],
    found: &mut Vec<Difference>,
) {
    // Sorted once, so that a database of a thousand tables is not compared a million times.
    let place = |object: &Object| (object.kind, object.schema.clone(), object.name.clone());
    let by_place = |list: &[Object]| -> BTreeMap<_, usize> {
        list.iter().enumerate().map(|(nth, object)| (place(object), nth)).collect()
    };
    let (places_before, places_after) = (by_place(before), by_place(after));
    let mut besides: Vec<&Object> =
        after.iter().filter(|object| !places_before.contains_key(&place(object))).collect();
    besides.sort_by_key(|object| place(object));
    for object in before {
        if let Some(&nth) = places_after.get(&place(object)) {
            compare(of, object, &after[nth], found);
            continue;
        }
        let Presence { missing, renamed, .. } = presence(object.kind);
        let twin = besides.iter().position(|other| is_renamed(object, other));
        if let (Some(code), Some(twin)) = (renamed, twin) {
            let other = besides.remove(twin);
            let names = (Some(object.name.to_string()), Some(other.name.to_string()));
            found.push(difference(of, object, code, (Change::Renamed, None), names));
        } else {
            let values = (object.definition(), None);
            found.push(difference(of, object, missing, (Change::Missing, None), values));
        }
    }
    for object in besides {
        let code = presence(object.kind).besides;
        let values = (None, object.definition());
        found.push(difference(of, object, code, (Change::Besides, None), values));
    }
}

/// Whether two objects are one under two names.
fn is_renamed(one: &Object, other: &Object) -> bool {
    one.kind == other.kind
        && presence(one.kind).renamed.is_some()
        && one.facts == other.facts
        && one.schema == other.schema
}

/// Compares two objects that are the same one.
fn compare(of: Option<&Object>, before: &Object, after: &Object, found: &mut Vec<Difference>) {
    if before.external || after.external {
        let stated = if before.external { before } else { after };
        let columns = |object: &Object| -> Vec<Object> {
            let is_stated =
                |part: &&Object| stated.parts.iter().any(|stated| stated.name == part.name);
            let columns = object.parts.iter().filter(|part| part.kind == Kind::Column);
            columns.filter(is_stated).map(type_only).collect()
        };
        compare_lists(Some(before), &columns(before), &columns(after), found);
        return;
    }
    for (fact, other) in before.facts.iter().zip(&after.facts) {
        // A table's list of columns is a definition only: they are compared one by one.
        if fact.value != other.value && fact.code != Code::D0105 {
            let values = (fact.value.clone(), other.value.clone());
            let what = (Change::Differs, Some(fact.property));
            found.push(difference(of, before, fact.code, what, values));
        }
    }
    found.extend(column_order(before, after));
    compare_lists(Some(before), &before.parts, &after.parts, found);
}

/// A column of a table that something else owns.
fn type_only(column: &Object) -> Object {
    let mut column = column.clone();
    column.facts.retain(|fact| fact.code == Code::D0203);
    column
}

/// Whether the columns that both tables have stand in another order; said once.
fn column_order(before: &Object, after: &Object) -> Option<Difference> {
    let names = |table: &Object, other: &Object| -> Vec<SmolStr> {
        let names = |table: &Object| -> Vec<SmolStr> {
            let columns = table.parts.iter().filter(|part| part.kind == Kind::Column);
            columns.map(|column| column.name.clone()).collect()
        };
        let known: HashSet<SmolStr> = names(other).into_iter().collect();
        names(table).into_iter().filter(|name| known.contains(name)).collect()
    };
    let (here, there) = (names(before, after), names(after, before));
    if here == there {
        return None;
    }
    let values = (Some(here.join(", ")), Some(there.join(", ")));
    let what = (Change::Differs, Some("column order"));
    Some(difference(None, before, Code::D0105, what, values))
}

fn difference(
    of: Option<&Object>,
    object: &Object,
    code: Code,
    (change, property): (Change, Option<&'static str>),
    (before, after): (Option<String>, Option<String>),
) -> Difference {
    let (table, name) = match (of, object.kind) {
        (Some(table), _) => (Some(table.name.clone()), Some(object.name.clone())),
        (None, Kind::Table) => (Some(object.name.clone()), None),
        (None, Kind::Database) => (None, None),
        (None, _) => (None, Some(object.name.clone())),
    };
    Difference {
        code,
        kind: object.kind,
        schema: object.schema.clone(),
        table,
        object: name,
        change,
        property,
        before,
        after,
    }
}
