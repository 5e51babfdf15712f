//! Scratch databases: what they are, how they are reached, and that they are gone.

use trine::live::{self, Server};

use super::support::server;

/// The scratch databases on a server, by their names.
pub fn databases(server: &Server, stem: &str) -> Vec<String> {
    let mut client = live::connect(&server.url()).unwrap();
    let rows = client
        .query(
            "SELECT datname::text FROM pg_database WHERE starts_with(datname, $1)",
            &[&format!("trine_{stem}_")],
        )
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[test]
fn a_private_server_serves_and_is_gone() {
    let server = Server::start(&server::binaries()).unwrap();
    assert!(server.is_private());
    assert_eq!(server.version().major(), server::binaries().major());
    assert_eq!(server.version().major(), server.version().number() / 10_000);
    assert!(
        server.version().text().starts_with(&format!("PostgreSQL {}", server.version().major()))
    );
    let url = server.url();
    let database = server.scratch("first").unwrap();
    // It stays for as long as any of its databases.
    drop(server);
    database.connect().unwrap();
    drop(database);
    let problem = live::connect(&url).err().unwrap();
    assert!(problem.to_string().starts_with("no PostgreSQL server has its socket at"), "{problem}");
}

#[test]
fn a_scratch_database_is_plain_and_is_gone() {
    let server = server::server();
    let scratch = server.scratch("Plain \"one\"").unwrap();
    assert!(scratch.name().starts_with("trine_plain__one__"), "{}", scratch.name());
    let mut client = live::connect(&scratch.url()).unwrap();
    let row = client
        .query_one(
            "SELECT current_database()::text, pg_encoding_to_char(encoding)::text, datcollate::text,
                    datctype::text
               FROM pg_database WHERE datname = current_database()",
            &[],
        )
        .unwrap();
    let (name, encoding, collate, ctype): (String, String, String, String) =
        (row.get(0), row.get(1), row.get(2), row.get(3));
    assert_eq!((encoding.as_str(), collate.as_str(), ctype.as_str()), ("UTF8", "C", "C"));
    assert_eq!(name, scratch.name());
    assert_eq!(databases(server, "plain__one_").len(), 1);
    // Whoever is connected does not keep it.
    drop(scratch);
    assert_eq!(databases(server, "plain__one_").len(), 0);
    assert!(client.batch_execute("SELECT 1").is_err());
}

#[test]
fn names_are_distinct_and_fit() {
    let server = server::server();
    let stem = "a_stem_that_is_longer_than_a_name_can_be_in_postgresql_because_it_goes_on_and_on";
    let (first, second) = (server.scratch(stem).unwrap(), server.scratch(stem).unwrap());
    assert_ne!(first.name(), second.name());
    assert!(first.name().len() <= 63 && second.name().len() <= 63);
}

#[test]
fn a_copy_has_what_its_template_has() {
    let server = server::server();
    let template = server.scratch("template").unwrap();
    template.connect().unwrap().batch_execute("CREATE TABLE made (id int)").unwrap();
    let copies: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| server.scratch_from(&template, "copy").unwrap()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for copy in copies {
        copy.connect().unwrap().query("SELECT id FROM made", &[]).unwrap();
    }
}

#[test]
fn a_scratch_database_that_can_not_be_made_leaves_nothing() {
    let server = server::server();
    let template = server.scratch("busy").unwrap();
    let _client = template.connect().unwrap();
    let problem = server.scratch_from(&template, "never").unwrap_err();
    assert_eq!(problem.code(), Some("55006"));
    assert!(problem.to_string().starts_with("making a scratch database: "), "{problem}");
    assert_eq!(databases(server, "never").len(), 0);
}
