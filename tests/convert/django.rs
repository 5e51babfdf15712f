//! A Django project that was written by hand: its migration there and back, and what is then in its place.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;
use trine::live::Scratch;

use crate::place::{dump, number, schema};
use crate::support::examples::root;
use crate::support::server::server;
use crate::support::session::interpreter;

/// A project in a directory of its own, with a database of its own.
struct Project {
    directory: TempDir,
    database: Scratch,
}

/// The Python of the tests.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| interpreter().unwrap_or_else(|reason| panic!("{reason}")))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

impl Project {
    /// The project, migrated, with persons and groups.
    fn new() -> Project {
        static TEMPLATE: OnceLock<Project> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let directory = tempfile::tempdir().unwrap();
            copy(&root().join("tests/data/generic"), directory.path());
            let project = Project { directory, database: server().scratch("project").unwrap() };
            project.django(&["makemigrations", "tracker"]);
            project.django(&["migrate"]);
            let mut client = project.database.connect().unwrap();
            client
                .batch_execute(
                    "INSERT INTO tracker_person (name) SELECT 'person ' || n FROM generate_series(1, 10000) n;
                     INSERT INTO tracker_group (name) SELECT 'group ' || n FROM generate_series(1, 1000) n",
                )
                .unwrap();
            project
        });
        let directory = tempfile::tempdir().unwrap();
        copy(template.directory.path(), directory.path());
        Project {
            directory,
            database: server().scratch_from(&template.database, "project").unwrap(),
        }
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.directory).env("DATABASE_URL", self.database.url());
        command.env("PYTHONPATH", self.directory.path()).env("DJANGO_SETTINGS_MODULE", "settings");
        command.env("PYTHONDONTWRITEBYTECODE", "1").env_remove("NO_COLOR");
        command
    }

    /// What a command of Django's prints.
    #[track_caller]
    fn django(&self, arguments: &[&str]) -> String {
        let output =
            self.command(python()).args(["-m", "django"]).args(arguments).output().unwrap();
        let [out, err] =
            [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        assert!(output.status.success(), "{arguments:?}\n{out}\n{err}");
        out
    }

    /// Runs Python in the project.
    #[track_caller]
    fn python(&self, code: &str) -> String {
        let code = format!("import django\ndjango.setup()\n{code}");
        let output = self.command(python()).args(["-W", "error", "-c", &code]).output().unwrap();
        let [out, err] =
            [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        assert!(output.status.success(), "{out}\n{err}");
        out
    }

    #[track_caller]
    fn trine(&self, arguments: &[&str], status: i32) -> String {
        let trine = Path::new(env!("CARGO_BIN_EXE_trine"));
        let output = self.command(trine).args(arguments).output().unwrap();
        let [out, err] =
            [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        assert_eq!(output.status.code(), Some(status), "{arguments:?}\n{out}\n{err}");
        out
    }

    /// Whether ruff has nothing to say of a file.
    #[track_caller]
    fn is_tidy(&self, path: &str) {
        for arguments in [&["check", path][..], &["format", "--diff", path]] {
            let output =
                self.command(python()).args(["-m", "ruff"]).args(arguments).output().unwrap();
            let out = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "{out}");
        }
    }

    /// Puts generated models in the place of those that were written by hand.
    fn take_over(&self) {
        self.trine(&["build", ".", "--target", "django", "--out", "generated"], 0);
        let generated = self.directory.path().join("generated/django/tracker");
        for entry in fs::read_dir(generated).unwrap() {
            let path = entry.unwrap().path();
            // The migrations are the project's own.
            if path.is_file() {
                let name = path.file_name().unwrap();
                fs::copy(&path, self.directory.path().join("tracker").join(name)).unwrap();
            }
        }
    }

    /// What `trine drift` says of a table.
    fn drift(&self, table: &str) -> Vec<String> {
        let arguments = ["drift", ".", "--format", "json", "--ignore", "D0105"];
        let trine = Path::new(env!("CARGO_BIN_EXE_trine"));
        let output = self.command(trine).args(arguments).output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let differences = document["differences"].as_array().unwrap().iter();
        differences
            .filter(|difference| difference["table"] == table)
            .map(|difference| {
                let object = difference["object"].as_str().unwrap_or_default();
                format!("{} {object}", difference["change"].as_str().unwrap())
            })
            .collect()
    }
}

const MIGRATION: &str = "tracker/migrations/0002_task_owner.py";

#[test]
fn a_hundred_thousand_rows_go_forward_and_back() {
    let project = Project::new();
    let mut client = project.database.connect().unwrap();
    client
        .batch_execute(
            "CREATE FUNCTION content_type(model text) RETURNS integer LANGUAGE sql STABLE
                 AS 'SELECT id FROM django_content_type AS c WHERE app_label = ''tracker'' AND c.model = $1';
             INSERT INTO tracker_task (description, content_type_id, object_id)
             SELECT 'task ' || n, content_type(CASE WHEN n % 5 = 0 THEN 'group' ELSE 'person' END),
                    CASE WHEN n % 5 = 0 THEN 1 + n % 1000 ELSE 1 + n % 10000 END
             FROM generate_series(1, 100000) n;
             UPDATE tracker_task SET object_id = '9' || id + 1000000 WHERE id % 2000 = 7;
             UPDATE tracker_task SET object_id = ' 007' WHERE id = 12;
             CREATE TABLE said AS SELECT id, content_type_id, object_id FROM tracker_task;",
        )
        .unwrap();
    assert_eq!(number(&mut client, "SELECT count(*) FROM tracker_task WHERE id % 2000 = 7"), 50);

    let audit = project.trine(&["convert-generic", "Task.owner", ".", "--format", "json"], 1);
    let audit: Value = serde_json::from_str(&audit).unwrap();
    let named: Vec<i64> = audit["findings"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|finding| finding["named"].as_array().unwrap())
        .map(|row| row["key"][0].as_str().unwrap().parse().unwrap())
        .collect();
    let dangling: Vec<i64> = (0..50).map(|nth| nth * 2000 + 7).collect();
    let mut sorted = named.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, dangling);
    let print = ["convert-generic", "Task.owner", ".", "--format", "django"];
    assert_eq!(project.trine(&print, 1), "");

    let before = dump(&project.database);
    let more = ["--dangling", "quarantine", "--drop-old", "--out", MIGRATION];
    project.trine(&[&print[..], &more].concat(), 0);
    project.take_over();
    project.django(&["migrate"]);
    // Every row that can be converted says what it said.
    let kept = "SELECT count(*) FROM tracker_task AS t JOIN said USING (id)
                    WHERE CASE WHEN said.content_type_id = content_type('person')
                          THEN ROW(owner_person_id, owner_group_id) IS NOT DISTINCT FROM ROW(said.object_id::bigint, NULL)
                          ELSE ROW(owner_person_id, owner_group_id) IS NOT DISTINCT FROM ROW(NULL, said.object_id::bigint)
                          END";
    assert_eq!(number(&mut client, kept), 99_950);
    let aside = "SELECT count(*) FROM tracker_task_owner_quarantine WHERE id % 2000 = 7";
    assert_eq!(number(&mut client, aside), 50);
    let differs = project.drift("tracker_task");
    let differs: Vec<&String> =
        differs.iter().filter(|line| !line.starts_with("besides")).collect();
    assert_eq!(differs, Vec::<&String>::new());
    let counted = project.python(
        "from tracker.models import Task\n\
             print(Task.objects.filter(owner_person__name='person 8').count())",
    );
    let wanted = "SELECT count(*) FROM said WHERE content_type_id = content_type('person')
                      AND trim(object_id)::bigint = 8";
    assert_eq!(counted.trim(), number(&mut client, wanted).to_string());

    project.django(&["migrate", "tracker", "0001"]);
    before.assert_same(&dump(&project.database), "");
}

