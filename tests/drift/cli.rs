//! The command as a process: what it prints, where, and with which exit status.

use std::process::{Command, Output};

use super::example;
use super::support::examples::root;
use super::support::server::server;

/// Runs `trine drift` in the repository.
fn trine(arguments: &[&str], url: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trine"));
    command.current_dir(root()).arg("drift").args(arguments);
    command.env_remove("DATABASE_URL").env_remove("NO_COLOR");
    command.envs(url.map(|url| ("DATABASE_URL", url)));
    command.output().unwrap()
}

#[track_caller]
fn check(run: &Output, status: i32) -> (String, String) {
    let texts = [&run.stdout, &run.stderr].map(|text| String::from_utf8(text.clone()).unwrap());
    assert_eq!(run.status.code(), Some(status), "{}\n{}", texts[0], texts[1]);
    let [stdout, stderr] = texts;
    (stdout, stderr)
}

/// The alterations of the page.
const ALTERED: &str = "
    ALTER TABLE storefront_store ALTER name TYPE varchar(60);
    ALTER TABLE storefront_product DROP CONSTRAINT ck_storefront_product_price;
    ALTER TABLE storefront_banner DROP CONSTRAINT uq_storefront_banner_store_id_position,
      ADD CONSTRAINT uq_storefront_banner_store_id_position UNIQUE (store_id, position);
    CREATE TABLE banner_backup AS SELECT * FROM storefront_banner;
    CREATE TABLE django_migrations (id bigint);
";

#[test]
fn the_page_shows_what_the_command_prints() {
    let example = example("storefront").expect("it needs no extension");
    let database = server().scratch_from(&example.1, "page").unwrap();
    let url = database.url();
    let file = "examples/storefront.trine";
    let (stdout, stderr) = check(&trine(&[file, "--database", &url], None), 0);
    assert!(stdout.starts_with("no drift: 5 tables of `trine_page_"), "{stdout}");
    assert_eq!(stderr, "");

    database.connect().unwrap().batch_execute(ALTERED).unwrap();
    let (stdout, _) = check(&trine(&[file], Some(&url)), 1);
    let page = std::fs::read_to_string(root().join("docs/drift.md")).unwrap();
    let (differences, summary) = stdout.split_once("drift: ").unwrap();
    assert!(page.contains(differences), "{differences}");
    assert!(summary.starts_with("4 differences among 5 tables of `"), "{summary}");
    let last = stdout.lines().last().unwrap();
    assert!(page.lines().any(|line| line == last), "{last}");

    let (stdout, _) = check(&trine(&[file, "--format", "json"], Some(&url)), 1);
    let document: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let shown = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let shown: serde_json::Value = serde_json::from_str(shown).unwrap();
    assert_eq!(document["differences"][0], shown["differences"][0]);
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys(&document), keys(&shown));
    assert_eq!(document["others"], shown["others"]);
}

#[test]
fn patterns_come_from_the_command_line_and_the_project() {
    let example = example("storefront").expect("it needs no extension");
    let database = server().scratch_from(&example.1, "patterns").unwrap();
    database.connect().unwrap().batch_execute(ALTERED).unwrap();
    let url = database.url();
    let project = tempfile::tempdir().unwrap();
    let storefront = root().join("examples/storefront.trine");
    std::fs::copy(storefront, project.path().join("storefront.trine")).unwrap();
    let path = project.path().to_str().unwrap();
    let configure = |text: &str| std::fs::write(project.path().join("trine.toml"), text).unwrap();
    configure("[drift]\nignore = [\"banner_*\", \"D03*\"]\n");
    let (stdout, _) = check(&trine(&[path], Some(&url)), 1);
    assert!(stdout.contains("1 difference among"), "{stdout}");
    assert!(stdout.contains("note: 3 differences were left out, as you asked"), "{stdout}");
    check(&trine(&[path, "--ignore", "storefront_store.name"], Some(&url)), 0);
    configure("[drift]\nignore = \"banner_*\"\n");
    let (_, stderr) = check(&trine(&[path], Some(&url)), 2);
    assert!(stderr.contains("`ignore` is a list"), "{stderr}");
    configure("[drift]\nignored = []\n");
    let (_, stderr) = check(&trine(&[path], Some(&url)), 2);
    assert!(stderr.contains("did you mean `ignore`?"), "{stderr}");
}

#[test]
fn what_can_t_be_done_is_one_line_and_status_2() {
    let file = "examples/storefront.trine";
    let nowhere = "postgresql://nobody@127.0.0.1:1/none";
    for (arguments, url, said) in [
        (vec![file], None, "which database? give its URL with --database, or in DATABASE_URL"),
        (vec![file], Some(nowhere), "127.0.0.1:1"),
        (vec![file, "--database", "mysql://localhost/shop"], None, "mysql"),
        (vec!["no/such.trine"], Some(nowhere), "no/such.trine"),
    ] {
        let (stdout, stderr) = check(&trine(&arguments, url), 2);
        assert_eq!(stdout, "");
        assert!(stderr.starts_with("error: ") && stderr.lines().count() == 1, "{stderr}");
        assert!(stderr.contains(said), "{stderr}");
    }
}

#[test]
fn errors_in_the_schema_are_shown_before_any_database_is_asked() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("shop.trine");
    std::fs::write(&file, "module shop\nentity Book {\n  title  tekst\n}\n").unwrap();
    let (stdout, stderr) = check(&trine(&[file.to_str().unwrap()], None), 1);
    assert_eq!(stdout, "");
    assert!(stderr.starts_with("error[E0202]"), "{stderr}");
}
