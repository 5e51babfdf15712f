//! Relations: first their two ends and their rules, later what the foreign key refers to and defaults.

use crate::diagnostics::{self, Code, Diagnostic, Edit};
use crate::schema::{
    EntityId, EntityKind, FieldId, FieldType, IndexKey, ManyToMany, MemberId, ModuleId, Reference,
    Relation, RelationId, RelationKind, Schema, ToOne,
};
use crate::source::Span;
use crate::syntax::tree;
use crate::target::Target;

use super::clauses::Clauses;
use super::declare::text;
use super::expressions::{Expected, resolve_expr};
use super::mixins::Placed;
use super::names::{Declared, Meaning};
use super::rules::{self, Shape};
use super::{Draft, Input, WrittenRelation, attributes, errors, lookup};

/// Adds a relation with both of its ends; `None` when it has no target or no shape.
pub(crate) fn declare_relation<'a>(
    input: &Input<'a>,
    draft: &mut Draft<'a>,
    entity: EntityId,
    placed: &Placed<'a>,
    tree: &'a tree::Relation,
) -> Option<RelationId> {
    let target = resolve_target(input, placed.home, &tree.target, &mut draft.found);
    if target == Pointed::Union {
        return None;
    }
    let found = &mut draft.found;
    let clauses = Clauses::read(tree, found);
    let shape = rules::shape(tree, found);
    if shape == Shape::Impossible {
        if tree.there.max == Some(1) && tree.here.max != Some(1) && tree.there.min <= 1 {
            report_many_to_one(input, draft, entity, placed, tree);
        }
        return None;
    }
    let delete = rules::delete_rule(tree, &clauses, shape, found);
    rules::check_clauses(tree, &clauses, shape, found);
    let sqlalchemy_lazy = attributes::relation_lazy(&clauses.attributes, found);
    if let Some((column, _)) = clauses.column {
        attributes::check_name(&column.value, column.span, found);
    }
    let inverse = inverse(draft, entity, placed, tree);
    let Pointed::Entity(target) = target else { return None };
    let external = &draft.schema.entities[target];
    if external.kind == EntityKind::External && rules::is_bound(tree.there) {
        draft.found.push(errors::bound_on_external(tree, external.span));
    }
    if let Some(on_delete) = clauses.on_delete
        && let Some((path, ..)) = on_delete.alternatives.first()
    {
        draft.found.push(errors::alternatives_without_union(path));
    }
    let kind = match shape {
        Shape::ManyToMany => RelationKind::ManyToMany(unlinked()),
        Shape::ToOne | Shape::Impossible => RelationKind::ToOne(ToOne {
            optional: tree.here.min == 0,
            one_to_one: tree.there.max == Some(1),
            delete,
            orphan_delete: clauses.on_orphan_delete.is_some(),
            within: Vec::new(),
            references: Reference::Key,
            default: None,
            update_cascade: clauses.on_update_cascade.is_some(),
            deferrable: clauses.deferrable.is_some(),
            by_alternative: Vec::new(),
            checked_late: false,
            takes_target: false,
            column: clauses.column.map(|(text, _)| text.value.clone()),
        }),
    };
    let id = draft.schema.relations.push(Relation {
        source: entity,
        name: tree.name.text.clone(),
        docs: text(&tree.docs),
        label: clauses.label.map(|(text, _)| text.value.clone()),
        here: tree.here,
        target,
        there: tree.there,
        inverse,
        kind,
        sqlalchemy_lazy,
        span: tree.name.span,
    });
    let in_mixin = placed.mixin.is_some();
    draft.relations.push(WrittenRelation { id, tree, home: placed.home, in_mixin, clauses });
    Some(id)
}

/// Reports what can be said about a relation without knowing its entity.
pub(crate) fn check_alone(
    input: &Input<'_>,
    home: ModuleId,
    tree: &tree::Relation,
    found: &mut Vec<Diagnostic>,
) {
    if resolve_target(input, home, &tree.target, found) != Pointed::Union {
        let clauses = Clauses::read(tree, found);
        let shape = rules::shape(tree, found);
        if shape != Shape::Impossible {
            rules::delete_rule(tree, &clauses, shape, found);
            rules::check_clauses(tree, &clauses, shape, found);
        }
    }
}

/// A link that is not known yet; every one is filled in by the pass over the links.
fn unlinked() -> ManyToMany {
    ManyToMany {
        link: EntityId::from_index(0),
        source_end: RelationId::from_index(0),
        target_end: RelationId::from_index(0),
        position: None,
        within: Vec::new(),
    }
}

