//! What tools say of the Python side.

use std::process::Command;

use crate::support::examples::root;
use crate::support::proving::python;

#[test]
fn ruff_and_mypy_have_nothing_to_say_of_the_python_side() {
    let cache = tempfile::tempdir().unwrap();
    let check = |arguments: &[&str]| {
        let output = Command::new(&python().0)
            .arg("-m")
            .args(arguments)
            .arg("trine_prove")
            .current_dir(root().join("python"))
            .env("MYPY_CACHE_DIR", cache.path())
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
    };
    check(&["ruff", "check", "--isolated", "--no-cache"]);
    check(&["ruff", "format", "--check", "--isolated", "--no-cache", "--line-length", "100"]);
    check(&["mypy", "--strict", "--no-error-summary"]);
}
