//! What reading a database of 10, 1000 and 5000 tables takes, and comparing it with another.
//!
//! `cargo bench --bench introspect` prints the table; `docs/benchmarks.md` keeps one. The server is that of
//! TRINE_TEST_DATABASE_URL, or a private one of the newest PostgreSQL that is installed.

#[allow(dead_code)]
#[path = "../compiler/schema.rs"]
mod schema;

use std::time::{Duration, Instant};

use schema::Layout;
use trine::diff::diff;
use trine::introspect::{Scope, introspect};
use trine::live::{Binaries, Problem, Server};
use trine::relational::Database;
use trine::source::Sources;
use trine::target::{Options, Target};

const SIZES: [usize; 3] = [10, 1000, 5000];
const TAKES: u32 = 5;

fn main() {
    // `cargo test --benches` only asks whether it starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return println!("run it by `cargo bench`");
    }
    if let Err(problem) = table() {
        eprintln!("error: {problem}");
        std::process::exit(1);
    }
}

fn table() -> Result<(), Problem> {
    let server = match std::env::var("TRINE_TEST_DATABASE_URL") {
        Ok(url) => Server::at(&url)?,
        Err(_) => Server::start(&Binaries::find(None)?)?,
    };
    println!("{}\n", server.version());
    println!(
        "{:>8} {:>9} {:>13} {:>9} {:>12} {:>12} {:>12}",
        "tables", "columns", "constraints", "indexes", "first read", "best of 5", "diff"
    );
    for size in SIZES {
        let scratch = server.scratch("bench")?;
        let mut client = scratch.connect()?;
        // Nothing is left to do for autovacuum while it is measured.
        client.batch_execute(&ddl(size))?;
        client.batch_execute("VACUUM ANALYZE")?;
        let mut client = scratch.connect()?;
        let (first, database) = timed(|| introspect(&mut client, &Scope::default()));
        let database = database?;
        let mut best = first;
        for _ in 0..TAKES {
            best = best.min(timed(|| introspect(&mut client, &Scope::default())).0);
        }
        let (compared, differences) = timed(|| diff(&database, &database.clone()));
        assert!(differences.is_empty(), "a database is equal to itself");
        print(&database, first, best, compared);
    }
    Ok(())
}

/// The DDL of a schema with so many entities.
fn ddl(entities: usize) -> String {
    let mut sources = Sources::new();
    for (name, text) in schema::generate(entities, Layout::OneFile) {
        sources.add(name, text);
    }
    let options = Options { targets: vec![Target::Postgres], ..Options::default() };
    let files = trine::compile(&sources, &options).files;
    files.into_iter().map(|(_, file)| file.contents).collect()
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let done = work();
    (start.elapsed(), done)
}

fn print(database: &Database, first: Duration, best: Duration, compared: Duration) {
    let tables = database.tables.values();
    let constraints: usize = tables
        .iter()
        .map(|table| {
            usize::from(table.primary_key.is_some())
                + table.uniques.len()
                + table.checks.len()
                + table.foreign_keys.len()
                + table.excludes.len()
        })
        .sum();
    println!(
        "{:>8} {:>9} {:>13} {:>9} {:>12} {:>12} {:>12}",
        tables.len(),
        tables.iter().map(|table| table.columns.len()).sum::<usize>(),
        constraints,
        tables.iter().map(|table| table.indexes.len()).sum::<usize>(),
        milliseconds(first),
        milliseconds(best),
        milliseconds(compared),
    );
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
