//! What libpq users write to say which database: a URL, or `key=value` pairs.
//!
//! <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING>

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::problem::Problem;

/// The parameters of a connection, by libpq's names.
///
/// It has no `Debug`: a password may be in it.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct Conninfo {
    parameters: BTreeMap<String, String>,
}

/// libpq's parameters, as of PostgreSQL 18. What of them can't be honoured is refused when connecting.
const KNOWN: &[&str] = &[
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "options",
    "passfile",
    "password",
    "port",
    "replication",
    "require_auth",
    "requirepeer",
    "service",
    "servicefile",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslkeylogfile",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslmode",
    "sslnegotiation",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

const EXPECTED: &str = "expected `postgresql://user@host:5432/database`, or `host=… dbname=…`";

impl Conninfo {
    /// Reads a URL (`postgresql://`, `postgres://`, SQLAlchemy's `postgresql+psycopg://`), pairs
    /// (`host=localhost dbname=shop`), or, like psql, the name of a database alone.
    pub(super) fn parse(text: &str) -> Result<Conninfo, Problem> {
        let text = text.trim();
        if let Some((scheme, rest)) = text.split_once("://").filter(|(s, _)| is_scheme(s)) {
            let dialect = scheme.split('+').next().unwrap_or_default();
            if !["postgresql", "postgres"].contains(&dialect) {
                return Err(Problem::new(format!(
                    "the database's URL begins with `{scheme}://`, which is not PostgreSQL's: {EXPECTED}"
                )));
            }
            return url(rest);
        }
        if text.contains('=') {
            return pairs(text);
        }
        let mut conninfo = Conninfo::default();
        if text.contains([':', '/', '@', ' ']) {
            return Err(Problem::new(format!(
                "the database's URL lacks its beginning `postgresql://`: {EXPECTED}"
            )));
        }
        if !text.is_empty() {
            conninfo.set("dbname", text)?;
        }
        Ok(conninfo)
    }

    /// A parameter's value; an empty one counts as given.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// A parameter's value that says something.
    pub(super) fn some(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        if !KNOWN.contains(&name) {
            return Err(unknown(name));
        }
        if value.contains('\0') {
            return Err(Problem::new(format!("the database's `{name}` has a NUL character in it")));
        }
        self.parameters.insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    /// Sets a parameter that nothing has said yet.
    pub(super) fn or(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        if self.parameters.contains_key(name) { Ok(()) } else { self.set(name, value) }
    }

    /// The same server and role, another database.
    pub(super) fn with_database(&self, name: &str) -> Conninfo {
        let mut other = self.clone();
        other.parameters.insert("dbname".to_owned(), name.to_owned());
        other
    }

    /// As a URL that libpq (so psycopg), SQLAlchemy and this module read alike.
    pub(super) fn url(&self) -> String {
        let mut url = "postgresql://".to_owned();
        if let Some(user) = self.some("user") {
            url.push_str(&encoded(user));
            if let Some(password) = self.some("password") {
                url.push(':');
                url.push_str(&encoded(password));
            }
            url.push('@');
        }
        // One TCP host has its place before the path; a socket's directory, or several hosts, don't.
        let plain =
            |host: &&str| !host.contains([',', '/', ':', '@', '[', '%']) && !host.is_empty();
        let host = self.some("host").filter(plain);
        if let Some(host) = host {
            url.push_str(host);
            if let Some(port) = self.some("port") {
                url.push(':');
                url.push_str(port);
            }
        }
        url.push('/');
        url.push_str(&encoded(self.some("dbname").unwrap_or_default()));
        let mut sign = '?';
        for (name, value) in &self.parameters {
            let said = match name.as_str() {
                "user" | "dbname" => true,
                "password" => self.some("user").is_some(),
                "host" | "port" => host.is_some(),
                _ => false,
            };
            if !said {
                let _ = write!(url, "{sign}{name}={}", encoded(value));
                sign = '&';
            }
        }
        url
    }
}

fn unknown(name: &str) -> Problem {
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        return Problem::new(
            "the database's URL has something behind its `?` that is no parameter: write a `?` in a \
             password as `%3F`",
        );
    }
    let similar = KNOWN
        .iter()
        .map(|known| (strsim::damerau_levenshtein(known, name), known))
        .min()
        .filter(|(distance, _)| *distance <= 2);
    let way_out = match similar {
        Some((_, known)) => format!("did you mean `{known}`?"),
        None => "libpq's manual lists those that exist".to_owned(),
    };
    Problem::new(format!("the database's URL has an unknown parameter `{name}`: {way_out}"))
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "+.-:_".contains(c))
}

