//! What of a schema a live database lacks, has otherwise, or has besides; nothing is written to it.
//!
//! A difference of texts means nothing while only one side is in PostgreSQL's own words. So the schema is
//! applied, in schemas with names that nobody else has and in a transaction that is rolled back, and read
//! from the catalogs as the live database is. Where that may not be (a role that may not create, a
//! standby), it happens in a scratch server instead.

mod ignore;
mod names;
mod report;
mod scope;
mod stand_in;
mod wanted;

pub use ignore::Ignore;
pub use report::{document, write_human};
pub use wanted::Scratch;

use postgres::{Client, IsolationLevel};

use crate::diff::{Difference, diff};
use crate::introspect::introspect_within;
use crate::live::Problem;
use crate::targets::Program;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The database's name.
    pub database: String,
    /// The server's version, as it says it: `15.18`.
    pub version: String,
    /// How many tables were compared, those of others that relations refer to among them.
    pub tables: usize,
    /// What differs: before is the schema, after the database.
    pub differences: Vec<Difference>,
    /// How many differences a pattern of [`Ignore`] left out.
    pub ignored: usize,
    /// What others keep in the same schemas, by name: it was left out.
    pub others: Vec<String>,
    /// What is worth knowing about how it was compared; each a sentence without a full stop.
    pub notes: Vec<String>,
}

/// Compares what a program's schema asks for with a live database. Nothing is written to it: what is created
/// there is rolled back, and no lock is taken on anything of its own but what reading a catalog takes.
///
/// # Errors
/// One line: what can't be read, or why PostgreSQL can't be asked for its words, and a way out.
pub fn drift(
    program: Program<'_>,
    client: &mut Client,
    scratch: Scratch<'_>,
    ignore: &Ignore,
) -> Result<Drift, Problem> {
    let place = scope::place(client)?;
    let (mut wanted, notes) = wanted::wanted(program, client, &place, scratch)?;
    let mut transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()?;
    wanted::be_patient(&mut transaction)?;
    let scope = scope::live(program.database, &place);
    let mut live = introspect_within(&mut transaction, &scope)
        .map_err(|error| error.during("reading the database"))?;
    transaction.rollback()?;
    scope::find_external(&wanted, &mut live, &place);
    wanted::settle_search_paths(&mut wanted, &live, &place);
    let mut found = Drift {
        database: place.database.clone(),
        version: place.version.clone(),
        tables: wanted.tables.len(),
        differences: Vec::new(),
        ignored: 0,
        others: Vec::new(),
        notes,
    };
    let declared = scope::Declared::of(&wanted);
    for difference in diff(&wanted, &live) {
        match declared.whose(&difference) {
            scope::Whose::Elsewhere => {}
            scope::Whose::Others => found.others.push(scope::named(&difference)),
            scope::Whose::Ours if ignore.matches(&difference, &place.home) => found.ignored += 1,
            scope::Whose::Ours => found.differences.push(difference),
        }
    }
    Ok(found)
}
