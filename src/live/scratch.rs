//! A database that is dropped when it is no longer needed.

use std::sync::Arc;

use postgres::Client;

use super::connect;
use super::problem::Problem;
use super::registry;
use super::server::Shared;

/// A database of its own on a [`super::Server`]; dropped, whoever is connected to it, with this value.
#[derive(Debug)]
pub struct Scratch {
    shared: Arc<Shared>,
    name: String,
}

impl Scratch {
    pub(super) fn new(shared: Arc<Shared>, name: String) -> Scratch {
        Scratch { shared, name }
    }

    /// The database's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is reached, for rust-postgres, psycopg and SQLAlchemy alike. A password may be in it.
    #[must_use]
    pub fn url(&self) -> String {
        self.shared.conninfo(&self.name).url()
    }

    /// A connection to it.
    ///
    /// # Errors
    /// Why there is none.
    pub fn connect(&self) -> Result<Client, Problem> {
        connect::open(&self.shared.conninfo(&self.name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // An interrupt drops everything by itself.
        if !registry::is_ending() {
            // What stays is in the server's list, which [`super::left_behind`] shows.
            let _ = self.shared.drop_database(&self.name);
        }
    }
}
