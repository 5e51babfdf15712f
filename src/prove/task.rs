//! What the Python side is told to do for one side, and what it says of it.

use std::path::Path;

use serde_json::{Value, json};

use crate::impact::Rows;
use crate::live::Problem;
use crate::naming;
use crate::schema::EntityKind;
use crate::target::Options;
use crate::targets::Program;

use super::action::Deed;
use super::judge::{Done, Outcome};
use super::python::{self, Acted};
use super::rows::{About, Stage, dump_sql, parse_dump};
use super::side::{Side, Way};

/// A task without its number (`python/trine_prove/__init__.py` describes it).
pub(super) fn task(
    program: Program<'_>,
    side: Side,
    options: &Options,
    directory: &Path,
    database: &str,
    stages: &[Stage],
) -> Value {
    json!({
        "side": match side {
            Side::Sql => "sql",
            Side::Sqlalchemy => "sqlalchemy",
            Side::Django(_) => "django",
        },
        "path": [directory],
        "package": options.sqlalchemy.package,
        "apps": apps(program),
        "installed": installed(program),
        "database": database,
        "dump": dump_sql(program),
        "stages": stages.iter().map(|stage| message(program, stage)).collect::<Vec<_>>(),
    })
}

/// The task that makes the tables of the Django apps that the program refers to.
pub(super) fn prerequisites(program: Program<'_>, database: &str) -> Value {
    json!({ "side": "prerequisites", "installed": installed(program), "database": database })
}

/// The Django apps that the program's own need: those of Django itself.
pub(super) fn installed(program: Program<'_>) -> Vec<&'static str> {
    let external = program
        .schema
        .entities
        .values()
        .iter()
        .any(|entity| entity.kind == EntityKind::External && entity.django_model.is_some());
    if external { vec!["django.contrib.contenttypes", "django.contrib.auth"] } else { Vec::new() }
}

/// The models of external entities that only another app of the user's could bring.
pub(super) fn foreign_models(program: Program<'_>) -> Vec<String> {
    let schema = program.schema;
    let foreign = schema.entities.iter().filter_map(|(id, entity)| {
        let model = entity.django_model.as_deref()?;
        let table = &program.database.tables[program.layout.table(id)].name;
        let own = match model {
            "settings.AUTH_USER_MODEL" => table.schema.is_none() && table.name == "auth_user",
            model => ["auth.", "contenttypes."].iter().any(|app| model.starts_with(app)),
        };
        (!own).then(|| format!("`{}` ({model})", entity.name))
    });
    foreign.collect()
}

/// The Django apps that are generated.
pub(super) fn apps(program: Program<'_>) -> Vec<String> {
    program.schema.modules.values().iter().map(|module| naming::snake(&module.name)).collect()
}

fn message(program: Program<'_>, stage: &Stage) -> Value {
    let deeds = stage.actions.iter().map(|action| Deed { program, rows: &stage.rows, action });
    let mut actions: Vec<Value> = deeds.map(Deed::message).collect();
    if stage.about == About::Everything {
        // Behind the others, so that its place is one that no action has.
        actions.push(json!({ "kind": "rewrite" }));
    }
    json!({ "empty": stage.empty, "fill": stage.fill, "actions": actions })
}

/// What an action came to, with its stage and its place there.
///
/// # Errors
/// What is left can't be read.
pub(super) fn done(
    program: Program<'_>,
    side: Side,
    acted: Acted,
    known: &mut Known,
) -> Result<Option<(usize, usize, Done)>, Problem> {
    let Acted { stage, action, way, outcome, statements, .. } = acted;
    let Some(way) = Way::of(side).iter().copied().find(|known| known.name() == way) else {
        return Ok(None);
    };
    let outcome = match outcome {
        python::Outcome::Left(text) => Outcome::Left(known.read(program, &text)?),
        python::Outcome::Refused(refused) => {
            Outcome::Refused { exception: refused.exception, message: refused.message }
        }
        python::Outcome::Skipped(why) => Outcome::Skipped(why),
        python::Outcome::Failed(failure) => {
            Outcome::Failed { line: failure.line, trace: failure.trace }
        }
    };
    Ok(Some((stage, action, Done { side, way, outcome, statements })))
}

/// The dump that was read last: two ways mostly leave the same.
#[derive(Debug, Default)]
pub(super) struct Known {
    text: String,
    rows: Rows,
}

impl Known {
    fn read(&mut self, program: Program<'_>, text: &str) -> Result<Rows, Problem> {
        if self.text != text {
            self.rows = parse_dump(program, text)?;
            text.clone_into(&mut self.text);
        }
        Ok(self.rows.clone())
    }
}
