//! The command line as a process: exit statuses, formats, what it writes and what it refuses.
#![allow(clippy::unwrap_used, reason = "the helpers of tests may panic as the tests may")]
#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

const SHOP: &str = "\
module shop

entity Product {
  name  varchar(80)
}
";

const BROKEN: &str = "\
module shop

entity Product {
  name  varchar(80)
  store  1 Store <-> * products
}

entity Store {
  name  varchar(80)
}
";

/// An enum that nothing uses: a warning.
const UNUSED: &str = "\
module shop

enum Size { small, large }

entity Product {
  name  varchar(80)
}
";

/// What a run gave.
struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

fn trine(directory: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_trine"))
        .args(arguments)
        .current_dir(directory)
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    Run {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A directory with these files.
fn place(files: &[(&str, &str)]) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for (path, contents) in files {
        put(place.path(), path, contents);
    }
    place
}

fn put(root: &Path, path: &str, contents: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, contents).unwrap();
}

fn check(run: &Run, status: i32) {
    assert_eq!(run.status, status, "stdout:\n{}\nstderr:\n{}", run.stdout, run.stderr);
}

/// The one line of a complaint.
fn complaint(run: &Run) -> &str {
    check(run, 2);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    run.stderr.strip_prefix("error: ").expect("a complaint begins with its kind").trim_end()
}

/// Every generated file with its time.
fn times(root: &Path) -> Vec<(String, SystemTime)> {
    fn walk(directory: &Path, found: &mut Vec<(String, SystemTime)>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                let time = fs::metadata(&path).unwrap().modified().unwrap();
                found.push((path.to_string_lossy().into_owned(), time));
            }
        }
    }
    let mut found = Vec::new();
    walk(root, &mut found);
    found.sort();
    found
}

#[test]
fn one_file_builds_without_configuration() {
    let place = place(&[("shop.trine", SHOP)]);
    let run = trine(place.path(), &["build", "shop.trine", "--out", "generated"]);
    check(&run, 0);
    assert_eq!(run.stdout, "");
    for path in [
        "postgres/schema.sql",
        "sqlalchemy/models/__init__.py",
        "sqlalchemy/models/shop.py",
        "django/shop/__init__.py",
        "django/shop/apps.py",
        "django/shop/models.py",
        "django/shop/migrations/__init__.py",
        "django/shop/migrations/0001_initial.py",
    ] {
        let text = fs::read_to_string(place.path().join("generated").join(path))
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(trine::targets::is_generated(&text), "{path} has no header");
    }
}

#[test]
fn a_second_build_changes_no_files_time() {
    let place = place(&[("shop.trine", SHOP)]);
    check(&trine(place.path(), &["build", "shop.trine"]), 0);
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let generated = place.path().join("generated");
    for (path, _) in times(&generated) {
        fs::File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    }
    let run = trine(place.path(), &["build", "shop.trine"]);
    check(&run, 0);
    let times = times(&generated);
    assert!(times.len() > 5);
    assert!(times.iter().all(|(_, time)| *time == long_ago), "{times:?}");
    assert!(!run.stderr.contains("written"), "{}", run.stderr);
}

#[test]
fn errors_in_the_input_are_status_1_and_write_nothing() {
    let place = place(&[("shop.trine", BROKEN)]);
    let run = trine(place.path(), &["build", "shop.trine"]);
    check(&run, 1);
    assert!(run.stderr.contains("error[E0401]"), "{}", run.stderr);
    assert!(run.stderr.contains("shop.trine:5:"), "{}", run.stderr);
    assert!(run.stderr.contains("`trine explain E0401`"), "{}", run.stderr);
    assert!(!place.path().join("generated").exists());
    check(&trine(place.path(), &["check", "shop.trine"]), 1);
}

