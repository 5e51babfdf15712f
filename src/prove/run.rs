//! A proof from beginning to end: the databases, the rows, every way, and what came of it.

use std::fmt;
use std::time::Instant;

use smol_str::SmolStr;

use crate::diagnostics::Diagnostic;
use crate::impact::predict;
use crate::introspect::{Scope, introspect};
use crate::live::{Directory, Problem, Scratch, Server};
use crate::relational::{Database, QualifiedName};
use crate::source::Sources;
use crate::target::Options;

use super::action::Deed;
use super::judge::{judge, rewritten};
use super::lines::Lines;
use super::orm::{Found, Shared};
use super::progress::Progress;
use super::proof::{Proof, Versions};
use super::python::{Interpreter, Runner};
use super::rows::{Stages, stages};
use super::side::Side;
use super::task;
use super::template::template;
use super::trial::{Compiler, Trial};
use super::{sql, words};

/// What a proof runs on.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// Where the databases are made.
    pub server: &'a Server,
    /// What runs the ORMs, and in which interpreter; not needed where no ORM is to be proven.
    pub python: Option<(&'a Interpreter, &'a Runner)>,
    /// What makes the files that are proven.
    pub compiler: &'a Compiler<'a>,
    /// Who watches.
    pub progress: &'a dyn Progress,
}

/// Why nothing could be proven.
#[derive(Debug)]
pub enum Failure {
    /// The program has errors.
    Schema(Vec<Diagnostic>),
    /// The server has not these extensions, which the program needs.
    Extensions(Vec<String>),
    /// Something that a proof needs is not there.
    Problem(Problem),
}

impl fmt::Display for Failure {
    /// In a line; of the program's errors only how many there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Schema(diagnostics) => {
                write!(f, "the schema has errors: {}", diagnostics.len())
            }
            Failure::Extensions(names) => write!(
                f,
                "the server has no extension {}: install it there (the package postgresql-contrib \
                 has most), or name another server with --database",
                names.join(", ")
            ),
            Failure::Problem(problem) => problem.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        Failure::Problem(problem)
    }
}

/// How much of a proof is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// The databases alone.
    Catalogs,
    /// Rows too.
    Everything,
}

/// The table in which Django keeps which migrations were run.
const MIGRATIONS: &str = "django_migrations";

