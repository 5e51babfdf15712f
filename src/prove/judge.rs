//! What an action came to in every way, against what the schema says and against SQL.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostics::count;
use crate::impact::{Action, Prediction, Refusal, Row, Rows, difference};
use crate::relational::{Table, TableId};
use crate::schema::DeleteRule;
use crate::targets::Program;

use super::action::{Deed, entity};
use super::proof::{Disagreement, Kind, Verdict};
use super::rows::Stage;
use super::side::{Side, Way};
use super::statements::most_statements;

/// What an action came to in one way.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub(super) side: Side,
    pub(super) way: Way,
    pub(super) outcome: Outcome,
    /// How many statements were sent for the action itself.
    pub(super) statements: usize,
}

/// What an action came to.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// These rows are left.
    Left(Rows),
    /// It was refused.
    Refused { exception: String, message: String },
    /// The ORM offers no such thing.
    Skipped(String),
    /// Something else went wrong.
    Failed { line: String, trace: String },
}

/// A case, judged.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// How many rows SQL deleted, changed and kept.
    pub(super) counts: Counts,
    /// Whether it is refused.
    pub(super) refused: bool,
    /// Of each way, in the order given.
    pub(super) verdicts: Vec<Verdict>,
    /// What does not agree.
    pub(super) disagreements: Vec<Disagreement>,
    /// Why there is nothing to compare with.
    pub(super) uncovered: Option<String>,
}

/// What became of the rows that were there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) deleted: usize,
    pub(super) changed: usize,
    pub(super) kept: usize,
}

/// Judges a case; the first way is SQL's.
pub(super) fn judge(deed: Deed<'_>, stage: &str, prediction: &Prediction, ways: &[Done]) -> Judged {
    let mut judged = Judged::default();
    let sql = ways.iter().find(|done| done.side == Side::Sql);
    let by_sql = sql.and_then(|done| match &done.outcome {
        Outcome::Left(rows) => Some(rows),
        Outcome::Refused { .. } | Outcome::Skipped(_) | Outcome::Failed { .. } => None,
    });
    if let Some(rows) = by_sql {
        judged.counts = counted(deed, rows);
    }
    let case = Case { deed, stage, by_sql };
    // What has to come of it: the schema's word, or, where only PostgreSQL can tell, SQL's.
    let wanted = match (prediction, sql.map(|done| &done.outcome)) {
        (Prediction::Left(rows), _) => Wanted::Left { rows, by_schema: true },
        (Prediction::Refused(refusals), _) => Wanted::Refused(refusals),
        (Prediction::Undecided(why), Some(Outcome::Left(rows))) => {
            judged.uncovered = Some(format!("compared with SQL alone: {why}"));
            Wanted::Left { rows, by_schema: false }
        }
        (Prediction::Undecided(why), Some(Outcome::Refused { .. })) => {
            judged.uncovered = Some(format!("compared with SQL alone: {why}"));
            Wanted::Refused(&[])
        }
        (Prediction::OrderDecides(why) | Prediction::Undecided(why), _) => {
            judged.uncovered = Some(why.clone());
            judged.verdicts = vec![Verdict::NotCovered; ways.len()];
            return judged;
        }
    };
    judged.refused = matches!(wanted, Wanted::Refused(_));
    for done in ways {
        if case.is_another_thing(done, &wanted) {
            judged.verdicts.push(Verdict::NotCovered);
            continue;
        }
        let wrong = case.wrong(done, &wanted);
        judged.verdicts.push(match (&done.outcome, &wrong) {
            (_, Some(_)) => Verdict::Disagree,
            (Outcome::Skipped(_), None) => Verdict::NotCovered,
            (Outcome::Left(_) | Outcome::Failed { .. }, None) => Verdict::Agree,
            (Outcome::Refused { .. }, None) => Verdict::Refused,
        });
        judged.disagreements.extend(wrong);
    }
    judged
}

/// What rows that were read and written back are not as they were. Nor may `on update now()` fire: its
/// trigger passes over an update that changes nothing.
pub(super) fn rewritten(program: Program<'_>, stage: &Stage, done: &Done) -> Option<Disagreement> {
    let doing = format!("reading every row and writing it back through {}", done.side);
    let (says, details) = match &done.outcome {
        Outcome::Left(found) => {
            let details = difference(program, &stage.rows, &stage.rows, found);
            let first = details.first()?;
            (format!("{doing} changed something: {first}"), details)
        }
        Outcome::Skipped(_) => return None,
        Outcome::Refused { exception, message } => {
            (format!("{doing} was refused ({exception})"), vec![message.clone()])
        }
        Outcome::Failed { line, trace } => {
            (format!("{doing} failed: {line}"), trace.lines().map(str::to_owned).collect())
        }
    };
    Some(Disagreement {
        kind: Kind::Roundtrip,
        side: done.side,
        way: None,
        about: "every row".to_owned(),
        what: "written back".to_owned(),
        stage: stage.what.clone(),
        says,
        details,
    })
}

