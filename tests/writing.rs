//! Files on a disk: everything or nothing, only what changed, never over another's.
#![allow(clippy::unwrap_used, reason = "the helpers of tests may panic as the tests may")]
#![cfg(feature = "project")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::TempDir;
use trine::project::{Initial, Plan, Problems, Project, Report};
use trine::target::Target;
use trine::targets::{HEADER, OutputFile};

/// A project in a directory of its own, and its output below `generated`.
struct Place {
    directory: TempDir,
    project: Project,
}

impl Place {
    fn new() -> Place {
        let directory = tempfile::tempdir().unwrap();
        let source = directory.path().join("shop.trine");
        fs::write(&source, "module shop\n").unwrap();
        let mut project = Project::load(&source).unwrap();
        project.set_out(directory.path().join("generated"));
        Place { directory, project }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join("generated").join(path)
    }

    fn write(&self, files: &[(Target, &str, &str)]) -> Result<Report, Problems> {
        self.write_with(Initial::Keep, files)
    }

    fn write_with(
        &self,
        initial: Initial,
        files: &[(Target, &str, &str)],
    ) -> Result<Report, Problems> {
        self.plan(initial, files)?.write()
    }

    fn plan(&self, initial: Initial, files: &[(Target, &str, &str)]) -> Result<Plan, Problems> {
        let files = files.iter().map(|&(target, path, body)| {
            let once = path.contains("/migrations/0");
            let contents = format!("{} {HEADER}\n{body}", sign(path));
            (target, OutputFile { path: path.to_owned(), contents, once })
        });
        Plan::new(&self.project, files.collect(), initial)
    }

    /// Puts a file there that Trine did not write.
    fn put(&self, path: &str, contents: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    /// Every path below the output, directories with a `/`.
    fn tree(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(&self.path(""), &self.path(""), &mut found);
        found.sort();
        found
    }
}

fn sign(path: &str) -> &'static str {
    if path.ends_with(".sql") { "--" } else { "#" }
}

fn walk(root: &Path, directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        if path.is_dir() {
            found.push(format!("{name}/"));
            walk(root, &path, found);
        } else {
            found.push(name);
        }
    }
}

fn modified(path: &Path) -> SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

/// Each problem's path below the output, and its message.
fn problems(place: &Place, result: Result<Report, Problems>) -> Vec<(String, String)> {
    let root = place.path("");
    let problems = result.expect_err("something is in the way").0;
    problems
        .into_iter()
        .map(|problem| {
            assert!(!problem.to_string().contains('\n'), "one line: {problem}");
            let path = problem.path.strip_prefix(&root).unwrap_or(&problem.path);
            (path.to_string_lossy().replace('\\', "/"), problem.message)
        })
        .collect()
}

const SQL: (Target, &str, &str) = (Target::Postgres, "schema.sql", "CREATE TABLE t ();\n");
const MODELS: (Target, &str, &str) = (Target::Django, "shop/models.py", "class T: ...\n");
const MIGRATION: (Target, &str, &str) =
    (Target::Django, "shop/migrations/0001_initial.py", "class Migration: ...\n");

#[test]
fn a_first_build_writes_everything_and_leaves_nothing_else() {
    let place = Place::new();
    let report = place.write(&[SQL, MODELS, MIGRATION]).unwrap();
    assert_eq!(report.targets.iter().map(|target| target.written.len()).sum::<usize>(), 3);
    assert_eq!(
        place.tree(),
        [
            "django/",
            "django/shop/",
            "django/shop/migrations/",
            "django/shop/migrations/0001_initial.py",
            "django/shop/models.py",
            "postgres/",
            "postgres/schema.sql",
        ]
    );
}

