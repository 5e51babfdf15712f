//! Ctrl-C: the process ends at once, unless it is writing; then it ends when everything is written.

use std::sync::{Mutex, PoisonError};

static WRITING: Mutex<()> = Mutex::new(());

/// The exit status of a process that SIGINT ended, as shells count.
const INTERRUPTED: i32 = 130;

/// From here on an interrupt waits for what [`uninterrupted`] does.
pub(super) fn finish_writing_first() {
    // Without the handler an interrupt still ends the process; each file is whole even then.
    let _ = ctrlc::set_handler(|| {
        let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        std::process::exit(INTERRUPTED);
    });
}

/// Does something that an interrupt does not cut in two.
pub(super) fn uninterrupted<T>(work: impl FnOnce() -> T) -> T {
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    work()
}
