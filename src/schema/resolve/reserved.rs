//! Names that a target keeps for itself. Each list was found by trying: a model with a field of that
//! name was declared, checked, saved, read, changed and deleted.

use crate::diagnostics::Diagnostic;
use crate::naming::{self, PYTHON_KEYWORDS, PYTHON_MODULES};
use crate::schema::{EntityId, EntityKind, Schema};
use crate::source::Span;
use crate::target::Target;

use super::accessors::What;
use super::renames;
use super::{Draft, Input, errors};

/// Types that the generated classes write for their attributes: one that is an attribute itself would
/// hide the type from those behind it.
const PYTHON_TYPES: &[&str] = &["bool", "bytes", "dict", "float", "int", "list", "str"];

/// Attributes of a SQLAlchemy declarative base (2.1) that a mapped attribute would replace; and `cls`, which
/// in the text of an `order_by` or a join is the class itself.
const SQLALCHEMY_ATTRIBUTES: &[&str] = &["cls", "metadata", "registry"];

/// Attributes of a Django model (5.2 to 6.1) that a field or an accessor would replace, sorted. In snake
/// case, as every attribute of ours is, so that `_meta` and `DoesNotExist` can't be hit.
const DJANGO_ATTRIBUTES: &[&str] = &[
    "adelete",
    "arefresh_from_db",
    "asave",
    "check",
    "clean",
    "clean_fields",
    "date_error_message",
    "delete",
    "from_db",
    "full_clean",
    "get_constraints",
    "get_deferred_fields",
    "objects",
    "pk",
    "prepare_database_save",
    "refresh_from_db",
    "save",
    "save_base",
    "serializable_value",
    "unique_error_message",
    "validate_constraints",
    "validate_unique",
];

/// Classes that `models.py` may import by name, sorted: one of the same name would take their place.
const DJANGO_CLASSES: &[&str] = &["Any", "ArrayField", "Decimal", "RawSQL"];

/// Labels of the apps that every Django project begins with, and the package of Django itself.
const DJANGO_APPS: &[&str] =
    &["admin", "auth", "contenttypes", "django", "messages", "sessions", "staticfiles"];

/// Reports an attribute that can't have its name in a target that is on.
pub(crate) fn check_attribute(
    input: &Input<'_>,
    schema: &Schema,
    entity: EntityId,
    name: &str,
    span: Span,
    what: What,
    found: &mut Vec<Diagnostic>,
) {
    let attribute = naming::snake(name);
    let attribute = attribute.as_str();
    let reserved = reserving(input, attribute);
    if let Some(by) = reserved.clone().or_else(|| stray_underscores(name)) {
        let owner = &schema.entities[entity];
        let (shown, better) = match reserved {
            Some(_) => (attribute, format!("{}_{attribute}", naming::snake(&owner.name))),
            None => (name, attribute.to_owned()),
        };
        let rename = match (what, owner.kind) {
            (What::Member(_), EntityKind::Declared | EntityKind::External) => {
                renames::rename(input, entity, name, &better, shown)
            }
            (What::Member(_) | What::Column | What::Union, _) => None,
            (What::Accessor, _) => {
                Some(vec![crate::diagnostics::Edit { span, replacement: better.clone() }])
            }
        };
        let rename = rename.filter(|_| reserving(input, &better).is_none());
        let is_member = matches!(what, What::Member(_) | What::Union);
        found.push(errors::reserved_attribute(shown, span, &by, &better, is_member, rename));
    }
}

/// Why the underscores of a name can't stay: Trine's names have one between two words.
fn stray_underscores(name: &str) -> Option<String> {
    if name.contains("__") {
        Some("two underscores are a step to another model in Django's lookups".to_owned())
    } else if name.starts_with('_') || name.ends_with('_') {
        Some(
            "Django ends no name with an underscore, and Python hides one that begins so"
                .to_owned(),
        )
    } else {
        None
    }
}

