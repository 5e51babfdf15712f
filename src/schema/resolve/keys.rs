//! Primary keys: `key` after a field or a relation, and `key (…)`.

use crate::diagnostics::{self, Diagnostic};
use crate::schema::{EntityId, MemberId, Reference, RelationId, RelationKind, Schema, ToOne};
use crate::source::Span;
use crate::syntax::tree::{self, ClauseKind, Member, ModifierKind};

use super::mixins::Unfolded;
use super::names::Meaning;
use super::{Draft, errors};

/// Finds the key of an entity among its members; `implicit` is the `id` that it has without one.
pub(crate) fn resolve_key(
    draft: &mut Draft<'_>,
    entity: EntityId,
    unfolded: &Unfolded<'_>,
    implicit: Option<MemberId>,
) {
    let stated = unfolded.members.iter().filter_map(|placed| stated_key(placed.tree));
    let mut first: Option<Span> = None;
    let mut key: Vec<MemberId> = implicit.into_iter().collect();
    for (names, span) in stated {
        if let Some(first) = first {
            draft.found.push(errors::second_key(span, first));
            continue;
        }
        first = Some(span);
        key = resolve_columns(draft, entity, &names);
    }
    for &member in &key {
        if let Some((span, name)) = nullable(&draft.schema, member) {
            let at = first.unwrap_or(span);
            draft.found.push(errors::nullable_key(at, &name, span));
        }
    }
    if key.is_empty() {
        key.extend(draft.schema.entities[entity].members.first());
    }
    draft.schema.entities[entity].key = key;
}

/// The columns of a key that a member states, and where it does.
fn stated_key(member: &Member) -> Option<(Vec<&tree::Name>, Span)> {
    match member {
        Member::Key(key) => Some((key.columns.iter().collect(), key.span)),
        Member::Field(field) => field
            .modifiers
            .iter()
            .find(|modifier| matches!(modifier.kind, ModifierKind::Key))
            .map(|modifier| (vec![&field.name], modifier.span)),
        Member::Relation(relation) => relation
            .clauses
            .iter()
            .find(|clause| matches!(clause.kind, ClauseKind::Key))
            .map(|clause| (vec![&relation.name], clause.span)),
        _ => None,
    }
}

/// The members that a list of columns names, each once; only those with columns of their own.
pub(crate) fn resolve_columns(
    draft: &mut Draft<'_>,
    entity: EntityId,
    names: &[&tree::Name],
) -> Vec<MemberId> {
    let mut members = Vec::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        if let Some(first) = names[..place].iter().find(|first| first.text == name.text) {
            draft.found.push(errors::listed_twice("column", name, first.span));
            continue;
        }
        let known = draft.members[entity.index()].meaning(&name.text);
        match known {
            Meaning::Is(member) => match has_columns(&draft.schema, member) {
                true => members.push(member),
                false => draft.found.push(errors::many_in_list(name)),
            },
            Meaning::Broken => {}
            Meaning::Unknown => {
                let schema = &draft.schema;
                let owner = &schema.entities[entity];
                let all = owner.members.iter().map(|&member| schema.member_name(member).as_str());
                let near = diagnostics::nearest(&name.text, all);
                draft.found.push(errors::unknown_member(name, &owner.name, near));
            }
        }
    }
    members
}

/// Whether a member stands for columns of its entity.
pub(crate) fn has_columns(schema: &Schema, member: MemberId) -> bool {
    match member {
        MemberId::Field(_) => true,
        MemberId::Relation(relation) => schema.to_one(relation).is_some(),
    }
}

fn nullable(schema: &Schema, member: MemberId) -> Option<(Span, String)> {
    match member {
        MemberId::Field(field) => {
            let field = &schema.fields[field];
            field.nullable.then(|| (field.span, field.name.to_string()))
        }
        MemberId::Relation(relation) => {
            let relation = &schema.relations[relation];
            match &relation.kind {
                RelationKind::ToOne(to_one) if to_one.optional => {
                    Some((relation.here.span, relation.name.to_string()))
                }
                RelationKind::ToOne(_) | RelationKind::ManyToMany(_) => None,
            }
        }
    }
}

