//! What a real server refuses, in people's words; and what a lost connection is called.

use std::fs;
use std::sync::OnceLock;

use trine::live::{self, Problem, Scratch, Server};

use super::support::server;

/// A private server whose rules of access may be changed.
fn guarded() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = Server::start(&server::binaries()).unwrap();
        let mut client = live::connect(&server.url()).unwrap();
        client
            .batch_execute(
                "SET password_encryption = 'scram-sha-256';
                 CREATE ROLE guarded LOGIN PASSWORD 's3cret';
                 SET password_encryption = 'md5';
                 CREATE ROLE guarded_md5 LOGIN PASSWORD 's3cret';
                 CREATE ROLE plain LOGIN;
                 CREATE ROLE shut_out LOGIN;
                 ALTER ROLE plain SET search_path = nowhere;
                 ALTER ROLE plain CREATEDB",
            )
            .unwrap();
        let rules: String = client.query_one("SHOW hba_file", &[]).unwrap().get(0);
        fs::write(
            rules,
            "local all guarded scram-sha-256\n\
             local all guarded_md5 md5\n\
             local all shut_out reject\n\
             local all all trust\n",
        )
        .unwrap();
        client.batch_execute("SELECT pg_reload_conf()").unwrap();
        // The signal takes a moment until it is heeded.
        while live::connect(&as_role(&server.url(), "shut_out")).is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        server
    })
}

/// The URL for another role.
fn as_role(url: &str, role: &str) -> String {
    url.replacen("//postgres@", &format!("//{role}@"), 1)
}

/// The socket, as it is shown.
fn at(server: &Server) -> String {
    let url = server.url();
    let host = url.split("host=").nth(1).unwrap().split('&').next().unwrap();
    format!("{}/.s.PGSQL.5432", host.replace("%2F", "/"))
}

fn check(url: &str, expected: &str) {
    let Err(problem) = live::connect(url) else { panic!("{url} can be connected to") };
    assert_eq!(problem.to_string(), expected);
}

#[test]
fn passwords_are_asked_for_and_judged() {
    let server = guarded();
    let at = at(server);
    for role in ["guarded", "guarded_md5"] {
        check(
            &as_role(&server.url(), &format!("{role}:wrong")),
            &format!(
                "{at} refused the password of the role \"{role}\": correct it in the URL, in PGPASSWORD or in \
                 ~/.pgpass"
            ),
        );
        check(
            &as_role(&server.url(), role),
            &format!(
                "{at} wants a password of the role \"{role}\": give it in the URL \
                 (`postgresql://{role}:…@host/database`), in PGPASSWORD or in ~/.pgpass"
            ),
        );
        live::connect(&as_role(&server.url(), &format!("{role}:s3cret"))).unwrap();
    }
}

#[test]
fn who_and_what_is_not_there_is_named() {
    let server = guarded();
    let at = at(server);
    check(
        &server.url().replacen("/postgres?", "/shpo?", 1),
        &format!(
            "there is no database \"shpo\" at {at}: correct the URL's last part, or make it with `createdb`; \
             `psql -l` lists those that exist"
        ),
    );
    check(
        &as_role(&server.url(), "nobody_here"),
        &format!(
            "{at} does not let the role \"nobody_here\" into the database \"postgres\" (role \"nobody_here\" \
             does not exist): create the role, allow it in the server's pg_hba.conf, or give another in the URL"
        ),
    );
    let Err(problem) = live::connect(&as_role(&server.url(), "shut_out")) else { panic!() };
    assert!(problem.to_string().contains("allow it in the server's pg_hba.conf"), "{problem}");
    assert_eq!(problem.code(), Some("28000"));
}

#[test]
fn a_role_that_may_not_make_databases_is_told_what_would_let_it() {
    let server = guarded();
    let mut client = live::connect(&server.url()).unwrap();
    client.batch_execute("CREATE ROLE \"no makers\" LOGIN").unwrap();
    let url = as_role(&server.url(), "no%20makers");
    assert_eq!(
        Server::at(&url).unwrap_err().to_string(),
        "the role \"no makers\" may not make the scratch databases that this needs: `ALTER ROLE \"no makers\" \
         CREATEDB`, or give no URL, and a private server is started"
    );
}

