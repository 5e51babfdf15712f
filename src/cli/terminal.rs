//! What goes to the terminal, and with which colours.

use std::io::{self, IsTerminal, Write};

use trine::diagnostics::lead;
use trine::diagnostics::termcolor::{self, BufferedStandardStream, ColorChoice};

use super::Color;

/// The standard error, for people: diagnostics, the summary, complaints.
pub(super) fn stderr(color: Color) -> BufferedStandardStream {
    BufferedStandardStream::stderr(choice(color, io::stderr().is_terminal()))
}

/// The standard output, for what was asked for.
pub(super) fn stdout(color: Color) -> BufferedStandardStream {
    BufferedStandardStream::stdout(choice(color, io::stdout().is_terminal()))
}

/// Writes a document to the standard output as it is.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// termcolor's `Auto` looks at `NO_COLOR` and `TERM`, and leaves it to us to know a terminal.
fn choice(color: Color, terminal: bool) -> ColorChoice {
    match color {
        Color::Always => ColorChoice::Always,
        Color::Auto if terminal => ColorChoice::Auto,
        Color::Auto | Color::Never => ColorChoice::Never,
    }
}

/// Says why a command failed, one line for each reason.
pub(super) fn complain(message: &str, color: Color) {
    let mut out = stderr(color);
    for line in message.lines() {
        // There is nowhere left to say that the standard error can't be written.
        let _ = lead(&mut out, "error", termcolor::Color::Red);
        let _ = writeln!(out, "{line}");
    }
    let _ = out.flush();
}
