//! From the catalogs of a live PostgreSQL to the [`Database`] that lowering makes, in one round trip for
//! each catalog.
//!
//! # The normal form
//! PostgreSQL prints expressions, types and definitions in its own words, and these depend on the session:
//! on `search_path`, `DateStyle`, `TimeZone`. Here they are always printed under the same settings, with
//! `search_path` set to the schema that is [home](Scope::home) (`public` unless told otherwise) and
//! `public`. So a name in the home schema is printed without a schema, one elsewhere with it, and a table
//! that is home has the name that a lowered one has, whose schema is `None`. A schema that was applied to
//! a scratch schema and is read with that as its home is in the same words as one in `public`.
//!
//! Tables, and the parts of a table, are sorted by name; columns keep their order. Owners and privileges
//! are not part of a [`Database`]; what an extension owns is left out.
//!
//! Nothing is parsed out of a definition where a catalog has a column for it. What remains text is what
//! only PostgreSQL can read: expressions, views, functions.

mod columns;
mod constraints;
mod indexes;
mod others;
mod reader;
mod relations;
mod scope;
mod sequences;
mod settings;
mod tables;
mod text;
mod triggers;
mod types;

pub use scope::Scope;

use postgres::{Client, IsolationLevel, Transaction};

use crate::live::Problem;
use crate::relational::Database;

use self::reader::Reader;

/// Reads what is in `scope`, all as of one moment: in a transaction of its own, REPEATABLE READ and READ
/// ONLY.
///
/// # Errors
/// The connection is lost, or the server refuses to be asked.
pub fn introspect(client: &mut Client, scope: &Scope) -> Result<Database, Problem> {
    let mut transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()?;
    let database = read(&mut transaction, scope)?;
    transaction.commit()?;
    Ok(database)
}

/// Reads what is in `scope` as an open transaction sees it, its own uncommitted changes among it. The
/// transaction's settings are as before when it is done. It is all as of one moment if the transaction is
/// REPEATABLE READ.
///
/// # Errors
/// The connection is lost, or the server refuses to be asked. The transaction can still be used then.
pub fn introspect_within(
    transaction: &mut Transaction<'_>,
    scope: &Scope,
) -> Result<Database, Problem> {
    let mut savepoint = transaction.transaction()?;
    let database = read(&mut savepoint, scope)?;
    savepoint.rollback()?;
    Ok(database)
}

/// Each line that may fail is one round trip, `relations` two.
fn read(transaction: &mut Transaction<'_>, scope: &Scope) -> Result<Database, Problem> {
    let version = settings::fix(transaction, scope)?;
    let mut reader = Reader::new(transaction, scope, version);
    relations::schemas(&mut reader)?;
    relations::extensions(&mut reader)?;
    let relations = relations::relations(&mut reader)?;
    let constraints = constraints::rows(&mut reader, &relations)?;
    tables::lay_out(&mut reader, &relations, &constraints);
    columns::read(&mut reader, &relations)?;
    constraints::add(&mut reader, constraints);
    indexes::read(&mut reader)?;
    sequences::read(&mut reader, &relations)?;
    triggers::read(&mut reader)?;
    tables::policies(&mut reader)?;
    tables::rules(&mut reader)?;
    tables::statistics(&mut reader)?;
    types::read(&mut reader)?;
    others::functions(&mut reader)?;
    Ok(reader.finish())
}
