//! What the tests that prove have in common: the environment's Python, the process in it, and what is compiled.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use trine::prove::python::{Interpreter, Needs, Runner};
use trine::target::{Options, Target};

use super::session::{environment, work_directory};

/// The Python of the tests, and its Django's version.
pub fn python() -> &'static (PathBuf, String) {
    static PYTHON: OnceLock<(PathBuf, String)> = OnceLock::new();
    PYTHON.get_or_init(|| environment(&work_directory()).unwrap())
}

/// The interpreter of the tests, with everything that all targets need.
pub fn interpreter() -> Interpreter {
    let needs = Needs::of(&Options::default(), false);
    Interpreter::find(Some(&python().0), Path::new("."), &needs).unwrap()
}

/// The Python process that the tests of this program share.
pub fn runner() -> &'static Runner {
    static RUNNER: OnceLock<Runner> = OnceLock::new();
    RUNNER.get_or_init(|| Runner::start(&interpreter()).unwrap())
}

/// Where a target's files lie below a directory.
pub fn output(directory: &Path, target: Target) -> PathBuf {
    directory.join(target.name())
}
