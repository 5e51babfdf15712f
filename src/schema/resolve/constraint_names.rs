//! Names that are given to constraints by hand: Django wants each of them once in a whole project
//! (models.E032, models.E030), where PostgreSQL would have it once in every table or schema.

use std::collections::HashMap;

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{Entity, EntityKind, Schema};
use crate::source::Span;
use crate::target::Target;

use super::{Draft, Input};

/// Reports a name that constraints of two models would have. Those that collide in PostgreSQL too are
/// found when lowering.
pub(crate) fn check_constraint_names(input: &Input<'_>, draft: &mut Draft<'_>) {
    if !input.is_on(Target::Django) {
        return;
    }
    let schema = &draft.schema;
    let mut stems: HashMap<&str, &Entity> = HashMap::new();
    for (_, entity) in schema.entities.iter().filter(|(_, one)| one.kind != EntityKind::External) {
        let Some(stem) = entity.table.as_deref() else { continue };
        let first = *stems.entry(stem).or_insert(entity);
        if database_schema(schema, first) != database_schema(schema, entity) {
            draft.found.push(shared_stem(stem, first, entity));
        }
    }
    let mut seen: HashMap<&str, (&Entity, Span)> = HashMap::new();
    for (_, entity) in schema.entities.iter() {
        for (name, span, is_check) in named(entity) {
            let &mut (first, at) = seen.entry(name).or_insert((entity, span));
            let in_one_space =
                !is_check && database_schema(schema, first) == database_schema(schema, entity);
            if !std::ptr::eq(first, entity) && !in_one_space {
                draft.found.push(shared(name, (first, at), (entity, span)));
            }
        }
    }
}

/// The names in an entity, and whether PostgreSQL keeps them by table.
fn named(entity: &Entity) -> impl Iterator<Item = (&str, Span, bool)> {
    let checks = entity.checks.iter().map(|one| (&one.name, one.span, true));
    let uniques = entity.uniques.iter().map(|one| (&one.name, one.span, false));
    let indexes = entity.indexes.iter().map(|one| (&one.name, one.span, false));
    let excludes = entity.excludes.iter().map(|one| (&one.name, one.span, false));
    checks
        .chain(uniques)
        .chain(indexes)
        .chain(excludes)
        .filter_map(|(name, span, is_check)| Some((name.as_deref()?, span, is_check)))
}

fn database_schema<'s>(schema: &'s Schema, entity: &Entity) -> Option<&'s str> {
    schema.modules[entity.module].postgres_schema.as_deref()
}

fn shared(name: &str, first: (&Entity, Span), second: (&Entity, Span)) -> Diagnostic {
    let ((one, at), (other, span)) = (first, second);
    let message = format!(
        "`{name}` would be the name of two things, of `{}` and of `{}`",
        one.name, other.name
    );
    let found = Diagnostic::new(Code::E0601, span, message, format!("called `{name}`"));
    let found = match at == span {
        true => found.also(one.span, "has it").also(other.span, "has it too"),
        false => found.also(at, "called so first"),
    };
    found
        .note("Django wants the name of a constraint or an index once in a project (models.E032, models.E030)")
        .help("leave the name out: the one that Trine makes holds the table's name")
}

/// `table "item"` in two schemas: the names of their constraints are made of it.
fn shared_stem(stem: &str, first: &Entity, second: &Entity) -> Diagnostic {
    let message = format!(
        "the constraints of `{}` and of `{}` would have the same names, made of `{stem}`",
        first.name, second.name
    );
    Diagnostic::new(Code::E0601, second.span, message, format!("its table is `{stem}` too"))
        .also(first.span, format!("its table is `{stem}`"))
        .note("Django wants the name of a constraint or an index once in a project, whatever schema it is in (models.E032)")
        .help("give one of them another name with `table \"…\"`, or turn Django off")
}