enum Wanted<'a> {
    Left { rows: &'a Rows, by_schema: bool },
    Refused(&'a [Refusal]),
}

struct Case<'a> {
    deed: Deed<'a>,
    stage: &'a str,
    by_sql: Option<&'a Rows>,
}

impl Case<'_> {
    /// Whether the ORM means something else by it: SQLAlchemy takes a one-to-one target away from the row
    /// that has it, where a statement would be refused by the UNIQUE.
    fn is_another_thing(&self, done: &Done, wanted: &Wanted<'_>) -> bool {
        let Wanted::Refused(refusals) = wanted else { return false };
        let schema = self.deed.program.schema;
        let one_to_one = match self.deed.action {
            Action::Move { relation, .. } => {
                schema.to_one(*relation).is_some_and(|to_one| to_one.one_to_one)
            }
            Action::HandOver { relation, .. } => {
                schema.union_relations[*relation].there.max == Some(1)
            }
            Action::Delete(_)
            | Action::Clear { .. }
            | Action::Orphan { .. }
            | Action::Unlink { .. } => false,
        };
        let taken = refusals.iter().any(|refusal| matches!(refusal, Refusal::Unique(_)));
        done.side == Side::Sqlalchemy && one_to_one && taken
    }

    /// In what a way differs from what is wanted.
    fn wrong(&self, done: &Done, wanted: &Wanted<'_>) -> Option<Disagreement> {
        match (&done.outcome, wanted) {
            (Outcome::Skipped(_), _) => None,
            (Outcome::Failed { line, trace }, _) => {
                let exception = line.split(':').next().unwrap_or_default().to_owned();
                let says = format!("{} failed: {line}", self.doing(done));
                let details = trace.lines().map(str::to_owned).collect();
                Some(self.disagreement(done, Kind::Failure, exception, says, details))
            }
            (Outcome::Left(found), Wanted::Left { rows, by_schema }) => {
                self.rows(done, rows, *by_schema, found).or_else(|| self.statements(done))
            }
            (Outcome::Left(_), Wanted::Refused(refusals)) => {
                let who = match refusals {
                    [] => "SQL refuses it".to_owned(),
                    refusals => self.refused_by(refusals),
                };
                let says = format!("{} was let through; {who}", self.doing(done));
                Some(self.disagreement(done, Kind::Refusal, "let through".to_owned(), says, vec![]))
            }
            (Outcome::Refused { exception, message }, Wanted::Left { .. }) => {
                let by_sql = if self.by_sql.is_some() && done.side != Side::Sql {
                    "; SQL did it, and no rule of the schema refuses it"
                } else {
                    ", which no rule of the schema does"
                };
                let says = format!("{} was refused ({exception}){by_sql}", self.doing(done));
                let what = format!("refused: {exception}");
                Some(self.disagreement(done, Kind::Refusal, what, says, vec![message.clone()]))
            }
            (Outcome::Refused { exception, message }, Wanted::Refused(refusals)) => {
                let expected = self.exception(done.side, refusals)?;
                (exception != expected).then(|| {
                    let says = format!(
                        "{} was refused by {exception}; {}, which is a {expected}",
                        self.doing(done),
                        self.refused_by(refusals)
                    );
                    let what = format!("{exception} for {expected}");
                    self.disagreement(done, Kind::Exception, what, says, vec![message.clone()])
                })
            }
        }
    }

    fn rows(
        &self,
        done: &Done,
        wanted: &Rows,
        by_schema: bool,
        found: &Rows,
    ) -> Option<Disagreement> {
        let program = self.deed.program;
        let details = difference(program, self.deed.rows, wanted, found);
        if details.is_empty() {
            return None;
        }
        let mut voices = Vec::new();
        if done.side != Side::Sql
            && let Some(rows) = self.by_sql
        {
            voices.push(("SQL left", rows));
        }
        if by_schema {
            voices.push(("the schema says", wanted));
        }
        let doing = self.doing(done);
        for (id, table) in program.database.tables.iter() {
            let [wanted, found] = [wanted, found].map(|rows| by_key(table, id, rows));
            let extra: Vec<&String> = found.keys().filter(|k| !wanted.contains_key(*k)).collect();
            let lost: Vec<&String> = wanted.keys().filter(|k| !found.contains_key(*k)).collect();
            let (which, what) =
                if extra.is_empty() { (lost, "a row lost") } else { (extra, "a row left") };
            if which.is_empty() {
                continue;
            }
            let there = |rows: &Rows| {
                let rows = by_key(table, id, rows);
                number(which.iter().filter(|key| rows.contains_key(**key)).count())
            };
            let mine = which.iter().filter(|key| found.contains_key(**key)).count();
            let others: String =
                voices.iter().map(|(who, rows)| format!("; {who} {}", there(rows))).collect();
            let rows = if which.len() == 1 { "row" } else { "rows" };
            let mine =
                if mine == 0 { format!("none of {}", which.len()) } else { mine.to_string() };
            let says = format!("{doing} left {mine} {rows} of {}{others}", entity(program, id));
            return Some(self.disagreement(done, Kind::Rows, what.to_owned(), says, details));
        }
        // The same rows, with other values in them.
        let first = details.first().cloned().unwrap_or_default();
        let touched = details.iter().all(|line| line.contains("written to"));
        let (kind, what) =
            if touched { (Kind::Touched, "on update") } else { (Kind::Rows, "a value") };
        let says = format!("{doing} left other values: {first}");
        Some(self.disagreement(done, kind, what.to_owned(), says, details))
    }

    fn statements(&self, done: &Done) -> Option<Disagreement> {
        let most = most_statements(self.deed, done.side, done.way)?;
        (done.statements > most).then(|| {
            let says = format!(
                "{} took {}, which should be {most}",
                self.doing(done),
                count(done.statements, "statement")
            );
            let what = "too many".to_owned();
            self.disagreement(done, Kind::Statements, what, says, Vec::new())
        })
    }

    /// `deleting Store 41 through SQLAlchemy with nothing loaded`
    fn doing(&self, done: &Done) -> String {
        format!("{} through {}{}", self.deed.words(), done.side, done.way.words())
    }

    /// `` `Task.owner` restricts it ``
    fn refused_by(&self, refusals: &[Refusal]) -> String {
        let path = |relation| super::action::relation_path(self.deed.program, relation);
        let says: Vec<String> = refusals
            .iter()
            .map(|refusal| match refusal {
                Refusal::Restrict(relation) => format!("`{}` restricts it", path(*relation)),
                Refusal::Protect(relation) => format!("`{}` protects it", path(*relation)),
                Refusal::Bound(relation) => {
                    format!("the bounds of `{}` forbid it", path(*relation))
                }
                Refusal::Within(relation) => {
                    format!("`{}` keeps to one parent", path(*relation))
                }
                Refusal::Unique(table) => {
                    format!("a UNIQUE of {} forbids it", entity(self.deed.program, *table))
                }
                Refusal::Check(table) => {
                    format!("a CHECK of {} forbids it", entity(self.deed.program, *table))
                }
            })
            .collect();
        says.join(", and ")
    }

    /// The exception that one rule alone explains.
    fn exception(&self, side: Side, refusals: &[Refusal]) -> Option<&'static str> {
        if !matches!(side, Side::Django(_)) || refusals.is_empty() {
            return None;
        }
        let schema = self.deed.program.schema;
        let all = |is: &dyn Fn(&Refusal) -> bool| refusals.iter().all(is);
        if all(&|refusal| matches!(refusal, Refusal::Protect(_))) {
            return Some("ProtectedError");
        }
        let restricts = |refusal: &Refusal| match refusal {
            Refusal::Restrict(relation) => {
                schema.to_one(*relation).is_some_and(|it| it.delete == DeleteRule::Restrict)
            }
            Refusal::Protect(_)
            | Refusal::Bound(_)
            | Refusal::Unique(_)
            | Refusal::Check(_)
            | Refusal::Within(_) => false,
        };
        let deletes = matches!(self.deed.action, Action::Delete(_));
        (deletes && all(&restricts)).then_some("RestrictedError")
    }

    fn disagreement(
        &self,
        done: &Done,
        kind: Kind,
        what: String,
        says: String,
        details: Vec<String>,
    ) -> Disagreement {
        Disagreement {
            kind,
            side: done.side,
            way: Some(done.way),
            about: self.deed.title(),
            what,
            stage: self.stage.to_owned(),
            says,
            details,
        }
    }
}

