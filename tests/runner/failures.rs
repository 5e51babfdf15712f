//! What goes wrong while a task runs is one line, and nothing is left behind.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use trine::live;
use trine::prove::python::{Event, Failure, Runner};
use trine::target::Target;

use crate::bench::{Bench, Side};
use crate::support::examples::Variant;
use crate::support::proving::{interpreter, runner};
use crate::support::server::server;

const SHOP: &str = "module shop\n\nentity Item {\n  name  text\n}\n";

/// How a task ends for which one generated file says something else.
fn spoilt(side: Side, file: &str, spoil: impl Fn(String) -> String) -> (Vec<Event>, Failure) {
    let bench = Bench::program(SHOP, side);
    let target = match side {
        Side::Sqlalchemy => Target::Sqlalchemy,
        Side::Django(_) => Target::Django,
    };
    let path = bench.path(target).join(file);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, spoil(text)).unwrap();
    let (said, ended) = bench.run(side, json!([]));
    (said, ended.unwrap_err())
}

#[test]
fn what_fails_in_a_task_is_one_line() {
    let django = Side::Django(Variant::Python);
    let check = |side, file: &str, what: &dyn Fn(String) -> String, wanted: &str| {
        let (said, failure) = spoilt(side, file, what);
        assert!(failure.line.starts_with(wanted), "{failure:?}");
        assert_eq!(failure.line.lines().count(), 1, "{failure:?}");
        assert!(!said.contains(&Event::Built), "{said:?}");
        failure
    };
    let raised = check(
        Side::Sqlalchemy,
        "models/shop.py",
        &|text| format!("{text}\nraise RuntimeError('no such\\nluck')\n"),
        "importing the package `models`: RuntimeError: no such",
    );
    assert!(raised.trace.contains("models/shop.py\", line "), "{}", raised.trace);
    check(
        Side::Sqlalchemy,
        "models/shop.py",
        &|text| format!("{text}\nimport warnings\nwarnings.warn('careful', UserWarning)\n"),
        "importing the package `models`: UserWarning: careful",
    );
    check(
        Side::Sqlalchemy,
        "models/shop.py",
        &|text| {
            text.replace(
                "mapped_column(Text)",
                "mapped_column(Text, server_default='x', index=1 / 0)",
            )
        },
        "importing the package `models`: ZeroDivisionError: division by zero",
    );
    check(
        django,
        "shop/migrations/0001_initial.py",
        &|text| text.replace("CREATE TABLE", "CREATE TABEL"),
        "migrate shop: ProgrammingError: syntax error at or near \"TABEL\"",
    );
    check(
        django,
        "shop/models.py",
        &|text| format!("{text}\nimport nothing_like_it\n"),
        "starting Django with the apps: ModuleNotFoundError: No module named 'nothing_like_it'",
    );
    check(
        django,
        "shop/migrations/0001_initial.py",
        &|text| text.replace("DROP TABLE", "DROP VIEW"),
        "migrate shop zero: ProgrammingError: \"shop_item\" is not a view",
    );
}

#[test]
fn what_django_complains_of_is_said_and_ends_nothing() {
    let side = Side::Django(Variant::Python);
    let bench = Bench::program(SHOP, side);
    let path = bench.path(Target::Django).join("shop/models.py");
    let text = fs::read_to_string(&path).unwrap();
    let added = "    more = models.DateField(auto_now=True, auto_now_add=True)\n";
    fs::write(&path, text.replace("    name =", &format!("{added}    name ="))).unwrap();
    let (said, ended) = bench.run(side, json!([]));
    assert_eq!(ended, Ok(()));
    let complaints: Vec<(&str, &str)> = said
        .iter()
        .filter_map(|event| match event {
            Event::Complaint { command, message } => Some((command.as_str(), message.as_str())),
            Event::Built | Event::Acted(_) | Event::Down => None,
        })
        .collect();
    let [("makemigrations", first), ("check", second)] = complaints.as_slice() else {
        panic!("{complaints:?}");
    };
    assert!(first.contains("Add field more to item"), "{first}");
    assert!(second.contains("fields.E160"), "{second}");
}

#[test]
fn a_task_whose_process_is_killed_says_so_and_no_other_notices() {
    let end = "print('last words', flush=True)\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n";
    std::thread::scope(|scope| {
        let healthy = scope.spawn(|| {
            let bench = Bench::program(SHOP, Side::Sqlalchemy);
            bench.run(Side::Sqlalchemy, json!([])).1
        });
        let (_, failure) = spoilt(Side::Sqlalchemy, "models/shop.py", |text| text + end);
        assert_eq!(failure.line, "the Python process of this task was ended by SIGKILL");
        assert!(failure.trace.ends_with("last words\n"), "{failure:?}");
        assert_eq!(healthy.join().unwrap(), Ok(()));
    });
}

