//! Many-to-many relations to unions: one field that leads to rows of several models, by the links' models.

use crate::naming;
use crate::schema::{EntityId, UnionLink};
use crate::targets::python::{Code, assignment, docstring, string};

use super::app::App;
use super::file::{PythonFile, Support};
use super::unions;

/// The relations of a model to any number of rows of several models.
pub(super) fn links<'a>(
    app: &App<'a>,
    entity: EntityId,
) -> impl Iterator<Item = &'a UnionLink> + use<'a> {
    let schema = app.schema();
    schema.entities[entity].union_links.iter().map(|&id| &schema.union_links[id])
}

/// The attribute of such a relation: `watchers`.
pub(super) fn name(link: &UnionLink) -> String {
    naming::snake(&link.name)
}

/// `watchers: many.ManyField[Owner] = many.ManyField("TaskWatchers", "task", "owner", {…})`
pub(super) fn field(app: &App<'_>, link: &UnionLink, file: &mut PythonFile<'_>) -> String {
    let schema = app.schema();
    let to_union = &schema.union_relations[link.union_end];
    let class = file.support(Support::ManyField);
    let through = match schema.entities[link.link].module == app.module {
        true => app.class(link.link),
        false => app.dotted(link.link),
    };
    let mut code = Code::call(&class)
        .with(string(&through))
        .with(string(&app.relation_name(link.source_end)))
        .with(string(&unions::name(to_union)))
        .with(unions::alternatives(app, link.source, to_union.union, file));
    if let Some(inverse) = &link.inverse {
        code = code.keyword("related_name", string(&naming::snake(inverse)));
    }
    if schema.relations[link.source_end].there.min == 0 {
        code = code.keyword("blank", "True");
    }
    if let Some(label) = &link.label {
        code = code.keyword("verbose_name", string(label));
    }
    file.imports.name("__future__", "annotations");
    let ty = Code::subscript(class, unions::type_of(app, to_union.union));
    let mut lines = assignment(4, &name(link), &ty, &code);
    if let Some(docs) = &link.docs {
        lines.push_str(&format!("    {}\n", docstring(docs, 4)));
    }
    lines
}
