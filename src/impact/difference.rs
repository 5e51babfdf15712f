//! Where two contents of a database differ, for people.

use std::collections::BTreeMap;

use serde_json::Value;
use smol_str::SmolStr;

use crate::relational::{Table, TableId};
use crate::targets::Program;

use super::predict::touched;
use super::rows::{Row, Rows};

/// How the rows found differ from those wanted, one line each; both began as `before`. The time in a column
/// with `on update now()` does not count, but whether it was set does. Generated columns follow from the
/// others, and are left out.
pub fn difference(program: Program<'_>, before: &Rows, wanted: &Rows, found: &Rows) -> Vec<String> {
    let mut lines = Vec::new();
    for (id, table) in program.database.tables.iter() {
        let times: Vec<&SmolStr> = touched(program, id).collect();
        let sides = [before, wanted, found].map(|rows| by_key(table, id, rows));
        let [before, wanted, found] = &sides;
        for (key, row) in wanted {
            let Some(other) = found.get(key) else {
                lines.push(format!("{} has lost {}", table.name.quoted(), shown(table, row)));
                continue;
            };
            let columns = table.columns.iter().filter(|column| column.generated.is_none());
            let declared = columns.map(|column| &column.name);
            let besides =
                row.keys().filter(|name| !table.columns.iter().any(|it| it.name == **name));
            for name in declared.chain(besides).filter(|name| !times.contains(name)) {
                if row.get(name) != other.get(name) {
                    lines.push(format!(
                        "{} {} has {name} = {}, which should be {}",
                        table.name.quoted(),
                        shown(table, row),
                        text(other.get(name)),
                        text(row.get(name)),
                    ));
                }
            }
            let set = |row: &Row, name: &SmolStr| {
                before.get(key).is_some_and(|old| old.get(name) != row.get(name))
            };
            for &name in &times {
                let line = match (set(row, name), set(other, name)) {
                    (true, false) => "was not written to, although the row was changed",
                    (false, true) => "was written to, although nothing was to change in the row",
                    (true, true) | (false, false) => continue,
                };
                lines.push(format!("{} {}: {name} {line}", table.name.quoted(), shown(table, row)));
            }
        }
        for (key, row) in found {
            if !wanted.contains_key(key) {
                lines.push(format!("{} still has {}", table.name.quoted(), shown(table, row)));
            }
        }
    }
    lines
}

/// The rows of a table by their key; by everything that is in them where there is none.
fn by_key<'a>(table: &Table, id: TableId, rows: &'a Rows) -> BTreeMap<String, &'a Row> {
    let rows = rows.tables.get(id.index()).into_iter().flatten();
    rows.map(|row| (key(table, row), row)).collect()
}

fn key(table: &Table, row: &Row) -> String {
    let values: Vec<String> = match &table.primary_key {
        Some(key) => {
            key.columns.iter().map(|&column| text(row.get(&table.columns[column].name))).collect()
        }
        None => row.values().map(|value| text(Some(value))).collect(),
    };
    values.join("\u{1f}")
}

/// A row by its key: `(id 41)`.
fn shown(table: &Table, row: &Row) -> String {
    let columns = table.primary_key.iter().flat_map(|key| &key.columns);
    let values: Vec<String> = columns
        .map(|&column| &table.columns[column].name)
        .map(|name| format!("{name} {}", text(row.get(name))))
        .collect();
    format!("({})", values.join(", "))
}

fn text(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}
