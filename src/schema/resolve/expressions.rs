//! From an expression as written to a typed [`Expr`].

use crate::diagnostics::Diagnostic;
use crate::schema::{BaseType, Expr, ExprKind, FieldType};
use crate::syntax::tree;

use super::names::Meaning;
use super::scope::Scope;
use super::types::resolve_type;

/// What the place of an expression asks of it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expected<'a> {
    /// The key of an index, a UNIQUE or an EXCLUDE: must stay the same as long as the row does.
    IndexKey,
    /// `where` of an index, a UNIQUE or an EXCLUDE: true or false, and as steady as a key.
    IndexCondition,
    /// `check`: true or false.
    Check,
    /// A constant that can be stored in a column of this type: a default.
    Default(&'a FieldType),
    /// A value computed from the row's other columns: `generated`.
    Generated(&'a FieldType),
}

/// The meaning of an expression; `None` when it has a diagnostic.
pub(crate) fn resolve_expr(
    scope: Scope<'_>,
    expr: &tree::Expr,
    expected: Expected<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Expr> {
    let mut inner = |expr: &tree::Expr| {
        resolve_expr(scope, expr, Expected::IndexKey, diagnostics).map(Box::new)
    };
    let kind = match &expr.kind {
        tree::ExprKind::Literal(tree::LiteralKind::Number(number)) => {
            ExprKind::Number(number.clone())
        }
        tree::ExprKind::Literal(tree::LiteralKind::String(text)) => ExprKind::String(text.clone()),
        tree::ExprKind::Literal(tree::LiteralKind::Boolean(value)) => ExprKind::Boolean(*value),
        tree::ExprKind::Literal(tree::LiteralKind::Null | tree::LiteralKind::Word(_)) => {
            ExprKind::Null
        }
        tree::ExprKind::Path(names) => resolve_path(scope, names, expected)?,
        tree::ExprKind::Call { function, arguments } => ExprKind::Call {
            function: function.text.clone(),
            arguments: arguments.iter().filter_map(|a| inner(a).map(|a| *a)).collect(),
        },
        tree::ExprKind::Unary { operator, operand } => {
            ExprKind::Unary { operator: *operator, operand: inner(operand)? }
        }
        tree::ExprKind::Binary { operator, left, right, .. } => {
            ExprKind::Binary { operator: *operator, left: inner(left)?, right: inner(right)? }
        }
        tree::ExprKind::IsNull { operand, negated } => {
            ExprKind::IsNull { operand: inner(operand)?, negated: *negated }
        }
        tree::ExprKind::In { operand, list, negated } => ExprKind::In {
            operand: inner(operand)?,
            list: list.iter().filter_map(|a| inner(a).map(|a| *a)).collect(),
            negated: *negated,
        },
        tree::ExprKind::Between { operand, low, high, negated } => ExprKind::Between {
            operand: inner(operand)?,
            low: inner(low)?,
            high: inner(high)?,
            negated: *negated,
        },
        tree::ExprKind::Array(items) => {
            ExprKind::Array(items.iter().filter_map(|a| inner(a).map(|a| *a)).collect())
        }
        tree::ExprKind::Cast { operand, ty } => ExprKind::Cast {
            operand: inner(operand)?,
            ty: resolve_type(scope.names, scope.module, ty, diagnostics)?,
        },
        tree::ExprKind::Sql(text) => ExprKind::Sql(text.clone()),
    };
    Some(Expr { kind, ty: None, span: expr.span })
}

fn resolve_path(
    scope: Scope<'_>,
    names: &[tree::Name],
    expected: Expected<'_>,
) -> Option<ExprKind> {
    let (last, before) = names.split_last()?;
    let id = match (before, expected) {
        ([], Expected::Default(FieldType { base: BaseType::Enum(id), .. })) => *id,
        ([], _) => match scope.member(&last.text) {
            Meaning::Is(member) => return Some(ExprKind::Member(member)),
            Meaning::Broken | Meaning::Unknown => return None,
        },
        ([name], _) => {
            let path = tree::Path { module: None, name: name.clone() };
            match scope.enumeration(&path) {
                Meaning::Is(id) => id,
                Meaning::Broken | Meaning::Unknown => return None,
            }
        }
        _ => return None,
    };
    let place = scope.schema.enums[id].values.iter().position(|value| value.name == last.text)?;
    Some(ExprKind::EnumValue(id, place))
}
