//! The clauses of a relation by kind, each at most once.

use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::syntax::tree::{self, ClauseKind, DeleteRule};

use super::errors;

/// A relation's clauses.
#[derive(Debug, Default)]
pub(crate) struct Clauses<'a> {
    /// `on delete RULE`
    pub on_delete: Option<OnDelete<'a>>,
    /// `on orphan delete`
    pub on_orphan_delete: Option<Span>,
    /// `on update cascade`
    pub on_update_cascade: Option<Span>,
    /// `within A, B = C`
    pub within: Option<(&'a [tree::WithinPair], Span)>,
    /// `through NAME(a, b)`
    pub through: Option<Through<'a>>,
    /// `ordered`
    pub ordered: Option<Span>,
    /// `deferrable`
    pub deferrable: Option<Span>,
    /// `by (code)`
    pub by: Option<(&'a [tree::Name], Span)>,
    /// `= 1`
    pub default: Option<(&'a tree::Expr, Span)>,
    /// `column "…"`
    pub column: Option<(&'a tree::Text, Span)>,
    /// `label "…"`
    pub label: Option<(&'a tree::Text, Span)>,
    /// `key`
    pub key: Option<Span>,
    /// `unique`
    pub unique: Option<Span>,
    /// `@target(…)`
    pub attributes: Vec<&'a tree::Attribute>,
}

/// `on delete RULE`
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnDelete<'a> {
    /// The rule.
    pub rule: DeleteRule,
    /// Where the rule stands.
    pub rule_span: Span,
    /// Rules of single alternatives, over a union.
    pub alternatives: &'a [(tree::Path, DeleteRule, Span)],
    /// The whole clause.
    pub span: Span,
}

/// `through NAME(a, b)`
#[derive(Debug, Clone, Copy)]
pub(crate) struct Through<'a> {
    /// The link's name.
    pub name: &'a tree::Path,
    /// The two relations of a declared link.
    pub ends: Option<(&'a tree::Name, &'a tree::Name)>,
    /// The whole clause.
    pub span: Span,
}

impl<'a> Clauses<'a> {
    /// Sorts a relation's clauses by kind; a second one of a kind is reported and left out.
    pub fn read(relation: &'a tree::Relation, found: &mut Vec<Diagnostic>) -> Clauses<'a> {
        let mut clauses = Clauses::default();
        for clause in &relation.clauses {
            let span = clause.span;
            let first = match &clause.kind {
                ClauseKind::OnDelete { rule, rule_span, alternatives } => {
                    let on_delete =
                        OnDelete { rule: *rule, rule_span: *rule_span, alternatives, span };
                    let first = clauses.on_delete.map(|first| first.span);
                    clauses.on_delete.get_or_insert(on_delete);
                    first
                }
                ClauseKind::OnOrphanDelete => set_span(&mut clauses.on_orphan_delete, span),
                ClauseKind::OnUpdateCascade => set_span(&mut clauses.on_update_cascade, span),
                ClauseKind::Within(pairs) => set(&mut clauses.within, pairs.as_slice(), span),
                ClauseKind::Through { name, ends } => {
                    let ends = ends.as_ref().map(|(a, b)| (a, b));
                    let first = clauses.through.map(|first| first.span);
                    clauses.through.get_or_insert(Through { name, ends, span });
                    first
                }
                ClauseKind::Ordered => set_span(&mut clauses.ordered, span),
                ClauseKind::Deferrable => set_span(&mut clauses.deferrable, span),
                ClauseKind::By(names) => set(&mut clauses.by, names.as_slice(), span),
                ClauseKind::Default(expr) => set(&mut clauses.default, expr, span),
                ClauseKind::Column(text) => set(&mut clauses.column, text, span),
                ClauseKind::Label(text) => set(&mut clauses.label, text, span),
                ClauseKind::Key => set_span(&mut clauses.key, span),
                ClauseKind::Unique => set_span(&mut clauses.unique, span),
                ClauseKind::Attribute(attribute) => {
                    clauses.attributes.push(attribute);
                    None
                }
            };
            if let Some(first) = first {
                found.push(errors::clause_twice(span, first));
            }
        }
        clauses
    }
}

/// Fills an empty place; gives back where a full one was filled.
fn set<'a, T: ?Sized>(place: &mut Option<(&'a T, Span)>, value: &'a T, span: Span) -> Option<Span> {
    match place {
        Some((_, first)) => Some(*first),
        None => {
            *place = Some((value, span));
            None
        }
    }
}

fn set_span(place: &mut Option<Span>, span: Span) -> Option<Span> {
    match *place {
        Some(first) => Some(first),
        None => {
            *place = Some(span);
            None
        }
    }
}
