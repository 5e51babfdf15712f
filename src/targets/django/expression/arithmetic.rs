//! Arithmetic of fields in Python's own operators.

use crate::schema::{BinaryOperator, Category, Expr, ExprKind};

use super::{Printer, category, scalar};

/// How tightly an operator binds in Python.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Loose,
    Tight,
    Atom,
}

impl Printer<'_> {
    /// `F("price") * F("quantity") + 1`: numbers, with a field in every operation, so that Python leaves
    /// the computing to PostgreSQL.
    pub(super) fn is_arithmetic(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Member(_) => true,
            ExprKind::Binary { operator, left, right } => {
                let is_arithmetic = matches!(
                    operator,
                    BinaryOperator::Add
                        | BinaryOperator::Subtract
                        | BinaryOperator::Multiply
                        | BinaryOperator::Divide
                        | BinaryOperator::Modulo
                );
                let same = |a: &Expr, b: &Expr| {
                    let both = (category(a.ty.as_ref()), category(b.ty.as_ref()));
                    matches!(
                        both,
                        (Some(Category::Integer), Some(Category::Integer))
                            | (Some(Category::Fractional), Some(Category::Fractional))
                    ) && (both.0 == Some(Category::Integer)
                        || scalar(a.ty.as_ref()) == scalar(b.ty.as_ref()))
                };
                let part = |side: &Expr| {
                    self.is_arithmetic(side)
                        || matches!(&side.kind, ExprKind::Number(number) if !number.contains(['.', 'e', 'E']))
                };
                is_arithmetic
                    && same(left, right)
                    && part(left)
                    && part(right)
                    && (self.is_arithmetic(left) || self.is_arithmetic(right))
            }
            _ => false,
        }
    }

    pub(super) fn arithmetic(&mut self, expr: &Expr, binding: Binding) -> String {
        let ExprKind::Binary { operator, left, right } = &expr.kind else {
            return self.operand(expr).flat();
        };
        let (text, own) = match operator {
            BinaryOperator::Add => ("+", Binding::Loose),
            BinaryOperator::Subtract => ("-", Binding::Loose),
            BinaryOperator::Multiply => ("*", Binding::Tight),
            BinaryOperator::Divide => ("/", Binding::Tight),
            _ => ("%", Binding::Tight),
        };
        let right_binding = if own == Binding::Loose { Binding::Tight } else { Binding::Atom };
        let left = self.arithmetic(left, own);
        let right = self.arithmetic(right, right_binding);
        let text = format!("{left} {text} {right}");
        if own < binding { format!("({text})") } else { text }
    }
}
