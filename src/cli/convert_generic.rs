//! `trine convert-generic`: from a generic relation of Django's to a union.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use trine::Model;
use trine::convert::{self, Columns, Conversion, Dangling, Direction, Request, State};
use trine::live::connect;
use trine::target::DjangoOptions;

use super::{Color, Failure, Outcome, build, input, terminal};

pub(super) const HELP: &str = "\
Examples:
  trine convert-generic Task.owner --database postgresql://localhost/tracker
                                                what the generic columns hold; changes nothing
  trine convert-generic Task.owner --format django --out tracker/migrations/0007_task_owner.py
                                                the Django migration; DATABASE_URL says where
  trine convert-generic Task.owner --format sql --out owner.sql
                                                the script for psql, and owner.reverse.sql
  trine convert-generic Task.owner --format django --dangling quarantine
                                                rows that point at nothing go to a table of their own
  trine convert-generic Task.owner --format django --drop-old
                                                later: drop the generic columns

RELATION is a relation to a union, as in the schema: `Task.owner`; it may be left out where
there is only one. A relation to one entity is converted too, when it is named. PATH is a `.trine` file, a directory with a `trine.toml`, or a directory of
`.trine` files. Without it, the project is the nearest directory with a `trine.toml`.

The generic columns are found by their names (content_type_id and object_id, or
owner_content_type_id and owner_object_id), or by the foreign key to django_content_type.
A content type is the entity of its app and model; --type says what it means otherwise.

This command only reads. What it prints adds the new columns, keeps old and new in step by a
trigger while programs write either, converts the rows in batches, and validates the
constraints without a long lock. It can be run again where it was cut short, and reversed.
The generic columns stay until --drop-old.

Exit status:
  0  it can be converted so
  1  something stands in the way, and nothing was printed but what; or the schema has errors
  2  it can't be told: wrong usage, no connection, no such columns";

#[derive(Debug, Args)]
pub(super) struct ConvertArgs {
    /// The relation that takes the place of the generic one: Task.owner
    relation: Option<String>,
    /// A file or a project
    path: Option<PathBuf>,
    /// The database that holds the generic columns; without it, that of DATABASE_URL
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "audit")]
    format: Form,
    /// What becomes of rows that can't be converted
    #[arg(long, value_name = "WHAT", default_value = "fail")]
    dangling: DanglingArg,
    /// Drop the generic columns, when no program writes them any more
    #[arg(long)]
    drop_old: bool,
    /// How many rows are converted in one transaction
    #[arg(long, value_name = "ROWS", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
    /// The column of the content type
    #[arg(long, value_name = "COLUMN")]
    content_type: Option<String>,
    /// The column of the object id
    #[arg(long, value_name = "COLUMN")]
    object_id: Option<String>,
    /// Rows of this content type refer to this entity: crm.customer=Person; may be repeated
    #[arg(long = "type", value_name = "APP.MODEL=ENTITY", value_parser = meaning)]
    types: Vec<(String, String)>,
    /// Treat rows of this content type as if they pointed at nothing; may be repeated
    #[arg(long, value_name = "APP.MODEL")]
    leave_out: Vec<String>,
    /// Print the way back; with --out it is written beside the script anyway
    #[arg(long)]
    reverse: bool,
    /// The migration that the Django migration follows; without it, the last of the app that ran
    #[arg(long, value_name = "APP.MIGRATION")]
    after: Option<String>,
    /// Leave Django's state alone: for models that are written by hand
    #[arg(long)]
    no_state: bool,
    /// Write to this file, which must not exist yet
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// What the generic columns hold, for the terminal
    Audit,
    /// The same, for programs
    Json,
    /// A script for psql
    Sql,
    /// A migration of Django's
    Django,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DanglingArg {
    /// Convert nothing while there are any
    Fail,
    /// They refer to nothing; for a relation `0..1`
    Null,
    /// They are moved to a table of their own
    Quarantine,
}

