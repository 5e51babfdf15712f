//! Constants as plain Python values.

use crate::schema::{Expr, ExprKind, FieldType, Scalar, UnaryOperator};
use crate::targets::python::{Code, string};

use super::{Printer, call, scalar};

impl Printer<'_> {
    pub(super) fn is_constant(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Boolean(_)
            | ExprKind::EnumValue(..) => true,
            ExprKind::Unary { operand, .. } => self.is_constant(operand),
            _ => false,
        }
    }

    /// A plain Python value that Django's field of the type `of` accepts.
    pub(super) fn constant(&mut self, expr: &Expr, of: Option<&FieldType>) -> Option<Code> {
        let scalar = scalar(of);
        match &expr.kind {
            ExprKind::Number(number) => {
                survives(number, scalar).then(|| self.number(number, scalar))
            }
            ExprKind::Unary { operator: UnaryOperator::Negate, operand } => match &operand.kind {
                ExprKind::Number(number) => {
                    let number = format!("-{number}");
                    survives(&number, scalar).then(|| self.number(&number, scalar))
                }
                _ => None,
            },
            ExprKind::Boolean(value) => Some(Code::text(if *value { "True" } else { "False" })),
            ExprKind::EnumValue(id, place) => Some((self.names.enum_value)(*id, *place)),
            ExprKind::Array(items) => {
                let of = of.filter(|ty| ty.dimensions > 0)?;
                let of = FieldType { base: of.base.clone(), dimensions: of.dimensions - 1 };
                let items: Option<Vec<Code>> =
                    items.iter().map(|item| self.constant(item, Some(&of))).collect();
                items.map(Code::list)
            }
            ExprKind::String(text) => match scalar? {
                Scalar::Text | Scalar::Varchar | Scalar::Char | Scalar::Citext => {
                    Some(Code::text(string(text)))
                }
                Scalar::Jsonb => {
                    let value = serde_json::from_str(text).ok()?;
                    Some(python_of_json(&value))
                }
                Scalar::Uuid | Scalar::Inet => Some(Code::text(string(text))),
                Scalar::Date if text.as_bytes().first().is_some_and(u8::is_ascii_digit) => {
                    Some(Code::text(string(text)))
                }
                _ => None,
            },
            ExprKind::Null
            | ExprKind::Member(_)
            | ExprKind::Call { .. }
            | ExprKind::Unary { .. }
            | ExprKind::Binary { .. }
            | ExprKind::IsNull { .. }
            | ExprKind::In { .. }
            | ExprKind::Between { .. }
            | ExprKind::Cast { .. }
            | ExprKind::Sql(_) => None,
        }
    }

    fn number(&mut self, number: &str, of: Option<Scalar>) -> Code {
        let (sign, digits) = match number.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", number),
        };
        let is_float = matches!(of, Some(Scalar::Real | Scalar::DoublePrecision));
        let is_decimal = matches!(of, Some(Scalar::Numeric));
        let digits = match digits.trim_start_matches('0') {
            rest if rest.is_empty() || rest.starts_with(['.', 'e', 'E']) => format!("0{rest}"),
            rest => rest.to_owned(),
        };
        if !is_float && (is_decimal || digits.contains(['.', 'e', 'E'])) && digits != "0" {
            if is_decimal && !digits.contains(['.', 'e', 'E']) {
                return Code::text(format!("{sign}{digits}"));
            }
            self.imports.insert(("decimal", "Decimal"));
            return Code::text(format!("Decimal({})", string(&format!("{sign}{digits}"))));
        }
        Code::text(format!("{sign}{digits}"))
    }

    /// A number as an operand. As a plain value it would become what the other side is: `1.5` beside an
    /// integer would be 1.
    pub(super) fn number_value(&mut self, number: &str) -> Code {
        let value = self.number(number, None);
        if survives(number, Some(Scalar::Integer)) {
            value
        } else {
            call("models.Value").with(value)
        }
    }
}

/// Whether Django's field of the type passes a number on as it is: one of integers cuts fractions, and
/// answers by itself for what is out of its range.
fn survives(number: &str, of: Option<Scalar>) -> bool {
    let range = match of {
        Some(Scalar::Smallint) => i64::from(i16::MIN)..=i64::from(i16::MAX),
        Some(Scalar::Integer) => i64::from(i32::MIN)..=i64::from(i32::MAX),
        Some(Scalar::Bigint) => i64::MIN..=i64::MAX,
        _ => return true,
    };
    number.parse::<i64>().is_ok_and(|value| range.contains(&value))
}

fn python_of_json(value: &serde_json::Value) -> Code {
    match value {
        serde_json::Value::Null => Code::text("None"),
        serde_json::Value::Bool(value) => Code::text(if *value { "True" } else { "False" }),
        serde_json::Value::Number(number) => Code::text(number.to_string()),
        serde_json::Value::String(text) => Code::text(string(text)),
        serde_json::Value::Array(items) => Code::list(items.iter().map(python_of_json).collect()),
        serde_json::Value::Object(entries) => {
            Code::dict(entries.iter().map(|(key, value)| (string(key), python_of_json(value))))
        }
    }
}
