//! What each way to store a union costs in both ORMs, beside models that an expert wrote by hand.
//!
//! `cargo bench --bench unions` prints the tables; `docs/benchmarks.md` says what is in them. The server and
//! Python are those of the tests. `TRINE_BENCH_TASKS=1000` is a quick look, `TRINE_BENCH_ROUNDS` says how often
//! every question is asked anew, and words behind `--` choose: `-- sqlalchemy link`. `TRINE_BLESS=1` writes the
//! run into the documents.
//!
//! `cargo test` asks every question once, of few rows.

mod pages;
#[path = "../../tests/support/mod.rs"]
mod support;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use trine::live::{Scratch, Server};
use trine::target::{DjangoOptions, DjangoVersion, OnDelete, Options};

use support::examples::{Example, root};
use support::{server, session};
use table::{Made, Measured};

/// What can be generated; `generic` is Django's own.
const STRATEGIES: [&str; 5] = ["arc", "link", "supertype", "inheritance", "split"];
const GENERIC: &str = "generic";

/// How many tasks there are, when nobody says so.
const TASKS: usize = 100_000;

fn main() {
    let run =
        if std::env::args().any(|argument| argument == "--bench") { measure } else { try_out };
    if let Err(problem) = run() {
        eprintln!("error: {problem}");
        std::process::exit(1);
    }
}

/// `cargo bench`: prints the tables, or writes them where the documents have them.
fn measure() -> Result<(), String> {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let plan = Plan {
        tasks: number("TRINE_BENCH_TASKS", TASKS)?,
        rounds: number("TRINE_BENCH_ROUNDS", 3)?,
        takes: 5,
    };
    let blessed = std::env::var_os("TRINE_BLESS").is_some();
    if blessed && (plan.tasks != TASKS || !words.is_empty()) {
        return Err("the documents tell of a whole run, without words or another size".to_owned());
    }
    let (python, django) = session::environment(&session::work_directory())?;
    if django != DjangoVersion::V6_1.name() {
        return Err(format!("the models are written for Django 6.1, and this is {django}"));
    }
    let taken = run(&plan, &words, &python)?;
    println!("{}\n", taken.told);
    print!("{}", table::print(&taken.made, &taken.measured));
    if blessed { pages::write(&taken) } else { Ok(()) }
}

/// `cargo test`: whether every question can be asked, and is answered alike.
fn try_out() -> Result<(), String> {
    let name = "unions::few_rows";
    let mut arguments = std::env::args().skip(1);
    if arguments.any(|it| it == "--list" || !it.starts_with('-') && !name.contains(&*it)) {
        return Ok(());
    }
    let (python, django) = session::environment(&session::work_directory())?;
    if django != DjangoVersion::V6_1.name() {
        println!("{name} is passed over: the models are written for Django 6.1");
        return Ok(());
    }
    let plan = Plan { tasks: 200, rounds: 1, takes: 1 };
    let taken = run(&plan, &[], &python)?;
    let told = table::print(&taken.made, &taken.measured);
    let asked = STRATEGIES.iter().all(|strategy| told.contains(&format!("| `{strategy}` | ")));
    println!("{name}: {}", if asked { "ok" } else { "FAILED" });
    if asked { Ok(()) } else { Err(format!("something was not asked:\n{told}")) }
}

/// One strategy in one ORM: its database, and its generated models.
struct Subject {
    orm: &'static str,
    strategy: &'static str,
    generated: PathBuf,
    scratch: Scratch,
}

/// How much there is.
struct Plan {
    tasks: usize,
    rounds: usize,
    /// Of each question in one round.
    takes: usize,
}

/// All that was found.
struct Taken {
    /// What it was measured on, in words.
    told: String,
    made: Vec<Made>,
    measured: Vec<Measured>,
}

fn run(plan: &Plan, words: &[String], python: &Path) -> Result<Taken, String> {
    let server = server::start(python).map_err(|problem| problem.to_string())?;
    let mut subjects = Vec::new();
    let mut made = Vec::new();
    for (orm, strategy) in every(words) {
        eprintln!("making {orm} {strategy}");
        let subject = Subject::new(&server, orm, strategy)?;
        let answers = subject.ask(python, &json!({ "make": true, "plan": plan.value() }))?;
        made.extend(answers.iter().map(|answer| Made::new(orm, strategy, answer)));
        subjects.push(subject);
    }
    let mut measured = Vec::new();
    for round in 0..plan.rounds {
        for subject in &subjects {
            eprintln!(
                "round {} of {}: {} {}",
                round + 1,
                plan.rounds,
                subject.orm,
                subject.strategy
            );
            let request = json!({ "make": false, "plan": plan.value(), "round": round });
            for answer in subject.ask(python, &request)? {
                measured.push(Measured::new(subject.orm, subject.strategy, &answer));
            }
            subject.vacuum()?;
        }
    }
    Ok(Taken { told: heading(plan, &server, python)?, made, measured })
}