/// Who keeps an attribute's name for itself.
fn reserving(input: &Input<'_>, attribute: &str) -> Option<String> {
    let python = input.is_on(Target::Sqlalchemy) || input.is_on(Target::Django);
    if !attribute.starts_with(|first: char| first == '_' || first.is_alphabetic()) {
        return match attribute.chars().next() {
            None => {
                Some("a name needs a letter: without its underscores nothing is left".to_owned())
            }
            Some(first) if python => Some(format!("a name in Python can't begin with `{first}`")),
            Some(_) => None,
        };
    }
    if python && PYTHON_KEYWORDS.contains(&attribute) {
        return Some("Python keeps this word for itself".to_owned());
    }
    if python && attribute == "self" {
        return Some(
            "a model takes its attributes as arguments, and `self` is itself one".to_owned(),
        );
    }
    if python && PYTHON_TYPES.contains(&attribute) {
        return Some(
            "attributes of the same class have this type, and would not find it".to_owned(),
        );
    }
    if input.is_on(Target::Sqlalchemy) && SQLALCHEMY_ATTRIBUTES.contains(&attribute) {
        return Some("every SQLAlchemy model has an attribute of this name".to_owned());
    }
    if input.is_on(Target::Django) && DJANGO_ATTRIBUTES.binary_search(&attribute).is_ok() {
        return Some("every Django model has an attribute of this name".to_owned());
    }
    None
}

/// Reports modules, entities and enum values that can't have their names.
pub(crate) fn check_items(input: &Input<'_>, schema: &Schema, found: &mut Vec<Diagnostic>) {
    let python = input.is_on(Target::Sqlalchemy) || input.is_on(Target::Django);
    for (_, module) in schema.modules.iter() {
        let name = naming::snake(&module.name);
        if let Some(by) = reserving_module(input, &name) {
            found.push(errors::reserved_item("module", &module.name, module.span, &by));
        }
        let items = module
            .entities
            .iter()
            .map(|&id| (&schema.entities[id].name, schema.entities[id].span))
            .chain(module.enums.iter().map(|&id| (&schema.enums[id].name, schema.enums[id].span)));
        for (name, span) in items {
            let class = naming::class(name);
            let by = match class.chars().next() {
                None => "a name needs a letter: without its underscores nothing is left",
                Some(first) if python && !first.is_alphabetic() => {
                    "a class in Python begins with a letter"
                }
                Some(_) if python && PYTHON_KEYWORDS.contains(&class.as_str()) => {
                    "Python keeps this word for itself"
                }
                Some(_)
                    if input.is_on(Target::Django)
                        && DJANGO_CLASSES.binary_search(&class.as_str()).is_ok() =>
                {
                    "the Django models import a class of this name"
                }
                Some(_) => continue,
            };
            found.push(errors::reserved_item("class", name, span, by));
        }
    }
    if !python {
        return;
    }
    for (_, one) in schema.enums.iter() {
        for value in &one.values {
            let name = naming::snake(&value.name);
            if !name.starts_with(char::is_alphabetic) {
                let by = "a name in Python begins with a letter";
                found.push(errors::reserved_item("value", &value.name, value.span, by));
            }
        }
        let values = one.values.iter().map(|value| (&value.name, value.span));
        super::declare::fold(values, naming::snake, found);
    }
}

fn reserving_module(input: &Input<'_>, name: &str) -> Option<String> {
    if input.is_on(Target::Sqlalchemy) && name == "sqlalchemy" {
        return Some("this is the package of SQLAlchemy itself".to_owned());
    }
    if input.is_on(Target::Django) && DJANGO_APPS.binary_search(&name).is_ok() {
        return Some("Django has an app of this name, and apps can't share one".to_owned());
    }
    if input.is_on(Target::Django) && PYTHON_MODULES.binary_search(&name).is_ok() {
        return Some("its Django app would hide a module of Python's standard library".to_owned());
    }
    reserving(input, name)
        .filter(|_| PYTHON_KEYWORDS.contains(&name) || !name.starts_with(char::is_alphabetic))
}

/// Reports entities whose classes differ only by case: Django and file systems tell them apart no more.
pub(crate) fn check_classes(draft: &mut Draft<'_>) {
    let schema = &draft.schema;
    for (_, module) in schema.modules.iter() {
        let entities = module.entities.iter().map(|&id| &schema.entities[id]);
        let names = entities
            .map(|entity| (&entity.name, entity.span))
            .chain(module.enums.iter().map(|&id| (&schema.enums[id].name, schema.enums[id].span)));
        super::declare::fold(names, lower_class, &mut draft.found);
    }
}

fn lower_class(name: &str) -> String {
    naming::class(name).to_lowercase()
}
