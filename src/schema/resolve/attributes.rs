//! `@postgres(…)`, `@sqlalchemy(…)`, `@django(…)`: one table of the options that there are.

use crate::diagnostics::{self, Diagnostic};
use crate::naming::PYTHON_KEYWORDS;
use crate::source::Span;
use crate::syntax::tree::{Attribute, Literal, LiteralKind, Name};
use crate::target::{SqlalchemyOptions, Target};

use super::{Draft, Input, errors};

/// Where an attribute may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Module,
    Entity,
    External,
    Enum,
    Field,
    Relation,
}

/// What an option means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    PostgresSchema,
    DjangoMixin,
    DjangoModel,
    SqlalchemyMixin,
    SqlalchemyLazy,
}

/// What an option's value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A name in the database.
    Identifier,
    /// `app.module.Class`: becomes an import.
    DottedPath,
    /// One of SQLAlchemy's loading strategies.
    Lazy,
}

/// Every option: target, key, where it may stand, what its value must be, what it means.
const OPTIONS: &[(Target, &str, &[Place], Kind, Meaning)] = &[
    (Target::Postgres, "schema", &[Place::Module], Kind::Identifier, Meaning::PostgresSchema),
    (Target::Django, "mixin", &[Place::Entity], Kind::DottedPath, Meaning::DjangoMixin),
    (Target::Django, "model", &[Place::External], Kind::DottedPath, Meaning::DjangoModel),
    (Target::Sqlalchemy, "mixin", &[Place::Entity], Kind::DottedPath, Meaning::SqlalchemyMixin),
    (Target::Sqlalchemy, "lazy", &[Place::Relation], Kind::Lazy, Meaning::SqlalchemyLazy),
];

/// An option with its value.
struct Setting<'a> {
    meaning: Meaning,
    value: &'a str,
    key: &'a Name,
}

/// What attributes say about an entity.
#[derive(Debug, Default)]
pub(crate) struct EntityOptions {
    /// `@django(mixin: …)`
    pub django_mixins: Vec<String>,
    /// `@django(model: …)`
    pub django_model: Option<String>,
    /// `@sqlalchemy(mixin: …)`
    pub sqlalchemy_mixins: Vec<String>,
    model_span: Option<Span>,
}

impl EntityOptions {
    /// Adds what one attribute says.
    pub fn read(&mut self, attribute: &Attribute, external: bool, found: &mut Vec<Diagnostic>) {
        let place = if external { Place::External } else { Place::Entity };
        for setting in settings(attribute, place, found) {
            let value = setting.value.to_owned();
            match setting.meaning {
                Meaning::DjangoMixin => self.django_mixins.push(value),
                Meaning::SqlalchemyMixin => self.sqlalchemy_mixins.push(value),
                Meaning::DjangoModel => match self.model_span {
                    Some(first) => found.push(errors::option_twice(setting.key, first)),
                    None => {
                        self.model_span = Some(setting.key.span);
                        self.django_model = Some(value);
                    }
                },
                Meaning::PostgresSchema | Meaning::SqlalchemyLazy => {}
            }
        }
    }
}

/// Reads what modules say of themselves; each may do so in any one of its files.
pub(crate) fn resolve_modules(input: &Input<'_>, draft: &mut Draft<'_>) {
    let mut schemas: Vec<Option<Span>> = vec![None; draft.schema.modules.len()];
    let mut labels: Vec<Option<Span>> = vec![None; draft.schema.modules.len()];
    for declaration in &input.declarations.modules {
        let module = &mut draft.schema.modules[declaration.module];
        let tree = declaration.tree;
        if let Some(docs) = super::declare::text(&tree.docs) {
            module.docs = Some(match module.docs.take() {
                Some(first) => format!("{first}\n\n{docs}"),
                None => docs,
            });
        }
        if let Some(label) = &tree.label {
            let first = &mut labels[declaration.module.index()];
            match (&module.label, *first) {
                (Some(known), Some(first)) if *known != label.value => {
                    let name = &module.name;
                    draft.found.push(errors::module_label_twice(name, label.span, first));
                }
                _ => {
                    *first = Some(label.span);
                    module.label = Some(label.value.clone());
                }
            }
        }
        for attribute in &tree.attributes {
            for setting in settings(attribute, Place::Module, &mut draft.found) {
                let first = &mut schemas[declaration.module.index()];
                match (&module.postgres_schema, *first) {
                    (Some(schema), Some(first)) if schema != setting.value => {
                        draft.found.push(errors::option_twice(setting.key, first));
                    }
                    _ => {
                        *first = Some(setting.key.span);
                        module.postgres_schema = Some(setting.value.to_owned());
                    }
                }
            }
        }
    }
    for declaration in &input.declarations.enums {
        for attribute in &declaration.tree.attributes {
            settings(attribute, Place::Enum, &mut draft.found);
        }
    }
}

