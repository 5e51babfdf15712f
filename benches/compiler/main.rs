//! What compiling takes at 10, 1000 and 5000 entities, beside what pest and minijinja take alone.
//!
//! `cargo bench` prints the table; `docs/benchmarks.md` keeps one, and says what it should show.

mod floors;
mod measure;
mod schema;

use std::time::Duration;

use measure::{Cost, Work, measure};
use schema::Layout;

/// The allocator of the command, for the floors as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [usize; 3] = [10, 1000, 5000];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((first, rest)) = arguments.split_first()
        && first == "measure"
    {
        return measure::child(rest);
    }
    // `cargo test --benches` only asks whether it starts.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return println!("run it by `cargo bench`");
    }
    for layout in Layout::ALL {
        table(layout);
    }
}

/// What was measured of one size.
struct Column {
    entities: usize,
    input: usize,
    costs: Vec<(Work, Cost)>,
}

impl Column {
    fn cost(&self, work: Work) -> Cost {
        let found = self.costs.iter().find(|(other, _)| *other == work);
        found.expect("every kind of work is measured").1
    }
}

fn table(layout: Layout) {
    let columns: Vec<Column> = SIZES.iter().map(|&entities| column(entities, layout)).collect();
    println!("\n{}", layout.name());
    for column in &columns {
        let output = column.cost(Work::Compile).output;
        println!(
            "  {:>5} entities: {} of source, {} of output",
            column.entities,
            megabytes(column.input as u64),
            megabytes(output as u64)
        );
    }
    println!(
        "\n{:<24} {:>8} {:>10} {:>10} {:>6} {:>10}",
        "", "entities", "wall", "cpu", "w/c", "peak"
    );
    for work in Work::ALL {
        for column in &columns {
            let cost = column.cost(work);
            println!(
                "{:<24} {:>8} {:>10} {:>10} {:>6.2} {:>10}",
                work.name(),
                column.entities,
                milliseconds(cost.wall),
                milliseconds(cost.cpu),
                ratio(cost.wall, cost.cpu),
                megabytes(cost.peak)
            );
        }
    }
    aims(&columns);
}

fn column(entities: usize, layout: Layout) -> Column {
    let directory = tempfile::tempdir().expect("there is room for a schema");
    let files = schema::generate(entities, layout);
    let sources = directory.path().join("schema");
    std::fs::create_dir(&sources).expect("a fresh directory takes another");
    for (name, text) in &files {
        std::fs::write(sources.join(name), text).expect("there is room for a schema");
    }
    let (repeat, takes) = if entities < 100 { (50, 3) } else { (1, 5) };
    let mut output = 0;
    let mut costs = Vec::new();
    // What minijinja prints alone is as much as the compiler prints: that comes first.
    for work in [Work::Compile, Work::Pest, Work::Minijinja, Work::Parse, Work::Check, Work::Build]
    {
        let cost = measure(work, directory.path(), output, repeat, takes);
        output = output.max(cost.output);
        costs.push((work, cost));
    }
    Column { entities, input: files.iter().map(|(_, text)| text.len()).sum(), costs }
}

/// The aims, and where this run stands.
fn aims(columns: &[Column]) {
    let [small, middle, large] = columns else { panic!("three sizes") };
    let compile = large.cost(Work::Compile);
    let floors = large.cost(Work::Pest).cpu + large.cost(Work::Minijinja).cpu;
    let growth = ratio(compile.cpu, middle.cost(Work::Compile).cpu);
    let bytes = (large.input + compile.output) as f64;
    println!("\n{:<52} {:>8} {:>8}", "", "here", "aim");
    let line = |what: &str, here: String, aim: &str| println!("{what:<52} {here:>8} {aim:>8}");
    line("cpu at 5000, by both floors", format!("{:.2}", ratio(compile.cpu, floors)), "2");
    line("wall by cpu at 5000", format!("{:.2}", ratio(compile.wall, compile.cpu)), "0.75");
    line("whole process at 10", milliseconds(small.cost(Work::Build).wall), "10 ms");
    line("cpu at 5000, by cpu at 1000", format!("{growth:.2}"), "5.5");
    let peak = large.cost(Work::Build).peak as f64 / bytes;
    line("peak of the process, by input and output", format!("{peak:.1}"), "8");
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64().max(1e-9)
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}
