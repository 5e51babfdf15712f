//! The cases of a proof, gathered into a line for each relation and action.

use super::action::{Deed, entity_name, relation_path, union_path};
use super::judge::{Done, Judged, Outcome};
use super::proof::{Line, Uncovered, Verdict, WayLine};
use super::rows::{About, Stage};
use crate::impact::rules::{in_words, word};
use crate::schema::{DeleteRule, RelationId, RelationKind};
use crate::targets::Program;

/// Lines, and what is not covered, as cases are added.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) lines: Vec<Line>,
    pub(super) uncovered: Vec<Uncovered>,
}

impl Lines {
    /// Adds a case.
    pub(super) fn add(&mut self, stage: &Stage, deed: Deed<'_>, ways: &[Done], judged: &Judged) {
        let (relation, target, rule) = match stage.about {
            About::Relation(id) => (
                Some(relation_path(deed.program, id)),
                Some(entity_name(deed.program, deed.program.schema.relations[id].target)),
                Some(rule(deed.program, id)),
            ),
            About::Union(id) => {
                let schema = deed.program.schema;
                let union = &schema.unions[schema.union_relations[id].union];
                let stored = union.strategy.name().to_owned();
                (Some(union_path(deed.program, id)), Some(union.name.to_string()), Some(stored))
            }
            About::Everything => (None, None, None),
        };
        let action = deed.title();
        let at =
            self.lines.iter().position(|line| line.relation == relation && line.action == action);
        let at = at.unwrap_or_else(|| {
            self.lines.push(Line {
                rule,
                target,
                relation,
                action: action.clone(),
                cases: 0,
                refused: 0,
                deleted: 0,
                changed: 0,
                kept: 0,
                ways: Vec::new(),
                verdict: Verdict::Agree,
            });
            self.lines.len() - 1
        });
        let line = &mut self.lines[at];
        let verdict = match judged.uncovered {
            Some(_) => Verdict::NotCovered,
            None if judged.refused => Verdict::Refused,
            None => Verdict::Agree,
        };
        line.verdict = if line.cases == 0 { verdict } else { joined(line.verdict, verdict) };
        line.cases += 1;
        line.refused += usize::from(judged.refused);
        line.deleted += judged.counts.deleted;
        line.changed += judged.counts.changed;
        line.kept += judged.counts.kept;
        for (done, &verdict) in ways.iter().zip(&judged.verdicts) {
            let same = |way: &WayLine| way.side == done.side && way.way == done.way;
            let at = line.ways.iter().position(same).unwrap_or_else(|| {
                line.ways.push(WayLine {
                    side: done.side,
                    way: done.way,
                    cases: 0,
                    skipped: None,
                    statements: 0,
                    verdict,
                });
                line.ways.len() - 1
            });
            let way = &mut line.ways[at];
            way.verdict = joined(way.verdict, verdict);
            if let Outcome::Skipped(why) = &done.outcome {
                way.skipped = Some(why.clone());
            } else {
                way.cases += 1;
            }
            way.statements = way.statements.max(done.statements);
            if verdict == Verdict::Disagree {
                line.verdict = Verdict::Disagree;
            }
        }
        if let Some(why) = &judged.uncovered {
            let place = if stage.about == About::Everything { "in" } else { "around" };
            let what = format!("{action}, {place} {}", stage.what);
            self.uncover(what, why.clone());
        }
    }

    /// Adds something that is not covered, once.
    pub(super) fn uncover(&mut self, what: String, why: String) {
        let entry = Uncovered { what, why };
        if !self.uncovered.contains(&entry) {
            self.uncovered.push(entry);
        }
    }
}

/// The verdict over both: a line in which some cases are refused and some not agrees.
fn joined(one: Verdict, other: Verdict) -> Verdict {
    match (one, other) {
        (Verdict::Disagree, _) | (_, Verdict::Disagree) => Verdict::Disagree,
        (Verdict::Agree, _) | (_, Verdict::Agree) => Verdict::Agree,
        (Verdict::Refused, _) | (_, Verdict::Refused) => Verdict::Refused,
        (Verdict::NotCovered, Verdict::NotCovered) => Verdict::NotCovered,
    }
}

/// What the file says of a delete: `on delete set null within store`.
fn rule(program: Program<'_>, id: RelationId) -> String {
    let schema = program.schema;
    let relation = &schema.relations[id];
    let (end, within) = match &relation.kind {
        RelationKind::ToOne(to_one) => (id, &to_one.within),
        RelationKind::ManyToMany(many) => (many.target_end, &many.within),
    };
    let many = matches!(relation.kind, RelationKind::ManyToMany(_));
    let mut words = in_words(schema, end, |rule| {
        if many && rule == DeleteRule::Cascade { "unlink" } else { word(rule) }
    });
    if !within.is_empty() {
        let parents: Vec<&str> =
            within.iter().map(|pair| schema.relations[pair.here].name.as_str()).collect();
        words = format!("{words} within {}", parents.join(", "));
    }
    words
}