/// Reports what an attribute of a field says wrongly: fields have no options.
pub(crate) fn check_field(attribute: &Attribute, found: &mut Vec<Diagnostic>) {
    settings(attribute, Place::Field, found);
}

/// The `lazy` of a relation.
pub(crate) fn relation_lazy(
    attributes: &[&Attribute],
    found: &mut Vec<Diagnostic>,
) -> Option<String> {
    let mut lazy: Option<(String, Span)> = None;
    for attribute in attributes {
        for setting in settings(attribute, Place::Relation, found) {
            match &lazy {
                Some((_, first)) => found.push(errors::option_twice(setting.key, *first)),
                None => lazy = Some((setting.value.to_owned(), setting.key.span)),
            }
        }
    }
    lazy.map(|(value, _)| value)
}

/// The options of an attribute that are right.
fn settings<'a>(
    attribute: &'a Attribute,
    place: Place,
    found: &mut Vec<Diagnostic>,
) -> Vec<Setting<'a>> {
    let written = attribute.target.text.as_str();
    let Some(&target) = Target::ALL.iter().find(|target| target.name() == written) else {
        let names = Target::ALL.iter().map(|target| target.name());
        let near = diagnostics::nearest(written, names);
        found.push(errors::unknown_target(&attribute.target, near));
        return Vec::new();
    };
    if attribute.arguments.is_empty() {
        found.push(errors::empty_attribute(attribute));
    }
    let mut all = Vec::with_capacity(attribute.arguments.len());
    for (key, literal) in &attribute.arguments {
        let known =
            OPTIONS.iter().filter(|(of, _, places, ..)| *of == target && places.contains(&place));
        let Some(&(_, _, _, kind, meaning)) = known.clone().find(|option| option.1 == key.text)
        else {
            let names: Vec<&str> = known.map(|option| option.1).collect();
            let near = diagnostics::nearest(&key.text, names.iter().copied());
            found.push(errors::unknown_option(written, key, described(place), &names, near));
            continue;
        };
        match value(literal, kind) {
            Some(value) => all.push(Setting { meaning, value, key }),
            None => {
                let (wanted, example) = wanted(kind, meaning);
                let span = literal.span;
                found.push(errors::wrong_option_value(written, key, span, wanted, example));
            }
        }
    }
    all
}

/// Reports a name in the database that PostgreSQL could not have, or would cut.
pub(crate) fn check_name(name: &str, span: Span, found: &mut Vec<Diagnostic>) {
    if !is_database_name(name) {
        found.push(errors::database_name(span, name));
    }
}

fn is_database_name(name: &str) -> bool {
    (1..=63).contains(&name.len()) && !name.contains('\0')
}

fn described(place: Place) -> &'static str {
    match place {
        Place::Module => "a module",
        Place::Entity => "an entity",
        Place::External => "an external entity",
        Place::Enum => "an enum",
        Place::Field => "a field",
        Place::Relation => "a relation",
    }
}

fn wanted(kind: Kind, meaning: Meaning) -> (&'static str, &'static str) {
    match kind {
        Kind::Identifier => ("a name in quotes", "\"shop\""),
        Kind::DottedPath if meaning == Meaning::DjangoModel => {
            ("an app and a model, with a dot between them", "\"auth.User\"")
        }
        Kind::DottedPath => {
            ("the dotted path of a class in quotes", "\"shop.behaviour.StoreMixin\"")
        }
        Kind::Lazy => ("one of SQLAlchemy's ways to load", "\"selectin\""),
    }
}

/// The value, when it is of that kind.
fn value(literal: &Literal, kind: Kind) -> Option<&str> {
    let LiteralKind::String(text) = &literal.kind else { return None };
    let fits = match kind {
        Kind::Identifier => is_database_name(text),
        Kind::DottedPath => text.contains('.') && text.split('.').all(is_python_identifier),
        Kind::Lazy => SqlalchemyOptions::LAZY.contains(&text.as_str()),
    };
    fits.then_some(text)
}

/// Whether Python reads this as one name. Stricter than Python outside ASCII, where letters and digits
/// are enough.
fn is_python_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
        && !PYTHON_KEYWORDS.contains(&text)
}
