//! A condition as a `Q`: lookups side by side, `&` and `|`, and expressions that are true or false.

use std::collections::BTreeSet;

use crate::schema::{BinaryOperator, Expr, ExprKind, UnaryOperator};
use crate::targets::python::Code;

use super::{Printer, call};

/// A condition on its way to a `Q`.
pub(super) enum Condition {
    /// Lookups of different fields, which all hold: `price__gte=0`.
    Lookups(Vec<(String, Code)>),
    /// A `Q`, or several joined by an operator; the text binds as tightly as said.
    Q(Code),
    /// `Q(…) & Q(…)` on one line.
    Joined(String),
    /// An expression that is true or false.
    Expression(Code),
}

/// A condition no wider than this stays on one line with `&` and `|`; a wider one becomes one `Q` over
/// several, which can be broken. It is what a migration leaves: 88 columns, without the indentation of a
/// constraint's argument, `condition=` and a comma.
const JOINED_WIDTH: usize = 88 - 32 - 10 - 1;

impl Condition {
    pub(super) fn into_q(self) -> Code {
        match self {
            Condition::Lookups(lookups) => {
                lookups.into_iter().fold(call("models.Q"), |q, (key, value)| q.keyword(&key, value))
            }
            Condition::Q(code) => code,
            Condition::Joined(text) => Code::text(text),
            Condition::Expression(code) => call("models.Q").with(code),
        }
    }

    /// Where it stands in a `Q`: lookups come behind all else, by their names.
    fn place(&self) -> Option<&str> {
        match self {
            Condition::Lookups(lookups) => lookups.first().map(|(key, _)| key.as_str()),
            Condition::Q(_) | Condition::Joined(_) | Condition::Expression(_) => None,
        }
    }

    /// Beside `&` or `|`.
    fn as_operand(&self) -> Code {
        match self {
            Condition::Joined(text) => Code::text(format!("({text})")),
            Condition::Lookups(lookups) => Condition::Lookups(lookups.clone()).into_q(),
            Condition::Expression(code) => call("models.Q").with(code.clone()),
            Condition::Q(code) => code.clone(),
        }
    }
}

