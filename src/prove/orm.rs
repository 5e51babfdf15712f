//! One ORM's side of a proof: its database is built, and every action is done there.

use std::path::Path;

use crate::diff::{Difference, Kind as ObjectKind, diff};
use crate::live::{Problem, Scratch};
use crate::relational::Database;
use crate::target::Options;

use super::judge::Done;
use super::proof::{Catalog, Complaint};
use super::python::Event;
use super::rows::Stage;
use super::run::{Bench, read_catalog, scratch};
use super::side::Side;
use super::task::{self, Known};
use super::trial::{Trial, write};

/// What the threads of a proof have in common.
pub(super) struct Shared<'a> {
    pub(super) bench: Bench<'a>,
    pub(super) trial: &'a Trial,
    pub(super) options: &'a Options,
    pub(super) template: Option<&'a Scratch>,
    pub(super) directory: &'a Path,
    /// The database before anything was made.
    pub(super) before: &'a Database,
    /// The one that the DDL makes.
    pub(super) wanted: &'a Database,
    pub(super) stages: &'a [Stage],
}

/// What came of a side.
pub(super) struct Found {
    pub(super) catalog: Catalog,
    /// By stage and action.
    pub(super) done: Vec<(usize, usize, Done)>,
    /// What was not reached, and why.
    pub(super) skipped: Vec<(String, String)>,
}

impl Shared<'_> {
    /// Builds a side's database, and does every action there.
    pub(super) fn side(&self, side: Side) -> Result<Found, Problem> {
        let Bench { progress, python, .. } = self.bench;
        let program = self.trial.program();
        let Some((_, runner)) = python else {
            return Err(Problem::new(format!("{side} needs Python, and none was started")));
        };
        let directory = self.directory.join(side.name());
        write(self.trial.files(side), &directory)
            .map_err(|error| Problem::new(format!("the scratch directory: {error}")))?;
        let scratch = scratch(self.bench, &side.name(), self.template)?;
        let mut client = scratch.connect()?;
        let task = task::task(program, side, self.options, &directory, &scratch.url(), self.stages);
        let mut catalog = Catalog {
            side,
            differences: Vec::new(),
            left: Vec::new(),
            complaints: Vec::new(),
            failed: None,
            trace: Vec::new(),
        };
        let mut done = Vec::new();
        let mut known = Known::default();
        let mut problem: Option<Problem> = None;
        let failed = runner.run(&task, |event| {
            let heard = match event {
                Event::Complaint { command, message } => {
                    catalog.complaints.push(Complaint { command, message });
                    Ok(())
                }
                Event::Built => read_catalog(&mut client).map(|built| {
                    catalog.differences = diff(self.wanted, &built);
                    progress.done(1);
                }),
                Event::Down => read_catalog(&mut client).map(|left| {
                    let left = diff(self.before, &left).into_iter();
                    catalog.left = left.filter(|left| !is_shared(left)).collect();
                }),
                Event::Acted(acted) => task::done(program, side, acted, &mut known).map(|acted| {
                    done.extend(acted);
                    progress.done(1);
                }),
            };
            if let Err(found) = heard {
                problem.get_or_insert(found);
            }
        });
        if let Some(problem) = problem {
            return Err(problem);
        }
        // Some ways are not open to some actions.
        let cases: usize = self.stages.iter().map(|stage| stage.actions.len()).sum();
        progress.done((2 * cases).saturating_sub(done.len()));
        let mut skipped = Vec::new();
        if let Err(failure) = failed {
            // That a server is gone is no disagreement.
            if let Err(error) = client.batch_execute("SELECT 1") {
                return Err(error.into());
            }
            catalog.failed = Some(failure.line);
            catalog.trace = failure.trace.lines().map(str::to_owned).collect();
            let why = "it failed before; see the disagreements".to_owned();
            skipped.push((format!("what {side} would leave"), why));
        }
        Ok(Found { catalog, done, skipped })
    }
}

/// Whether an object may serve others too, so that a way back leaves it.
fn is_shared(left: &Difference) -> bool {
    match left.kind {
        ObjectKind::Schema | ObjectKind::Extension => true,
        ObjectKind::Type
        | ObjectKind::Sequence
        | ObjectKind::Table
        | ObjectKind::Column
        | ObjectKind::PrimaryKey
        | ObjectKind::Unique
        | ObjectKind::Check
        | ObjectKind::ForeignKey
        | ObjectKind::Exclude
        | ObjectKind::Index
        | ObjectKind::Trigger
        | ObjectKind::Database
        | ObjectKind::Other => false,
    }
}
