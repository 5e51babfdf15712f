//! What a proof found, as data.

use serde::{Serialize, Serializer};

use super::side::{Side, Way};
use crate::diff::Difference;

/// Everything that a proof found.
#[derive(Debug, Clone, Serialize)]
pub struct Proof {
    /// What it ran on.
    pub versions: Versions,
    /// The catalogs: how each side's database differs from that of the DDL.
    pub catalogs: Vec<Catalog>,
    /// What was done to rows, a line for each relation and action.
    pub lines: Vec<Line>,
    /// Where two do not agree; empty when all do.
    pub disagreements: Vec<Disagreement>,
    /// What could not be shown.
    pub uncovered: Vec<Uncovered>,
    /// The shortest program found that still shows the first disagreement.
    pub shortest: Option<Shortest>,
    /// How long it took.
    pub seconds: f64,
}

impl Proof {
    /// Whether nothing disagrees.
    pub fn agrees(&self) -> bool {
        self.disagreements.is_empty()
    }

    /// How many actions were done to rows, each in every way.
    pub fn cases(&self) -> usize {
        self.lines.iter().map(|line| line.cases).sum()
    }

    /// How often rows were compared: once for each action and way.
    pub fn comparisons(&self) -> usize {
        self.lines.iter().flat_map(|line| &line.ways).map(|way| way.cases).sum()
    }
}

/// What a proof ran on; a part that took no part is `None`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Versions {
    /// `0.1.0`
    pub trine: String,
    /// `PostgreSQL 18.4`
    pub postgresql: String,
    /// `3.13.2`
    pub python: Option<String>,
    /// `2.1.9`
    pub sqlalchemy: Option<String>,
    /// `6.1.3`
    pub django: Option<String>,
}

/// The database that a side makes.
#[derive(Debug, Clone, Serialize)]
pub struct Catalog {
    /// Who made it.
    pub side: Side,
    /// How it differs from the one that the DDL makes: `before` is the DDL's, `after` this one's.
    pub differences: Vec<Difference>,
    /// What the way back (`drop_all`, `migrate … zero`) left: `before` is the empty database.
    pub left: Vec<Difference>,
    /// What the ORM itself objects to.
    pub complaints: Vec<Complaint>,
    /// Why there is nothing to compare: it could not be made.
    pub failed: Option<String>,
    /// Where that was: Python's trace.
    pub trace: Vec<String>,
}

/// What a command of an ORM has to say about the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Complaint {
    /// `makemigrations` or `check`.
    pub command: String,
    /// What it printed.
    pub message: String,
}

/// An action around a relation, or on an entity of the whole.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// `Product.store`; `None` when rows of everything were there.
    pub relation: Option<String>,
    /// What it points at: `Store`, or a union.
    pub target: Option<String>,
    /// What was done: `delete Store`, `clear Banner.product`.
    pub action: String,
    /// The rule that decides it: `cascade`, `set null within store`; of a union how it is stored.
    pub rule: Option<String>,
    /// How often it was done, to another row each time.
    pub cases: usize,
    /// How many of them were refused.
    pub refused: usize,
    /// Rows that were deleted, all cases together; of SQL.
    pub deleted: usize,
    /// Rows that were changed.
    pub changed: usize,
    /// Rows that were kept as they were.
    pub kept: usize,
    /// How each side did it.
    pub ways: Vec<WayLine>,
    /// What came of it.
    pub verdict: Verdict,
}

/// How a side did an action.
#[derive(Debug, Clone, Serialize)]
pub struct WayLine {
    /// Who.
    pub side: Side,
    /// How.
    pub way: Way,
    /// How many cases were done in this way.
    pub cases: usize,
    /// Why it was not done in some case.
    pub skipped: Option<String>,
    /// Statements sent for the action itself, in the case that took most.
    pub statements: usize,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The same rows are left, which are those that the schema says.
    Agree,
    /// All refuse it, as the schema says.
    Refused,
    /// Some of it could not be shown.
    NotCovered,
    /// They do not agree.
    Disagree,
}

impl Verdict {
    /// In a word or two.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Agree => "agree",
            Verdict::Refused => "refused alike",
            Verdict::NotCovered => "not covered",
            Verdict::Disagree => "DISAGREE",
        }
    }
}

/// In what two do not agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The code can't be loaded, or its database can't be made.
    Failure,
    /// The databases differ.
    Catalog,
    /// The way back leaves something.
    WayBack,
    /// The ORM's own checks object.
    Complaint,
    /// Other rows are left.
    Rows,
    /// `on update now()` fired for other rows.
    Touched,
    /// One refuses what another lets through.
    Refusal,
    /// It is refused by another exception than the rule's own.
    Exception,
    /// More statements are sent than it takes.
    Statements,
    /// A row that is read and written back is not what it was.
    Roundtrip,
}

/// A place where two do not agree.
#[derive(Debug, Clone, Serialize)]
pub struct Disagreement {
    /// In what.
    pub kind: Kind,
    /// Who differs.
    pub side: Side,
    /// In which way.
    pub way: Option<Way>,
    /// The entity, relation, table or constraint that it is about.
    pub about: String,
    /// What kind of thing differs, so that a shorter program can be known to show the same: a code of a
    /// difference, an exception.
    pub what: String,
    /// Which rows were there: `around Product.store`; empty for the catalogs.
    pub stage: String,
    /// In a sentence.
    pub says: String,
    /// The rows, or the texts before and after; one a line.
    pub details: Vec<String>,
}

impl Disagreement {
    /// Whether another program shows the same: of the same kind, on the same side, in the same thing.
    pub fn resembles(&self, other: &Disagreement) -> bool {
        (self.kind, self.side, self.way, &self.what)
            == (other.kind, other.side, other.way, &other.what)
    }
}

/// Something that could not be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Uncovered {
    /// The entity or relation.
    pub what: String,
    /// Why.
    pub why: String,
}

/// The shortest program that still shows a disagreement.
#[derive(Debug, Clone, Serialize)]
pub struct Shortest {
    /// Its files: path and text.
    pub files: Vec<(String, String)>,
    /// The disagreement, as this program shows it.
    pub shows: String,
    /// How many programs were tried.
    pub tried: usize,
    /// Whether time ran out before nothing was left to take away.
    #[serde(serialize_with = "as_flag")]
    pub unfinished: Unfinished,
}

/// Whether a search was cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfinished {
    /// There is nothing left that can be taken away.
    No,
    /// Time ran out.
    Yes,
}

fn as_flag<S: Serializer>(unfinished: &Unfinished, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(*unfinished == Unfinished::Yes)
}