#[test]
fn warnings_are_status_1_only_when_they_are_denied() {
    let place = place(&[("shop.trine", UNUSED)]);
    let run = trine(place.path(), &["build", "shop.trine"]);
    check(&run, 0);
    assert!(run.stderr.contains("warning[W0102]"), "{}", run.stderr);
    fs::remove_dir_all(place.path().join("generated")).unwrap();
    check(&trine(place.path(), &["build", "shop.trine", "--deny", "warnings"]), 1);
    assert!(!place.path().join("generated").exists());
    check(&trine(place.path(), &["check", "shop.trine", "--deny", "warnings"]), 1);
}

#[test]
fn every_format_says_the_same_on_its_stream() {
    let place = place(&[("shop.trine", BROKEN)]);
    let short = trine(place.path(), &["check", "shop.trine", "--format", "short"]);
    check(&short, 1);
    assert_eq!(short.stderr, "");
    let line = short.stdout.lines().next().unwrap();
    assert!(line.starts_with("shop.trine:5:3: error[E0401]: "), "{line}");

    let github = trine(place.path(), &["check", "shop.trine", "--format", "github"]);
    check(&github, 1);
    assert!(github.stdout.starts_with("::error file=shop.trine,line=5,"), "{}", github.stdout);

    for format in ["json", "sarif"] {
        let run = trine(place.path(), &["check", "shop.trine", "--format", format]);
        check(&run, 1);
        let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert!(document.to_string().contains("E0401"));
    }
}

#[test]
fn colour_is_used_when_it_is_asked_for() {
    let place = place(&[("shop.trine", BROKEN)]);
    let plain = trine(place.path(), &["check", "shop.trine"]);
    assert!(!plain.stderr.contains('\u{1b}'));
    let coloured = trine(place.path(), &["check", "shop.trine", "--color", "always"]);
    assert!(coloured.stderr.contains('\u{1b}'));
}

#[test]
fn a_project_of_two_modules_in_two_places_is_one_program() {
    let place = place(&[
        (
            "trine.toml",
            "[project]\nsources = [\"schema\", \"more/sales.trine\"]\n\
             [sqlalchemy]\nout = \"py\"\npackage = \"tables\"\n[postgres]\n",
        ),
        ("schema/shop.trine", SHOP),
        (
            "more/sales.trine",
            "module sales\n\nentity Sale {\n  product  1 shop.Product <-> * sales  on delete restrict\n}\n",
        ),
        ("more/ignored.trine", "this is not read"),
        ("schema/deep/.hidden/ignored.trine", "nor this"),
    ]);
    let deep = place.path().join("schema/deep");
    let run = trine(&deep, &["build"]);
    check(&run, 0);
    let root = place.path();
    assert!(root.join("py/tables/shop.py").exists());
    assert!(root.join("py/tables/sales.py").exists());
    let sql = fs::read_to_string(root.join("generated/postgres/schema.sql")).unwrap();
    assert!(sql.contains("sales_sale"), "{sql}");
    assert!(!root.join("generated/django").exists(), "there is no [django]");

    let run = trine(root, &["build", ".", "--out", "elsewhere", "--target", "django"]);
    check(&run, 0);
    assert!(root.join("elsewhere/django/sales/models.py").exists());
    assert!(!root.join("elsewhere/postgres").exists());
}

#[test]
fn a_directory_without_configuration_is_a_program_too() {
    let place = place(&[("schema/a.trine", SHOP), ("schema/b/c.trine", "module other\n")]);
    check(&trine(place.path(), &["check", "schema"]), 0);
    let empty = tempfile::tempdir().unwrap();
    let run = trine(empty.path(), &["check", "."]);
    assert!(complaint(&run).contains("no `.trine` file"), "{}", run.stderr);
}

#[test]
fn a_project_is_searched_upwards_and_missed_clearly() {
    let place = tempfile::tempdir().unwrap();
    let run = trine(place.path(), &["build"]);
    assert!(complaint(&run).contains("no `trine.toml`"), "{}", run.stderr);
}

