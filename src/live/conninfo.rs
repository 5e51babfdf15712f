//! What libpq users write to say which database: a URL, or `key=value` pairs.
//!
//! <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING>

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::notation;
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
            return notation::url(rest);
        }
        if text.contains('=') {
            return notation::pairs(text);
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
