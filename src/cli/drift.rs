//! `trine drift`: what of the schema a live database lacks, has otherwise, or has besides.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use trine::drift::{self, Ignore, Scratch};
use trine::live::connect;
use trine::prove::python::{Interpreter, Needs};
use trine::target::Options;

use super::{Color, Failure, Outcome, build, input, terminal};

pub(super) const HELP: &str = "\
Examples:
  trine drift --database postgresql://localhost/shop    the project around the current directory
  trine drift shop.trine --database shop                one file; the rest of the URL from PG…
  trine drift --ignore 'legacy_*' --ignore D0105        but for these tables, and this code
  trine drift --format json                             for programs; DATABASE_URL says where

PATH is a `.trine` file, a directory with a `trine.toml`, or a directory of `.trine` files.
Without it, the project is the nearest directory with a `trine.toml`, from the current one
upwards.

PATTERN is a code (D0105), a table (banner, shop.banner) or what is in one (banner.ix_*), with
`*` for any text and `?` for any character. `ignore = [\"…\"]` under [drift] in `trine.toml` says
the same for good.

Nothing is written to the database. PostgreSQL is asked for its own words in a transaction that
is rolled back; where the role may not create anything, in a private server, or in that of
--scratch.

Exit status:
  0  the database is as the schema says
  1  it is not, or the schema has errors
  2  it can't be told: wrong usage, no connection, a privilege that is missing";

#[derive(Debug, Args)]
pub(super) struct DriftArgs {
    /// A file or a project
    path: Option<PathBuf>,
    /// The database; without it, that of DATABASE_URL
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Leave out what others own; may be repeated
    #[arg(long = "ignore", value_name = "PATTERN")]
    ignore: Vec<String>,
    /// Ask this database for PostgreSQL's words, in a transaction that is rolled back
    #[arg(long, value_name = "URL")]
    scratch: Option<String>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For the terminal
    Human,
    /// For programs
    Json,
}

pub(super) fn drift(args: &DriftArgs, color: Color) -> Result<Outcome, Failure> {
    let project = input::project(args.path.as_deref(), &[])?;
    let (model, diagnostics) = trine::model(&project.sources, &project.options);
    let Some(model) = model else {
        return build::reject(&project.sources, &diagnostics, color);
    };
    let url = input::database(args.database.as_deref())?;
    let patterns = project.ignored.iter().chain(&args.ignore).map(String::as_str);
    let directory = input::directory(args.path.as_deref());
    let python = || wheel_interpreter(&directory);
    let scratch = match &args.scratch {
        Some(url) => Scratch::At(url),
        None => Scratch::Automatic { python: &python },
    };
    let mut client = connect(&url)?;
    let found = drift::drift(model.program(), &mut client, scratch, &Ignore::new(patterns))?;
    match args.format {
        Form::Human => {
            let mut out = terminal::stdout(color);
            drift::write_human(&mut out, &found)?;
            out.flush()?;
        }
        Form::Json => terminal::print(&drift::document(&found))?,
    }
    Ok(if found.differences.is_empty() { Outcome::Clean } else { Outcome::Rejected })
}

/// A Python that may hold PostgreSQL's binaries, for a private server.
fn wheel_interpreter(project: &Path) -> Option<PathBuf> {
    let needs = Needs::of(&Options { targets: Vec::new(), ..Options::default() }, true);
    Interpreter::find(None, project, &needs).ok().map(|found| found.path)
}
