//! The command line: the only room that knows the terminal and ends the process.

mod build;
mod convert_generic;
mod drift;
mod explain;
mod impact;
mod init;
mod input;
mod interrupt;
mod markdown;
mod prove;
mod terminal;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};

use trine::diagnostics::Format;
use trine::target::Target;

const EXAMPLES: &str = "\
Examples:
  trine init shop                                  a project with a schema that builds
  trine build                                      the project around the current directory
  trine build storefront.trine --out generated     one file, without any configuration
  trine build --target postgres --target django    only these two
  trine check --deny warnings --format github      in a workflow of GitHub Actions
  trine prove                                      that the three targets agree, in databases
  trine explain E0401                              why a relation needs its delete rule
  trine explain unions                             how to choose how a union is stored
  trine impact Store                               what deleting a store does
  trine drift --database postgresql://localhost/shop
                                                   where a live database differs
  trine convert-generic Task.owner --database postgresql://localhost/tracker
                                                   what a GenericForeignKey holds, before it goes

Exit status:
  0  clean
  1  errors in the input, warnings under --deny warnings, a database that differs, or
     targets that disagree
  2  wrong usage, or something that can't be read or written";

/// One schema; PostgreSQL, SQLAlchemy and Django that agree.
#[derive(Debug, Parser)]
#[command(name = "trine", version, after_help = EXAMPLES, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Whether to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Generate code and DDL
    #[command(after_help = BUILD_HELP)]
    Build(BuildArgs),
    /// Find errors and warnings, and write nothing
    #[command(after_help = CHECK_HELP)]
    Check(CheckArgs),
    /// Leave a GenericForeignKey behind: audit it, and print the migration to a union
    #[command(after_help = convert_generic::HELP)]
    ConvertGeneric(convert_generic::ConvertArgs),
    /// Find what of the schema a live database lacks, has otherwise, or has besides
    #[command(after_help = drift::HELP)]
    Drift(drift::DriftArgs),
    /// Show that PostgreSQL, SQLAlchemy and Django agree on a schema, in scratch databases
    #[command(after_help = prove::HELP)]
    Prove(prove::ProveArgs),
    /// Explain a diagnostic or a difference by its code, or how a union is stored; or list all there is
    #[command(after_help = explain::HELP)]
    Explain {
        /// The code, such as E0401, or `unions`, or the word after a union's `as`
        #[arg(value_name = "CODE")]
        name: Option<String>,
    },
    /// Say what deleting a row does: what goes with it, what is cleared, what refuses
    #[command(after_help = impact::HELP)]
    Impact(impact::ImpactArgs),
    /// Write a `trine.toml` and a first schema that builds
    Init {
        /// Where; it is made when it is not there
        #[arg(default_value = ".")]
        directory: PathBuf,
    },
}

const BUILD_HELP: &str = "\
PATH is a `.trine` file, a directory with a `trine.toml`, or a directory of `.trine` files.
Without it, the project is the nearest directory with a `trine.toml`, from the current one
upwards.

Everything is written or nothing: errors in the schema, files that Trine did not write and
places that can't be written leave the disk as it was. A file whose contents do not change
keeps its time. A migration that exists stays; the build says so when it is out of date.";

const CHECK_HELP: &str = "\
PATH is a `.trine` file, a directory with a `trine.toml`, or a directory of `.trine` files.
Without it, the project is the nearest directory with a `trine.toml`, from the current one
upwards.

The formats short, json, sarif and github go to the standard output, human to the standard
error.";

#[derive(Debug, Args)]
struct BuildArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Write below DIR: DIR/postgres, DIR/sqlalchemy, DIR/django
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Make an initial migration anew that is out of date
    #[arg(long)]
    replace_initial: bool,
}

#[derive(Debug, Args)]
struct CheckArgs {
    #[command(flatten)]
    input: InputArgs,
}

#[derive(Debug, Args)]
struct InputArgs {
    /// A file or a project
    path: Option<PathBuf>,
    /// Only for this target; may be repeated
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<TargetArg>,
    /// Treat these as errors
    #[arg(long, value_name = "WHAT")]
    deny: Option<Deny>,
    /// How to show errors and warnings
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: FormatArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// Where the output is a terminal, and NO_COLOR is not set
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

/// The library's enums, as values of an option.
#[derive(Debug, Clone, Copy)]
struct TargetArg(Target);

impl ValueEnum for TargetArg {
    fn value_variants<'a>() -> &'a [TargetArg] {
        const ALL: &[TargetArg] = &[
            TargetArg(Target::Postgres),
            TargetArg(Target::Sqlalchemy),
            TargetArg(Target::Django),
        ];
        ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}

#[derive(Debug, Clone, Copy)]
struct FormatArg(Format);

impl ValueEnum for FormatArg {
    fn value_variants<'a>() -> &'a [FormatArg] {
        const ALL: &[FormatArg] = &[
            FormatArg(Format::Human),
            FormatArg(Format::Short),
            FormatArg(Format::Json),
            FormatArg(Format::Sarif),
            FormatArg(Format::Github),
        ];
        ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}

/// How a command ended, when it did what it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Clean,
    Rejected,
}

/// Runs the command that the process was started with.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    interrupt::leave_nothing_behind(cli.color);
    let result = match &cli.command {
        Command::Build(args) => build::build(args, cli.color),
        Command::Check(args) => build::check(args, cli.color),
        Command::ConvertGeneric(args) => convert_generic::convert(args, cli.color),
        Command::Drift(args) => drift::drift(args, cli.color),
        Command::Prove(args) => prove::prove(args, cli.color),
        Command::Explain { name } => explain::explain(name.as_deref(), cli.color),
        Command::Impact(args) => impact::impact(args, cli.color),
        Command::Init { directory } => init::init(directory),
    };
    interrupt::wait_for_the_end();
    let status = match result {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Rejected) => ExitCode::from(1),
        // Whoever reads from us has seen enough.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            terminal::complain(&failure.to_string(), cli.color);
            ExitCode::from(2)
        }
    };
    interrupt::complain_of_what_stays(&trine::live::left_behind(), cli.color);
    status
}

/// Why a command could not do what it was asked to.
#[derive(Debug)]
enum Failure {
    /// Files and directories.
    Project(trine::project::Problems),
    /// What the user wrote on the command line.
    Usage(String),
    /// A live database.
    Database(trine::live::Problem),
    /// The standard output.
    Output(std::io::Error),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Project(problems) => problems.fmt(f),
            Failure::Usage(message) => f.write_str(message),
            Failure::Database(problem) => problem.fmt(f),
            Failure::Output(error) => write!(f, "can't write the output: {error}"),
        }
    }
}

impl From<trine::project::Problems> for Failure {
    fn from(problems: trine::project::Problems) -> Failure {
        Failure::Project(problems)
    }
}

impl From<trine::live::Problem> for Failure {
    fn from(problem: trine::live::Problem) -> Failure {
        Failure::Database(problem)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::Output(error)
    }
}
