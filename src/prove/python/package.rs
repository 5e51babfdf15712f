//! The Python package that comes with this program, laid out where an interpreter finds it.

use std::fs;
use std::path::Path;

use crate::live::{Directory, Problem};

macro_rules! package {
    ($($file:literal),* $(,)?) => {
        &[$((
            $file,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/python/trine_prove/", $file)),
        )),*]
    };
}

const FILES: &[(&str, &str)] = package![
    "__init__.py",
    "__main__.py",
    "driver.py",
    "task.py",
    "with_django.py",
    "with_sqlalchemy.py",
];

/// A directory for `PYTHONPATH` with the package in it; gone when the value is.
pub(super) fn lay_out() -> Result<Directory, Problem> {
    let problem = |error: std::io::Error| {
        Problem::new(format!("a directory for the Python side can't be made: {error}"))
    };
    let home = Directory::new()?;
    write(home.path()).map_err(problem)?;
    Ok(home)
}

fn write(home: &Path) -> std::io::Result<()> {
    let package = home.join("trine_prove");
    fs::create_dir(&package)?;
    for (name, text) in FILES {
        fs::write(package.join(name), text)?;
    }
    Ok(())
}
