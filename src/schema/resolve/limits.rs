//! What PostgreSQL and Django have no room for: columns of a table and of an index, and the names that
//! Django keeps of models and apps.

use crate::diagnostics::{Code, Diagnostic};
use crate::naming;
use crate::schema::{Entity, EntityKind, MemberId, Schema};
use crate::source::Span;
use crate::target::Target;

use super::{Draft, Input, keys};

/// `MaxHeapAttributeNumber`
const COLUMNS: usize = 1600;
/// `INDEX_MAX_KEYS`
const INDEX_COLUMNS: usize = 32;
/// `django_migrations.app` and `django_content_type.app_label` are `varchar(100)`.
const APP_LABEL: usize = 100;
/// Of a model's name: `auth_permission.codename` is `varchar(100)`, and holds `delete_<model>` (auth.E011).
const MODEL_NAME: usize = 93;

/// Reports what is too large.
pub(crate) fn check_limits(input: &Input<'_>, draft: &mut Draft<'_>) {
    let schema = &draft.schema;
    let found = &mut draft.found;
    let django = input.is_on(Target::Django);
    for (_, module) in schema.modules.iter().filter(|_| django) {
        let length = naming::snake(&module.name).chars().count();
        if length > APP_LABEL {
            found.push(too_long("an app's label", length, APP_LABEL, module.span));
        }
    }
    for (_, entity) in schema.entities.iter().filter(|(_, one)| one.kind != EntityKind::External) {
        let length = naming::class(&entity.name).chars().count();
        if django && length > MODEL_NAME {
            found.push(too_long("a model's name", length, MODEL_NAME, entity.span));
        }
        check_columns(schema, entity, found);
    }
}

fn check_columns(schema: &Schema, entity: &Entity, found: &mut Vec<Diagnostic>) {
    let has_columns = |member: &&MemberId| keys::has_columns(schema, **member);
    let columns = entity.members.iter().filter(has_columns).count();
    if columns > COLUMNS {
        found.push(too_many("a table", columns, COLUMNS, entity.span));
    }
    let uniques = entity.uniques.iter().map(|one| (one.elements.len(), one.span));
    let indexes =
        entity.indexes.iter().map(|one| (one.elements.len() + one.include.len(), one.span));
    let excludes = entity.excludes.iter().map(|one| (one.elements.len(), one.span));
    for (columns, span) in uniques.chain(indexes).chain(excludes) {
        if columns > INDEX_COLUMNS {
            found.push(too_many("an index", columns, INDEX_COLUMNS, span));
        }
    }
}

fn too_many(what: &str, columns: usize, most: usize, span: Span) -> Diagnostic {
    let message = format!("{what} has at most {most} columns, and this one has {columns}");
    Diagnostic::new(Code::E0414, span, message, "more than PostgreSQL has room for")
        .help("leave some out, or move them to an entity of their own")
}

fn too_long(what: &str, length: usize, most: usize, span: Span) -> Diagnostic {
    let message =
        format!("{what} has at most {most} characters in Django, and this one has {length}");
    Diagnostic::new(Code::E0213, span, message, "too long")
        .note("Django keeps it in a column of its own tables")
        .help("choose a shorter name")
}
