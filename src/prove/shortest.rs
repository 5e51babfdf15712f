//! The shortest program that still shows a disagreement.

use std::time::{Duration, Instant};

use crate::shrink::{Limits, shrink};
use crate::source::Sources;
use crate::target::Options;

use super::progress::Silent;
use super::proof::{Disagreement, Kind, Shortest, Unfinished};
use super::run::{Bench, Depth, Failure, run};
use super::side::Side;

/// Looks for it for at most as long as `limit` says.
///
/// A shorter program shows the same when it disagrees in the same kind of thing, on the same side and in
/// the same way.
pub(super) fn shortest(
    bench: Bench<'_>,
    sources: &Sources,
    options: &Options,
    disagreement: &Disagreement,
    limit: Duration,
) -> Shortest {
    let until = Instant::now() + limit;
    let quiet = Bench { progress: &Silent, ..bench };
    let side = disagreement.side;
    let sides: Vec<Side> = if side == Side::Sql { Vec::new() } else { vec![side] };
    let mut shows = disagreement.says.clone();
    let mut tried = 0;
    let mut lost = false;
    let limits = Limits { calls: usize::MAX, until: Some(until) };
    let smallest = shrink(sources, options, limits, &mut |candidate| {
        if lost {
            return false;
        }
        tried += 1;
        bench.progress.doing(&format!("looking for the shortest program, {tried} tried"));
        let proof = match run(quiet, candidate, options, &sides, depth(disagreement.kind)) {
            Ok(proof) => proof,
            Err(failure) => {
                // Without a server, nothing shorter can be found.
                lost = matches!(failure, Failure::Problem(problem) if problem.is_lost());
                return false;
            }
        };
        match proof.disagreements.iter().find(|other| other.resembles(disagreement)) {
            Some(same) => {
                shows.clone_from(&same.says);
                true
            }
            None => false,
        }
    });
    let unfinished = if lost || Instant::now() >= until { Unfinished::Yes } else { Unfinished::No };
    let files = smallest.iter().map(|(_, file)| (file.path.clone(), file.text.to_string()));
    Shortest { files: files.collect(), shows, tried, unfinished }
}

/// What has to be done to show it: the databases alone, or rows too.
fn depth(kind: Kind) -> Depth {
    match kind {
        Kind::Catalog | Kind::Complaint | Kind::WayBack => Depth::Catalogs,
        Kind::Failure
        | Kind::Rows
        | Kind::Touched
        | Kind::Refusal
        | Kind::Exception
        | Kind::Statements
        | Kind::Roundtrip => Depth::Everything,
    }
}
