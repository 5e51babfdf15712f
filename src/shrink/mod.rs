//! The shortest program that still shows what a program shows.
//!
//! Delta debugging over source text, by the spans of the syntax tree: first whole entities, then members,
//! clauses and parts, several at once and then fewer; what is left gets simpler types, multiplicities and
//! names. What referred to something that is gone goes along: the compiler's own diagnostics say what that
//! is. See Zeller and Hildebrandt, *Simplifying and Isolating Failure-Inducing Input* (2002).

mod edit;
mod names;
mod simplify;
mod units;
mod words;

use std::collections::BTreeSet;
use std::time::Instant;

use crate::compile::check;
use crate::diagnostics::{Severity, has_errors};
use crate::source::{Sources, Span};
use crate::target::Options;

use edit::{Change, apply};
use units::{Level, Unit, trees, units};

/// How long to go on.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many programs are tried at most; programs that do not compile cost none of them.
    pub calls: usize,
    /// When to stop.
    pub until: Option<Instant>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { calls: 1000, until: None }
    }
}

/// Makes a program shorter as long as `still` says that it shows what it is to show.
///
/// `still` is called with programs that compile without an error under `options`, each once, and is taken
/// to be true of the program that is given. The same program and the same answers give the same result.
///
/// ```
/// use trine::shrink::{Limits, shrink};
/// use trine::source::Sources;
/// use trine::target::Options;
///
/// let mut sources = Sources::new();
/// sources.add("shop.trine", "
/// module shop
/// entity Product {
///   title  varchar(80)
///   price  numeric(12, 2)
///   check (price >= 0)
/// }
/// entity Order { number  text  unique }
/// ");
/// let small = shrink(&sources, &Options::default(), Limits::default(), &mut |candidate| {
///     candidate.iter().any(|(_, file)| file.text.contains("unique"))
/// });
/// let text = small.iter().map(|(_, file)| &*file.text).collect::<String>();
/// assert_eq!(text, "module m\nentity A { a text unique }\n");
/// ```
pub fn shrink(
    sources: &Sources,
    options: &Options,
    limits: Limits,
    still: &mut dyn FnMut(&Sources) -> bool,
) -> Sources {
    let best = sources.clone();
    let seen = BTreeSet::from([text_of(sources)]);
    let mut search = Search { best, options, limits, still, seen, calls: 0 };
    loop {
        let before = text_of(&search.best);
        for level in Level::ALL {
            search.remove(level);
        }
        search.simplify();
        if search.is_over() || text_of(&search.best) == before {
            return search.best;
        }
    }
}

struct Search<'a> {
    best: Sources,
    options: &'a Options,
    limits: Limits,
    still: &'a mut dyn FnMut(&Sources) -> bool,
    /// Programs that were tried, or that can't be.
    seen: BTreeSet<String>,
    calls: usize,
}

impl Search<'_> {
    fn is_over(&self) -> bool {
        self.calls >= self.limits.calls
            || self.limits.until.is_some_and(|until| Instant::now() >= until)
    }

    /// Takes away what can go of one level: half of it at once, then quarters, down to one by one, from
    /// the end, since what stands behind refers to what stands before.
    fn remove(&mut self, level: Level) {
        let mut units = self.units(level);
        let mut size = units.len();
        while size > 0 && !self.is_over() {
            let mut end = units.len();
            while end > 0 && !self.is_over() {
                let start = end.saturating_sub(size);
                let mut change = Change::default();
                for unit in &units[start..end.min(units.len())] {
                    change.join(&Change::remove(unit.span));
                }
                // What is smaller than a member is referred to by nothing that could go along.
                let rounds = if level <= Level::Member { ROUNDS } else { 0 };
                if self.attempt(&change, rounds) {
                    units = self.units(level);
                }
                end = start.min(units.len());
            }
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
    }

    /// Tries one thing after another that makes the program simpler.
    fn simplify(&mut self) {
        for simpler in simplify::ALL {
            let mut at = 0;
            loop {
                let changes = simpler(&self.best, &trees(&self.best));
                let Some(change) = changes.get(at).filter(|_| !self.is_over()) else { break };
                if !self.attempt(change, 0) {
                    at += 1;
                }
            }
        }
    }

    fn units(&self, level: Level) -> Vec<Unit> {
        let mut units = units(&self.best, &trees(&self.best));
        units.retain(|unit| unit.level == level);
        units
    }

    /// Takes the program with that change when it still shows it. What no longer compiles goes along, and
    /// what then no longer compiles, as many times as there are `rounds`.
    fn attempt(&mut self, change: &Change, rounds: usize) -> bool {
        let mut candidate = without_empty_files(apply(&self.best, change));
        for left in (0..=rounds).rev() {
            if candidate.iter().len() == 0 || !self.seen.insert(text_of(&candidate)) {
                return false;
            }
            let diagnostics = check(&candidate, self.options);
            if !has_errors(&diagnostics) {
                self.calls += 1;
                let shows = (self.still)(&candidate);
                if shows {
                    self.best = candidate;
                }
                return shows;
            }
            if left == 0 {
                return false;
            }
            let errors = diagnostics.iter().filter(|found| found.severity() == Severity::Error);
            let broken: Vec<Span> = errors.map(|found| found.primary()).collect();
            let change = closing(&candidate, &broken);
            if change.is_empty() {
                return false;
            }
            candidate = without_empty_files(apply(&candidate, &change));
        }
        false
    }
}

/// How many times what no longer compiles may go along.
const ROUNDS: usize = 12;

/// The removal of the smallest thing around each error.
fn closing(sources: &Sources, broken: &[Span]) -> Change {
    let units = units(sources, &trees(sources));
    let mut change = Change::default();
    for span in broken {
        let around = units.iter().filter(|unit| {
            let there = unit.span;
            there.file == span.file && there.start <= span.start && span.end <= there.end
        });
        if let Some(unit) = around.min_by_key(|unit| unit.span.end - unit.span.start) {
            change.join(&Change::remove(unit.span));
        }
    }
    change
}

/// Without the files that hold nothing but their module.
fn without_empty_files(sources: Sources) -> Sources {
    let trees = trees(&sources);
    let empty = trees.iter().filter(|tree| tree.items.is_empty() && tree.broken.is_empty());
    let files: Vec<usize> = empty.map(|tree| tree.file.index()).collect();
    if files.is_empty() {
        return sources;
    }
    apply(&sources, &Change { files, ..Change::default() })
}

/// All files as one text, to compare.
fn text_of(sources: &Sources) -> String {
    sources.iter().flat_map(|(_, file)| [&file.path, "\0", &*file.text, "\0"]).collect()
}
