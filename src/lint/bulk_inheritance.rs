//! W0803: an alternative under `inheritance` whose rows come in numbers: they are a collection of another's.
//!
//! How rows are inserted is nothing that a schema says. That they belong to a collection it does say, and those are
//! what an application inserts many of at once; of other alternatives nothing is known, and nothing is said.

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{Alternative, DeleteRule, MemberId, Relation, Schema, Strategy, Union};

pub(super) fn find(schema: &Schema, found: &mut Vec<Diagnostic>) {
    for union in schema.unions.values() {
        if union.strategy != Strategy::Inheritance {
            continue;
        }
        for alternative in &union.alternatives {
            if let Some(owner) = collection(schema, alternative) {
                found.push(warning(schema, union, alternative, owner));
            }
        }
    }
}

/// The relation by which the alternative's rows are a collection that its owner owns, or must have several of.
fn collection<'a>(schema: &'a Schema, alternative: &Alternative) -> Option<&'a Relation> {
    let members = schema.entities[alternative.entity].members.iter();
    let relations = members.filter_map(|&member| match member {
        MemberId::Relation(relation) => Some(relation),
        MemberId::Field(_) => None,
    });
    let owned = relations.filter(|&relation| {
        let several = schema.relations[relation].there.max != Some(1);
        let bounded = schema.relations[relation].there.min > 1;
        schema.to_one(relation).is_some_and(|to_one| {
            several && to_one.may(DeleteRule::Cascade) && (to_one.orphan_delete || bounded)
        })
    });
    owned.map(|relation| &schema.relations[relation]).next()
}

fn warning(
    schema: &Schema,
    union: &Union,
    alternative: &Alternative,
    owner: &Relation,
) -> Diagnostic {
    let entity = &schema.entities[alternative.entity].name;
    let target = &schema.entities[owner.target].name;
    Diagnostic::new(
        Code::W0803,
        alternative.span,
        format!("`{entity}` inherits from `{}`, and its rows come in numbers", union.name),
        format!("can't be inserted by Django's `bulk_create()` under `{}`", union.strategy.name()),
    )
    .also(owner.span, format!("makes them a collection that belongs to `{target}`"))
    .note("Each row is two, in two tables, and Django inserts those of multi-table inheritance one by one.")
    .help("`supertype` makes the second row by a trigger, and `bulk_create()` need not know of it")
    .fix("let a trigger make the union's rows: `supertype`", union.strategy_span, "supertype")
}
