//! The members of every entity: its implicit key, its fields and its relations, with their types and
//! ends.

use crate::diagnostics::Diagnostic;
use crate::schema::{
    BaseType, EntityId, EntityKind, Field, FieldType, MemberId, Scalar, TypeArguments,
};
use crate::source::Span;
use crate::syntax::tree::{self, ClauseKind, Member, ModifierKind};

use super::mixins::{Placed, Unfolded};
use super::scope::Members;
use super::types::resolve_type;
use super::{Draft, Input, errors, fields, keys, relations};

/// Declares the members of every written entity, and its key.
pub(crate) fn declare_members<'a>(input: &Input<'a>, draft: &mut Draft<'a>) {
    for index in 0..input.declarations.entities.len() {
        draft.members.push(Members::default());
        let entity = EntityId::from_index(index);
        let unfolded = &input.unfolded[index];
        let implicit = draft.schema.entities[entity].kind == EntityKind::Declared
            && !unfolded.members.iter().any(|placed| states_key(placed.tree));
        let id = implicit.then(|| add_implicit_id(draft, entity));
        declare_all(input, draft, entity, unfolded, implicit);
        for name in &unfolded.broken {
            let members = &mut draft.members[index].by_name;
            members.entry(name.text.clone()).or_insert((None, name.span));
        }
        keys::resolve_key(draft, entity, unfolded, id);
    }
}

/// Whether a member is the key, or a part of it.
pub(crate) fn states_key(member: &Member) -> bool {
    key_span(member).is_some()
}

/// Where a member states that it is the key, or a part of it.
pub(crate) fn key_span(member: &Member) -> Option<Span> {
    match member {
        Member::Key(key) => Some(key.span),
        Member::Field(field) => field
            .modifiers
            .iter()
            .find_map(|it| matches!(it.kind, ModifierKind::Key).then_some(it.span)),
        Member::Relation(relation) => relation
            .clauses
            .iter()
            .find_map(|it| matches!(it.kind, ClauseKind::Key).then_some(it.span)),
        _ => None,
    }
}

/// Adds `id bigint`, an identity, which an entity without a key has.
pub(crate) fn add_implicit_id(draft: &mut Draft<'_>, entity: EntityId) -> MemberId {
    let span = draft.schema.entities[entity].span;
    let ty =
        FieldType { base: BaseType::Scalar(Scalar::Bigint, TypeArguments::None), dimensions: 0 };
    let field = Field { identity: true, ..fields::plain(entity, "id", ty, span) };
    let id = MemberId::Field(draft.schema.fields.push(field));
    draft.schema.entities[entity].members.push(id);
    draft.members[entity.index()].by_name.insert("id".into(), (Some(id), span));
    id
}

fn declare_all<'a>(
    input: &Input<'a>,
    draft: &mut Draft<'a>,
    entity: EntityId,
    unfolded: &Unfolded<'a>,
    implicit_id: bool,
) {
    for placed in &unfolded.members {
        let (name, span) = match placed.tree {
            Member::Field(field) => (&field.name, field.span),
            Member::Relation(relation) => (&relation.name, relation.span),
            _ => continue,
        };
        if implicit_id && name.text == "id" {
            let owner = &draft.schema.entities[entity].name;
            let fix_at = matches!(placed.tree, Member::Field(_)).then_some(span);
            draft.found.push(errors::id_without_key(name, owner, fix_at));
            continue;
        }
        if let Some(&(_, first)) = draft.members[entity.index()].by_name.get(&name.text) {
            report_twice(draft, entity, placed, name, first);
            continue;
        }
        let member = match placed.tree {
            Member::Field(field) => {
                fields::declare_field(input, draft, entity, placed.home, field).map(MemberId::Field)
            }
            Member::Relation(relation) => {
                relations::declare_relation(input, draft, entity, placed, relation)
                    .map(MemberId::Relation)
            }
            _ => None,
        };
        draft.schema.entities[entity].members.extend(member);
        draft.members[entity.index()].by_name.insert(name.text.clone(), (member, name.span));
    }
}

/// Reports what is wrong with the types and the relations of mixins that no entity brings to bear.
pub(crate) fn check_unused_mixins(
    input: &Input<'_>,
    unused: &[usize],
    found: &mut Vec<Diagnostic>,
) {
    for &mixin in unused {
        let mixin = &input.declarations.mixins[mixin];
        for member in &mixin.tree.members {
            match member {
                Member::Field(field) => {
                    resolve_type(&input.declarations.names, mixin.module, &field.ty, found);
                }
                Member::Relation(relation) => {
                    relations::check_alone(input, mixin.module, relation, found);
                }
                _ => {}
            }
        }
    }
}

fn report_twice(
    draft: &mut Draft<'_>,
    entity: EntityId,
    placed: &Placed<'_>,
    name: &tree::Name,
    first: Span,
) {
    let owner = &draft.schema.entities[entity].name;
    draft.found.push(match placed.mixin {
        None => errors::member_twice(name, first, owner),
        Some(mixin) => {
            errors::mixin_member_twice((&mixin.name.text, mixin.site), name, first, owner)
        }
    });
}
