//! The proof that the targets agree on a schema: databases with one catalog, and every delete, clearing and
//! re-parenting carried out in each way, with the same rows left behind.
//!
//! [`prove`] makes scratch databases from the DDL, from SQLAlchemy's `create_all` and from Django's
//! `migrate` under each delete option, compares their catalogs, fills them with the same rows, and does the
//! same things to these rows through SQL, SQLAlchemy and Django, each in a transaction that is rolled back.
//! What is left is compared with what [`crate::impact::predict`] says of the schema alone. What can't be
//! shown is said to be [`Uncovered`]; it never counts as agreed.

mod action;
mod judge;
mod lines;
mod orm;
mod progress;
mod proof;
pub mod python;
pub mod report;
pub mod rows;
mod run;
mod shortest;
mod side;
mod sql;
mod statements;
mod task;
mod template;
mod trial;
mod words;

use std::time::{Duration, Instant};

pub use progress::{Progress, Silent};
pub use proof::{
    Catalog, Complaint, Disagreement, Kind, Line, Proof, Shortest, Uncovered, Unfinished, Verdict,
    Versions, WayLine,
};
pub use run::{Bench, Failure};
pub use side::{Side, Way};
pub use trial::Compiler;

use crate::source::Sources;
use crate::target::Options;

/// What is to be proven.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Who is compared with SQL and with the schema; [`Side::of`] gives those of a project.
    pub sides: Vec<Side>,
    /// How long to look for the shortest program that still shows the first disagreement; zero is not at
    /// all.
    pub shrink: Duration,
}

/// Proves that the sides agree on a program.
///
/// A disagreement is not a failure: it is in the [`Proof`].
///
/// # Errors
/// When the program has errors, or a server, an interpreter or a right is missing.
pub fn prove(
    bench: Bench<'_>,
    sources: &Sources,
    options: &Options,
    wanted: &Wanted,
) -> Result<Proof, Failure> {
    let began = Instant::now();
    let mut proof = run::run(bench, sources, options, &wanted.sides, run::Depth::Everything)?;
    if let Some(first) = proof.disagreements.first()
        && !wanted.shrink.is_zero()
    {
        let found = shortest::shortest(bench, sources, options, first, wanted.shrink);
        proof.shortest = Some(found);
        proof.seconds = began.elapsed().as_secs_f64();
    }
    Ok(proof)
}
