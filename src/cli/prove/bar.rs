//! How far a proof is: a bar where the standard error is a terminal, a line for each stage elsewhere.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use trine::prove::Progress;

/// Shows how far a proof is; gone from the terminal when it is dropped.
pub(super) struct Bar {
    bar: ProgressBar,
    /// What was said last, where there is no terminal.
    said: Option<Mutex<String>>,
}

const PLAIN: &str = "{spinner} {msg}";
const COUNTED: &str = "{spinner} {msg} {bar:30} {pos}/{len} {elapsed}";

impl Bar {
    pub(super) fn new() -> Bar {
        let terminal = io::stderr().is_terminal();
        let bar = if terminal {
            ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template(PLAIN) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Bar { bar, said: (!terminal).then(Mutex::default) }
    }

    /// Says what is being done.
    pub(super) fn begin(&self, what: &str) {
        self.doing(what);
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn doing(&self, what: &str) {
        self.bar.set_message(what.to_owned());
        let Some(said) = &self.said else { return };
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        // A line that only counts on is not said again.
        let stem = |text: &str| text.split(',').next().unwrap_or_default().to_owned();
        if stem(&said) != stem(what) {
            what.clone_into(&mut said);
            // There is nowhere left to say that the standard error can't be written.
            let _ = writeln!(io::stderr(), "{}", stem(what));
        }
    }

    fn expect(&self, steps: usize) {
        if let Ok(style) = ProgressStyle::with_template(COUNTED) {
            self.bar.set_style(style.progress_chars("━╸─"));
        }
        self.bar.inc_length(steps as u64);
    }

    fn done(&self, steps: usize) {
        self.bar.inc(steps as u64);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
