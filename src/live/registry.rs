//! What must go when the process ends before its time: the servers that it knows, and their databases.

use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, TryLockError, Weak, mpsc};
use std::time::{Duration, Instant};

use super::directory;
use super::problem::Problem;
use super::server::Shared;

/// Servers that may still have something.
static SERVERS: Mutex<Vec<Weak<Shared>>> = Mutex::new(Vec::new());

/// Databases that could not be dropped.
static LEFT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Whether the process is about to end. Held for reading while something is made, so that the end sees it.
static ENDING: RwLock<bool> = RwLock::new(false);

/// How long an interrupted process waits for a server that does not answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Stops private servers, drops scratch databases and removes directories, in a process that ends next:
/// nothing is made from here on. For a handler of Ctrl-C, which ends the process without dropping its values.
///
/// Gives the names of the databases that could not be dropped, as [`left_behind`] does.
#[must_use]
pub fn clean_up() -> Vec<String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match ENDING.try_write() {
            Ok(mut ending) => *ending = true,
            Err(TryLockError::Poisoned(ending)) => *ending.into_inner() = true,
            // What is being made is made in a moment, and then known.
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(5));
                continue;
            }
            Err(TryLockError::WouldBlock) => {}
        }
        break;
    }
    let servers = std::mem::take(&mut *SERVERS.lock().unwrap_or_else(PoisonError::into_inner));
    let mut waiting = Vec::new();
    for server in servers.iter().filter_map(Weak::upgrade) {
        let (sender, receiver) = mpsc::channel();
        let names = server.names();
        std::thread::spawn(move || {
            let _ = sender.send(server.clean_up());
        });
        waiting.push((receiver, names));
    }
    directory::clean_up();
    let mut left = left_behind();
    for (receiver, names) in waiting {
        let patience = deadline.saturating_duration_since(Instant::now());
        left.extend(receiver.recv_timeout(patience).unwrap_or(names));
    }
    left
}

/// Scratch databases on a user's server that could not be dropped, for want of a connection. A later run on
/// the same machine drops them; until then a person may.
#[must_use]
pub fn left_behind() -> Vec<String> {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Remembers a server for [`clean_up`].
pub(super) fn know(server: &Arc<Shared>) {
    let mut servers = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
    servers.retain(|known| known.strong_count() > 0);
    servers.push(Arc::downgrade(server));
}

/// Held while a server or a database is made.
pub(super) fn making() -> Result<RwLockReadGuard<'static, bool>, Problem> {
    let ending = ENDING.read().unwrap_or_else(PoisonError::into_inner);
    if *ending { Err(Problem::new("interrupted")) } else { Ok(ending) }
}

pub(super) fn is_ending() -> bool {
    ENDING.try_read().is_ok_and(|ending| *ending)
}

pub(super) fn leave(names: Vec<String>) {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner).extend(names);
}
