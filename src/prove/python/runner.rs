//! The Python process: started once, given tasks by any thread, ended with the value.

use std::collections::{HashMap, VecDeque};
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::live::{Directory, Problem, Server};
use serde_json::{Value, json};

use super::event::{Event, Said, read};
use super::{Failure, Interpreter, package};

/// How many lines of what the process printed are kept for a report.
const TAIL: usize = 30;

/// A running Python process with the ORMs in it.
///
/// Dropping it ends the process, whatever still runs in it, and the databases of [`Runner::guard`].
/// When this program is killed, the process sees its stdin closed, and does the same.
#[derive(Debug)]
pub struct Runner {
    child: Mutex<Child>,
    stdin: Mutex<Option<ChildStdin>>,
    waiting: Arc<Mutex<Waiting>>,
    printed: Arc<Printed>,
    readers: Vec<JoinHandle<()>>,
    /// Removed when the process has ended.
    home: Directory,
}

/// The last that the process printed on stderr, and whether that is all.
#[derive(Debug, Default)]
struct Printed {
    tail: Mutex<(VecDeque<String>, bool)>,
    ended: Condvar,
}

/// Who waits for the events of a task.
#[derive(Debug, Default)]
struct Waiting {
    last: u64,
    tasks: HashMap<u64, Sender<Value>>,
    /// The process has gone: nobody may wait any more.
    over: bool,
}

impl Runner {
    /// Starts the process.
    ///
    /// # Errors
    /// The interpreter can't be started, or there is no room for the package.
    pub fn start(interpreter: &Interpreter) -> Result<Runner, Problem> {
        let home = package::lay_out()?;
        let mut command = Command::new(&interpreter.path);
        command
            .args(["-m", "trine_prove"])
            // What stands where the user stands is found behind all else: a `json.py` there must not pass
            // for Python's own.
            .args(std::env::current_dir())
            .current_dir(home.path())
            .env("PYTHONPATH", python_path(&home))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONIOENCODING", "utf-8")
            .env("OBJC_DISABLE_INITIALIZE_FORK_SAFETY", "YES")
            .env_remove("DJANGO_SETTINGS_MODULE")
            .env_remove("PYTHONWARNINGS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            // Ctrl-C, and whatever else is sent to the group, ends this program; that ends the process
            // when it has cleaned up.
            command.process_group(0);
        }
        let mut child = command.spawn().map_err(|error| {
            Problem::new(format!("`{}` can't be started: {error}", interpreter.path.display()))
        })?;
        let stdin = child.stdin.take();
        let waiting: Arc<Mutex<Waiting>> = Arc::default();
        let printed: Arc<Printed> = Arc::default();
        let mut readers = Vec::new();
        if let Some(stderr) = child.stderr.take() {
            let printed = Arc::clone(&printed);
            readers.push(std::thread::spawn(move || keep_tail(stderr, &printed)));
        }
        if let Some(stdout) = child.stdout.take() {
            let waiting = Arc::clone(&waiting);
            readers.push(std::thread::spawn(move || pass_on(stdout, &waiting)));
        }
        let (child, stdin) = (Mutex::new(child), Mutex::new(stdin));
        let runner = Runner { child, stdin, waiting, printed, readers, home };
        runner.guard_directory(&runner.home);
        Ok(runner)
    }

    /// Carries a task out (`python/trine_prove` says what one is; its `id` is given here), and passes each
    /// event on, in order. Any number of threads may call it at once.
    ///
    /// # Errors
    /// The task could not go on, or the process has gone.
    pub fn run(&self, task: &Value, mut on_event: impl FnMut(Event)) -> Result<(), Failure> {
        let (id, events) = self.enter()?;
        let mut message = task.clone();
        message["id"] = json!(id);
        let mut failure = None;
        if self.send(&message).is_ok() {
            for said in events {
                match read(&said) {
                    Said::Event(event) => {
                        let waits = event == Event::Built;
                        on_event(event);
                        if waits && self.send(&json!({ "go": id })).is_err() {
                            break;
                        }
                    }
                    Said::Failed(found) => failure = failure.or(Some(found)),
                    Said::Ended => return failure.map_or(Ok(()), Err),
                }
            }
        }
        locked(&self.waiting).tasks.remove(&id);
        Err(failure.unwrap_or_else(|| self.gone()))
    }

