//! The documentation is true: every example compiles, every excerpt is what the generator writes, and the
//! table of types is the compiler's own.
//!
//! In the documents a fence says what it is:
//! - ```` ```trine ````: a program; without a `module` line, it stands in `module example`.
//! - ```` ```trine members ````: members of an entity `Example`, in a program with the entities of
//!   `PRELUDE` to relate to.
//! - ```` ```trine error E0401 ````: a program that raises just this code.
//!
//! What stands between `<!-- excerpt PATH -->` and the end of the next fence is from that file of the
//! storefront's output; a line `…` behind a comment sign leaves something out.
#![allow(clippy::unwrap_used, reason = "the helpers of tests may panic as the tests may")]

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use trine::Compilation;
use trine::diagnostics::{Code, Format, Severity, render};
use trine::schema::functions::{Volatility, function_names, functions};
use trine::schema::{Scalar, Strategy};
use trine::source::Sources;
use trine::target::{Options, Slot, Target};

/// What examples may relate to.
const PRELUDE: &str = "
enum PostKind { photo, reel, carousel }

entity Store {
  name  varchar(80)
}

entity Product {
  name   varchar(80)
  store  1 Store <-> * products  on delete cascade
}

entity Person {
  name   varchar(80)
  email  text  unique
}
";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// README and every chapter of the reference, by path.
fn documents() -> Vec<String> {
    let mut paths = pages_in("docs/language");
    paths.push("README.md".to_owned());
    paths
}

/// The pages of a directory, by path.
fn pages_in(directory: &str) -> Vec<String> {
    let mut paths: Vec<String> = fs::read_dir(root().join(directory))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".md"))
        .map(|name| format!("{directory}/{name}"))
        .collect();
    paths.sort();
    paths
}

/// A fenced block: where it begins, what stands behind its backquotes, and its text.
struct Fence {
    place: String,
    info: String,
    text: String,
    /// The line before the fence.
    lead: String,
}

fn fences(path: &str) -> Vec<Fence> {
    let text = read(path);
    let mut found: Vec<Fence> = Vec::new();
    let mut open = false;
    let mut lead = "";
    for (number, line) in text.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(info) if !open => {
                let place = format!("{path}:{}", number + 1);
                let (info, text) = (info.trim().to_owned(), String::new());
                found.push(Fence { place, info, text, lead: lead.to_owned() });
                open = true;
            }
            Some(_) => open = false,
            None if open => {
                let fence = found.last_mut().expect("a fence is open");
                fence.text.push_str(line);
                fence.text.push('\n');
            }
            None if !line.is_empty() => lead = line,
            None => {}
        }
    }
    found
}

fn compile(path: &str, text: &str) -> (Sources, Compilation) {
    let mut sources = Sources::new();
    sources.add(path, text);
    let compilation = trine::compile(&sources, &Options::default());
    (sources, compilation)
}

/// The program of an example.
fn program(fence: &Fence) -> String {
    let members = fence.info == "trine members";
    let has_module = fence.text.lines().any(|line| line.starts_with("module "));
    match (members, has_module) {
        (true, _) => {
            let indented: String = fence.text.lines().map(|line| format!("  {line}\n")).collect();
            format!("module example\n{PRELUDE}\nentity Example {{\n{indented}}}\n")
        }
        (false, true) => fence.text.clone(),
        (false, false) => format!("module example\n\n{}", fence.text),
    }
}

