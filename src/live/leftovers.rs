//! What says whose something is that lies outside this process, and whether its owner is gone.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A process, so that another one on the same machine can tell later whether it still runs.
///
/// Written as `trine BOOT NAMESPACE PID START`. Numbers of processes mean something only between those that
/// share a kernel that has not been started anew, and a namespace of processes: what a container made is never
/// judged from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    boot: String,
    namespace: String,
    pid: u32,
    start: String,
}

/// Stands for what a system does not tell.
const UNTOLD: &str = "-";

impl Owner {
    /// This process.
    pub(super) fn this() -> Owner {
        let pid = std::process::id();
        Owner { boot: boot(), namespace: namespace(), pid, start: start(pid) }
    }

    /// Reads what [`Owner::text`] wrote; `None` for anything else.
    pub(super) fn read(text: &str) -> Option<Owner> {
        let mut words = text.split_whitespace();
        if words.next() != Some("trine") {
            return None;
        }
        let mut word = || words.next().map(str::to_owned);
        let (boot, namespace, pid, start) = (word()?, word()?, word()?, word()?);
        Some(Owner { boot, namespace, pid: pid.parse().ok()?, start })
    }

    pub(super) fn text(&self) -> String {
        format!("trine {} {} {} {}", self.boot, self.namespace, self.pid, self.start)
    }

    /// Whether it surely no longer runs. Where that can't be known, it counts as running.
    pub(super) fn is_gone(&self) -> bool {
        if self.boot != boot() || self.namespace != namespace() {
            return false;
        }
        !runs(self.pid) || start(self.pid) != self.start
    }

    /// Whether it is certain that a number of a process means the same there as here: without that, two
    /// machines that share a server could take each other's processes for gone.
    pub(super) fn is_certain(&self) -> bool {
        self.boot != UNTOLD && self.namespace != UNTOLD && self.start != UNTOLD
    }
}

/// Which start of the kernel this is.
fn boot() -> String {
    first_word(Path::new("/proc/sys/kernel/random/boot_id"))
}

fn namespace() -> String {
    let link = fs::read_link("/proc/self/ns/pid").ok();
    link.map_or(UNTOLD.to_owned(), |link| link.to_string_lossy().replace(char::is_whitespace, ""))
}

/// When a process began, in ticks since the kernel started: another one may have its number now.
fn start(pid: u32) -> String {
    // The name in brackets may hold anything; what follows its last bracket is numbers.
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = status.rsplit_once(')').map(|(_, after)| after).unwrap_or_default();
    after.split_whitespace().nth(19).unwrap_or(UNTOLD).to_owned()
}

fn runs(pid: u32) -> bool {
    if Path::new("/proc/self").exists() {
        return Path::new(&format!("/proc/{pid}")).exists();
    }
    let asked = Command::new("kill")
        .args(["-0", &pid.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

fn first_word(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.split_whitespace().next().unwrap_or(UNTOLD).to_owned()
}
