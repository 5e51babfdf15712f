//! How many rows a delete would reach in a live database: asked in one statement, which only reads.

mod sql;

use postgres::Client;

use crate::live::Problem;
use crate::targets::Program;

use super::counted::{BranchCount, CheckCount, Counts, TargetCount};
use super::reached::Impact;
use super::rules::Effect;
use sql::Asked;

/// How long the database may take.
const PATIENCE: &str = "SET LOCAL statement_timeout = '60s'; SET LOCAL lock_timeout = '5s'";

/// Counts the rows of each branch, for the rows of the entity that satisfy a condition in SQL, or for all of
/// them. Nothing is written, and no row leaves the database.
///
/// # Errors
/// When the condition is none, the database has not the tables of the program, may not be read, or takes
/// longer than a minute.
pub fn count(
    program: Program<'_>,
    impact: &Impact,
    condition: Option<&str>,
    client: &mut Client,
) -> Result<Counts, Problem> {
    let mut transaction = client.build_transaction().read_only(true).start()?;
    transaction.batch_execute(PATIENCE)?;
    if let Some(condition) = condition {
        // Twice, so that whatever closes the parenthesis of the one is no SQL in the other.
        for statement in sql::trials(program, impact.entity(), condition) {
            let prepared = transaction
                .prepare(&statement)
                .map_err(|error| Problem::from(error).during("--where"))?;
            if !prepared.params().is_empty() {
                return Err(Problem::new("--where: write values where it has `$1`"));
            }
        }
    }
    let statement = sql::statement(program, impact, condition);
    let rows = transaction.query(&statement, &[]).map_err(Problem::from)?;
    transaction.rollback()?;
    let mut counts = empty(program, impact, condition);
    for row in rows {
        let [place, nth, check]: [i32; 3] = [row.try_get(1)?, row.try_get(2)?, row.try_get(3)?];
        let (place, nth, check) = (place as usize, nth as usize, check as usize);
        let number: i64 = row.try_get(4)?;
        let number = number.unsigned_abs();
        let asked: String = row.try_get(0)?;
        let Some(asked) = Asked::read(&asked) else { continue };
        match asked {
            Asked::Deleted => counts.deleted[place] = number,
            Asked::Rows => counts.branches[place][nth].rows = number,
            Asked::Gone => counts.branches[place][nth].gone = number,
            Asked::LinkBound => counts.branches[place][nth].bound = number,
            Asked::Fails => counts.branches[place][nth].checks[check].fails = Some(number),
            Asked::AtRisk => counts.branches[place][nth].checks[check].at_risk = number,
            Asked::TargetBound => counts.targets[place][nth].bound = number,
            Asked::Taken => counts.targets[place][nth].taken = number,
            Asked::Links => counts.links[nth].1 = number,
        }
    }
    for (deleted, counts) in impact.deleted.iter().zip(&mut counts.branches) {
        for (branch, count) in deleted.branches.iter().zip(counts) {
            // The two are asked for together: those that refer, and those among them that go.
            if branch.effect != Effect::Deleted {
                count.rows -= count.gone.min(count.rows);
            }
        }
    }
    Ok(counts)
}

/// Nothing counted yet.
fn empty(program: Program<'_>, impact: &Impact, condition: Option<&str>) -> Counts {
    let branch = |branch: &super::Branch| BranchCount {
        checks: vec![CheckCount::default(); branch.checks.len()],
        ..BranchCount::default()
    };
    Counts {
        condition: condition.map(str::to_owned),
        deleted: vec![0; impact.deleted.len()],
        branches: impact
            .deleted
            .iter()
            .map(|deleted| deleted.branches.iter().map(branch).collect())
            .collect(),
        targets: impact
            .deleted
            .iter()
            .map(|deleted| vec![TargetCount::default(); deleted.targets.len()])
            .collect(),
        links: impact.links(program.schema).into_iter().map(|link| (link, 0)).collect(),
    }
}
