//! Relations of every kind: each end's multiplicity, each delete rule, and what may follow them.

use super::fields::column;
use super::lot::Lot;
use super::model::{Entity, Key, Member, Program, Relation};
use super::names::{self, Taken};

/// Draws a relation of the entity at `source` and adds it there.
pub fn relation(lot: &mut Lot, program: &mut Program, source: usize, classes: &mut Taken) {
    let Some(target) = target(lot, program, source) else { return };
    if lot.chance(25) && program.entities[target].key != Key::Composite {
        many_to_many(lot, program, source, target, classes);
    } else {
        to_one(lot, program, source, target);
    }
}

/// Mostly something before it, sometimes itself, or something behind it.
fn target(lot: &mut Lot, program: &Program, source: usize) -> Option<usize> {
    let count = program.entities.len();
    let target = match lot.below(20) {
        0..=1 => source,
        2 => lot.below(count),
        _ => lot.below(source.max(1)),
    };
    let fits = program.entities[target].key != Key::Composite || lot.chance(5);
    fits.then_some(target)
}

/// A name on the source, and the accessor on the target.
fn ends(lot: &mut Lot, program: &mut Program, source: usize, target: usize) -> (String, String) {
    let name = names::name(lot, &mut program.entities[source].taken);
    names::take(&mut program.entities[source].taken, &format!("{name}_id"));
    let inverse = if lot.chance(12) {
        "_".to_owned()
    } else {
        let inverse = names::name(lot, &mut program.entities[target].taken);
        names::quoted(&inverse)
    };
    (name, inverse)
}

fn to_one(lot: &mut Lot, program: &mut Program, source: usize, target: usize) {
    let (name, inverse) = ends(lot, program, source, target);
    let forward = target >= source;
    let external = program.entities[target].external;
    let optional = lot.chance(if forward { 85 } else { 40 });
    let here = if optional { "0..1" } else { "1" };
    let there = match lot.below(100) {
        _ if external && lot.chance(80) => *lot.one(&["*", "0..1"]),
        0..=57 => "*",
        58..=76 => "0..1",
        77..=79 => "1",
        80..=86 if !forward => "1..*",
        87..=88 if !forward => "2..*",
        89..=92 => "0..5",
        93..=94 => "0..2",
        95..=96 if !forward => "1..3",
        97 if !forward => "2..3",
        _ => "*",
    };
    let mut rules = vec![(30, "cascade"), (20, "restrict"), (10, "protect")];
    if optional {
        rules.push((35, "set null"));
    }
    if program.entities[target].key == Key::Number {
        rules.push((8, "set default"));
    }
    let rule = *lot.weighed(&rules);
    let mut line = format!(
        "{} {here} {} <-> {there} {inverse}",
        names::quoted(&name),
        path(program, source, target)
    );
    line += &format!(" on delete {rule}");
    if rule == "set default" {
        line += " = 1";
    }
    if rule == "cascade" && !optional && lot.chance(35) {
        line += " on orphan delete";
    }
    let mut by_key = true;
    let shared = shared(lot, program, source, target);
    let unique: Vec<String> = {
        let fields = program.entities[target].fields.iter();
        fields.filter(|field| field.unique).map(|field| names::quoted(&field.name)).collect()
    };
    if let Some(pairs) = shared.filter(|_| rule != "set default" && lot.chance(70)) {
        line += &format!(" within {pairs}");
    } else if let Some(field) = lot.any(&unique).filter(|_| rule != "set default" && lot.chance(50))
    {
        line += &format!(" by ({field})");
        by_key = false;
    }
    if lot.chance(8) {
        line += " on update cascade";
    }
    if lot.chance(if forward && !optional { 70 } else { 7 }) {
        line += " deferrable";
    }
    if lot.chance(4) && by_key && program.entities[target].key != Key::Composite {
        line += &format!(" column {}", column(lot, &name));
    }
    if lot.chance(6) {
        line += &format!(" label {}", names::text(lot));
    }
    if lot.chance(2) {
        line += " @sqlalchemy(lazy: \"selectin\")";
    }
    let text = format!("{}  {line}\n", names::docs(lot, "  "));
    let changes = matches!(rule, "set null" | "set default");
    let entity = &mut program.entities[source];
    entity.relations.push(Relation {
        name: name.clone(),
        target,
        to_one: true,
        optional,
        by_key,
        changes,
    });
    entity.members.push(Member { name: Some(name), text });
}

