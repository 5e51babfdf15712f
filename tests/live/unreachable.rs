//! What can't be read or reached: one line each, with a way out, and never a password.

use std::net::TcpListener;

use trine::live;

use super::fake::{Script, server};

/// Stands for the address of the server in what is expected.
const AT: &str = "AT";

fn check(url: &str, expected: &str) {
    let Err(problem) = live::connect(url) else { panic!("{url} can be connected to") };
    assert_eq!(problem.to_string(), expected, "for {url}");
    assert!(!problem.to_string().contains("s3cret"), "the password is shown: {problem}");
}

fn check_script(script: Script, parameters: &str, expected: &str) {
    let address = server(script);
    let url = format!("postgresql://ann:s3cret@{address}/shop{parameters}");
    check(&url, &expected.replace(AT, &address));
}

#[test]
fn a_url_that_can_not_be_read_is_told_how_it_should_be() {
    for (url, expected) in [
        (
            "mysql://ann:s3cret@localhost/shop",
            "the database's URL begins with `mysql://`, which is not PostgreSQL's: expected \
             `postgresql://user@host:5432/database`, or `host=… dbname=…`",
        ),
        (
            "localhost:5432/shop",
            "the database's URL lacks its beginning `postgresql://`: expected \
             `postgresql://user@host:5432/database`, or `host=… dbname=…`",
        ),
        (
            "postgresql://localhost/shop?sslmod=require",
            "the database's URL has an unknown parameter `sslmod`: did you mean `sslmode`?",
        ),
        (
            "postgresql://localhost/shop?colour=red",
            "the database's URL has an unknown parameter `colour`: libpq's manual lists those that exist",
        ),
        (
            "postgresql://localhost/shop?sslmode=maybe",
            "the database's `sslmode=maybe` is not understood: expected disable, allow, prefer, require, \
             verify-ca or verify-full",
        ),
        (
            "postgresql://localhost/shop?connect_timeout=soon",
            "the database's `connect_timeout=soon` is not understood: expected a whole number",
        ),
        (
            "postgresql://ann:s3cret@localhost:http/shop",
            "the database's port is no number from 1 to 65535: write `host:5432` (and a `:`, `/`, `@` or `?` \
             in a password as `%3A`, `%2F`, `%40` or `%3F`)",
        ),
        (
            "postgresql://ann:s3cret/5@localhost/shop",
            "the database's URL has an `@` behind its host: write a `/` in a password as `%2F`, and an `@` \
             as `%40`",
        ),
        (
            "postgresql://ann:s3cret?5=@localhost/shop",
            "the database's URL has something behind its `?` that is no parameter: write a `?` in a password \
             as `%3F`",
        ),
        (
            "postgresql://ann:s3cret%zz@localhost/shop",
            "the database's URL has a `%` that two hexadecimal digits don't follow, or that is no UTF-8: \
             write a percent sign itself as `%25`",
        ),
        (
            "postgresql://[::1/shop",
            "the database's URL has an IPv6 address that does not end: write `[::1]:5432`",
        ),
        (
            "host=localhost password='s3cret",
            "the connection's `password` has a quote that does not end: close it with `'`",
        ),
        (
            "host=localhost shop",
            "the connection's pairs have a word without `=` after it: write `name=value`, and values with \
             spaces in single quotes",
        ),
        (
            "host=a,b port=1,2,3",
            "the database's URL has as many hosts, addresses and ports as not to fit together: give one \
             port, or one for each host",
        ),
        (
            "host=localhost hostaddr=here",
            "the database's `hostaddr` is no IP address: write a name as `host`",
        ),
        (
            "postgresql://localhost/shop?service=main",
            "connection services (`service`, PGSERVICE) are not read: give the host and the database themselves",
        ),
        (
            "postgresql://localhost/shop?require_auth=scram-sha-256",
            "`gssencmode=require` and `require_auth` can't be held to here: leave them out of the URL and the \
             environment, and ask for TLS with `sslmode`",
        ),
    ] {
        check(url, expected);
    }
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    check(
        &format!("postgresql://ann:s3cret@{free}/shop"),
        &format!(
            "nothing listens at {free}: start the PostgreSQL server, or correct the URL's host and port"
        ),
    );
    check(
        "postgresql://ann:s3cret@nowhere.invalid/shop",
        "the host \"nowhere.invalid\" is not known: correct the URL, or see whether this machine has a network",
    );
    check(
        "postgresql:///shop?host=/nowhere",
        "no PostgreSQL server has its socket at /nowhere/.s.PGSQL.5432: start it, or give its host and port \
         (`postgresql://user@localhost:5432/database`)",
    );
    // Each of several is said.
    check(
        &format!("postgresql://ann@{free},nowhere.invalid/shop"),
        &format!(
            "nothing listens at {free}: start the PostgreSQL server, or correct the URL's host and port; the \
             host \"nowhere.invalid\" is not known: correct the URL, or see whether this machine has a network"
        ),
    );
}

