//! Python literals and layout, against what `ruff format` 0.17 prints for the same code.

use trine::targets::python::{Code, Imports, docstring, multiline, statement, string};

fn check(code: Code, expected: &str) {
    assert_eq!(statement(0, "x = ", &code, ""), expected);
}

fn long(columns: usize) -> Code {
    Code::text(string(&"a".repeat(columns - 2)))
}

#[test]
fn a_call_that_fits_stays_on_its_line() {
    check(Code::call("f").with(long(81)), &format!("x = f(\"{}\")\n", "a".repeat(79)));
}

#[test]
fn a_lone_argument_gets_no_comma() {
    let a = "a".repeat(80);
    check(Code::call("f").with(long(82)), &format!("x = f(\n    \"{a}\"\n)\n"));
    check(Code::list(vec![long(83)]), &format!("x = [\n    \"{a}a\"\n]\n"));
}

#[test]
fn a_lone_item_of_a_tuple_keeps_its_comma() {
    let a = "a".repeat(80);
    check(Code::tuple(vec!["y".into()]), "x = (y,)\n");
    check(Code::tuple(vec![long(82)]), &format!("x = (\n    \"{a}\",\n)\n"));
}

#[test]
fn arguments_share_the_next_line_but_items_of_a_literal_do_not() {
    let a = "a".repeat(68);
    check(
        Code::call("function").with(long(70)).with("second"),
        &format!("x = function(\n    \"{a}\", second\n)\n"),
    );
    check(
        Code::list(vec![long(70), "second_item".into(), "b".into()]),
        &format!("x = [\n    \"{a}\",\n    second_item,\n    b,\n]\n"),
    );
}

#[test]
fn an_argument_that_must_break_gives_every_argument_a_line() {
    check(
        Code::call("f").with("y").keyword("z", Code::tuple(vec!["1".into(), "2".into()]).spread()),
        "x = f(\n    y,\n    z=(\n        1,\n        2,\n    ),\n)\n",
    );
}

#[test]
fn a_multiline_string_stays_at_the_bracket_when_it_is_alone() {
    let sql = multiline("\nSELECT 1\n");
    check(Code::call("DDL").with(sql.clone()), "x = DDL(\"\"\"\nSELECT 1\n\"\"\")\n");
    check(
        Code::call("f").with("y").with(Code::call("DDL").with(sql)),
        "x = f(\n    y,\n    DDL(\"\"\"\nSELECT 1\n\"\"\"),\n)\n",
    );
}

#[test]
fn korean_takes_two_columns() {
    let text = |count: usize| Code::text(string(&"한".repeat(count)));
    check(
        Code::call("foo").with(text(38)).with("b"),
        &format!("x = foo(\n    \"{}\", b\n)\n", "한".repeat(38)),
    );
    check(
        Code::call("foo").with(text(40)).with("b"),
        &format!("x = foo(\n    \"{}\",\n    b,\n)\n", "한".repeat(40)),
    );
}

#[test]
fn a_dict_breaks_like_a_list() {
    let pair = |value: Code| (string("comment"), value);
    check(Code::dict([pair("y".into())]), "x = {\"comment\": y}\n");
    check(
        Code::dict([pair(long(83))]),
        &format!("x = {{\n    \"comment\": \"{}\"\n}}\n", "a".repeat(81)),
    );
}

#[test]
fn what_does_not_print_is_escaped() {
    assert_eq!(string("\u{202e}\u{7f}\u{a0}\u{0}"), r#""\u202e\x7f\xa0\x00""#);
    assert_eq!(string("\u{e0001}"), r#""\U000e0001""#);
    assert_eq!(string("e\u{301} हिन्दी 한국어 😀"), "\"e\u{301} हिन्दी 한국어 😀\"");
}

#[test]
fn no_text_ends_a_docstring() {
    assert_eq!(docstring("say \"yes\"", 0), r#""""say "yes\"""""#);
    assert_eq!(docstring("\"\"\" + evil()", 0), r#""""\"\"\" + evil()""""#);
    assert_eq!(docstring("ends with \\", 0), r#""""ends with \\""""#);
}

#[test]
fn imports_are_sorted_as_isort_sorts_them() {
    let mut imports = Imports::default();
    for name in ["text", "Item10", "Item2", "INT4RANGE", "BigInteger", "DDL"] {
        imports.name("sqlalchemy", name);
    }
    imports.name("sqlalchemy.orm", "Mapped");
    imports.name(".base", "Base");
    imports.module("uuid");
    imports.name("decimal", "Decimal");
    imports.name("__future__", "annotations");
    assert_eq!(
        imports.render(0),
        "from __future__ import annotations\n\nimport uuid\nfrom decimal import Decimal\n\n\
         from sqlalchemy import DDL, INT4RANGE, BigInteger, Item2, Item10, text\n\
         from sqlalchemy.orm import Mapped\n\nfrom .base import Base\n"
    );
}