#[test]
fn a_project_fills_its_slots() {
    let schema = "module billing\nentity Person { name text }\nentity Company { name text }\n\
                  union Customer = Person | Company as slot\n\
                  entity Invoice { customer 1 Customer <-> * invoices on delete restrict }\n";
    let cases = [
        ("[slots]\nbilling.Customer = \"Company\"\n", None),
        ("[slots]\nbilling.Customer = \"Nobody\"\n", Some("is no alternative of `Customer`")),
        ("[slots]\nbilling.Customr = \"Company\"\n", Some("which is no slot")),
        ("[slots]\nCustomer = \"Company\"\n", Some("a slot is of a module")),
        ("", Some("nothing fills the slot `Customer`")),
    ];
    for (config, expected) in cases {
        let place = place(&[("trine.toml", config), ("billing.trine", schema)]);
        let run = trine(place.path(), &["build", ".", "--out", "out"]);
        match expected {
            Some(expected) => {
                assert_ne!(run.status, 0, "{config}");
                assert!(run.stderr.contains(expected), "{config}: {}", run.stderr);
            }
            None => {
                assert_eq!(run.status, 0, "{}", run.stderr);
                let sql = fs::read_to_string(place.path().join("out/postgres/schema.sql")).unwrap();
                assert!(sql.contains("REFERENCES billing_company (id)"), "{sql}");
                assert!(!sql.contains("REFERENCES billing_person"), "{sql}");
            }
        }
    }
}

#[test]
fn configuration_is_read_strictly() {
    for (config, place_in_it, said) in [
        ("[sqlalchemy]\npakage = \"x\"\n", "trine.toml:2:1: ", "did you mean `package`?"),
        ("\n[djang]\n", "trine.toml:2:2: ", "did you mean `django`?"),
        ("[project]\nsources = \"schema\"\n", "trine.toml:2:11: ", "is a list"),
        ("[django]\nversion = 6.1\n", "trine.toml:2:11: ", "takes a string"),
        ("[django]\nversion = \"main\"\n", "trine.toml:2:11: ", "`5.2` and `6.1`"),
        ("[sqlalchemy]\npackage = \"class\"\n", "trine.toml:2:11: ", "can't import"),
        (
            "[sqlalchemy]\npackage = \"shop.models\"\n",
            "trine.toml:2:11: ",
            "let `out` end in `shop`",
        ),
        ("[sqlalchemy]\nlazy = \"selectinn\"\n", "trine.toml:2:8: ", "did you mean `selectin`?"),
        ("[postgres\n", "trine.toml:1:", ""),
    ] {
        let place = place(&[("trine.toml", config), ("shop.trine", SHOP)]);
        let run = trine(place.path(), &["build"]);
        let line = complaint(&run);
        assert!(line.starts_with(place_in_it) && line.contains(said), "{config}: {line}");
    }
}

#[test]
fn a_file_that_trine_did_not_write_is_refused_with_a_way_out() {
    let place = place(&[("shop.trine", SHOP), ("generated/django/shop/models.py", "# mine\n")]);
    let run = trine(place.path(), &["build", "shop.trine"]);
    let line = complaint(&run);
    assert!(
        line.starts_with("generated/django/shop/models.py: was not written by Trine"),
        "{line}"
    );
    assert!(!place.path().join("generated/postgres").exists());
}

#[test]
fn a_migration_out_of_date_is_said_and_made_anew_on_request() {
    let place = place(&[("shop.trine", SHOP)]);
    check(&trine(place.path(), &["build", "shop.trine"]), 0);
    put(place.path(), "shop.trine", SHOP.replace("varchar(80)", "varchar(90)"));
    let run = trine(place.path(), &["build", "shop.trine"]);
    check(&run, 0);
    assert!(run.stderr.contains("0001_initial.py is out of date"), "{}", run.stderr);
    let run = trine(place.path(), &["build", "shop.trine", "--replace-initial"]);
    check(&run, 0);
    assert!(!run.stderr.contains("out of date"), "{}", run.stderr);
    let run = trine(place.path(), &["build", "shop.trine"]);
    assert!(!run.stderr.contains("out of date"), "{}", run.stderr);
}

