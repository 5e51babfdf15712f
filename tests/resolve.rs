//! What resolution makes of programs: the finished schema, and every rule by example and counter-example.

use trine::diagnostics::{Diagnostic, Fix};
use trine::schema::{self, MemberId, RelationKind, Schema};
use trine::source::Sources;
use trine::syntax;
use trine::target::{DjangoVersion, Options, Target};

/// Parses and resolves files; those that the parser objects to are a mistake of the test.
fn resolve(files: &[(&str, &str)], targets: &[Target]) -> (Sources, Schema, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let mut trees = Vec::new();
    let mut found = Vec::new();
    for (path, text) in files {
        let file = sources.add(*path, *text);
        let (tree, syntax) = syntax::parse(&sources, file);
        trees.push(tree);
        found.extend(syntax);
    }
    let (schema, resolved) = schema::resolve(&sources, &trees, targets);
    found.extend(resolved);
    trine::diagnostics::sort(&mut found);
    (sources, schema, found)
}

/// A schema in a few lines a member, as a reader would say it.
fn outline(schema: &Schema) -> String {
    let mut out = String::new();
    for (_, module) in schema.modules.iter() {
        out += &format!("module {}\n", module.name);
        for &id in &module.entities {
            let entity = &schema.entities[id];
            let key: Vec<_> = entity.key.iter().map(|&member| schema.member_name(member)).collect();
            out += &format!("  {} key {key:?}\n", entity.name);
            for &member in &entity.members {
                out += &format!("    {}\n", outline_member(schema, member));
            }
            for incoming in &entity.incoming {
                let relation = &schema.relations[*incoming];
                let source = &schema.entities[relation.source].name;
                out += &format!("    <- {source}.{} as {:?}\n", relation.name, relation.inverse);
            }
        }
    }
    out
}

fn outline_member(schema: &Schema, member: MemberId) -> String {
    match member {
        MemberId::Field(id) => {
            let field = &schema.fields[id];
            let null = if field.nullable { "?" } else { "" };
            let identity = if field.identity { " identity" } else { "" };
            format!("{}{null}{identity}", field.name)
        }
        MemberId::Relation(id) => {
            let relation = &schema.relations[id];
            let target = &schema.entities[relation.target].name;
            let name = &relation.name;
            match &relation.kind {
                RelationKind::ToOne(to_one) => {
                    let optional = if to_one.optional { "0..1" } else { "1" };
                    let within: Vec<_> = to_one
                        .within
                        .iter()
                        .map(|pair| &schema.relations[pair.here].name)
                        .collect();
                    format!("{name} {optional} {target} {:?} within {within:?}", to_one.delete)
                }
                RelationKind::ManyToMany(many) => {
                    let ends = [many.source_end, many.target_end]
                        .map(|end| schema.relations[end].name.clone());
                    format!(
                        "{name} * {target} through {} {ends:?}",
                        schema.entities[many.link].name
                    )
                }
            }
        }
    }
}

#[test]
fn the_storefront_is_resolved_whole() {
    let text = include_str!("../examples/storefront.trine");
    let (_, schema, found) = resolve(&[("storefront.trine", text)], Target::ALL);
    assert!(found.is_empty(), "{found:#?}");
    insta::with_settings!({
        snapshot_path => "../snapshots/resolve",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("storefront", outline(&schema));
    });
}

/// A program, and what is wrong with it. Below a line, `//  ^ E0201` says that the code's primary place
/// is above the caret.
struct Case {
    title: String,
    files: Vec<(String, String)>,
    expected: Vec<String>,
}

/// Reads cases from a text: `=== title`, then the first file, then `--- name` before each other one.
fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let (mut line, mut annotated) = (0, 0);
    for text in text.lines() {
        if let Some(title) = text.strip_prefix("=== ") {
            let files = vec![("main.trine".to_owned(), String::new())];
            cases.push(Case { title: title.to_owned(), files, expected: Vec::new() });
            line = 0;
            continue;
        }
        let case = cases.last_mut().expect("a case begins with its title");
        if let Some(name) = text.strip_prefix("--- ") {
            case.files.push((format!("{name}.trine"), String::new()));
            line = 0;
            continue;
        }
        let (file, source) = case.files.last_mut().expect("a case has a file");
        source.push_str(text);
        source.push('\n');
        line += 1;
        match text.strip_prefix("//").and_then(|rest| rest.trim().strip_prefix("^ ")) {
            Some(code) => {
                let column = text.chars().take_while(|&c| c != '^').count() + 1;
                case.expected.push(format!("{file}:{annotated}:{column} {code}"));
            }
            None => annotated = line,
        }
    }
    cases
}

