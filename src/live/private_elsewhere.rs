//! Where there are no sockets in directories and no shell, there is no private server.

use super::binaries::Binaries;
use super::conninfo::Conninfo;
use super::problem::Problem;

/// A server that runs; there is none here.
#[derive(Debug)]
pub(super) enum Private {}

impl Private {
    /// Says what else there is.
    pub(super) fn start(_: &Binaries) -> Result<(Private, Conninfo), Problem> {
        Err(Problem::new(
            "a private PostgreSQL server can be started on Linux and macOS only: give the URL of one that runs",
        ))
    }
}
