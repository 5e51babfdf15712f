//! However a process ends, nothing of it stays: no server, no directory, no database.
//!
//! The processes are this test program once more, told by a variable to do one of the [`DEEDS`].

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use trine::live::{self, Directory, Server};

use super::scratch::databases;
use super::support::server;

const DEED: &str = "TRINE_TEST_DEED";
const URL: &str = "TRINE_TEST_DEED_URL";

/// What a process of ours does before it ends, or is ended.
const DEEDS: &[(&str, fn())] = &[
    ("serve", || {
        let server = Server::start(&server::binaries()).unwrap();
        let _scratch = server.scratch("serve").unwrap();
        let _directory = Directory::new().unwrap();
        wait(&server.url());
    }),
    ("visit", || {
        let server = Server::at(&std::env::var(URL).unwrap()).unwrap();
        let _scratch = server.scratch("visit").unwrap();
        wait("made");
    }),
    ("leave", || {
        let visited = Server::at(&std::env::var(URL).unwrap()).unwrap();
        let own = Server::start(&server::binaries()).unwrap();
        let kept = (visited.scratch("leave"), own.scratch("leave"), Directory::new());
        assert!(kept.0.is_ok() && kept.1.is_ok() && kept.2.is_ok());
        // As a handler of Ctrl-C does, while others still work.
        std::thread::spawn(|| {
            let left = live::clean_up();
            println!("left {}", left.len());
            std::process::exit(130);
        });
        loop {
            drop(visited.scratch("leave"));
        }
    }),
];

/// Not a test of its own: where the processes begin.
#[test]
fn a_process_of_ours_does_what_it_is_told() {
    let told = std::env::var(DEED).unwrap_or_default();
    for (_, deed) in DEEDS.iter().filter(|(name, _)| *name == told) {
        deed();
    }
}

/// Tells the test, and waits to be killed.
fn wait(word: &str) {
    println!("\nready {word}");
    std::thread::sleep(Duration::from_secs(60));
}

/// Starts a process whose temporary files lie in `place`.
fn process(deed: &str, place: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "endings::a_process_of_ours_does_what_it_is_told", "--nocapture"])
        .env(DEED, deed)
        .env(URL, server::server().url())
        .env("TMPDIR", place)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What it says behind a word, when it does.
fn said(child: &mut Child, word: &str) -> String {
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let mut lines = stdout.lines().map_while(Result::ok);
    lines.find_map(|line| line.strip_prefix(word).map(|rest| rest.trim().to_owned())).unwrap()
}

/// A place for temporary files that every account can write.
fn place() -> tempfile::TempDir {
    let place = tempfile::Builder::new().prefix("trine-t").tempdir_in("/tmp").unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o777)).unwrap();
    place
}

