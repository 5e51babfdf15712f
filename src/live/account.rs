//! Whom a private server runs as where we are root, and what this account can reach.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::binaries::Binaries;
use super::problem::{Problem, can_not};

/// Whom the server runs as where we are root, which PostgreSQL refuses.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// `None` where we are not root.
    pub(super) fn of_the_server() -> Result<Option<Account>, Problem> {
        if number(&["-u"]) != Some(0) {
            return Ok(None);
        }
        for name in ["postgres", "nobody"] {
            if let (Some(uid), Some(gid)) = (number(&["-u", name]), number(&["-g", name])) {
                return Ok(Some(Account { uid, gid }));
            }
        }
        Err(Problem::new(
            "PostgreSQL does not run as root, and there is no user `postgres` or `nobody`: run this as \
             another user, or give the URL of a server that runs",
        ))
    }

    pub(super) fn own(&self, path: &Path) -> std::io::Result<()> {
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))
    }

    pub(super) fn may_run(&self, program: &Path) -> bool {
        self.says("-x", program)
    }

    /// What `test` says when this account runs it.
    pub(super) fn says(&self, what: &str, path: &Path) -> bool {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "test \"$1\" \"$2\"", "sh", what]).arg(path);
        command.uid(self.uid).gid(self.gid).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

/// What `id` prints.
pub(super) fn number(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).stdin(Stdio::null()).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

/// The programs, copied where the account may not reach them (a checkout below /root).
pub(super) fn copy(
    binaries: &Binaries,
    home: &Path,
    account: &Account,
) -> Result<PathBuf, Problem> {
    let install = binaries.directory().parent().unwrap_or(Path::new("/"));
    let root = install.parent().unwrap_or(Path::new("/"));
    // The wheel keeps its shared libraries in a directory beside the package.
    let (root, libraries) = match (root.file_name(), root.parent()) {
        (Some(package), Some(site)) => {
            let mut name = package.to_owned();
            name.push(".libs");
            if site.join(&name).is_dir() { (site, Some(site.join(name))) } else { (root, None) }
        }
        _ => (root, None),
    };
    let to = home.join("install");
    for part in std::iter::once(install.to_owned()).chain(libraries) {
        let below = part.strip_prefix(root).expect("both lie below it");
        copy_tree(&part, &to.join(below)).map_err(|error| can_not("copy", &part, &error))?;
    }
    // Only the way down to the copies is ours alone; what lies there is readable by all.
    account.own(&to).map_err(|error| can_not("write into", &to, &error))?;
    hand_over(&to, account).map_err(|error| can_not("write into", &to, &error))?;
    let below = binaries.directory().strip_prefix(root).expect("the programs lie below it");
    Ok(to.join(below))
}

fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_tree(&path, &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&path)?, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

/// Gives a tree to the account, so that it can remove it.
fn hand_over(directory: &Path, account: &Account) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_symlink() {
            continue;
        }
        account.own(&entry.path())?;
        if entry.file_type()?.is_dir() {
            hand_over(&entry.path(), account)?;
        }
    }
    Ok(())
}
