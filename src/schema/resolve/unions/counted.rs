//! The CHECKs that count which alternatives are set.

use smol_str::SmolStr;

use crate::schema::{
    BaseType, BinaryOperator, Check, EntityId, Expr, ExprKind, FieldType, MemberId, RelationId,
    Scalar, Stored, Strategy, TypeArguments,
};
use crate::source::Span;

use super::super::Draft;

/// The CHECKs that count: of every arc, and of every row that a union's alternatives are linked by.
pub(crate) fn add_checks(draft: &mut Draft<'_>) {
    let mut checks: Vec<(EntityId, Check)> = Vec::new();
    let schema = &draft.schema;
    for (_, relation) in schema.union_relations.iter() {
        let Stored::Arc(relations) = &relation.stored else { continue };
        let names: Vec<&str> = schema.unions[relation.union]
            .alternatives
            .iter()
            .map(|alternative| alternative.name.as_str())
            .collect();
        let message = message(&relation.name, &names, relation.optional());
        let condition = counted(relations, relation.optional(), relation.span);
        let check = check(condition, message, &relation.name, relation.span);
        checks.push((relation.source, check));
    }
    for (_, union) in schema.unions.iter() {
        let (Strategy::Link, Some(row)) = (union.strategy, union.row) else { continue };
        let relations: Vec<RelationId> =
            union.alternatives.iter().filter_map(|alternative| alternative.relation).collect();
        let names: Vec<&str> =
            union.alternatives.iter().map(|alternative| alternative.name.as_str()).collect();
        let message = message(&union.name, &names, false);
        let condition = counted(&relations, false, union.span);
        checks.push((row, check(condition, message, "alternative", union.span)));
    }
    for (entity, check) in checks {
        draft.schema.entities[entity].checks.push(check);
    }
}

fn check(condition: Expr, message: String, about: &str, span: Span) -> Check {
    let about = Some(SmolStr::from(crate::naming::snake(about)));
    Check { condition, message: Some(message), name: None, about, span }
}

/// What people read when none is set, or more than one.
fn message(name: &str, alternatives: &[&str], optional: bool) -> String {
    let spoken = |name: &str| crate::naming::snake(name).replace('_', " ");
    let all: Vec<String> = alternatives.iter().map(|name| spoken(name)).collect();
    let listed = match all.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    };
    let how_many = if optional { "at most one" } else { "exactly one" };
    format!("Choose {how_many} {}: {listed}.", spoken(name))
}

/// `num_nonnulls(a, b) = 1`
fn counted(relations: &[RelationId], optional: bool, span: Span) -> Expr {
    let integer = || {
        Some(FieldType {
            base: BaseType::Scalar(Scalar::Integer, TypeArguments::None),
            dimensions: 0,
        })
    };
    let arguments = relations
        .iter()
        .map(|&relation| Expr {
            kind: ExprKind::Member(MemberId::Relation(relation)),
            ty: None,
            span,
        })
        .collect();
    let call = Expr {
        kind: ExprKind::Call { function: "num_nonnulls".into(), arguments },
        ty: integer(),
        span,
    };
    let one = Expr { kind: ExprKind::Number("1".into()), ty: integer(), span };
    let operator = if optional { BinaryOperator::LessOrEqual } else { BinaryOperator::Equal };
    Expr {
        kind: ExprKind::Binary { operator, left: Box::new(call), right: Box::new(one) },
        ty: Some(FieldType::scalar(Scalar::Boolean)),
        span,
    }
}