#[test]
fn what_is_no_postgresql_is_told_so() {
    let other = "what listens at AT does not answer as a PostgreSQL server does: correct the URL's port, or \
                 see the server's log for why it ended the connection";
    for sslmode in ["disable", "prefer", "require"] {
        check_script(Script::Closes, &format!("?sslmode={sslmode}"), other);
    }
    let http = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    check_script(Script::Garbage(http), "?sslmode=disable", other);
    check_script(Script::Garbage(http), "", other);
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for_for_ever() {
    check_script(
        Script::Silent,
        "?connect_timeout=1",
        "no answer from AT in time: see whether a PostgreSQL server listens there and no firewall is between, \
         or raise `connect_timeout` in the URL",
    );
}

#[test]
fn an_old_server_is_told_so() {
    for (number, text, short) in
        [("140010", "14.10 (Debian 14.10-1)", "14.10"), ("90624", "9.6.24", "9.6.24")]
    {
        check_script(
            Script::Version(number, text),
            "",
            &format!(
                "the server at AT is PostgreSQL {short}, and Trine needs PostgreSQL 15 or later: upgrade it, \
                 or give the URL of another"
            ),
        );
    }
    check_script(
        Script::Version("", ""),
        "",
        "the server does not say which version of PostgreSQL it is: give the URL of a PostgreSQL server itself",
    );
}

#[test]
fn tls_that_is_not_offered_is_told_so() {
    for sslmode in ["require", "verify-ca", "verify-full"] {
        check_script(
            Script::Version("180000", "18.0"),
            &format!("?sslmode={sslmode}"),
            &format!(
                "AT does not offer TLS, and the URL asks for it (`sslmode={sslmode}`): set `ssl = on` in the \
                 server, or write `sslmode=prefer`"
            ),
        );
    }
    let address = server(Script::Version("180000", "18.0"));
    for sslmode in ["disable", "allow", "prefer"] {
        live::connect(&format!("postgresql://ann@{address}/shop?sslmode={sslmode}")).unwrap();
    }
}

#[test]
fn a_refusal_is_put_into_words_by_its_code() {
    for (code, message, expected) in [
        (
            "28P01",
            "Passwort-Authentifizierung fehlgeschlagen",
            "AT refused the password of the role \"ann\": correct it in the URL, in PGPASSWORD or in ~/.pgpass",
        ),
        (
            "3D000",
            "database does not exist",
            "there is no database \"shop\" at AT: correct the URL's last part, or make it with `createdb`; \
             `psql -l` lists those that exist",
        ),
        (
            "28000",
            "no pg_hba.conf entry",
            "AT does not let the role \"ann\" into the database \"shop\" (no pg_hba.conf entry): create the \
             role, allow it in the server's pg_hba.conf, or give another in the URL",
        ),
        (
            "57P03",
            "the database system is starting up",
            "AT starts or stops (the database system is starting up): try again in a moment",
        ),
        (
            "53300",
            "sorry, too many clients already",
            "AT has no connection left (sorry, too many clients already): close other sessions, or raise \
             max_connections",
        ),
        (
            "42501",
            "permission denied for database \"shop\"",
            "AT does not let the role \"ann\" into the database \"shop\" (permission denied for database \
             \"shop\"): have its owner GRANT CONNECT, or give another role in the URL",
        ),
        (
            "0A000",
            "unsupported frontend protocol",
            "AT does not speak PostgreSQL's protocol as Trine does (unsupported frontend protocol): PostgreSQL \
             15 or later is needed",
        ),
        ("XX000", "line one\nline two", "AT refused the connection: line one line two (XX000)"),
    ] {
        check_script(Script::Refuses(code, message), "", expected);
    }
}

#[test]
fn a_way_to_authenticate_that_is_lacking_is_named() {
    // GSSAPI.
    check_script(
        Script::Authentication(7),
        "",
        "AT asks for a way to authenticate that Trine does not have (unsupported authentication method): \
         password (SCRAM, MD5), certificates, peer and trust work",
    );
    // A password in clear text, of which there is none.
    let address = server(Script::Authentication(3));
    check(
        &format!("postgresql://bob@{address}/shop"),
        &format!(
            "{address} wants a password of the role \"bob\": give it in the URL \
             (`postgresql://bob:…@host/database`), in PGPASSWORD or in ~/.pgpass"
        ),
    );
}