/// The schema as it was: the generic columns are columns like others.
fn generic(text: &str) -> String {
    // Without the unions, and the sentences about them.
    let kept = text.lines().filter(|line| !line.starts_with("union") && !line.starts_with("///"));
    let mut text: String = kept.map(|line| format!("{line}\n")).collect();
    for (old, new) in [
        (
            "owner  1 Owner <-> * tasks  on delete cascade",
            "object_id  varchar(64)\n  content_type  1 ContentType <-> * _  on delete cascade\n  \
             index (content_type, object_id)\n  unique (description, content_type, object_id)\n  \
             check (object_id <> \"x\") as told",
        ),
        ("about  0..1 Subject <-> * reminders  on delete set null", ""),
        ("of  0..1 Attachable <-> 0..1 attachment  on delete cascade", ""),
    ] {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    text.push_str(
        "\nexternal entity ContentType {\n  table \"django_content_type\"\n  id  integer  key\n  \
         @django(model: \"contenttypes.ContentType\")\n}\n",
    );
    text
}

/// What refers to tasks.
const NOTE: &str =
    "entity Note {\n  text  text\n  task  1 Task <-> * notes  on delete cascade\n}\n";

/// Only `Task.owner` is a relation to a union.
fn with_owner(text: &str) -> String {
    let about = "about  0..1 Subject <-> * reminders  on delete set null";
    let of = "of  0..1 Attachable <-> 0..1 attachment  on delete cascade";
    let text = text.replace(about, "").replace(of, "");
    let unused = ["union Subject", "union Attachable", "///"];
    let kept = text.lines().filter(|line| !unused.iter().any(|unused| line.starts_with(unused)));
    kept.map(|line| format!("{line}\n")).collect()
}

#[test]
fn django_finds_nothing_to_migrate_behind_an_arc() {
    nothing_to_migrate("arc");
}

#[test]
fn django_finds_nothing_to_migrate_behind_a_link() {
    nothing_to_migrate("link");
}

#[test]
fn django_finds_nothing_to_migrate_behind_a_supertype() {
    nothing_to_migrate("supertype");
}

#[test]
fn django_finds_nothing_to_migrate_behind_an_inheritance() {
    nothing_to_migrate("inheritance");
}

#[test]
fn django_finds_nothing_to_migrate_behind_a_split() {
    nothing_to_migrate("split");
}

#[test]
fn django_finds_nothing_to_migrate_behind_a_slot() {
    nothing_to_migrate("slot");
}

/// Nor does drift find anything that differs, and there is a way back.
fn nothing_to_migrate(strategy: &str) {
    let directory = tempfile::tempdir().unwrap();
    copy(&root().join("tests/data/generic"), directory.path());
    let project = Project { directory, database: server().scratch("states").unwrap() };
    let write = |text: &str| {
        // Nothing refers to what is split.
        let text = if strategy == "split" { &text.replace(NOTE, "") } else { text };
        fs::write(project.directory.path().join("tracker.trine"), text).unwrap();
    };
    write(&generic(&schema(strategy)));
    // A slot takes the rows of one alternative.
    let owners = match strategy {
        "slot" => "Person.objects.create(name='Ada'),",
        // No two owners may have one key.
        "inheritance" => {
            "Person.objects.create(name='Ada'), Group.objects.create(pk=101, name='all')"
        }
        _ => "Person.objects.create(name='Ada'), Group.objects.create(name='all')",
    };
    fs::write(project.directory.path().join("tracker/models.py"), "").unwrap();
    project.take_over();
    let initial = "tracker/migrations/0001_initial.py";
    let from = project.directory.path().join("generated/django").join(initial);
    fs::copy(from, project.directory.path().join(initial)).unwrap();
    project.django(&["migrate"]);
    project.python(&format!(
        "from django.contrib.contenttypes.models import ContentType\n\
         from tracker.models import Group, Person, Task\n\
         for owner in ({owners}):\n    \
             kind = ContentType.objects.get_for_model(owner)\n    \
             for text in 'ab':\n        \
                 Task.objects.create(description=text, content_type=kind, object_id=str(owner.pk))\n",
    ));
    let before = dump(&project.database);

    write(&with_owner(&schema(strategy)));
    if strategy == "slot" {
        let slots = "[slots]\ntracker.Owner = \"Person\"\n";
        fs::write(project.directory.path().join("trine.toml"), slots).unwrap();
    }
    let print = ["convert-generic", "--format", "django", "."];
    let print = [print[0], "Task.owner", print[3], print[1], print[2]];
    project.trine(&[&print[..], &["--out", MIGRATION]].concat(), 0);
    project.is_tidy(MIGRATION);
    project.take_over();
    project.django(&["makemigrations", "--check", "--dry-run"]);
    project.django(&["migrate"]);
    let mut differs = project.drift("tracker_task");
    differs.extend(project.drift("tracker_person"));
    differs.extend(project.drift("tracker_owner"));
    assert!(differs.iter().all(|line| line.starts_with("besides")), "{differs:?}");

    let later = "tracker/migrations/0003_task_owner_generic_columns.py";
    project.trine(&[&print[..], &["--drop-old", "--out", later]].concat(), 0);
    project.django(&["makemigrations", "--check", "--dry-run"]);
    project.django(&["migrate"]);
    // The table that was split is kept for the way back.
    let archive = if strategy == "split" { "tracker_task_owner_archive" } else { "D0105" };
    let drift = ["drift", ".", "--ignore", "D0105", "--ignore", archive];
    project.trine(&drift, 0);

    // An empty database, such as Django makes for tests: it knows no content type yet.
    let directory = tempfile::tempdir().unwrap();
    copy(project.directory.path(), directory.path());
    let fresh = Project { directory, database: server().scratch("fresh").unwrap() };
    fresh.django(&["migrate"]);
    fresh.trine(&drift, 0);

    project.django(&["migrate", "tracker", "0002"]);
    project.django(&["migrate", "tracker", "0001"]);
    // Django keeps the content type of a model that is gone.
    let mut client = project.database.connect().unwrap();
    client.batch_execute("DELETE FROM django_content_type WHERE model IN ('ownerrow', 'persontask', 'grouptask')").unwrap();
    before.assert_same(&dump(&project.database), "");
}
