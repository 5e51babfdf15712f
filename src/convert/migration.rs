//! A conversion as a migration of Django's: its statements in order, and what they mean for the state.

use std::sync::LazyLock;

use minijinja::Environment;
use serde::Serialize;

use crate::live::Problem;
use crate::target::DjangoOptions;
use crate::targets::Program;
use crate::targets::django::{Told, state_operations};
use crate::targets::python::{Code, Imports, docstring, multiline, statement, string};
use crate::templates;

use super::history::History;
use super::{Conversion, State, report};

/// How wide a comment may be.
const WIDTH: usize = 88;

static TEMPLATE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    templates::environment(&[(
        "conversion",
        include_str!("../../templates/django/conversion.py.jinja"),
    )])
});

#[derive(Serialize)]
struct View {
    docs: String,
    imports: String,
    constants: Vec<String>,
    dependencies: String,
    operations: String,
}

/// The migration's text.
///
/// # Errors
/// When it is not known which migration it follows, or one migration can't hold it.
pub fn migration(
    program: Program<'_>,
    options: &DjangoOptions,
    conversion: &Conversion,
    state: State,
) -> Result<String, Problem> {
    let history = &conversion.history;
    let Some(after) = &history.after else {
        return Err(Problem::new(format!(
            "which migration does it follow? none of the app `{}` ran in this database; name one with \
             --after app.migration",
            history.app
        )));
    };
    let (told, imports) = match state {
        State::Told => told(program, options, history)?,
        State::Untold => (Vec::new(), Imports::default()),
    };
    let mut imports = imports;
    imports.name("django.db", "migrations");
    let pair = |(app, name): (&str, &str)| {
        Code::tuple(vec![Code::text(string(app)), Code::text(string(name))])
    };
    let mut dependencies = vec![(history.app.as_str(), after.as_str())];
    dependencies.extend(history.others.iter().map(|(app, name)| (app.as_str(), name.as_str())));
    let dependencies = Code::tuple(dependencies.into_iter().map(pair).collect());
    let mut constants = Vec::new();
    let mut run = Vec::new();
    for step in &conversion.steps {
        let names = [step.name.to_owned(), format!("{}_REVERSE", step.name)];
        let ways = [(&step.forward, names[0].as_str()), (&step.reverse, names[1].as_str())];
        let mut arguments = Vec::new();
        for (statements, name) in ways {
            if statements.is_empty() {
                arguments.push("migrations.RunSQL.noop".to_owned());
                continue;
            }
            arguments.push(name.to_owned());
            let about = if name == step.name { &step.about } else { &step.back };
            let comment = comment(about);
            constants.push(format!("{comment}{name} = {}", literals(statements)));
        }
        run.push(format!("migrations.RunSQL({})", arguments.join(", ")));
    }
    let view = View {
        docs: docstring(&docs(conversion), 0),
        imports: imports.render(0).trim_end().to_owned(),
        constants,
        dependencies: statement(4, "dependencies = ", &dependencies, "").trim_end().to_owned(),
        operations: operations(&run, &told),
    };
    Ok(templates::render(&TEMPLATE, "conversion", view))
}

/// What its file is usually called: `tracker/migrations/0007_task_owner.py`.
pub fn file_name(conversion: &Conversion) -> String {
    let after = conversion.history.after.as_deref().unwrap_or_default();
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    let number = digits.parse::<u32>().unwrap_or_default() + 1;
    let relation = conversion.audit.relation.replace('.', "_");
    let relation = crate::naming::snake(&relation);
    let what = if conversion.applied { "_generic_columns" } else { "" };
    format!("{}/migrations/{number:04}_{relation}{what}.py", conversion.history.app)
}

fn told(
    program: Program<'_>,
    options: &DjangoOptions,
    history: &History,
) -> Result<(Vec<String>, Imports), Problem> {
    let schema = program.schema;
    let home = schema.entities[history.source].module;
    let entities = history.created.iter().copied();
    let sources = history.added.iter().map(|&relation| schema.relations[relation].source);
    if let Some(entity) =
        entities.chain(sources).find(|&entity| schema.entities[entity].module != home)
    {
        return Err(Problem::new(format!(
            "{} is of the module `{}`, and a migration is of one app: print it with --no-state, and make \
             the migrations of the state with `makemigrations`",
            schema.entities[entity].name, schema.modules[schema.entities[entity].module].name
        )));
    }
    let told = Told {
        created: history.created.clone(),
        deleted: history.deleted.iter().map(String::as_str).collect(),
        added: history.added.clone(),
        named: history.named.iter().map(String::as_str).collect(),
        removed: history.removed.iter().map(|name| (history.source, name.as_str())).collect(),
        unindexed: history.unindexed.iter().map(|name| (history.source, name.as_str())).collect(),
        unconstrained: history
            .unconstrained
            .iter()
            .map(|name| (history.source, name.as_str()))
            .collect(),
        not_together: history.not_together.then_some(history.source),
    };
    Ok(state_operations(program, options, history.source, &told, 16))
}

fn operations(run: &[String], told: &[String]) -> String {
    if told.is_empty() {
        let run: String = run.iter().map(|run| format!("        {run},\n")).collect();
        return format!("    operations = (\n{run}    )");
    }
    let run: String = run.iter().map(|run| format!("                {run},\n")).collect();
    format!(
        "    operations = (\n        migrations.SeparateDatabaseAndState(\n            \
             database_operations=[\n{run}            ],\n            state_operations=[\n{}\n            \
             ],\n        ),\n    )",
        told.join("\n")
    )
}

fn docs(conversion: &Conversion) -> String {
    let audit = &conversion.audit;
    format!(
        "{}: {}, out of {}.{}.\n\nMade by `trine convert-generic`, and yours from here on. What the columns \
         held then:\n\n{}",
        audit.relation,
        audit.union,
        audit.table,
        audit.columns.join(", "),
        report::lines(audit).join("\n")
    )
}

fn comment(about: &str) -> String {
    let mut text = String::new();
    for line in about.lines() {
        let mut written = 1;
        text.push('#');
        for word in line.split(' ') {
            if written + 1 + word.chars().count() > WIDTH {
                text.push_str("\n#");
                written = 1;
            }
            text.push(' ');
            text.push_str(word);
            written += 1 + word.chars().count();
        }
        text.push('\n');
    }
    text
}

fn literals(statements: &[String]) -> String {
    let one = |sql: &String| match sql.contains('\n') {
        true => format!("    {},\n", multiline(&format!("\n{sql}\n"))),
        false => format!("    {},\n", string(sql)),
    };
    if let [only] = statements
        && !only.contains('\n')
        && only.chars().count() < 60
    {
        return format!("({},)", string(only));
    }
    format!("(\n{})", statements.iter().map(one).collect::<String>())
}
