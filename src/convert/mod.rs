//! From a generic relation of Django's to a union: what the generic columns hold, and the migration that
//! makes columns of them that the database can promise something about. Nothing is written to the database
//! that is asked.
//!
//! ```no_run
//! use trine::convert::{Direction, Request, convert, script};
//! # fn answer(program: trine::targets::Program<'_>) -> Result<String, trine::live::Problem> {
//! let mut client = trine::live::connect("postgresql://localhost/tracker")?;
//! let request = Request { relation: Some("Task.owner".to_owned()), ..Request::default() };
//! let conversion = convert(program, &mut client, &request)?;
//! Ok(script(&conversion, Direction::Forward))
//! # }
//! ```

mod audit;
mod catalog;
mod find;
mod findings;
mod generic;
mod history;
mod ids;
mod migration;
mod models;
mod obstacles;
mod plan;
mod report;
mod script;
mod wanted;
mod words;

pub use findings::{Audit, Finding, Kind, Named, TypeCount};
pub use migration::{file_name, migration};
pub use models::ContentType;
pub use plan::Step;
pub use report::{document, write_human};
pub use script::{Direction, script};

use postgres::{Client, IsolationLevel};

use crate::live::Problem;
use crate::targets::Program;

use generic::Generic;
use history::History;
use models::Models;
use words::Words;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `Task.owner`, or `tracker.Task.owner`; without it, the only relation to a union that there is.
    pub relation: Option<String>,
    /// The generic columns, where they are not called as usual.
    pub columns: Columns,
    /// What content types mean that say it by no name: `app.model`, and an alternative's entity.
    pub types: Vec<(String, String)>,
    /// Content types outside the union whose rows are treated as if they pointed at nothing: `app.model`.
    pub left_out: Vec<String>,
    /// What becomes of rows that can't be converted.
    pub dangling: Dangling,
    /// Whether the generic columns go.
    pub drop_old: bool,
    /// How many rows are converted in one transaction.
    pub batch: u32,
    /// The migration of Django's that this one follows: `app.migration`; without it, the last one of the app
    /// that ran.
    pub after: Option<String>,
}

impl Default for Request {
    fn default() -> Request {
        Request {
            relation: None,
            columns: Columns::default(),
            types: Vec::new(),
            left_out: Vec::new(),
            dangling: Dangling::Fail,
            drop_old: false,
            batch: 5000,
            after: None,
        }
    }
}

/// The generic columns by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns {
    /// The column of the content type: `content_type_id`.
    pub content_type: Option<String>,
    /// The column of the object id: `object_id`.
    pub object_id: Option<String>,
}

/// What becomes of rows that can't be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dangling {
    /// Nothing is converted while there are any.
    Fail,
    /// They refer to nothing.
    Null,
    /// They are moved to a table of their own.
    Quarantine,
}

/// Whether a migration tells Django's state what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// The state becomes that of the generated models.
    Told,
    /// The models are written by hand, and so is what the state is told.
    Untold,
}

/// What was found, and what there is to do.
#[derive(Debug, Clone)]
pub struct Conversion {
    /// What the generic columns hold.
    pub audit: Audit,
    /// What stands in the way, and a way out; each a sentence without a full stop. Empty when the steps can
    /// be taken.
    pub obstacles: Vec<String>,
    /// Whether the steps were taken before, but for dropping the generic columns.
    pub applied: bool,
    /// What is to be done, in order.
    pub steps: Vec<Step>,
    history: History,
}

/// Looks at every row of the generic relation, in a transaction that only reads, and says how it becomes
/// what the schema wants.
///
/// # Errors
/// One line: no such relation, no generic columns, or a database that can't be asked.
pub fn convert(
    program: Program<'_>,
    client: &mut Client,
    request: &Request,
) -> Result<Conversion, Problem> {
    let wanted = find::find(program, request.relation.as_deref())?;
    let mut transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()?;
    let reader = &mut transaction;
    let generic = Generic::read(&wanted, &request.columns, reader)?;
    let models = Models::read(&wanted, &request.types, &request.left_out, reader)?;
    let words = Words::of(wanted, generic, models, reader)?;
    let audit = audit::audit(&words, reader).map_err(|problem| problem.during("the audit"))?;
    let applied = plan::is_applied(&words, reader)?;
    let made = plan::made(&words, applied);
    let history = History::read(&words, request.after.as_deref(), made, reader)?;
    transaction.rollback()?;
    let obstacles = obstacles::obstacles(&words, request, &audit, applied);
    let steps = plan::steps(&words, request, applied);
    Ok(Conversion { audit, obstacles, applied, steps, history })
}
