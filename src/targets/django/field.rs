//! Fields: a column that is no relation's.

use crate::schema::BaseType;
use crate::schema::{Expr, ExprKind, Field, FieldId, FieldType, MemberId, Scalar, TypeArguments};
use crate::targets::python::{Code, string};

use super::app::App;
use super::file::{Place, PythonFile, Support};
use super::types::field_of_type;
use super::unions;
use super::values;

/// A field of a model.
pub(super) fn field(app: &App<'_>, id: FieldId, file: &mut PythonFile<'_>) -> Code {
    let schema = app.schema();
    let field = &schema.fields[id];
    if let Some(expr) = &field.generated {
        return generated(app, id, expr, file);
    }
    let key = schema.entities[field.entity].key == [MemberId::Field(id)];
    let mut code = if field.identity && key {
        file.call(auto_field(&field.ty))
    } else if let Some(support) = touched(field) {
        Code::call(file.support(support))
    } else {
        field_of_type(app, &field.ty, file)
    };
    let kind = app.is_parent(field.entity) && !key;
    if kind && let Code::Brackets { before, .. } = &mut code {
        // Whoever is saved knows its own kind.
        *before = file.support(Support::KindField);
        code = code.keyword("blank", "True").keyword("editable", "False");
        let kinds: Vec<(String, Code)> = (unions::renamed_heirs(app, field.entity).into_iter())
            .map(|(name, accessor)| (string(&accessor), Code::text(string(&name))))
            .collect();
        if !kinds.is_empty() {
            code = code.keyword("kinds", Code::dict(kinds));
        }
    }
    if key {
        code = code.keyword("primary_key", "True");
        if file.place == Place::Migration {
            code = code.keyword("serialize", "False");
        }
    }
    if field.nullable {
        code = code.keyword("null", "True").keyword("blank", "True");
    } else if app.ordered_link(field.entity).is_some_and(|many| many.position == Some(id)) {
        // Without one, the link comes last.
        code = code.keyword("blank", "True");
    }
    if let Some(default) = &field.default {
        code = code.keyword(
            "db_default",
            values::default(app, field.entity, default, Some(&field.ty), file),
        );
    }
    if field.touched || field.default.as_ref().is_some_and(made_by_database) {
        code = code.keyword("editable", "False");
    }
    described(app, id, code)
}

/// The options that say how the column is named, and what people and the database call it.
fn described(app: &App<'_>, id: FieldId, mut code: Code) -> Code {
    let field = &app.schema().fields[id];
    let column = app.column(field.entity, app.program.layout.column(id));
    if column.name != crate::naming::snake(&field.name) {
        code = code.keyword("db_column", string(&column.name));
    }
    if let Some(label) = &field.label {
        code = code.keyword("verbose_name", string(label));
    }
    if let Some(comment) = &column.comment {
        code = code.keyword("db_comment", string(comment));
    }
    code
}

fn generated(app: &App<'_>, id: FieldId, expr: &Expr, file: &mut PythonFile<'_>) -> Code {
    let field = &app.schema().fields[id];
    let mut output = field_of_type(app, &field.ty, file);
    if field.nullable {
        output = output.keyword("null", "True").keyword("blank", "True");
    }
    let code = file
        .call("GeneratedField")
        .keyword("expression", values::value(app, field.entity, expr, file))
        .keyword("output_field", output)
        .keyword("db_persist", "True");
    described(app, id, code)
}

fn auto_field(ty: &FieldType) -> &'static str {
    match ty.base {
        BaseType::Scalar(Scalar::Smallint, _) => "SmallAutoField",
        BaseType::Scalar(Scalar::Integer, _) => "AutoField",
        BaseType::Scalar(..) | BaseType::Enum(_) | BaseType::Raw(_) => "BigAutoField",
    }
}

/// The field that takes the value that a trigger has set.
fn touched(field: &Field) -> Option<Support> {
    match field.ty.base {
        BaseType::Scalar(Scalar::Timestamptz, TypeArguments::None) if field.touched => {
            Some(Support::Touched)
        }
        BaseType::Scalar(Scalar::Timestamp, TypeArguments::None) if field.touched => {
            Some(Support::TouchedNaive)
        }
        BaseType::Scalar(..) | BaseType::Enum(_) | BaseType::Raw(_) => None,
    }
}

/// Whether a default is the database's to make, and no form should ask for it: a time of creation, a
/// random key.
fn made_by_database(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { function, .. }
        if matches!(function.as_str(), "now" | "gen_random_uuid" | "clock_timestamp"
            | "statement_timestamp" | "transaction_timestamp" | "uuidv7" | "uuidv4"))
}