/// What may stand behind `within`: relations of both ends to the same entity.
fn shared(lot: &mut Lot, program: &Program, source: usize, target: usize) -> Option<String> {
    let mut pairs = Vec::new();
    for here in program.entities[source].relations.iter().filter(|one| one.to_one && one.by_key) {
        for there in
            program.entities[target].relations.iter().filter(|one| one.to_one && one.by_key)
        {
            let target_of = here.target;
            if target_of == there.target && program.entities[target_of].key != Key::Composite {
                let (a, b) = (names::quoted(&here.name), names::quoted(&there.name));
                pairs.push(if a == b { a } else { format!("{a} = {b}") });
            }
        }
    }
    if pairs.len() > 1 && lot.chance(15) {
        return Some(pairs[..2].join(", "));
    }
    lot.any(&pairs).cloned()
}

fn many_to_many(
    lot: &mut Lot,
    program: &mut Program,
    source: usize,
    target: usize,
    classes: &mut Taken,
) {
    let external = program.entities[target].external;
    if program.entities[source].key == Key::Composite {
        return;
    }
    let (name, inverse) = ends(lot, program, source, target);
    let here = if external {
        "*"
    } else {
        *lot.weighed(&[(70, "*"), (8, "1..*"), (6, "0..3"), (2, "1..2")])
    };
    let there = if external {
        "*"
    } else {
        *lot.weighed(&[(80, "*"), (6, "1..*"), (6, "0..4"), (2, "2..3")])
    };
    let target_path = path(program, source, target);
    let mut line = format!("{} {here} {target_path} <-> {there} {inverse}", names::quoted(&name));
    if lot.chance(20) && source != target && !external {
        return declared_link(lot, program, (source, target), (line, name), classes);
    }
    line += &format!(
        " on delete {}",
        lot.weighed(&[(70, "unlink"), (15, "restrict"), (15, "protect")])
    );
    if let Some(pairs) = shared(lot, program, source, target).filter(|_| lot.chance(60)) {
        line += &format!(" within {pairs}");
    }
    if lot.chance(40) {
        line += &format!(" through {}", names::class(lot, classes));
    }
    if lot.chance(35) {
        line += " ordered";
    }
    if lot.chance(6) {
        line += &format!(" label {}", names::text(lot));
    }
    let text = format!("{}  {line}\n", names::docs(lot, "  "));
    let entity = &mut program.entities[source];
    entity.relations.push(Relation {
        name: name.clone(),
        target,
        to_one: false,
        optional: true,
        by_key: false,
        changes: false,
    });
    entity.members.push(Member { name: Some(name), text });
}

/// Many to many through an entity that is declared, with something of its own.
fn declared_link(
    lot: &mut Lot,
    program: &mut Program,
    (source, target): (usize, usize),
    (line, name): (String, String),
    classes: &mut Taken,
) {
    let module = program.entities[source].module.clone();
    let class = names::class(lot, classes);
    let mut link = Entity::new(&module, &class);
    let rule = |lot: &mut Lot| *lot.weighed(&[(70, "cascade"), (15, "restrict"), (15, "protect")]);
    let mut ends = Vec::new();
    for end in [source, target] {
        let own = names::name(lot, &mut link.taken);
        names::take(&mut link.taken, &format!("{own}_id"));
        let back = names::name(lot, &mut program.entities[end].taken);
        let target = program.entities[end].path(&module);
        let text = format!(
            "  {} 1 {target} <-> * {} on delete {}\n",
            names::quoted(&own),
            names::quoted(&back),
            rule(lot)
        );
        link.members.push(Member { name: Some(own.clone()), text });
        link.relations.push(Relation {
            name: own.clone(),
            target: end,
            to_one: true,
            optional: false,
            by_key: true,
            changes: false,
        });
        ends.push(names::quoted(&own));
    }
    let ordered = lot.chance(30) && names::take(&mut link.taken, "position");
    if ordered {
        link.members.push(Member { name: None, text: "  position integer\n".to_owned() });
    }
    if lot.chance(60) {
        let text = "  role varchar(40) = \"x\"\n".to_owned();
        link.members.push(Member { name: None, text });
    }
    if lot.chance(50) {
        let text = format!("  unique ({})\n", ends.join(", "));
        link.members.push(Member { name: None, text });
    }
    let line = format!(
        "  {line} through {class}({}){}\n",
        ends.join(", "),
        if ordered { " ordered" } else { "" }
    );
    program.entities[source].members.push(Member { name: Some(name), text: line });
    program.entities.push(link);
}

fn path(program: &Program, source: usize, target: usize) -> String {
    program.entities[target].path(&program.entities[source].module)
}