/// What follows `postgresql://`.
fn url(text: &str) -> Result<Conninfo, Problem> {
    let mut conninfo = Conninfo::default();
    let (text, query) = text.split_once('?').unwrap_or((text, ""));
    let (authority, database) = text.split_once('/').unwrap_or((text, ""));
    // A password may hold an `@` that nobody has encoded; a host can't.
    let (who, hosts) = match authority.rsplit_once('@') {
        Some((who, hosts)) => (Some(who), hosts),
        None => (None, authority),
    };
    if let Some(who) = who {
        let (user, password) = match who.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (who, None),
        };
        if !user.is_empty() {
            conninfo.set("user", &decoded(user)?)?;
        }
        if let Some(password) = password {
            conninfo.set("password", &decoded(password)?)?;
        }
    }
    if !hosts.is_empty() {
        let mut names = Vec::new();
        let mut ports = Vec::new();
        for host in hosts.split(',') {
            let (name, port) = host_and_port(host)?;
            names.push(decoded(name)?);
            ports.push(decoded(port)?);
        }
        if names.iter().any(|name| !name.is_empty()) {
            conninfo.set("host", &names.join(","))?;
        }
        if ports.iter().any(|port| !port.is_empty()) {
            conninfo.set("port", &ports.join(","))?;
        }
    }
    if database.contains('@') {
        return Err(Problem::new(
            "the database's URL has an `@` behind its host: write a `/` in a password as `%2F`, and an \
             `@` as `%40`",
        ));
    }
    if !database.is_empty() {
        conninfo.set("dbname", &decoded(database)?)?;
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Problem::new(format!(
                "the database's URL has `{}` without a value after its `?`: write `name=value`",
                if pair.contains('@') { "something" } else { pair }
            )));
        };
        let (name, value) = (decoded(name)?, decoded(value)?);
        // What JDBC's users write; libpq takes it too.
        match (name.as_str(), value.as_str()) {
            ("ssl", "true") => conninfo.set("sslmode", "require")?,
            _ => conninfo.set(&name, &value)?,
        }
    }
    Ok(conninfo)
}

/// `host`, `host:port`, `[::1]:port`.
fn host_and_port(text: &str) -> Result<(&str, &str), Problem> {
    if let Some(rest) = text.strip_prefix('[') {
        return match rest.split_once(']') {
            Some((host, "")) => Ok((host, "")),
            Some((host, rest)) if rest.starts_with(':') => Ok((host, &rest[1..])),
            _ => Err(Problem::new(
                "the database's URL has an IPv6 address that does not end: write `[::1]:5432`",
            )),
        };
    }
    Ok(text.split_once(':').unwrap_or((text, "")))
}

