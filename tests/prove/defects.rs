//! Defects that a template might have, each planted in the generated files of one target.

use trine::prove::{Kind, Side};
use trine::source::Sources;
use trine::target::{DjangoOptions, OnDelete, Target};

use crate::bench::{mistaken, proven_by, sources, storefront};

/// How long a test looks for the shortest program. Most are found sooner.
const SECONDS: u64 = 120;

const SQLALCHEMY: Side = Side::Sqlalchemy;
const PYTHON: Side = Side::Django(DjangoOptions { version: None, on_delete: OnDelete::Python });
const DATABASE: Side = Side::Django(DjangoOptions { version: None, on_delete: OnDelete::Database });

/// Where a mistake is made, and by which side it is noticed.
struct Planted {
    side: Side,
    file: &'static str,
    mistake: fn(&str) -> String,
}

/// Plants a mistake, and looks whether the first disagreement is of this kind and says these words; and,
/// where there are some, whether a short program that has the last words in it still shows it.
fn check(program: &Sources, planted: &Planted, kind: Kind, says: &[&str], shortest: &[&str]) {
    let target = planted.side.target();
    let compiler = mistaken(target, planted.file, planted.mistake);
    let seconds = if shortest.is_empty() { 0 } else { SECONDS };
    let proof = proven_by(program, &compiler, &[planted.side], seconds);
    let first = proof.disagreements.first().unwrap_or_else(|| panic!("nothing was noticed"));
    assert_eq!((first.kind, first.side), (kind, planted.side), "{first:#?}");
    for words in says {
        assert!(first.says.contains(words), "`{words}` is not in: {}", first.says);
    }
    if shortest.is_empty() {
        return;
    }
    let found = proof.shortest.expect("a shorter program is looked for");
    let text: String = found.files.iter().map(|(_, text)| text.as_str()).collect();
    for words in shortest {
        assert!(text.contains(words), "`{words}` is not in:\n{text}");
    }
    let long: usize = program.iter().map(|(_, file)| file.text.lines().count()).sum();
    let lines = text.lines().count();
    assert!(lines <= 8 || lines * 3 < long, "after {} tries:\n{text}", found.tried);
}

/// Swaps one text for another wherever it stands.
macro_rules! swap {
    ($side:expr, $file:literal, $from:literal, $to:literal) => {
        Planted { side: $side, file: $file, mistake: |text| text.replace($from, $to) }
    };
}

const OWNED: &str = "\
module shop

entity Shelf {
  name  text
}

entity Book {
  title  text
  shelf  1 Shelf <-> * books  on delete cascade  on orphan delete
}
";

const RESTRICTED: &str = "\
module shop

entity Author {
  name  text
}

entity Book {
  title   text
  author  0..1 Author <-> * books  on delete restrict
}
";

const PROTECTED: &str = "\
module shop

entity Author {
  name  text
}

entity Book {
  title   text
  author  0..1 Author <-> * books  on delete protect
}
";

const CLEARED: &str = "\
module shop

entity Author {
  name  text
}

entity Book {
  title   text
  author  0..1 Author <-> * books  on delete set null
}
";

// ------------------------------------------------------------------------- those of the storefront

#[test]
fn passive_deletes_that_is_dropped_costs_statements() {
    let planted = swap!(SQLALCHEMY, "storefront.py", "        passive_deletes=True,\n", "");
    check(
        &storefront(),
        &planted,
        Kind::Statements,
        &["with nothing loaded", "should be 1"],
        &["<->"],
    );
}

#[test]
fn an_ondelete_that_is_changed_is_another_database() {
    let planted =
        swap!(SQLALCHEMY, "storefront.py", "ondelete=\"CASCADE\"", "ondelete=\"RESTRICT\"");
    check(&storefront(), &planted, Kind::Catalog, &["fk_storefront_"], &["on delete"]);
}

#[test]
fn a_deferrability_that_is_lost_is_another_database() {
    let planted = swap!(
        SQLALCHEMY,
        "storefront.py",
        "            deferrable=True,\n            initially=\"DEFERRED\",\n",
        ""
    );
    check(&storefront(), &planted, Kind::Catalog, &["uq_storefront_"], &["deferr"]);
}

