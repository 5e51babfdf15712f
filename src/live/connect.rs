//! Connecting: each host in turn, with or without TLS as asked, and a failure in people's words.

use std::error::Error as _;
use std::io;
use std::net::IpAddr;
use std::sync::mpsc;
use std::time::Duration;

use postgres::config::{ChannelBinding, SslMode, SslNegotiation, TargetSessionAttrs};
use postgres::error::SqlState;
use postgres::{Client, Config};

use super::conninfo::Conninfo;
use super::defaults;
use super::problem::{Problem, lost, reason_of};
use super::tls::{self, Mode};
use super::version::Version;

/// How long one host may take, in seconds, when nothing else is said.
const PATIENCE: u64 = 10;

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

/// Where a server may be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    host: String,
    address: Option<IpAddr>,
    port: u16,
}

impl Place {
    fn is_socket(&self) -> bool {
        self.address.is_none() && self.host.starts_with('/')
    }

    /// As people write it: `localhost:5432`, or the socket.
    fn shown(&self) -> String {
        if self.is_socket() {
            format!(
                "{}/{}",
                self.host.trim_end_matches('/'),
                defaults::socket_name(&self.port.to_string())
            )
        } else if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
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

#[derive(Debug)]
enum Failure {
    /// Nothing came back in time.
    Silent,
    Error(postgres::Error),
}

fn is_host_refusal(failure: &Failure) -> bool {
    matches!(failure, Failure::Error(error)
        if error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION))
}

fn may_differ_without_tls(failure: &Failure) -> bool {
    is_host_refusal(failure)
        || matches!(failure, Failure::Error(error) if error.to_string() == TLS_FAILED)
}

/// How the library words a failed handshake; its kinds are not public.
const TLS_FAILED: &str = "error performing TLS handshake";

fn places(conninfo: &Conninfo) -> Result<Vec<Place>, Problem> {
    let list = |name| -> Vec<&str> {
        conninfo.some(name).map(|value| value.split(',').collect()).unwrap_or_default()
    };
    let (hosts, addresses, ports) = (list("host"), list("hostaddr"), list("port"));
    let count = hosts.len().max(addresses.len());
    if (!hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len())
        || (ports.len() > 1 && ports.len() != count)
    {
        return Err(Problem::new(
            "the database's URL has as many hosts, addresses and ports as not to fit together: give one \
             port, or one for each host",
        ));
    }
    let mut places = Vec::new();
    for index in 0..count {
        let address = match addresses.get(index).filter(|address| !address.is_empty()) {
            None => None,
            Some(address) => Some(address.parse().map_err(|_| {
                Problem::new("the database's `hostaddr` is no IP address: write a name as `host`")
            })?),
        };
        let host = match (hosts.get(index), address) {
            (Some(host), _) if !host.is_empty() => (*host).to_owned(),
            (_, Some(address)) => IpAddr::to_string(&address),
            (_, None) => "localhost".to_owned(),
        };
        let port = match ports.get(index).or(ports.first()).filter(|port| !port.is_empty()) {
            None => 5432,
            Some(port) => port.trim().parse().ok().filter(|port| *port > 0).ok_or_else(|| {
                Problem::new(
                    "the database's port is no number from 1 to 65535: write `host:5432` (and a `:`, `/`, \
                     `@` or `?` in a password as `%3A`, `%2F`, `%40` or `%3F`)",
                )
            })?,
        };
        places.push(Place { host, address, port });
    }
    Ok(places)
}

/// The library's parameters, and how long a try may take.
fn config(
    conninfo: &Conninfo,
    place: &Place,
    mode: Mode,
) -> Result<(Config, Option<Duration>), Problem> {
    let mut config = Config::new();
    config.host(&place.host).port(place.port);
    if let Some(address) = place.address {
        config.hostaddr(address);
    }
    config.application_name(
        conninfo
            .some("application_name")
            .or(conninfo.some("fallback_application_name"))
            .unwrap_or("trine"),
    );
    if let Some(user) = conninfo.some("user") {
        config.user(user);
    }
    if let Some(database) = conninfo.some("dbname") {
        config.dbname(database);
    }
    if let Some(options) = conninfo.some("options") {
        config.options(options);
    }
    if let Some(password) = conninfo.some("password") {
        config.password(password);
    }
    config.ssl_mode(match mode {
        Mode::Disable | Mode::Allow => SslMode::Disable,
        Mode::Prefer => SslMode::Prefer,
        Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
    });
    if conninfo.some("sslnegotiation") == Some("direct") && mode != Mode::Disable {
        config.ssl_negotiation(SslNegotiation::Direct);
    }
    config.target_session_attrs(match conninfo.some("target_session_attrs") {
        None | Some("any" | "prefer-standby") => TargetSessionAttrs::Any,
        Some("read-write" | "primary") => TargetSessionAttrs::ReadWrite,
        Some("read-only" | "standby") => TargetSessionAttrs::ReadOnly,
        Some(other) => {
            return Err(wrong("target_session_attrs", other, "any, read-write, read-only"));
        }
    });
    config.channel_binding(match conninfo.some("channel_binding") {
        None | Some("prefer") => ChannelBinding::Prefer,
        Some("disable") => ChannelBinding::Disable,
        Some("require") => ChannelBinding::Require,
        Some(other) => return Err(wrong("channel_binding", other, "disable, prefer, require")),
    });
    if conninfo.some("gssencmode") == Some("require") || conninfo.some("require_auth").is_some() {
        return Err(Problem::new(
            "`gssencmode=require` and `require_auth` can't be held to here: leave them out of the URL and \
             the environment, and ask for TLS with `sslmode`",
        ));
    }
    if let Some(on) = number(conninfo, "keepalives")? {
        config.keepalives(on != 0);
    }
    if let Some(seconds) = number(conninfo, "keepalives_idle")?.filter(|seconds| *seconds > 0) {
        config.keepalives_idle(Duration::from_secs(seconds));
    }
    if let Some(seconds) = number(conninfo, "keepalives_interval")?.filter(|seconds| *seconds > 0) {
        config.keepalives_interval(Duration::from_secs(seconds));
    }
    if let Some(count) = number(conninfo, "keepalives_count")?.filter(|count| *count > 0) {
        config.keepalives_retries(u32::try_from(count).unwrap_or(u32::MAX));
    }
    if let Some(millis) = number(conninfo, "tcp_user_timeout")?.filter(|millis| *millis > 0) {
        config.tcp_user_timeout(Duration::from_millis(millis));
    }
    let seconds = number(conninfo, "connect_timeout")?.unwrap_or(PATIENCE);
    // As in libpq, zero waits for ever, and one second is too short for a name to be looked up.
    let patience = (seconds > 0).then(|| Duration::from_secs(seconds.max(2)));
    if let Some(patience) = patience {
        config.connect_timeout(patience);
    }
    Ok((config, patience))
}

fn number(conninfo: &Conninfo, name: &str) -> Result<Option<u64>, Problem> {
    match conninfo.some(name) {
        None => Ok(None),
        // Negative values mean what zero means.
        Some(text) => match text.trim().parse::<i64>() {
            Ok(number) => Ok(Some(u64::try_from(number).unwrap_or(0))),
            Err(_) => Err(wrong(name, text, "a whole number")),
        },
    }
}

pub(super) fn wrong(name: &str, value: &str, expected: &str) -> Problem {
    Problem::new(format!("the database's `{name}={value}` is not understood: expected {expected}"))
}

/// Why a server could not be reached, or would not have us.
fn in_words(failure: &Failure, conninfo: &Conninfo, place: &Place) -> Problem {
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
