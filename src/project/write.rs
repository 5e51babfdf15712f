//! Writing: all of it or nothing, and each file whole at every moment.

use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::problem::Problem;

/// One thing to do.
#[derive(Debug)]
pub(super) enum Step {
    /// Writes a file; `replaces` says that there is one, whose permissions stay.
    Write { path: PathBuf, contents: String, replaces: bool },
    /// Takes a file away.
    Remove { path: PathBuf },
}

/// Does all steps; when one fails, undoes those before it.
pub(super) fn write(steps: Vec<Step>) -> Result<(), Problem> {
    let mut undo = Undo::default();
    match commit(steps, &mut undo) {
        Ok(()) => {
            undo.forget();
            Ok(())
        }
        Err(problem) => {
            undo.restore();
            Err(problem)
        }
    }
}

/// What takes the disk back to where it was.
#[derive(Default)]
struct Undo {
    /// Directories that were made, parents first.
    directories: Vec<PathBuf>,
    /// Files that were not there before.
    created: Vec<PathBuf>,
    /// The old file under another name, and its place.
    replaced: Vec<(TempPath, PathBuf)>,
}

impl Undo {
    fn forget(mut self) {
        // Dropping a temporary path removes the file.
        self.replaced.clear();
    }

    /// As far as it goes: what can't be undone has no second way.
    fn restore(self) {
        for path in self.created {
            let _ = fs::remove_file(path);
        }
        for (old, path) in self.replaced {
            let name = old.to_path_buf();
            let _ = old.persist(path);
            // Where both were names of one file, renaming did nothing.
            let _ = fs::remove_file(name);
        }
        for directory in self.directories.into_iter().rev() {
            let _ = fs::remove_dir(directory);
        }
    }
}

fn commit(steps: Vec<Step>, undo: &mut Undo) -> Result<(), Problem> {
    let mut staged = Vec::new();
    for step in steps {
        match step {
            Step::Write { path, contents, replaces } => {
                let directory = path.parent().unwrap_or(Path::new("."));
                make_directory(directory, undo)?;
                let existing = if replaces { fs::metadata(&path).ok() } else { None };
                let temporary = stage(directory, &contents, existing)
                    .map_err(|error| Problem::io(&path, "write this file", &error))?;
                staged.push((path, Some(temporary)));
            }
            Step::Remove { path } => staged.push((path, None)),
        }
    }
    for (path, temporary) in staged {
        let failed = |error: io::Error| Problem::io(&path, "write this file", &error);
        let there = path.symlink_metadata().is_ok();
        if there {
            undo.replaced.push((keep(&path).map_err(failed)?, path.clone()));
        }
        match temporary {
            Some(temporary) => {
                temporary.persist(&path).map_err(|error| failed(error.error))?;
                if !there {
                    undo.created.push(path);
                }
            }
            None => fs::remove_file(&path).map_err(failed)?,
        }
    }
    Ok(())
}

fn make_directory(directory: &Path, undo: &mut Undo) -> Result<(), Problem> {
    let missing: Vec<&Path> = directory
        .ancestors()
        .take_while(|above| !above.as_os_str().is_empty() && !above.exists())
        .collect();
    for above in missing.into_iter().rev() {
        fs::create_dir(above).map_err(|error| Problem::io(above, "make this directory", &error))?;
        undo.directories.push(above.to_path_buf());
    }
    Ok(())
}

/// A new file beside its place, with the permissions that it will have there.
fn stage(directory: &Path, contents: &str, existing: Option<Metadata>) -> io::Result<TempPath> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".trine-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(contents.as_bytes())?;
    if let Some(existing) = existing {
        file.as_file().set_permissions(existing.permissions())?;
    }
    Ok(file.into_temp_path())
}

/// Another name for a file, under which it outlives its replacement.
fn keep(path: &Path) -> io::Result<TempPath> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let kept = tempfile::Builder::new().prefix(".trine-old-").make_in(directory, |name| {
        fs::hard_link(path, name).or_else(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Err(error),
            // Not every file system has hard links.
            _ => fs::copy(path, name).map(drop),
        })
    })?;
    Ok(kept.into_temp_path())
}
