//! An action on a row: in words, and as the Python side is told of it.

use serde_json::{Value, json};

use crate::impact::{Action, Row, RowRef, Rows};
use crate::relational::{ColumnIx, QualifiedName, Table, TableId};
use crate::schema::{RelationId, UnionRelationId};
use crate::targets::Program;
use crate::targets::python::attribute;

/// An action among the rows that it is done to.
#[derive(Clone, Copy)]
pub(super) struct Deed<'a> {
    pub(super) program: Program<'a>,
    pub(super) rows: &'a Rows,
    pub(super) action: &'a Action,
}

impl<'a> Deed<'a> {
    /// The action as a message of the protocol (`python/trine_prove`).
    pub(super) fn message(self) -> Value {
        match *self.action {
            Action::Delete(row) => self.about("delete", row),
            Action::Clear { relation, row } => {
                let mut message = self.about("clear", row);
                message["columns"] = self.own(relation);
                message
            }
            Action::Move { relation, row, to } => {
                let mut message = self.about("move", row);
                message["columns"] = self.own(relation);
                message["to"] = self.place(to);
                message["defer"] = json!(false);
                message
            }
            Action::HandOver { relation, row, to } => {
                let mut message = self.about("hand_over", row);
                let stated = &self.program.schema.union_relations[relation];
                message["attribute"] = json!(attribute(&stated.name));
                message["to"] = to.map_or(Value::Null, |to| self.place(to));
                message
            }
            Action::Orphan { relation, row } => {
                let mut message = self.about("orphan", row);
                message["columns"] = self.own(relation);
                message
            }
            Action::Unlink { relation, source, target } => {
                let mut message = self.about("unlink", source);
                message["to"] = self.place(target);
                if let Some(many) = self.program.schema.many_to_many(relation) {
                    let link = self.program.layout.table(many.link);
                    message["link"] = name(&self.program.database.tables[link].name);
                    message["near"] = self.own(many.source_end);
                    message["far"] = self.own(many.target_end);
                }
                message
            }
        }
    }

    /// `deleting Store 41`
    pub(super) fn words(self) -> String {
        match *self.action {
            Action::Delete(row) => format!("deleting {}", self.row(row)),
            Action::Clear { relation, row } => {
                format!("clearing `{}` of {}", self.relation(relation), self.row(row))
            }
            Action::Move { relation, row, to } => format!(
                "pointing `{}` of {} at {}",
                self.relation(relation),
                self.row(row),
                self.row(to)
            ),
            Action::HandOver { relation, row, to: Some(to) } => format!(
                "handing `{}` of {} over to {}",
                self.program.schema.union_relations[relation].name,
                self.row(row),
                self.row(to)
            ),
            Action::HandOver { relation, row, to: None } => format!(
                "clearing `{}` of {}",
                self.program.schema.union_relations[relation].name,
                self.row(row)
            ),
            Action::Orphan { relation, row } => format!(
                "taking {} out of the collection of its `{}`",
                self.row(row),
                self.relation(relation)
            ),
            Action::Unlink { relation, source, target } => format!(
                "taking {} out of `{}` of {}",
                self.row(target),
                self.relation(relation),
                self.row(source)
            ),
        }
    }

    /// The action without its rows: `delete Store`, `move Banner.product`.
    pub(super) fn title(self) -> String {
        match *self.action {
            Action::Delete(row) => format!("delete {}", entity(self.program, row.table)),
            Action::Clear { relation, .. } => format!("clear {}", self.path(relation)),
            Action::Move { relation, .. } => format!("move {}", self.path(relation)),
            Action::HandOver { relation, to: Some(to), .. } => format!(
                "hand over {} → {}",
                union_path(self.program, relation),
                entity(self.program, to.table)
            ),
            Action::HandOver { relation, to: None, .. } => {
                format!("clear {}", union_path(self.program, relation))
            }
            Action::Orphan { relation, .. } => format!("orphan {}", self.path(relation)),
            Action::Unlink { relation, .. } => format!("unlink {}", self.path(relation)),
        }
    }

    fn path(self, id: RelationId) -> String {
        relation_path(self.program, id)
    }

    fn relation(self, id: RelationId) -> &'a str {
        &self.program.schema.relations[id].name
    }

    /// `Store 41`
    fn row(self, row: RowRef) -> String {
        let table = self.table(row.table);
        let values: Vec<String> = key_of(table, self.values(row))
            .map(|(_, value)| match value {
                Value::String(text) => text.clone(),
                Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
                Value::Array(_) | Value::Object(_) => value.to_string(),
            })
            .collect();
        format!("{} {}", entity(self.program, row.table), values.join(", "))
    }

    fn table(self, id: TableId) -> &'a Table {
        &self.program.database.tables[id]
    }

    fn values(self, row: RowRef) -> &'a Row {
        &self.rows.tables[row.table.index()][row.row]
    }

    fn own_columns(self, relation: RelationId) -> &'a [ColumnIx] {
        self.program.layout.relation(relation).map(|place| place.columns.as_slice()).unwrap_or(&[])
    }

    fn own(self, relation: RelationId) -> Value {
        let source = self.program.schema.relations[relation].source;
        let table = self.table(self.program.layout.table(source));
        let names = self.own_columns(relation).iter().map(|&column| &table.columns[column].name);
        json!(names.collect::<Vec<_>>())
    }

    fn about(self, kind: &str, row: RowRef) -> Value {
        let mut message = self.place(row);
        message["kind"] = json!(kind);
        message
    }

    fn place(self, row: RowRef) -> Value {
        json!({ "table": name(&self.table(row.table).name), "key": self.key_value(row) })
    }

    fn key_value(self, row: RowRef) -> Value {
        let pairs = key_of(self.table(row.table), self.values(row));
        Value::Object(pairs.map(|(name, value)| (name.to_owned(), value.clone())).collect())
    }
}

/// The columns of a row's key with their values; all columns where there is no key.
fn key_of<'a>(table: &'a Table, row: &'a Row) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let key: Vec<ColumnIx> = match &table.primary_key {
        Some(key) => key.columns.clone(),
        None => (0..table.columns.len()).collect(),
    };
    key.into_iter().filter_map(move |column| {
        let name = table.columns[column].name.as_str();
        row.get(name).map(|value| (name, value))
    })
}

fn name(name: &QualifiedName) -> Value {
    json!({ "schema": name.schema, "name": name.name })
}

/// The name of a table's entity; a table that several modules might have is told by its module.
pub(super) fn entity(program: Program<'_>, table: TableId) -> String {
    let id = program.layout.origins(table).entity;
    entity_name(program, id)
}

/// An entity's name, behind its module's where another has the same.
pub(super) fn entity_name(program: Program<'_>, id: crate::schema::EntityId) -> String {
    let schema = program.schema;
    let entity = &schema.entities[id];
    let same = schema.entities.values().iter().filter(|other| other.name == entity.name).count();
    match same {
        1 => entity.name.to_string(),
        _ => format!("{}.{}", schema.modules[entity.module].name, entity.name),
    }
}

/// `Task.owner`, of a relation to a union.
pub(super) fn union_path(program: Program<'_>, id: UnionRelationId) -> String {
    let relation = &program.schema.union_relations[id];
    format!("{}.{}", entity_name(program, relation.source), relation.name)
}

/// `Banner.store`
pub(super) fn relation_path(program: Program<'_>, id: RelationId) -> String {
    let relation = &program.schema.relations[id];
    format!("{}.{}", entity_name(program, relation.source), relation.name)
}
