//! PostgreSQL servers that run: connecting to one, starting a private one, and databases (and directories)
//! that are gone when they are no longer needed. Every failure is one line that a person understands.
//!
//! ```no_run
//! use trine::live::{Binaries, Problem, Server};
//!
//! fn answer() -> Result<i32, Problem> {
//!     let server = Server::start(&Binaries::find(None)?)?;
//!     let database = server.scratch("manual")?;
//!     Ok(database.connect()?.query_one("SELECT 42", &[])?.get(0))
//! }
//! ```

#[cfg(unix)]
mod account;
mod binaries;
mod connect;
mod conninfo;
mod defaults;
mod directory;
mod leftovers;
mod notation;
mod parameters;
mod place;
#[cfg_attr(not(unix), path = "private_elsewhere.rs")]
mod private;
mod problem;
mod registry;
mod scratch;
mod server;
mod tls;
mod unreached;
mod version;

pub use binaries::{Binaries, Wish};
pub use connect::connect;
pub use directory::Directory;
pub use problem::Problem;
pub(crate) use problem::reason_of;
pub use registry::{clean_up, left_behind};
pub use scratch::Scratch;
pub use server::Server;
pub use version::Version;
