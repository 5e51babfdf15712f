//! What an external entity must say, and what it can't.

use crate::schema::{EntityId, EntityKind};
use crate::source::Span;
use crate::syntax::tree::{Member, ModifierKind};
use crate::target::Target;

use super::{Draft, Input, errors};

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
        let name = &declaration.tree.name;
        let broken = !declaration.tree.broken.is_empty();
        if entity.table.is_none() && !broken {
            found.push(errors::external_lacks(
                name,
                "its table",
                "Trine makes no name for a table that something else owns",
                "add `table \"…\"`, with the name that the table has in the database",
            ));
        }
        let members = &input.unfolded[index].members;
        if entity.key.is_empty() && !broken {
            found.push(errors::external_lacks(
                name,
                "its key",
                "relations refer to the key, and Trine adds none to a table that it does not own",
                "add the field that is the primary key: `id integer key`",
            ));
        }
        if input.is_on(Target::Django)
            && entity.django_model.is_none()
            && pointed_at[index]
            && !broken
        {
            found.push(errors::external_lacks(
                name,
                "its Django model",
                "a Django ForeignKey points at a model, and Trine makes none for this table",
                "add `@django(model: \"app.Model\")`; for the user, `\"settings.AUTH_USER_MODEL\"`",
            ));
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