#[test]
fn what_a_role_has_set_is_not_seen_in_a_scratch_database() {
    let server = guarded();
    let plain = Server::at(&as_role(&server.url(), "plain")).unwrap();
    let scratch = plain.scratch("settings").unwrap();
    let mut client = scratch.connect().unwrap();
    let path: String = client.query_one("SHOW search_path", &[]).unwrap().get(0);
    assert_eq!(path, "\"$user\", public");
    client.batch_execute("CREATE TABLE made ()").unwrap();
}

/// Runs statements in a new database, the last of which fails.
fn refused(scratch: &Scratch, role: &str, statements: &str) -> Problem {
    let mut client = live::connect(&as_role(&scratch.url(), role)).unwrap();
    let mut ended = statements.split("; ").map(|statement| client.batch_execute(statement));
    Problem::from(ended.find_map(Result::err).unwrap())
}

#[test]
fn refusals_say_a_way_out() {
    let scratch = guarded().scratch("refusals").unwrap();
    let mut client = scratch.connect().unwrap();
    client
        .batch_execute("CREATE ROLE modest LOGIN; CREATE TABLE store (id int PRIMARY KEY); INSERT INTO store VALUES (1)")
        .unwrap();
    let grant = "connect as a role that may, or have its owner GRANT it";
    for (role, statements, code, expected) in [
        (
            "plain",
            "SELECT * FROM public.store",
            "42501",
            format!("permission denied for table store: {grant}"),
        ),
        (
            "plain",
            "CREATE SCHEMA shop",
            "42501",
            format!("permission denied for database {}: {grant}", scratch.name()),
        ),
        (
            "modest",
            "CREATE DATABASE shop",
            "42501",
            format!("permission denied to create database: {grant}"),
        ),
        (
            "postgres",
            "SET statement_timeout = 20; SELECT pg_sleep(5)",
            "57014",
            "canceling statement due to statement timeout: raise statement_timeout for this role, or add \
             `options=-c statement_timeout=0` to the URL"
                .to_owned(),
        ),
        (
            "postgres",
            "SET default_transaction_read_only = on; CREATE TABLE other ()",
            "25006",
            "cannot execute CREATE TABLE in a read-only transaction: the server is a standby, or \
             default_transaction_read_only is set; give one that can be written"
                .to_owned(),
        ),
        (
            "postgres",
            "SELECT * FROM banner",
            "42P01",
            "relation \"banner\" does not exist: see whether the URL is that of the right database; `trine \
             drift` says what it lacks"
                .to_owned(),
        ),
        (
            "postgres",
            "INSERT INTO store VALUES (1)",
            "23505",
            "PostgreSQL refused: duplicate key value violates unique constraint \"store_pkey\"; Key (id)=(1) \
             already exists (23505)"
                .to_owned(),
        ),
    ] {
        let problem = refused(&scratch, role, statements);
        assert_eq!(problem.to_string(), expected);
        assert_eq!(problem.code(), Some(code));
    }
}

#[test]
fn a_lock_that_is_not_given_is_told_so() {
    let scratch = guarded().scratch("locks").unwrap();
    let mut holder = scratch.connect().unwrap();
    holder.batch_execute("CREATE TABLE store ()").unwrap();
    holder.batch_execute("BEGIN; LOCK TABLE store").unwrap();
    assert_eq!(
        refused(&scratch, "postgres", "SET lock_timeout = 20; TABLE store").to_string(),
        "canceling statement due to lock timeout: another session holds a lock; try again, or see pg_locks for \
         who it is"
    );
}

#[test]
fn a_connection_that_is_lost_is_told_so() {
    let scratch = guarded().scratch("lost").unwrap();
    let mut client = scratch.connect().unwrap();
    let pid: i32 = client.query_one("SELECT pg_backend_pid()", &[]).unwrap().get(0);
    scratch.connect().unwrap().execute("SELECT pg_terminate_backend($1)", &[&pid]).unwrap();
    let mut words = Vec::new();
    for _ in 0..2 {
        let error = client.batch_execute("SELECT 1").unwrap_err();
        words.push(Problem::from(error).to_string());
    }
    let ended = "terminating connection due to administrator command: the server ended this connection; see its \
                 log, and try again";
    let lost = "the connection to the database was lost: see whether the server still runs (its log says why it \
                ended the connection), and try again";
    assert!(words[0] == ended || words[0] == lost, "{words:?}");
    assert_eq!(words[1], lost);
}
