//! The templates of `templates/postgres/` for single statements, parsed once.

use std::sync::LazyLock;

use minijinja::Environment;
use serde::Serialize;

use crate::templates;

static STATEMENTS: LazyLock<Environment<'static>> = LazyLock::new(|| {
    templates::environment(&[
        ("table", include_str!("../../templates/postgres/table.sql.jinja")),
        ("function", include_str!("../../templates/postgres/function.sql.jinja")),
        ("trigger", include_str!("../../templates/postgres/trigger.sql.jinja")),
    ])
});

/// A statement's text, without the line feed at its end.
pub(super) fn render(template: &str, view: impl Serialize) -> String {
    let mut text = templates::render(&STATEMENTS, template, view);
    text.truncate(text.trim_end().len());
    text
}
