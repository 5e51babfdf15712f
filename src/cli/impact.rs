//! `trine impact`: what a delete does.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use trine::impact;
use trine::live::connect;
use trine::schema::Schema;

use super::{Color, Failure, Outcome, build, input, terminal};

pub(super) const HELP: &str = "\
Examples:
  trine impact Store                            what goes, what is cleared, what refuses
  trine impact Store storefront.trine           of one file, without a project
  trine impact Store --format svg > store.svg   a picture of it
  trine impact --all                            how far a delete of each entity reaches
  trine impact Store --database postgresql://localhost/shop --where \"name = 'Hongdae'\"
                                                how many rows of a live database

PATH is a `.trine` file, a directory with a `trine.toml`, or a directory of `.trine` files.
Without it, the project is the nearest directory with a `trine.toml`, from the current one
upwards. ENTITY is `Store`, or `shop.Store` where several modules have a Store.

With --database the rows are counted in a transaction that only reads. --where is a condition
in SQL over the entity's table; without it all its rows are counted. With --where alone the
database is that of DATABASE_URL.

A delete that would be refused is an answer like another: the exit status is 0.";

#[derive(Debug, Args)]
pub(super) struct ImpactArgs {
    /// The entity whose rows are deleted
    #[arg(required_unless_present = "all")]
    entity: Option<String>,
    /// A file or a project
    path: Option<PathBuf>,
    /// For every entity, how far a delete of it reaches
    #[arg(long, conflicts_with_all = ["condition", "database"])]
    all: bool,
    /// Count rows in this database: postgresql://user@host/name
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Only rows of the entity for which this condition in SQL holds
    #[arg(long = "where", value_name = "SQL")]
    condition: Option<String>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "tree")]
    format: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For the terminal
    Tree,
    /// For programs
    Json,
    /// A picture
    Svg,
    /// A picture's source, for Markdown that draws it
    Mermaid,
}

pub(super) fn impact(args: &ImpactArgs, color: Color) -> Result<Outcome, Failure> {
    let (entity, path) = asked(args)?;
    let project = input::project(path, &[])?;
    let (model, diagnostics) = trine::model(&project.sources, &project.options);
    let Some(model) = model else {
        return build::reject(&project.sources, &diagnostics, color);
    };
    let program = model.program();
    let Some(name) = entity else {
        return all(program.schema, args.format, color);
    };
    let entity = impact::find(program.schema, name)
        .map_err(|not_found| Failure::Usage(not_found.to_string()))?;
    let found = impact::impact(program, entity);
    let counts = match database(args)? {
        Some(url) => {
            let mut client = connect(&url)?;
            Some(impact::count(program, &found, args.condition.as_deref(), &mut client)?)
        }
        None => None,
    };
    let counts = counts.as_ref();
    match args.format {
        Form::Tree => {
            let mut out = terminal::stdout(color);
            impact::render::tree(&mut out, program.schema, &found, counts)?;
            out.flush()?;
        }
        Form::Json => terminal::print(&impact::render::json(program, &found, counts))?,
        Form::Svg => terminal::print(&impact::render::svg(program.schema, &found, counts))?,
        Form::Mermaid => terminal::print(&impact::render::mermaid(program.schema, &found, counts))?,
    }
    Ok(Outcome::Clean)
}

/// The database to count in: the one that is named, or the environment's where there is a condition.
fn database(args: &ImpactArgs) -> Result<Option<String>, Failure> {
    match (&args.database, &args.condition) {
        (None, None) => Ok(None),
        (named, _) => input::database(named.as_deref()).map(Some),
    }
}

/// How far a delete of each entity reaches.
fn all(schema: &Schema, format: Form, color: Color) -> Result<Outcome, Failure> {
    let reaches = impact::reach(schema);
    match format {
        Form::Tree => {
            let mut out = terminal::stdout(color);
            impact::render::table(&mut out, schema, &reaches)?;
            out.flush()?;
        }
        Form::Json => terminal::print(&impact::render::reach_json(schema, &reaches))?,
        Form::Svg => terminal::print(&impact::render::whole_svg(schema, &reaches))?,
        Form::Mermaid => terminal::print(&impact::render::whole_mermaid(schema, &reaches))?,
    }
    Ok(Outcome::Clean)
}

/// The entity that is asked for, and where the program is; with `--all` the first word is the path.
fn asked(args: &ImpactArgs) -> Result<(Option<&str>, Option<&Path>), Failure> {
    match (args.all, args.entity.as_deref(), args.path.as_deref()) {
        (false, entity, path) => Ok((entity, path)),
        (true, path, None) => Ok((None, path.map(Path::new))),
        (true, Some(entity), Some(_)) => Err(Failure::Usage(format!(
            "`--all` is about every entity: leave `{entity}` out, or leave `--all` out"
        ))),
        (true, None, Some(path)) => Ok((None, Some(path))),
    }
}