/// Every strategy in both ORMs, of those that the words name.
fn every(words: &[String]) -> impl Iterator<Item = (&'static str, &'static str)> {
    let generated = ["django", "sqlalchemy"]
        .into_iter()
        .flat_map(|orm| STRATEGIES.map(|strategy| (orm, strategy)));
    let all = generated.chain([("django", GENERIC)]);
    all.filter(|(orm, strategy)| words.iter().all(|word| word == orm || word == strategy))
}

/// What a variable says, or what is usual.
fn number(variable: &str, usual: usize) -> Result<usize, String> {
    match std::env::var(variable) {
        Ok(text) => match text.parse() {
            Ok(number) if number > 0 => Ok(number),
            Ok(_) | Err(_) => Err(format!("{variable} is a number from 1 on, not `{text}`")),
        },
        Err(_) => Ok(usual),
    }
}

/// What it was measured on.
fn heading(plan: &Plan, server: &Server, python: &Path) -> Result<String, String> {
    let versions = "import datetime, django, os, platform, psycopg, sqlalchemy; \
        print(f'{datetime.date.today()}; {os.getloadavg()[2]:.0f}; Django {django.__version__}, SQLAlchemy {sqlalchemy.__version__}, '\
        f'psycopg {psycopg.__version__}, Python {platform.python_version()}')";
    let output = Command::new(python)
        .args(["-c", versions])
        .output()
        .map_err(|error| format!("{}: {error}", python.display()))?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let printed = String::from_utf8_lossy(&output.stdout);
    let mut parts = printed.trim().splitn(3, "; ");
    let mut part = || parts.next().unwrap_or_default();
    let (day, load, versions) = (part(), part(), part());
    Ok(format!(
        "{} tasks of {} persons and {} groups, on {day}:\n{}, {versions};\n\
         {cores} cores under a load of {load}; {} rounds of {} takes",
        plan.tasks,
        plan.persons(),
        plan.groups(),
        server.version(),
        plan.rounds,
        plan.takes,
    ))
}

impl Plan {
    fn persons(&self) -> usize {
        (self.tasks / 10).max(20)
    }

    fn groups(&self) -> usize {
        (self.tasks / 100).max(2)
    }

    /// As the Python side reads it.
    fn value(&self) -> Value {
        json!({
            "tasks": self.tasks,
            "persons": self.persons(),
            "groups": self.groups(),
            "listed": 1000.min(self.tasks),
            "inserted": (self.tasks / 10).max(1),
            "takes": self.takes,
        })
    }
}

impl Subject {
    /// Compiles the program under a strategy, and makes a database for it.
    fn new(server: &Server, orm: &'static str, strategy: &'static str) -> Result<Subject, String> {
        let generated =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("unions").join(orm).join(strategy);
        // What an older run left there may be in the way.
        let _ = fs::remove_dir_all(&generated);
        if strategy != GENERIC {
            let text = include_str!("tracker.trine").replace("as arc", &format!("as {strategy}"));
            let example = Example {
                name: strategy.to_owned(),
                files: vec![("tracker.trine".to_owned(), text)],
            };
            let django =
                DjangoOptions { version: Some(DjangoVersion::V6_1), on_delete: OnDelete::Database };
            example.build(&Options { django, ..Options::default() }, &generated)?;
        }
        let scratch = server.scratch("unions").map_err(|problem| problem.to_string())?;
        Ok(Subject { orm, strategy, generated, scratch })
    }

    /// Lets Python make the tables or ask the questions, in a process of its own.
    fn ask(&self, python: &Path, request: &Value) -> Result<Vec<Value>, String> {
        let mut request = request.clone();
        request["orm"] = self.orm.into();
        request["strategy"] = self.strategy.into();
        let here = root().join("benches/unions");
        let path = [here, self.generated.join("sqlalchemy"), self.generated.join("django")];
        let path = std::env::join_paths(path).map_err(|error| error.to_string())?;
        let output = Command::new(python)
            .args(["-m", "measure", &request.to_string()])
            .env("PYTHONPATH", path)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            // Not an argument: a password may be in it.
            .env("TRINE_BENCH_DATABASE", self.scratch.url())
            .env_remove("DJANGO_SETTINGS_MODULE")
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("{}: {error}", python.display()))?;
        if !output.status.success() {
            return Err(format!("{} {} could not be measured; see above", self.orm, self.strategy));
        }
        let printed = String::from_utf8_lossy(&output.stdout);
        let answers = printed.lines().map(|line| {
            serde_json::from_str(line).map_err(|error| format!("not an answer: {line}: {error}"))
        });
        answers.collect()
    }

    /// Takes away what was rolled back, so that the next round finds what the first one found.
    fn vacuum(&self) -> Result<(), String> {
        let mut client = self.scratch.connect().map_err(|problem| problem.to_string())?;
        client.batch_execute("VACUUM ANALYZE").map_err(|error| error.to_string())
    }
}
