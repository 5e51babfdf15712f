//! The difference of two databases, as data and as text: two programs, and what the one has otherwise.
#![allow(clippy::unwrap_used, reason = "the helpers of tests may panic as the tests may")]

use trine::diagnostics::termcolor::NoColor;
use trine::diff::{Change, Code, Difference, Sides, diff, entries, write_human};
use trine::relational::{Database, lower};
use trine::schema::resolve;
use trine::source::Sources;
use trine::syntax;
use trine::target::Target;

/// The database of a module `shop`.
fn database(source: &str) -> Database {
    let mut sources = Sources::new();
    let file = sources.add("shop.trine", format!("module shop\n{source}"));
    let (tree, found) = syntax::parse(&sources, file);
    assert!(found.is_empty(), "{found:#?}");
    let (schema, found) = resolve(&sources, &[tree], &[Target::Postgres]);
    assert!(!trine::diagnostics::has_errors(&found), "{found:#?}");
    lower(&schema).database
}

fn differences(before: &str, after: &str) -> Vec<Difference> {
    diff(&database(before), &database(after))
}

/// Each difference as `D0203 shop_book.title type: varchar(80) -> text`.
fn said(found: &[Difference]) -> Vec<String> {
    let or_none = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    found
        .iter()
        .map(|one| {
            let values = match one.change {
                Change::Missing => format!("missing: {}", or_none(&one.before)),
                Change::Besides => format!("besides: {}", or_none(&one.after)),
                Change::Renamed => {
                    format!("renamed: {} -> {}", or_none(&one.before), or_none(&one.after))
                }
                Change::Differs => {
                    let property = one.property.unwrap();
                    format!("{property}: {} -> {}", or_none(&one.before), or_none(&one.after))
                }
            };
            format!("{} {} {values}", one.code, one.path())
        })
        .collect()
}

#[track_caller]
fn differ(before: &str, after: &str, expected: &[&str]) {
    assert_eq!(said(&differences(before, after)), expected);
}

const BOOK: &str = "entity Book {\n  title  varchar(80)\n  pages  integer?\n}\n";

#[test]
fn a_database_does_not_differ_from_itself() {
    differ(BOOK, BOOK, &[]);
}

#[test]
fn a_table_is_missing_or_besides_once_with_all_that_is_in_it() {
    differ(BOOK, "", &["D0101 shop_book missing: (id, title, pages)"]);
    differ("", BOOK, &["D0102 shop_book besides: (id, title, pages)"]);
}

/// PostgreSQL leaves the names of constraints as they were when a table is renamed.
#[test]
fn a_table_that_is_alike_in_everything_is_renamed_and_so_is_what_refers_to_it() {
    let before = database(
        "entity Book {\n  title  text\n  sequel  0..1 Book <-> * prequels  on delete set null\n}\n\
         entity Page {\n  book  1 Book <-> * pages  on delete cascade\n}\n",
    );
    let mut after = before.clone();
    let book = after.tables.iter_mut().map(|(_, table)| table).next().unwrap();
    book.name.name = "tome".into();
    assert_eq!(said(&diff(&before, &after)), ["D0107 shop_book renamed: shop_book -> tome"]);
    let book = after.tables.iter_mut().map(|(_, table)| table).next().unwrap();
    book.columns[1].nullable = true;
    let found = said(&diff(&before, &after));
    assert_eq!(found[0], "D0101 shop_book missing: (id, title, sequel_id)");
}

#[test]
fn a_column_differs_property_by_property() {
    differ(
        BOOK,
        "entity Book {\n  title  text?\n  pages  integer = 3\n}\n",
        &[
            "D0203 shop_book.title type: varchar(80) -> text",
            "D0204 shop_book.title null: NOT NULL -> NULL",
            "D0204 shop_book.pages null: NULL -> NOT NULL",
            "D0205 shop_book.pages default: none -> DEFAULT 3",
        ],
    );
}

#[test]
fn a_column_under_another_name_is_another_column() {
    differ(
        BOOK,
        "entity Book {\n  name  varchar(80)\n  pages  integer?\n}\n",
        &[
            "D0201 shop_book.title missing: varchar(80) NOT NULL",
            "D0202 shop_book.name besides: varchar(80) NOT NULL",
        ],
    );
}

#[test]
fn another_order_of_columns_is_said_once() {
    differ(
        "entity Book {\n  a  integer\n  b  integer\n  c  integer\n}\n",
        "entity Book {\n  c  integer\n  a  integer\n  d  integer\n  b  integer\n}\n",
        &[
            "D0105 shop_book column order: id, a, b, c -> id, c, a, b",
            "D0202 shop_book.d besides: integer NOT NULL",
        ],
    );
}

