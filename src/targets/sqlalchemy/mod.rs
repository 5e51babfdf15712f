//! The sqlalchemy target: a package of typed declarative models for SQLAlchemy 2.1.
//!
//! One Python module for each Trine module, a base with what they share, and an `__init__.py` that
//! imports them all, so that `Base.metadata.create_all()` makes the whole database.

mod asked;
mod base;
mod circles;
mod columns;
mod cycles;
mod enums;
mod package;
mod plan;
mod relationships;
mod scope;
mod splits;
mod table_args;
mod types;
mod union_links;
mod unions;
mod unseen;
mod view;
mod whole;

use std::sync::LazyLock;

use minijinja::Environment;
use serde::Serialize;

use super::{HEADER, OutputFile, Program};
use crate::target::SqlalchemyOptions;
use crate::templates;

use plan::Plan;
use view::Part;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    templates::environment(&[
        ("base", include_str!("../../../templates/sqlalchemy/base.py.jinja")),
        ("module", include_str!("../../../templates/sqlalchemy/module.py.jinja")),
        ("package", include_str!("../../../templates/sqlalchemy/package.py.jinja")),
        ("unions", include_str!("../../../templates/sqlalchemy/unions.py.jinja")),
    ])
});

/// Generates the files.
pub fn emit(program: Program<'_>, options: &SqlalchemyOptions) -> Vec<OutputFile> {
    let plan = Plan::new(program, options);
    let base = base::base_view(&plan);
    let package = package::package_view(&plan, &base);
    let file = |name: &str, contents: String| OutputFile {
        path: format!("{}/{name}", options.package.replace('.', "/")),
        contents,
        once: false,
    };
    let mut files = vec![
        file("__init__.py", render("package", package)),
        file(&format!("{}.py", plan.base), render("base", base)),
        file("py.typed", format!("# {HEADER}\n")),
    ];
    if let Some(view) = unions::unions_view(&plan) {
        files.push(file(&format!("{}.py", plan.unions), render("unions", view)));
    }
    for module in program.schema.modules.ids() {
        let name = &plan.modules[module.index()];
        let foundation = &plan.foundations[module.index()];
        let split = foundation != name && plan.has_foundation(module);
        if split {
            let view = view::module_view(&plan, module, Part::Foundation);
            files.push(file(&format!("{foundation}.py"), render("module", view)));
        }
        let part = if split { Part::Rest } else { Part::Whole };
        let view = view::module_view(&plan, module, part);
        files.push(file(&format!("{name}.py"), render("module", view)));
    }
    files
}

/// A template's text; it ends with the line feed that a template itself can't end with.
fn render(template: &str, view: impl Serialize) -> String {
    let mut text = templates::render(&TEMPLATES, template, view);
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}
