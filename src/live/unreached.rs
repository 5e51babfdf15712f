//! Why there is no connection, in people's words.

use std::error::Error as _;
use std::io;

use postgres::error::SqlState;

use super::conninfo::Conninfo;
use super::place::Place;
use super::problem::{Problem, lost, reason_of};
use super::tls;
use super::version::Version;

/// What came of a try.
#[derive(Debug)]
pub(super) enum Failure {
    /// Nothing came back in time.
    Silent,
    Error(postgres::Error),
}

/// Whether the server does not want this role from here, or not this way.
pub(super) fn is_host_refusal(failure: &Failure) -> bool {
    matches!(failure, Failure::Error(error)
        if error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION))
}

/// Whether it may go well without TLS.
pub(super) fn may_differ_without_tls(failure: &Failure) -> bool {
    is_host_refusal(failure)
        || matches!(failure, Failure::Error(error) if error.to_string() == TLS_FAILED)
}

/// How the library words a failed handshake; its kinds are not public.
const TLS_FAILED: &str = "error performing TLS handshake";

/// Why a server could not be reached, or would not have us.
pub(super) fn in_words(failure: &Failure, conninfo: &Conninfo, place: &Place) -> Problem {
    let at = place.shown();
    let error = match failure {
        Failure::Silent => {
            return Problem::new(format!(
                "no answer from {at} in time: see whether a PostgreSQL server listens there and no \
                 firewall is between, or raise `connect_timeout` in the URL"
            ));
        }
        Failure::Error(error) => error,
    };
    let user = conninfo.some("user").unwrap_or_default();
    let database = conninfo.some("dbname").unwrap_or_default();
    if let Some(refused) = error.as_db_error() {
        let code = refused.code();
        let line = if *code == SqlState::INVALID_PASSWORD {
            format!(
                "{at} refused the password of the role \"{user}\": correct it in the URL, in PGPASSWORD or \
                 in ~/.pgpass"
            )
        } else if *code == SqlState::INVALID_CATALOG_NAME {
            format!(
                "there is no database \"{database}\" at {at}: correct the URL's last part, or make it with \
                 `createdb`; `psql -l` lists those that exist"
            )
        } else if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
            format!(
                "{at} does not let the role \"{user}\" into the database \"{database}\" ({}): create the \
                 role, allow it in the server's pg_hba.conf, or give another in the URL",
                refused.message()
            )
        } else if *code == SqlState::CANNOT_CONNECT_NOW {
            format!("{at} starts or stops ({}): try again in a moment", refused.message())
        } else if *code == SqlState::TOO_MANY_CONNECTIONS {
            format!(
                "{at} has no connection left ({}): close other sessions, or raise max_connections",
                refused.message()
            )
        } else if *code == SqlState::INSUFFICIENT_PRIVILEGE {
            format!(
                "{at} does not let the role \"{user}\" into the database \"{database}\" ({}): have its \
                 owner GRANT CONNECT, or give another role in the URL",
                refused.message()
            )
        } else if *code == SqlState::PROTOCOL_VIOLATION || *code == SqlState::FEATURE_NOT_SUPPORTED
        {
            format!(
                "{at} does not speak PostgreSQL's protocol as Trine does ({}): PostgreSQL {} or later is \
                 needed",
                refused.message(),
                Version::OLDEST
            )
        } else {
            format!("{at} refused the connection: {} ({})", refused.message(), code.code())
        };
        return Problem::reworded(Some(code), line);
    }
    let source = error.source();
    let reason = source.and_then(|source| source.downcast_ref::<io::Error>());
    let said = error.to_string();
    if said == TLS_FAILED {
        return tls::in_words(source, conninfo, &at);
    }
    if let Some(source) = source.filter(|_| said == "invalid configuration") {
        return match source.to_string().as_str() {
            "password missing" => Problem::new(format!(
                "{at} wants a password of the role \"{user}\": give it in the URL \
                 (`postgresql://{user}:…@host/database`), in PGPASSWORD or in ~/.pgpass"
            )),
            other => Problem::new(format!("can't connect to {at}: {other}")),
        };
    }
    let Some(reason) = reason else {
        return match source {
            Some(source) if said == "authentication error" => Problem::new(format!(
                "{at} asks for a way to authenticate that Trine does not have ({source}): password (SCRAM, \
                 MD5), certificates, peer and trust work"
            )),
            _ if error.is_closed() => Problem::new(not_postgres(&at)),
            Some(source) => Problem::new(format!("can't connect to {at}: {said}: {source}")),
            None if said.starts_with("unexpected message") => Problem::new(not_postgres(&at)),
            None => Problem::new(format!("can't connect to {at}: {said}")),
        };
    };
    let text = reason_of(reason);
    Problem::new(match reason.kind() {
        _ if text.starts_with("failed to lookup address information")
            || text == "could not resolve any addresses" =>
        {
            format!(
                "the host \"{}\" is not known: correct the URL, or see whether this machine has a network",
                place.host
            )
        }
        io::ErrorKind::ConnectionRefused => {
            format!(
                "nothing listens at {at}: start the PostgreSQL server, or correct the URL's host and port"
            )
        }
        io::ErrorKind::NotFound if place.is_socket() => format!(
            "no PostgreSQL server has its socket at {at}: start it, or give its host and port \
             (`postgresql://user@localhost:5432/database`)"
        ),
        io::ErrorKind::PermissionDenied if text.starts_with("database ") => {
            format!("{at} is not what `target_session_attrs` asks for ({text})")
        }
        io::ErrorKind::PermissionDenied if place.is_socket() => {
            format!(
                "the socket {at} may not be opened by this user: give a host and a port instead"
            )
        }
        io::ErrorKind::TimedOut => format!(
            "no answer from {at} in time: see whether a PostgreSQL server listens there and no firewall is \
             between, or raise `connect_timeout` in the URL"
        ),
        _ if said == "error connecting to server" => {
            format!(
                "can't connect to {at}: {text}: correct the URL, or see whether this machine has a network"
            )
        }
        // The greeting was broken off, or could not be read.
        _ if lost(reason)
            || said.starts_with("error parsing")
            || said.starts_with("error comm") =>
        {
            not_postgres(&at)
        }
        _ => format!("can't connect to {at}: {text}"),
    })
}

fn not_postgres(at: &str) -> String {
    format!(
        "what listens at {at} does not answer as a PostgreSQL server does: correct the URL's port, or see \
         the server's log for why it ended the connection"
    )
}