/// What a relation points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pointed {
    Entity(EntityId),
    Union,
    Broken,
}

fn resolve_target(
    input: &Input<'_>,
    home: ModuleId,
    path: &tree::Path,
    found: &mut Vec<Diagnostic>,
) -> Pointed {
    let names = &input.declarations.names;
    match lookup::item(names, home, path, Code::E0201, "entity", found) {
        Some((Declared::Entity(entity), _)) => Pointed::Entity(entity),
        Some((Declared::Union, _)) => Pointed::Union,
        Some((Declared::Broken, _)) | None => Pointed::Broken,
        Some((declared @ Declared::Enum(_), span)) => {
            let help = format!("for a value of it, write a field: `name {}`", path.name.text);
            let is = lookup::kind(declared);
            found.push(errors::target_without_rows(path, is, span, &help));
            Pointed::Broken
        }
        Some((declared @ Declared::Mixin(_), span)) => {
            let help = "point at one of the entities that use it";
            let is = lookup::kind(declared);
            found.push(errors::target_without_rows(path, is, span, help));
            Pointed::Broken
        }
    }
}

/// The accessor on the target, `{entity}` filled in.
fn inverse(
    draft: &mut Draft<'_>,
    entity: EntityId,
    placed: &Placed<'_>,
    tree: &tree::Relation,
) -> Option<smol_str::SmolStr> {
    let tree::Inverse::Name(name) = &tree.inverse else { return None };
    if !name.text.contains("{entity}") {
        if placed.mixin.is_some() {
            draft.found.push(errors::accessor_in_mixin(name));
        }
        return Some(name.text.clone());
    }
    let owner = crate::naming::snake(&draft.schema.entities[entity].name);
    Some(name.text.replace("{entity}", &owner).into())
}

fn report_many_to_one(
    input: &Input<'_>,
    draft: &mut Draft<'_>,
    entity: EntityId,
    placed: &Placed<'_>,
    tree: &tree::Relation,
) {
    let source = draft.schema.entities[entity].name.clone();
    let tree::Inverse::Name(inverse) = &tree.inverse else {
        draft.found.push(errors::many_to_one(tree, &source, None, None));
        return;
    };
    let names = &input.declarations.names;
    let text = |span: Span| input.sources.text(span);
    let clauses = Span { start: inverse.span.end, ..tree.span };
    let target = names.module_of(placed.home, &tree.target);
    let path = match target == Some(placed.home) {
        true => source.to_string(),
        false => format!("{}.{source}", names.modules[placed.home.index()].name),
    };
    let statement = format!(
        "{} {} {path} <-> {} {}{}",
        inverse.text,
        text(tree.there.span),
        text(tree.here.span),
        tree.name.text,
        on_one_line(text(clauses)),
    );
    let edits = match names.lookup(placed.home, &tree.target) {
        Some(Declared::Entity(other)) if placed.mixin.is_none() => {
            let other = input.declarations.entities[other.index()].tree;
            let brace = Span { start: other.span.end - 1, ..other.span }.at_start();
            Some(vec![
                Edit { span: tree.span, replacement: String::new() },
                Edit { span: brace, replacement: format!("\n  {statement}\n") },
            ])
        }
        _ => None,
    };
    draft.found.push(errors::many_to_one(tree, &source, Some(&statement), edits));
}

/// Clauses over several lines on one, unless a comment would swallow what follows it.
fn on_one_line(clauses: &str) -> String {
    if clauses.contains("//") {
        return clauses.trim_end().to_owned();
    }
    let mut lines = clauses.trim_end().lines();
    let first = lines.next().unwrap_or_default().trim_end().to_owned();
    lines.fold(first, |line, next| line + " " + next.trim())
}

