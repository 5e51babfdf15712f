//! Valid programs over the whole language, drawn by lot: the same number gives the same program.

mod constraints;
mod fields;
mod lot;
mod model;
mod names;
mod relations;
mod unions;
mod wider;

use trine::diagnostics::{Diagnostic, Severity};
use trine::source::Sources;
use trine::target::{Options, Slot};

use lot::Lot;
use model::{Entity, Key, Kind, Member, Mixin, Module, Place, Program};
use names::Taken;

/// Path and text of each file.
pub type Files = Vec<(String, String)>;

/// A program, and how it came about.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// What it says.
    pub files: Files,
    /// What the project chooses for its slots.
    pub slots: Vec<Slot>,
    /// Members that were drawn.
    pub members: usize,
    /// Those that the compiler refused, and that were taken out.
    pub refused: Vec<Diagnostic>,
    /// How many programs were thrown away because something else than a member was refused.
    pub thrown_away: usize,
}

impl Drawn {
    /// Its files as the compiler takes them.
    pub fn sources(&self) -> Sources {
        sources(&self.files)
    }

    /// The options of a project that has chosen for its slots.
    pub fn options(&self, options: &Options) -> Options {
        Options { slots: self.slots.clone(), ..options.clone() }
    }

    /// Its files as one text, for people.
    pub fn text(&self) -> String {
        let shown = self.files.iter().map(|(path, text)| format!("// {path}\n{text}"));
        shown.collect::<Vec<_>>().join("\n")
    }
}

fn sources(files: &[(String, String)]) -> Sources {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(path.as_str(), text.as_str());
    }
    sources
}

/// The programs of these numbers and those behind them have unions; those before are what they were before
/// there were any.
pub const WITH_UNIONS: u64 = 1_000_000;

/// The delete rules of these and those behind them often differ by alternative under every strategy.
pub const WITH_DIFFERING_RULES: u64 = 2_000_000;

/// The program of a number, without an error under `options`.
pub fn program(seed: u64, options: &Options) -> Drawn {
    let mut thrown_away = 0;
    loop {
        let mut lot = Lot::new(seed.wrapping_add((thrown_away as u64) << 48));
        let mut of_unions = Lot::new(!seed.wrapping_add((thrown_away as u64) << 48));
        let rules = match seed >= WITH_DIFFERING_RULES {
            true => unions::Rules::Differing,
            false => unions::Rules::One,
        };
        let drawn = draw(&mut lot, (seed >= WITH_UNIONS).then_some((&mut of_unions, rules)));
        let members = drawn.members();
        if let Some((files, slots, refused)) = settle(drawn, options) {
            return Drawn { files, slots, members, refused, thrown_away };
        }
        thrown_away += 1;
        assert!(thrown_away < 50, "seed {seed}: no program came of it");
    }
}

/// Takes out what the compiler refuses, until nothing is left to refuse.
fn settle(mut program: Program, options: &Options) -> Option<(Files, Vec<Slot>, Vec<Diagnostic>)> {
    let mut refused = Vec::new();
    for _ in 0..12 {
        let pages = program.files();
        let files: Files =
            pages.iter().map(|(path, text, _)| (path.clone(), text.clone())).collect();
        let sources = sources(&files);
        let options = Options { slots: program.slots(), ..options.clone() };
        let mut errors = trine::check(&sources, &options);
        errors.retain(|found| found.severity() == Severity::Error);
        if errors.is_empty() {
            return Some((files, options.slots, refused));
        }
        let mut dropped: Vec<Place> = Vec::new();
        for error in errors {
            let span = error.primary();
            let line = sources.get(span.file).line_of(span.start as usize);
            let place = pages[span.file.index()].2.get(line).copied().flatten();
            if place.is_none() && std::env::var("SHOW").is_ok() {
                println!(
                    "THROWN {} {} {}",
                    error.code.name(),
                    error.message,
                    files[span.file.index()].1.lines().nth(line).unwrap()
                );
            }
            let place = place?;
            if !dropped.contains(&place) {
                dropped.push(place);
                program.drop(place);
                refused.push(error);
            }
        }
    }
    None
}

fn draw(lot: &mut Lot, of_unions: Option<(&mut Lot, unions::Rules)>) -> Program {
    let mut program = Program::default();
    let mut classes = Taken::new();
    modules(lot, &mut program);
    let count = *lot.weighed(&[(60, 3), (25, 6), (10, 1), (5, 12)]);
    let count = if count == 3 { 2 + lot.below(3) } else { count };
    if lot.chance(15) {
        external(lot, &mut program, &mut classes);
    }
    for _ in 0..lot.below(3) {
        let module = lot.one(&program.modules).name.clone();
        let name = names::class(lot, &mut classes);
        program.enums.push(fields::enumeration(lot, &module, name));
    }
    for _ in 0..count {
        entity(lot, &mut program, &mut classes);
    }
    mixins(lot, &mut program, &mut classes);
    relate(lot, &mut program, &mut classes);
    if let Some((lot, rules)) = of_unions {
        program.rules = rules;
        let drawn = unions::unions(lot, &mut program, &mut classes);
        wider::wider(lot, &mut program, &mut classes, &drawn);
    }
    program.enums.retain(|one| {
        let named = |text: &str| text.contains(&one.name);
        program.entities.iter().any(|it| it.members.iter().any(|member| named(&member.text)))
    });
    for (kind, extension) in
        [(Kind::Citext, "citext"), (Kind::Hstore, "hstore"), (Kind::Ltree, "ltree")]
    {
        let used = |entity: &Entity| entity.fields.iter().any(|field| field.kind == kind);
        if program.entities.iter().any(used) {
            program.extensions.push(extension.to_owned());
        }
    }
    program
}