pub(super) fn convert(args: &ConvertArgs, color: Color) -> Result<Outcome, Failure> {
    if args.reverse && args.format == Form::Django {
        let message =
            "--reverse: a migration of Django's has its way back in it; `migrate` goes there";
        return Err(Failure::Usage(message.to_owned()));
    }
    let (relation, path) = asked(args);
    let project = input::project(path, &[])?;
    let (model, diagnostics) = trine::model(&project.sources, &project.options);
    let Some(model) = model else {
        return build::reject(&project.sources, &diagnostics, color);
    };
    let url = input::database(args.database.as_deref())?;
    let request = Request {
        relation: relation.map(str::to_owned),
        columns: Columns {
            content_type: args.content_type.clone(),
            object_id: args.object_id.clone(),
        },
        types: args.types.clone(),
        left_out: args.leave_out.clone(),
        dangling: match args.dangling {
            DanglingArg::Fail => Dangling::Fail,
            DanglingArg::Null => Dangling::Null,
            DanglingArg::Quarantine => Dangling::Quarantine,
        },
        drop_old: args.drop_old,
        batch: args.batch,
        after: args.after.clone(),
    };
    let mut client = connect(&url)?;
    let conversion = convert::convert(model.program(), &mut client, &request)?;
    match args.format {
        Form::Audit => {
            let mut out = terminal::stdout(color);
            convert::write_human(&mut out, &conversion)?;
            out.flush()?;
        }
        Form::Json => terminal::print(&convert::document(&conversion))?,
        Form::Sql | Form::Django => {
            let mut out = terminal::stderr(color);
            convert::write_human(&mut out, &conversion)?;
            out.flush()?;
            if conversion.obstacles.is_empty() {
                print(args, &model, &project.options.django, &conversion)?;
            }
        }
    }
    Ok(if conversion.obstacles.is_empty() { Outcome::Clean } else { Outcome::Rejected })
}

/// Prints or writes the migration.
fn print(
    args: &ConvertArgs,
    model: &Model,
    django: &DjangoOptions,
    conversion: &Conversion,
) -> Result<(), Failure> {
    let text = if args.format == Form::Django {
        let state = if args.no_state { State::Untold } else { State::Told };
        convert::migration(model.program(), django, conversion, state)?
    } else {
        let direction = if args.reverse { Direction::Reverse } else { Direction::Forward };
        convert::script(conversion, direction)
    };
    let Some(path) = &args.out else {
        if args.format == Form::Django {
            writeln!(io::stderr(), "\nit belongs into {}", convert::file_name(conversion))?;
        }
        return Ok(terminal::print(&text)?);
    };
    let mut files = vec![(path.clone(), text)];
    if args.format == Form::Sql && !args.reverse {
        let reverse = convert::script(conversion, Direction::Reverse);
        files.push((path.with_extension("reverse.sql"), reverse));
    }
    for (path, _) in &files {
        if path.exists() {
            return Err(Failure::Usage(format!(
                "--out: {} exists; remove it first, or give another name",
                path.display()
            )));
        }
    }
    for (path, text) in &files {
        write(path, text).map_err(|error| {
            Failure::Usage(format!("--out: can't write {}: {error}", path.display()))
        })?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::File::create_new(path)?.write_all(text.as_bytes())
}

/// The relation that is asked for, and where the program is; a single word that is a path is the latter.
fn asked(args: &ConvertArgs) -> (Option<&str>, Option<&Path>) {
    match (args.relation.as_deref(), args.path.as_deref()) {
        (Some(word), None) if word.ends_with(".trine") || Path::new(word).is_dir() => {
            (None, Some(Path::new(word)))
        }
        (relation, path) => (relation, path),
    }
}

/// `crm.customer=Person`
fn meaning(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((ty, entity)) if !ty.is_empty() && !entity.is_empty() => {
            Ok((ty.to_owned(), entity.to_owned()))
        }
        _ => Err("write app.model=Entity, such as crm.customer=Person".to_owned()),
    }
}
