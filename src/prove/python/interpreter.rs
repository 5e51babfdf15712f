//! Finding the project's interpreter.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::live::Problem;

use super::advice::Needs;
use super::probe::{Installed, Probe, probe};

/// A Python that has what the project's targets need.
#[derive(Debug, Clone)]
pub struct Interpreter {
    /// Where it is.
    pub path: PathBuf,
    /// Its version: `3.13.1`.
    pub version: String,
    /// What is installed in it.
    pub installed: Installed,
}

/// An interpreter that may do, and how it came to be considered.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) path: PathBuf,
    pub(super) probe: Probe,
    /// The uv project that it belongs to.
    pub(super) uv: Option<PathBuf>,
}

impl Interpreter {
    /// Finds the project's interpreter: the one given (a directory is taken for a virtual environment);
    /// that of the active virtual environment, or of conda's; a `.venv` in the project's directory, the
    /// current one, or above; what uv would run; Python on PATH, and pyenv's newest.
    ///
    /// # Errors
    /// One line: there is none, it does not run, or what it lacks with the command that installs it.
    pub fn find(
        explicit: Option<&Path>,
        project: &Path,
        needs: &Needs,
    ) -> Result<Interpreter, Problem> {
        let candidate = match explicit {
            Some(given) => chosen(given, &Surroundings::here())?,
            None => of_project(project, &Surroundings::here(), needs)?,
        };
        if let Some(lack) = needs.lacking(&candidate) {
            // What is made for it is found by itself, but not before what is named.
            let apart = !candidate.probe.is_environment && needs.outdated(&candidate).is_none();
            let then = if explicit.is_some() && apart { ", and leave --python out" } else { "" };
            return Err(Problem::new(format!("{lack}{then}")));
        }
        Ok(Interpreter {
            path: candidate.path,
            version: {
                let (major, minor, patch) = candidate.probe.version;
                format!("{major}.{minor}.{patch}")
            },
            installed: candidate.probe.installed,
        })
    }
}

/// Where a person stands: the variables that are set, and the current directory.
struct Surroundings<'a> {
    variable: &'a dyn Fn(&str) -> Option<OsString>,
    current: Option<PathBuf>,
}