fn modules(lot: &mut Lot, program: &mut Program) {
    const NAMES: &[&str] = &[
        "alpha",
        "beta",
        "gamma",
        "order",
        "user",
        "상점",
        "orders",
        "shop_floor",
        "long_module_name",
    ];
    let count = *lot.weighed(&[(60, 1), (28, 2), (12, 3)]);
    let mut taken = Taken::new();
    while program.modules.len() < count {
        let name = *lot.one(NAMES);
        if !names::take(&mut taken, name) {
            continue;
        }
        let mut block = Vec::new();
        if lot.chance(20) {
            block.push(format!("label {}", names::text(lot)));
        }
        if lot.chance(25) {
            let schema = lot.one(&["shop", "Mixed Case", "it's", "스키마", "s"]);
            block.push(format!("@postgres(schema: \"{schema}\")"));
        }
        let block = match block.is_empty() {
            true => String::new(),
            false => format!(" {{\n  {}\n}}", block.join("\n  ")),
        };
        let header = format!("{}module {name}{block}\n", names::docs(lot, ""));
        program.modules.push(Module { name: name.to_owned(), header });
    }
}

/// A table that something else owns: Django's users, or one of nobody's.
fn external(lot: &mut Lot, program: &mut Program, classes: &mut Taken) {
    let module = lot.one(&program.modules).name.clone();
    names::take(classes, "User");
    let mut entity = Entity::new(&module, "User");
    entity.external = true;
    let lines = [
        "  table \"auth_user\"\n",
        "  id integer key\n",
        "  @django(model: \"settings.AUTH_USER_MODEL\")\n",
    ];
    let members = lines.map(|text| Member { name: None, text: text.to_owned() });
    entity.members.extend(members);
    // What Django's own model calls its attributes.
    for own in ["username", "email", "password", "groups", "date_joined", "name"] {
        names::take(&mut entity.taken, own);
    }
    program.entities.push(entity);
}

fn entity(lot: &mut Lot, program: &mut Program, classes: &mut Taken) {
    let module = lot.one(&program.modules).name.clone();
    let name = names::class(lot, classes);
    let mut entity = Entity::new(&module, &name);
    entity.docs = names::docs(lot, "");
    let key = constraints::key(lot, &mut entity);
    entity.members.extend(key);
    for _ in 0..lot.below(5) {
        let field = fields::field(lot, &mut entity, &program.enums);
        entity.members.push(field);
    }
    program.entities.push(entity);
}

/// Relations of all entities, and behind them what may refer to them.
fn relate(lot: &mut Lot, program: &mut Program, classes: &mut Taken) {
    let count = program.entities.len();
    for source in 0..count {
        if program.entities[source].external {
            continue;
        }
        let relations = if source == 0 { lot.below(2) } else { lot.below(4) };
        for _ in 0..relations {
            relations::relation(lot, program, source, classes);
        }
        let entity = &mut program.entities[source];
        if entity.key == Key::Number && lot.chance(8) && !entity.members.iter().any(has_key) {
            constraints::late_key(lot, entity);
        }
        constraints::constraints(lot, entity);
    }
}

fn has_key(member: &Member) -> bool {
    member.text.contains(" key")
}

/// Now and then members that several entities share, a relation among them.
fn mixins(lot: &mut Lot, program: &mut Program, classes: &mut Taken) {
    if !lot.chance(25) {
        return;
    }
    let module = program.modules[0].name.clone();
    let name = names::class(lot, classes);
    let mut members = vec![Member {
        name: None,
        text: "  mixed_at timestamptz = now() on update now()\n".to_owned(),
    }];
    let target = lot.below(program.entities.len());
    let target = &program.entities[target];
    if lot.chance(60) && target.key != Key::Composite {
        let rule = lot.one(&["1", "0..1"]).to_owned();
        let delete = match rule {
            "1" => *lot.one(&["cascade", "restrict", "protect"]),
            _ => *lot.one(&["cascade", "restrict", "set null"]),
        };
        let text = format!(
            "  mixed_by {rule} {} <-> * mixed_{{entity}}s on delete {delete}\n",
            target.path(&module)
        );
        members.push(Member { name: None, text });
    }
    if lot.chance(30) {
        members.push(Member { name: None, text: "  index (mixed_at desc)\n".to_owned() });
    }
    let mut users = 0;
    for entity in program.entities.iter_mut().filter(|entity| !entity.external) {
        if lot.chance(50) {
            let path =
                if entity.module == module { name.clone() } else { format!("{module}.{name}") };
            entity.mixins.push(path);
            users += 1;
        }
    }
    if users > 0 {
        program.mixins.push(Mixin { module, name, members });
    }
}
