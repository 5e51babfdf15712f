//! What programs with unions have besides: entities that a union splits, slots, unions of what is in one already,
//! relations from a union's own alternatives, and relations that a mixin gives to several entities.

use trine::target::Slot;

use super::constraints;
use super::fields;
use super::lot::Lot;
use super::model::{Entity, Key, Member, Mixin, Program};
use super::names::{self, Taken};
use super::relations;
use super::unions::{self, Drawn};

/// Adds some of it, or nothing.
pub fn wider(lot: &mut Lot, program: &mut Program, classes: &mut Taken, drawn: &[Drawn]) {
    for _ in 0..*lot.weighed(&[(40, 0), (40, 1), (20, 2)]) {
        let union = lot.any(drawn);
        match (lot.below(12), union) {
            (0..=3, _) => split(lot, program, classes),
            (4..=5, _) => slot(lot, program, classes),
            (6..=7, Some(union)) => within_itself(lot, program, classes, union),
            (8..=9, Some(union)) => of_the_same(lot, program, classes, union),
            (10..=11, Some(union)) => mixed(lot, program, classes, union),
            _ => {}
        }
    }
}

/// Some entities, of which there are as many as are wanted.
fn some(lot: &mut Lot, program: &Program, wanted: usize) -> Vec<usize> {
    let simple = |place: &usize| program.entities[*place].key != Key::Composite;
    let mut open: Vec<usize> = (0..program.entities.len()).filter(simple).collect();
    let mut found = Vec::new();
    while found.len() < wanted && !open.is_empty() {
        found.push(open.remove(lot.below(open.len())));
    }
    found
}

/// An entity that nothing refers to, one for each alternative of a union.
fn split(lot: &mut Lot, program: &mut Program, classes: &mut Taken) {
    let wanted = *lot.weighed(&[(60, 2), (30, 3), (10, 1)]);
    let alternatives = some(lot, program, wanted);
    if alternatives.is_empty() {
        return;
    }
    let union = unions::declare(lot, program, classes, "split", alternatives);
    let module = lot.one(&program.modules).name.clone();
    let name = names::class(lot, classes);
    for &place in &union.alternatives {
        names::take(classes, &format!("{}{name}", program.entities[place].name));
    }
    let mut entity = Entity::new(&module, &name);
    entity.docs = names::docs(lot, "");
    for _ in 0..lot.below(4) {
        let field = fields::field(lot, &mut entity, &program.enums);
        entity.members.push(field);
    }
    program.entities.push(entity);
    let source = program.entities.len() - 1;
    if lot.chance(50) {
        relations::relation(lot, program, source, classes);
    }
    unions::to_one(lot, program, &union, source);
    constraints::constraints(lot, &mut program.entities[source]);
}

/// A union of which the project chooses one, and relations to it.
fn slot(lot: &mut Lot, program: &mut Program, classes: &mut Taken) {
    let wanted = *lot.weighed(&[(60, 2), (20, 3), (20, 1)]);
    let alternatives = some(lot, program, wanted);
    if alternatives.is_empty() {
        return;
    }
    let union = unions::declare(lot, program, classes, "slot", alternatives);
    let chosen = *lot.one(&union.alternatives);
    let alternative = program.entities[chosen].path(&union.module);
    let slot = Slot { module: union.module.clone(), union: union.name.clone(), alternative };
    if let Some(written) = program.unions.last_mut() {
        written.slot = Some(slot);
    }
    for _ in 0..1 + lot.below(2) {
        let source = lot.below(program.entities.len());
        if program.entities[source].external {
            continue;
        }
        if lot.chance(25) {
            unions::many_to_many(lot, program, classes, &union, source);
        } else {
            unions::to_one(lot, program, &union, source);
        }
    }
}

/// A relation to a union from one of its own alternatives.
fn within_itself(lot: &mut Lot, program: &mut Program, classes: &mut Taken, union: &Drawn) {
    let source = *lot.one(&union.alternatives);
    if program.entities[source].external {
        return;
    }
    if lot.chance(30) && union.strategy != "untyped" {
        unions::many_to_many(lot, program, classes, union, source);
    } else {
        unions::to_one(lot, program, union, source);
    }
}

/// A union of what another has as well, and maybe one more, stored in another way.
fn of_the_same(lot: &mut Lot, program: &mut Program, classes: &mut Taken, union: &Drawn) {
    let mut alternatives = union.alternatives.clone();
    let more = lot.below(2);
    for place in some(lot, program, more) {
        if !alternatives.contains(&place) {
            alternatives.push(place);
        }
    }
    let external = alternatives.iter().any(|&place| program.entities[place].external);
    let mut strategies = vec!["arc", "link"];
    if !external {
        strategies.push("supertype");
    }
    let strategy = *lot.one(&strategies);
    let other = unions::declare(lot, program, classes, strategy, alternatives);
    let source = lot.below(program.entities.len());
    if !program.entities[source].external {
        unions::to_one(lot, program, &other, source);
    }
}

/// A mixin with a relation to a union, for an entity or two.
fn mixed(lot: &mut Lot, program: &mut Program, classes: &mut Taken, union: &Drawn) {
    if union.strategy == "untyped" {
        return;
    }
    let module = program.modules[0].name.clone();
    let name = names::class(lot, classes);
    let optional = lot.chance(50);
    let (here, rules): (&str, &[&str]) = match optional {
        true => ("0..1", &["cascade", "restrict", "set null"]),
        false => ("1", &["cascade", "restrict", "protect"]),
    };
    let to = unions::path(union, &module);
    let relation = format!("tied{}", program.mixins.len());
    let rule = lot.one(rules);
    let text = format!("  {relation} {here} {to} <-> * {relation}_{{entity}}s on delete {rule}\n");
    let open: Vec<usize> =
        (0..program.entities.len()).filter(|&place| !program.entities[place].external).collect();
    for _ in 0..1 + lot.below(2) {
        let Some(&place) = lot.any(&open) else { return };
        let entity = &mut program.entities[place];
        let path = if entity.module == module { name.clone() } else { format!("{module}.{name}") };
        if !entity.mixins.contains(&path) {
            entity.mixins.push(path);
        }
    }
    let members = vec![Member { name: Some(relation), text }];
    program.mixins.push(Mixin { module, name, members });
}
