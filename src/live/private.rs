//! A private server: made in a directory of its own, reached by a socket alone, gone with this process.
//!
//! It runs below a small shell script that holds a pipe from us. When the pipe closes, because we are done or
//! because we were killed, the script stops the server and removes the directory.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::account::{Account, copy, number};
use super::binaries::Binaries;
use super::conninfo::Conninfo;
use super::directory;
use super::problem::{Problem, can_not};

/// A server that runs; stopped and removed when it is dropped.
#[derive(Debug)]
pub(super) struct Private {
    home: PathBuf,
    supervisor: Child,
}

/// What every directory of ours begins with; one that a killed process left behind is swept.
const PREFIX: &str = "trine-pg-";

/// Nothing here outlives the process, so nothing has to survive a crash of the machine.
const SETTINGS: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("max_wal_size", "4GB"),
    ("listen_addresses", ""),
    ("port", "5432"),
    ("max_connections", "100"),
    // A transaction that makes or drops a whole large schema locks each of its tables and indexes.
    ("max_locks_per_transaction", "1024"),
    ("shared_buffers", "64MB"),
    // Nothing then lies outside the directory, such as in /dev/shm.
    ("dynamic_shared_memory_type", "mmap"),
    ("autovacuum", "off"),
    ("jit", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("log_min_messages", "fatal"),
];

const SUPERVISOR: &str = include_str!("supervisor.sh");

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// A path to a socket may be this long, in bytes, on Linux (108) and on macOS (104), its end included.
const SOCKET_PATH: usize = 103;

impl Private {
    /// Makes a cluster and starts its server; when it answers, gives it and how it is reached.
    pub(super) fn start(binaries: &Binaries) -> Result<(Private, Conninfo), Problem> {
        let account = Account::of_the_server()?;
        let place = place(account.as_ref())?;
        // As root, a directory that somebody else made under such a name is not believed.
        let ours = [number(&["-u"]), account.as_ref().map(|account| account.uid)];
        directory::sweep(&place, PREFIX, |home| {
            let owner = fs::symlink_metadata(home).ok().map(|found| found.uid());
            ours.contains(&owner) && !is_served(home)
        });
        let home = directory::make(&place, PREFIX)?;
        // Whatever fails from here on, what was made goes.
        let started = start_in(&home, binaries, account.as_ref());
        if started.is_err() {
            let _ = fs::remove_dir_all(&home);
        }
        started
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        stop(&mut self.supervisor);
        // Only where the script could not: the place may be one that the server's account can't write.
        let _ = fs::remove_dir_all(&self.home);
    }
}

/// Closes the pipe, and waits until the script has stopped the server and removed its directory.
fn stop(supervisor: &mut Child) {
    drop(supervisor.stdin.take());
    let _ = supervisor.wait();
}

fn start_in(
    home: &Path,
    binaries: &Binaries,
    account: Option<&Account>,
) -> Result<(Private, Conninfo), Problem> {
    let failed = |error: std::io::Error| can_not("write into", home, &error);
    let socket = home.join("socket");
    fs::create_dir(&socket).map_err(failed)?;
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o700)).map_err(failed)?;
    if let Some(account) = account {
        account.own(&socket).map_err(failed)?;
        account.own(home).map_err(failed)?;
    }
    let programs = match account {
        Some(account) if !account.may_run(&binaries.directory().join("postgres")) => {
            copy(binaries, home, account)?
        }
        _ => binaries.directory().to_owned(),
    };
    let mut command = Command::new("/bin/sh");
    command.args(["-c", SUPERVISOR, "trine-postgres"]).arg(home).arg(&programs);
    for (name, value) in SETTINGS {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command.arg("-c").arg(format!("unix_socket_directories={}", socket.display()));
    // The server of the wheel, and its libraries, find one another without help.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    command
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // A Ctrl-C in the terminal reaches us, and not the server.
        .process_group(0);
    if let Some(account) = account {
        // Further groups are given up with it.
        command.uid(account.uid).gid(account.gid);
    }
    let supervisor =
        command.spawn().map_err(|error| can_not("start a shell", Path::new("/bin/sh"), &error))?;
    let mut server = Private { home: home.to_owned(), supervisor };
    let mut conninfo = Conninfo::default();
    for (name, value) in [
        ("user", "postgres"),
        ("dbname", "postgres"),
        ("port", "5432"),
        ("sslmode", "disable"),
        // Said, so that no variable of the environment says it.
        ("options", ""),
    ] {
        conninfo.set(name, value)?;
    }
    conninfo.set("host", &socket.to_string_lossy())?;
    wait_until_ready(&mut server, &conninfo)?;
    Ok((server, conninfo))
}

/// Waits until the server takes connections.
fn wait_until_ready(server: &mut Private, conninfo: &Conninfo) -> Result<(), Problem> {
    let deadline = Instant::now() + PATIENCE;
    let socket = server.home.join("socket/.s.PGSQL.5432");
    loop {
        let over = server.home.join("ended").exists()
            || server.supervisor.try_wait().is_ok_and(|status| status.is_some());
        if over || Instant::now() > deadline {
            let log = fs::read_to_string(server.home.join("log")).unwrap_or_default();
            let said = log.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing");
            let fatal = log.lines().rev().find(|l| l.contains("FATAL:") || l.contains("error:"));
            return Err(Problem::new(format!(
                "a private PostgreSQL server could not be started; it said: {} (give the URL of a server \
                 that runs instead)",
                fatal.unwrap_or(said)
            )));
        }
        if socket.exists() && super::connect::open(conninfo).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

// ----------------------------------------------------------------------------------------- directories

/// The directory for temporary files; /tmp where that makes too long a path for a socket, or where the
/// server's account can't write.
fn place(account: Option<&Account>) -> Result<PathBuf, Problem> {
    let length = PREFIX.len() + "/XXXXXX/socket/.s.PGSQL.5432".len() + 1;
    let fits = |place: &PathBuf| {
        place.is_absolute()
            && place.as_os_str().len() + length <= SOCKET_PATH
            // A comma would separate two directories for the server.
            && place.to_str().is_some_and(|text| !text.contains([',', '"', '\'', ' ']))
            && place.metadata().is_ok_and(|found| found.is_dir())
            && account.is_none_or(|account| account.says("-w", place) && account.says("-x", place))
    };
    let places = [std::env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
    places.into_iter().find(fits).ok_or_else(|| {
        Problem::new(
            "there is no directory for a private PostgreSQL server: set TMPDIR to one whose path is short \
             and that can be written, or give the URL of a server that runs",
        )
    })
}

/// Whether a server or its script is still at work there: the script ends it by itself; a server whose
/// script was killed with us is told to stop.
fn is_served(home: &Path) -> bool {
    let text = fs::read_to_string(home.join("data/postmaster.pid")).unwrap_or_default();
    let Some(pid) = text.lines().next().filter(|pid| pid.parse::<u32>().is_ok()) else {
        return false;
    };
    let arguments =
        Command::new("ps").args(["-o", "args=", "-p", pid]).stdin(Stdio::null()).output();
    let serves = arguments.is_ok_and(|shown| {
        String::from_utf8_lossy(&shown.stdout).contains(&*home.join("data").to_string_lossy())
    });
    if serves {
        let _ = Command::new("kill").args(["-QUIT", pid]).stderr(Stdio::null()).status();
        let deadline = Instant::now() + Duration::from_secs(5);
        while home.join("data/postmaster.pid").exists() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        return home.join("data/postmaster.pid").exists();
    }
    false
}
