//! The PostgreSQL server of a test program: one, started when it is first needed.

use std::path::Path;
use std::sync::OnceLock;

use trine::live::{Binaries, Problem, Server, Wish};

use super::session;

/// The server that `TRINE_TEST_DATABASE_URL` names; or a private one, of the version or the directory that
/// `TRINE_TEST_POSTGRES` says, or of the newest binaries at hand, or of the wheel in the tests' environment.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match url() {
        Some(url) => Server::at(&url).unwrap_or_else(|problem| panic!("{problem}")),
        None => Server::start(&binaries()).unwrap_or_else(|problem| panic!("{problem}")),
    })
}

/// The same, for whoever has the tests' environment already and ends the server.
pub fn start(python: &Path) -> Result<Server, Problem> {
    match url() {
        Some(url) => Server::at(&url),
        None => Server::start(&Binaries::find_as(&wish(), Some(python))?),
    }
}

/// The binaries of a private server.
pub fn binaries() -> Binaries {
    Binaries::find_as(&wish(), None).unwrap_or_else(|_| {
        // Making the environment takes a while; it is made once.
        let python = session::interpreter().unwrap_or_else(|reason| panic!("{reason}"));
        Binaries::find_as(&wish(), Some(&python)).unwrap_or_else(|problem| panic!("{problem}"))
    })
}

/// Whether only the wheel can give the server that is wanted.
pub fn needs_wheel() -> bool {
    url().is_none() && Binaries::find_as(&wish(), None).is_err()
}

fn url() -> Option<String> {
    std::env::var("TRINE_TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

fn wish() -> Wish {
    let Ok(wish) = std::env::var("TRINE_TEST_POSTGRES").unwrap_or_default().parse();
    wish
}
