//! Enums as Python classes.

use std::collections::HashSet;

use serde::Serialize;

use crate::naming::snake;
use crate::schema::{BaseType, Category, Enum, EnumId, EnumStorage};
use crate::targets::python::{Code, docstring, statement, string};

use super::plan::Plan;
use super::scope::Scope;

/// An enum, ready to print.
#[derive(Debug, Serialize)]
pub(super) struct EnumView {
    class: String,
    base: String,
    docstring: Option<String>,
    /// `PHOTO = "photo"`, indented, each with its line feed.
    members: String,
    /// The dict of labels, as a `return` statement; only where a value has one.
    labels: Option<String>,
    /// The statement that makes the type of a native enum.
    variable: Option<String>,
}

pub(super) fn enum_view(plan: &Plan<'_>, id: EnumId, scope: &mut Scope) -> EnumView {
    let found = &plan.schema().enums[id];
    let class = plan.enums[id.index()].clone();
    let digits = stores_integers(found);
    let names = member_names(found);
    let mut members = String::new();
    for (value, name) in found.values.iter().zip(&names) {
        for line in value.docs.iter().flat_map(|docs| docs.trim().lines()) {
            let line = string(line.trim());
            members.push_str("    # ");
            members.push_str(&line[1..line.len() - 1]);
            members.push('\n');
        }
        let stored = if digits { value.stored.clone() } else { string(&value.stored) };
        members.push_str(&statement(4, &format!("{name} = "), &stored.into(), ""));
    }
    let labels = found.values.iter().any(|value| value.label.is_some()).then(|| {
        let pairs = found.values.iter().zip(&names).map(|(value, name)| {
            let label = value.label.as_deref().unwrap_or(&value.name);
            (format!("{class}.{name}"), Code::text(string(label)))
        });
        statement(8, "return ", &Code::dict(pairs).spread(), "[self]")
    });
    EnumView {
        base: scope.name("enum", "Enum"),
        docstring: found.docs.as_ref().map(|docs| docstring(docs, 4)),
        members,
        labels,
        variable: plan.is_native(id).then(|| native_type(plan, id, scope)),
        class,
    }
}

/// `post_kind_type = ENUM(PostKind, name="post_kind", …)`
fn native_type(plan: &Plan<'_>, id: EnumId, scope: &mut Scope) -> String {
    let place = plan.program.layout.enum_types[id.index()].expect("a native enum is a type");
    let name = &plan.program.database.enum_types[place].name;
    let mut call = Code::call(scope.pg("ENUM"))
        .with(plan.enums[id.index()].clone())
        .keyword("name", string(&name.name));
    if let Some(schema) = &name.schema {
        call = call.keyword("schema", string(schema));
    }
    let call = call
        .keyword("metadata", scope.name(&plan.base_module(), "metadata"))
        .keyword("values_callable", scope.name(&plan.base_module(), "stored_values"));
    statement(0, &format!("{} = ", plan.enum_variable(id)), &call, "")
}

/// The members in capitals, so that none hides a method of `Enum`.
pub(super) fn member_names(found: &Enum) -> Vec<String> {
    let mut taken = HashSet::new();
    let names = found.values.iter().map(|value| {
        let mut name = snake(&value.name).to_uppercase();
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        name
    });
    names.collect()
}

fn stores_integers(found: &Enum) -> bool {
    match &found.storage {
        EnumStorage::Checked(ty) => match &ty.base {
            BaseType::Scalar(scalar, _) => scalar.category() == Category::Integer,
            BaseType::Enum(_) | BaseType::Raw(_) => false,
        },
        EnumStorage::NativeType => false,
    }
}
