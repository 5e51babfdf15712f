//! Models: a class for each entity, as lines.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::schema::{BaseType, DisplayPart, EntityId, MemberId, Scalar, Split};
use crate::targets::HEADER;
use crate::targets::python::{Code, WIDTH, assignment, docstring, statement, string, width};

use super::app::App;
use super::file::{Place, PythonFile, Support};
use super::{enums, field, many, meta, querysets, relation, splits, unions, within};

/// What the template of `models.py` prints.
#[derive(Serialize)]
pub(super) struct ModelsView {
    header: &'static str,
    docs: Option<String>,
    imports: String,
    enums: Vec<EnumView>,
    models: Vec<ModelView>,
    /// The names that only a type checker imports.
    typing: Option<String>,
    /// What the unions are, as types.
    unions: Vec<String>,
    #[serde(skip)]
    pub(super) needs: BTreeSet<Support>,
}

#[derive(Serialize)]
struct EnumView {
    name: String,
    base: String,
    docs: Option<String>,
    members: Vec<String>,
}

#[derive(Serialize)]
struct ModelView {
    /// The class of its querysets, where it has one of its own.
    queryset: Option<String>,
    /// `class Store(models.Model):`
    header: String,
    docs: Option<String>,
    /// Fields, one or more lines each.
    fields: String,
    /// The body of `Meta`.
    meta: String,
    /// Methods, with a blank line before each.
    methods: String,
}

/// The models of an app.
pub(super) fn view(app: &App<'_>) -> ModelsView {
    let schema = app.schema();
    let module = &schema.modules[app.module];
    let mut file = PythonFile::new(Place::Models, app.fields);
    let enums = module
        .enums
        .iter()
        .map(|&id| {
            let definition = &schema.enums[id];
            EnumView {
                name: crate::targets::python::class(&definition.name),
                base: file.models(enums::base(definition)),
                docs: definition.docs.as_deref().map(|docs| docstring(docs, 4)),
                members: enums::members(definition),
            }
        })
        .collect();
    let mut models = Vec::new();
    for entity in app.models() {
        if let Some(split) = splits::begun_by(app, entity) {
            models.push(whole(app, split, &mut file));
        }
        models.push(model(app, entity, &mut file));
    }
    let unions = unions::aliases(app, &mut file);
    let typing = unions::typing_imports(app, &mut file);
    ModelsView {
        unions,
        typing,
        header: HEADER,
        docs: module.docs.as_deref().map(|docs| docstring(docs, 0)),
        enums,
        models,
        imports: file.imports.render(0).trim_end().to_owned(),
        needs: file.needs,
    }
}

fn model(app: &App<'_>, entity: EntityId, file: &mut PythonFile<'_>) -> ModelView {
    let definition = &app.schema().entities[entity];
    let mut fields = String::new();
    if definition.key.len() > 1 {
        let key = composite_key(app, entity, file);
        fields.push_str(&statement(4, "pk = ", &key, ""));
    }
    let is_part = splits::split_of(app, entity).is_some();
    for &member in &definition.members {
        if !is_part || matches!(member, MemberId::Relation(_)) {
            fields.push_str(&attribute(app, member, file));
        }
        if let MemberId::Relation(id) = member
            && let Some(union) = app.spelt_until(id)
        {
            fields.push_str(&unions::field(app, union, file));
            file.pass(unions::name(&app.schema().union_relations[union]));
        }
    }
    for link in many::links(app, entity) {
        fields.push_str(&many::field(app, link, file));
    }
    fields.push_str(&settings(app, entity, file));
    file.end_body();
    let mut meta = String::new();
    for (name, code) in meta::options(app, entity) {
        meta.push_str(&option(8, name, &code));
    }
    for (name, items) in [
        ("constraints", meta::constraints(app, entity, file)),
        ("indexes", meta::indexes(app, entity, file)),
    ] {
        if !items.is_empty() {
            meta.push_str(&option(8, name, &Code::tuple(items)));
        }
    }
    let mut methods = String::new();
    if let Some(display) = display(app, entity) {
        methods.push_str(&format!("\n    def __str__(self) -> str:\n        return {display}\n"));
    }
    methods.push_str(&within::clean(app, entity, file));
    methods.push_str(&querysets::values(app, entity, file));
    let class = Code::call(app.class(entity));
    let class = bases(app, entity, file).into_iter().fold(class, Code::with);
    ModelView {
        queryset: querysets::queryset(app, entity, file),
        header: statement(0, "class ", &class, ":").trim_end().to_owned(),
        docs: definition.docs.as_deref().map(|docs| docstring(docs, 4)),
        fields: fields.trim_end().to_owned(),
        meta: meta.trim_end().to_owned(),
        methods: methods.trim_end().to_owned(),
    }
}

/// The abstract model of what the parts of a split entity have alike: all but their relations, each of which
/// has an accessor of its own.
fn whole(app: &App<'_>, split: &Split, file: &mut PythonFile<'_>) -> ModelView {
    let first = split.parts.first().map(|&part| &app.schema().entities[part]);
    let fields = first.iter().flat_map(|part| &part.members);
    let fields = fields.filter(|member| matches!(member, MemberId::Field(_)));
    let fields: String = fields.map(|&member| attribute(app, member, file)).collect();
    file.end_body();
    let class = Code::call(splits::name(split)).with(file.models("Model"));
    ModelView {
        queryset: Some(splits::query(app, split, file)),
        header: statement(0, "class ", &class, ":").trim_end().to_owned(),
        docs: first.and_then(|part| part.docs.as_deref()).map(|docs| docstring(docs, 4)),
        fields: format!("{fields}{}", splits::attribute(app, split)).trim_end().to_owned(),
        meta: "        abstract = True".to_owned(),
        methods: String::new(),
    }
}

