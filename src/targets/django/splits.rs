//! Entities that a union splits: an abstract model of what the parts have alike, and the query across them.

use crate::naming;
use crate::schema::{EntityId, Split};
use crate::targets::python::{Code, class, docstring, statement, string};

use super::app::App;
use super::asked::{Asking, asking};
use super::file::{PythonFile, Support};
use super::unions;

/// What a model is a part of.
pub(super) fn split_of<'a>(app: &App<'a>, entity: EntityId) -> Option<&'a Split> {
    app.names.parts.get(&entity).map(|&nth| &app.schema().splits[nth])
}

/// The same, for the first of the parts alone.
pub(super) fn begun_by<'a>(app: &App<'a>, entity: EntityId) -> Option<&'a Split> {
    split_of(app, entity).filter(|split| split.parts.first() == Some(&entity))
}

/// The class of what the parts have alike: `Task`.
pub(super) fn name(split: &Split) -> String {
    class(&split.name)
}

/// `parts = TaskSplit("owner", "PersonTask", "GroupTask")`
pub(super) fn attribute(app: &App<'_>, split: &Split) -> String {
    let parts = split.parts.iter().map(|&part| Code::text(string(&app.class(part))));
    let code = Code::call(query_class(split)).with(string(&naming::snake(&split.relation)));
    format!(
        "\n{}",
        statement(
            4,
            &format!("{} = ", attribute_name(app, split)),
            &parts.fold(code, Code::with),
            ""
        )
    )
}

/// `parts`, where no member of the entity has that name.
fn attribute_name(app: &App<'_>, split: &Split) -> String {
    let schema = app.schema();
    let is_taken = |name: &str| {
        split.parts.iter().any(|&part| {
            let entity = &schema.entities[part];
            let members = entity.members.iter().map(|&member| app.member_name(member));
            let unions =
                entity.union_relations.iter().map(|&id| unions::name(&schema.union_relations[id]));
            members.chain(unions).any(|member| member == name)
        })
    };
    let mut name = "parts".to_owned();
    while is_taken(&name) {
        name.push('_');
    }
    name
}

fn query_class(split: &Split) -> String {
    format!("{}Split", name(split))
}

/// The class of the queries across the parts.
pub(super) fn query(app: &App<'_>, split: &Split, file: &mut PythonFile<'_>) -> String {
    file.imports.name("__future__", "annotations");
    let parts: Vec<String> = split.parts.iter().map(|&part| app.class(part)).collect();
    let base = Code::subscript(file.support(Support::Split), string(&parts.join(" | ")));
    let class = query_class(split);
    let mut lines = statement(0, "class ", &Code::call(class.clone()).with(base), ":");
    let relation = naming::snake(&split.relation);
    let spoken = relation.replace('_', " ");
    let ask = Asking {
        name: format!("by_{relation}"),
        class: class.clone(),
        docs: format!("Those whose {spoken} is one of these, of this kind, or satisfies this."),
        asked: Code::call("self.by").with("*of").with("**fields"),
    };
    lines.push_str(&asking(app, &ask, split.union, file));
    lines.push_str(&format!("\n    def with_{relation}(self) -> {class}:\n"));
    let docs = format!("Loads the {spoken} of each in the same queries.");
    lines.push_str(&format!("        {}\n", docstring(&docs, 8)));
    let with = Code::call("self.select_related").with(string(&relation));
    lines.push_str(&statement(8, "return ", &with, ""));
    lines.trim_end().to_owned()
}
