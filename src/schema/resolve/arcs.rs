//! Lists of columns and conditions that name an arc: a relation with a column for each alternative.

use crate::diagnostics::Diagnostic;
use crate::naming;
use crate::schema::{
    BinaryOperator, Expr, ExprKind, FieldType, IndexElement, IndexKey, MemberId, Scalar,
};
use crate::source::Span;
use crate::syntax::tree;

use super::elements::{element, plain};
use super::scope::{Arc, Scope};

/// The elements of a UNIQUE or an EXCLUDE that names arcs, and what must be set for them to be compared.
pub(crate) struct Variant {
    /// The elements, of each arc the columns that count here.
    pub elements: Vec<IndexElement>,
    /// The columns that must not be NULL.
    pub set: Vec<MemberId>,
}

/// The arc that an element names alone.
pub(crate) fn arc_of<'s>(scope: Scope<'s>, expr: &tree::Expr) -> Option<&'s Arc> {
    match &expr.kind {
        tree::ExprKind::Path(path) if path.len() == 1 => scope.arc(&path[0].text),
        _ => None,
    }
}

/// What a UNIQUE over arcs is made of. Where every arc is mandatory and nothing else can be NULL it is one,
/// in which NULLs are equal; otherwise there is one for each way to choose, and NULLs stay distinct.
pub(crate) fn variants(
    scope: Scope<'_>,
    written: &[tree::IndexElement],
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<Variant>> {
    let choices = choices(scope, &written.iter().collect::<Vec<_>>(), found)?;
    let mut elements = Vec::new();
    for (one, resolved) in written.iter().zip(&choices.first()?.elements) {
        let fits = match (arc_of(scope, &one.expr), &resolved.key) {
            (Some(arc), _) => {
                elements.extend(arc.members.iter().map(|&member| plain(IndexKey::Member(member))));
                !arc.optional
            }
            (None, IndexKey::Member(member)) => {
                elements.push(resolved.clone());
                !is_nullable(scope, *member)
            }
            (None, IndexKey::Expr(_)) => false,
        };
        if !fits {
            return Some(choices);
        }
    }
    Some(vec![Variant { elements, set: Vec::new() }])
}

/// The elements, once for each way to choose among the alternatives of the arcs that they name.
pub(crate) fn choices(
    scope: Scope<'_>,
    written: &[&tree::IndexElement],
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<Variant>> {
    let mut variants = vec![Variant { elements: Vec::new(), set: Vec::new() }];
    for one in written {
        let Some(arc) = arc_of(scope, &one.expr) else {
            let element = element(scope, one, found)?;
            variants.iter_mut().for_each(|variant| variant.elements.push(element.clone()));
            continue;
        };
        let with = |variant: &Variant, member: MemberId| {
            let mut elements = variant.elements.clone();
            elements.push(plain(IndexKey::Member(member)));
            let set = variant.set.iter().copied().chain([member]).collect();
            Variant { elements, set }
        };
        variants = variants
            .iter()
            .flat_map(|variant| arc.members.iter().map(|&member| with(variant, member)))
            .collect();
    }
    Some(variants)
}

/// The name of one of several that were written as one.
pub(crate) fn name_of(scope: Scope<'_>, name: &str, chosen: &[MemberId]) -> String {
    chosen.iter().fold(name.to_owned(), |name, &member| {
        name + "_" + &naming::snake(scope.schema.member_name(member))
    })
}

fn is_nullable(scope: Scope<'_>, member: MemberId) -> bool {
    match member {
        MemberId::Field(field) => scope.schema.fields[field].nullable,
        MemberId::Relation(relation) => {
            scope.schema.to_one(relation).is_none_or(|to_one| to_one.optional)
        }
    }
}

/// `a is not null and b is not null and (condition)`
pub(crate) fn all_set(set: &[MemberId], condition: Option<Expr>, span: Span) -> Option<Expr> {
    let set = set.iter().map(|&member| is_null(member, true, span));
    set.chain(condition).reduce(|left, right| both(BinaryOperator::And, left, right, span))
}

/// `arc is null`: none is set. `arc is not null`: one is.
pub(crate) fn null_test(arc: &Arc, negated: bool, span: Span) -> Option<Expr> {
    let operator = if negated { BinaryOperator::Or } else { BinaryOperator::And };
    let tests = arc.members.iter().map(|&member| is_null(member, negated, span));
    tests.reduce(|left, right| both(operator, left, right, span))
}

fn is_null(member: MemberId, negated: bool, span: Span) -> Expr {
    let operand = Box::new(Expr { kind: ExprKind::Member(member), ty: None, span });
    boolean(ExprKind::IsNull { operand, negated }, span)
}

fn both(operator: BinaryOperator, left: Expr, right: Expr, span: Span) -> Expr {
    boolean(ExprKind::Binary { operator, left: Box::new(left), right: Box::new(right) }, span)
}

fn boolean(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, ty: Some(FieldType::scalar(Scalar::Boolean)), span }
}