    /// Has the scratch databases of a server dropped when this program ends, however it ends: those that it
    /// will make too. Nothing has to be done for a private server, which ends by itself.
    pub fn guard(&self, server: &Server) {
        if !server.is_private() {
            self.guard_databases(&server.url(), &server.scratch_names());
        }
    }

    /// Has databases dropped when this program ends, by a pattern of SQL's LIKE. They may be gone by then.
    pub fn guard_databases(&self, server: &str, like: &str) {
        // A process that has gone can't be told, and the next task will say so.
        let _ = self.send(&json!({ "databases": { "server": server, "like": like } }));
    }

    /// Has a directory removed when this program ends, however it ends. It may be gone by then.
    pub fn guard_directory(&self, directory: &Directory) {
        let _ = self.send(&json!({ "directory": directory.path() }));
    }

    /// The process's id.
    pub fn process(&self) -> u32 {
        locked(&self.child).id()
    }

    fn enter(&self) -> Result<(u64, Receiver<Value>), Failure> {
        let mut waiting = locked(&self.waiting);
        if waiting.over {
            drop(waiting);
            return Err(self.gone());
        }
        waiting.last += 1;
        let (sender, events) = channel();
        let id = waiting.last;
        waiting.tasks.insert(id, sender);
        Ok((id, events))
    }

    fn send(&self, message: &Value) -> std::io::Result<()> {
        let mut stdin = locked(&self.stdin);
        let Some(stdin) = stdin.as_mut() else { return Ok(()) };
        stdin.write_all(format!("{message}\n").as_bytes())
    }

    /// What became of the process.
    fn gone(&self) -> Failure {
        let status = match locked(&self.child).wait() {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        let printed = self.printed.all();
        let last = printed.iter().rev().find(|line| !line.trim().is_empty());
        let last = last.map(|line| format!(": {}", line.trim())).unwrap_or_default();
        Failure {
            line: format!("the Python process ended before the task ({status}){last}"),
            trace: printed.join("\n"),
        }
    }
}

impl Drop for Runner {
    /// Closes stdin, which ends the process, and waits until it has cleaned up.
    fn drop(&mut self) {
        locked(&self.stdin).take();
        let _ = locked(&self.child).wait();
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }
}

/// The package, before what the user has there.
fn python_path(home: &Directory) -> OsString {
    let others = std::env::var_os("PYTHONPATH").unwrap_or_default();
    let others = std::env::split_paths(&others).filter(|path| !path.as_os_str().is_empty());
    let absolute = others.map(|path| std::path::absolute(&path).unwrap_or(path));
    let all = [home.path().to_owned()].into_iter().chain(absolute);
    // Each has come out of such a list, or is a temporary directory; what can't be joined has a `:` in it.
    std::env::join_paths(all).unwrap_or_else(|_| home.path().as_os_str().to_owned())
}

/// Gives each line to the task that it is about; ends when the process does.
fn pass_on(stdout: impl Read, waiting: &Mutex<Waiting>) {
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        let Some(id) = message["id"].as_u64() else { continue };
        let mut waiting = locked(waiting);
        let ended = message["ended"] == true;
        if let Some(task) = waiting.tasks.get(&id) {
            // Whoever does not listen any more has what it wanted.
            let _ = task.send(message);
        }
        if ended {
            waiting.tasks.remove(&id);
        }
    }
    let mut waiting = locked(waiting);
    waiting.over = true;
    waiting.tasks.clear();
}

/// Keeps the last lines of what is printed.
fn keep_tail(stderr: impl Read, printed: &Printed) {
    for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
        let (tail, _) = &mut *locked(&printed.tail);
        tail.push_back(String::from_utf8_lossy(&line).into_owned());
        if tail.len() > TAIL {
            tail.pop_front();
        }
    }
    locked(&printed.tail).1 = true;
    printed.ended.notify_all();
}

impl Printed {
    /// What was printed, when all of it has been read.
    fn all(&self) -> Vec<String> {
        let tail = locked(&self.tail);
        // The pipe is closed with the process, unless something that it started holds it open.
        let waited = self.ended.wait_timeout_while(tail, Duration::from_secs(1), |tail| !tail.1);
        let (tail, _) = waited.unwrap_or_else(PoisonError::into_inner);
        tail.0.iter().cloned().collect()
    }
}

/// A thread that panicked holding the lock has left whole values behind.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
