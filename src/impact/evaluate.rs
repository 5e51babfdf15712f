//! The conditions of CHECKs, computed over a row as far as that needs no PostgreSQL.

use serde_json::Value;

use crate::relational::Table;
use crate::schema::{
    BaseType, BinaryOperator, Category, EnumStorage, Expr, ExprKind, FieldType, MemberId,
    UnaryOperator,
};
use crate::targets::Program;

use super::rows::Row;

/// What names in an expression mean.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub program: Program<'a>,
    /// The table whose CHECK it is.
    pub table: &'a Table,
}

/// Whether a CHECK holds, NULL included; `None` where only PostgreSQL can tell.
pub(super) fn holds(names: Names<'_>, condition: &Expr, row: &Row) -> Option<bool> {
    truth(names, condition, row).map(|truth| truth != Some(false))
}

/// SQL's three values; `None` outside is not known.
fn truth(names: Names<'_>, expr: &Expr, row: &Row) -> Option<Option<bool>> {
    match &expr.kind {
        ExprKind::Binary { operator: BinaryOperator::And, left, right } => {
            match (truth(names, left, row), truth(names, right, row)) {
                (Some(Some(false)), _) | (_, Some(Some(false))) => Some(Some(false)),
                (Some(Some(true)), Some(Some(true))) => Some(Some(true)),
                (Some(_), Some(_)) => Some(None),
                (None, _) | (_, None) => None,
            }
        }
        ExprKind::Binary { operator: BinaryOperator::Or, left, right } => {
            match (truth(names, left, row), truth(names, right, row)) {
                (Some(Some(true)), _) | (_, Some(Some(true))) => Some(Some(true)),
                (Some(Some(false)), Some(Some(false))) => Some(Some(false)),
                (Some(_), Some(_)) => Some(None),
                (None, _) | (_, None) => None,
            }
        }
        ExprKind::Unary { operator: UnaryOperator::Not, operand } => {
            Some(truth(names, operand, row)?.map(|truth| !truth))
        }
        ExprKind::Binary { operator, left, right } => {
            compared(*operator, &value(names, left, row)?, &value(names, right, row)?)
        }
        ExprKind::IsNull { operand, negated } => {
            Some(Some(value(names, operand, row)?.is_null() != *negated))
        }
        ExprKind::In { operand, list, negated } => {
            let operand = value(names, operand, row)?;
            let mut unknown = false;
            for item in list {
                match compared(BinaryOperator::Equal, &operand, &value(names, item, row)?)? {
                    Some(true) => return Some(Some(!negated)),
                    Some(false) => {}
                    None => unknown = true,
                }
            }
            Some(if unknown { None } else { Some(*negated) })
        }
        ExprKind::Between { operand, low, high, negated } => {
            let operand = value(names, operand, row)?;
            let low = compared(BinaryOperator::GreaterOrEqual, &operand, &value(names, low, row)?)?;
            let high = compared(BinaryOperator::LessOrEqual, &operand, &value(names, high, row)?)?;
            Some(match (low, high) {
                (Some(false), _) | (_, Some(false)) => Some(*negated),
                (Some(true), Some(true)) => Some(!negated),
                (None, _) | (_, None) => None,
            })
        }
        ExprKind::Number(_)
        | ExprKind::String(_)
        | ExprKind::Boolean(_)
        | ExprKind::Null
        | ExprKind::Member(_)
        | ExprKind::EnumValue(..)
        | ExprKind::Call { .. }
        | ExprKind::Unary { operator: UnaryOperator::Negate, .. }
        | ExprKind::Array(_)
        | ExprKind::Cast { .. }
        | ExprKind::Sql(_) => match value(names, expr, row)? {
            Value::Bool(truth) => Some(Some(truth)),
            Value::Null => Some(None),
            Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
        },
    }
}