#[test]
fn a_file_that_does_not_change_keeps_its_time() {
    let place = Place::new();
    place.write(&[SQL, MODELS]).unwrap();
    let long_ago = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    for path in ["postgres/schema.sql", "django/shop/models.py"] {
        let file = fs::File::options().write(true).open(place.path(path)).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    let changed = (SQL.0, SQL.1, "CREATE TABLE u ();\n");
    let report = place.write(&[changed, MODELS]).unwrap();
    assert_eq!(modified(&place.path("django/shop/models.py")), long_ago);
    assert!(modified(&place.path("postgres/schema.sql")) > long_ago);
    assert_eq!((report.targets[0].written.len(), report.targets[0].unchanged), (1, 0));
    assert_eq!((report.targets[2].written.len(), report.targets[2].unchanged), (0, 1));
}

#[test]
fn a_file_of_another_is_never_touched_and_stops_everything() {
    let place = Place::new();
    place.put("django/shop/models.py", "# mine\n");
    let found = problems(&place, place.write(&[SQL, MODELS]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "django/shop/models.py");
    assert!(found[0].1.contains("was not written by Trine"), "{}", found[0].1);
    assert_eq!(fs::read_to_string(place.path("django/shop/models.py")).unwrap(), "# mine\n");
    assert!(!place.path("postgres").exists());
}

#[test]
fn an_empty_file_is_nobodys() {
    let place = Place::new();
    place.put("django/shop/models.py", "\n");
    place.write(&[MODELS]).unwrap();
    assert!(fs::read_to_string(place.path("django/shop/models.py")).unwrap().contains(HEADER));
}

#[test]
fn a_migration_that_exists_stays_until_it_is_to_be_replaced() {
    let place = Place::new();
    place.write(&[MODELS, MIGRATION]).unwrap();
    let path = place.path(&format!("django/{}", MIGRATION.1));
    let old = fs::read_to_string(&path).unwrap();
    let models = (MODELS.0, MODELS.1, "class U: ...\n");
    let migration = (MIGRATION.0, MIGRATION.1, "class Migration: atomic = True\n");

    let report = place.write(&[models, migration]).unwrap();
    assert_eq!(report.targets[2].outdated, std::slice::from_ref(&path));
    assert_eq!(report.targets[2].written.len(), 1);
    assert_eq!(fs::read_to_string(&path).unwrap(), old);

    let report = place.write_with(Initial::Replace, &[models, migration]).unwrap();
    assert_eq!(report.targets[2].written, std::slice::from_ref(&path));
    assert!(fs::read_to_string(&path).unwrap().contains("atomic"));
}

#[test]
fn a_migration_by_hand_behind_the_initial_one_forbids_to_replace_it() {
    let place = Place::new();
    place.write(&[MIGRATION]).unwrap();
    place.put("django/shop/migrations/0002_more.py", "# mine\n");
    let migration = (MIGRATION.0, MIGRATION.1, "class Migration: atomic = True\n");
    assert!(place.write(&[migration]).is_ok());
    let found = problems(&place, place.write_with(Initial::Replace, &[migration]));
    assert_eq!(found[0].0, "django/shop/migrations/0002_more.py");
}

#[test]
fn what_is_no_longer_generated_is_removed_and_migrations_are_not() {
    let place = Place::new();
    let second = (Target::Django, "shop/migrations/0002_circle.py", "");
    let old = (Target::Sqlalchemy, "models/old.py", "");
    let new = (Target::Sqlalchemy, "models/new.py", "");
    place.write(&[MODELS, MIGRATION, second, old]).unwrap();
    place.put("sqlalchemy/models/mine.py", "# mine\n");
    let report = place.write(&[MODELS, MIGRATION, new]).unwrap();
    assert_eq!(report.targets[1].removed, [place.path("sqlalchemy/models/old.py")]);
    assert_eq!(report.targets[2].outdated, [place.path("django/shop/migrations/0002_circle.py")]);
    assert!(!place.path("sqlalchemy/models/old.py").exists());
    assert!(place.path("sqlalchemy/models/mine.py").exists());
    assert!(place.path("django/shop/migrations/0002_circle.py").exists());

    let report = place.write_with(Initial::Replace, &[MODELS, MIGRATION, new]).unwrap();
    assert_eq!(report.targets[2].removed, [place.path("django/shop/migrations/0002_circle.py")]);
}

#[test]
fn the_files_of_a_module_that_is_gone_are_reported() {
    let place = Place::new();
    place.write(&[MODELS]).unwrap();
    place.put("django/byhand/models.py", "# mine\n");
    let renamed = (Target::Django, "store/models.py", "class T: ...\n");
    let report = place.write(&[renamed]).unwrap();
    assert_eq!(report.leftovers, [place.path("django/shop")]);
    assert!(place.path("django/shop/models.py").exists());
}

#[test]
fn two_targets_in_one_directory_are_no_strangers_to_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let config = "[sqlalchemy]\nout = \"app\"\n[django]\nout = \"app\"\n";
    fs::write(directory.path().join("trine.toml"), config).unwrap();
    fs::write(directory.path().join("shop.trine"), "module shop\n").unwrap();
    let project = Project::load(directory.path()).unwrap();
    let place = Place { directory, project };
    let models = (Target::Sqlalchemy, "models/shop.py", "");
    let report = place.write(&[models, MODELS]).unwrap();
    assert_eq!(report.leftovers, Vec::<PathBuf>::new());
    let clash = (Target::Sqlalchemy, "shop/models.py", "");
    let found = place.write(&[clash, MODELS]).unwrap_err();
    assert!(found.to_string().contains("two targets"), "{found}");
}

#[test]
fn a_directory_where_a_file_must_be_and_the_reverse_are_said() {
    let place = Place::new();
    fs::create_dir_all(place.path("postgres/schema.sql")).unwrap();
    place.put("django/shop", "# a file\n");
    let found = problems(&place, place.write(&[SQL, MODELS, MIGRATION]));
    let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["django/shop", "postgres/schema.sql"]);
    assert!(found[0].1.contains("is a file"), "{}", found[0].1);
    assert!(found[1].1.contains("is a directory"), "{}", found[1].1);
}

