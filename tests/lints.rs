//! The lints by example and counter-example.

use trine::diagnostics::Severity;
use trine::source::Sources;
use trine::target::{Options, Target};

/// The codes of what a file is warned of, in order.
fn codes(text: &str) -> Vec<String> {
    let mut sources = Sources::new();
    sources.add("example.trine", format!("module example\nentity Other {{ name text }}\n{text}"));
    let options = Options { targets: vec![Target::Postgres], ..Options::default() };
    let found = trine::check(&sources, &options);
    let warnings = found.iter().filter(|found| found.severity() == Severity::Warning);
    warnings.map(|found| found.code.to_string()).collect()
}

/// The codes of what an entity with these members is warned of.
#[track_caller]
fn check(members: &str, expected: &[&str]) {
    let found = codes(&format!(
        "entity Row {{
           a integer
           b integer
           c text?
           d integer?
           other 1 Other <-> * rows on delete cascade
           maybe 0..1 Other <-> * maybe_rows on delete set null
           {members}
         }}"
    ));
    assert_eq!(found, expected, "of {members}");
}

#[test]
fn an_index_that_another_serves_is_redundant() {
    check("index (a)", &[]);
    check("index (a)\nindex (a)", &["W0201"]);
    check("index (a)\nindex (a, b)", &["W0201"]);
    check("index (b)\nindex (a, b)", &[]);
    check("index (a)\nunique (a)", &["W0201"]);
    check("index (a)\nunique (a, b)", &["W0201"]);
    check("index (id)", &["W0201"]);
    check("index (a)\nindex (a) where (b > 0)", &[]);
    check("index (a) where (b > 0)\nindex (a, b) where (b > 0)", &["W0201"]);
    check("index (a)\nindex (a desc, b)", &[]);
    check("index (a)\nindex using hash (a)", &[]);
    check("index using gin (to_tsvector(\"english\", c))\nindex (lower(c))", &[]);
    check("index (lower(c))\nindex (lower(c), a)", &["W0201"]);
    check("index (a) include (b)\nindex (a, d)", &[]);
    check("unique (a)\nunique (a, b)", &[]);
    check("unique (a)\nunique (a)", &["W0201"]);
    check("index (c text_pattern_ops)\nindex (c)", &[]);
    check("index (other)\nindex (other, a)", &["W0201"]);
    check("pair 1 Other <-> 0..1 pair_row on delete cascade\nindex (pair)", &["W0201"]);
}

#[test]
fn a_unique_says_what_null_means() {
    check("unique (a, b)", &[]);
    check("unique (a, c)", &["W0202"]);
    check("unique (a, maybe)", &["W0202"]);
    check("unique (a, other)", &[]);
    check("unique (a, c) nulls distinct", &[]);
    check("unique (a, c) nulls not distinct", &[]);
    check("unique (a, c) where (c is not null)", &[]);
    check("unique (a, c) where (d is not null)", &["W0202"]);
    check("unique (a, c) where (c is not null and a > 0)", &[]);
    check("e text? unique", &["W0202"]);
    check("e text? unique nulls distinct", &[]);
    check("one 0..1 Other <-> 0..1 one_row on delete set null", &[]);
}

#[test]
fn some_types_are_worth_a_second_look() {
    check("e timestamp", &["W0203"]);
    check("e timestamp(3)[]", &["W0203"]);
    check("e timestamptz", &[]);
    check("e json", &["W0204"]);
    check("e jsonb", &[]);
    check("e money", &["W0205"]);
    check("e char(3)", &["W0206"]);
    check("e varchar(3)", &[]);
    assert!(codes("enum Size as char(1) { s, l }\nentity Row { size Size }").is_empty());
    assert!(
        codes("external entity Old {\n  table \"old\"\n  id integer key\n  at timestamp\n}")
            .is_empty()
    );
}

#[test]
fn an_untyped_union_is_spoken_of_each_time() {
    let row = "entity Row { subject 1 Subject <-> * _ }";
    let union = |strategy: &str| format!("union Subject = * as {strategy}\n{row}");
    assert_eq!(codes(&union("untyped because \"why\"")), ["W0301"]);
    let arc = "union Subject = Other as arc\n\
               entity Row { subject 1 Subject <-> * _ on delete cascade }";
    assert!(codes(arc).is_empty());
}

#[test]
fn what_a_lint_offers_mends_it() {
    let mut sources = Sources::new();
    let text = "module m\nentity Row {\n  at timestamp(3)\n  doc json[]\n  code char(3)\n}\n";
    sources.add("m.trine", text);
    let options = Options { targets: vec![Target::Postgres], ..Options::default() };
    let mut mended = text.to_owned();
    for found in trine::check(&sources, &options).iter().rev() {
        let edit = &found.fixes[0].edits[0];
        mended.replace_range(edit.span.range(), &edit.replacement);
    }
    assert_eq!(
        mended,
        "module m\nentity Row {\n  at timestamptz(3)\n  doc jsonb[]\n  code varchar(3)\n}\n"
    );
}

