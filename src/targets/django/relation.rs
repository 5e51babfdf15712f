//! Relations: foreign keys, one-to-ones, and many-to-manys.

use crate::schema::{
    EntityId, EntityKind, MemberId, Reference, Relation, RelationId, Strategy, ToOne,
};
use crate::targets::python::{Code, string};

use super::app::App;
use super::file::{Place, PythonFile, Support};
use super::rules::{Rule, Said, on_delete};
use super::values;

/// A relation of a model.
pub(super) fn relation(app: &App<'_>, id: RelationId, file: &mut PythonFile<'_>) -> Code {
    match app.schema().to_one(id) {
        Some(to_one) => foreign_key(app, id, to_one, file),
        None => many_to_many(app, id, file),
    }
}

fn foreign_key(app: &App<'_>, id: RelationId, to_one: &ToOne, file: &mut PythonFile<'_>) -> Code {
    let schema = app.schema();
    let relation = &schema.relations[id];
    let key = schema.entities[relation.source].key == [MemberId::Relation(id)];
    let one = to_one.one_to_one || key;
    let tied = app.tied(id);
    let call = match tied {
        Some(Strategy::Supertype) => Code::call(file.support(Support::RowKey)),
        _ => file.call(if one { "OneToOneField" } else { "ForeignKey" }),
    };
    let said = on_delete(schema, app.options, app.refusals, id);
    let mut code = to(app, relation.source, relation.target, call, file)
        .keyword("on_delete", rule(&said, file));
    if key {
        code = code.keyword("primary_key", "True");
        if file.place == Place::Migration {
            code = code.keyword("serialize", "False");
        }
    }
    if to_one.optional {
        code = code.keyword("null", "True").keyword("blank", "True");
    }
    match tied {
        // A trigger makes the row where there is none.
        Some(Strategy::Supertype) => {
            code = code.keyword("blank", "True").keyword("editable", "False");
        }
        Some(Strategy::Inheritance) => code = code.keyword("parent_link", "True"),
        Some(
            Strategy::Arc | Strategy::Link | Strategy::Split | Strategy::Slot | Strategy::Untyped,
        )
        | None => {}
    }
    if app.is_spelt(id) {
        // People choose by the union.
        code = code.keyword("editable", "False");
    }
    if let Reference::Fields(fields) = &to_one.references
        && let [field] = fields.as_slice()
    {
        code = code.keyword("to_field", string(&app.field_name(*field)));
    }
    let accessor = match app.heir(id) {
        Some(name) => name.to_owned(),
        None if app.leads_to_row(id) => "+".to_owned(),
        None => app.accessor(id),
    };
    code = code.keyword("related_name", string(&accessor));
    if relation.inverse.is_none() && app.ordered_end(id) {
        // Whoever reads in the order of the links has to name them.
        code = code.keyword("related_query_name", string(&app.model_name(relation.source)));
    }
    if let Some(default) = &to_one.default {
        let value = values::default(app, relation.source, default, None, file);
        if said == Said::Django(Rule::Models("SET_DEFAULT")) {
            code = code.keyword("default", value.clone());
        }
        code = code.keyword("db_default", in_database(to_one, value, file));
    }
    let place = app.program.layout.relation(id);
    let column = place.and_then(|place| place.columns.first());
    if let Some(column) = column.map(|&column| app.column(relation.source, column)) {
        if *column.name != format!("{}_id", app.relation_name(id)) {
            code = code.keyword("db_column", string(&column.name));
        }
        code = code.keyword("db_constraint", "False");
        if !one {
            code = code.keyword("db_index", "False");
        }
        if let Some(label) = &relation.label {
            code = code.keyword("verbose_name", string(label));
        }
        if let Some(comment) = &column.comment {
            code = code.keyword("db_comment", string(comment));
        }
    }
    code
}

/// What `db_default` is. A type checker takes an optional relation with a plain value there for one that
/// always refers to something.
fn in_database(to_one: &ToOne, default: Code, file: &mut PythonFile<'_>) -> Code {
    match default {
        Code::Text(_) if to_one.optional => file.call("Value").with(default),
        default => default,
    }
}

/// An `on_delete`.
pub(super) fn rule(said: &Said, file: &mut PythonFile<'_>) -> Code {
    match said {
        Said::Django(rule) => python_rule(rule, file),
        Said::Silent => Code::text(file.models("DO_NOTHING")),
        Said::InDatabase(rule) => {
            let rule = python_rule(rule, file);
            Code::call(file.support(Support::InDatabase)).with(rule)
        }
    }
}

