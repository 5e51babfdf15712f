//! Projects on a disk: `trine.toml`, source files, and the files that are generated from them.
//!
//! The compiler itself is pure; this room reads what it compiles and writes what it gives. The command
//! line stands on it, and so does a build script, by [`build`].

mod config;
mod load;
mod plan;
mod problem;
mod write;

use std::fmt;
use std::path::{Path, PathBuf};

pub use load::Project;
pub use plan::{Initial, Plan, Report, TargetReport};
pub use problem::{Problem, Problems};

use crate::diagnostics::{Format, has_errors, render};

/// What [`build`] did.
#[derive(Debug, Clone)]
pub struct Built {
    /// The files and directories that were read: a build script prints `cargo::rerun-if-changed` for each.
    pub inputs: Vec<PathBuf>,
    /// What was written.
    pub report: Report,
    /// The warnings, as a person reads them; empty when there are none.
    pub warnings: String,
}

/// Why [`build`] wrote nothing. `Debug` says the same as `Display`, since that is what a build script's
/// `main` prints.
pub enum BuildError {
    /// Something about files and directories.
    Problems(Problems),
    /// The diagnostics of a schema with errors, as a person reads them.
    Schema(String),
}

/// Compiles a `.trine` file or a project, and writes every target below `out`: the whole of a build
/// script.
///
/// ```no_run
/// // build.rs
/// fn main() -> Result<(), trine::project::BuildError> {
///     let out = std::env::var_os("OUT_DIR").expect("cargo sets it");
///     let built = trine::project::build("schema", out)?;
///     for input in &built.inputs {
///         println!("cargo::rerun-if-changed={}", input.display());
///     }
///     for line in built.warnings.lines() {
///         println!("cargo::warning={line}");
///     }
///     Ok(())
/// }
/// ```
///
/// # Errors
/// When something can't be read or written, or the schema has errors. Nothing was written then.
pub fn build(path: impl AsRef<Path>, out: impl AsRef<Path>) -> Result<Built, BuildError> {
    let mut project = Project::load(path)?;
    project.set_out(out);
    let compilation = crate::compile(&project.sources, &project.options);
    let shown = render(Format::Human, &project.sources, &compilation.diagnostics);
    if has_errors(&compilation.diagnostics) {
        return Err(BuildError::Schema(shown));
    }
    let report = Plan::new(&project, compilation.files, Initial::Keep)?.write()?;
    Ok(Built { inputs: project.inputs, report, warnings: shown })
}

impl From<Problems> for BuildError {
    fn from(problems: Problems) -> BuildError {
        BuildError::Problems(problems)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Problems(problems) => problems.fmt(f),
            BuildError::Schema(diagnostics) => f.write_str(diagnostics),
        }
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for BuildError {}