#[test]
fn a_check_that_is_missing_in_djangos_migration_is_another_database() {
    let planted = Planted {
        side: DATABASE,
        file: "0001_initial.py",
        mistake: |text| {
            let lines = text.lines().filter(|line| !line.contains(" CHECK ("));
            // The comma of the line before it may be one too many now.
            let text: String = lines.map(|line| format!("{line}\n")).collect();
            text.replace(",\n);", "\n);")
        },
    };
    check(&storefront(), &planted, Kind::Catalog, &["ck_storefront_"], &["check"]);
}

#[test]
fn a_trigger_that_create_all_does_not_make_is_noticed() {
    let planted = Planted {
        side: SQLALCHEMY,
        file: "storefront.py",
        mistake: |text| {
            text.replace("\nCREATE TRIGGER", "\nSELECT 1 -- CREATE TRIGGER")
                .replace("\n    BEFORE UPDATE ON", "\n -- BEFORE UPDATE ON")
                .replace("\n    FOR EACH ROW", "\n -- FOR EACH ROW")
                .replace("\n    WHEN (OLD.* *<> NEW.*)", "\n -- WHEN")
                .replace("\n    EXECUTE FUNCTION", "\n -- EXECUTE FUNCTION")
        },
    };
    check(&storefront(), &planted, Kind::Catalog, &["trigger", "touch"], &["on update now()"]);
}

// ------------------------------------------------------------------------------- those of catalogs

#[test]
fn a_trigger_that_is_missing_in_djangos_migration_is_noticed() {
    let planted = Planted {
        side: PYTHON,
        file: "0001_initial.py",
        mistake: |text| {
            let mut out = String::new();
            let mut dropping = false;
            for line in text.lines() {
                dropping |= line.starts_with("CREATE TRIGGER");
                if !dropping {
                    out.push_str(line);
                    out.push('\n');
                }
                dropping &= !line.ends_with(';');
            }
            out
        },
    };
    let program =
        sources("module m\n\nentity A {\n  at  timestamptz = now()  on update now()\n}\n");
    check(&program, &planted, Kind::Catalog, &["trigger"], &[]);
}

#[test]
fn an_index_that_is_missing_is_noticed() {
    let planted = Planted {
        side: SQLALCHEMY,
        file: "shop.py",
        mistake: |text| {
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("Index("));
            lines.map(|line| format!("{line}\n")).collect()
        },
    };
    check(&sources(CLEARED), &planted, Kind::Catalog, &["an index is missing"], &[]);
}

#[test]
fn a_comment_that_differs_is_noticed() {
    let planted = swap!(PYTHON, "0001_initial.py", "IS 'What", "IS 'Who");
    let program = sources("module m\n\n/// What it is.\nentity A {\n  f  text\n}\n");
    check(&program, &planted, Kind::Catalog, &["comment"], &[]);
}

#[test]
fn a_default_that_is_lost_is_noticed() {
    let planted = swap!(SQLALCHEMY, "m.py", ", server_default=text(\"7\")", "");
    let program = sources("module m\n\nentity A {\n  f  integer = 7\n  g  text\n}\n");
    check(&program, &planted, Kind::Catalog, &["default"], &[]);
}

#[test]
fn null_that_is_allowed_is_noticed() {
    let planted = swap!(DATABASE, "0001_initial.py", "integer NOT NULL", "integer");
    let program = sources("module m\n\nentity A {\n  f  integer\n}\n");
    check(&program, &planted, Kind::Catalog, &["NULL"], &[]);
}

#[test]
fn a_function_that_drop_all_leaves_is_noticed() {
    let planted = Planted {
        side: SQLALCHEMY,
        file: "m.py",
        mistake: |text| {
            text.replace("drop=[\"DROP FUNCTION", "drop=[\"SELECT 1 -- DROP FUNCTION")
                .replace("\nCREATE FUNCTION", "\nCREATE OR REPLACE FUNCTION")
        },
    };
    let program =
        sources("module m\n\nentity A {\n  at  timestamptz = now()  on update now()\n}\n");
    check(&program, &planted, Kind::WayBack, &["drop_all"], &[]);
}

#[test]
fn a_model_that_differs_from_its_migration_is_djangos_own_complaint() {
    let planted = swap!(PYTHON, "m/models.py", "max_length=80", "max_length=81");
    let program = sources("module m\n\nentity A {\n  f  varchar(80)\n}\n");
    check(
        &program,
        &planted,
        Kind::Complaint,
        &["differ from their migration", "Alter field f on a"],
        &[],
    );
}

