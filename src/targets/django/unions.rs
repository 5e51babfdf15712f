//! Unions: the field that reads and assigns what a relation leads to, the types, and the app's `unions.py`.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;

use crate::naming;
use crate::schema::{
    EntityId, EntityKind, ModuleId, RelationId, Schema, Stored, Strategy, UnionId, UnionRelation,
    UnionRelationId,
};
use crate::targets::HEADER;
use crate::targets::python::{self, Code, Imports, assignment, docstring, string};

use super::app::{self, App};
use super::asked;
use super::file::{PythonFile, Support};
use super::many::links;
use super::relation;
use super::rules::{Rule, Said, by_alternative, on_delete};

/// What the template of `unions.py` prints.
#[derive(Serialize)]
pub(super) struct UnionsView {
    header: &'static str,
    imports: String,
    parts: BTreeSet<&'static str>,
}

/// The parts that an app needs.
pub(super) fn view(needs: &BTreeSet<Support>) -> UnionsView {
    let has = |support: Support| needs.contains(&support);
    let row = has(Support::LinkField) || has(Support::SupertypeField);
    let union = row || has(Support::ArcField);
    let mut parts: BTreeSet<&'static str> = needs.iter().map(|need| need.name()).collect();
    parts.extend(row.then_some("Row"));
    parts.extend(union.then_some("Union"));
    let mut imports = Imports::default();
    let descriptors = "django.db.models.fields.related_descriptors";
    let used = [
        (true, "typing", "TYPE_CHECKING"),
        (union || has(Support::KindField), "typing", "Any"),
        (true, "django.db", "models"),
        (union || has(Support::RowKey), "typing", "TypeVar"),
        (union, "collections.abc", "Iterable"),
        (union, "collections.abc", "Iterator"),
        (union || has(Support::KindField), "collections.abc", "Mapping"),
        (union, "collections.abc", "Sequence"),
        (union, "contextlib", "contextmanager"),
        (union, "functools", "cache"),
        (union, "functools", "cached_property"),
        (has(Support::SupertypeField), "operator", "attrgetter"),
        (union, "typing", "Generic"),
        (union, "typing", "overload"),
        (union, "django", "forms"),
        (union, "django.core.exceptions", "FieldError"),
        (union, "django.core.exceptions", "ObjectDoesNotExist"),
        (union, "django.core.exceptions", "ValidationError"),
        (union, "django.db", "router"),
        (union, "django.db", "transaction"),
        (union, descriptors, "ReverseManyToOneDescriptor"),
        (union, descriptors, "ReverseOneToOneDescriptor"),
        (union, "django.db.models.functions", "Coalesce"),
        (union, "django.db.models.base", "DEFERRED"),
        (union, "django.db.models.signals", "post_init"),
        (union, "django.db.models.signals", "pre_init"),
        (union, "django.utils.choices", "BaseChoiceIterator"),
        (union, "django.utils.text", "capfirst"),
        (has(Support::RefusableUnionQuerySet), ".database", "refused_in_words"),
        (has(Support::ArcField), "django.db.models.fields.related", "lazy_related_operation"),
        (row, descriptors, "ForeignKeyDeferredAttribute"),
        (row, descriptors, "ForwardManyToOneDescriptor"),
        (has(Support::LinkField), "django.db.models.query", "prefetch_related_objects"),
    ];
    for (_, module, name) in used.into_iter().filter(|(used, ..)| *used) {
        imports.name(module, name);
    }
    UnionsView { header: HEADER, imports: imports.render(0).trim_end().to_owned(), parts }
}

/// Whether a model leads to one of several, or to many.
pub(super) fn has_relations(app: &App<'_>, entity: EntityId) -> bool {
    relations(app, entity).next().is_some() || links(app, entity).next().is_some()
}

/// The relations of a model to one of several; what is untyped is two fields of text, and no relation.
pub(super) fn relations<'a>(
    app: &App<'a>,
    entity: EntityId,
) -> impl Iterator<Item = &'a UnionRelation> + use<'a> {
    let schema = app.schema();
    schema.entities[entity]
        .union_relations
        .iter()
        .map(|&id| &schema.union_relations[id])
        .filter(|relation| !relation.spelt().is_empty())
}

/// The attribute of a relation to a union: `owner`.
pub(super) fn name(relation: &UnionRelation) -> String {
    naming::snake(&relation.name)
}