impl Surroundings<'_> {
    fn here() -> Surroundings<'static> {
        Surroundings { variable: &|name| env::var_os(name), current: env::current_dir().ok() }
    }

    /// A variable that is set to something.
    fn path(&self, name: &str) -> Option<PathBuf> {
        (self.variable)(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// An executable by its name.
    fn on_path(&self, name: &str) -> Option<PathBuf> {
        let path = (self.variable)("PATH")?;
        env::split_paths(&path).map(|directory| directory.join(name)).find(|file| file.is_file())
    }
}

/// The interpreter of `--python`.
fn chosen(given: &Path, around: &Surroundings<'_>) -> Result<Candidate, Problem> {
    let path = if given.is_dir() { python_of(given) } else { given.to_owned() };
    let path = match path.components().count() {
        // A bare name is looked up as a shell does.
        1 if !path.exists() => path.to_str().and_then(|name| around.on_path(name)).unwrap_or(path),
        _ => std::path::absolute(&path).unwrap_or(path),
    };
    candidate(&path).map_err(|reason| {
        Problem::new(format!("the interpreter `{}` does not run: {reason}", given.display()))
    })
}

fn of_project(
    project: &Path,
    surroundings: &Surroundings<'_>,
    needs: &Needs,
) -> Result<Candidate, Problem> {
    if let Some(found) = environments(project, surroundings).into_iter().find_map(works) {
        return Ok(found);
    }
    if let Some(found) = by_uv(project, surroundings) {
        return Ok(found);
    }
    // The machine's own: the first that has everything, or else the first that at least is new enough.
    let installed: Vec<Candidate> = machine(surroundings).into_iter().filter_map(works).collect();
    let whole = installed.iter().find(|found| needs.lacking(found).is_none());
    let recent = installed.iter().find(|found| needs.outdated(found).is_none());
    whole.or(recent).or(installed.first()).cloned().ok_or_else(|| {
        let oldest = needs.oldest_python();
        Problem::new(format!(
            "there is no Python here: install Python {}.{} or later, or name one with --python",
            oldest.0, oldest.1
        ))
    })
}

/// Environments that are the project's by what is set or lies beside it.
fn environments(project: &Path, surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    found.extend(surroundings.path("VIRTUAL_ENV"));
    let conda = surroundings.path("CONDA_PREFIX");
    // Conda's base is active for everyone who has it, whatever the project.
    let is_base =
        surroundings.path("CONDA_DEFAULT_ENV").is_some_and(|name| name == Path::new("base"));
    if !is_base {
        found.extend(conda.clone());
    }
    for directory in around(project, surroundings) {
        found.push(directory.join(".venv"));
    }
    if is_base {
        found.extend(conda);
    }
    found.iter().map(|environment| python_of(environment)).collect()
}

/// The project's directory and all above it, then the current one and all above that.
fn around(project: &Path, surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let project = std::path::absolute(project).unwrap_or_else(|_| project.to_owned());
    let mut found: Vec<PathBuf> = project.ancestors().map(Path::to_owned).collect();
    if let Some(current) = &surroundings.current {
        for directory in current.ancestors() {
            if !found.iter().any(|known| known == directory) {
                found.push(directory.to_owned());
            }
        }
    }
    found
}

/// What `uv run python` would start, where uv knows the project and is installed.
fn by_uv(project: &Path, surroundings: &Surroundings<'_>) -> Option<Candidate> {
    let uv = surroundings.on_path("uv")?;
    let around = around(project, surroundings);
    let with = |file: &str| around.iter().find(|directory| directory.join(file).is_file());
    let home = with("uv.lock").or_else(|| with("pyproject.toml"))?;
    let output = Command::new(uv)
        .args(["run", "--no-sync", "python", "-c", "import sys; print(sys.executable)"])
        .current_dir(home)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let path = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let mut found = works(path)?;
    found.uv = Some(home.clone());
    Some(found)
}

/// Python on PATH, then pyenv's versions, newest first.
fn machine(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        ["python3", "python"].iter().filter_map(|name| surroundings.on_path(name)).collect();
    let pyenv = surroundings
        .path("PYENV_ROOT")
        .or_else(|| surroundings.path("HOME").map(|home| home.join(".pyenv")));
    let versions = pyenv.and_then(|pyenv| fs::read_dir(pyenv.join("versions")).ok());
    let mut versions: Vec<PathBuf> =
        versions.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    versions.sort_by_key(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let numbers = |name: String| {
            name.split('.').map(|part| part.parse::<u32>().unwrap_or(0)).collect::<Vec<_>>()
        };
        std::cmp::Reverse(name.map(numbers))
    });
    found.extend(versions.iter().map(|version| python_of(version)));
    found
}

/// The interpreter of an environment.
fn python_of(environment: &Path) -> PathBuf {
    environment.join("bin").join("python")
}

/// An interpreter that answers; what does not is passed over.
fn works(path: PathBuf) -> Option<Candidate> {
    if path.is_file() { candidate(&path).ok() } else { None }
}

fn candidate(path: &Path) -> Result<Candidate, String> {
    let probe = probe(path)?;
    let beside = probe.prefix.parent().filter(|_| probe.is_environment);
    let uv = beside.filter(|directory| directory.join("uv.lock").is_file()).map(Path::to_owned);
    Ok(Candidate { path: path.to_owned(), probe, uv })
}

/// Whether a program is installed.
pub(super) fn is_installed(name: &str) -> bool {
    Surroundings::here().on_path(name).is_some()
}

#[cfg(all(test, unix))]
mod tests;
