//! Finding a project and reading its files.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::config::{self, Config, FILE_NAME};
use super::problem::{Problem, Problems, shown};
use crate::source::Sources;
use crate::target::{Options, Target};

/// A project that was read: its sources, its options, and where its files go.
#[derive(Debug, Clone)]
pub struct Project {
    /// Every source file.
    pub sources: Sources,
    /// What to generate, and how.
    pub options: Options,
    /// Patterns of what `trine drift` leaves out.
    pub ignored: Vec<String>,
    /// Every file and directory that was read, `trine.toml` among them: what a build depends on.
    pub inputs: Vec<PathBuf>,
    outs: Vec<(Target, PathBuf)>,
}

impl Project {
    /// Reads a `.trine` file, a directory with a `trine.toml`, or a directory of `.trine` files.
    ///
    /// A file, and a directory without `trine.toml`, generate every target below `generated`.
    ///
    /// # Errors
    /// When there is nothing of that kind, a file can't be read or is not UTF-8, or `trine.toml` says
    /// something that Trine does not know.
    pub fn load(path: impl AsRef<Path>) -> Result<Project, Problems> {
        let path = path.as_ref();
        let metadata =
            fs::metadata(path).map_err(|error| Problem::io(path, "read this", &error))?;
        if metadata.is_dir() {
            let config = path.join(FILE_NAME);
            if config.is_file() {
                return Project::configured(&config);
            }
            return Project::read(path, &[PathBuf::from(".")], Project::plain());
        }
        if path.file_name().is_some_and(|name| name == FILE_NAME) {
            return Project::configured(path);
        }
        if path.extension().is_none_or(|extension| extension != "trine") {
            return Err(Problem::new(path, "not a `.trine` file").into());
        }
        let directory = path.parent().unwrap_or(Path::new(""));
        let name = PathBuf::from(path.file_name().unwrap_or_default());
        Project::read(directory, &[name], Project::plain())
    }

    /// Reads the project whose `trine.toml` is in a directory or in one above it.
    ///
    /// # Errors
    /// When there is none, or as [`Project::load`].
    pub fn find(directory: impl AsRef<Path>) -> Result<Project, Problems> {
        let directory = directory.as_ref();
        let absolute = fs::canonicalize(directory)
            .map_err(|error| Problem::io(directory, "read this directory", &error))?;
        let here = directory == Path::new(".");
        let mut prefix = if here { PathBuf::new() } else { directory.to_path_buf() };
        for above in absolute.ancestors() {
            if above.join(FILE_NAME).is_file() {
                return Project::configured(&prefix.join(FILE_NAME));
            }
            prefix.push("..");
        }
        let message = "no `trine.toml` here or in a directory above; name a `.trine` file or a \
                       directory, or make a project with `trine init`";
        Err(Problem::new(directory, message).into())
    }

    /// The directory that a target's files go to.
    pub fn out(&self, target: Target) -> &Path {
        self.outs.iter().find(|(named, _)| *named == target).map_or(Path::new(""), |(_, out)| out)
    }

    /// Sends every target's files below one directory: `BASE/postgres`, `BASE/sqlalchemy`, `BASE/django`.
    pub fn set_out(&mut self, base: impl AsRef<Path>) {
        self.outs =
            Target::ALL.iter().map(|&target| (target, base.as_ref().join(target.name()))).collect();
    }

    fn configured(path: &Path) -> Result<Project, Problems> {
        let text = read_text(path).map_err(Problems::from)?;
        let Config { sources, options, ignored, outs } =
            config::parse(path, &text).map_err(Problems)?;
        let root = path.parent().unwrap_or(Path::new(""));
        let mut project =
            Project { options, ignored, inputs: vec![path.to_path_buf()], ..Project::plain() };
        project.set_out(root.join("generated"));
        for (target, out) in outs {
            project.outs.retain(|(named, _)| *named != target);
            project.outs.push((target, root.join(out)));
        }
        Project::read(root, &sources, project)
    }

    /// Nothing read yet, and every target below `generated`.
    fn plain() -> Project {
        let mut project = Project {
            sources: Sources::new(),
            options: Options::default(),
            ignored: Vec::new(),
            inputs: Vec::new(),
            outs: Vec::new(),
        };
        project.set_out("generated");
        project
    }

    fn read(root: &Path, sources: &[PathBuf], mut project: Project) -> Result<Project, Problems> {
        let mut problems = Vec::new();
        let mut paths = Vec::new();
        for source in sources {
            let source =
                if source == Path::new(".") { root.to_path_buf() } else { root.join(source) };
            let source = if source.as_os_str().is_empty() { PathBuf::from(".") } else { source };
            find_files(&source, &mut paths, &mut project.inputs, &mut problems);
        }
        // One order, whatever the file system's, and every file once, however it is named.
        paths.sort_by_key(|path| shown(path));
        let mut seen = HashSet::new();
        paths.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
        if paths.is_empty() && problems.is_empty() {
            let place = if root.as_os_str().is_empty() { Path::new(".") } else { root };
            problems.push(Problem::new(place, "there is no `.trine` file in the sources"));
        }
        for path in paths {
            match read_text(&path) {
                Ok(text) => {
                    project.sources.add(shown(&path), text);
                    project.inputs.push(path);
                }
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(project) } else { Err(Problems(problems)) }
    }
}

/// Collects a file, or the `.trine` files of a directory and of those below it; what begins with a dot
/// is left out, and links to directories are not followed.
fn find_files(
    path: &Path,
    files: &mut Vec<PathBuf>,
    directories: &mut Vec<PathBuf>,
    problems: &mut Vec<Problem>,
) {
    let found = fs::metadata(path).and_then(|metadata| {
        if !metadata.is_dir() {
            files.push(path.to_path_buf());
            return Ok(());
        }
        directories.push(path.to_path_buf());
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                find_files(&path, files, directories, problems);
            } else if path.extension().is_some_and(|kind| kind == "trine") && !path.is_dir() {
                files.push(path);
            }
        }
        Ok(())
    });
    if let Err(error) = found {
        problems.push(Problem::io(path, "read this", &error));
    }
}

fn read_text(path: &Path) -> Result<String, Problem> {
    let bytes = fs::read(path).map_err(|error| Problem::io(path, "read this file", &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        Problem::new(path, format!("not UTF-8: there is a byte 0x{:02X}", bytes[at])).at(bytes, at)
    })
}