fn entries(place: &Path) -> Vec<String> {
    let names = fs::read_dir(place).unwrap().flatten();
    names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Waits until it holds, as it must within a few seconds.
fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "not so after 20 s: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The processes whose arguments name the place.
fn processes(place: &Path) -> Vec<String> {
    let shown = Command::new("ps").args(["-A", "-o", "args="]).output().unwrap();
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    text.lines()
        .filter(|line| line.contains(&*place.to_string_lossy()))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_killed_process_takes_its_server_along() {
    let place = place();
    let mut child = process("serve", place.path());
    let url = said(&mut child, "ready ");
    live::connect(&url).unwrap();
    assert!(!processes(place.path()).is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    eventually("the server is gone", || processes(place.path()).is_empty());
    eventually("its directory is gone", || {
        !entries(place.path()).iter().any(|name| name.starts_with("trine-pg-"))
    });
    // Nobody watches over a plain directory: the next run sweeps it.
    assert_eq!(entries(place.path()).len(), 1);
    let mut next = process("serve", place.path());
    said(&mut next, "ready ");
    assert_eq!(entries(place.path()).len(), 2);
    next.kill().unwrap();
    next.wait().unwrap();
    eventually("the next server is gone", || processes(place.path()).is_empty());
}

#[test]
fn a_process_that_is_killed_while_its_server_starts_takes_it_along() {
    for millis in [10, 40, 80, 150, 250, 400] {
        let place = place();
        let mut child = process("serve", place.path());
        std::thread::sleep(Duration::from_millis(millis));
        child.kill().unwrap();
        child.wait().unwrap();
        eventually("no process is left", || processes(place.path()).is_empty());
        eventually("no server's directory is left", || {
            entries(place.path()).iter().all(|name| {
                let owned = place.path().join(name).join("log").exists();
                name.starts_with("trine-tmp-") || !owned
            })
        });
    }
}

#[test]
fn a_killed_process_leaves_its_databases_to_the_next() {
    let place = place();
    let mut child = process("visit", place.path());
    said(&mut child, "ready ");
    let names = databases(server::server(), "visit");
    assert_eq!(names.len(), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(databases(server::server(), "visit"), names);
    Server::at(&server::server().url()).unwrap();
    assert_eq!(databases(server::server(), "visit").len(), 0);
}

#[test]
fn what_may_still_be_needed_stays() {
    let url = server::server().url();
    let visited = Server::at(&url).unwrap();
    let mine = visited.scratch("alive").unwrap();
    let mut client = live::connect(&url).unwrap();
    let comment: String = client
        .query_one(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1",
            &[&mine.name()],
        )
        .unwrap()
        .get(0);
    let words: Vec<&str> = comment.split(' ').collect();
    let [trine, boot, namespace, _, start] = words[..] else { panic!("{comment}") };
    // Of a machine that was started otherwise, of another container, and of nobody who is known; none of
    // them has a process of that number here.
    let others = [
        format!("{trine} 0{boot} {namespace} 999999999 {start}"),
        format!("{trine} {boot} {namespace}0 999999999 {start}"),
        format!("{trine} - - 999999999 -"),
        "a shop".to_owned(),
    ];
    let gone = format!("{trine} {boot} {namespace} 999999999 {start}");
    for (number, comment) in others.iter().chain([&gone]).enumerate() {
        client.batch_execute(&format!("CREATE DATABASE trine_other_{number}")).unwrap();
        client
            .batch_execute(&format!("COMMENT ON DATABASE trine_other_{number} IS '{comment}'"))
            .unwrap();
    }
    Server::at(&url).unwrap();
    mine.connect().unwrap();
    let mut left = databases(server::server(), "other");
    left.sort();
    for number in 0..=others.len() {
        client.batch_execute(&format!("DROP DATABASE IF EXISTS trine_other_{number}")).unwrap();
    }
    assert_eq!(left, ["trine_other_0", "trine_other_1", "trine_other_2", "trine_other_3"]);
}

#[test]
fn an_interrupted_process_leaves_nothing() {
    let place = place();
    let mut child = process("leave", place.path());
    assert_eq!(said(&mut child, "left "), "0");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(entries(place.path()), Vec::<String>::new());
    assert_eq!(processes(place.path()), Vec::<String>::new());
    assert_eq!(databases(server::server(), "leave"), Vec::<String>::new());
}

#[test]
fn a_long_path_for_temporary_files_does_not_matter() {
    let place = place();
    let long = place.path().join("x".repeat(120));
    fs::create_dir(&long).unwrap();
    fs::set_permissions(&long, fs::Permissions::from_mode(0o777)).unwrap();
    let mut child = process("serve", &long);
    let url = said(&mut child, "ready ");
    live::connect(&url).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    eventually("the server is gone", || live::connect(&url).is_err());
}

#[test]
fn databases_of_a_server_that_went_away_are_told() {
    // One that a pipe leads to, so that the way there can be broken.
    let server = Server::start(&server::binaries()).unwrap();
    let (way, broken) = way_to(&server);
    let visited = Server::at(&way).unwrap();
    let scratch = visited.scratch("cut").unwrap();
    let name = scratch.name().to_owned();
    let mut client = scratch.connect().unwrap();
    broken.store(true, Ordering::SeqCst);
    let problem = live::Problem::from(client.batch_execute("SELECT 1").unwrap_err());
    assert!(problem.is_lost(), "{problem}");
    // Whether it was made is not known where the answer was lost; where nothing was asked, it was not.
    for stem in ["perhaps", "never"] {
        let problem = visited.scratch(stem).unwrap_err();
        assert!(problem.is_lost(), "{problem}");
    }
    drop((client, scratch, visited));
    let left = live::left_behind();
    assert!(left.contains(&name), "{left:?}");
    assert!(left.iter().any(|left| left.starts_with("trine_perhaps")), "{left:?}");
    assert!(!left.iter().any(|left| left.starts_with("trine_never")), "{left:?}");
}

/// A TCP address that leads to a server's socket until it is broken.
fn way_to(server: &Server) -> (String, Arc<AtomicBool>) {
    let url = server.url();
    let host = url.split("host=").nth(1).unwrap().split('&').next().unwrap().replace("%2F", "/");
    let broken = Arc::new(AtomicBool::new(false));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let way = format!("postgresql://postgres@{}/postgres", listener.local_addr().unwrap());
    let ends = Arc::clone(&broken);
    std::thread::spawn(move || {
        for here in listener.incoming().map_while(Result::ok) {
            if ends.load(Ordering::SeqCst) {
                continue;
            }
            let there = UnixStream::connect(format!("{host}/.s.PGSQL.5432")).unwrap();
            let (mut from, mut to) = (there.try_clone().unwrap(), here.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut from, &mut to));
            let (mut here, mut there, ends) = (here, there, Arc::clone(&ends));
            std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(read) = here.read(&mut bytes) {
                    if read == 0 || ends.load(Ordering::SeqCst) {
                        break;
                    }
                    there.write_all(&bytes[..read]).unwrap();
                }
                let _ = here.shutdown(Shutdown::Both);
                let _ = there.shutdown(Shutdown::Both);
            });
        }
    });
    (way, broken)
}
