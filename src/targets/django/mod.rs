//! The Django target: one app for each module.
//!
//! A migration makes the database by the same statements as `schema.sql`, and tells Django's state of it
//! by the same models as `models.py`; so the two can't differ, and Django finds nothing to migrate.

mod app;
mod asked;
mod conversion;
mod enums;
mod field;
mod file;
mod many;
mod meta;
mod migration;
mod model;
mod querysets;
mod relation;
mod rules;
mod splits;
mod support;
mod types;
mod unions;
mod values;
mod within;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use minijinja::Environment;

pub mod expression;

use super::{OutputFile, Program};
use crate::target::DjangoOptions;
use crate::templates;

pub use conversion::{Told, state_operations};

use app::{App, Names};
use file::Support;
use rules::Refusals;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    templates::environment(&[
        ("apps", include_str!("../../../templates/django/apps.py.jinja")),
        ("database", include_str!("../../../templates/django/database.py.jinja")),
        ("migration", include_str!("../../../templates/django/migration.py.jinja")),
        ("many", include_str!("../../../templates/django/many.py.jinja")),
        ("models", include_str!("../../../templates/django/models.py.jinja")),
        ("unions", include_str!("../../../templates/django/unions.py.jinja")),
        ("splits", include_str!("../../../templates/django/splits.py.jinja")),
        ("package", include_str!("../../../templates/django/package.py.jinja")),
    ])
});

/// Generates the files.
pub fn emit(program: Program<'_>, options: &DjangoOptions) -> Vec<OutputFile> {
    let refusals = Refusals::find(program);
    let names = Names::of(program.schema);
    let schema = program.schema;
    let plan = migration::Plan::of(program);
    let mut files = Vec::new();
    for module in schema.modules.ids() {
        let fields = app::field_names(schema, module);
        let app =
            App { program, options, refusals: &refusals, names: &names, module, fields: &fields };
        let folder = app.module_name(module);
        let models = model::view(&app);
        let migrations = migration::views(&app, &plan);
        let mut needs = models.needs.clone();
        for migration in &migrations {
            needs.extend(&migration.needs);
        }
        needs.extend(support::of_relations(&app));
        let of = |module| needs.iter().copied().filter(move |need| need.module() == module);
        let (of_unions, of_database): (BTreeSet<_>, BTreeSet<_>) =
            (of("unions").collect(), of("database").collect());
        let mut file = |path: &str, contents: String, once: bool| {
            files.push(OutputFile { path: format!("{folder}/{path}"), contents, once });
        };
        let render = |name, view| templates::render(&TEMPLATES, name, view);
        file(
            "__init__.py",
            render("package", minijinja::context! { header => super::HEADER }),
            false,
        );
        file("apps.py", templates::render(&TEMPLATES, "apps", app::view(&app)), false);
        if !of_database.is_empty() {
            let view = support::view(&app, &of_database);
            file("database.py", templates::render(&TEMPLATES, "database", view), false);
        }
        if !of_unions.is_empty() {
            let view = unions::view(&of_unions);
            file("unions.py", templates::render(&TEMPLATES, "unions", view), false);
        }
        for (support, path) in [(Support::ManyField, "many.py"), (Support::Split, "splits.py")] {
            if needs.contains(&support) {
                let view = minijinja::context! { header => super::HEADER };
                file(path, render(support.module(), view), false);
            }
        }
        file("models.py", templates::render(&TEMPLATES, "models", models), false);
        file(
            "migrations/__init__.py",
            render("package", minijinja::context! { header => super::HEADER }),
            false,
        );
        for migration in migrations {
            let path = format!("migrations/{}.py", migration.name);
            file(&path, templates::render(&TEMPLATES, "migration", migration), true);
        }
    }
    files
}
