//! What the parser reads, and what it says about what it can't.

use proptest::prelude::*;
use trine::diagnostics::{Code, Diagnostic};
use trine::source::Sources;
use trine::syntax::tree::{
    ClauseKind, Entity, Expr, ExprKind, Item, LiteralKind, Member, TriviaKind, UnaryOperator,
};
use trine::syntax::{SyntaxTree, parse};

const WHOLE: &str = include_str!("syntax/whole.trine");
const MISTAKES: &str = include_str!("syntax/mistakes.trine");
const STOREFRONT: &str = include_str!("../examples/storefront.trine");

fn read(text: &str) -> (Sources, SyntaxTree, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let file = sources.add("test.trine", text);
    let (tree, mut diagnostics) = parse(&sources, file);
    trine::diagnostics::sort(&mut diagnostics);
    (sources, tree, diagnostics)
}

/// One line for each: `line:column code message`, and below it the help and the fixes.
fn list(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let line = |found: &Diagnostic| {
        let span = found.primary();
        let (line, column) = sources.get(span.file).position(span.start as usize);
        let mut said = format!("{line}:{column} {} {}\n", found.code, found.message);
        if let Some(help) = &found.help {
            said += &format!("    help: {help}\n");
        }
        for fix in &found.fixes {
            said += &format!("    fix: {}\n", fix.title);
        }
        said
    };
    diagnostics.iter().map(line).collect()
}

fn assert_reads(text: &str) -> SyntaxTree {
    let (sources, tree, diagnostics) = read(text);
    assert!(diagnostics.is_empty(), "{text}\n{}", list(&sources, &diagnostics));
    tree
}

/// The one entity of a module, with these lines as its members.
fn entity(members: &str) -> Entity {
    let tree = assert_reads(&format!("module m\nentity E {{\n  {members}\n}}\n"));
    match tree.items.into_iter().next() {
        Some(Item::Entity(entity)) => entity,
        other => panic!("expected an entity, found {other:?}"),
    }
}

fn member(line: &str) -> Member {
    let mut members = entity(line).members;
    assert_eq!(members.len(), 1, "{line}: {members:?}");
    members.remove(0)
}

/// The codes and places of what is wrong with an entity of these lines; the first line is 1.
fn wrong(members: &str) -> Vec<(Code, usize)> {
    let (sources, _, diagnostics) = read(&format!("module m\nentity E {{\n  {members}\n}}\n"));
    let place = |found: &Diagnostic| {
        let span = found.primary();
        (found.code, sources.get(span.file).position(span.start as usize).0 - 2)
    };
    diagnostics.iter().map(place).collect()
}

/// The expression of `check (…)`, fully bracketed.
fn bracketed(text: &str) -> String {
    match member(&format!("check ({text})")) {
        Member::Check(check) => show(&check.condition),
        other => panic!("expected a check, found {other:?}"),
    }
}

fn show(expr: &Expr) -> String {
    let all = |list: &[Expr]| list.iter().map(show).collect::<Vec<_>>().join(", ");
    let not = |negated: &bool| if *negated { "not " } else { "" };
    match &expr.kind {
        ExprKind::Literal(LiteralKind::Number(digits)) => digits.to_string(),
        ExprKind::Literal(LiteralKind::String(text)) => format!("{text:?}"),
        ExprKind::Literal(other) => format!("{other:?}"),
        ExprKind::Path(names) => {
            names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
        }
        ExprKind::Call { function, arguments } => format!("{}({})", function.text, all(arguments)),
        ExprKind::Unary { operator: UnaryOperator::Not, operand } => {
            format!("(not {})", show(operand))
        }
        ExprKind::Unary { operator: UnaryOperator::Negate, operand } => {
            format!("(-{})", show(operand))
        }
        ExprKind::Binary { operator, left, right, .. } => {
            format!("({} {operator:?} {})", show(left), show(right))
        }
        ExprKind::IsNull { operand, negated } => {
            format!("({} is {}null)", show(operand), not(negated))
        }
        ExprKind::In { operand, list, negated } => {
            format!("({} {}in {})", show(operand), not(negated), all(list))
        }
        ExprKind::Between { operand, low, high, negated } => {
            format!("({} {}between {} and {})", show(operand), not(negated), show(low), show(high))
        }
        ExprKind::Array(list) => format!("[{}]", all(list)),
        ExprKind::Cast { operand, ty } => format!("({}::{})", show(operand), ty.name.name.text),
        ExprKind::Sql(text) => format!("sql {text:?}"),
    }
}

