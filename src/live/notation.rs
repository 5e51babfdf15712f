//! How libpq's users write a connection's parameters: the parts of a URL, and pairs.

use super::conninfo::Conninfo;
use super::problem::Problem;

/// What follows `postgresql://`.
pub(super) fn url(text: &str) -> Result<Conninfo, Problem> {
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
pub(super) fn pairs(text: &str) -> Result<Conninfo, Problem> {
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
