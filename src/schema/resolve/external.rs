//! What an external entity must say, and what it can't.

use crate::schema::{EntityId, EntityKind};
use crate::source::Span;
use crate::syntax::tree::{Member, ModifierKind};
use crate::target::Target;

use super::{Draft, Input, entities, errors};

/// What an external entity does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// `table "…"`
    Table,
    /// A field that is the key.
    Key,
    /// `@django(model: "…")`
    Model,
}

/// Reports external entities that say too little or too much.
pub(crate) fn check(input: &Input<'_>, draft: &mut Draft<'_>) {
    let mut pointed_at = vec![false; draft.schema.entities.len()];
    for (_, relation) in draft.schema.relations.iter() {
        pointed_at[relation.target.index()] = true;
    }
    for (index, declaration) in input.declarations.entities.iter().enumerate() {
        let id = EntityId::from_index(index);
        let entity = &draft.schema.entities[id];
        if entity.kind != EntityKind::External {
            continue;
        }
        let found = &mut draft.found;
        let members = &input.unfolded[index].members;
        if declaration.tree.broken.is_empty() {
            let has_key = members.iter().any(|placed| entities::states_key(placed.tree));
            let needs_model = input.is_on(Target::Django) && pointed_at[index];
            let missing: Vec<Missing> = [
                entity.table.is_none().then_some(Missing::Table),
                (!has_key).then_some(Missing::Key),
                (needs_model && entity.django_model.is_none()).then_some(Missing::Model),
            ]
            .into_iter()
            .flatten()
            .collect();
            if !missing.is_empty() {
                found.push(errors::external_lacks(declaration.tree, &missing));
            }
        }
        for placed in members {
            if let Some((span, what, help)) = foreign(placed.tree) {
                found.push(errors::external_has(span, what, help));
            }
        }
    }
}

/// What can't stand in an external entity.
fn foreign(member: &Member) -> Option<(Span, &'static str, &'static str)> {
    const OWNER: &str = "leave it to whoever owns the table";
    match member {
        Member::Relation(relation) => Some((
            relation.name.span,
            "relations of its own",
            "state the relation on the other entity; a column that you need here is a field",
        )),
        Member::Index(index) => Some((index.span, "an index", OWNER)),
        Member::Check(check) => Some((check.span, "a check", OWNER)),
        Member::Exclude(exclude) => Some((exclude.span, "an exclude", OWNER)),
        Member::Storage(storage) => Some((storage.span, "storage parameters", OWNER)),
        Member::Field(field) => field.modifiers.iter().find_map(|modifier| match modifier.kind {
            ModifierKind::OnUpdate(_) => Some((modifier.span, "a trigger", OWNER)),
            _ => None,
        }),
        Member::Key(_)
        | Member::Unique(_)
        | Member::OrderBy(_)
        | Member::Display(_)
        | Member::Label(_)
        | Member::Table(_)
        | Member::Attribute(_) => None,
    }
}
