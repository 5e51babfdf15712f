//! Enums: how they are stored, and their values.

use std::collections::HashMap;

use crate::diagnostics::Diagnostic;
use crate::schema::types::Category;
use crate::schema::{BaseType, EnumId, EnumStorage, EnumValue, FieldType, Scalar, TypeArguments};
use crate::source::Span;
use crate::syntax::tree::{self, LiteralKind};

use super::declare::text;
use super::types::resolve_type;
use super::{Draft, Input, errors};

/// Fills in every enum.
pub(crate) fn resolve_enums(input: &Input<'_>, draft: &mut Draft<'_>) {
    for (index, declaration) in input.declarations.enums.iter().enumerate() {
        let tree = declaration.tree;
        let names = &input.declarations.names;
        let storage = match &tree.storage {
            None => Some(EnumStorage::Checked(FieldType::scalar(Scalar::Text))),
            Some(tree::EnumStorage::NativeType(_)) => Some(EnumStorage::NativeType),
            Some(tree::EnumStorage::Type(ty)) => {
                let known = resolve_type(names, declaration.module, ty, &mut draft.found);
                known.and_then(|known| storable(known, ty, &mut draft.found))
            }
        };
        let values = read_values(tree, storage.as_ref(), &mut draft.found);
        let id = EnumId::from_index(index);
        let target = &mut draft.schema.enums[id];
        target.values = values;
        if let Some(storage) = storage {
            target.storage = storage;
        }
    }
}

/// The storage as this type, when values can be compared in it as text or as whole numbers.
fn storable(
    ty: FieldType,
    written: &tree::TypeRef,
    found: &mut Vec<Diagnostic>,
) -> Option<EnumStorage> {
    let fits = ty.dimensions == 0
        && match ty.base {
            BaseType::Scalar(scalar, _) => {
                matches!(scalar.category(), Category::Text | Category::Integer)
            }
            BaseType::Enum(_) | BaseType::Raw(_) => false,
        };
    if !fits {
        found.push(errors::enum_value_unfit(
            written.span,
            "an enum is stored as text or as a whole number",
            "write `as text`, `as char(2)`, `as smallint` …, or `as type` for a PostgreSQL enum type",
        ));
        return None;
    }
    Some(EnumStorage::Checked(ty))
}

fn read_values(
    tree: &tree::Enum,
    storage: Option<&EnumStorage>,
    found: &mut Vec<Diagnostic>,
) -> Vec<EnumValue> {
    if tree.values.is_empty() && tree.broken.is_empty() {
        found.push(errors::enum_without_values(&tree.name));
    }
    let mut names: HashMap<&str, Span> = HashMap::new();
    let mut stored: HashMap<String, Span> = HashMap::new();
    let mut values = Vec::with_capacity(tree.values.len());
    for value in &tree.values {
        if let Some(first) = names.get(value.name.text.as_str()) {
            found.push(errors::listed_twice("value", &value.name, *first));
            continue;
        }
        names.insert(&value.name.text, value.name.span);
        let as_text = match value.value.as_ref().map(|literal| &literal.kind) {
            None => value.name.text.to_string(),
            Some(LiteralKind::String(text)) => text.clone(),
            Some(LiteralKind::Number(number)) => number.to_string(),
            Some(LiteralKind::Boolean(value)) => value.to_string(),
            Some(LiteralKind::Null) => "null".to_owned(),
            Some(LiteralKind::Word(word)) => word.to_string(),
        };
        let span = value.value.as_ref().map_or(value.name.span, |literal| literal.span);
        if let Some((what, help)) = storage.and_then(|storage| misfit(storage, value, &as_text)) {
            found.push(errors::enum_value_unfit(span, &what, &help));
        } else if let Some(first) = stored.insert(as_text.clone(), span) {
            found.push(errors::enum_value_twice(&as_text, span, first));
        }
        values.push(EnumValue {
            name: value.name.text.clone(),
            stored: as_text,
            label: text(&value.label),
            docs: text(&value.docs),
            span: value.name.span,
        });
    }
    values.extend(tree.broken.iter().map(unread));
    values
}