/// Carries a proof out.
pub(super) fn run(
    bench: Bench<'_>,
    sources: &Sources,
    options: &Options,
    sides: &[Side],
    depth: Depth,
) -> Result<Proof, Failure> {
    let began = Instant::now();
    let Bench { progress, .. } = bench;
    progress.doing("compiling");
    let trial = Trial::new(sources, options, sides, bench.compiler).map_err(Failure::Schema)?;
    let program = trial.program();
    let directory = Directory::new()?;
    if let Some((_, runner)) = bench.python {
        runner.guard(bench.server);
        runner.guard_directory(&directory);
    }
    // Another app's model is not here to be related to.
    let foreign = task::foreign_models(program);
    let is_open = |side: &&Side| foreign.is_empty() || !matches!(side, Side::Django(_));
    let open: Vec<Side> = sides.iter().filter(is_open).copied().collect();
    let closed = sides.len() > open.len();
    let sides = open.as_slice();
    progress.doing("making the databases");
    let template = template(bench, program, sides)?;
    let ddl = scratch(bench, "sql", template.as_ref())?;
    let mut client = ddl.connect()?;
    client.batch_execute(sql::SETTINGS).map_err(Problem::from)?;
    let lacking = lacking(&mut client, program.database)?;
    if !lacking.is_empty() {
        return Err(Failure::Extensions(lacking));
    }
    let before = read_catalog(&mut client)?;
    let applied = client.batch_execute(&trial.ddl());
    if let Err(error) = applied {
        let problem = Problem::from(error);
        if problem.is_lost() {
            return Err(problem.into());
        }
        let mut proof = empty(bench, began);
        proof.disagreements.push(words::failure(
            Side::Sql,
            "applying the DDL",
            &problem.to_string(),
        ));
        return Ok(proof);
    }
    let wanted = read_catalog(&mut client)?;
    progress.doing("making rows");
    let stages = match depth {
        Depth::Catalogs => Stages::default(),
        Depth::Everything => stages(program, &mut client)?,
    };
    let shared = Shared {
        bench,
        trial: &trial,
        options,
        template: template.as_ref(),
        directory: directory.path(),
        before: &before,
        wanted: &wanted,
        stages: &stages.stages,
    };
    let cases: usize = stages.stages.iter().map(|stage| stage.actions.len()).sum();
    progress.expect(cases + sides.len() * (1 + 2 * cases));
    progress.doing("replaying");
    let (by_sql, found) = std::thread::scope(|scope| {
        let threads: Vec<_> = sides
            .iter()
            .map(|&side| {
                let shared = &shared;
                scope.spawn(move || shared.side(side))
            })
            .collect();
        let by_sql = sql::replay(&mut client, program, &stages.stages, progress);
        let found: Vec<_> = threads
            .into_iter()
            .map(|thread| {
                thread.join().unwrap_or_else(|_| {
                    Err(Problem::new("a thread of the proof ended before its time"))
                })
            })
            .collect();
        (by_sql, found)
    });
    let mut ways = by_sql?;
    let mut proof = empty(bench, began);
    let mut lines = Lines::default();
    for uncovered in stages.uncovered {
        lines.uncover(uncovered.what, uncovered.why);
    }
    if closed {
        let why = format!("it relates to models of other apps: {}", foreign.join(", "));
        lines.uncover("Django".to_owned(), why);
    }
    let mut of_rows = Vec::new();
    proof.disagreements.extend(words::structure(&before, program.database, &wanted));
    for found in found {
        let Found { catalog, done, skipped } = found?;
        proof.disagreements.extend(words::catalog(&catalog));
        proof.catalogs.push(catalog);
        for why in skipped {
            lines.uncover(why.0, why.1);
        }
        for (stage, action, done) in done {
            let Some(case) = ways.get_mut(stage) else { continue };
            match case.get_mut(action) {
                Some(case) => case.push(done),
                None => of_rows.extend(rewritten(program, &stages.stages[stage], &done)),
            }
        }
    }
    for (stage, cases) in stages.stages.iter().zip(&ways) {
        for (action, ways) in stage.actions.iter().zip(cases) {
            let deed = Deed { program, rows: &stage.rows, action };
            let prediction = predict(program, &stage.rows, action);
            let judged = judge(deed, &stage.what, &prediction, ways);
            lines.add(stage, deed, ways, &judged);
            of_rows.extend(judged.disagreements);
        }
    }
    proof.disagreements.extend(of_rows);
    proof.lines = lines.lines;
    proof.uncovered = lines.uncovered;
    proof.seconds = began.elapsed().as_secs_f64();
    Ok(proof)
}

fn empty(bench: Bench<'_>, began: Instant) -> Proof {
    let mut versions = Versions {
        trine: env!("CARGO_PKG_VERSION").to_owned(),
        postgresql: bench.server.version().text().to_owned(),
        ..Versions::default()
    };
    if let Some((interpreter, _)) = bench.python {
        versions.python = Some(interpreter.version.clone());
        versions.sqlalchemy.clone_from(&interpreter.installed.sqlalchemy);
        versions.django.clone_from(&interpreter.installed.django);
    }
    Proof {
        versions,
        catalogs: Vec::new(),
        lines: Vec::new(),
        disagreements: Vec::new(),
        uncovered: Vec::new(),
        shortest: None,
        seconds: began.elapsed().as_secs_f64(),
    }
}

/// The extensions that the program needs and the server has not.
fn lacking(client: &mut postgres::Client, database: &Database) -> Result<Vec<String>, Problem> {
    let wanted: Vec<&str> = database.extensions.iter().map(SmolStr::as_str).collect();
    let query = "SELECT unnest($1::text[]) EXCEPT SELECT name::text FROM pg_available_extensions \
                 ORDER BY 1";
    Ok(client.query(query, &[&wanted])?.iter().map(|row| row.get(0)).collect())
}

/// A new database: empty, or like the one that has what the program needs and does not make.
pub(super) fn scratch(
    bench: Bench<'_>,
    stem: &str,
    template: Option<&Scratch>,
) -> Result<Scratch, Problem> {
    match template {
        None => bench.server.scratch(stem),
        Some(template) => bench.server.scratch_from(template, stem),
    }
}

pub(super) fn read_catalog(client: &mut postgres::Client) -> Result<Database, Problem> {
    let migrations = QualifiedName { schema: None, name: MIGRATIONS.into() };
    introspect(client, &Scope::default().without([migrations]))
        .map_err(|error| error.during("reading the catalog"))
}