/// `owner: unions.ArcField[Owner] = unions.ArcField("owner_person", "owner_group")`
pub(super) fn field(app: &App<'_>, id: UnionRelationId, file: &mut PythonFile<'_>) -> String {
    let schema = app.schema();
    let relation = &schema.union_relations[id];
    let union = &schema.unions[relation.union];
    let (class, mut code) = match &relation.stored {
        // Two fields of text, and nothing that leads anywhere.
        Stored::Untyped { .. } => return String::new(),
        Stored::Arc(ends) => {
            let class = file.support(Support::ArcField);
            let ends = ends.iter().map(|&end| string(&app.relation_name(end)));
            let code = ends.fold(Code::call(&class), Code::with);
            (class, code)
        }
        Stored::Row(reference) => {
            let class = file.support(match union.strategy == Strategy::Link {
                true => Support::LinkField,
                false => Support::SupertypeField,
            });
            let code = through_row(app, relation, *reference, Code::call(&class), file);
            (class, code)
        }
    };
    file.imports.name("__future__", "annotations");
    if relation.optional() {
        code = code.keyword("null", "True").keyword("blank", "True");
    }
    if let Some(label) = &relation.label {
        code = code.keyword("verbose_name", string(label));
    }
    let mut ty = type_of(app, relation.union);
    if relation.optional() {
        ty.push_str(" | None");
    }
    let mut lines = assignment(4, &name(relation), &Code::subscript(class, ty), &code);
    if let Some(docs) = &relation.docs {
        lines.push_str(&format!("    {}\n", docstring(docs, 4)));
    }
    lines
}

/// `{"person": Person, "group": "Group"}`
pub(super) fn alternatives(
    app: &App<'_>,
    source: EntityId,
    union: UnionId,
    file: &mut PythonFile<'_>,
) -> Code {
    let alternatives = app.schema().unions[union].alternatives.iter().map(|alternative| {
        let model = relation::model(app, source, alternative.entity, file);
        (string(&naming::snake(&alternative.name)), Code::text(model))
    });
    Code::dict(alternatives)
}

/// The arguments of a relation to a union's own row.
fn through_row(
    app: &App<'_>,
    relation: &UnionRelation,
    reference: RelationId,
    call: Code,
    file: &mut PythonFile<'_>,
) -> Code {
    let schema = app.schema();
    let union = &schema.unions[relation.union];
    let mut code = call.with(string(&app.relation_name(reference))).with(alternatives(
        app,
        relation.source,
        relation.union,
        file,
    ));
    if let Some(inverse) = &relation.inverse {
        code = code.keyword("related_name", string(&naming::snake(inverse)));
    }
    if let Some(rule) = collected(app, reference, union.strategy, file) {
        code = code.keyword("on_delete", rule);
    }
    let renamed: Vec<(String, Code)> = (renamed_heirs(app, schema.relations[reference].target))
        .into_iter()
        .map(|(name, accessor)| (string(&name), Code::text(string(&accessor))))
        .collect();
    if !renamed.is_empty() {
        code = code.keyword("accessors", Code::dict(renamed));
    }
    if schema.to_one(reference).is_some_and(|to_one| to_one.one_to_one) {
        code = code.keyword("one_to_one", "True");
    }
    code
}

/// What Django's collector has to know of rows that go with an alternative: under the other strategies it
/// finds them by the row, and what the database clears needs no collecting.
fn collected(
    app: &App<'_>,
    reference: RelationId,
    strategy: Strategy,
    file: &mut PythonFile<'_>,
) -> Option<Code> {
    if strategy != Strategy::Supertype {
        return None;
    }
    let mut rules = by_alternative(app.schema(), app.options, app.refusals, reference);
    if rules.is_empty() {
        let said = on_delete(app.schema(), app.options, app.refusals, reference);
        return is_collected(&said).then(|| relation::rule(&said, file));
    }
    rules.retain(|(_, said)| is_collected(said));
    (!rules.is_empty()).then(|| relation::rules_by_name(&rules, file))
}

fn is_collected(said: &Said) -> bool {
    match said {
        Said::Silent => false,
        Said::Django(rule) | Said::InDatabase(rule) => match rule {
            Rule::Models(name) => {
                matches!(*name, "CASCADE" | "DB_CASCADE" | "RESTRICT" | "PROTECT")
            }
            Rule::CascadeTopDown | Rule::ProtectFromOthers | Rule::ByAlternative(_) => true,
        },
    }
}

