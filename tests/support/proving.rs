//! What the tests that prove have in common: the environment's Python, a server, and what is compiled.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::OnceLock;

use trine::live::{Binaries, Server, Wish};
use trine::prove::python::{Interpreter, Needs, Runner};
use trine::target::{Options, Target};

use super::session::{environment, work_directory};

/// The Python of the tests, and its Django's version.
pub fn python() -> &'static (PathBuf, String) {
    static PYTHON: OnceLock<(PathBuf, String)> = OnceLock::new();
    PYTHON.get_or_init(|| environment(&work_directory()).unwrap())
}

/// The server of the tests: TRINE_TEST_DATABASE_URL, or one that ends with this process.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        if let Ok(url) = std::env::var("TRINE_TEST_DATABASE_URL") {
            return Server::at(&url).unwrap();
        }
        let wish = std::env::var("TRINE_TEST_POSTGRES").unwrap_or_default();
        let wish = Wish::from_str(&wish).unwrap();
        Server::start(&Binaries::find_as(&wish, Some(&python().0)).unwrap()).unwrap()
    })
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