#[test]
fn what_cannot_be_read_is_one_clear_line() {
    let place = place(&[]);
    put(place.path(), "latin.trine", b"module caf\xe9\n");
    fs::create_dir(place.path().join("folder.trine")).unwrap();
    let line = |arguments: &[&str]| complaint(&trine(place.path(), arguments)).to_owned();
    assert_eq!(
        line(&["check", "latin.trine"]),
        "latin.trine:1:11: not UTF-8: there is a byte 0xE9"
    );
    assert_eq!(
        line(&["check", "missing.trine"]),
        "missing.trine: can't read this: no such file or directory"
    );
    put(place.path(), "notes.txt", "");
    assert_eq!(line(&["check", "notes.txt"]), "notes.txt: not a `.trine` file");
    assert!(line(&["check", "folder.trine"]).contains("no `.trine` file"));
}

#[test]
fn several_unreadable_files_are_all_said() {
    let place = place(&[]);
    put(place.path(), "a.trine", b"\xff");
    put(place.path(), "b.trine", b"ok\n\xfe");
    let run = trine(place.path(), &["check", "."]);
    check(&run, 2);
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(
        lines,
        [
            "error: a.trine:1:1: not UTF-8: there is a byte 0xFF",
            "error: b.trine:2:1: not UTF-8: there is a byte 0xFE"
        ]
    );
}

#[test]
fn what_init_writes_builds_and_nothing_is_written_over() {
    let place = tempfile::tempdir().unwrap();
    check(&trine(place.path(), &["init", "My Shop"]), 0);
    assert!(place.path().join("My Shop/schema/my_shop.trine").exists());
    let run = trine(place.path(), &["build", "My Shop", "--deny", "warnings"]);
    check(&run, 0);
    assert!(place.path().join("My Shop/generated/django/my_shop/models.py").exists());
    let before = fs::read(place.path().join("My Shop/trine.toml")).unwrap();
    let run = trine(place.path(), &["init", "My Shop"]);
    assert!(complaint(&run).contains("is there already"), "{}", run.stderr);
    assert_eq!(fs::read(place.path().join("My Shop/trine.toml")).unwrap(), before);

    for name in ["class", "123", "-", "django"] {
        check(&trine(place.path(), &["init", &format!("./{name}")]), 0);
        assert!(place.path().join(name).join("schema/app.trine").exists(), "{name}");
    }
}

#[test]
fn the_first_steps_of_the_readme_go_as_it_says() {
    let place = tempfile::tempdir().unwrap();
    check(&trine(place.path(), &["init", "shop"]), 0);
    let schema = place.path().join("shop/schema/shop.trine");
    let text = fs::read_to_string(&schema).unwrap();
    assert!(text.contains("  on delete restrict"));
    fs::write(&schema, text.replace("  on delete restrict", "")).unwrap();
    let run = trine(&place.path().join("shop"), &["check"]);
    check(&run, 1);
    let said = run.stderr.lines().next().unwrap();
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    assert!(readme.lines().any(|line| line == said), "the README does not show\n{said}");
}

#[test]
fn codes_are_explained() {
    let place = tempfile::tempdir().unwrap();
    let run = trine(place.path(), &["explain", "E0401"]);
    check(&run, 0);
    assert!(run.stdout.contains("a relation without its delete rule"), "{}", run.stdout);
    assert!(!run.stdout.contains("```"));
    assert_eq!(trine(place.path(), &["explain", "e0401"]).stdout, run.stdout);
    let list = trine(place.path(), &["explain"]);
    check(&list, 0);
    let codes = trine::diagnostics::Code::ALL.len() + trine::diff::Code::ALL.len();
    let topics = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/unions")).unwrap();
    // All but the table that the others show.
    assert_eq!(list.stdout.lines().count(), codes + topics.count() - 1);
    let run = trine(place.path(), &["explain", "d0305"]);
    check(&run, 0);
    assert!(
        run.stdout.starts_with("D0305: a constraint is checked at another time"),
        "{}",
        run.stdout
    );
    let run = trine(place.path(), &["explain", "E0491"]);
    assert!(complaint(&run).contains("did you mean E04"), "{}", run.stderr);
}

