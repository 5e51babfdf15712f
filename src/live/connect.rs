//! Connecting: each host in turn, with or without TLS as asked.

use std::sync::mpsc;
use std::time::Duration;

use postgres::Client;

use super::conninfo::Conninfo;
use super::defaults;
use super::parameters::config;
use super::place::{Place, places};
use super::problem::Problem;
use super::tls::{self, Mode};
use super::unreached::{Failure, in_words, is_host_refusal, may_differ_without_tls};
use super::version::Version;

/// Connects to a PostgreSQL of version 15 or later.
///
/// `url` is what libpq reads: `postgresql://user@host/database?sslmode=require`, `host=… dbname=…`, a
/// database's name alone; SQLAlchemy's `postgresql+psycopg://` too. What it does not say comes from the
/// `PG…` variables and the password file.
///
/// # Errors
/// One line: what can't be read in the URL, or why there is no connection, and a way out.
pub fn connect(url: &str) -> Result<Client, Problem> {
    open(&defaults::completed(&Conninfo::parse(url)?, &defaults::environment)?)
}

/// Connects with parameters that are complete, and refuses a server that is too old.
pub(super) fn open(conninfo: &Conninfo) -> Result<Client, Problem> {
    let mut client = open_any(conninfo)?;
    let version = Version::of(&mut client)?;
    if version.major() < Version::OLDEST {
        return Err(Problem::new(format!(
            "the server at {} is {}, and Trine needs PostgreSQL {} or later: upgrade it, or give the \
             URL of another",
            host_names(conninfo),
            version.text(),
            Version::OLDEST,
        )));
    }
    Ok(client)
}

fn host_names(conninfo: &Conninfo) -> String {
    let names: Vec<String> =
        places(conninfo).unwrap_or_default().iter().map(Place::shown).collect();
    names.join(", ")
}

fn open_any(conninfo: &Conninfo) -> Result<Client, Problem> {
    let places = places(conninfo)?;
    let mut problems: Vec<Problem> = Vec::new();
    for place in &places {
        match open_at(conninfo, place) {
            Ok(client) => return Ok(client),
            Err(problem) => problems.push(problem),
        }
    }
    match problems.len() {
        1 => Err(problems.remove(0)),
        _ => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            let all = Problem::new(lines.join("; "));
            Err(if problems.iter().all(Problem::is_lost) { all.unanswered() } else { all })
        }
    }
}

fn open_at(conninfo: &Conninfo, place: &Place) -> Result<Client, Problem> {
    // A socket is on this machine: libpq does not encrypt there either.
    let mode = if place.is_socket() { Mode::Disable } else { tls::mode(conninfo)? };
    let first = attempt(conninfo, place, mode)?;
    let error = match first {
        Ok(client) => return Ok(client),
        Err(error) => error,
    };
    // libpq's `prefer` and `allow` try the other way where this one was refused.
    let other = match mode {
        Mode::Prefer if may_differ_without_tls(&error) => Some(Mode::Disable),
        Mode::Allow if is_host_refusal(&error) => Some(Mode::Require),
        _ => None,
    };
    if let Some(other) = other
        && let Ok(client) = attempt(conninfo, place, other)?
    {
        return Ok(client);
    }
    let problem = in_words(&error, conninfo, place);
    Err(match &error {
        Failure::Error(error) if error.as_db_error().is_some() => problem,
        Failure::Error(_) | Failure::Silent => problem.unanswered(),
    })
}

/// One try. The outer failure is about the parameters, the inner one about the server.
fn attempt(
    conninfo: &Conninfo,
    place: &Place,
    mode: Mode,
) -> Result<Result<Client, Failure>, Problem> {
    let (config, patience) = config(conninfo, place, mode)?;
    let tls = tls::connector(conninfo, mode)?;
    // The library's own timeout ends when the socket is open; a server that then says nothing would hold
    // us for ever.
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let _ = sender.send(config.connect(tls));
    });
    Ok(match patience {
        None => {
            receiver.recv().map_err(|_| Failure::Silent).and_then(|r| r.map_err(Failure::Error))
        }
        Some(patience) => receiver
            .recv_timeout(patience + Duration::from_millis(500))
            .map_err(|_| Failure::Silent)
            .and_then(|result| result.map_err(Failure::Error)),
    })
}
