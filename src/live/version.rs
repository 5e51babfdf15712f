//! Which PostgreSQL a server is.

use std::fmt;

use postgres::Client;

use super::problem::Problem;

/// A server's version: `180004`, `PostgreSQL 18.4`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    number: u32,
    text: String,
}

impl Version {
    /// The oldest major version that Trine works with.
    pub const OLDEST: u32 = 15;

    /// Asks a server.
    ///
    /// # Errors
    /// Where the connection is lost, or the server has no version to tell.
    pub fn of(client: &mut Client) -> Result<Version, Problem> {
        // The simple protocol, which poolers and servers of any age answer.
        let rows = client.simple_query(
            "SELECT current_setting('server_version_num'), current_setting('server_version')",
        )?;
        let row = rows.iter().find_map(|message| match message {
            postgres::SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let number = row.and_then(|row| row.get(0)).and_then(|number| number.parse().ok());
        let text = row.and_then(|row| row.get(1)).unwrap_or_default();
        // "15.18 (Debian 15.18-0+deb12u1)": the number alone says it.
        let short = text.split_whitespace().next().unwrap_or_default();
        match number {
            Some(number) => Ok(Version { number, text: format!("PostgreSQL {short}") }),
            None => Err(Problem::new(
                "the server does not say which version of PostgreSQL it is: give the URL of a PostgreSQL \
                 server itself",
            )),
        }
    }

    /// As `server_version_num` has it: `180004`.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The major version: `18`.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.number / 10_000
    }

    /// For people: `PostgreSQL 18.4`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