/// The codes of a program with so many alternatives, of which tasks have one.
fn union_codes(alternatives: usize, strategy: &str, relations: &str) -> Vec<String> {
    let names: Vec<String> = (0..alternatives).map(|nth| format!("A{nth}")).collect();
    let entities: Vec<String> =
        names.iter().map(|name| format!("entity {name} {{ name text }}")).collect();
    codes(&format!(
        "{}\nunion Owner = {} as {strategy}\nentity Task {{\n  name text\n  {relations}\n}}",
        entities.join("\n"),
        names.join(" | ")
    ))
}

#[test]
fn an_arc_of_many_alternatives_and_a_link_for_one_relation_are_warned_of() {
    let one = "owner 1 Owner <-> * tasks on delete cascade";
    let two = "owner 1 Owner <-> * tasks on delete cascade\n  other 0..1 Owner <-> * others on delete set null";
    let none: [String; 0] = [];
    assert_eq!(union_codes(5, "arc", one), none);
    assert_eq!(union_codes(6, "arc", one), ["W0801"]);
    assert_eq!(union_codes(6, "arc", two), ["W0801"]);
    assert_eq!(union_codes(6, "arc", ""), none);
    assert_eq!(union_codes(6, "supertype", one), none);
    assert_eq!(union_codes(5, "link", one), ["W0802"]);
    assert_eq!(union_codes(5, "link", two), none);
    assert_eq!(union_codes(5, "link", ""), none);
    // What an arc would be warned of as well.
    assert_eq!(union_codes(6, "link", one), none);
}

#[test]
fn an_edit_is_offered_where_the_other_strategy_can_store_it() {
    let fixes = |alternatives: usize, strategy: &str, relation: &str| {
        let names: Vec<String> = (0..alternatives).map(|nth| format!("A{nth}")).collect();
        let entities: Vec<String> =
            names.iter().map(|name| format!("entity {name} {{ name text }}")).collect();
        let mut sources = Sources::new();
        let text = format!(
            "module m\n{}\nunion Owner = {} as {strategy}\nentity Task {{\n  {relation}\n}}\n",
            entities.join("\n"),
            names.join(" | ")
        );
        sources.add("m.trine", text.as_str());
        let found = trine::check(&sources, &Options::default());
        let [warning] = &found[..] else { panic!("{found:?}") };
        warning.fixes.len()
    };
    assert_eq!(fixes(6, "arc", "owner 1 Owner <-> * tasks on delete cascade"), 1);
    assert_eq!(fixes(6, "arc", "owner 1 Owner <-> * tasks on delete cascade, A1 restrict"), 1);
    assert_eq!(fixes(6, "arc", "owner 1 Owner <-> 1..* tasks on delete cascade"), 0);
    assert_eq!(fixes(2, "link", "owner 1 Owner <-> * tasks on delete cascade"), 1);
    assert_eq!(fixes(2, "link", "owner 1 Owner <-> * tasks on delete cascade column \"of\""), 0);
}

#[test]
fn inheritance_by_what_comes_in_numbers_is_warned_of() {
    let of = |strategy: &str, relation: &str| {
        codes(&format!(
            "entity Product {{\n  name text\n  {relation}\n}}\nentity Post {{ name text }}\n\
             union Subject = Product | Post as {strategy}\n\
             entity Comment {{\n  subject 1 Subject <-> * comments on delete cascade\n}}"
        ))
    };
    let none: [String; 0] = [];
    let owned = "other 1 Other <-> * products on delete cascade on orphan delete";
    assert_eq!(of("inheritance", owned), ["W0803"]);
    assert_eq!(of("supertype", owned), none);
    assert_eq!(of("inheritance", "other 1 Other <-> 2..* products on delete cascade"), ["W0803"]);
    assert_eq!(of("inheritance", "other 1 Other <-> * products on delete cascade"), none);
    assert_eq!(
        of("inheritance", "other 1 Other <-> 0..1 product on delete cascade on orphan delete"),
        none
    );
}

#[test]
fn an_untyped_union_that_lists_its_alternatives_is_warned_of() {
    let of = |alternatives: &str| {
        codes(&format!(
            "entity Person {{ name text }}\nunion Subject = {alternatives} as untyped because \"it is a log\"\n\
             entity Event {{\n  subject 1 Subject <-> * _\n}}"
        ))
    };
    assert_eq!(of("*"), ["W0301"]);
    let mut listed = of("Person | Other");
    listed.sort();
    assert_eq!(listed, ["W0301", "W0804"]);
}
