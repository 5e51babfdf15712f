//! Actions done in SQL, on the database of the DDL.

use postgres::{Client, Statement};

use crate::live::Problem;
use crate::targets::Program;

use super::judge::{Done, Outcome};
use super::progress::Progress;
use super::rows::{Stage, action_sql, dump_sql, parse_dump};
use super::side::{Side, Way};

/// What every session has, that of Python alike (`python/trine_prove/driver.py`): values are printed in
/// one way, and nothing hangs.
pub(super) const SETTINGS: &str = "SET statement_timeout = '60s'; SET lock_timeout = '30s'; \
    SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'; \
    SET bytea_output = 'hex'; SET extra_float_digits = 1";

/// Does every action of every stage, each in a transaction that is rolled back. Gives, by stage and action,
/// what it came to; there is room for the other ways.
///
/// # Errors
/// The rows can't be made, or the server is gone.
pub(super) fn replay(
    client: &mut Client,
    program: Program<'_>,
    stages: &[Stage],
    progress: &dyn Progress,
) -> Result<Vec<Vec<Vec<Done>>>, Problem> {
    // It names every table: to plan it takes longer than to carry it out.
    let dump = client.prepare(&dump_sql(program))?;
    let mut found = Vec::with_capacity(stages.len());
    for stage in stages {
        let doing = format!("filling the tables {}", stage.what);
        let mut filling = client.transaction()?;
        filling.batch_execute(&stage.empty)?;
        for statement in &stage.fill {
            filling
                .batch_execute(statement)
                .map_err(|error| Problem::from(error).during(&doing))?;
        }
        filling.commit().map_err(|error| Problem::from(error).during(&doing))?;
        let mut done = Vec::with_capacity(stage.actions.len());
        for action in &stage.actions {
            let statements = action_sql(program, &stage.rows, action);
            let outcome = act(client, program, &dump, &statements)?;
            done.push(vec![Done {
                side: Side::Sql,
                way: Way::Statement,
                outcome,
                statements: statements.len(),
            }]);
            progress.done(1);
        }
        found.push(done);
    }
    Ok(found)
}

/// What statements come to, every deferred constraint checked.
fn act(
    client: &mut Client,
    program: Program<'_>,
    dump: &Statement,
    statements: &[String],
) -> Result<Outcome, Problem> {
    let mut transaction = client.transaction()?;
    let done = transaction
        .batch_execute(&statements.join(";\n"))
        .and_then(|()| transaction.batch_execute("SET CONSTRAINTS ALL IMMEDIATE"));
    let outcome = match done {
        Ok(()) => {
            let left: String = transaction.query_one(dump, &[])?.try_get(0)?;
            Outcome::Left(parse_dump(program, &left)?)
        }
        Err(error) if Problem::from(&error).is_lost() => return Err(error.into()),
        Err(error) => match error.as_db_error() {
            // Class 23: integrity constraint violations.
            Some(refused) if refused.code().code().starts_with("23") => Outcome::Refused {
                exception: format!("SQLSTATE {}", refused.code().code()),
                message: refused.message().to_owned(),
            },
            Some(refused) => Outcome::Failed {
                line: format!("{}: {}", refused.code().code(), refused.message()),
                trace: statements.join("\n"),
            },
            None => return Err(error.into()),
        },
    };
    transaction.rollback()?;
    Ok(outcome)
}
