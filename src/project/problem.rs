//! What keeps a project from being read or written, in one line each.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// One thing that is wrong, and its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file or the directory.
    pub path: PathBuf,
    /// Line and column in it, from 1.
    pub place: Option<(usize, usize)>,
    /// What is wrong, and what to do about it, without a line feed.
    pub message: String,
}

impl Problem {
    pub(super) fn new(path: impl Into<PathBuf>, message: impl Into<String>) -> Problem {
        Problem { path: path.into(), place: None, message: message.into() }
    }

    pub(super) fn io(path: impl Into<PathBuf>, doing: &str, error: &io::Error) -> Problem {
        Problem::new(path, format!("can't {doing}: {}", reason(error)))
    }

    pub(super) fn at(mut self, text: &[u8], byte: usize) -> Problem {
        let before = &text[..byte.min(text.len())];
        let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
        let column = 1 + String::from_utf8_lossy(&before[line_start..]).chars().count();
        self.place = Some((line, column));
        self
    }
}

/// The operating system's reason, without its number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.path))?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// A path as it is shown: `/` between its parts, and no `./` before it.
pub(super) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text =
        if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text.into() };
    match text.strip_prefix("./") {
        Some("") | None => text,
        Some(rest) => rest.to_owned(),
    }
}

/// Everything that kept a project from being read or written; nothing was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Problems {
        Problems(vec![problem])
    }
}