#[test]
fn code_that_does_not_load_is_noticed() {
    let planted =
        swap!(SQLALCHEMY, "m.py", "Mapped[int] = mapped_column(Integer)", "Mapped[int] = None + 1");
    let program = sources("module m\n\nentity A {\n  f  integer\n  g  text\n}\n");
    check(&program, &planted, Kind::Failure, &["TypeError"], &["integer"]);
}

// ----------------------------------------------------------------------------------- those of rows

#[test]
fn delete_orphan_that_is_missing_refuses_what_sql_does() {
    let planted = swap!(SQLALCHEMY, "shop.py", "\"all, delete-orphan\"", "\"all\"");
    check(
        &sources(OWNED),
        &planted,
        Kind::Refusal,
        &["taking Book", "out of the collection", "was refused (NotNullViolation)"],
        &["on orphan delete"],
    );
}

#[test]
fn a_restrict_that_loaded_rows_get_around_is_noticed() {
    let planted = swap!(SQLALCHEMY, "shop.py", "passive_deletes=\"all\"", "passive_deletes=True");
    check(
        &sources(RESTRICTED),
        &planted,
        Kind::Refusal,
        &["with the collections loaded", "was let through", "`Book.author` restricts it"],
        &["on delete restrict"],
    );
}

#[test]
fn a_set_null_that_deletes_is_noticed() {
    let planted = swap!(PYTHON, ".py", "models.SET_NULL", "models.CASCADE");
    check(
        &sources(CLEARED),
        &planted,
        Kind::Rows,
        &["deleting Author", "left none of", "of Book", "the schema says"],
        &[],
    );
}

#[test]
fn a_protect_that_lets_through_is_noticed() {
    let planted = swap!(PYTHON, ".py", "models.PROTECT", "models.SET_NULL");
    check(
        &sources(PROTECTED),
        &planted,
        Kind::Refusal,
        &["was let through", "`Book.author` protects it"],
        &[],
    );
}

#[test]
fn a_restrict_that_raises_what_protect_raises_is_noticed() {
    let planted = swap!(PYTHON, ".py", "models.RESTRICT", "models.PROTECT");
    check(
        &sources(RESTRICTED),
        &planted,
        Kind::Exception,
        &["was refused by ProtectedError", "which is a RestrictedError"],
        &[],
    );
}

#[test]
fn a_cascade_that_python_does_where_the_database_should_costs_statements() {
    let planted = swap!(DATABASE, ".py", "models.DO_NOTHING", "models.CASCADE");
    check(&sources(OWNED), &planted, Kind::Statements, &["deleting Shelf", "should be 1"], &[]);
}

#[test]
fn an_on_delete_that_the_ddl_has_otherwise_than_the_schema_is_noticed() {
    // All three make the same mistake, so that only the schema's own word tells it.
    let compiler = |sources: &Sources, options: &trine::target::Options| {
        let mut compilation = trine::compile(sources, options);
        for (target, made) in &mut compilation.files {
            let (from, to) = match target {
                Target::Postgres => ("ON DELETE SET NULL", "ON DELETE CASCADE"),
                Target::Sqlalchemy => ("ondelete=\"SET NULL\"", "ondelete=\"CASCADE\""),
                Target::Django => continue,
            };
            made.contents = made.contents.replace(from, to);
        }
        compilation
    };
    let proof = proven_by(&sources(CLEARED), &compiler, &[SQLALCHEMY], 0);
    let told = proof.disagreements.iter().any(|it| {
        it.kind == Kind::Rows && it.side == Side::Sql && it.says.contains("the schema says")
    });
    assert!(told, "{:#?}", proof.disagreements);
}

#[test]
fn a_value_that_is_not_written_back_as_it_was_read_is_noticed() {
    let planted = swap!(
        SQLALCHEMY,
        "base.py",
        "self.enum_class(value).value",
        "str(next(iter(self.enum_class)).value)"
    );
    let program = sources("module m\n\nenum K { first, second }\n\nentity A {\n  k  K\n}\n");
    check(&program, &planted, Kind::Roundtrip, &["reading every row", "changed something"], &[]);
}
