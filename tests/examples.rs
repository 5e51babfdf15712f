//! The examples: clean, and shown whole for each target in `snapshots/examples/`.
//!
//! `INSTA_UPDATE=always cargo test --test examples` writes the snapshots anew.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write;

use support::examples::{self, Example};
use trine::diagnostics::{Code, Severity};
use trine::target::{Options, Target};

#[test]
fn no_example_has_a_diagnostic() {
    for example in examples::all() {
        let sources = example.sources();
        let mut found = trine::check(&sources, &Options::default());
        if example.name == "types" {
            // It has every type, those included that a lint advises against.
            found.retain(|diagnostic| diagnostic.severity() == Severity::Error);
        }
        // An untyped union is warned of wherever it stands, with the reason that it gives.
        found.retain(|diagnostic| diagnostic.code != Code::W0301 || example.name != "audit");
        assert!(found.is_empty(), "{}", examples::short(&sources, &found));
    }
}

#[test]
fn every_module_has_a_name_of_its_own() {
    // So that the Django apps of all examples can stand in one project.
    let mut seen = BTreeMap::new();
    for example in examples::all() {
        for (path, text) in &example.files {
            let line = text.lines().find(|line| line.starts_with("module ")).unwrap();
            let module = line["module ".len()..].split([' ', '{']).next().unwrap();
            if let Some(other) = seen.insert(module.to_owned(), path.clone()) {
                panic!("{path} and {other} are both module {module}");
            }
        }
    }
}

#[test]
fn postgres_is_as_shown() {
    check(Target::Postgres);
}

#[test]
fn sqlalchemy_is_as_shown() {
    check(Target::Sqlalchemy);
}

#[test]
fn django_is_as_shown() {
    check(Target::Django);
}

/// Compares each example's files with its snapshot.
fn check(target: Target) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(
        examples::root().join("snapshots/examples").join(target.name()).as_os_str(),
    );
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for example in examples::all() {
            insta::assert_snapshot!(example.name.clone(), page(&example, target));
        }
    });
}

/// The source and what comes out, on one page.
fn page(example: &Example, target: Target) -> String {
    let options = Options { targets: vec![target], ..Options::default() };
    let compilation = trine::compile(&example.sources(), &options);
    let mut out = String::new();
    for (path, text) in &example.files {
        write_file(&mut out, path, text);
    }
    for (_, file) in &compilation.files {
        write_file(&mut out, &format!("{}/{}", target.name(), file.path), &file.contents);
    }
    out
}

fn write_file(out: &mut String, path: &str, text: &str) {
    writeln!(out, "════ {path}\n{text}").expect("writing to a string");
}
