//! The postgres target: one file, `schema.sql`, that makes the whole database.
//!
//! The file opens no transaction itself, so that `psql --single-transaction`, a migration tool and a driver
//! can each apply it in their own.

mod view;

use std::sync::LazyLock;

use minijinja::Environment;

use super::{OutputFile, Program};
use crate::templates;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    templates::environment(&[(
        "schema",
        include_str!("../../../templates/postgres/schema.sql.jinja"),
    )])
});

/// Generates the files.
pub fn emit(program: Program<'_>) -> Vec<OutputFile> {
    vec![OutputFile {
        path: "schema.sql".to_owned(),
        contents: templates::render(&TEMPLATES, "schema", view::schema(program)),
        once: false,
    }]
}
