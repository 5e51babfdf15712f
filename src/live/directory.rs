//! A directory for files that only this process needs: gone with the value, with an interrupt, and, where the
//! process was killed, with the next run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::leftovers::Owner;
use super::problem::{Problem, reason_of};
use super::registry;

/// A directory of its own, removed with everything in it when the value is dropped.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
}

/// What the directories begin with.
const PREFIX: &str = "trine-tmp-";

/// Says in each whose it is.
pub(super) const OWNER: &str = ".owner";

/// Those that are there.
static MADE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

impl Directory {
    /// Makes one where temporary files are kept.
    ///
    /// # Errors
    /// Where that can't be written, or the process is about to end.
    pub fn new() -> Result<Directory, Problem> {
        let _making = registry::making()?;
        let place = std::env::temp_dir();
        sweep(&place, PREFIX, |_| true);
        let path = make(&place, PREFIX)?;
        MADE.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        Ok(Directory { path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
        MADE.lock().unwrap_or_else(PoisonError::into_inner).retain(|made| *made != self.path);
    }
}

/// Removes all that there are.
pub(super) fn clean_up() {
    for path in std::mem::take(&mut *MADE.lock().unwrap_or_else(PoisonError::into_inner)) {
        let _ = fs::remove_dir_all(path);
    }
}

/// Makes a directory that only this user can read, and says in it whose it is.
pub(super) fn make(place: &Path, prefix: &str) -> Result<PathBuf, Problem> {
    let failed = |error: std::io::Error| {
        Problem::new(format!(
            "can't make a directory in {}: {}",
            place.display(),
            reason_of(&error)
        ))
    };
    let directory = tempfile::Builder::new().prefix(prefix).tempdir_in(place).map_err(failed)?;
    fs::write(directory.path().join(OWNER), Owner::this().text()).map_err(failed)?;
    Ok(directory.keep())
}

/// Removes what processes that were killed have left, where it is sure that they are gone and `free` agrees.
pub(super) fn sweep(place: &Path, prefix: &str, free: impl Fn(&Path) -> bool) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(prefix) {
            continue;
        }
        let path = entry.path();
        let owner = fs::read_to_string(path.join(OWNER)).ok();
        let gone = owner.as_deref().and_then(Owner::read).is_some_and(|owner| owner.is_gone());
        // A link leads to what somebody else chose.
        if gone && fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir()) && free(&path) {
            let _ = fs::remove_dir_all(&path);
        }
    }
}
