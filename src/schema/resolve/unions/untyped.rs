//! A relation to an untyped union, spelt out: the name of an entity and the text of a key.

use smol_str::{SmolStr, format_smolstr};

use crate::naming;
use crate::source::Span;
use crate::syntax::tree::{
    BinaryOperator, Check, Expr, ExprKind, Field, Index, IndexElement, LiteralKind, Member, Name,
    Path, Relation, TypeRef, Unique, UniqueOptions,
};

use super::SpeltAlternative;
use super::names::Meant;

/// The names of the two fields of a relation.
pub(crate) fn field_names(relation: &str) -> (SmolStr, SmolStr) {
    let name = naming::snake(relation);
    (format_smolstr!("{name}_type"), format_smolstr!("{name}_id"))
}

/// `<module>.<Entity>`: what the first field holds.
pub(crate) fn type_name(union: &Meant<'_>, path: &Path) -> String {
    let module = path.module.as_ref().map_or(&union.module, |module| &module.text);
    format!("{module}.{}", path.name.text)
}

/// The members that store a relation: two fields, an index over both, and what keeps them whole.
pub(crate) fn members(
    relation: &Relation,
    union: &Meant<'_>,
    alternatives: &[SpeltAlternative],
) -> Vec<Member> {
    let span = relation.name.span;
    let (ty, id) = field_names(&relation.name.text);
    let optional = relation.here.min == 0;
    let field = |name: &SmolStr| {
        Member::Field(Field {
            docs: relation.docs.clone(),
            name: Name { text: name.clone(), span },
            ty: TypeRef {
                name: Path::from(Name { text: "text".into(), span }),
                raw: None,
                arguments: Vec::new(),
                dimensions: 0,
                span,
            },
            nullable: optional.then_some(span),
            default: None,
            modifiers: Vec::new(),
            // The whole relation, by which the two are found again.
            span: relation.span,
        })
    };
    let elements = || [&ty, &id].map(|name| element(name, span)).to_vec();
    let mut members = vec![field(&ty), field(&id)];
    members.push(if relation.there.max == Some(1) {
        // Two that point at nothing are two.
        let options = UniqueOptions { nulls_distinct: Some((true, span)), ..Default::default() };
        Member::Unique(Unique { elements: elements(), options, span })
    } else {
        Member::Index(Index {
            using: None,
            elements: elements(),
            include: Vec::new(),
            condition: None,
            storage: Vec::new(),
            name: None,
            span,
        })
    });
    if optional {
        let is_null =
            |name| ExprKind::IsNull { operand: Box::new(path(name, span)), negated: false };
        let whole = binary(expr(is_null(&ty), span), expr(is_null(&id), span), span);
        members.push(check(whole, span));
    }
    if !alternatives.is_empty() {
        let value = |alternative: &SpeltAlternative| {
            let name = type_name(union, &alternative.path);
            expr(ExprKind::Literal(LiteralKind::String(name)), span)
        };
        let list = alternatives.iter().map(value).collect();
        let operand = Box::new(path(&ty, span));
        members.push(check(expr(ExprKind::In { operand, list, negated: false }, span), span));
    }
    members
}

fn check(condition: Expr, span: Span) -> Member {
    Member::Check(Check { condition, message: None, name: None, span })
}

fn element(name: &SmolStr, span: Span) -> IndexElement {
    IndexElement { expr: path(name, span), opclass: None, direction: None, nulls_first: None, span }
}

fn path(name: &SmolStr, span: Span) -> Expr {
    expr(ExprKind::Path(vec![Name { text: name.clone(), span }]), span)
}

fn binary(left: Expr, right: Expr, span: Span) -> Expr {
    expr(
        ExprKind::Binary {
            operator: BinaryOperator::Equal,
            operator_span: span,
            left: Box::new(left),
            right: Box::new(right),
        },
        span,
    )
}

fn expr(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, span }
}