#[test]
fn a_process_that_is_killed_is_told_to_each_who_waits() {
    let own = Runner::start(&interpreter()).unwrap();
    let bench = Bench::program(SHOP, Side::Sqlalchemy);
    let database = bench.database();
    let task = bench.task(Side::Sqlalchemy, &database, json!([]));
    let ended = own.run(&task, |event| {
        if event == Event::Built {
            kill("-KILL", own.process());
        }
    });
    let line = "the Python process ended before the task (signal: 9 (SIGKILL))";
    assert_eq!(ended.unwrap_err().line, line);
    let again = own.run(&task, |event| panic!("{event:?}"));
    assert_eq!(again.unwrap_err().line, line);
    // Its child has gone with it: nobody is connected any more.
    drop(own);
    until("the task's process has gone", || others(&mut database.connect().unwrap()) == 0);
}

#[test]
fn a_program_that_is_killed_leaves_no_database_and_no_process() {
    let url = server().url();
    let name = format!("trine_runner_left_{}", std::process::id());
    let bench = Bench::program(SHOP, Side::Sqlalchemy);
    let stages = json!([{ "empty": "SELECT pg_sleep(50)", "fill": [], "actions": [] }]);
    let mut task = bench.task(Side::Sqlalchemy, &bench.template, stages);
    task["database"] = json!(bench.template.url().replace(bench.template.name(), &name));
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "failures::victim", "--ignored", "--nocapture"])
        .env("TRINE_TEST_VICTIM", json!({ "url": url, "name": name, "task": task }).to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut client = live::connect(&url).unwrap();
    let exists = "SELECT count(*) FROM pg_database WHERE datname = $1";
    let busy =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND query LIKE '%pg_sleep%'";
    let mut count = |query: &str| client.query_one(query, &[&name]).unwrap().get::<_, i64>(0);
    until("the task is in its database", || count(busy) == 1);
    kill("-KILL", child.id());
    child.wait().unwrap();
    until("the database is dropped", || count(exists) == 0);
    assert_eq!(count(busy), 0);
}

/// Started by the test above, and killed.
#[test]
#[ignore = "runs for ever"]
fn victim() {
    let told = std::env::var("TRINE_TEST_VICTIM").unwrap();
    let told: Value = serde_json::from_str(&told).unwrap();
    let (url, name) = (told["url"].as_str().unwrap(), told["name"].as_str().unwrap());
    let own = Runner::start(&interpreter()).unwrap();
    own.guard_databases(url, name);
    live::connect(url).unwrap().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    own.run(&told["task"], |_| {}).unwrap();
}

fn kill(signal: &str, process: u32) {
    let done = Command::new("kill").args([signal, &process.to_string()]).status().unwrap();
    assert!(done.success());
}

/// How many others are connected to the same database.
fn others(client: &mut postgres::Client) -> i64 {
    let query = "SELECT count(*) FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()";
    client.query_one(query, &[]).unwrap().get(0)
}

/// Waits for what must become true soon.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(30), "not so after 30 seconds: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn tasks_run_side_by_side() {
    let bench = Bench::program(SHOP, Side::Sqlalchemy);
    let databases = [bench.database(), bench.database(), bench.database()];
    let built = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for database in &databases {
            let task = bench.task(Side::Sqlalchemy, database, json!([]));
            let built = &built;
            scope.spawn(move || {
                let wait = |event| {
                    if event == Event::Built {
                        built.fetch_add(1, Ordering::SeqCst);
                        until("all have built", || built.load(Ordering::SeqCst) == 3);
                    }
                };
                runner().run(&task, wait).unwrap();
            });
        }
    });
}

#[test]
fn a_class_of_the_user_s_is_found_where_the_user_stands() {
    // The tests stand in the repository's root.
    let program = SHOP.replace(
        "  name  text\n",
        "  name  text\n  @sqlalchemy(mixin: \"tests.data.behaviour.Named\")\n\
           @django(mixin: \"tests.data.behaviour.Named\")\n",
    );
    for side in [Side::Sqlalchemy, Side::Django(Variant::Python)] {
        let (said, ended) = Bench::program(&program, side).run(side, json!([]));
        assert_eq!(ended, Ok(()), "{said:?}");
    }
}
