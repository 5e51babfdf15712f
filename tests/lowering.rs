//! The rules of lowering by example: a file, and the statements that it must and must not become.

use trine::source::Sources;
use trine::target::{Options, Target};

/// `schema.sql` of a module `shop`.
fn sql(source: &str) -> String {
    let mut sources = Sources::new();
    sources.add("shop.trine", format!("module shop\n{source}"));
    let options = Options { targets: vec![Target::Postgres], ..Options::default() };
    let mut compilation = trine::compile(&sources, &options);
    let errors: Vec<_> = compilation
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code.name().starts_with('E'))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    compilation.files.remove(0).1.contents
}

/// The text of the statement that begins with `beginning`, without its line breaks.
fn statement(sql: &str, beginning: &str) -> String {
    let found = sql
        .split(";\n")
        .map(|statement| statement.split_whitespace().collect::<Vec<_>>().join(" "))
        .find(|statement| statement.contains(beginning));
    found.unwrap_or_else(|| panic!("no {beginning:?} in\n{sql}"))
}

/// Each excerpt stands in the SQL, where any run of white space is one space.
#[track_caller]
fn becomes(source: &str, excerpts: &[&str]) {
    let sql = sql(source);
    let flat = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    for excerpt in excerpts {
        assert!(flat.contains(excerpt), "no {excerpt:?} in\n{sql}");
    }
}

/// No excerpt stands in the SQL.
#[track_caller]
fn becomes_without(source: &str, excerpts: &[&str]) {
    let sql = sql(source);
    let flat = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    for excerpt in excerpts {
        assert!(!flat.contains(excerpt), "{excerpt:?} in\n{sql}");
    }
}
