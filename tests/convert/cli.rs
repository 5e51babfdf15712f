//! The command as a process: what it prints, where, and with which exit status.

use std::process::{Command, Output};

use trine::live::Scratch;

use crate::place::{database, dump, schema};
use crate::support::examples::root;

struct Place {
    database: Scratch,
    directory: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("tracker.trine"), schema("arc")).unwrap();
        Place { database: database(), directory }
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trine"));
        command.current_dir(&self.directory).arg("convert-generic").args(arguments);
        command.env("DATABASE_URL", self.database.url()).env_remove("NO_COLOR");
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (status.code().unwrap(), text(stdout), text(stderr))
    }
}

#[test]
fn an_audit_is_what_is_printed_first() {
    let place = Place::new();
    let before = dump(&place.database);
    let (status, out, err) = place.run(&["Task.owner", "tracker.trine"]);
    assert_eq!(
        out,
        "Task.owner: Person | Group as arc, out of tracker_task.object_id, content_type_id\n\n\
         40  rows of tracker_task\n30  tracker.person → Person\n10  tracker.group → Group\n"
            .replace("object_id, content_type_id", "content_type_id, object_id")
    );
    assert_eq!((status, err.as_str()), (0, ""));
    before.assert_same(&dump(&place.database), "");
}

#[test]
fn a_script_goes_to_a_file_with_its_way_back_beside_it() {
    let place = Place::new();
    let arguments = ["Task.owner", "tracker.trine", "--format", "sql", "--out", "owner.sql"];
    let (status, out, err) = place.run(&arguments);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    let read = |name: &str| std::fs::read_to_string(place.directory.path().join(name)).unwrap();
    assert!(read("owner.sql").contains("\\set ON_ERROR_STOP on\n"));
    let (_, printed, _) =
        place.run(&["Task.owner", "tracker.trine", "--format", "sql", "--reverse"]);
    assert_eq!(read("owner.reverse.sql"), printed);
    let (status, _, err) = place.run(&arguments);
    assert_eq!(status, 2);
    assert!(err.contains("error: --out: owner.sql exists"), "{err}");
}

#[test]
fn what_stands_in_the_way_is_said_and_nothing_is_printed() {
    let place = Place::new();
    let mut client = place.database.connect().unwrap();
    client.batch_execute("UPDATE tracker_task SET object_id = '99' WHERE id IN (3, 4)").unwrap();
    let (status, out, err) = place.run(&["Task.owner", "tracker.trine", "--format", "django"]);
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.contains(" 1  of tracker.person point at nothing:\n      3 → 99\n"), "{err}");
    assert!(
        err.contains(
            "\nin the way: 2 rows can't be converted: mend them; or --dangling quarantine"
        )
    );
    let (status, _, err) = place.run(&["Task.owner", "tracker.trine", "--dangling", "null"]);
    assert_eq!(status, 1, "{err}");
    let (status, out, _) = place.run(&["Task.owner", "tracker.trine", "--format", "json"]);
    assert_eq!(status, 1);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["version"], 1);
    assert_eq!(document["findings"][1]["named"][0]["key"][0], "3");
    assert_eq!(document["findings"][1]["kind"], "missing");
}

#[test]
fn what_can_t_be_told_is_one_line_and_status_2() {
    let place = Place::new();
    for (arguments, said) in [
        (
            vec!["tracker.trine"],
            "which relation? this schema has Task.owner, Reminder.about, Attachment.of",
        ),
        (
            vec!["Task.ownr", "tracker.trine"],
            "no relation is called `Task.ownr`; did you mean `Task.owner`?",
        ),
        (
            vec!["Task.owner", "tracker.trine", "--type", "a=b"],
            "`a` is no content type: write app.model",
        ),
        (
            vec!["Task.owner", "tracker.trine", "--type", "tracker.clint=Person"],
            "--type: django_content_type has no `tracker.clint`; did you mean `tracker.client`?",
        ),
        (
            vec!["Task.owner", "tracker.trine", "--type", "tracker.client=Team"],
            "--type: Owner has no alternative `Team`; it has Person, Group",
        ),
        (
            vec!["Task.owner", "tracker.trine", "--leave-out", "tracker.group"],
            "--leave-out tracker.group: it is an alternative of Owner",
        ),
        (
            vec!["Task.owner", "tracker.trine", "--format", "django"],
            "which migration does it follow? none of the app `tracker` ran in this database",
        ),
        (
            vec!["Task.owner", "tracker.trine", "--format", "django", "--reverse"],
            "--reverse: a migration",
        ),
    ] {
        let (status, out, err) = place.run(&arguments);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        let last = err.lines().last().unwrap();
        assert!(last.starts_with("error: ") && last.contains(said), "{err}");
    }
}

#[test]
fn the_page_shows_what_the_command_prints() {
    let place = Place::new();
    let mut client = place.database.connect().unwrap();
    client
        .batch_execute(
            "UPDATE tracker_task SET object_id = '99' WHERE id IN (3, 4);
             UPDATE tracker_task SET object_id = 'x1' WHERE id = 5;
             UPDATE tracker_task SET content_type_id = content_type('team'), object_id = '201' WHERE id = 10",
        )
        .unwrap();
    let page = std::fs::read_to_string(root().join("docs/convert-generic.md")).unwrap();
    let (_, out, _) = place.run(&["Task.owner", "tracker.trine"]);
    assert!(page.contains(&out), "{out}");
    let (_, out, _) = place.run(&["Task.owner", "tracker.trine", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    let shown = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let shown: serde_json::Value = serde_json::from_str(shown).unwrap();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys(&document), keys(&shown));
    assert_eq!(keys(&document["findings"][0]), keys(&shown["findings"][0]));
    assert_eq!(keys(&document["types"][0]), keys(&shown["types"][0]));
}