/// `host=localhost password='it''s'`, with backslashes before quotes and backslashes.
fn pairs(text: &str) -> Result<Conninfo, Problem> {
    let mut conninfo = Conninfo::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let Some((name, after)) = rest.split_once('=') else {
            return Err(Problem::new(
                "the connection's pairs have a word without `=` after it: write `name=value`, and \
                 values with spaces in single quotes",
            ));
        };
        let name = name.trim();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(Problem::new(
                "the connection's pairs have a word without `=` after it: write `name=value`, and \
                 values with spaces in single quotes",
            ));
        }
        let after = after.trim_start();
        let quoted = after.strip_prefix('\'');
        let mut chars = quoted.unwrap_or(after).char_indices();
        let mut value = String::new();
        let end = loop {
            match chars.next() {
                Some((at, '\'')) if quoted.is_some() => break Some(at + 1),
                Some((at, c)) if quoted.is_none() && c.is_whitespace() => break Some(at),
                Some((_, '\\')) => value.extend(chars.next().map(|(_, c)| c)),
                Some((_, c)) => value.push(c),
                None => break None,
            }
        };
        if quoted.is_some() && end.is_none() {
            return Err(Problem::new(format!(
                "the connection's `{name}` has a quote that does not end: close it with `'`"
            )));
        }
        conninfo.set(name, &value)?;
        let read = quoted.unwrap_or(after);
        rest = end.map_or("", |end| &read[end..]).trim_start();
    }
    Ok(conninfo)
}

fn decoded(text: &str) -> Result<String, Problem> {
    let broken = || {
        Problem::new(
            "the database's URL has a `%` that two hexadecimal digits don't follow, or that is no \
             UTF-8: write a percent sign itself as `%25`",
        )
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
            let (Some(high), Some(low)) = (digit(), digit()) else { return Err(broken()) };
            bytes.push(u8::try_from(high * 16 + low).map_err(|_| broken())?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| broken())
}

fn encoded(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            result.push(char::from(byte));
        } else {
            let _ = write!(result, "%{byte:02X}");
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let read = Conninfo::parse(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        let pairs: Vec<String> =
            read.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        // What is written is read as the same.
        let again = Conninfo::parse(&read.url()).unwrap_or_else(|problem| panic!("{problem}"));
        assert!(again == read, "{text} is written as {}", read.url());
        pairs.join(" ")
    }

    #[test]
    fn every_notation_gives_the_same_parameters() {
        for (text, expected) in [
            ("", ""),
            ("shop", "dbname=shop"),
            ("postgresql://", ""),
            ("postgresql://localhost", "host=localhost"),
            ("postgresql://localhost:5433", "host=localhost port=5433"),
            ("postgresql://localhost/shop", "dbname=shop host=localhost"),
            ("postgresql://ann@localhost", "host=localhost user=ann"),
            ("postgresql://ann:s3%20t@localhost", "host=localhost password=s3 t user=ann"),
            ("postgres://ann:a@b:c@localhost/x", "dbname=x host=localhost password=a@b:c user=ann"),
            ("postgresql+psycopg2://ann@localhost/x", "dbname=x host=localhost user=ann"),
            ("postgresql://a,b:5433/x", "dbname=x host=a,b port=,5433"),
            ("postgresql://[::1]:5433/x", "dbname=x host=::1 port=5433"),
            ("postgresql://%2Ftmp%2Fa/x", "dbname=x host=/tmp/a"),
            ("postgresql:///x?host=/tmp/a&port=1", "dbname=x host=/tmp/a port=1"),
            ("postgresql://localhost/x?ssl=true", "dbname=x host=localhost sslmode=require"),
            ("postgresql://localhost/%EC%83%81%EC%A0%90", "dbname=상점 host=localhost"),
            ("host=localhost dbname=shop", "dbname=shop host=localhost"),
            (r"password='it\'s \\ here' user = ann", r"password=it's \ here user=ann"),
            (r"dbname=a\ b user=''", "dbname=a b user="),
        ] {
            // Without a user there is no place for an empty one in a URL but as a parameter.
            if text.ends_with("user=''") {
                let read = Conninfo::parse(text).expect("it is read");
                assert_eq!(read.get("user"), Some(""));
                continue;
            }
            assert_eq!(shown(text), expected, "for {text}");
        }
    }

    #[test]
    fn another_database_of_the_same_server_keeps_the_rest() {
        let read = Conninfo::parse("postgresql://ann:s3cret@localhost:1/shop?sslmode=require");
        let other = read.expect("it is read").with_database("trine_a");
        assert_eq!(other.url(), "postgresql://ann:s3cret@localhost:1/trine_a?sslmode=require");
    }
}
