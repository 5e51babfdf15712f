//! The tracker of the examples, with each of the words after `as` in turn.

use trine::diagnostics::Severity;
use trine::schema::Strategy;
use trine::source::Sources;
use trine::target::{Options, Slot};

use super::examples::{self, Example};

/// The tracker, its union stored in one of the ways.
#[derive(Debug, Clone)]
pub struct Tracker {
    pub strategy: Strategy,
    pub example: Example,
    /// What the project says: who fills the slot.
    pub options: Options,
}

/// The tracker under a strategy. But for the word, only `untyped` changes the file: where it says what can't be kept,
/// as the compiler would mend it. Its slot is filled with `Person`.
pub fn stored(strategy: Strategy) -> Tracker {
    let reason = match strategy {
        Strategy::Untyped => " because \"a task outlives its owner\"",
        Strategy::Arc
        | Strategy::Link
        | Strategy::Supertype
        | Strategy::Inheritance
        | Strategy::Split
        | Strategy::Slot => "",
    };
    let mut example = examples::named("tracker");
    for (_, text) in &mut example.files {
        *text = text.replace(" as arc", &format!(" as {}{reason}", strategy.name()));
    }
    example.name = format!("tracker_{}", strategy.name());
    let mut tracker = Tracker { strategy, example, options: Options::default() };
    if strategy == Strategy::Slot {
        tracker.fill("Person");
    }
    if strategy == Strategy::Untyped {
        mend(&mut tracker.example);
    }
    tracker
}

impl Tracker {
    /// Fills the slot.
    pub fn fill(&mut self, alternative: &str) {
        self.options.slots = vec![Slot {
            module: "tracker".to_owned(),
            union: "Owner".to_owned(),
            alternative: alternative.to_owned(),
        }];
    }

    /// The same in a module of its own, so that it can stand beside the others.
    #[must_use]
    pub fn apart(mut self) -> Tracker {
        let module = format!("tracker_as_{}", self.strategy.name());
        for (path, text) in &mut self.example.files {
            *path = format!("{module}.trine");
            *text = text.replace("module tracker", &format!("module {module}"));
        }
        for slot in &mut self.options.slots {
            slot.module.clone_from(&module);
        }
        self.example.name = module;
        self
    }

    /// As the compiler takes it.
    pub fn sources(&self) -> Sources {
        self.example.sources()
    }
}

/// Does what the compiler offers, until it finds no error, or offers nothing.
fn mend(example: &mut Example) {
    for _ in 0..10 {
        let found = trine::check(&example.sources(), &Options::default());
        let mut errors = found.iter().filter(|found| found.severity() == Severity::Error);
        let Some(fix) = errors.find_map(|error| error.fixes.first()) else { return };
        let [(_, text)] = example.files.as_mut_slice() else { panic!("the tracker is one file") };
        for edit in fix.edits.iter().rev() {
            text.replace_range(edit.span.range(), &edit.replacement);
        }
    }
}