#[test]
fn every_example_compiles() {
    let mut wrong = Vec::new();
    for fence in documents().iter().flat_map(|path| fences(path)) {
        let words: Vec<&str> = fence.info.split_whitespace().collect();
        let wanted: Option<Code> = match words.as_slice() {
            ["trine"] | ["trine", "members"] => None,
            ["trine", "error", code] => Some(code.parse().expect("a code")),
            ["trine", ..] => panic!("{}: what is `{}`?", fence.place, fence.info),
            _ => continue,
        };
        let (sources, compilation) = compile(&fence.place, &program(&fence));
        let codes: Vec<Code> = compilation
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity() == Severity::Error)
            .map(|diagnostic| diagnostic.code)
            .collect();
        if codes != wanted.into_iter().collect::<Vec<_>>() {
            let shown = render(Format::Human, &sources, &compilation.diagnostics);
            wrong.push(format!("{} ({})\n{shown}", fence.place, fence.info));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_excerpt_is_what_the_generator_writes() {
    let (sources, storefront) = compile("storefront.trine", &read("examples/storefront.trine"));
    assert_eq!(render(Format::Human, &sources, &storefront.diagnostics), "");
    let mut excerpts = 0;
    for fence in documents().iter().flat_map(|path| fences(path)) {
        let Some(path) =
            fence.lead.strip_prefix("<!-- excerpt ").and_then(|rest| rest.strip_suffix(" -->"))
        else {
            continue;
        };
        let whole = if path == "examples/storefront.trine" {
            read(path)
        } else {
            let (target, rest) = path.split_once('/').expect("TARGET/PATH");
            let (_, file) = storefront
                .files
                .iter()
                .find(|(of, file)| of.name() == target && file.path == rest)
                .unwrap_or_else(|| panic!("{}: there is no file {path}", fence.place));
            file.contents.clone()
        };
        check_excerpt(&fence, path, &whole);
        excerpts += 1;
    }
    assert!(excerpts >= 4, "the README shows the program and all three targets");
}

/// Every piece of the excerpt stands in the text, in its order.
fn check_excerpt(fence: &Fence, path: &str, whole: &str) {
    let mut rest = whole;
    let mut piece = String::new();
    for line in fence.text.lines().chain(["…"]) {
        let bare = line.trim().trim_start_matches(['#', '-', '/', ' ']);
        if bare != "…" {
            piece.push_str(line);
            piece.push('\n');
            continue;
        }
        let wanted = piece.trim_matches('\n');
        let at = rest.find(wanted).unwrap_or_else(|| {
            panic!("{}: not (or not here) in {path}:\n{wanted}\n\n{whole}", fence.place)
        });
        rest = &rest[at + wanted.len()..];
        piece.clear();
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut paths = documents();
    paths.extend(["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/drift.md"].map(str::to_owned));
    let mut broken = Vec::new();
    for path in paths {
        let text = read(&path);
        let directory = root().join(&path).parent().map(PathBuf::from).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") && !directory.join(file).exists() {
                broken.push(format!("{path}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// With `TRINE_BLESS` set, the tables in the documents are written anew.
#[test]
fn the_tables_are_the_compilers_own() {
    check_table("docs/language/expressions.md", "functions", &function_table());
    check_table("docs/language/types.md", "types", &type_table());
    check_table("docs/drift.md", "differences", &difference_table());
    // What a benchmark measured stands in one file.
    check_table("docs/language/unions.md", "costs", &read("docs/unions/costs.md"));
}

/// The pages that `trine explain` shows of unions: each has a program. One of a strategy that is not compiled says
/// just that.
#[test]
fn the_programs_of_the_pages_on_unions_compile() {
    let pages = pages_in("docs/unions");
    assert!(pages.len() > Strategy::ALL.len(), "{pages:?}");
    for path in pages.iter().filter(|path| !path.ends_with("/costs.md")) {
        let name = Path::new(path).file_stem().unwrap().to_string_lossy();
        let programs: Vec<Fence> =
            fences(path).into_iter().filter(|fence| fence.info == "trine").collect();
        assert!(!programs.is_empty(), "{path} has no program");
        for fence in programs {
            let mut sources = Sources::new();
            sources.add(fence.place.as_str(), program(&fence));
            // What the project of the page's `trine.toml` says.
            let slots = vec![Slot {
                module: "tracker".to_owned(),
                union: "Owner".to_owned(),
                alternative: "Person".to_owned(),
            }];
            let slots = if name == "slot" { slots } else { Vec::new() };
            let options = Options { slots, ..Options::default() };
            let compilation = trine::compile(&sources, &options);
            let errors: Vec<Code> = compilation
                .diagnostics
                .iter()
                .filter(|diagnostic| diagnostic.severity() == Severity::Error)
                .map(|diagnostic| diagnostic.code)
                .collect();
            let known = name == "unions" || Strategy::named(&name).is_some();
            let shown = render(Format::Human, &sources, &compilation.diagnostics);
            assert_eq!(errors.is_empty(), known, "{}\n{shown}", fence.place);
            assert!(known || errors.contains(&Code::E0801), "{}\n{shown}", fence.place);
            assert!(fence.text.contains(&format!(" as {name}")) || name == "unions", "{path}");
        }
    }
}

fn check_table(path: &str, name: &str, table: &str) {
    let text = read(path);
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let start = text.find(&begin).expect("the table has its marks") + begin.len();
    let stop = text.find(&end).expect("the table has its marks");
    if text[start..stop] == *table {
        return;
    }
    if std::env::var_os("TRINE_BLESS").is_some() {
        let blessed = format!("{}{table}{}", &text[..start], &text[stop..]);
        fs::write(root().join(path), blessed).unwrap();
        return;
    }
    panic!(
        "the table `{name}` of {path} is out of date; write it anew with\n  \
         TRINE_BLESS=1 cargo test --test docs tables\n\n{table}"
    );
}

fn difference_table() -> String {
    let mut table = "| code | what differs | |\n| --- | --- | --- |\n".to_owned();
    for code in trine::diff::Code::ALL {
        table.push_str(&format!("| {code} | {} | {} |\n", code.title(), code.explanation()));
    }
    table
}

/// One field for each type, compiled; each row is read from what the targets wrote.
fn type_table() -> String {
    let written = |scalar: Scalar| match scalar {
        Scalar::Char => "char(2)".to_owned(),
        Scalar::DoublePrecision => "float8".to_owned(),
        _ => scalar.sql().to_owned(),
    };
    let mut program =
        "module example\nextension citext\nextension hstore\nentity Example {\n".to_owned();
    for scalar in Scalar::ALL {
        program.push_str(&format!("  f_{scalar:?}  {}\n", written(*scalar)));
    }
    program.push_str("}\n");
    let (sources, compilation) = compile("types.trine", &program);
    let shown = render(Format::Human, &sources, &compilation.diagnostics);
    let file = |target: Target, path: &str| {
        let found = compilation.files.iter().find(|(of, file)| *of == target && file.path == path);
        &found.unwrap_or_else(|| panic!("{path} was not generated\n{shown}")).1.contents
    };
    let sqlalchemy = file(Target::Sqlalchemy, "models/example.py");
    let django = file(Target::Django, "example/models.py");
    let mut table =
        "| type | other names | SQLAlchemy | Django | Python |\n| --- | --- | --- | --- | --- |\n"
            .to_owned();
    for scalar in Scalar::ALL {
        let field = trine::naming::snake(&format!("f_{scalar:?}"));
        let (annotation, column) = declaration(sqlalchemy, &field);
        let (_, model) = declaration(django, &field);
        let python = annotation.strip_prefix("Mapped[").and_then(|rest| rest.strip_suffix(']'));
        let names: Vec<&str> = scalar
            .aliases()
            .iter()
            .copied()
            .filter(|alias| *alias != written(*scalar))
            .chain(
                (scalar.sql() != written(*scalar) && *scalar != Scalar::Char)
                    .then_some(scalar.sql()),
            )
            .filter(|name| !name.contains(' '))
            .collect();
        table.push_str(&format!(
            "| `{}` | {} | `{}` | `{}` | `{}` |\n",
            written(*scalar),
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
            arguments(&column).first().expect("a column has a type"),
            django_type(&model),
            python.unwrap_or("").trim().replace('|', "\\|"),
        ));
    }
    table
}

/// `name: ANNOTATION = CALL` or `name = CALL`, over as many lines as it takes.
fn declaration(text: &str, name: &str) -> (String, String) {
    let start = text
        .lines()
        .scan(0, |at, line| {
            let here = *at;
            *at += line.len() + 1;
            Some((here, line.trim_start()))
        })
        .find(|(_, line)| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([':', ' '])))
        .map(|(at, _)| at)
        .unwrap_or_else(|| panic!("no `{name}` in\n{text}"));
    let text = text[start..].trim_start();
    let mut depth = 0;
    let end = text
        .char_indices()
        .find(|(_, c)| {
            depth += match c {
                '(' | '[' | '{' => 1,
                ')' | ']' | '}' => -1,
                _ => 0,
            };
            *c == '\n' && depth == 0
        })
        .map_or(text.len(), |(at, _)| at);
    let statement = text[..end].split_whitespace().collect::<Vec<_>>().join(" ");
    let statement = statement.replace("( ", "(").replace(", )", ")").replace(" )", ")");
    let (left, right) = statement.split_once(" = ").expect("an assignment");
    let annotation = left.split_once(": ").map_or("", |(_, annotation)| annotation);
    // A value that has no room beside its annotation stands in parentheses.
    let right = right.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(right);
    (annotation.to_owned(), right.to_owned())
}

/// The arguments of a call, top level.
fn arguments(call: &str) -> Vec<String> {
    let inside = call.split_once('(').map_or("", |(_, rest)| rest).trim_end_matches(')');
    let closing = call.len() - call.trim_end_matches(')').len();
    let inside = format!("{inside}{}", ")".repeat(closing.saturating_sub(1)));
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in inside.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(inside[start..at].trim().to_owned());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(inside[start..].trim().to_owned());
    found.retain(|argument| !argument.is_empty());
    found
}

/// The field's class, with the arguments that make its type.
fn django_type(call: &str) -> String {
    let class = call.split('(').next().unwrap_or_default();
    let own: Vec<String> = arguments(call)
        .into_iter()
        .filter(|argument| {
            argument.starts_with("max_length") || argument.starts_with("column_type")
        })
        .collect();
    let class = class.strip_prefix("models.").unwrap_or(class);
    if own.is_empty() { class.to_owned() } else { format!("{class}({})", own.join(", ")) }
}

/// Every function that expressions may call, by name.
fn function_table() -> String {
    let mut seen = HashSet::new();
    let mut table = "| function | ways to call it |\n| --- | --- |\n".to_owned();
    for name in function_names().filter(|name| seen.insert(*name)) {
        let ways: Vec<String> = functions(name)
            .map(|function| {
                let mark = match function.volatility {
                    Volatility::Immutable => "",
                    Volatility::Stable => " *stable*",
                    Volatility::Volatile => " *volatile*",
                };
                format!("`{}`{mark}", function.signature())
            })
            .collect();
        table.push_str(&format!("| `{name}` | {} |\n", ways.join(", ")));
    }
    table
}

#[test]
fn the_document_of_the_json_format_is_a_real_one() {
    let (sources, compilation) =
        compile("shop.trine", "module shop\n\nentity Product {\n  name  tetx\n}\n");
    let text = render(Format::Json, &sources, &compilation.diagnostics);
    let real: serde_json::Value = serde_json::from_str(&text).unwrap();
    let shown = fences("docs/language/command-line.md")
        .into_iter()
        .find(|fence| fence.info == "json")
        .map(|fence| serde_json::from_str::<serde_json::Value>(&fence.text).unwrap());
    assert_eq!(shown, Some(real));
}