fn places(sources: &Sources, found: &[Diagnostic]) -> Vec<String> {
    let place = |one: &Diagnostic| {
        let span = one.primary();
        let file = sources.get(span.file);
        let (line, column) = file.position(span.start as usize);
        format!("{}:{line}:{column} {}", file.path, one.code)
    };
    found.iter().map(place).collect()
}

fn resolve_case(files: &[(String, String)]) -> (Sources, Vec<Diagnostic>) {
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (sources, _, found) = resolve(&files, Target::ALL);
    (sources, found)
}

fn check_cases(text: &str) {
    let mut faults = String::new();
    for case in cases(text) {
        let (sources, found) = resolve_case(&case.files);
        let found = places(&sources, &found);
        let missing = case.expected.iter().filter(|one| !found.contains(one));
        let extra = found.iter().filter(|one| !case.expected.contains(one));
        let lines: Vec<String> = missing
            .map(|one| format!("  missing {one}"))
            .chain(extra.map(|one| format!("  not expected {one}")))
            .collect();
        if !lines.is_empty() {
            faults += &format!("{}\n{}\n", case.title, lines.join("\n"));
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

const NAMES: &str = include_str!("resolve/names.txt");
const RELATIONS: &str = include_str!("resolve/relations.txt");
const UNIONS: &str = include_str!("resolve/unions.txt");
const OPTIONS: &str = include_str!("resolve/options.txt");
const RESERVED: &str = include_str!("resolve/reserved.txt");

#[test]
fn names_have_one_meaning() {
    check_cases(NAMES);
}

#[test]
fn relations_keep_their_rules() {
    check_cases(RELATIONS);
}

#[test]
fn unions_keep_their_rules() {
    check_cases(UNIONS);
}

#[test]
fn options_and_enums_keep_their_rules() {
    check_cases(OPTIONS);
}

#[test]
fn names_of_the_targets_are_reserved() {
    check_cases(RESERVED);
}

/// The file's text with a fix applied.
fn apply(sources: &Sources, fix: &Fix) -> Vec<(String, String)> {
    let files = sources.iter().map(|(id, file)| {
        let mut text = file.text.to_string();
        let mut edits: Vec<_> = fix.edits.iter().filter(|edit| edit.span.file == id).collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
        for edit in edits {
            text.replace_range(edit.span.range(), &edit.replacement);
        }
        (file.path.clone(), text)
    });
    files.collect()
}

#[test]
fn every_fix_takes_its_error_away() {
    let mut faults = String::new();
    let mut applied = 0;
    for case in [NAMES, RELATIONS, UNIONS, OPTIONS, RESERVED].iter().flat_map(|text| cases(text)) {
        let (sources, found) = resolve_case(&case.files);
        for one in &found {
            for fix in &one.fixes {
                let count = |found: &[Diagnostic]| {
                    found.iter().filter(|other| other.code == one.code).count()
                };
                let files = apply(&sources, fix);
                let (again, left) = resolve_case(&files);
                let unread = |found: &[Diagnostic]| {
                    found.iter().filter(|one| one.code.name() < "E0106").count()
                };
                if count(&left) >= count(&found) || unread(&left) > unread(&found) {
                    let place = &places(&sources, std::slice::from_ref(one))[0];
                    faults += &format!("{}: {place}: {}\n", case.title, fix.title);
                    faults += &format!("  leaves {:?}\n", places(&again, &left));
                }
                applied += 1;
            }
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
    assert!(applied > 50, "only {applied} fixes were tried");
}

#[test]
fn twenty_mistakes_in_a_file_are_twenty_diagnostics_each_at_its_place() {
    let text = format!("=== twenty\n{}", include_str!("data/twenty.trine"));
    let case = cases(&text).remove(0);
    let mut sources = Sources::new();
    let (path, text) = &case.files[0];
    sources.add(path.as_str(), text.as_str());
    let compilation = trine::compile(&sources, &trine::target::Options::default());
    assert_eq!(places(&sources, &compilation.diagnostics), case.expected);
    assert_eq!(case.expected.len(), 20);
    assert!(compilation.files.is_empty());
}

#[test]
fn a_module_that_uses_an_extension_needs_it_as_one_that_declares_it() {
    let base = "module base\nextension citext\nextension hstore\nentity A {\n  name text\n}\n";
    let user = "module user\nentity B {\n  mail citext\n}\n";
    let other = "module other\nentity C {\n  name text\n}\n";
    let files = [("base.trine", base), ("user.trine", user), ("other.trine", other)];
    let (_, schema, found) = resolve(&files, Target::ALL);
    assert!(found.is_empty(), "{found:#?}");
    let modules = |place: usize| -> Vec<&str> {
        let modules = schema.extensions[place].modules.iter();
        modules.map(|&module| schema.modules[module].name.as_str()).collect()
    };
    assert_eq!(modules(0), ["base", "user"]);
    assert_eq!(modules(1), ["base"]);
}

#[test]
fn what_is_too_large_for_postgresql_or_django_is_refused() {
    let fields =
        |count: usize| (0..count).map(|at| format!("  f{at} integer\n")).collect::<String>();
    let names = |count: usize| {
        let names: Vec<String> = (0..count).map(|at| format!("f{at}")).collect();
        names.join(", ")
    };
    let long = |length: usize| "A".to_owned() + &"a".repeat(length - 1);
    let cases = [
        (format!("entity A {{\n{}}}", fields(1599)), Vec::new()),
        (format!("entity A {{\n{}}}", fields(1600)), vec!["main.trine:2:8 E0414"]),
        (format!("entity A {{\n{}  unique ({})\n}}", fields(32), names(32)), Vec::new()),
        (
            format!("entity A {{\n{}  unique ({})\n}}", fields(33), names(33)),
            vec!["main.trine:36:3 E0414"],
        ),
        (format!("entity {} {{ }}", long(93)), Vec::new()),
        (format!("entity {} {{ }}", long(94)), vec!["main.trine:2:8 E0213"]),
    ];
    for (program, expected) in cases {
        let program = format!("module m\n{program}\n");
        let (sources, _, found) = resolve(&[("main.trine", &program)], Target::ALL);
        assert_eq!(places(&sources, &found), expected, "{}", &program[..60]);
        let (sources, _, found) = resolve(&[("main.trine", &program)], &[Target::Postgres]);
        let expected: Vec<_> = expected.iter().filter(|one| one.ends_with("E0414")).collect();
        assert_eq!(places(&sources, &found).iter().collect::<Vec<_>>(), expected);
    }
    let module = long(101);
    let (sources, _, found) =
        resolve(&[("main.trine", &format!("module {module}\n"))], Target::ALL);
    assert_eq!(places(&sources, &found), ["main.trine:1:8 E0213"]);
}

#[test]
fn a_name_is_unusable_only_to_the_django_that_it_is_for() {
    let with = |sign: char| format!("module m\nentity A {{ n integer  column \"a{sign}b\" }}\n");
    let cases = [
        ('%', None, true),
        ('"', Some(DjangoVersion::V6_1), true),
        ('$', None, true),
        ('$', Some(DjangoVersion::V5_2), true),
        ('$', Some(DjangoVersion::V6_1), false),
        ('\'', None, false),
        ('가', None, false),
    ];
    for (sign, version, refused) in cases {
        let mut sources = Sources::new();
        let file = sources.add("main.trine", with(sign).replace("a\"b", "a\\\"b").as_str());
        let trees = [syntax::parse(&sources, file).0];
        let (_, found) = schema::resolve_for(&sources, &trees, &for_version(version));
        assert_eq!(!found.is_empty(), refused, "{sign} for {version:?}: {found:?}");
        for one in &found {
            assert_eq!(one.fixes[0].edits[0].replacement, "\"a_b\"");
        }
        let (_, found) = schema::resolve(&sources, &trees, &[Target::Postgres, Target::Sqlalchemy]);
        assert!(found.is_empty(), "{sign} without Django: {found:?}");
    }
}

fn for_version(version: Option<DjangoVersion>) -> Options {
    let mut options = Options::default();
    options.django.version = version;
    options
}