/// `Owner = Person | Group`, for each union of the module.
pub(super) fn aliases(app: &App<'_>, file: &mut PythonFile<'_>) -> Vec<String> {
    let schema = app.schema();
    let unions = schema
        .unions
        .values()
        .iter()
        .filter(|union| union.module == app.module && union.strategy != Strategy::Untyped);
    let mut lines = Vec::new();
    for union in unions {
        let mut foreign = false;
        let mut types = Vec::new();
        for alternative in &union.alternatives {
            let entity = &schema.entities[alternative.entity];
            if entity.kind == EntityKind::External {
                let any = file.models("Model");
                if !types.contains(&any) {
                    types.push(any);
                }
            } else {
                foreign |= entity.module != app.module;
                types.push(app.class(alternative.entity));
            }
        }
        let name = python::class(&union.name);
        let mut line = if foreign {
            file.imports.name("typing", "TypeAlias");
            let types = string(&types.join(" | "));
            assignment(0, &name, &Code::text("TypeAlias"), &Code::text(types))
        } else {
            format!("{name} = {}\n", types.join(" | "))
        };
        if let Some(docs) = &union.docs {
            line.push_str(&docstring(docs, 0));
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The names of other apps that only annotations speak of.
pub(super) fn typing_imports(app: &App<'_>, file: &mut PythonFile<'_>) -> Option<String> {
    let schema = app.schema();
    let mut imports = Imports::default();
    let mut take = |module: ModuleId, name: String| {
        if module != app.module {
            imports.name(&format!("{}.models", app.module_name(module)), &name);
        }
    };
    for union in schema.unions.values() {
        if union.module != app.module || union.strategy == Strategy::Untyped {
            continue;
        }
        for alternative in &union.alternatives {
            let entity = &schema.entities[alternative.entity];
            if entity.kind != EntityKind::External {
                take(entity.module, app.class(alternative.entity));
            }
        }
    }
    let mut asked = BTreeSet::new();
    for entity in app.models() {
        let to_many = links(app, entity).map(|link| &schema.union_relations[link.union_end]);
        asked.extend(relations(app, entity).chain(to_many).map(|relation| relation.union));
    }
    let splits = schema.splits.iter().filter(|split| split.module == app.module);
    asked.extend(splits.map(|split| split.union));
    for id in asked {
        let union = &schema.unions[id];
        take(union.module, python::class(&union.name));
        for entity in asked::named(app, id) {
            take(schema.entities[entity].module, app.class(entity));
        }
    }
    if imports.is_empty() {
        return None;
    }
    file.imports.name("typing", "TYPE_CHECKING");
    Some(imports.render(4).trim_end().to_owned())
}

/// What the rows that models inherit from call the alternatives whose own names are taken, by what ties the two:
/// a field of any of a union's models may be called as one of them is, and a model has what its row has.
pub(super) fn heirs(schema: &Schema) -> HashMap<RelationId, String> {
    let mut renamed = HashMap::new();
    let unions = schema.unions.values().iter();
    for union in unions.filter(|union| union.strategy == Strategy::Inheritance) {
        let alternatives = union.alternatives.iter();
        let taken: HashSet<String> = alternatives
            .flat_map(|alternative| &schema.entities[alternative.entity].members)
            .flat_map(|&member| {
                let name = naming::snake(schema.member_name(member));
                [format!("{name}_id"), name]
            })
            .collect();
        for tie in union.alternatives.iter().filter_map(|alternative| alternative.relation) {
            let own = app::accessor(schema, tie);
            let mut name = own.clone();
            while taken.contains(&name) {
                name.push_str("_row");
            }
            if name != own {
                renamed.insert(tie, name);
            }
        }
    }
    renamed
}

/// The alternatives that a row calls otherwise than by their names, by these.
pub(super) fn renamed_heirs(app: &App<'_>, row: EntityId) -> Vec<(String, String)> {
    let schema = app.schema();
    let Some(union) = schema.union_of_row(row) else { return Vec::new() };
    let alternatives = schema.unions[union].alternatives.iter();
    alternatives
        .filter_map(|alternative| {
            let accessor = app.heir(alternative.relation?)?;
            Some((naming::snake(&alternative.name), accessor.to_owned()))
        })
        .collect()
}

/// The type of what a union leads to.
pub(super) fn type_of(app: &App<'_>, union: UnionId) -> String {
    python::class(&app.schema().unions[union].name)
}

/// A class to inherit from, of this app or another.
pub(super) fn class(app: &App<'_>, entity: EntityId, file: &mut PythonFile<'_>) -> String {
    let module = app.schema().entities[entity].module;
    if module != app.module {
        file.imports.name(&format!("{}.models", app.module_name(module)), &app.class(entity));
    }
    app.class(entity)
}
