//! Unions: of whatever entities there are, stored in every way, and relations to them.
//!
//! They are drawn behind everything else and by lots of their own, so that a program without them is what it
//! was before there were any.

use super::constraints;
use super::lot::Lot;
use super::model::{Key, Member, Program, Union};
use super::names::{self, Taken};

/// Which delete rules relations to unions have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rules {
    /// One for all alternatives, where one foreign key is for all.
    #[default]
    One,
    /// Often others for some, under every strategy.
    Differing,
}

/// A union as relations need it.
pub struct Drawn {
    pub module: String,
    pub name: String,
    pub strategy: &'static str,
    /// Places of entities.
    pub alternatives: Vec<usize>,
}

/// Draws a union or two, with relations to them.
pub fn unions(lot: &mut Lot, program: &mut Program, classes: &mut Taken) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    let mut inheriting = Vec::new();
    for _ in 0..*lot.weighed(&[(70, 1), (30, 2)]) {
        let Some(union) = union(lot, program, classes, &mut inheriting) else { continue };
        for _ in 0..*lot.weighed(&[(40, 1), (45, 2), (15, 3)]) {
            let source = lot.below(program.entities.len());
            if program.entities[source].external {
                continue;
            }
            if lot.chance(15) && union.strategy != "untyped" {
                many_to_many(lot, program, classes, &union, source);
            } else {
                to_one(lot, program, &union, source);
            }
        }
        drawn.push(union);
    }
    drawn
}

fn union(
    lot: &mut Lot,
    program: &mut Program,
    classes: &mut Taken,
    inheriting: &mut Vec<usize>,
) -> Option<Drawn> {
    let strategies =
        [(5, "arc"), (3, "link"), (4, "supertype"), (4, "inheritance"), (1, "untyped")];
    let strategy = *lot.weighed(&strategies);
    let fits = |place: &usize| {
        let entity = &program.entities[*place];
        let has_key = entity.members.iter().any(|member| member.text.contains("key"));
        let is_free = strategy != "inheritance" || !has_key && !inheriting.contains(place);
        let is_own = !entity.external || matches!(strategy, "arc" | "link" | "untyped");
        entity.key != Key::Composite && is_free && is_own
    };
    let mut open: Vec<usize> = (0..program.entities.len()).filter(fits).collect();
    let wanted = *lot.weighed(&[(55, 2), (25, 3), (12, 4), (8, 1)]);
    let mut alternatives = Vec::new();
    while alternatives.len() < wanted && !open.is_empty() {
        alternatives.push(open.remove(lot.below(open.len())));
    }
    if alternatives.is_empty() {
        return None;
    }
    if strategy == "inheritance" {
        inheriting.extend(&alternatives);
    }
    Some(declare(lot, program, classes, strategy, alternatives))
}

/// Writes a union of these alternatives.
pub fn declare(
    lot: &mut Lot,
    program: &mut Program,
    classes: &mut Taken,
    strategy: &'static str,
    alternatives: Vec<usize>,
) -> Drawn {
    let module = lot.one(&program.modules).name.clone();
    let name = names::class(lot, classes);
    for made in ["Row", "Kind"] {
        names::take(classes, &format!("{name}{made}"));
    }
    for &place in &alternatives {
        let taken = &mut program.entities[place].taken;
        for made in ["ref", "id"] {
            names::take(taken, &format!("{name}_{made}"));
        }
    }
    let paths: Vec<String> =
        alternatives.iter().map(|&place| program.entities[place].path(&module)).collect();
    let because = if strategy == "untyped" { " because \"it is a trail\"" } else { "" };
    let docs = names::docs(lot, "");
    let text = format!("{docs}union {name} = {}  as {strategy}{because}\n", paths.join(" | "));
    program.unions.push(Union { module: module.clone(), text, slot: None });
    Drawn { module, name, strategy, alternatives }
}

/// The union, and an alternative of it, as another module must say them.
pub fn path(union: &Drawn, from: &str) -> String {
    if union.module == from {
        union.name.clone()
    } else {
        format!("{}.{}", union.module, union.name)
    }
}

/// A name on the source, and an accessor that is free on every alternative.
fn ends(lot: &mut Lot, program: &mut Program, union: &Drawn, source: usize) -> (String, String) {
    let mut all: Taken = ["id", "kind"].map(str::to_owned).into();
    for &place in &union.alternatives {
        all.extend(program.entities[place].taken.iter().cloned());
        names::take(&mut all, &program.entities[place].name);
    }
    let inverse = names::name(lot, &mut all);
    for &place in &union.alternatives {
        names::take(&mut program.entities[place].taken, &inverse);
    }
    let taken = &mut program.entities[source].taken;
    let name = names::name(lot, taken);
    for made in ["id", "ref"] {
        names::take(taken, &format!("{name}_{made}"));
    }
    for &place in &union.alternatives {
        let alternative = program.entities[place].name.clone();
        names::take(&mut program.entities[source].taken, &format!("{name}_{alternative}"));
    }
    let inverse = if lot.chance(10) { "_".to_owned() } else { names::quoted(&inverse) };
    (name, inverse)
}

