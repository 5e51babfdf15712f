//! Entities that a union splits: one class over all parts, so that a query may go across them.

use serde::Serialize;

use crate::relational::{ColumnIx, TableId};
use crate::schema::{EntityId, FieldType, ModuleId, Split};
use crate::targets::python::{Code, class, docstring, string};

use super::plan::Plan;
use super::relationships::mapped;
use super::scope::Scope;
use super::types::{python_type, sqlalchemy_type};
use super::unions::inheritance_of_parts;

/// The class over all parts: `select(Task)` is a UNION ALL of their tables.
#[derive(Debug, Serialize)]
pub(super) struct SplitView {
    name: String,
    bases: String,
    docstring: Option<String>,
    /// What the parts are told apart by, where SQLAlchemy's own name for it is a column's.
    discriminator: Option<String>,
    /// What all parts have alike, and what the mapper is told of them.
    columns: String,
}

pub(super) fn split_views(plan: &Plan<'_>, module: ModuleId, scope: &mut Scope) -> Vec<SplitView> {
    let splits = plan.schema().splits.iter().filter(|split| split.module == module);
    splits.map(|split| split_view(plan, split, scope)).collect()
}

fn split_view(plan: &Plan<'_>, split: &Split, scope: &mut Scope) -> SplitView {
    let concrete = scope.name("sqlalchemy.ext.declarative", "AbstractConcreteBase");
    let base = scope.name(&plan.base_module(), "Base");
    let tables: Vec<TableId> =
        split.parts.iter().map(|&part| plan.program.layout.table(part)).collect();
    let mut columns = String::new();
    if let Some((first, others)) = tables.split_first() {
        for ix in 0..plan.program.database.tables[*first].columns.len() {
            let name = plan.attribute(*first, ix);
            let python = annotation(plan, *first, ix, scope);
            let alike = others.iter().all(|&other| {
                let columns = 0..plan.program.database.tables[other].columns.len();
                columns.into_iter().any(|there| {
                    plan.attribute(other, there) == name
                        && annotation(plan, other, there, scope) == python
                })
            });
            if alike {
                // Not every annotation tells SQLAlchemy the column's type.
                let nullable = plan.program.database.tables[*first].columns[ix].nullable;
                let of = sqlalchemy_type(column_type(plan, *first, ix), nullable, plan, scope);
                let column = Code::call(scope.orm("mapped_column")).with(of);
                columns.push_str(&mapped(name, python, &column, scope));
            }
        }
    }
    columns.push_str(&inheritance_of_parts(plan, split, scope));
    let is_taken = |name: &str| {
        tables.iter().any(|&table| {
            plan.program.database.tables[table].columns.iter().any(|column| column.name == name)
        })
    };
    let mut discriminator = "type".to_owned();
    while is_taken(&discriminator) {
        discriminator.push('_');
    }
    let docs = split.parts.first().and_then(|&part| plan.schema().entities[part].docs.as_ref());
    SplitView {
        name: class(&split.name),
        bases: format!("{concrete}, {base}"),
        docstring: docs.map(|docs| docstring(docs, 4)),
        discriminator: (discriminator != "type").then(|| string(&discriminator)),
        columns,
    }
}

/// What a column's attribute is annotated with.
fn annotation(plan: &Plan<'_>, table: TableId, ix: ColumnIx, scope: &mut Scope) -> String {
    let python = python_type(column_type(plan, table, ix), plan, scope);
    let nullable = plan.program.database.tables[table].columns[ix].nullable;
    if nullable { format!("{python} | None") } else { python }
}

fn column_type<'a>(plan: &Plan<'a>, table: TableId, ix: ColumnIx) -> &'a FieldType {
    plan.column_type(table, ix).expect("every column comes from a field or a relation")
}

impl<'a> Plan<'a> {
    /// What an entity is a part of.
    pub fn split_of(&self, entity: EntityId) -> Option<&'a Split> {
        self.parts.get(&entity).map(|&nth| &self.program.schema.splits[nth])
    }

    /// The classes over the parts of a module's entities.
    pub fn module_splits(&self, module: ModuleId) -> impl Iterator<Item = &str> {
        let splits = self.program.schema.splits.iter().zip(&self.splits);
        splits.filter(move |(split, _)| split.module == module).map(|(_, name)| name.as_str())
    }
}