#[test]
fn the_ways_to_store_a_union_are_explained_with_what_was_measured() {
    let place = tempfile::tempdir().unwrap();
    let explain = |name| {
        let run = trine(place.path(), &["explain", name]);
        check(&run, 0);
        run.stdout
    };
    let list = trine(place.path(), &["explain"]).stdout;
    for strategy in trine::schema::Strategy::ALL {
        let name = strategy.name();
        let page = explain(name);
        assert!(page.starts_with(&format!("{name}: ")), "{page}");
        assert!(list.contains(&format!("\n{name}  ")), "{list}");
    }
    let arc = explain("arc");
    assert!(arc.contains("\n  `arc` ") && arc.contains("\n  `generic` "), "{arc}");
    assert!(!arc.contains("\n  `link` ") && !arc.contains("](") && arc.contains("W0801"), "{arc}");
    assert_eq!(explain("ARC"), arc);
    let all = explain("unions");
    assert!(all.contains("\n  `arc` ") && all.contains("\n  `link` "), "{all}");
    let run = trine(place.path(), &["explain", "inheritence"]);
    assert!(complaint(&run).contains("did you mean inheritance?"), "{}", run.stderr);
    let help = trine(place.path(), &["help", "explain"]).stdout;
    for name in ["unions", "arc", "link", "supertype", "inheritance", "split", "slot", "untyped"] {
        assert!(help.contains(name), "{help}");
        explain(name);
    }
}

#[test]
fn wrong_usage_is_status_2_and_help_is_not() {
    let place = tempfile::tempdir().unwrap();
    check(&trine(place.path(), &[]), 2);
    check(&trine(place.path(), &["bild"]), 2);
    check(&trine(place.path(), &["build", "--target", "mysql"]), 2);
    check(&trine(place.path(), &["check", "--format", "xml"]), 2);
    let run = trine(place.path(), &["help"]);
    check(&run, 0);
    assert!(run.stdout.contains("Examples:") && run.stdout.contains("Exit status:"));
    check(&trine(place.path(), &["help", "build"]), 0);
    check(&trine(place.path(), &["--version"]), 0);
}

/// A program that takes a while to write: so many entities in so many modules.
#[cfg(unix)]
fn large(root: &Path, modules: usize, entities: usize) {
    for module in 0..modules {
        let mut text = format!("module m{module}\n");
        for entity in 0..entities {
            text.push_str(&format!("\nentity E{entity} {{\n  name  varchar(80)\n}}\n"));
        }
        put(root, &format!("schema/m{module}.trine"), text);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_everything_or_nothing() {
    let place = tempfile::tempdir().unwrap();
    large(place.path(), 20, 3);
    let mut whole = None;
    for delay in [0, 20, 40, 60, 80, 100, 150, 200, 300, 2000] {
        let generated = place.path().join("generated");
        let _ = fs::remove_dir_all(&generated);
        let mut child = Command::new(env!("CARGO_BIN_EXE_trine"))
            .args(["build", "schema"])
            .current_dir(place.path())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        let signal = Command::new("kill").args(["-INT", &child.id().to_string()]).output();
        signal.expect("every Unix has `kill`");
        child.wait().unwrap();
        let files = if generated.exists() { times(&generated).len() } else { 0 };
        assert!(
            files == 0 || *whole.get_or_insert(files) == files,
            "{files} files after an interrupt at {delay} ms, of {whole:?}"
        );
    }
    assert!(whole.is_some(), "two seconds are enough to write it");
}