/// A relation to one of the union's alternatives, with what may follow it.
pub fn to_one(lot: &mut Lot, program: &mut Program, union: &Drawn, source: usize) {
    let (name, inverse) = ends(lot, program, union, source);
    let optional = lot.chance(45);
    let here = if optional { "0..1" } else { "1" };
    let home = program.entities[source].module.clone();
    let to = path(union, &home);
    let written = names::quoted(&name);
    let mut line = if union.strategy == "untyped" {
        format!("{written} {here} {to} <-> * _")
    } else {
        let there = *lot.weighed(&[(70, "*"), (18, "0..1"), (8, "0..3"), (4, "1..*")]);
        format!("{written} {here} {to} <-> {there} {inverse}")
    };
    if union.strategy != "untyped" {
        let mut rules = vec![(40, "cascade"), (20, "restrict"), (15, "protect")];
        if optional {
            rules.push((40, "set null"));
        }
        line += &format!(" on delete {}", lot.weighed(&rules));
        if program.rules == Rules::Differing {
            line += &others(lot, program, union, 40, &rules);
        } else if matches!(union.strategy, "arc" | "split" | "slot") {
            line += &others(lot, program, union, 20, &rules);
        }
        if union.strategy == "arc" && lot.chance(15) {
            line += &within(lot, program, union, source).unwrap_or_default();
        }
        if lot.chance(8) {
            line += " deferrable";
        }
    }
    if lot.chance(8) {
        line += &format!(" label {}", names::text(lot));
    }
    let entity = &mut program.entities[source];
    let text = format!("{}  {line}\n", names::docs(lot, "  "));
    entity.members.push(Member { name: Some(name), text });
    let fields: Vec<String> =
        constraints::plain(entity).map(|field| names::quoted(&field.name)).collect();
    let more = match lot.below(12) {
        0 => lot.any(&fields).map(|field| format!("unique ({written}, {field})")),
        1 => Some(format!("index ({written})")),
        2 if optional => lot
            .any(&fields)
            .map(|field| format!("check ({written} is null or {field} is not null)")),
        _ => None,
    };
    let more = more.map(|line| Member { name: None, text: format!("  {line}\n") });
    entity.members.extend(more);
}

/// Rules of single alternatives, of so many in a hundred.
fn others(
    lot: &mut Lot,
    program: &Program,
    union: &Drawn,
    percent: usize,
    rules: &[(usize, &str)],
) -> String {
    let mut said = String::new();
    for &place in &union.alternatives[1..] {
        if lot.chance(percent) {
            let alternative = program.entities[place].path(&union.module);
            said += &format!(", {alternative} {}", lot.weighed(rules));
        }
    }
    said
}

/// Hangs the source and every alternative from the same entity, and says that theirs is the same.
fn within(lot: &mut Lot, program: &mut Program, union: &Drawn, source: usize) -> Option<String> {
    let apart = |place: &usize| {
        let entity = &program.entities[*place];
        *place != source
            && !union.alternatives.contains(place)
            && entity.key == Key::Number
            && !entity.external
    };
    let apart: Vec<usize> = (0..program.entities.len()).filter(apart).collect();
    let root = *lot.any(&apart)?;
    let name = format!("root{}", program.unions.len());
    let mut hanging = union.alternatives.clone();
    if !hanging.contains(&source) {
        hanging.push(source);
    }
    if hanging.iter().any(|&place| program.entities[place].external) {
        return None;
    }
    for place in hanging {
        let to = program.entities[root].path(&program.entities[place].module);
        let entity = &mut program.entities[place];
        if names::take(&mut entity.taken, &name) {
            let text = format!("  {name} 1 {to} <-> * _ on delete cascade\n");
            entity.members.push(Member { name: Some(name.clone()), text });
        }
    }
    Some(format!(" within {name}"))
}

/// A relation to many of them.
pub fn many_to_many(
    lot: &mut Lot,
    program: &mut Program,
    classes: &mut Taken,
    union: &Drawn,
    source: usize,
) {
    if program.entities[source].key == Key::Composite {
        return;
    }
    let (name, inverse) = ends(lot, program, union, source);
    let to = path(union, &program.entities[source].module);
    let here = *lot.weighed(&[(80, "*"), (10, "1..*"), (10, "0..3")]);
    let there = *lot.weighed(&[(85, "*"), (15, "0..4")]);
    let rules = [(70, "unlink"), (15, "restrict"), (15, "protect")];
    let rule = *lot.weighed(&rules);
    let mut line = format!("{} {here} {to} <-> {there} {inverse}", names::quoted(&name));
    line += &format!(" on delete {rule}");
    if program.rules == Rules::Differing {
        line += &others(lot, program, union, 40, &rules);
    }
    if lot.chance(60) {
        line += &format!(" through {}", names::class(lot, classes));
    }
    let text = format!("{}  {line}\n", names::docs(lot, "  "));
    program.entities[source].members.push(Member { name: Some(name), text });
}
