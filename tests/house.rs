//! The house rules that a machine can hold: which room uses which, and what no source file may lack or have.
#![allow(clippy::unwrap_used, reason = "the helpers of tests may panic as the tests may")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use trine::diagnostics::Code;

/// The rooms, low to high. A room uses those above it in this list, never those below; rooms of one
/// line stand side by side, and none of them uses another.
const ROOMS: &[&[&str]] = &[
    &["arena", "naming", "source", "target"],
    &["diagnostics"],
    &["syntax"],
    &["schema"],
    &["quoting", "templates"],
    &["relational"],
    &["ddl"],
    &["targets", "lint", "diff"],
    &["compile"],
    &["project", "shrink"],
    &["live"],
    &["introspect", "impact"],
    &["convert", "drift", "prove"],
    &["cli", "main", "lib"],
];

/// Every file below `src`, by its path there.
fn sources() -> BTreeMap<String, String> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn room(path: &str) -> &str {
    let first = path.split('/').next().unwrap_or(path);
    first.strip_suffix(".rs").unwrap_or(first)
}

fn level(room: &str) -> usize {
    ROOMS.iter().position(|side_by_side| side_by_side.contains(&room)).unwrap_or_else(|| {
        panic!("`{room}` has no place in the order of the rooms (tests/house.rs)")
    })
}

/// The text without comments, so that documentation may name what it likes.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// What a file uses: the paths behind `crate::`, groups taken apart; in the command line, behind `trine::`.
fn uses(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for root in ["crate::", "trine::"] {
        for (at, _) in text.match_indices(root) {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '$') {
                continue;
            }
            expand("", &text[at + root.len()..], &mut found);
        }
    }
    found
}

/// Takes `a::{b, c::d}` apart.
fn expand(prefix: &str, text: &str, found: &mut Vec<String>) {
    let end =
        text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let path = format!("{prefix}{}", &text[..end]);
    let Some(group) =
        text[end..].strip_prefix('{').filter(|_| path.is_empty() || path.ends_with("::"))
    else {
        found.push(path);
        return;
    };
    let (mut depth, mut start) = (0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                let part = group[start..at].trim();
                if !part.is_empty() {
                    expand(&path, part, found);
                }
                if c == '}' {
                    return;
                }
                start = at + 1;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
}

#[test]
fn a_room_uses_only_what_lies_below_it() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let here = room(&path);
        for used in uses(&code(&text)) {
            let there = used.split("::").next().unwrap_or_default();
            // The crate's own face, not a room: `trine::compile`, `trine::check`.
            let there = match there {
                "check" | "model" | "Compilation" | "Model" => "compile",
                room => room,
            };
            if there == here || there.is_empty() {
                continue;
            }
            if level(there) >= level(here) {
                broken.push(format!("src/{path} uses `{used}`"));
            }
        }
    }
    assert!(broken.is_empty(), "a room uses only what lies below it:\n{}", broken.join("\n"));
}

#[test]
fn no_target_knows_another() {
    let targets = ["postgres", "sqlalchemy", "django"];
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let Some(rest) = path.strip_prefix("targets/") else { continue };
        let here = room(rest);
        if !targets.contains(&here) && here != "python" {
            continue;
        }
        let text = code(&text);
        for there in targets.into_iter().filter(|there| *there != here) {
            let module = format!("targets::{there}");
            let sibling = format!("super::{there}::");
            if uses(&text).iter().any(|used| used.starts_with(&module)) || text.contains(&sibling) {
                broken.push(format!("src/{path} uses the target `{there}`"));
            }
        }
    }
    assert!(broken.is_empty(), "no target knows another:\n{}", broken.join("\n"));
}

#[test]
fn every_file_opens_with_a_sentence_of_what_lives_in_it() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| format!("src/{path}"))
        .collect();
    assert!(silent.is_empty(), "no `//!` in the first line:\n{}", silent.join("\n"));
}

#[test]
fn nothing_is_unwrapped_and_nothing_is_left_to_do() {
    // Put together here, so that this file does not find itself.
    let words = [".unwrap()", concat!("todo", "!("), concat!("TO", "DO"), concat!("FIX", "ME")];
    let mut found = Vec::new();
    for (path, text) in sources() {
        let before_tests = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in before_tests.lines().enumerate() {
            let comment = line.trim_start().starts_with("//");
            if words.iter().any(|word| line.contains(word) && !(comment && *word == ".unwrap()")) {
                found.push(format!("src/{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_code_of_the_table_is_raised_somewhere() {
    let text: String = sources()
        .iter()
        .filter(|(path, _)| path.as_str() != "diagnostics/codes.rs")
        .map(|(_, text)| code(text))
        .collect();
    let silent: Vec<&str> = Code::ALL
        .iter()
        .map(|code| code.name())
        .filter(|name| !text.contains(&format!("Code::{name}")))
        .collect();
    assert!(silent.is_empty(), "no place in src raises {}", silent.join(", "));
}

#[test]
fn every_page_has_its_row() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors");
    for entry in fs::read_dir(pages).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(name.parse::<Code>().is_ok(), "{} has no row in the table", path.display());
    }
}
