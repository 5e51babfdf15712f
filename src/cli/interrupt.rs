//! Ctrl-C: the process ends at once, but for what it writes, and for what it has to take away with it.

use std::sync::{Mutex, PoisonError};

use super::{Color, terminal};

static WRITING: Mutex<()> = Mutex::new(());

/// Held from an interrupt on, until the process is gone.
static ENDING: Mutex<()> = Mutex::new(());

/// The exit status of a process that SIGINT ended, as shells count.
const INTERRUPTED: i32 = 130;

/// From here on an interrupt waits for what [`uninterrupted`] does, stops the servers that were started, and
/// drops the databases that were made.
pub(super) fn leave_nothing_behind(color: Color) {
    // Without the handler an interrupt still ends the process; each file is whole even then.
    let _ = ctrlc::set_handler(move || {
        let _ending = ENDING.lock().unwrap_or_else(PoisonError::into_inner);
        let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        complain_of_what_stays(&trine::live::clean_up(), color);
        std::process::exit(INTERRUPTED);
    });
}

/// Does something that an interrupt does not cut in two.
pub(super) fn uninterrupted<T>(work: impl FnOnce() -> T) -> T {
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    work()
}

/// Comes back only where nothing has interrupted: what an interrupt takes away under a command's hands is no
/// failure of the command, and the process ends when everything is taken away.
pub(super) fn wait_for_the_end() {
    drop(ENDING.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Says which scratch databases could not be dropped.
pub(super) fn complain_of_what_stays(databases: &[String], color: Color) {
    if !databases.is_empty() {
        let message = format!(
            "the server could not be reached to drop what was made on it; the next run on this machine \
             does, or `DROP DATABASE {}`",
            databases.join("; DROP DATABASE ")
        );
        terminal::complain(&message, color);
    }
}
