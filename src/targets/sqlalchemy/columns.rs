//! The columns of a class, and of a link's bare table.

use crate::relational::{Column, ColumnIx, ColumnOrigin, TableId};
use crate::schema::{BaseType, Category, EntityId, Scalar};
use crate::targets::python::{Code, string};

use super::plan::Plan;
use super::relationships::mapped;
use super::scope::Scope;
use super::table_args::{sql_text, text_clause};
use super::types::{TypeCode, type_code};

/// `name: Mapped[str] = mapped_column(String(80))`, one statement a column.
pub(super) fn mapped_columns(plan: &Plan<'_>, id: TableId, scope: &mut Scope) -> String {
    let table = &plan.program.database.tables[id];
    let mut out = String::new();
    for (ix, column) in table.columns.iter().enumerate() {
        let code = column_type(plan, id, ix, column, scope);
        let attribute = plan.attribute(id, ix);
        let mut call = Code::call(scope.orm("mapped_column"));
        if attribute != column.name {
            call = call.with(string(&column.name));
        }
        call = with_options(plan, id, ix, call.with(code.sqlalchemy), scope);
        // SQLAlchemy takes `Any` for a type that allows NULL.
        if code.python == "Any" && !column.nullable {
            call = call.keyword("nullable", "False");
        }
        let python = if column.nullable { format!("{} | None", code.python) } else { code.python };
        out.push_str(&mapped(attribute, python, &call, scope));
    }
    out
}

/// `Column("id", BigInteger, Identity())`, one for each column.
pub(super) fn table_columns(plan: &Plan<'_>, id: TableId, scope: &mut Scope) -> Vec<Code> {
    let table = &plan.program.database.tables[id];
    let columns = table.columns.iter().enumerate().map(|(ix, column)| {
        let code = column_type(plan, id, ix, column, scope);
        let call = Code::call(scope.sa("Column")).with(string(&column.name)).with(code.sqlalchemy);
        let call = with_options(plan, id, ix, call, scope);
        if column.nullable { call } else { call.keyword("nullable", "False") }
    });
    columns.collect()
}

fn column_type(
    plan: &Plan<'_>,
    id: TableId,
    ix: ColumnIx,
    column: &Column,
    scope: &mut Scope,
) -> TypeCode {
    let ty = plan.column_type(id, ix).expect("every column comes from a field or a relation");
    type_code(ty, column.nullable, plan, scope)
}

/// Everything behind the type: identity, default, generation, comment.
fn with_options(
    plan: &Plan<'_>,
    id: TableId,
    ix: ColumnIx,
    mut call: Code,
    scope: &mut Scope,
) -> Code {
    let table = &plan.program.database.tables[id];
    let column = &table.columns[ix];
    if column.identity.is_some() {
        call = call.with(Code::call(scope.sa("Identity")));
    } else if let Some(sql) = &column.generated {
        let computed = Code::call(scope.sa("Computed")).with(sql_text(sql));
        call = call.with(computed.keyword("persisted", "True"));
    } else if counts_by_itself(plan, id, ix) {
        call = call.keyword("autoincrement", "False");
    }
    if let Some(sql) = &column.default {
        call = call.keyword("server_default", text_clause(sql, scope));
    }
    if let Some(moment) = filled(plan, id, ix) {
        call = call.keyword(moment, Code::call(scope.sa("FetchedValue")));
    }
    match &column.comment {
        Some(comment) => call.keyword("comment", string(comment)),
        None => call,
    }
}

/// When a trigger fills a column, as SQLAlchemy calls it.
fn filled(plan: &Plan<'_>, id: TableId, ix: ColumnIx) -> Option<&'static str> {
    match plan.program.layout.origins(id).columns[ix] {
        ColumnOrigin::Field(field) => {
            plan.schema().fields[field].touched.then_some("server_onupdate")
        }
        ColumnOrigin::SharedParent(_) => Some("server_default"),
        ColumnOrigin::Relation(relation) => {
            plan.has_its_row_made(relation).then_some("server_default")
        }
    }
}

/// Whether the database computes something of an entity's rows besides their keys.
pub(super) fn computes(plan: &Plan<'_>, entity: EntityId) -> bool {
    let id = plan.program.layout.table(entity);
    let table = &plan.program.database.tables[id];
    table.columns.iter().enumerate().any(|(ix, column)| {
        let is_key = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&ix));
        let is_computed = column.default.is_some() || column.generated.is_some();
        !is_key && (is_computed || filled(plan, id, ix).is_some())
    })
}

/// Whether SQLAlchemy would make a SERIAL of a key that has no identity.
fn counts_by_itself(plan: &Plan<'_>, id: TableId, ix: ColumnIx) -> bool {
    let table = &plan.program.database.tables[id];
    let alone = table.primary_key.as_ref().is_some_and(|key| key.columns == [ix]);
    let integer = plan.column_type(id, ix).is_some_and(|ty| {
        ty.dimensions == 0 && matches!(&ty.base, BaseType::Scalar(scalar, _) if is_integer(*scalar))
    });
    alone && integer && !table.foreign_keys.iter().any(|key| key.columns.contains(&ix))
}

fn is_integer(scalar: Scalar) -> bool {
    scalar.category() == Category::Integer
}