/// A value that could not be read, so that nobody calls it unknown.
fn unread(name: &tree::Name) -> EnumValue {
    EnumValue {
        name: name.text.clone(),
        stored: name.text.to_string(),
        label: None,
        docs: None,
        span: name.span,
    }
}

/// Why a value can't be stored so, and what to do.
fn misfit(
    storage: &EnumStorage,
    value: &tree::EnumValue,
    stored: &str,
) -> Option<(String, String)> {
    let name = &value.name.text;
    let is_string = matches!(
        value.value.as_ref().map(|literal| &literal.kind),
        None | Some(LiteralKind::String(_))
    );
    match storage {
        EnumStorage::NativeType if !is_string => Some((
            format!("`{name}` is stored in a PostgreSQL enum type, whose values are text"),
            format!("write `{name} = \"{stored}\"`"),
        )),
        EnumStorage::NativeType if stored.is_empty() || stored.len() > 63 => Some((
            format!(
                "`{name}` is stored in a PostgreSQL enum type, whose values have 1 to 63 bytes"
            ),
            "store it as something shorter, or the enum as `text`".to_owned(),
        )),
        EnumStorage::NativeType => None,
        EnumStorage::Checked(ty) => {
            let BaseType::Scalar(scalar, arguments) = ty.base else { return None };
            if scalar.category() == Category::Integer {
                return integer_misfit(scalar, value, stored);
            }
            if !is_string {
                return Some((
                    format!("`{name}` is stored as text, and this is not text"),
                    format!("write `{name} = \"{stored}\"`"),
                ));
            }
            let length = stored.chars().count();
            match (scalar, arguments) {
                (Scalar::Char, TypeArguments::Length(most)) if length > most as usize => {
                    Some(too_long(name, length, most))
                }
                (Scalar::Char, _) if stored.ends_with(' ') => Some((
                    format!("`{name}` ends with a space, which `char` does not keep"),
                    "store it as something else, or the enum as `text`".to_owned(),
                )),
                (Scalar::Varchar, TypeArguments::Length(most)) if length > most as usize => {
                    Some(too_long(name, length, most))
                }
                _ => None,
            }
        }
    }
}

fn too_long(name: &str, length: usize, most: u32) -> (String, String) {
    (
        format!("`{name}` is stored as {length} characters, where {most} have room"),
        "store it as something shorter, or make the enum's type longer".to_owned(),
    )
}

fn integer_misfit(
    scalar: Scalar,
    value: &tree::EnumValue,
    stored: &str,
) -> Option<(String, String)> {
    let name = &value.name.text;
    let number = match value.value.as_ref().map(|literal| &literal.kind) {
        Some(LiteralKind::Number(number)) => number.parse::<i64>().ok(),
        _ => None,
    };
    let Some(number) = number else {
        return Some((
            format!("`{name}` has no whole number to be stored as"),
            format!("write `{name} = 1`, another number for each value"),
        ));
    };
    let fits = match scalar {
        Scalar::Smallint => i16::try_from(number).is_ok(),
        Scalar::Integer => i32::try_from(number).is_ok(),
        _ => true,
    };
    (!fits).then(|| {
        (
            format!("{stored} does not fit into `{}`", scalar.sql()),
            "choose a smaller number, or a larger type".to_owned(),
        )
    })
}

/// Warns about enums that are no field's type.
pub(crate) fn find_unused(input: &Input<'_>, draft: &mut Draft<'_>) {
    if input.declarations.unread {
        return;
    }
    let schema = &draft.schema;
    let mut used = vec![false; schema.enums.len()];
    for (_, field) in schema.fields.iter() {
        if let BaseType::Enum(id) = field.ty.base {
            used[id.index()] = true;
        }
    }
    for (id, one) in schema.enums.iter() {
        if !used[id.index()] {
            draft.found.push(errors::unused_enum(&one.name, one.span));
        }
    }
}