#[test]
fn an_output_below_a_file_is_said_once() {
    let mut place = Place::new();
    let file = place.directory.path().join("shop.trine");
    place.project.set_out(file.join("generated"));
    let found = place.write(&[SQL, MODELS]).unwrap_err();
    assert_eq!(found.0.len(), 1, "{found}");
    assert_eq!(found.0[0].path, file);
}

#[test]
fn nothing_is_written_outside_the_output() {
    for path in ["../escape.py", "/absolute/escape.py", "a/../../escape.py"] {
        let place = Place::new();
        let found = place.write(&[(Target::Django, path, "")]).unwrap_err();
        assert!(found.to_string().contains("outside"), "{found}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    let elsewhere = place.directory.path().join("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    fs::create_dir_all(place.path("django")).unwrap();
    symlink(&elsewhere, place.path("django/shop")).unwrap();
    let found = problems(&place, place.write(&[MODELS]));
    assert_eq!(found[0].0, "django/shop");
    assert!(found[0].1.contains("is a link"), "{}", found[0].1);

    fs::create_dir_all(place.path("postgres")).unwrap();
    let precious = elsewhere.join("precious.sql");
    fs::write(&precious, format!("-- {HEADER}\nprecious\n")).unwrap();
    symlink(&precious, place.path("postgres/schema.sql")).unwrap();
    let found = problems(&place, place.write(&[SQL]));
    assert!(found[0].1.contains("is a link"), "{}", found[0].1);
    assert!(fs::read_to_string(precious).unwrap().contains("precious"));
}

#[cfg(unix)]
#[test]
fn the_output_itself_may_be_a_link() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    let elsewhere = place.directory.path().join("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    fs::create_dir_all(place.path("")).unwrap();
    symlink(&elsewhere, place.path("postgres")).unwrap();
    place.write(&[SQL]).unwrap();
    assert!(elsewhere.join("schema.sql").exists());
}

#[cfg(unix)]
#[test]
fn files_have_the_permissions_of_any_other_and_keep_their_own() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let ordinary = place.directory.path().join("ordinary");
    fs::write(&ordinary, "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    place.write(&[SQL]).unwrap();
    let path = place.path("postgres/schema.sql");
    assert_eq!(mode(&path), mode(&ordinary));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    place.write(&[(SQL.0, SQL.1, "-- other\n")]).unwrap();
    assert_eq!(mode(&path), 0o640);
}

#[test]
fn a_failure_midway_leaves_everything_as_it_was() {
    let place = Place::new();
    let old = (Target::Sqlalchemy, "models/old.py", "");
    place.write(&[SQL, MODELS, old]).unwrap();
    let before = place.tree();
    let contents = fs::read(place.path("postgres/schema.sql")).unwrap();
    let time = modified(&place.path("postgres/schema.sql"));

    let fresh = (Target::Sqlalchemy, "models/deep/new.py", "");
    let sql = (SQL.0, SQL.1, "CREATE TABLE u ();\n");
    let models = (MODELS.0, MODELS.1, "class U: ...\n");
    let plan = place.plan(Initial::Keep, &[sql, fresh, models]).unwrap();
    // Between the look and the deed somebody makes a directory where a file is to go.
    fs::remove_file(place.path("django/shop/models.py")).unwrap();
    fs::create_dir_all(place.path("django/shop/models.py/in_the_way")).unwrap();
    let failed = plan.write().unwrap_err();
    assert!(failed.to_string().contains("models.py"), "{failed}");

    fs::remove_dir_all(place.path("django/shop/models.py")).unwrap();
    fs::write(place.path("django/shop/models.py"), "").unwrap();
    assert_eq!(place.tree(), before);
    assert_eq!(fs::read(place.path("postgres/schema.sql")).unwrap(), contents);
    assert_eq!(modified(&place.path("postgres/schema.sql")), time);
}
