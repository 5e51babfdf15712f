//! Programs to prove, and compilers that make a mistake.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use trine::Compilation;
use trine::prove::python::{Interpreter, Needs, Runner};
use trine::prove::{Bench, Proof, Side, Silent, Wanted, prove};
use trine::source::Sources;
use trine::target::{Options, Target};

use crate::support::server::server;
use crate::support::session;

/// A program of one file.
pub fn sources(text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add("schema.trine", text);
    sources
}

/// The storefront.
pub fn storefront() -> Sources {
    crate::support::examples::named("storefront").sources()
}

/// Proves a program as `trine prove` does.
pub fn proven(sources: &Sources) -> Proof {
    proven_by(sources, &trine::compile, &Side::of(&Options::default()), 0)
}

/// Proves what a compiler makes of a program, on some sides; looks for the shortest program so long.
pub fn proven_by(
    sources: &Sources,
    compiler: &(dyn Fn(&Sources, &Options) -> Compilation + Sync),
    sides: &[Side],
    seconds: u64,
) -> Proof {
    static PYTHON: OnceLock<(Interpreter, Runner)> = OnceLock::new();
    let (interpreter, runner) = PYTHON.get_or_init(|| {
        let python = session::interpreter().unwrap_or_else(|reason| panic!("{reason}"));
        let needs = Needs::of(&Options::default(), false);
        let interpreter = Interpreter::find(Some(&python), Path::new("."), &needs).unwrap();
        let runner = Runner::start(&interpreter).unwrap();
        (interpreter, runner)
    });
    let bench = Bench {
        server: server(),
        python: Some((interpreter, runner)),
        compiler,
        progress: &Silent,
    };
    let wanted = Wanted { sides: sides.to_vec(), shrink: Duration::from_secs(seconds) };
    prove(bench, sources, &Options::default(), &wanted).unwrap_or_else(|why| panic!("{why}"))
}

/// A compiler that changes the files of a target whose path ends so.
pub fn mistaken(
    target: Target,
    file: &'static str,
    mistake: fn(&str) -> String,
) -> impl Fn(&Sources, &Options) -> Compilation + Sync {
    move |sources, options| {
        let mut compilation = trine::compile(sources, options);
        for (of, made) in &mut compilation.files {
            if *of == target && made.path.ends_with(file) {
                made.contents = mistake(&made.contents);
            }
        }
        compilation
    }
}
