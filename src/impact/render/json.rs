//! An impact as one JSON document, described in `docs/impact.md`; `version` grows when its shape changes.

use serde::Serialize;

use crate::diagnostics::json_text;
use crate::impact::counted::{BranchCount, CheckCount, Counts, TargetCount};
use crate::impact::rules::{Bound, Effect, word};
use crate::impact::{Branch, Deleted, Fate, Impact, Leads, Target, Verdict};
use crate::relational::AtOnce;
use crate::schema::{RelationId, Schema};
use crate::targets::Program;

use super::words::{Names, full_name, relation_name};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    entity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Chosen<'a>>,
    deleted: Vec<Gone>,
    unlinked: Vec<Counted>,
    kept: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_decides: Option<bool>,
}

/// Which rows were counted.
#[derive(Serialize)]
struct Chosen<'a> {
    #[serde(rename = "where")]
    condition: Option<&'a str>,
    count: u64,
}

#[derive(Serialize)]
struct Counted {
    entity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
}

#[derive(Serialize)]
struct Gone {
    entity: String,
    table: String,
    /// Whether its rows are the links of a relation to a union.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unlinked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    branches: Vec<Way>,
    targets: Vec<Kept>,
}

/// What becomes of the rows that refer by one relation.
#[derive(Serialize)]
struct Way {
    relation: String,
    entity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    union: Option<String>,
    /// Of which alternatives the rows are that are referred to, where the rules differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alternatives: Vec<String>,
    rule: &'static str,
    effect: &'static str,
    /// `stays`, `may go`, `goes`: what else becomes of the row.
    fate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    goes_with: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<Limit>,
    checks: Vec<Check>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gone_anyhow: Option<u64>,
    says: String,
}

#[derive(Serialize)]
struct Link {
    relation: String,
    other_end: String,
}

#[derive(Serialize)]
struct Limit {
    relation: String,
    entity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fails: Option<u64>,
    says: String,
}

#[derive(Serialize)]
struct Check {
    /// `unique`, `pair`, `referred`, `default`.
    check: &'static str,
    /// `may refuse`, `order decides`.
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fails: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_risk: Option<u64>,
    says: String,
}

/// What the rows that go refer to.
#[derive(Serialize)]
struct Kept {
    relation: String,
    entity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    union: Option<String>,
    goes: bool,
    /// Whether it goes with the row that refers to it, its alternative.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    taken: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<Limit>,
}

/// The document.
pub fn json(program: Program<'_>, impact: &Impact, counts: Option<&Counts>) -> String {
    let schema = program.schema;
    let writer = Writer { program, names: Names::new(schema, impact) };
    let document = Document {
        version: 1,
        entity: full_name(schema, impact.entity()),
        rows: counts.map(|counts| Chosen {
            condition: counts.condition.as_deref(),
            count: counts.deleted[0],
        }),
        deleted: (impact.deleted.iter().enumerate())
            .map(|(place, deleted)| writer.gone(place, deleted, counts))
            .collect(),
        unlinked: (impact.links(schema).into_iter())
            .map(|link| (link, counts.and_then(|counts| counts.links_of(link))))
            .chain(impact.union_links(schema).map(|(place, deleted)| {
                (deleted.entity, counts.map(|counts| counts.deleted[place]))
            }))
            .map(|(link, rows)| Counted { entity: full_name(schema, link), rows })
            .collect(),
        kept: impact.kept.iter().map(|&kept| full_name(schema, kept)).collect(),
        refused: counts.map(|counts| counts.refuse(impact)),
        order_decides: counts.map(Counts::undecided),
    };
    json_text(&document)
}

struct Writer<'a> {
    program: Program<'a>,
    names: Names<'a>,
}