fn value(names: Names<'_>, expr: &Expr, row: &Row) -> Option<Value> {
    match &expr.kind {
        ExprKind::Number(digits) => serde_json::from_str(digits).ok(),
        ExprKind::String(text) => Some(Value::from(text.as_str())),
        ExprKind::Boolean(truth) => Some(Value::from(*truth)),
        ExprKind::Null => Some(Value::Null),
        ExprKind::Member(member) => member_value(names, *member, row),
        ExprKind::EnumValue(of, nth) => {
            let of = &names.program.schema.enums[*of];
            let stored = &of.values[*nth].stored;
            match &of.storage {
                EnumStorage::Checked(ty) if is_number(ty) => serde_json::from_str(stored).ok(),
                EnumStorage::Checked(_) | EnumStorage::NativeType => {
                    Some(Value::from(stored.as_str()))
                }
            }
        }
        ExprKind::Call { function, arguments } => {
            let nulls = || -> Option<u64> {
                let mut count = 0;
                for argument in arguments {
                    count += u64::from(value(names, argument, row)?.is_null());
                }
                Some(count)
            };
            match function.as_str() {
                "num_nulls" => nulls().map(Value::from),
                "num_nonnulls" => nulls().map(|count| Value::from(arguments.len() as u64 - count)),
                "coalesce" => {
                    for argument in arguments {
                        let value = value(names, argument, row)?;
                        if !value.is_null() {
                            return Some(value);
                        }
                    }
                    Some(Value::Null)
                }
                _ => None,
            }
        }
        ExprKind::Unary { operator: UnaryOperator::Negate, operand } => {
            match value(names, operand, row)? {
                Value::Null => Some(Value::Null),
                Value::Number(number) => number.as_i64().map(|number| Value::from(-number)),
                Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
            }
        }
        ExprKind::Binary { operator, .. } => match operator {
            BinaryOperator::Or
            | BinaryOperator::And
            | BinaryOperator::Equal
            | BinaryOperator::NotEqual
            | BinaryOperator::Less
            | BinaryOperator::LessOrEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterOrEqual => {
                truth(names, expr, row).map(|truth| truth.map_or(Value::Null, Value::from))
            }
            BinaryOperator::Like
            | BinaryOperator::NotLike
            | BinaryOperator::ILike
            | BinaryOperator::NotILike
            | BinaryOperator::Matches
            | BinaryOperator::MatchesIgnoringCase
            | BinaryOperator::NotMatches
            | BinaryOperator::NotMatchesIgnoringCase
            | BinaryOperator::Concatenate
            | BinaryOperator::Contains
            | BinaryOperator::ContainedBy
            | BinaryOperator::Overlaps
            | BinaryOperator::JsonGet
            | BinaryOperator::JsonGetText
            | BinaryOperator::Add
            | BinaryOperator::Subtract
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo => None,
        },
        ExprKind::Unary { operator: UnaryOperator::Not, .. }
        | ExprKind::IsNull { .. }
        | ExprKind::In { .. }
        | ExprKind::Between { .. } => {
            truth(names, expr, row).map(|truth| truth.map_or(Value::Null, Value::from))
        }
        ExprKind::Array(_) | ExprKind::Cast { .. } | ExprKind::Sql(_) => None,
    }
}

/// The value of a column, a generated one excepted. Numbers with a fraction stand in rows as text.
fn member_value(names: Names<'_>, member: MemberId, row: &Row) -> Option<Value> {
    let [column] = names.program.layout.member_columns(member)[..] else { return None };
    let column = &names.table.columns[column];
    if column.generated.is_some() {
        return None;
    }
    let value = row.get(&column.name)?.clone();
    match (member, &value) {
        (MemberId::Field(field), Value::String(text))
            if is_number(&names.program.schema.fields[field].ty) =>
        {
            serde_json::from_str(text).ok()
        }
        (MemberId::Field(_) | MemberId::Relation(_), _) => Some(value),
    }
}

fn is_number(ty: &FieldType) -> bool {
    match &ty.base {
        BaseType::Scalar(scalar, _) => {
            ty.dimensions == 0
                && matches!(scalar.category(), Category::Integer | Category::Fractional)
        }
        BaseType::Enum(_) | BaseType::Raw(_) => false,
    }
}

/// Compares two values; text only for equality, since its order is the collation's.
fn compared(operator: BinaryOperator, left: &Value, right: &Value) -> Option<Option<bool>> {
    if left.is_null() || right.is_null() {
        return Some(None);
    }
    let order = match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left.as_f64()?.partial_cmp(&right.as_f64()?)?
        }
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::String(left), Value::String(right)) => {
            return match operator {
                BinaryOperator::Equal => Some(Some(left == right)),
                BinaryOperator::NotEqual => Some(Some(left != right)),
                _ => None,
            };
        }
        _ => return None,
    };
    let truth = match operator {
        BinaryOperator::Equal => order.is_eq(),
        BinaryOperator::NotEqual => order.is_ne(),
        BinaryOperator::Less => order.is_lt(),
        BinaryOperator::LessOrEqual => order.is_le(),
        BinaryOperator::Greater => order.is_gt(),
        BinaryOperator::GreaterOrEqual => order.is_ge(),
        _ => return None,
    };
    Some(Some(truth))
}
