//! What the parser reads, and what it says about what it can't.

use trine::diagnostics::Diagnostic;
use trine::source::Sources;
use trine::syntax::{SyntaxTree, parse};

fn read(text: &str) -> (Sources, SyntaxTree, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let file = sources.add("test.trine", text);
    let (tree, mut diagnostics) = parse(&sources, file);
    trine::diagnostics::sort(&mut diagnostics);
    (sources, tree, diagnostics)
}

fn assert_reads(text: &str) -> SyntaxTree {
    let (sources, tree, diagnostics) = read(text);
    assert!(diagnostics.is_empty(), "{}", list(&sources, &diagnostics));
    tree
}

/// One line for each: `line:column code message`.
fn list(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let line = |found: &Diagnostic| {
        let span = found.primary();
        let (line, column) = sources.get(span.file).position(span.start as usize);
        format!("{line}:{column} {} {}\n", found.code, found.message)
    };
    diagnostics.iter().map(line).collect()
}

#[test]
fn every_construct_is_read() {
    assert_reads(include_str!("syntax/whole.trine"));
    assert_reads(include_str!("../examples/storefront.trine"));
}
