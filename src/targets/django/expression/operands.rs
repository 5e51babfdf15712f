//! An expression inside of another, as PostgreSQL computes it.

use crate::relational::type_sql;
use crate::schema::{BinaryOperator, Category, EnumStorage, Expr, ExprKind, UnaryOperator};
use crate::targets::python::{Code, string};

use super::arithmetic::Binding;
use super::{Printer, call, category};

impl Printer<'_> {
    /// The expression as an operand of a function or a lookup.
    pub(super) fn operand(&mut self, expr: &Expr) -> Code {
        match &expr.kind {
            ExprKind::Member(member) => field_reference(&(self.names.field)(*member)),
            ExprKind::Number(number) => self.number_value(number),
            ExprKind::Boolean(value) => Code::text(if *value { "True" } else { "False" }),
            ExprKind::Null => call("models.Value").with("None"),
            ExprKind::EnumValue(id, place) => {
                let value = call("models.Value").with((self.names.enum_value)(*id, *place));
                match &self.names.sql.schema.enums[*id].storage {
                    EnumStorage::Checked(_) => value,
                    EnumStorage::NativeType => self.cast(value, expr.ty.as_ref()),
                }
            }
            ExprKind::String(text) => {
                let value = call("models.Value").with(Code::text(string(text)));
                if category(expr.ty.as_ref()) == Some(Category::Text) {
                    value
                } else {
                    self.cast(value, expr.ty.as_ref())
                }
            }
            ExprKind::Array(items) if items.is_empty() => {
                let value = call("models.Value").with(Code::text("\"{}\""));
                self.cast(value, expr.ty.as_ref())
            }
            ExprKind::Array(items) => {
                let items: Vec<Code> = items.iter().map(|item| self.operand(item)).collect();
                let mut template = "ARRAY[%(expressions)s]".to_owned();
                if let Some(ty) = &expr.ty {
                    template.push_str("::");
                    template.push_str(&type_sql(ty, self.names.sql).0.replace('%', "%%"));
                }
                self.func(items, None, Some(template), None, expr.ty.as_ref())
            }
            ExprKind::Cast { operand, ty } => {
                let operand = self.operand(operand);
                self.cast(operand, Some(ty))
            }
            ExprKind::Sql(text) => {
                self.opaque = true;
                self.imports.insert(("django.db.models.expressions", "RawSQL"));
                let field = self.output_field(expr.ty.as_ref());
                call("RawSQL")
                    .with(Code::text(string(&format!("({})", text.replace('%', "%%")))))
                    .with("()")
                    .keyword("output_field", field)
            }
            ExprKind::Call { function, arguments } => self.function(expr, function, arguments),
            ExprKind::Unary { operator: UnaryOperator::Negate, operand } => match &operand.kind {
                ExprKind::Number(number) => self.number_value(&format!("-{number}")),
                _ => {
                    let operand = self.operand(operand);
                    // A lone `-` before a NULL without a type would be ambiguous.
                    let template = Some("(%(expressions)s * -1)".to_owned());
                    self.func(vec![operand], None, template, None, expr.ty.as_ref())
                }
            },
            ExprKind::Unary { operator: UnaryOperator::Not, operand } => {
                let operand = self.operand(operand);
                let template = Some("(NOT %(expressions)s)".to_owned());
                self.func(vec![operand], None, template, None, expr.ty.as_ref())
            }
            ExprKind::Binary { operator, left, right } => self.binary(expr, *operator, left, right),
            ExprKind::IsNull { operand, negated } => {
                let operand = self.operand(operand);
                let asked = if *negated { "IS NOT NULL" } else { "IS NULL" };
                let template = Some(format!("(%(expressions)s {asked})"));
                self.func(vec![operand], None, template, None, expr.ty.as_ref())
            }
            ExprKind::In { operand, list, negated } => {
                let mut items = vec![self.operand(operand)];
                items.extend(list.iter().map(|item| self.operand(item)));
                // One joiner serves only one kind of operator, so the list is a value of its own.
                let rest = items.split_off(1);
                let list = self.func(rest, None, Some("(%(expressions)s)".to_owned()), None, None);
                items.push(list);
                let joiner = if *negated { " NOT IN " } else { " IN " };
                self.operator(items, joiner, expr.ty.as_ref())
            }
            ExprKind::Between { operand, low, high, negated } => {
                let bounds = vec![self.operand(low), self.operand(high)];
                let both = Some("%(expressions)s".to_owned());
                let bounds = self.func(bounds, None, both, Some(" AND "), None);
                let operands = vec![self.operand(operand), bounds];
                let joiner = if *negated { " NOT BETWEEN " } else { " BETWEEN " };
                self.operator(operands, joiner, expr.ty.as_ref())
            }
        }
    }

    /// An operator inside of something: in parentheses, so that whatever stands around it can't take it
    /// apart.
    fn binary(&mut self, expr: &Expr, operator: BinaryOperator, left: &Expr, right: &Expr) -> Code {
        use BinaryOperator::*;
        if self.is_arithmetic(expr) {
            return Code::text(self.arithmetic(expr, Binding::Loose));
        }
        let operands = vec![self.operand(left), self.operand(right)];
        let joiner = match operator {
            Or => " OR ",
            And => " AND ",
            Equal => " = ",
            NotEqual => " <> ",
            Less => " < ",
            LessOrEqual => " <= ",
            Greater => " > ",
            GreaterOrEqual => " >= ",
            Like => " LIKE ",
            NotLike => " NOT LIKE ",
            ILike => " ILIKE ",
            NotILike => " NOT ILIKE ",
            Matches => " ~ ",
            MatchesIgnoringCase => " ~* ",
            NotMatches => " !~ ",
            NotMatchesIgnoringCase => " !~* ",
            Add => " + ",
            Subtract => " - ",
            Multiply => " * ",
            Divide => " / ",
            Modulo => " %% ",
            Concatenate => " || ",
            Contains => " @> ",
            ContainedBy => " <@ ",
            Overlaps => " && ",
            JsonGet => " -> ",
            JsonGetText => " ->> ",
        };
        self.operator(operands, joiner, expr.ty.as_ref())
    }
}

fn field_reference(name: &str) -> Code {
    call("models.F").with(Code::text(string(name)))
}