impl Writer<'_> {
    fn schema(&self) -> &Schema {
        self.program.schema
    }

    fn relation(&self, relation: RelationId) -> String {
        let source = self.schema().relations[relation].source;
        format!("{}.{}", full_name(self.schema(), source), relation_name(self.schema(), relation))
    }

    /// The union that a relation is to, or whose row it ties to an alternative.
    fn union(&self, relation: RelationId) -> Option<String> {
        let schema = self.schema();
        let stated = schema.stated_as(relation).map(|stated| schema.union_relations[stated].union);
        let union = &schema.unions[stated.or_else(|| schema.tie(relation))?];
        Some(format!("{}.{}", schema.modules[union.module].name, union.name))
    }

    fn gone(&self, place: usize, deleted: &Deleted, counts: Option<&Counts>) -> Gone {
        let table = &self.program.database.tables[self.program.layout.table(deleted.entity)];
        let branches = deleted.branches.iter().enumerate().map(|(nth, branch)| {
            self.way(branch, counts.map(|counts| &counts.branches[place][nth]))
        });
        let targets = deleted.targets.iter().enumerate().map(|(nth, target)| {
            self.target(target, counts.map(|counts| counts.targets[place][nth]))
        });
        Gone {
            entity: full_name(self.schema(), deleted.entity),
            table: table.name.quoted(),
            unlinked: place > 0 && self.schema().union_link(deleted.entity).is_some(),
            rows: counts.map(|counts| counts.deleted[place]),
            branches: branches.collect(),
            targets: targets.collect(),
        }
    }

    fn way(&self, branch: &Branch, count: Option<&BranchCount>) -> Way {
        let schema = self.schema();
        let stated = &schema.relations[branch.relation];
        Way {
            relation: self.relation(branch.relation),
            entity: full_name(schema, stated.source),
            union: self.union(branch.relation),
            alternatives: schema
                .rules_by_alternative(branch.relation)
                .enumerate()
                .filter(|(nth, _)| branch.of.contains(nth))
                .map(|(_, (alternative, _))| full_name(schema, alternative.entity))
                .collect(),
            rule: branch.rule(schema).map_or("", word),
            effect: match branch.effect {
                Effect::Deleted if branch.unlinks(schema) => "unlinked",
                Effect::Deleted => "deleted",
                Effect::Cleared => "cleared",
                Effect::Defaulted => "set to default",
                Effect::Restricted => "refused if left",
                Effect::Protected => "refused at once",
            },
            fate: match branch.fate {
                Fate::Stays => "stays",
                Fate::MayGo => "may go",
                Fate::Goes(_) => "goes",
            },
            goes_with: match branch.fate {
                Fate::Goes(with) => Some(self.relation(with)),
                Fate::Stays | Fate::MayGo => None,
            },
            link: branch.link.map(|end| Link {
                relation: self.relation(end.many),
                other_end: full_name(schema, schema.relations[end.other].target),
            }),
            bound: branch
                .bound
                .map(|bound| self.limit(bound, branch.effect, count.map(|count| count.bound))),
            checks: (branch.checks.iter().enumerate())
                .map(|(nth, (check, verdict))| {
                    let number = count.map(|count| count.checks[nth]);
                    self.check(branch.relation, check, *verdict, number)
                })
                .collect(),
            rows: count.map(|count| count.rows),
            gone_anyhow: count.filter(|_| branch.effect != Effect::Deleted).map(|count| count.gone),
            says: self.names.effect(branch),
        }
    }

    fn check(
        &self,
        relation: RelationId,
        check: &AtOnce,
        verdict: Verdict,
        number: Option<CheckCount>,
    ) -> Check {
        Check {
            check: match check {
                AtOnce::Unique(_) => "unique",
                AtOnce::Pair(_) => "pair",
                AtOnce::Referred(_) => "referred",
                AtOnce::Default => "default",
            },
            verdict: match verdict {
                Verdict::MayRefuse => "may refuse",
                Verdict::OrderDecides => "order decides",
            },
            fails: number.and_then(|number| number.fails),
            at_risk: number.map(|number| number.at_risk),
            says: self.names.verdict(relation, check, verdict),
        }
    }

    fn limit(&self, bound: Bound, effect: Effect, fails: Option<u64>) -> Limit {
        let most = effect == Effect::Defaulted;
        Limit {
            relation: self.relation(bound.relation),
            entity: full_name(self.schema(), bound.bounded),
            at_least: (!most).then_some(bound.min),
            at_most: bound.max.filter(|_| most),
            fails,
            says: self.names.bound(bound, effect),
        }
    }

    fn target(&self, target: &Target, count: Option<TargetCount>) -> Kept {
        let taken = target.takes != Leads::Nowhere;
        let entity = self.schema().relations[target.relation].target;
        Kept {
            relation: self.relation(target.relation),
            entity: full_name(self.schema(), entity),
            union: self.union(target.relation),
            goes: target.goes,
            taken,
            rows: count.filter(|_| taken).map(|count| count.taken),
            bound: (target.bound)
                .map(|bound| self.limit(bound, Effect::Deleted, count.map(|count| count.bound))),
        }
    }
}
