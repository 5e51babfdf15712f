//! W0202: a UNIQUE with a column that may be NULL, and without a word on what that means.

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{BinaryOperator, Expr, ExprKind, IndexKey, MemberId, Schema, Unique};

pub(super) fn find(schema: &Schema, found: &mut Vec<Diagnostic>) {
    for entity in super::own_entities(schema) {
        for unique in entity.uniques.iter().filter(|unique| !unique.nulls_said) {
            if let Some(member) = nullable_member(schema, unique) {
                found.push(warning(schema, unique, member));
            }
        }
    }
}

/// The first column that may be NULL in a row that the UNIQUE looks at.
fn nullable_member(schema: &Schema, unique: &Unique) -> Option<MemberId> {
    unique.elements.iter().find_map(|element| match element.key {
        IndexKey::Member(member) => {
            let nullable = match member {
                MemberId::Field(field) => schema.fields[field].nullable,
                MemberId::Relation(id) => {
                    schema.to_one(id).is_some_and(|relation| relation.optional)
                }
            };
            let excluded = unique.condition.as_ref().is_some_and(|all| excludes_null(all, member));
            (nullable && !excluded).then_some(member)
        }
        IndexKey::Expr(_) => None,
    })
}

/// Whether the condition holds only for rows where the member is not NULL: it asks for that, alone or
/// with `and`.
fn excludes_null(condition: &Expr, member: MemberId) -> bool {
    match &condition.kind {
        ExprKind::IsNull { operand, negated: true } => {
            matches!(operand.kind, ExprKind::Member(asked) if asked == member)
        }
        ExprKind::Binary { operator: BinaryOperator::And, left, right } => {
            excludes_null(left, member) || excludes_null(right, member)
        }
        _ => false,
    }
}

fn warning(schema: &Schema, unique: &Unique, member: MemberId) -> Diagnostic {
    let name = schema.member_name(member);
    let alone = unique.elements.len() == 1;
    let several = if alone { "any number of rows" } else { "rows that are otherwise equal" };
    let end = unique.span.at_end();
    let diagnostic = Diagnostic::new(
        Code::W0202,
        unique.span,
        format!("`{name}` may be NULL in this UNIQUE, which does not say what that means"),
        format!("lets {several} be there when `{name}` is NULL"),
    )
    .note("To PostgreSQL no NULL equals another, unless the UNIQUE says so.")
    .help(
        "write `nulls distinct` if that is meant, `nulls not distinct` if one NULL is like another",
    );
    let (distinct, same) = (" nulls distinct", " nulls not distinct");
    if alone {
        diagnostic.fix("let there be many without it: `nulls distinct`", end, distinct).fix(
            "let there be one without it: `nulls not distinct`",
            end,
            same,
        )
    } else {
        diagnostic.fix("let NULL be like NULL: `nulls not distinct`", end, same).fix(
            "let every NULL be another: `nulls distinct`",
            end,
            distinct,
        )
    }
}
