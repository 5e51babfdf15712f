//! What keeps a database from being reached or asked, in one line that says a way out.

use std::error::Error as _;
use std::fmt;
use std::io;

use postgres::error::{DbError, SqlState};

/// One thing that is wrong, and its way out. It never holds a password, nor a line feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    message: String,
    code: Option<String>,
    lost: bool,
}

impl Problem {
    /// A problem of our own finding. Line feeds become spaces.
    #[must_use]
    pub fn new(message: impl AsRef<str>) -> Problem {
        Problem { message: one_line(message.as_ref()), code: None, lost: false }
    }

    /// PostgreSQL's SQLSTATE, where the server refused something: `42501`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Whether there is no connection, or no longer: what was asked has no answer, neither yes nor no.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        // Class 08 is about connections; 57P01 to 57P05 end one.
        let ends = |code: &str| code.starts_with("08") || code.starts_with("57P0");
        self.lost || self.code().is_some_and(ends)
    }

    /// The same problem, with what was being done before it: `reading the catalog: …`.
    #[must_use]
    pub fn during(self, doing: &str) -> Problem {
        Problem { message: format!("{}: {}", one_line(doing), self.message), ..self }
    }

    /// The same, about a server that gave no answer.
    pub(super) fn unanswered(self) -> Problem {
        Problem { lost: true, ..self }
    }

    /// The same code under another wording.
    pub(super) fn reworded(code: Option<&SqlState>, message: impl AsRef<str>) -> Problem {
        Problem { code: code.map(|code| code.code().to_owned()), ..Problem::new(message) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl From<postgres::Error> for Problem {
    fn from(error: postgres::Error) -> Problem {
        Problem::from(&error)
    }
}

impl From<&postgres::Error> for Problem {
    fn from(error: &postgres::Error) -> Problem {
        if let Some(refused) = error.as_db_error() {
            return Problem::reworded(Some(refused.code()), in_words(refused));
        }
        let gone = || Problem::new(LOST).unanswered();
        if error.is_closed() {
            return gone();
        }
        match error.source() {
            Some(source) => match source.downcast_ref::<io::Error>() {
                Some(reason) if lost(reason) => gone(),
                Some(reason) => Problem::new(format!("{error}: {}", reason_of(reason))),
                None => Problem::new(format!("{error}: {source}")),
            },
            None => Problem::new(error.to_string()),
        }
    }
}

const LOST: &str = "the connection to the database was lost: see whether the server still runs (its \
                    log says why it ended the connection), and try again";

/// Whether the other side, or the network, has gone away.
pub(super) fn lost(error: &io::Error) -> bool {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, TimedOut, UnexpectedEof,
    };
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | TimedOut | UnexpectedEof
    )
}

/// The operating system's reason, without its number.
pub(crate) fn reason_of(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// What the server said, and what to do about it where that can be told from its code. The server's own
/// words stay in it: only they name the table.
fn in_words(refused: &DbError) -> String {
    let code = refused.code();
    let said = refused.message();
    let way_out = if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        "connect as a role that may, or have its owner GRANT it"
    } else if *code == SqlState::ADMIN_SHUTDOWN || *code == SqlState::CRASH_SHUTDOWN {
        "the server ended this connection; see its log, and try again"
    } else if *code == SqlState::CANNOT_CONNECT_NOW {
        "the server starts or stops; try again in a moment"
    } else if *code == SqlState::QUERY_CANCELED {
        "raise statement_timeout for this role, or add `options=-c statement_timeout=0` to the URL"
    } else if *code == SqlState::LOCK_NOT_AVAILABLE {
        "another session holds a lock; try again, or see pg_locks for who it is"
    } else if *code == SqlState::T_R_DEADLOCK_DETECTED
        || *code == SqlState::T_R_SERIALIZATION_FAILURE
    {
        "another session was in the way; try again"
    } else if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        "the server is a standby, or default_transaction_read_only is set; give one that can be written"
    } else if *code == SqlState::TOO_MANY_CONNECTIONS {
        "raise max_connections, or close other sessions"
    } else if *code == SqlState::DISK_FULL {
        "make room on the server's disk"
    } else if *code == SqlState::OUT_OF_MEMORY {
        "out of memory on the server; often max_locks_per_transaction is too small"
    } else if *code == SqlState::UNDEFINED_FILE {
        "the server's machine lacks it; for an extension, install its package there"
    } else if *code == SqlState::UNDEFINED_TABLE || *code == SqlState::INVALID_SCHEMA_NAME {
        "see whether the URL is that of the right database; `trine drift` says what it lacks"
    } else {
        return detailed(refused);
    };
    format!("{said}: {way_out}")
}

/// The server's message, with the detail and the hint that it gave.
fn detailed(refused: &DbError) -> String {
    let mut text = format!("PostgreSQL refused: {}", refused.message());
    for more in [refused.detail(), refused.hint()].into_iter().flatten() {
        text.push_str("; ");
        text.push_str(more.trim_end_matches('.'));
    }
    text.push_str(&format!(" ({})", refused.code().code()));
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a file or a directory keeps us from.
#[cfg(unix)]
pub(super) fn can_not(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Problem {
    Problem::new(format!("can't {doing} {}: {}", path.display(), reason_of(error)))
}
