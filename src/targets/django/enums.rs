//! Enums as `TextChoices` and `IntegerChoices`.

use crate::schema::{BaseType, Category, Enum, EnumId, EnumStorage, EnumValue};
use crate::targets::python::{self, Code, string};

use super::app::App;
use super::file::{Place, PythonFile};

/// The class of an enum, without its header: base, docstring text and members.
pub(super) fn members(definition: &Enum) -> Vec<String> {
    definition
        .values
        .iter()
        .map(|value| {
            let items =
                vec![Code::text(stored(definition, value)), Code::text(string(&label(value)))];
            let code = Code::tuple(items).flat();
            // An enum's member is a bare tuple.
            let bare = &code[1..code.len() - 1];
            format!("{} = {bare}", member(value))
        })
        .collect()
}

/// `TextChoices` or `IntegerChoices`.
pub(super) fn base(definition: &Enum) -> &'static str {
    if is_integer(definition) { "IntegerChoices" } else { "TextChoices" }
}

/// What `choices=` is given.
pub(super) fn choices(app: &App<'_>, id: EnumId, file: &PythonFile<'_>) -> Code {
    let definition = &app.schema().enums[id];
    match class(app, id, file) {
        Some(class) => Code::text(class),
        None => Code::list(
            definition
                .values
                .iter()
                .map(|value| {
                    Code::tuple(vec![
                        Code::text(stored(definition, value)),
                        Code::text(string(&label(value))),
                    ])
                })
                .collect(),
        ),
    }
}

/// Every value that may be stored: `PostKind.values`, or a list.
pub(super) fn values(app: &App<'_>, id: EnumId, file: &PythonFile<'_>) -> Code {
    let definition = &app.schema().enums[id];
    match class(app, id, file) {
        Some(class) => Code::text(format!("{class}.values")),
        None => Code::list(
            definition.values.iter().map(|value| Code::text(stored(definition, value))).collect(),
        ),
    }
}

/// One value: `PostKind.PHOTO`, or what is stored.
pub(super) fn value(app: &App<'_>, id: EnumId, nth: usize, file: &PythonFile<'_>) -> String {
    let definition = &app.schema().enums[id];
    let value = &definition.values[nth];
    match class(app, id, file) {
        Some(class) => format!("{class}.{}", member(value)),
        None => stored(definition, value),
    }
}

/// The name of the enum's class, where the file may say it: not in a migration, not in another app, since two
/// apps can't import each other's models, and not below an attribute of that name.
fn class(app: &App<'_>, id: EnumId, file: &PythonFile<'_>) -> Option<String> {
    let definition = &app.schema().enums[id];
    let class = python::class(&definition.name);
    (file.place == Place::Models && definition.module == app.module && !file.hides(&class))
        .then_some(class)
}

fn member(value: &EnumValue) -> String {
    crate::naming::snake(&value.name).to_uppercase()
}

fn stored(definition: &Enum, value: &EnumValue) -> String {
    if is_integer(definition) { value.stored.clone() } else { string(&value.stored) }
}

/// What people read: the label, or the name with a capital.
fn label(value: &EnumValue) -> String {
    if let Some(label) = &value.label {
        return label.clone();
    }
    let words = crate::naming::snake(&value.name).replace('_', " ");
    let mut characters = words.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn is_integer(definition: &Enum) -> bool {
    match &definition.storage {
        EnumStorage::Checked(ty) => matches!(&ty.base, BaseType::Scalar(scalar, _)
            if scalar.category() == Category::Integer),
        EnumStorage::NativeType => false,
    }
}
