//! What a relation's multiplicities, its delete rule and its other clauses allow each other. Looks at
//! one relation alone, so that it can be said even when its target is unknown.

use crate::diagnostics::Diagnostic;
use crate::schema;
use crate::syntax::tree::{DeleteRule, Inverse, Multiplicity, Relation};

use super::clauses::Clauses;
use super::errors;

/// What a relation is stored as, by its multiplicities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A foreign key.
    ToOne,
    /// A link.
    ManyToMany,
    /// Nothing: its multiplicities contradict themselves, and have their diagnostic.
    Impossible,
}

/// The shape of a relation. Many here with one there is [`Shape::Impossible`] too, and reported by
/// the caller, who knows the other entity.
pub(crate) fn shape(relation: &Relation, found: &mut Vec<Diagnostic>) -> Shape {
    let here = is_possible(relation.here, found);
    let there = is_possible(relation.there, found);
    match (here && there, relation.here.max, relation.there.max) {
        (false, ..) | (true, None | Some(2..), Some(1)) => Shape::Impossible,
        (true, Some(1), _) => Shape::ToOne,
        (true, ..) => Shape::ManyToMany,
    }
}

fn is_possible(multiplicity: Multiplicity, found: &mut Vec<Diagnostic>) -> bool {
    let wrong = match multiplicity.max {
        Some(0) => Some("nothing at all"),
        Some(max) if max < multiplicity.min => Some("fewer at most than at least"),
        _ => None,
    };
    if let Some(what) = wrong {
        found.push(errors::impossible_multiplicity(multiplicity, what));
    }
    wrong.is_none()
}

/// Whether a multiplicity asks for a trigger that counts: more than NOT NULL and UNIQUE can say of the
/// far end.
pub(crate) fn is_bound(there: Multiplicity) -> bool {
    there.min > 0 || there.max.is_some_and(|max| max > 1)
}

/// The rule that a file states, as far as it is one that can be; otherwise `restrict`, which takes
/// nothing away, and a diagnostic.
pub(crate) fn delete_rule(
    relation: &Relation,
    clauses: &Clauses<'_>,
    shape: Shape,
    found: &mut Vec<Diagnostic>,
) -> schema::DeleteRule {
    let declared_link = clauses.through.is_some_and(|through| through.ends.is_some());
    let valid = valid_rules(relation, clauses, shape);
    match clauses.on_delete {
        Some(written) if shape == Shape::ManyToMany && declared_link => {
            found.push(errors::rule_over_declared_link(written.span));
        }
        None if shape == Shape::ManyToMany && declared_link => {}
        None => found.push(errors::missing_delete_rule(relation, &valid)),
        Some(written) if valid.contains(&written.rule) => {
            return meant(written.rule);
        }
        Some(written) => found.push(match (shape, written.rule) {
            (Shape::ToOne, DeleteRule::SetNull) => {
                errors::set_null_on_mandatory(relation, written, &valid)
            }
            (Shape::ToOne, DeleteRule::SetDefault) => {
                errors::set_default_without_default(relation, written, &valid)
            }
            _ => errors::rule_does_not_fit(relation, written, &valid),
        }),
    }
    schema::DeleteRule::Restrict
}

/// What a rule means for the foreign key that it stands at.
pub(crate) fn meant(rule: DeleteRule) -> schema::DeleteRule {
    match rule {
        DeleteRule::Cascade | DeleteRule::Unlink => schema::DeleteRule::Cascade,
        DeleteRule::SetNull => schema::DeleteRule::SetNull,
        DeleteRule::SetDefault => schema::DeleteRule::SetDefault,
        DeleteRule::Restrict => schema::DeleteRule::Restrict,
        DeleteRule::Protect => schema::DeleteRule::Protect,
    }
}

/// The delete rules that a relation may have, the likeliest first.
fn valid_rules(relation: &Relation, clauses: &Clauses<'_>, shape: Shape) -> Vec<DeleteRule> {
    if shape == Shape::ManyToMany {
        return vec![DeleteRule::Unlink, DeleteRule::Restrict, DeleteRule::Protect];
    }
    let mut valid = vec![DeleteRule::Cascade];
    if relation.here.min == 0 {
        valid.insert(0, DeleteRule::SetNull);
    }
    if clauses.default.is_some() {
        valid.push(DeleteRule::SetDefault);
    }
    valid.extend([DeleteRule::Restrict, DeleteRule::Protect]);
    valid
}

/// Reports the clauses that a relation of this shape can't have.
pub(crate) fn check_clauses(
    relation: &Relation,
    clauses: &Clauses<'_>,
    shape: Shape,
    found: &mut Vec<Diagnostic>,
) {
    if let Some(span) = clauses.on_orphan_delete {
        let rule = clauses.on_delete.map(|written| written.rule);
        let cascades = rule.is_none_or(|rule| rule == DeleteRule::Cascade);
        if shape != Shape::ToOne || relation.here.min == 0 || !cascades {
            found.push(errors::orphan_delete(relation, span, clauses.on_delete));
        } else if let Inverse::None(inverse) = relation.inverse {
            found.push(errors::orphan_of_no_collection(span, inverse));
        }
    }
    if let Some(span) = clauses.unique {
        found.push(errors::unique_relation(relation, span));
    }
    match shape {
        Shape::ToOne => {
            if let Some(through) = clauses.through {
                found.push(errors::through_to_one(relation, through.span, "through"));
            }
            if let Some(span) = clauses.ordered {
                found.push(errors::through_to_one(relation, span, "ordered"));
            }
        }
        Shape::ManyToMany => {
            let misplaced = [
                (clauses.on_update_cascade, "on update cascade"),
                (clauses.deferrable, "deferrable"),
                (clauses.by.map(|(_, span)| span), "by (…)"),
                (clauses.default.map(|(_, span)| span), "a default"),
                (clauses.column.map(|(_, span)| span), "column \"…\""),
                (clauses.key, "key"),
            ];
            for (span, what) in misplaced {
                if let Some(span) = span {
                    found.push(errors::clause_on_many(span, what));
                }
            }
            if let (Some((_, span)), Some(through)) = (clauses.within, clauses.through)
                && through.ends.is_some()
            {
                found.push(errors::within_over_declared_link(span, through.name));
            }
        }
        Shape::Impossible => {}
    }
}