impl Printer<'_> {
    pub(super) fn condition(&mut self, expr: &Expr) -> Condition {
        match &expr.kind {
            ExprKind::Member(member) => {
                Condition::Lookups(vec![((self.names.field)(*member), Code::text("True"))])
            }
            ExprKind::Unary { operator: UnaryOperator::Not, operand } => match &operand.kind {
                ExprKind::Member(member) => {
                    Condition::Lookups(vec![((self.names.field)(*member), Code::text("False"))])
                }
                _ => self.negated(operand),
            },
            ExprKind::Binary {
                operator: operator @ (BinaryOperator::And | BinaryOperator::Or),
                ..
            } => self.junction(expr, *operator),
            ExprKind::Binary { operator, left, right } => {
                match self.member_lookup(*operator, left, right) {
                    Some(found) => found,
                    None => Condition::Expression(self.comparison(expr, *operator, left, right)),
                }
            }
            ExprKind::IsNull { operand, negated } => match &operand.kind {
                ExprKind::Member(member) => Condition::Lookups(vec![(
                    format!("{}__isnull", (self.names.field)(*member)),
                    Code::text(if *negated { "False" } else { "True" }),
                )]),
                _ => {
                    let operand = self.operand(operand);
                    let is_null = Code::text(if *negated { "False" } else { "True" });
                    let lookup = self.lookup_class("IsNull");
                    Condition::Expression(lookup.with(operand).with(is_null))
                }
            },
            ExprKind::In { operand, list, negated } => {
                let ExprKind::Member(member) = operand.kind else {
                    return Condition::Expression(self.operand(expr));
                };
                let ty = operand.ty.as_ref();
                let items: Option<Vec<Code>> =
                    list.iter().map(|item| self.constant(item, ty)).collect();
                match items {
                    Some(items) if !negated || !self.is_nullable(member) => {
                        let key = format!("{}__in", (self.names.field)(member));
                        self.maybe_not(*negated, key, Code::list(items))
                    }
                    _ => Condition::Expression(self.operand(expr)),
                }
            }
            ExprKind::Between { operand, low, high, negated } => {
                let ExprKind::Member(member) = operand.kind else {
                    return Condition::Expression(self.operand(expr));
                };
                let ty = operand.ty.as_ref();
                match (self.constant(low, ty), self.constant(high, ty)) {
                    (Some(low), Some(high)) if !negated || !self.is_nullable(member) => {
                        let key = format!("{}__range", (self.names.field)(member));
                        self.maybe_not(*negated, key, Code::tuple(vec![low, high]))
                    }
                    _ => Condition::Expression(self.operand(expr)),
                }
            }
            ExprKind::Boolean(_) => {
                let value = self.operand(expr);
                let field = self.output_field(expr.ty.as_ref());
                let value = call("models.Value").with(value).keyword("output_field", field);
                Condition::Expression(value)
            }
            ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Null
            | ExprKind::EnumValue(..)
            | ExprKind::Call { .. }
            | ExprKind::Unary { .. }
            | ExprKind::Array(_)
            | ExprKind::Cast { .. }
            | ExprKind::Sql(_) => Condition::Expression(self.operand(expr)),
        }
    }

    pub(super) fn maybe_not(&mut self, negated: bool, key: String, value: Code) -> Condition {
        if negated {
            let q = Condition::Lookups(vec![(key, value)]).into_q();
            Condition::Q(prefixed("~", q))
        } else {
            Condition::Lookups(vec![(key, value)])
        }
    }

    /// `not …`: the negation of a `Q` would count NULL in its own way, that of an expression does not.
    fn negated(&mut self, operand: &Expr) -> Condition {
        let code = match &operand.kind {
            ExprKind::Binary { operator, left, right } => {
                self.comparison(operand, *operator, left, right)
            }
            _ => self.operand(operand),
        };
        Condition::Expression(prefixed("~", code))
    }

    fn junction(&mut self, expr: &Expr, operator: BinaryOperator) -> Condition {
        let mut parts = Vec::new();
        flatten(expr, operator, &mut parts);
        let mut parts: Vec<Condition> =
            parts.into_iter().map(|part| self.condition(part)).collect();
        let is_and = operator == BinaryOperator::And;
        if is_and && parts.iter().all(|part| matches!(part, Condition::Lookups(_))) {
            let mut keys = BTreeSet::new();
            let distinct = parts.iter().all(|part| match part {
                Condition::Lookups(lookups) => {
                    lookups.iter().all(|(key, _)| keys.insert(key.clone()))
                }
                _ => false,
            });
            if distinct {
                let lookups = parts.into_iter().flat_map(|part| match part {
                    Condition::Lookups(lookups) => lookups,
                    _ => Vec::new(),
                });
                return Condition::Lookups(lookups.collect());
            }
        }
        // In the order of a `Q`'s own parts, so that models and migrations mean the same `Q` however each of
        // them has room to say it.
        parts.sort_by_cached_key(|part| part.place().map(str::to_owned));
        let flat: Vec<String> = parts.iter().map(|part| part.as_operand().flat()).collect();
        let joined = flat.join(if is_and { " & " } else { " | " });
        if joined.chars().count() <= JOINED_WIDTH {
            return Condition::Joined(joined);
        }
        // One `Q` over all: expressions and other `Q`s first, then the lookups that are one alone.
        let mut q = call("models.Q");
        let mut lookups: Vec<(String, Code)> = Vec::new();
        for part in parts {
            match part {
                Condition::Expression(code) => q = q.with(code),
                Condition::Lookups(own)
                    if (is_and || own.len() == 1)
                        && own
                            .iter()
                            .all(|(key, _)| lookups.iter().all(|(other, _)| other != key)) =>
                {
                    lookups.extend(own);
                }
                other => q = q.with(other.into_q()),
            }
        }
        let q = lookups.into_iter().fold(q, |q, (key, value)| q.keyword(&key, value));
        Condition::Q(if is_and { q } else { q.keyword("_connector", "models.Q.OR") })
    }
}

fn flatten<'e>(expr: &'e Expr, operator: BinaryOperator, parts: &mut Vec<&'e Expr>) {
    match &expr.kind {
        ExprKind::Binary { operator: own, left, right } if *own == operator => {
            flatten(left, operator, parts);
            flatten(right, operator, parts);
        }
        _ => parts.push(expr),
    }
}

pub(super) fn prefixed(prefix: &str, code: Code) -> Code {
    match code {
        Code::Brackets { before, kind, items, spread } => {
            Code::Brackets { before: format!("{prefix}{before}"), kind, items, spread }
        }
        other => Code::text(format!("{prefix}{}", other.flat())),
    }
}
