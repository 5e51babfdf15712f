//! How many statements a delete may take: one, where the database does all of it.

use crate::impact::Action;
use crate::impact::rules::incoming;
use crate::schema::{DeleteRule, EntityId, EntityKind, MemberId, Schema};
use crate::targets::Program;

use super::action::Deed;
use super::side::{Side, Way};
use crate::target::OnDelete;

/// The most statements that an action may take in a way, where that is known: one for a delete that is
/// left to the database.
pub(super) fn most_statements(deed: Deed<'_>, side: Side, way: Way) -> Option<usize> {
    let Action::Delete(row) = deed.action else { return None };
    let entity = deed.program.layout.origins(row.table).entity;
    match (side, way) {
        (Side::Sqlalchemy, Way::Unloaded) => Some(1),
        // What a rule may refuse, Django must look for, to say it in its own words.
        (Side::Django(options), _) if options.on_delete == OnDelete::Database => {
            (!looks(deed.program, entity)).then(|| tables(deed.program.schema, entity, way))
        }
        (Side::Sql | Side::Sqlalchemy | Side::Django(_), _) => None,
    }
}

/// How many statements Django needs where it leaves all else to the database: one, and under multi-table
/// inheritance one for each table, for which it must know the row.
fn tables(schema: &Schema, entity: EntityId, way: Way) -> usize {
    let inherits = match schema.entities[entity].key[..] {
        [MemberId::Relation(key)] => schema.to_one(key).is_some_and(|to_one| to_one.takes_target),
        _ => false,
    };
    match (inherits, way) {
        (false, _) => 1,
        (true, Way::Statement | Way::Unloaded | Way::Loaded | Way::Instance) => 2,
        (true, Way::Queryset) => 3,
    }
}

/// Whether Django has to look before a delete of this entity: a rule may refuse it, or what it takes along
/// decides whether another is refused; or the table is another app's.
fn looks(program: Program<'_>, entity: EntityId) -> bool {
    let schema = program.schema;
    let mut reached = vec![entity];
    let mut at = 0;
    while let Some(&next) = reached.get(at) {
        at += 1;
        // The row of a union goes with its alternative.
        for member in &schema.entities[next].members {
            if let MemberId::Relation(relation) = *member
                && schema.to_one(relation).is_some_and(|to_one| to_one.takes_target)
                && !reached.contains(&schema.relations[relation].target)
            {
                reached.push(schema.relations[relation].target);
            }
        }
        for (relation, to_one) in incoming(schema, next) {
            match to_one.delete {
                DeleteRule::Cascade => {
                    let source = schema.relations[relation].source;
                    if !reached.contains(&source) {
                        reached.push(source);
                    }
                }
                DeleteRule::Restrict | DeleteRule::Protect => return true,
                DeleteRule::SetNull | DeleteRule::SetDefault => {}
            }
        }
    }
    let restricts = schema.relations.iter().any(|(id, relation)| {
        reached.contains(&relation.source)
            && schema.to_one(id).is_some_and(|to_one| to_one.delete == DeleteRule::Restrict)
    });
    restricts || schema.entities[entity].kind == EntityKind::External
}
