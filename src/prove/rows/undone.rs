//! What is tried in a transaction, and undone, so that a refusal harms nothing.

use postgres::{Error, GenericClient};

use crate::live::Problem;

/// Tries something in a savepoint, and undoes it, whatever came of it. `client` is in a transaction.
///
/// A savepoint to which a transaction was rolled back is still there, which is all that rust-postgres does: the
/// next one lies within it, and a row that is written below a thousand of them takes a thousand locks, which are
/// held to the end of the transaction.
///
/// # Errors
/// The connection is lost.
pub(super) fn undone<C: GenericClient, T>(
    client: &mut C,
    what: impl FnOnce(&mut C) -> Result<T, Error>,
) -> Result<Result<T, Error>, Problem> {
    client.batch_execute("SAVEPOINT tried")?;
    let outcome = what(client);
    client.batch_execute("ROLLBACK TO SAVEPOINT tried; RELEASE SAVEPOINT tried")?;
    Ok(outcome)
}
