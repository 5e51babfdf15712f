//! `trine prove` as a process: what it prints in each format, and its exit status.
#![cfg(feature = "cli")]

use std::process::Command;

use crate::support::proving::python;
use crate::support::server::server;

const SHOP: &str = "\
module shop

entity Store {
  name  varchar(80)
}

entity Product {
  name   varchar(80)
  store  1 Store <-> * products  on delete cascade
}
";

/// What a run gave: the exit status, and both streams.
struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

/// Proves a program with the server and the interpreter of the tests, unless the arguments name others.
fn prove(text: &str, arguments: &[&str]) -> Run {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("shop.trine"), text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_trine"));
    command.args(["prove", "shop.trine"]).args(arguments).current_dir(place.path());
    if !arguments.contains(&"--database") {
        command.args(["--database", &server().url()]);
    }
    if !arguments.contains(&"--python") {
        command.arg("--python").arg(&python().0);
    }
    let output = command.output().unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn check(run: &Run, status: i32) {
    assert_eq!(run.status, status, "{}\n{}", run.stdout, run.stderr);
}

#[test]
fn a_table_is_for_people() {
    let run = prove(SHOP, &[]);
    check(&run, 0);
    // Where no terminal can show a bar, each step is a line.
    assert!(run.stderr.contains("\nmaking rows\nreplaying\n"), "{}", run.stderr);
    let last = run.stdout.lines().last().unwrap();
    assert!(last.starts_with("✓ all agree: 4 databases, "), "{}", run.stdout);
    for line in ["Product.store → Store, cascade", "everything"] {
        assert!(run.stdout.lines().any(|it| it == line), "{}", run.stdout);
    }
    assert!(!run.stdout.contains('\u{1b}'), "{:?}", run.stdout);
    let colored = prove(SHOP, &["--target", "postgres", "--color", "always"]);
    assert!(colored.stdout.contains('\u{1b}'), "{:?}", colored.stdout);
}

#[test]
fn json_is_one_document_and_markdown_one_section() {
    let json = prove(SHOP, &["--target", "sqlalchemy", "--format", "json"]);
    check(&json, 0);
    let document: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&document["version"], &document["agrees"]), (&1.into(), &true.into()));
    let markdown = prove(SHOP, &["--target", "postgres", "--format", "markdown"]);
    check(&markdown, 0);
    assert!(markdown.stdout.starts_with("## ✅ trine prove\n"), "{}", markdown.stdout);
}

#[test]
fn a_schema_with_errors_is_rejected_before_anything_is_asked() {
    let nowhere = ["--database", "postgresql://127.0.0.1:1/shop", "--python", "/no/python"];
    let run = prove(&SHOP.replace("  on delete cascade", ""), &nowhere);
    check(&run, 1);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("E0401"), "{}", run.stderr);
}

#[test]
fn what_can_not_be_proven_is_one_line() {
    for arguments in [
        ["--database", "postgresql://127.0.0.1:1/shop"],
        ["--python", "/no/python"],
        ["--shrink", "soon"],
    ] {
        let run = prove(SHOP, &arguments);
        check(&run, 2);
        assert_eq!(run.stdout, "");
        let errors = run.stderr.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!(errors, 1, "{}", run.stderr);
    }
}