/// A field or a relation: `name = models.CharField(max_length=80)`.
fn attribute(app: &App<'_>, member: MemberId, file: &mut PythonFile<'_>) -> String {
    let schema = app.schema();
    let (code, docs, annotation) = match member {
        MemberId::Field(id) => (field::field(app, id, file), &schema.fields[id].docs, None),
        MemberId::Relation(id) => {
            let code = relation::relation(app, id, file);
            (code, &schema.relations[id].docs, relation::annotation(app, id, file))
        }
    };
    let name = app.member_name(member);
    let mut lines = match annotation {
        Some(annotation) => assignment(4, &name, &annotation, &code),
        None => statement(4, &format!("{name} = "), &code, ""),
    };
    if let Some(docs) = docs {
        lines.push_str(&format!("    {}\n", docstring(docs, 4)));
    }
    file.pass(name);
    lines
}

/// `models.CompositePrimaryKey("a_id", "b_id")`
pub(super) fn composite_key(app: &App<'_>, entity: EntityId, file: &mut PythonFile<'_>) -> Code {
    let definition = &app.schema().entities[entity];
    let call = file.call("CompositePrimaryKey");
    let key = definition.key.iter().fold(call, |key, member| {
        let suffix = if matches!(member, MemberId::Relation(_)) { "_id" } else { "" };
        key.with(string(&format!("{}{suffix}", app.member_name(*member))))
    });
    match file.place {
        Place::Models => key,
        Place::Migration => key
            .keyword("blank", "True")
            .keyword("editable", "False")
            .keyword("primary_key", "True")
            .keyword("serialize", "False"),
    }
}

/// What the model tells the classes that it inherits from.
fn settings(app: &App<'_>, entity: EntityId, file: &mut PythonFile<'_>) -> String {
    let mut lines = String::new();
    if let Some(many) = app.ordered_link(entity) {
        let source = string(&app.relation_name(many.source_end));
        lines.push_str(&format!("\n    source_field = {source}\n"));
    }
    lines.push_str(&querysets::manager(app, entity, file));
    let late = app.late(entity);
    if !late.is_empty() {
        let names = late.iter().map(|name| Code::text(string(name))).collect();
        lines.push('\n');
        lines.push_str(&statement(4, "checked_late = ", &Code::tuple(names), ""));
    }
    lines
}

/// What lets a model say in words that the database refuses to delete a row. A model with a manager of its
/// own, and one that others inherit from, takes no manager along.
fn refusable(app: &App<'_>, entity: EntityId) -> Option<Support> {
    if !app.watches(entity) || querysets::inherits_refusal(app, entity) {
        return None;
    }
    match unions::has_relations(app, entity) || app.is_parent(entity) {
        true => Some(Support::RefusableModel),
        false => Some(Support::Refusable),
    }
}

/// The classes that the model inherits from: the user's own first.
fn bases(app: &App<'_>, entity: EntityId, file: &mut PythonFile<'_>) -> Vec<String> {
    let mut bases = Vec::new();
    for mixin in &app.schema().entities[entity].django_mixins {
        let (module, class) = mixin.rsplit_once('.').unwrap_or(("", mixin));
        if !module.is_empty() {
            file.imports.name(module, class);
        }
        bases.push(class.to_owned());
    }
    let user = bases.len();
    if unions::has_relations(app, entity) {
        bases.push(file.support(Support::UnionModel));
    }
    let parent = app.parent(entity);
    let refusable = refusable(app, entity).map(|support| file.support(support));
    if app.ordered_link(entity).is_some() {
        // Where an app has both, the one is the other.
        bases.push(file.support(Support::OrderedLink));
    } else {
        bases.extend(refusable);
    }
    if within::speaks(app, entity) {
        bases.push(file.support(Support::SameParent));
    }
    if let Some(split) = splits::split_of(app, entity) {
        bases.push(splits::name(split));
    } else if let Some(parent) = parent {
        bases.push(unions::class(app, parent, file));
    } else if bases.len() == user {
        bases.push(file.models("Model"));
    }
    bases
}

/// What `__str__` returns: a text as it is, anything else as an f-string.
fn display(app: &App<'_>, entity: EntityId) -> Option<String> {
    let display = app.schema().entities[entity].display.as_ref()?;
    if let [DisplayPart::Member(member @ MemberId::Field(id))] = display.parts.as_slice() {
        let field = &app.schema().fields[*id];
        let text = matches!(field.ty.base, BaseType::Scalar(Scalar::Text | Scalar::Varchar, _));
        if text && field.ty.dimensions == 0 && !field.nullable {
            return Some(format!("self.{}", app.member_name(*member)));
        }
    }
    let mut text = String::new();
    let mut formatted = false;
    let members = display.parts.iter().any(|part| matches!(part, DisplayPart::Member(_)));
    for part in &display.parts {
        match part {
            DisplayPart::Text(plain) if members => {
                text.push_str(&plain.replace('{', "{{").replace('}', "}}"));
            }
            DisplayPart::Text(plain) => text.push_str(plain),
            DisplayPart::Member(member) => {
                formatted = true;
                text.push_str(&format!("{{self.{}}}", app.member_name(*member)));
            }
        }
    }
    Some(format!("{}{}", if formatted { "f" } else { "" }, string(&text)))
}

/// `name = code`; a literal that is too long beside its name stands in parentheses, where it fits then.
fn option(indent: usize, name: &str, code: &Code) -> String {
    if let Code::Text(text) = code {
        let long = indent + width(name) + 3 + width(text) > WIDTH;
        if long && indent + 4 + width(text) <= WIDTH {
            let space = " ".repeat(indent);
            return format!("{space}{name} = (\n{space}    {text}\n{space})\n");
        }
    }
    statement(indent, &format!("{name} = "), code, "")
}
