//! Diagnostics: what is wrong, where, why, and what to do about it. Plain data; the renderers read it.

mod codes;
mod render;

pub use codes::{Code, Severity};
pub(crate) use render::json_text;
pub use render::{Format, count, lead, render, termcolor, visible, write_human};

use crate::source::Span;

/// One finding: a message, the places involved, the reasons, and a way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its row in the table of codes.
    pub code: Code,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The places involved; the first is the primary one.
    pub labels: Vec<Label>,
    /// Why it matters here; each one a sentence.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// Edits that mend it, best first; each stands alone.
    pub fixes: Vec<Fix>,
}

/// A place, and what it has to do with the finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What to say beside it; may be empty.
    pub message: String,
}

/// A change of the text that a machine can apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, as a command: "add `on delete cascade`".
    pub title: String,
    /// Edits that do not overlap.
    pub edits: Vec<Edit>,
}

/// The replacement of one span; an empty span inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What comes in its place.
    pub replacement: String,
}

impl Diagnostic {
    /// A finding at one place; `label` is said beside the place.
    pub fn new(
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Diagnostic {
            code,
            message: message.into(),
            labels: vec![Label { span, message: label.into() }],
            notes: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Adds another place that is involved.
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.labels.push(Label { span, message: label.into() });
        self
    }

    /// Adds a reason.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what the word at `span` was probably meant to be, and the fix that writes it.
    pub fn did_you_mean(self, span: Span, meant: &str) -> Diagnostic {
        self.help(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), span, meant)
    }

    /// Adds a fix of one edit: `span` becomes `replacement`.
    pub fn fix(self, title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.fix_all(title, vec![Edit { span, replacement: replacement.into() }])
    }

    /// Adds a fix of several edits.
    pub fn fix_all(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fixes.push(Fix { title: title.into(), edits });
        self
    }

    /// The place that the finding is about.
    pub fn primary(&self) -> Span {
        self.labels[0].span
    }

    /// Error or warning, by its code.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// Sorts by place, then by code, and drops what is said twice: the order in which people read.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics
        .sort_by(|a, b| (a.primary(), a.code, &a.message).cmp(&(b.primary(), b.code, &b.message)));
    diagnostics.dedup();
}

/// Whether any of them is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error)
}

/// Of `candidates`, the one that `name` was most likely meant to be, when one is near enough.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let bound = (length / 3).max(1);
    let folded = name.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= bound)
        .filter_map(|candidate| {
            let distance = strsim::damerau_levenshtein(&folded, &candidate.to_lowercase());
            (distance <= bound && distance < length && candidate != name)
                .then_some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// A name with its article, as in "an `Author`".
///
/// ```
/// use trine::diagnostics::indefinite;
///
/// assert_eq!(indefinite("Author"), "an `Author`");
/// assert_eq!(indefinite("Store"), "a `Store`");
/// ```
pub fn indefinite(name: &str) -> String {
    let vowel = name.starts_with(|first: char| "aeiouAEIOU".contains(first));
    format!("{} `{name}`", if vowel { "an" } else { "a" })
}