// ── What is read ──

#[test]
fn every_construct_is_read() {
    assert_reads(WHOLE);
    assert_reads(STOREFRONT);
}

#[test]
fn a_keyword_is_a_name_where_nothing_makes_it_a_keyword() {
    for word in ["order", "key", "index", "label", "check", "table", "display", "unique", "exclude"]
    {
        let written = format!("{word} text");
        assert!(matches!(member(&written), Member::Field(field) if field.name.text == word));
    }
    for word in ["entity", "on", "with", "where", "message", "cascade", "null", "not", "raw"] {
        assert!(matches!(member(&format!("{word} text")), Member::Field(_)), "{word}");
    }
    assert!(matches!(member("`within` text"), Member::Field(field) if field.name.text == "within"));
    assert!(matches!(member("key (a)"), Member::Key(_)));
    assert!(matches!(member("label \"a\""), Member::Label(_)));
    assert!(matches!(member("order by (a)"), Member::OrderBy(_)));
    assert!(matches!(member("exclude using gist (a with =)"), Member::Exclude(_)));
    assert!(matches!(member("index using gin (a)"), Member::Index(_)));
    assert!(matches!(member("with (fillfactor = 70)"), Member::Storage(_)));
}

#[test]
fn a_member_ends_with_its_line_and_goes_on_with_a_clause() {
    let clauses = |text: &str| match entity(text).members.remove(0) {
        Member::Relation(relation) => relation.clauses.len(),
        other => panic!("expected a relation, found {other:?}"),
    };
    assert_eq!(clauses("a 1 B <-> * c on delete cascade within d"), 2);
    assert_eq!(clauses("a 1 B <-> * c\n  on delete cascade\n  within d"), 2);
    assert_eq!(clauses("a 1 B <-> * c // one\n  // two\n  on delete cascade"), 1);
    assert_eq!(clauses("a 1 B <-> * c\n  through D(\n    e,\n    f)\n  on delete unlink"), 2);
    assert_eq!(clauses("a 1 B <-> * c on delete cascade\n  ordinary text"), 1);
    assert_eq!(entity("a text unique\n  where (b)\nb text").members.len(), 2);
    assert_eq!(entity("check (a\n > 0)\n\n\n  message text").members.len(), 2);
    assert_eq!(entity("a text\r\nb text\r\n").members.len(), 2);
    assert_eq!(wrong("a 1 B <-> * c\n\n  on delete cascade"), [(Code::E0101, 3)]);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_file() {
    assert_eq!(assert_reads("\u{FEFF}module m\r\n").module.map(|it| it.span.start), Some(3));
}

#[test]
fn a_name_is_any_identifier_in_its_composed_form() {
    assert!(matches!(member("이름 text"), Member::Field(field) if field.name.text == "이름"));
    let decomposed = "cafe\u{301} text";
    assert!(matches!(member(decomposed), Member::Field(field) if field.name.text == "caf\u{E9}"));
}

#[test]
fn a_string_may_hold_every_character_by_its_escape() {
    let display = |text: &str| match member(&format!("display \"{text}\"")) {
        Member::Display(text) => text.value,
        other => panic!("expected a display, found {other:?}"),
    };
    assert_eq!(display(r#"a\"b\\c\n\r\t\u{1F600}"#), "a\"b\\c\n\r\t\u{1F600}");
    assert_eq!(display("// no comment, and no bracket: ({["), "// no comment, and no bracket: ({[");
    for escape in [r"\q", r"\u", r"\u{}", r"\u{110000}", r"\u{1", r"\x41", r"\u{D800}"] {
        assert_eq!(wrong(&format!("display \"{escape}\"")), [(Code::E0103, 1)], "{escape}");
    }
}

#[test]
fn multiplicities_say_how_many_there_may_be() {
    let here = |text: &str| match member(&format!("a {text} B <-> * c on delete cascade")) {
        Member::Relation(relation) => (relation.here.min, relation.here.max),
        other => panic!("expected a relation, found {other:?}"),
    };
    assert_eq!(here("1"), (1, Some(1)));
    assert_eq!(here("0..1"), (0, Some(1)));
    assert_eq!(here("*"), (0, None));
    assert_eq!(here("2..*"), (2, None));
    assert_eq!(here("2..5"), (2, Some(5)));
    assert_eq!(wrong("a 99999999999 B <-> * c on delete cascade"), [(Code::E0101, 1)]);
}

#[test]
fn a_relation_takes_every_clause() {
    let clauses = "on delete set null, other.B restrict on orphan delete on update cascade within a, b = c \
                   through m.D(e, f) ordered deferrable by (g, h) = 1 column \"i\" label \"j\" key unique \
                   @django(k: \"l\")";
    let Member::Relation(relation) = member(&format!("a 1 m.B <-> 0..1 _ {clauses}")) else {
        panic!("expected a relation");
    };
    assert_eq!(relation.clauses.len(), 14);
    assert!(matches!(&relation.clauses[0].kind,
        ClauseKind::OnDelete { alternatives, .. } if alternatives.len() == 1));
    assert!(matches!(&relation.clauses[3].kind, ClauseKind::Within(pairs) if pairs.len() == 2));
    assert!(matches!(&relation.clauses[4].kind, ClauseKind::Through { ends: Some(_), .. }));
}

#[test]
fn operators_bind_as_in_postgresql() {
    let cases = [
        ("a or b and c", "(a Or (b And c))"),
        ("not a = b and c", "((not (a Equal b)) And c)"),
        ("a + b * c - d", "((a Add (b Multiply c)) Subtract d)"),
        ("a - b - c", "((a Subtract b) Subtract c)"),
        ("-a * b", "((-a) Multiply b)"),
        ("- - a", "(-(-a))"),
        ("not not a", "(not (not a))"),
        ("a || b < c", "((a Concatenate b) Less c)"),
        ("a is null or b is not null", "((a is null) Or (b is not null))"),
        ("a = b is not null", "((a Equal b) is not null)"),
        ("a between 1 and 2 and b", "((a between 1 and 2) And b)"),
        ("a not between b + 1 and 2", "(a not between (b Add 1) and 2)"),
        ("a in (1, -2) and not b", "((a in 1, (-2)) And (not b))"),
        ("a not in (\"x\")", "(a not in \"x\")"),
        ("a not like \"x%\"", "(a NotLike \"x%\")"),
        ("a::date::text = \"x\"", "(((a::date)::text) Equal \"x\")"),
        ("(a + b) * c", "((a Add b) Multiply c)"),
        ("lower(trim(a), 1) <> K.v", "(lower(trim(a), 1) NotEqual K.v)"),
        ("a -> \"b\" ->> \"c\" = d", "(((a JsonGet \"b\") JsonGetText \"c\") Equal d)"),
        ("[1, 2] <@ a", "([1, 2] ContainedBy a)"),
        ("a\n  and // why\n b", "(a And b)"),
        ("a<b", "(a Less b)"),
        ("sql \"x > 1\" and sql", "(sql \"x > 1\" And sql)"),
        ("a ~* b and c !~ d", "((a MatchesIgnoringCase b) And (c NotMatches d))"),
    ];
    for (text, expected) in cases {
        assert_eq!(bracketed(text), expected, "{text}");
    }
    assert_eq!(wrong("check (a < b < c)"), [(Code::E0101, 1)]);
    assert_eq!(wrong("check (a between b)"), [(Code::E0101, 1)]);
    assert_eq!(wrong("check (a and or b)"), [(Code::E0101, 1)]);
}

#[test]
fn docs_belong_to_what_follows_them() {
    let members = entity("/// One.\n///  Two.\n\n// no docs\n/// Three.\na text").members;
    let Some(Member::Field(field)) = members.first() else { panic!("expected a field") };
    let docs = field.docs.as_ref().map(|docs| docs.value.as_str());
    assert_eq!(docs, Some("One.\n Two.\nThree."));
    for stray in ["a text /// b", "a text\n/// b", "check (a\n/// b\n)", "/// b\ncheck (a)"] {
        assert_eq!(
            wrong(stray).iter().map(|it| it.0).collect::<Vec<_>>(),
            [Code::E0101],
            "{stray}"
        );
    }
}

// ── What is not read ──

#[test]
fn every_mistake_of_a_file_is_found_in_one_run() {
    let (sources, _, diagnostics) = read(MISTAKES);
    insta::assert_snapshot!("mistakes", list(&sources, &diagnostics));
}

#[test]
fn a_broken_member_costs_itself() {
    let broken = [
        "a",
        "a (",
        "a text)",
        "a text = ",
        "a text = \"",
        "a text unique unique2",
        "a 1 B <-> c",
        "a 1 B <-> * c on delete",
        "a 1 B <-> * c on delete cascad",
        "check (",
        "check (a",
        "check a)",
        "check ()",
        "unique (a b c d)",
        "unique (a) where a",
        "index ((a)",
        "exclude using gist (a with)",
        "label \"a\" plurl \"b\"",
        "@django(a)",
        "@",
        "??",
        "`a text",
        "`a b` text",
        "display {name}",
        "#a",
        "[a text",
        "a 1.5 B",
        "a text @",
        "a text = -",
        "with (a)",
        "on delete cascade",
    ];
    for line in broken {
        let text = format!(
            "module m\nentity E {{\n  x text\n  {line}\n  y text\n}}\nentity F {{\n  z text\n}}\n"
        );
        let (sources, tree, diagnostics) = read(&text);
        let said = list(&sources, &diagnostics);
        assert_eq!(diagnostics.len(), 1, "{line}\n{said}");
        assert_eq!(
            sources
                .get(diagnostics[0].primary().file)
                .line_of(diagnostics[0].primary().start as usize),
            3,
            "{line}\n{said}"
        );
        assert_eq!(tree.items.len(), 2, "{line}");
        let Item::Entity(entity) = &tree.items[0] else { panic!("expected an entity") };
        let names = entity.members.iter().filter_map(|member| match member {
            Member::Field(field) => Some(field.name.text.as_str()),
            _ => None,
        });
        let names: Vec<_> = names.filter(|name| ["x", "y"].contains(name)).collect();
        assert_eq!(names, ["x", "y"], "{line}");
    }
}

#[test]
fn a_broken_item_costs_itself() {
    let broken = [
        "entty E { a text }",
        "entity { a text }",
        "entity E wth M { a text }",
        "entity E with { a text }",
        "entity E",
        "enum E photo, reel",
        "enum E as { a }",
        "union U A | B as arc",
        "union U = as arc",
        "union U = A | B",
        "fetch F { a }",
        "extension",
        "extension a b",
        "external E { a text }",
        "{ a text }",
        "something else",
        "entity E { a text",
        "module n o",
    ];
    for line in broken {
        let text = format!("module m\nenum X {{ a }}\n{line}\nenum Y {{ b }}\n");
        let (sources, tree, diagnostics) = read(&text);
        let said = list(&sources, &diagnostics);
        assert_eq!(diagnostics.len(), 1, "{line}\n{said}");
        let names = tree.items.iter().filter_map(|item| match item {
            Item::Enum(item) => Some(item.name.text.as_str()),
            _ => None,
        });
        assert_eq!(names.collect::<Vec<_>>(), ["X", "Y"], "{line}\n{said}");
    }
}

#[test]
fn a_broken_value_costs_itself() {
    for line in ["7up", "a b", "a = ", "a = b", "a label", "a label b", "a = \"", "(", "a)"] {
        let text = format!("module m\nenum E {{\n  x\n  {line}\n  y, z\n}}\n");
        let (sources, tree, diagnostics) = read(&text);
        assert_eq!(diagnostics.len(), 1, "{line}\n{}", list(&sources, &diagnostics));
        let Item::Enum(item) = &tree.items[0] else { panic!("expected an enum") };
        let names = item.values.iter().map(|value| value.name.text.as_str());
        let names: Vec<_> = names.filter(|&name| name != "a").collect();
        assert_eq!(names, ["x", "y", "z"], "{line}");
    }
}

#[test]
fn what_is_broken_keeps_its_name() {
    let (_, tree, _) = read(
        "module m\nentity E {\n  a text = \n  b 1 C -> d\n  e 1 F <-> * g\n    on delte cascade\n}\nentty G {\n}\n",
    );
    assert_eq!(tree.broken.iter().map(|name| name.text.as_str()).collect::<Vec<_>>(), ["G"]);
    let Item::Entity(entity) = &tree.items[0] else { panic!("expected an entity") };
    let names: Vec<_> = entity.broken.iter().map(|name| name.text.as_str()).collect();
    assert_eq!(names, ["a", "b", "e"]);
}

#[test]
fn the_members_of_a_broken_entity_are_read_all_the_same() {
    let text = "module m\nentty E {\n  a txt txt\n  b text\n  c text )\n}\n";
    let (sources, _, diagnostics) = read(text);
    let lines = diagnostics
        .iter()
        .map(|found| sources.get(found.primary().file).line_of(found.primary().start as usize));
    assert_eq!(lines.collect::<Vec<_>>(), [1, 2, 4]);
}

#[test]
fn a_file_names_its_module_once() {
    let codes = |text: &str| read(text).2.iter().map(|found| found.code).collect::<Vec<_>>();
    assert_eq!(codes(""), [Code::E0106]);
    assert_eq!(codes("enum E { a }"), [Code::E0106]);
    assert_eq!(codes("module m\nmodule n\n"), [Code::E0106]);
    assert_eq!(codes("modul m\n"), [Code::E0102]);
}

#[test]
fn nesting_has_a_limit_that_is_said() {
    let nested = |depth: usize| format!("check ({}a{})", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(wrong(&nested(62)), []);
    assert_eq!(wrong(&format!("a text\n{}\nb text", nested(63))), [(Code::E0104, 2)]);
    assert_eq!(wrong(&nested(100_000)), [(Code::E0104, 1)]);
    for long in ["not ", "- ", "a + ", "a and ", "a = b or ", "a || "] {
        let chain = |count: usize| format!("check ({}a)", long.repeat(count));
        assert_eq!(wrong(&chain(60)), [], "{long}");
        assert_eq!(wrong(&chain(100_000)), [(Code::E0104, 1)], "{long}");
    }
    assert_eq!(wrong(&format!("check (a{})", "::text".repeat(100_000))), [(Code::E0104, 1)]);
    assert_eq!(wrong(&format!("check (a in ({}))", vec!["1"; 10_000].join(", "))), []);
}

#[test]
fn a_file_of_nothing_but_mistakes_ends_with_a_count() {
    let (_, _, diagnostics) = read(&")\n".repeat(5_000));
    assert_eq!(diagnostics.len(), 1000);
    assert!(
        diagnostics
            .last()
            .is_some_and(|last| last.notes.iter().any(|note| note.starts_with("4001 more")))
    );
}

// ── Trivia ──

/// Where comments stand, found without the parser; only for texts whose strings hold no `//`.
fn comments(text: &str) -> (Vec<usize>, Vec<usize>) {
    let (mut plain, mut docs) = (Vec::new(), Vec::new());
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(place) = line.find("//") {
            let rest = &line[place..];
            let of_docs = rest.starts_with("///") && !rest.starts_with("////");
            if of_docs { docs.push(start + place) } else { plain.push(start + place) }
        }
        start += line.len();
    }
    (plain, docs)
}

fn assert_keeps_comments(text: &str) {
    let (sources, tree, diagnostics) = read(text);
    assert!(tree.trivia.is_sorted_by_key(|trivia| trivia.span));
    let kept: Vec<usize> = tree
        .trivia
        .iter()
        .filter(|trivia| trivia.kind != TriviaKind::BlankLines)
        .map(|trivia| trivia.span.start as usize)
        .collect();
    assert_eq!(kept, comments(text).0, "{text}\n{}", list(&sources, &diagnostics));
    for trivia in &tree.trivia {
        let written = sources.text(trivia.span);
        match trivia.kind {
            TriviaKind::BlankLines => assert!(written.trim().is_empty()),
            TriviaKind::Comment | TriviaKind::TrailingComment => {
                assert!(written.starts_with("//") && !written.contains('\n'));
            }
        }
    }
}

/// How many lines of docs the tree holds.
fn lines_of_docs(tree: &SyntaxTree) -> usize {
    format!("{tree:?}").matches("docs: Some(Text { value: \"").count()
}

#[test]
fn no_comment_is_lost() {
    assert_keeps_comments(WHOLE);
    assert_keeps_comments(STOREFRONT);
    assert_eq!(lines_of_docs(&assert_reads(STOREFRONT)), 2);
    let text = "// a\n\n\n// b\nmodule m // c\n\nentity E { // d\n  // e\n\n  a text // f\n\n  check ( // g\n  a // h\n  ) // i\n  //// j\n} // k\n\n// l";
    assert_keeps_comments(text);
    let (sources, tree, _) = read(text);
    let lines = sources.get(tree.file);
    let blank = tree.trivia.iter().filter(|trivia| trivia.kind == TriviaKind::BlankLines);
    let blank: Vec<_> = blank
        .map(|trivia| {
            (lines.line_of(trivia.span.start as usize), lines.line_of(trivia.span.end as usize))
        })
        .collect();
    assert_eq!(blank, [(1, 2), (5, 5), (8, 8), (10, 10), (16, 16)]);
    let trailing = tree.trivia.iter().filter(|trivia| trivia.kind == TriviaKind::TrailingComment);
    assert_eq!(trailing.count(), 7);
}

// ── Any input ──

/// A file with some of its characters left out, doubled, or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let edit =
        (any::<prop::sample::Index>(), 0..40_usize, "[\\PC\n]{0,3}|[(){}\\[\\]\"`/.,@*?=<>-]");
    let text = prop::sample::select(vec![WHOLE, STOREFRONT, MISTAKES]);
    (text, prop::collection::vec(edit, 1..12)).prop_map(|(text, edits)| {
        let mut characters: Vec<char> = text.chars().collect();
        for (place, length, inserted) in edits {
            let start = place.index(characters.len() + 1).min(characters.len());
            let end = (start + length).min(characters.len());
            characters.splice(start..end, inserted.chars());
        }
        characters.into_iter().collect()
    })
}

/// Every span lies in the file, on the boundaries of characters.
fn assert_sound(text: &str) {
    let (sources, tree, diagnostics) = read(text);
    for found in &diagnostics {
        assert!(!found.message.is_empty());
        for label in &found.labels {
            sources.text(label.span);
        }
        for edit in found.fixes.iter().flat_map(|fix| &fix.edits) {
            sources.text(edit.span);
        }
    }
    for trivia in &tree.trivia {
        sources.text(trivia.span);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC*") {
        assert_sound(&text);
    }

    #[test]
    fn any_bytes_of_the_language_are_read_without_a_panic(
        text in "([a-z]{1,3}|[ \n]|entity |module |check|unique|1|\\*|<->|on delete |\"|`|//|///|[(){}\\[\\],.=?@-]){0,80}"
    ) {
        assert_sound(&text);
    }

    #[test]
    fn any_mutation_of_a_file_is_read_without_a_panic(text in mutated()) {
        assert_sound(&text);
    }
}

#[test]
fn a_member_that_lacks_something_is_told_what_and_where() {
    let cases = [
        ("exclude (a nope)", 18, "expected `with` and an operator, found `)`"),
        ("exclude (a with)", 18, "expected an operator such as `=` or `&&`, found `)`"),
        ("exclude (a with nope)", 19, "expected an operator such as `=` or `&&`, found `nope`"),
        (
            "a 1 S <-> * on delete cascade",
            15,
            "expected a name for the way back, or `_`, found `on`",
        ),
        (
            "a 1..n S <-> * as on delete cascade",
            8,
            "expected a number or `*` behind `..`, found `n`",
        ),
        ("a varchar 80", 13, "expected a modifier, found `80`"),
    ];
    for (member, column, message) in cases {
        let (sources, _, found) = read(&format!("module m\nentity E {{\n  {member}\n}}\n"));
        let said = list(&sources, &found);
        assert!(said.starts_with(&format!("3:{column} E0101")), "{member}: {said}");
        assert!(said.contains(message), "{member}: {said}");
        assert_eq!(found.len(), 1, "{member}: {said}");
    }
}

#[test]
fn a_line_that_goes_on_with_nothing_costs_the_member_before_it_no_second_diagnostic() {
    let (sources, tree, found) = read(
        "module m\nentity E {\n  a 1 S <-> * es\n    where (x)\n    on delete cascade\n  b text\n    message \"m\"\n}\n",
    );
    let said = list(&sources, &found);
    assert_eq!(found.len(), 2, "{said}");
    assert!(said.contains("4:5 E0101 nothing before this line takes a `where`"), "{said}");
    assert!(said.contains("7:5 E0101 nothing before this line takes a `message`"), "{said}");
    let Some(Item::Entity(entity)) = tree.items.first() else { panic!("{said}") };
    assert_eq!(entity.broken.len(), 1, "the relation is not whole, the field is");
}

#[test]
fn inside_brackets_lines_do_not_matter() {
    for line in [
        "index (\n a\n desc\n nulls\n last\n)",
        "exclude (\n a\n with\n =\n,\n b with &&)",
        "unique (\n a // first\n ,\n b\n)",
        "check (\n a\n is\n not\n null\n and b\n not\n in\n (\n 1\n)\n)",
        "check (\n a\n ::text\n ::varchar(3)\n = -\n b)",
        "key (\n a,\n b\n)",
        "order by (\n a\n desc\n)",
        "with (\n fillfactor\n =\n 70\n)",
        "a numeric(\n 12,\n 2\n)",
        "a * B <-> * cs through D(\n a,\n b\n)",
    ] {
        member(line);
    }
}
