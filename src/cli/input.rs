//! What a command is about: the project that it names or stands in, and the database.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use trine::project::Project;
use trine::target::Target;

use super::{Failure, TargetArg};

/// The project at a path, or the one around the current directory; where targets are named, for them alone.
pub(super) fn project(path: Option<&Path>, targets: &[TargetArg]) -> Result<Project, Failure> {
    let mut project = match path {
        Some(path) => Project::load(path)?,
        None => Project::find(".")?,
    };
    if !targets.is_empty() {
        let named: BTreeSet<Target> = targets.iter().map(|target| target.0).collect();
        project.options.targets = named.into_iter().collect();
    }
    Ok(project)
}

/// Where to look for what belongs to a project: its directory, or that of its file.
pub(super) fn directory(path: Option<&Path>) -> PathBuf {
    match path {
        Some(path) if path.is_dir() => path.to_path_buf(),
        Some(path) => match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            Some(_) | None => PathBuf::from("."),
        },
        None => PathBuf::from("."),
    }
}

/// The database that is named, or else that of DATABASE_URL. `trine prove` does not ask: that variable means
/// the database that an application uses, and a proof wants a server to make databases on.
pub(super) fn database(named: Option<&str>) -> Result<String, Failure> {
    let url = named.map(str::to_owned).or_else(|| std::env::var("DATABASE_URL").ok());
    url.filter(|url| !url.is_empty()).ok_or_else(|| {
        let message = "which database? give its URL with --database, or in DATABASE_URL";
        Failure::Usage(message.to_owned())
    })
}
