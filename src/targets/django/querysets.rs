//! The querysets and managers of models that lead to one of several, and what such models compute with.

use crate::naming;
use crate::schema::EntityId;
use crate::targets::python::{Code, assignment, docstring, statement, string};

use super::app::App;
use super::asked::{Asking, asking};
use super::file::{PythonFile, Support};
use super::many;
use super::unions::{has_relations, name, relations};

/// The class of a model's querysets.
pub(super) fn queryset(
    app: &App<'_>,
    entity: EntityId,
    file: &mut PythonFile<'_>,
) -> Option<String> {
    if !has_relations(app, entity) {
        return None;
    }
    file.imports.name("__future__", "annotations");
    let model = app.class(entity);
    let link = app.ordered_link(entity).map(|_| file.support(Support::OrderedLink));
    let base = match app.watches(entity) && link.is_none() {
        true => Support::RefusableUnionQuerySet,
        false => Support::UnionQuerySet,
    };
    file.needs.insert(Support::UnionQuerySet);
    if base == Support::RefusableUnionQuerySet {
        // What says it in words is with those.
        file.needs.insert(Support::Refusable);
    }
    // `Self` is younger than the oldest Python that Django 5.2 runs on.
    let class_name = queryset_class(app, entity);
    let mut class =
        Code::call(class_name.clone()).with(format!("{}[{}]", file.support(base), string(&model)));
    if let Some(link) = link {
        class = class.with(format!("{link}QuerySet[{}]", string(&model)));
    }
    let mut lines = statement(0, "class ", &class, ":");
    let schema = app.schema();
    let one = relations(app, entity).map(|relation| (name(relation), relation.union, false));
    let to_many = many::links(app, entity)
        .map(|link| (many::name(link), schema.union_relations[link.union_end].union, true));
    let methods = one.chain(to_many).map(|(name, union, many)| {
        let ask = asking(app, &asked(&class_name, &name, many), union, file);
        format!("{ask}\n{}", loading(&class_name, &name, many))
    });
    lines.push_str(&methods.collect::<Vec<_>>().join("\n"));
    Some(lines.trim_end().to_owned())
}

/// `by_owner`
fn asked(class: &str, name: &str, many: bool) -> Asking {
    let spoken = name.replace('_', " ");
    let docs = match many {
        true => format!(
            "Those that have one of these, of this kind, or satisfying this among their {spoken}."
        ),
        false => format!("Those whose {spoken} is one of these, of this kind, or satisfies this."),
    };
    Asking {
        name: format!("by_{name}"),
        class: class.to_owned(),
        docs,
        asked: Code::call("self.by").with(string(name)).with("*of").with("**fields"),
    }
}

/// `with_owner`
fn loading(class: &str, name: &str, many: bool) -> String {
    let spoken = name.replace('_', " ");
    let docs = match many {
        true => format!("Loads the {spoken} of all, in one query more."),
        false => format!("Loads the {spoken} of each in the same query."),
    };
    let with = Code::call("self.including").with(string(name));
    let mut lines = format!("    def with_{name}(self) -> {class}:\n");
    lines.push_str(&format!("        {}\n", docstring(&docs, 8)));
    lines.push_str(&statement(8, "return ", &with, ""));
    lines
}

fn queryset_class(app: &App<'_>, entity: EntityId) -> String {
    format!("{}QuerySet", app.class(entity))
}

/// Whether what the model inherits from by multi-table inheritance says already what the database refuses.
pub(super) fn inherits_refusal(app: &App<'_>, entity: EntityId) -> bool {
    app.parent(entity).is_some_and(|parent| app.watches(parent))
}

/// The manager of a model that has querysets of its own, or that does not inherit the one it needs.
pub(super) fn manager(app: &App<'_>, entity: EntityId, file: &mut PythonFile<'_>) -> String {
    let made = if has_relations(app, entity) {
        format!("{}.as_manager()", queryset_class(app, entity))
    } else if inherits_refusal(app, entity) {
        format!("{}Manager()", file.support(Support::Refusable))
    } else if app.is_parent(entity) && app.watches(entity) {
        file.imports.name("__future__", "annotations");
        file.imports.name("typing", "Any");
        file.imports.name("typing", "ClassVar");
        let ty = Code::subscript("ClassVar", format!("{}[Any]", file.models("Manager")));
        let made = Code::call(format!("{}Manager", file.support(Support::Refusable)));
        return format!("\n{}", assignment(4, "objects", &ty, &made));
    } else {
        return String::new();
    };
    if app.parent(entity).is_none() {
        return format!("\n    objects = {made}\n");
    }
    file.imports.name("typing", "ClassVar");
    // A type checker holds what is inherited for a class variable.
    format!("\n    objects: ClassVar = {made}\n")
}

/// `owner_value`, for each relation to a union whose alternatives share fields.
pub(super) fn values(app: &App<'_>, entity: EntityId, file: &mut PythonFile<'_>) -> String {
    let schema = app.schema();
    let mut lines = String::new();
    for relation in relations(app, entity) {
        let shared = schema.shared_fields(relation.union);
        if shared.is_empty() {
            continue;
        }
        let (name, spoken) = (name(relation), name(relation).replace('_', " "));
        file.imports.name("typing", "Literal");
        file.imports.name("typing", "Any");
        let fields = shared.iter().map(|field| Code::text(string(&naming::snake(field))));
        let fields =
            fields.fold(Code::subscript("Literal", Code::text("")), |code, field| match code {
                Code::Brackets { before, kind, mut items, spread } => {
                    items.retain(|item| *item != Code::text(""));
                    items.push(field);
                    Code::Brackets { before, kind, items, spread }
                }
                other => other,
            });
        let head = Code::call(format!("{name}_value"))
            .with("cls")
            .with(format!("field: {}", fields.flat()));
        lines.push_str("\n    @classmethod\n");
        lines.push_str(&statement(4, "def ", &head, " -> Any:"));
        let docs = format!("What a field of the {spoken} holds, to order by and to compute with.");
        lines.push_str(&format!("        {}\n", docstring(&docs, 8)));
        let value = Code::call("cls._union_value").with(string(&name)).with("field");
        lines.push_str(&statement(8, "return ", &value, ""));
    }
    lines
}
