//! PostgreSQL servers that run: connecting to one, starting a private one, and databases that are gone
//! when they are no longer needed. Every failure is one line that a person understands.

mod connect;
mod conninfo;
mod defaults;
mod problem;
mod tls;
mod version;

pub use connect::connect;
pub use problem::Problem;
pub use version::Version;