/// Finds the columns that `by (…)` names on the target.
pub(crate) fn resolve_references(input: &Input<'_>, draft: &mut Draft<'_>) {
    let mut found = Vec::new();
    for written in &draft.relations {
        let schema = &draft.schema;
        let relation = &schema.relations[written.id];
        let RelationKind::ToOne(_) = relation.kind else { continue };
        let mut reference = Reference::Key;
        if let Some((names, _)) = written.clauses.by {
            let scope = draft.scope(input, relation.target, written.home);
            let mut fields: Vec<FieldId> = Vec::with_capacity(names.len());
            for name in names {
                match scope.member(&name.text) {
                    Meaning::Is(MemberId::Field(field)) => fields.push(field),
                    Meaning::Is(MemberId::Relation(_)) => found.push(errors::by_relation(name)),
                    Meaning::Broken => {}
                    Meaning::Unknown => {
                        let near = diagnostics::nearest(&name.text, scope.member_names());
                        let owner = &schema.entities[relation.target].name;
                        found.push(errors::unknown_member(name, owner, near));
                    }
                }
            }
            if fields.len() == names.len() && !is_key(schema, relation.target, &fields) {
                reference = Reference::Fields(fields);
            }
        }
        if let RelationKind::ToOne(to_one) = &mut draft.schema.relations[written.id].kind {
            to_one.references = reference;
        }
    }
    draft.found.append(&mut found);
}

fn is_key(schema: &Schema, entity: EntityId, fields: &[FieldId]) -> bool {
    let key = &schema.entities[entity].key;
    key.len() == fields.len()
        && key.iter().zip(fields).all(|(&member, &field)| member == MemberId::Field(field))
}

/// The types of the columns that a reference to an entity refers to.
pub(crate) fn reference_columns(
    schema: &Schema,
    target: EntityId,
    reference: &Reference,
) -> Vec<FieldType> {
    let mut columns = Vec::with_capacity(1);
    match reference {
        Reference::Key => {
            let key = &schema.entities[target].key;
            key.iter().for_each(|&member| add_columns(schema, member, &mut columns));
        }
        Reference::Fields(fields) => {
            columns.extend(fields.iter().map(|&field| schema.fields[field].ty.clone()));
        }
    }
    columns
}

fn add_columns(schema: &Schema, member: MemberId, columns: &mut Vec<FieldType>) {
    match member {
        MemberId::Field(field) => columns.push(schema.fields[field].ty.clone()),
        MemberId::Relation(relation) => {
            if let Some(to_one) = schema.to_one(relation) {
                let target = schema.relations[relation].target;
                columns.extend(reference_columns(schema, target, &to_one.references));
            }
        }
    }
}

/// Reads the defaults of relations: each is a value of the one column that the relation has.
pub(crate) fn resolve_defaults(input: &Input<'_>, draft: &mut Draft<'_>) {
    let mut found = Vec::new();
    for written in &draft.relations {
        let Some((expr, _)) = written.clauses.default else { continue };
        let schema = &draft.schema;
        let relation = &schema.relations[written.id];
        let RelationKind::ToOne(to_one) = &relation.kind else { continue };
        let columns = reference_columns(schema, relation.target, &to_one.references);
        let default = match columns.as_slice() {
            [ty] => {
                let scope = draft.scope(input, relation.source, written.home);
                resolve_expr(scope, expr, Expected::Default(ty), &mut found)
            }
            [] => None,
            _ => {
                found.push(errors::default_of_composite(expr.span, &relation.name));
                None
            }
        };
        if let RelationKind::ToOne(to_one) = &mut draft.schema.relations[written.id].kind {
            to_one.default = default;
        }
    }
    draft.found.append(&mut found);
}

/// Reports references to columns that are not unique together, and under Django to several columns.
pub(crate) fn check_references(input: &Input<'_>, draft: &mut Draft<'_>) {
    for written in &draft.relations {
        let relation = &draft.schema.relations[written.id];
        let RelationKind::ToOne(to_one) = &relation.kind else { continue };
        if input.is_on(Target::Django)
            && reference_columns(&draft.schema, relation.target, &to_one.references).len() > 1
        {
            let owner = &draft.schema.entities[relation.target];
            draft.found.push(errors::composite_under_django(written.tree, owner));
        }
        let Reference::Fields(fields) = &to_one.references else { continue };
        let target = &draft.schema.entities[relation.target];
        let is_unique = target.uniques.iter().any(|unique| {
            unique.condition.is_none()
                && !unique.deferrable
                && unique.elements.len() == fields.len()
                && unique.elements.iter().all(|element| match element.key {
                    IndexKey::Member(MemberId::Field(field)) => fields.contains(&field),
                    IndexKey::Member(MemberId::Relation(_)) | IndexKey::Expr(_) => false,
                })
        });
        if let (false, Some((names, span))) = (is_unique, written.clauses.by) {
            draft.found.push(errors::by_not_unique(names, span, &target.name, target.span));
        }
    }
}
