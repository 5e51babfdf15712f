//! What `by_owner` takes: rows, models and conditions, and values of the fields that those it asks about have.

use crate::naming;
use crate::schema::{
    BaseType, Category, EntityId, EntityKind, EnumStorage, FieldType, MemberId, UnionId,
};
use crate::targets::python::{Code, Value, docstring, statement, value};

use super::app::App;
use super::file::PythonFile;
use super::unions::type_of;

/// A method that asks for rows by what they lead to.
pub(super) struct Asking {
    /// `by_owner`
    pub name: String,
    /// The class that it is in, which it gives as well.
    pub class: String,
    /// What it does, in a sentence.
    pub docs: String,
    /// What it returns.
    pub asked: Code,
}

/// The method, with what type checkers know of it: for each model, the fields that only rows of it have.
pub(super) fn asking(
    app: &App<'_>,
    method: &Asking,
    union: UnionId,
    file: &mut PythonFile<'_>,
) -> String {
    let condition = file.models("Q");
    file.imports.name("typing", "Any");
    file.imports.name("typing", "overload");
    let gives = |end: &str| format!(" -> {}:{end}", method.class);
    let head = |first: &str| Code::call(method.name.clone()).with("self").with(first.to_owned());
    let mut lines = String::new();
    let mut overload = |code: &Code| {
        lines.push_str("    @overload\n");
        lines.push_str(&statement(4, "def ", code, &gives(" ...")));
        lines.push('\n');
    };
    let mut unknown = false;
    for alternative in &app.schema().unions[union].alternatives {
        if !is_named(app, alternative.entity) {
            unknown = true;
            continue;
        }
        let fields = fields(app, alternative.entity, file);
        let [kind, conditions] = ["kind", "conditions"].map(|word| free(word, &fields));
        let class = app.class(alternative.entity);
        let code = head(&format!("{kind}: type[{class}]"))
            .with("/")
            .with(format!("*{conditions}: {condition}"));
        overload(&with(code, &fields));
    }
    if unknown {
        // mypy takes two of Any for whatever may be given.
        let model = file.models("Model");
        let code = head(&format!("kind: type[{model}]"))
            .with("/")
            .with("*conditions: Any")
            .with("**fields: Any");
        overload(&code);
    }
    let shared = shared(app, union, file);
    let of = type_of(app, union);
    let rows = free("of", &shared);
    overload(&with(head(&format!("*{rows}: {of} | type[{of}] | {condition} | None")), &shared));
    let code = head("*of: Any").with("**fields: Any");
    lines.push_str(&statement(4, "def ", &code, &gives("")));
    lines.push_str(&format!("        {}\n", docstring(&method.docs, 8)));
    lines.push_str(&statement(8, "return ", &method.asked, ""));
    lines
}

/// What the methods of a union name beside it: its alternatives, and what those refer to.
pub(super) fn named(app: &App<'_>, union: UnionId) -> Vec<EntityId> {
    let schema = app.schema();
    let mut found = Vec::new();
    for alternative in &schema.unions[union].alternatives {
        if is_named(app, alternative.entity) {
            found.push(alternative.entity);
            let members = schema.entities[alternative.entity].members.iter();
            found.extend(members.filter_map(|&member| target(app, member)));
        }
    }
    found.retain(|&entity| is_named(app, entity));
    found
}

/// Whether a type checker knows the model by its class alone.
fn is_named(app: &App<'_>, entity: EntityId) -> bool {
    app.schema().entities[entity].kind != EntityKind::External
        && !app.names.ambiguous.contains(&app.class(entity))
}

/// What a relation refers to that people assign by its own name.
fn target(app: &App<'_>, member: MemberId) -> Option<EntityId> {
    let MemberId::Relation(relation) = member else { return None };
    let asked = app.schema().to_one(relation).is_some()
        && app.tied(relation).is_none()
        && !app.is_spelt(relation);
    asked.then(|| app.schema().relations[relation].target)
}

/// The fields of a model and the types of their values, as parameters that may be left out.
fn fields(app: &App<'_>, entity: EntityId, file: &mut PythonFile<'_>) -> Vec<(String, String)> {
    let schema = app.schema();
    let inherited = app.parent(entity).map(|parent| schema.entities[parent].key.as_slice());
    let members = inherited.unwrap_or_default().iter().chain(&schema.entities[entity].members);
    members
        .filter_map(|&member| {
            let (ty, nullable) = match member {
                MemberId::Field(field) => {
                    let field = &schema.fields[field];
                    (of_type(app, &field.ty, file), field.nullable)
                }
                MemberId::Relation(relation) => {
                    let model = target(app, member)?;
                    let known = is_named(app, model);
                    let ty = if known { app.class(model) } else { file.models("Model") };
                    (ty, schema.to_one(relation)?.optional)
                }
            };
            let ty = if nullable && ty != "Any" { format!("{ty} | None") } else { ty };
            Some((app.member_name(member), ty))
        })
        .collect()
}

/// The fields that all models of a union have, likewise.
fn shared(app: &App<'_>, union: UnionId, file: &mut PythonFile<'_>) -> Vec<(String, String)> {
    let schema = app.schema();
    let names = schema.shared_fields(union);
    let Some(first) = schema.unions[union].alternatives.first() else { return Vec::new() };
    let all = fields(app, first.entity, file);
    let names: Vec<String> = names.iter().map(|name| naming::snake(name)).collect();
    all.into_iter().filter(|(name, _)| names.contains(name)).collect()
}

/// What a value of a field is.
fn of_type(app: &App<'_>, ty: &FieldType, file: &mut PythonFile<'_>) -> String {
    let mut name = match &ty.base {
        BaseType::Enum(id) => match &app.schema().enums[*id].storage {
            EnumStorage::Checked(stored) if is_integer(stored) => "int".to_owned(),
            EnumStorage::Checked(_) | EnumStorage::NativeType => "str".to_owned(),
        },
        BaseType::Raw(_) => "Any".to_owned(),
        BaseType::Scalar(scalar, _) => match value(*scalar) {
            Value::Class(None, name) => name.to_owned(),
            Value::Class(Some(module), name) => {
                file.imports.module(module);
                format!("{module}.{name}")
            }
            Value::Document
            | Value::Texts
            | Value::Address
            | Value::Network
            | Value::Bits
            | Value::Range(_)
            | Value::Ranges(_) => "Any".to_owned(),
        },
    };
    for _ in 0..ty.dimensions {
        name = format!("list[{name}]");
    }
    name
}

fn is_integer(ty: &FieldType) -> bool {
    match &ty.base {
        BaseType::Scalar(scalar, _) => scalar.category() == Category::Integer,
        BaseType::Enum(_) | BaseType::Raw(_) => false,
    }
}

/// A parameter's name that no field has.
fn free(word: &str, fields: &[(String, String)]) -> String {
    let mut name = word.to_owned();
    while fields.iter().any(|(field, _)| *field == name) {
        name.push('_');
    }
    name
}

fn with(head: Code, fields: &[(String, String)]) -> Code {
    fields.iter().fold(head, |code, (name, ty)| code.with(format!("{name}: {ty} = ...")))
}
