//! What a relation to a union may say: a rule for each alternative, and the clauses that fit the strategy.

use smol_str::SmolStr;

use crate::diagnostics::Diagnostic;
use crate::schema::Strategy;
use crate::syntax::tree::{ClauseKind, DeleteRule, Inverse, Path, Relation};

use super::clauses::Clauses;
use super::errors;
use super::rules::{self, Shape};
use super::unions::Meant;

/// The delete rules of a relation to a union.
#[derive(Debug)]
pub(crate) struct Rules {
    /// That of every alternative without one of its own.
    own: DeleteRule,
    /// Those that differ, by the alternative's name.
    differing: Vec<(SmolStr, DeleteRule)>,
}

impl Rules {
    /// An alternative's.
    pub fn of(&self, path: &Path) -> DeleteRule {
        let differing = self.differing.iter().find(|(name, _)| *name == path.name.text);
        differing.map_or(self.own, |&(_, rule)| rule)
    }
}

/// Reads the delete rules. Where one can't be, there is a diagnostic, and `restrict` stands in its place.
pub(crate) fn rules(
    relation: &Relation,
    clauses: &Clauses<'_>,
    union: &Meant<'_>,
    found: &mut Vec<Diagnostic>,
) -> Rules {
    let before = found.len();
    rules::delete_rule(relation, clauses, Shape::ToOne, found);
    let own = match clauses.on_delete {
        Some(on_delete) if found.len() == before => on_delete.rule,
        _ => DeleteRule::Restrict,
    };
    let mut rules = Rules { own, differing: Vec::new() };
    let differing = clauses.on_delete.map_or(&[][..], |on_delete| on_delete.alternatives);
    for (place, (path, rule, span)) in differing.iter().enumerate() {
        let same = |other: &Path| other.name.text == path.name.text;
        if !union.tree.alternatives.iter().any(same) {
            found.push(errors::no_alternative(path, union.tree));
            continue;
        }
        if let Some((first, ..)) = differing[..place].iter().find(|(other, ..)| same(other)) {
            found.push(errors::listed_twice("alternative", &path.name, first.span()));
            continue;
        }
        let before = found.len();
        let mut alone = Clauses { default: clauses.default, ..Clauses::default() };
        alone.on_delete = clauses.on_delete.map(|on_delete| super::clauses::OnDelete {
            rule: *rule,
            rule_span: *span,
            ..on_delete
        });
        rules::delete_rule(relation, &alone, Shape::ToOne, found);
        if found.len() > before {
            continue;
        }
        rules.differing.push((path.name.text.clone(), *rule));
    }
    rules
}

/// What keeps a many-to-many relation to a union from having its link made.
pub(crate) fn unlinkable(relation: &Relation, clauses: &Clauses<'_>) -> Option<Diagnostic> {
    let declared = clauses.through.filter(|through| through.ends.is_some());
    let (span, what) = [
        declared.map(|through| (through.span, "a declared link")),
        clauses.ordered.map(|span| (span, "an order")),
        clauses.within.map(|(_, span)| (span, "a parent that both ends share")),
    ]
    .into_iter()
    .flatten()
    .next()?;
    Some(errors::link_to_union(relation, span, what))
}

/// Reports the clauses that a relation to a union of this strategy can't have.
pub(crate) fn check_clauses(
    relation: &Relation,
    clauses: &Clauses<'_>,
    strategy: Strategy,
    found: &mut Vec<Diagnostic>,
) {
    for clause in &relation.clauses {
        let why = match &clause.kind {
            ClauseKind::OnOrphanDelete => {
                "to hand a row to another owner takes it out of a collection too, and must delete nothing"
            }
            ClauseKind::Default(_) => "a default would be a row of one alternative only",
            ClauseKind::Column(_) if strategy == Strategy::Arc => {
                "an arc has a column for each alternative"
            }
            ClauseKind::Key if strategy == Strategy::Arc => {
                "the columns of an arc are NULL for all alternatives but one, and a key has no NULL"
            }
            ClauseKind::Within(_) if strategy != Strategy::Arc => {
                "the union's own row hangs from no parent, so nothing can compare it"
            }
            ClauseKind::By(_) if strategy != Strategy::Arc => {
                "what is referred to is the union's own row, by its key"
            }
            _ => continue,
        };
        found.push(errors::clause_over_union(clause.span, strategy, why));
    }
    if let Some(span) = clauses.unique {
        found.push(errors::unique_relation(relation, span));
    }
    for (span, what) in
        [(clauses.through.map(|through| through.span), "through"), (clauses.ordered, "ordered")]
    {
        if let Some(span) = span {
            found.push(errors::through_to_one(relation, span, what));
        }
    }
}

/// Reports what a relation to an untyped union can't say.
pub(crate) fn check_untyped(relation: &Relation, found: &mut Vec<Diagnostic>) {
    for clause in &relation.clauses {
        match &clause.kind {
            ClauseKind::OnDelete { .. } => found.push(errors::untyped_rule(clause.span)),
            ClauseKind::Label(_) => {}
            ClauseKind::OnOrphanDelete
            | ClauseKind::OnUpdateCascade
            | ClauseKind::Within(_)
            | ClauseKind::Through { .. }
            | ClauseKind::Ordered
            | ClauseKind::Deferrable
            | ClauseKind::By(_)
            | ClauseKind::Default(_)
            | ClauseKind::Column(_)
            | ClauseKind::Key
            | ClauseKind::Unique
            | ClauseKind::Attribute(_) => {
                let why = "it is stored as two columns of text, to which no foreign key belongs";
                found.push(errors::clause_over_union(clause.span, Strategy::Untyped, why));
            }
        }
    }
    if let Inverse::Name(inverse) = &relation.inverse {
        found.push(errors::untyped_inverse(inverse));
    }
    if rules::is_bound(relation.there) && relation.there.max != Some(1) || relation.there.min > 0 {
        found.push(errors::untyped_bound(relation));
    }
}