/// What became of the rows that were there.
fn counted(deed: Deed<'_>, left: &Rows) -> Counts {
    let mut counts = Counts::default();
    for (id, table) in deed.program.database.tables.iter() {
        let [before, after] = [deed.rows, left].map(|rows| by_key(table, id, rows));
        for (key, row) in &before {
            match after.get(key) {
                None => counts.deleted += 1,
                Some(other) if other == row => counts.kept += 1,
                Some(_) => counts.changed += 1,
            }
        }
    }
    counts
}

/// The rows of a table by their key.
fn by_key<'a>(table: &Table, id: TableId, rows: &'a Rows) -> BTreeMap<String, &'a Row> {
    let key = |row: &Row| -> String {
        match &table.primary_key {
            Some(key) => {
                let names = key.columns.iter().map(|&column| &table.columns[column].name);
                let values: Vec<Option<&Value>> = names.map(|name| row.get(name)).collect();
                values
                    .iter()
                    .map(|value| value.map_or_else(String::new, Value::to_string) + ",")
                    .collect()
            }
            None => Value::Object(row.iter().map(|(k, v)| (k.to_string(), v.clone())).collect())
                .to_string(),
        }
    };
    rows.tables.get(id.index()).into_iter().flatten().map(|row| (key(row), row)).collect()
}

fn number(count: usize) -> String {
    if count == 0 { "none".to_owned() } else { count.to_string() }
}
