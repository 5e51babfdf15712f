//! How templates are read: strict about names that are missing, and nothing escaped, since what reaches
//! them is finished.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

/// Templates that are part of the program, by name. A line that holds only a tag leaves no line behind;
/// the line feed at a template's end stays.
///
/// # Panics
/// When a template can't be parsed, which its first use in a test shows.
pub(crate) fn environment(templates: &[(&'static str, &'static str)]) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    environment
        .set_syntax(syntax.expect("only delimiters can be wrong, and they are the usual ones"));
    for (name, text) in templates {
        environment.add_template(name, text).expect("a template of the program can be parsed");
    }
    environment
}

/// A template's text for a view.
///
/// # Panics
/// When the view lacks a name that the template prints, which its first use in a test shows.
pub(crate) fn render(
    environment: &Environment<'_>,
    template: &str,
    view: impl Serialize,
) -> String {
    environment
        .get_template(template)
        .and_then(|template| template.render(Serde(view)))
        .expect("a view has every name that its template prints")
}