fn python_rule(rule: &Rule, file: &mut PythonFile<'_>) -> Code {
    match rule {
        Rule::Models(name) => Code::text(file.models(name)),
        Rule::CascadeTopDown => Code::text(file.support(Support::CascadeTopDown)),
        Rule::ProtectFromOthers => Code::text(file.support(Support::ProtectFromOthers)),
        Rule::ByAlternative(rules) => {
            let rules = rules_by_name(rules, file);
            Code::call(file.support(Support::ByAlternative)).with(rules)
        }
    }
}

/// `{"person": models.CASCADE, "group": models.RESTRICT}`
pub(super) fn rules_by_name(rules: &[(String, Said)], file: &mut PythonFile<'_>) -> Code {
    Code::dict(rules.iter().map(|(name, said)| (string(name), rule(said, file))))
}

/// The first argument of a relation: the model that it points at.
fn to(
    app: &App<'_>,
    source: EntityId,
    target: EntityId,
    call: Code,
    file: &mut PythonFile<'_>,
) -> Code {
    let model = model(app, source, target, file);
    match file.place {
        Place::Models => call.with(model),
        Place::Migration => call.keyword("to", model),
    }
}

/// A model, as a relation of another names it.
pub(super) fn model(
    app: &App<'_>,
    source: EntityId,
    target: EntityId,
    file: &mut PythonFile<'_>,
) -> String {
    let schema = app.schema();
    let entity = &schema.entities[target];
    if entity.kind == EntityKind::External {
        match entity.django_model.as_deref() {
            Some(setting) if setting.starts_with("settings.") => {
                let module = file.module("django.conf", "settings");
                setting.replacen("settings", &module, 1)
            }
            Some(model) => string(model),
            None => string(&app.label(target)),
        }
    } else if file.place == Place::Migration {
        string(&app.label(target))
    } else if source == target {
        string("self")
    } else if entity.module != app.module {
        string(&app.dotted(target))
    } else if app.stands_before(target, source) && !file.hides(&app.class(target)) {
        app.class(target)
    } else {
        string(&app.class(target))
    }
}

fn many_to_many(app: &App<'_>, id: RelationId, file: &mut PythonFile<'_>) -> Code {
    let schema = app.schema();
    let relation = &schema.relations[id];
    let many = schema.many_to_many(id).expect("a relation is to one or to many");
    let call = match many.position {
        Some(_) => Code::call(file.support(Support::OrderedManyToManyField)),
        None => file.call("ManyToManyField"),
    };
    let mut code = to(app, relation.source, relation.target, call, file);
    if app.hides_link(many.link) {
        let link = app.table(many.link);
        code = code.keyword("db_table", string(&app.db_table(link)));
        code = code.keyword("db_constraint", "False");
    } else {
        let link = match file.place {
            Place::Models if schema.entities[many.link].module == app.module => {
                app.class(many.link)
            }
            // Django's state of a link has its name as it is.
            Place::Models | Place::Migration => app.dotted(many.link),
        };
        code = code.keyword("through", string(&link));
        if app.link_is_ambiguous(many.link) {
            let ends = [many.source_end, many.target_end];
            let ends = ends.map(|end| Code::text(string(&app.relation_name(end))));
            code = code.keyword("through_fields", Code::tuple(ends.into()));
        }
    }
    code = code.keyword("related_name", string(&app.accessor(id)));
    if relation.source == relation.target && file.place == Place::Models {
        code = code.keyword("symmetrical", "False");
    }
    if relation.here.min == 0 {
        code = code.keyword("blank", "True");
    }
    if let Some(label) = &relation.label {
        code = code.keyword("verbose_name", string(label));
    }
    code
}

/// The type of a many-to-many which a type checker can't infer from its arguments: of an ordered one, and
/// of one whose target is defined later.
pub(super) fn annotation(app: &App<'_>, id: RelationId, file: &mut PythonFile<'_>) -> Option<Code> {
    let schema = app.schema();
    let relation = &schema.relations[id];
    let many = schema.many_to_many(id)?;
    let field = match many.position {
        Some(_) => file.support(Support::OrderedManyToManyField),
        None if !is_forward(app, relation) => return None,
        None => file.models("ManyToManyField"),
    };
    file.imports.name("__future__", "annotations");
    let mut class = |entity: EntityId| {
        if schema.entities[entity].module == app.module
            && schema.entities[entity].kind != EntityKind::External
            && !app.hides_link(entity)
        {
            return app.class(entity);
        }
        file.imports.name("typing", "Any");
        "Any".to_owned()
    };
    let (target, link) = (class(relation.target), class(many.link));
    Some(Code::subscript(field, format!("{target}, {link}")))
}

/// Whether a relation names a class of its own module before it is defined.
fn is_forward(app: &App<'_>, relation: &Relation) -> bool {
    let target = &app.schema().entities[relation.target];
    target.kind != EntityKind::External
        && target.module == app.module
        && relation.source != relation.target
        && !app.stands_before(relation.target, relation.source)
}
