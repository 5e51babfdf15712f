//! Servers that are reached and started: what works, what each failure says, and that nothing stays.
#![allow(clippy::unwrap_used)]

use trine::live::{self, Binaries, Server};

#[test]
fn a_private_server_serves_and_is_gone() {
    let server = Server::start(&Binaries::find(None).unwrap()).unwrap();
    let url = server.url();
    let database = server.scratch("first").unwrap();
    let mut client = live::connect(&database.url()).unwrap();
    let name: String = client.query_one("SELECT current_database()::text", &[]).unwrap().get(0);
    assert_eq!(name, database.name());
    drop(client);
    drop(database);
    drop(server);
    let problem = live::connect(&url).err().unwrap();
    assert!(problem.to_string().starts_with("no PostgreSQL server has its socket at"), "{problem}");
}