#[test]
fn a_constraint_is_renamed_when_nothing_else_of_it_differs() {
    let checked = |check: &str| format!("entity Book {{\n  pages  integer\n  check ({check}\n}}\n");
    differ(
        &checked("pages > 0) as ck_one"),
        &checked("pages > 0) as ck_two"),
        &["D0307 shop_book.ck_one renamed: ck_one -> ck_two"],
    );
    differ(
        &checked("pages > 0) as ck_one"),
        &checked("pages > 1) as ck_two"),
        &[
            "D0301 shop_book.ck_one missing: CHECK (pages > 0)",
            "D0302 shop_book.ck_two besides: CHECK (pages > 1)",
        ],
    );
    differ(
        &checked("pages > 0) as ck_one"),
        &checked("pages > 1) as ck_one"),
        &["D0304 shop_book.ck_one condition: CHECK (pages > 0) -> CHECK (pages > 1)"],
    );
}

#[test]
fn a_comment_differs_with_the_code_of_its_object() {
    differ(
        BOOK,
        "/// What is read.\nentity Book {\n  /// On the cover.\n  title  varchar(80)\n  pages  integer?\n}\n",
        &[
            "D0108 shop_book comment: none -> What is read.",
            "D0208 shop_book.title comment: none -> On the cover.",
        ],
    );
}

/// Of the table of another, what is stated counts: that it is there, and its columns' types.
#[test]
fn of_an_external_table_only_the_stated_columns_count() {
    let external =
        "external entity User {\n  table \"users\"\n  id  integer  key\n  name  text\n}\n";
    let real = |id: &str| {
        format!(
            "entity User {{\n  table \"users\"\n  id  {id}  key\n  name  text?\n  age  integer = 1\n}}\n"
        )
    };
    differ(external, &real("integer"), &[]);
    differ(external, &real("bigint"), &["D0203 users.id type: integer -> bigint"]);
    differ(external, "", &["D0101 users missing: (id, name)"]);
}

#[test]
fn a_machine_reads_the_same_fields_of_every_difference() {
    let found = differences(BOOK, "entity Book {\n  title  text\n}\n");
    let json = serde_json::to_value(entries(&found)).unwrap();
    assert_eq!(
        json[0],
        serde_json::json!({
            "title": "a column's type differs",
            "path": "shop_book.title",
            "code": "D0203",
            "kind": "column",
            "schema": null,
            "table": "shop_book",
            "object": "title",
            "change": "differs",
            "property": "type",
            "before": "varchar(80)",
            "after": "text",
        })
    );
    assert_eq!(json[1]["change"], "missing");
    assert_eq!(json[1]["before"], "integer");
    assert_eq!(json[1]["after"], serde_json::Value::Null);
}

#[test]
fn people_read_differences_table_by_table() {
    let before = format!(
        "{BOOK}entity Author {{\n  name  text\n  born  timestamptz\n    on update now()\n}}\nentity Gone {{\n  name  text\n}}\n"
    );
    let after = "entity Book {\n  title  text\n}\nentity Author {\n  name  text\n  died  timestamptz\n    on update now()\n  born  timestamptz\n}\n";
    let found = diff(&database(&before), &database(after));
    let mut out = NoColor::new(Vec::new());
    write_human(&mut out, &found, Sides { before: "the schema", after: "the database" }).unwrap();
    let text = String::from_utf8(out.into_inner()).unwrap();
    insta::with_settings!({
        snapshot_path => "../snapshots/diff",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("human", text);
    });
}

#[test]
fn every_code_is_explained_in_a_paragraph() {
    for code in Code::ALL {
        assert!(code.explanation().len() > 30, "{code}");
        assert!(!code.explanation().contains('\n'), "{code}");
        assert_eq!(code.name().parse(), Ok(*code));
    }
}

#[test]
fn every_code_is_raised_somewhere() {
    let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diff");
    let files = ["compare.rs", "objects/mod.rs", "objects/constraints.rs", "objects/trigger.rs"];
    let text: String =
        files.iter().map(|file| std::fs::read_to_string(place.join(file)).unwrap()).collect();
    let idle: Vec<_> =
        Code::ALL.iter().filter(|code| !text.contains(&format!("Code::{code}"))).collect();
    assert!(idle.is_empty(), "{idle:?}");
}
