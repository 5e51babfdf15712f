//! `trine prove` on drawn programs, on all cores, for as long as there is time.

use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use trine::prove::python::{Interpreter, Needs, Runner};
use trine::prove::{Bench, Proof, Side, Silent, Wanted, prove};
use trine::target::{DjangoVersion, OnDelete, Options};

use crate::support::random::{self, Drawn};
use crate::support::{server, session};

/// How long to go on when nothing says otherwise.
const SECONDS: u64 = 20;

/// How long to look for the shortest program that shows the first disagreement, when nothing says otherwise.
const SHRINK_SECONDS: u64 = 60;

/// How many lines of what a disagreement says are shown.
const DETAILS: usize = 12;

/// Numbers whose programs do not agree yet, and in what. They are shown, and fail nothing.
const KNOWN: &[(u64, &str)] = &[];

/// What the programs that were proven come to.
#[derive(Default)]
struct Sum {
    programs: usize,
    actions: usize,
    comparisons: usize,
    uncovered: usize,
    milliseconds: u128,
    /// By seed: what does not agree.
    failed: Vec<(u64, String)>,
}

/// Proves drawn programs, from a fixed first one on, until time is up.
pub fn prove_drawn_programs() -> Result<(), String> {
    let python = session::interpreter()?;
    let server = server::start(&python).map_err(|problem| problem.to_string())?;
    let needs = Needs::of(&Options::default(), false);
    let interpreter = Interpreter::find(Some(&python), python.parent().unwrap(), &needs)
        .map_err(|problem| problem.to_string())?;
    let runner = Runner::start(&interpreter).map_err(|problem| problem.to_string())?;
    let bench = Bench {
        server: &server,
        python: Some((&interpreter, &runner)),
        compiler: &trine::compile,
        progress: &Silent,
    };
    let first = number("TRINE_RANDOM_SEED").unwrap_or(1);
    let count = number("TRINE_RANDOM_COUNT").unwrap_or(u64::MAX);
    let seconds = number("TRINE_RANDOM_SECONDS").unwrap_or(SECONDS);
    let until = Instant::now() + Duration::from_secs(seconds);
    let next = AtomicU64::new(0);
    let sum = Mutex::new(Sum::default());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, |cores| cores.get() + 1) {
            scope.spawn(|| {
                while Instant::now() < until {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= count {
                        break;
                    }
                    one(bench, first + place, &sum);
                }
            });
        }
    });
    let sum = sum.into_inner().unwrap();
    let each = sum.milliseconds / sum.programs.max(1) as u128;
    eprintln!(
        "{} programs from {first} on, {} actions, {} comparisons, {} relations and fields not covered; \
         {each} ms each on {}",
        sum.programs,
        sum.actions,
        sum.comparisons,
        sum.uncovered,
        server.version().text()
    );
    report(bench, sum)
}

/// Proves one program.
fn one(bench: Bench<'_>, seed: u64, sum: &Mutex<Sum>) {
    let began = Instant::now();
    let proof = run(bench, seed, &program(bench, seed), Duration::ZERO);
    let mut sum = sum.lock().unwrap();
    sum.programs += 1;
    sum.milliseconds += began.elapsed().as_millis();
    match proof {
        Ok(proof) => {
            sum.actions += proof.cases();
            sum.comparisons += proof.comparisons();
            sum.uncovered += proof.uncovered.len();
            let known = KNOWN.iter().find(|(known, _)| *known == seed);
            match (proof.disagreements.first(), known) {
                (Some(_), Some((_, reason))) => eprintln!("seed {seed}, known: {reason}"),
                (Some(first), None) => {
                    eprintln!("seed {seed}: {}", first.says);
                    sum.failed.push((seed, first.says.clone()));
                }
                (None, Some(_)) => eprintln!("seed {seed} agrees now: take it off the list"),
                (None, None) => {}
            }
        }
        Err(line) => {
            eprintln!("seed {seed}: {line}");
            sum.failed.push((seed, line));
        }
    }
}

/// The program of a number, and the options under which it is proven: every fourth is for Django 6.1 alone,
/// where that is what there is.
fn program(bench: Bench<'_>, seed: u64) -> (Options, Drawn) {
    let mut options = Options::default();
    let django = bench.python.and_then(|(found, _)| found.installed.django.as_deref());
    if seed % 4 == 3 && django.is_some_and(|version| version.starts_with("6.1")) {
        options.django.version = Some(DjangoVersion::V6_1);
    }
    let drawn = random::program(seed, &options);
    (drawn.options(&options), drawn)
}

/// Who is compared with SQL: SQLAlchemy, and Django with one of its delete options, in turns; or only one of the
/// two, Django under both options.
fn sides(seed: u64, options: &Options) -> Vec<Side> {
    let on_delete = if seed.is_multiple_of(2) { OnDelete::Python } else { OnDelete::Database };
    let only = std::env::var("TRINE_RANDOM_ONLY").ok();
    let takes_part = |side: &Side| match (only.as_deref(), side) {
        (Some(only), side) => side.target().name() == only,
        (None, Side::Django(it)) => it.on_delete == on_delete,
        (None, Side::Sql | Side::Sqlalchemy) => true,
    };
    let sides: Vec<Side> = Side::of(options).into_iter().filter(takes_part).collect();
    assert!(!sides.is_empty(), "TRINE_RANDOM_ONLY names neither ORM: {only:?}");
    sides
}

fn run(
    bench: Bench<'_>,
    seed: u64,
    (options, drawn): &(Options, Drawn),
    shrink: Duration,
) -> Result<Proof, String> {
    let wanted = Wanted { sides: sides(seed, options), shrink };
    prove(bench, &drawn.sources(), options, &wanted).map_err(|failure| failure.to_string())
}

/// Every seed that failed, and of the first one the shortest program that still shows it.
fn report(bench: Bench<'_>, mut sum: Sum) -> Result<(), String> {
    sum.failed.sort();
    let Some((seed, _)) = sum.failed.first() else { return Ok(()) };
    let mut report = String::new();
    for (seed, says) in &sum.failed {
        let _ = writeln!(report, "TRINE_RANDOM_SEED={seed}: {says}");
    }
    let program = program(bench, *seed);
    let _ = writeln!(report, "\nThe program of seed {seed}:\n{}", program.1.text());
    let shrink = Duration::from_secs(number("TRINE_RANDOM_SHRINK").unwrap_or(SHRINK_SECONDS));
    if let Ok(proof) = run(bench, *seed, &program, shrink) {
        for one in &proof.disagreements {
            let _ = writeln!(report, "{}", one.says);
            // The end of a trace says more than its beginning.
            for line in &one.details[one.details.len().saturating_sub(DETAILS)..] {
                let _ = writeln!(report, "    {line}");
            }
        }
        if let Some(shortest) = proof.shortest {
            let _ = writeln!(report, "\nThe shortest found, of {} tried:", shortest.tried);
            for (path, text) in shortest.files {
                let _ = writeln!(report, "// {path}\n{text}");
            }
            let _ = writeln!(report, "{}", shortest.shows);
        }
    }
    Err(report)
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}
