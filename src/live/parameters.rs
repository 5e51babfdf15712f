//! What a connection's parameters mean to the library that connects.

use std::time::Duration;

use postgres::Config;
use postgres::config::{ChannelBinding, SslMode, SslNegotiation, TargetSessionAttrs};

use super::conninfo::Conninfo;
use super::place::Place;
use super::problem::Problem;
use super::tls::Mode;

/// How long one host may take, in seconds, when nothing else is said.
const PATIENCE: u64 = 10;

/// The library's parameters, and how long a try may take.
pub(super) fn config(
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

/// A value that can't be read.
pub(super) fn wrong(name: &str, value: &str, expected: &str) -> Problem {
    Problem::new(format!("the database's `{name}={value}` is not understood: expected {expected}"))
}