/// The most columns that PostgreSQL has in a key (`INDEX_MAX_KEYS`); also how far keys may be made of
/// relations to keys that are made of relations.
const MOST: usize = 32;

/// Reports keys that are made of relations which lead back to them, and so have no columns at all, and
/// keys of more columns than PostgreSQL can have.
pub(crate) fn check_keys(draft: &mut Draft<'_>) {
    let schema = &mut draft.schema;
    let mut known: Vec<Option<Size>> = vec![None; schema.entities.len()];
    let mut on_path = vec![false; schema.entities.len()];
    for start in schema.entities.ids() {
        let mut path = vec![(start, 0)];
        while let Some((entity, next)) = path.last_mut() {
            let entity = *entity;
            on_path[entity.index()] = true;
            let key = &schema.entities[entity].key;
            let member = if known[entity.index()].is_none() { key.get(*next) } else { None };
            let Some(&member) = member else {
                if known[entity.index()].is_none() {
                    known[entity.index()] = Some(measure(schema, entity, &known, &mut draft.found));
                }
                on_path[entity.index()] = false;
                path.pop();
                continue;
            };
            *next += 1;
            let Some(relation) = refers_to_key(schema, member) else { continue };
            let target = schema.relations[relation].target;
            if on_path[target.index()] {
                let relation = &schema.relations[relation];
                draft.found.push(errors::key_circle(relation.span, &relation.name));
                *next -= 1;
                schema.entities[entity].key.retain(|&other| other != member);
                break_open(schema, entity);
            } else if known[target.index()].is_none() {
                path.push((target, 0));
            }
        }
    }
}

/// How many columns a key has, and how many keys stand behind one another in it.
#[derive(Debug, Clone, Copy)]
struct Size {
    columns: usize,
    depth: usize,
}

/// Measures a key whose parts are all known. One that is too large is cut short.
fn measure(
    schema: &mut Schema,
    entity: EntityId,
    known: &[Option<Size>],
    found: &mut Vec<Diagnostic>,
) -> Size {
    let mut size = Size { columns: 0, depth: 0 };
    let sum = schema.entities[entity].key.iter().map(|&member| match member {
        MemberId::Field(_) => Size { columns: 1, depth: 0 },
        MemberId::Relation(relation) => match &schema.relations[relation].kind {
            RelationKind::ToOne(ToOne { references: Reference::Fields(fields), .. }) => {
                Size { columns: fields.len(), depth: 0 }
            }
            RelationKind::ToOne(_) | RelationKind::ManyToMany(_) => {
                let target = schema.relations[relation].target;
                let inner = known[target.index()].unwrap_or(Size { columns: 1, depth: 0 });
                Size { columns: inner.columns, depth: inner.depth + 1 }
            }
        },
    });
    for part in sum {
        size.columns += part.columns;
        size.depth = size.depth.max(part.depth);
    }
    if size.columns > MOST || size.depth > MOST {
        let declared = &mut schema.entities[entity];
        found.push(errors::key_too_large(declared.span, &declared.name, size.columns));
        declared.key.clear();
        break_open(schema, entity);
        size = Size { columns: schema.entities[entity].key.len(), depth: 0 };
    }
    size
}

/// The relation that a part of a key is, when it refers to its target's key.
fn refers_to_key(schema: &Schema, member: MemberId) -> Option<RelationId> {
    let MemberId::Relation(relation) = member else { return None };
    schema.to_one(relation).filter(|to_one| to_one.references == Reference::Key)?;
    Some(relation)
}

/// Leaves some key in place of one that had only a circle, for what still looks at it.
fn break_open(schema: &mut Schema, entity: EntityId) {
    if schema.entities[entity].key.is_empty() {
        let field = schema.entities[entity].members.iter().copied();
        let field = field.into_iter().find(|member| matches!(member, MemberId::Field(_)));
        schema.entities[entity].key.extend(field);
    }
}
