//! One measurement: a piece of work, done in a process of its own, and what it took.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use trine::source::Sources;
use trine::target::Options;

use crate::floors;

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// pest alone, over the same text.
    Pest,
    /// minijinja alone, printing as many bytes.
    Minijinja,
    /// In process: the trees of all files.
    Parse,
    /// In process: everything that `trine check` finds.
    Check,
    /// In process: the files of all three targets.
    Compile,
    /// `trine build`, from the disk to the disk.
    Build,
}

impl Work {
    /// Every kind, in the order of the table.
    pub const ALL: [Work; 6] =
        [Work::Pest, Work::Minijinja, Work::Parse, Work::Check, Work::Compile, Work::Build];

    /// The name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Work::Pest => "floor: pest alone",
            Work::Minijinja => "floor: minijinja alone",
            Work::Parse => "parse",
            Work::Check => "check",
            Work::Compile => "all three targets",
            Work::Build => "trine build",
        }
    }
}

/// What a piece of work took; times are of one repetition.
#[derive(Clone, Copy)]
pub struct Cost {
    /// By the clock.
    pub wall: Duration,
    /// On all cores together.
    pub cpu: Duration,
    /// The most memory that the process had, in bytes, its text included.
    pub peak: u64,
    /// Bytes that came out, where any do.
    pub output: usize,
}

/// Measures in a child process, as often as `takes` says, and keeps the take of the least CPU time.
pub fn measure(work: Work, directory: &Path, bytes: usize, repeat: u32, takes: u32) -> Cost {
    let mut best: Option<Cost> = None;
    for _ in 0..takes {
        let place = Work::ALL.iter().position(|&other| other == work);
        let child = Command::new(std::env::current_exe().expect("a process knows its program"))
            .arg("measure")
            .arg(place.expect("every kind is in the table").to_string())
            .arg(directory)
            .arg(bytes.to_string())
            .arg(repeat.to_string())
            .output()
            .expect("the benchmark can start itself");
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
        let cost = read(&String::from_utf8_lossy(&child.stdout));
        if best.is_none_or(|best| cost.cpu < best.cpu) {
            best = Some(cost);
        }
    }
    best.expect("there is at least one take")
}

fn read(line: &str) -> Cost {
    let numbers: Vec<u64> = line.split_whitespace().map(|word| word.parse().unwrap_or(0)).collect();
    let [wall, cpu, peak, output] = numbers[..] else { panic!("no measurement: {line}") };
    Cost {
        wall: Duration::from_nanos(wall),
        cpu: Duration::from_nanos(cpu),
        peak,
        output: output as usize,
    }
}

/// The child's side: does the work, and prints what it took.
pub fn child(arguments: &[String]) {
    let [work, directory, bytes, repeat] = arguments else { panic!("four arguments") };
    let work = Work::ALL[work.parse::<usize>().expect("the place of a kind")];
    let directory = Path::new(directory);
    let bytes: usize = bytes.parse().expect("a number of bytes");
    let repeat: u32 = repeat.parse().expect("a number of repetitions");
    let who = if work == Work::Build { UsageWho::RUSAGE_CHILDREN } else { UsageWho::RUSAGE_SELF };
    let mut work = prepare(work, directory, bytes);
    let (began, cpu_began) = (Instant::now(), usage(who).0);
    let mut output = 0;
    for _ in 0..repeat {
        output = work();
    }
    let wall = began.elapsed() / repeat;
    let (cpu, peak) = usage(who);
    let cpu = (cpu - cpu_began) / repeat;
    println!("{} {} {peak} {output}", wall.as_nanos(), cpu.as_nanos());
}

/// CPU time, user and system together, and the peak of memory in bytes.
fn usage(who: UsageWho) -> (Duration, u64) {
    let usage = getrusage(who).expect("the system tells what a process took");
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    (Duration::from_micros(micros as u64), usage.max_rss() as u64 * 1024)
}

fn prepare(work: Work, directory: &Path, bytes: usize) -> Box<dyn FnMut() -> usize> {
    match work {
        Work::Pest => {
            let texts: Vec<String> = read_all(directory).into_iter().map(|file| file.1).collect();
            Box::new(move || {
                floors::pest(&texts);
                0
            })
        }
        Work::Minijinja => Box::new(move || floors::minijinja(bytes)),
        Work::Parse => {
            let sources = sources(directory);
            Box::new(move || {
                for (file, _) in sources.iter() {
                    std::hint::black_box(trine::syntax::parse(&sources, file));
                }
                0
            })
        }
        Work::Check => {
            let sources = sources(directory);
            Box::new(move || {
                std::hint::black_box(trine::check(&sources, &Options::default()));
                0
            })
        }
        Work::Compile => {
            let sources = sources(directory);
            Box::new(move || {
                let compilation = trine::compile(&sources, &Options::default());
                compilation.files.iter().map(|(_, file)| file.contents.len()).sum()
            })
        }
        Work::Build => {
            let directory = directory.to_owned();
            Box::new(move || {
                let out = directory.join("generated");
                if out.exists() {
                    std::fs::remove_dir_all(&out).expect("the last output can be removed");
                }
                let built = Command::new(env!("CARGO_BIN_EXE_trine"))
                    .arg("build")
                    .arg(directory.join("schema"))
                    .arg("--out")
                    .arg(&out)
                    .output()
                    .expect("trine starts");
                assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
                0
            })
        }
    }
}

fn read_all(directory: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(directory.join("schema")).expect("the schema was written");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    let text = |path: &Path| std::fs::read_to_string(path).expect("the schema can be read");
    paths.iter().map(|path| (path.display().to_string(), text(path))).collect()
}

fn sources(directory: &Path) -> Sources {
    let mut sources = Sources::new();
    for (path, text) in read_all(directory) {
        sources.add(path, text);
    }
    sources
}
