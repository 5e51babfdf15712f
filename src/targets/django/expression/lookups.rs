//! Comparisons as Django's lookups: `price__gte=0` in a `Q`, and `lookups.Exact(…)` as an expression.

use crate::schema::{BinaryOperator, Category, Expr, ExprKind, MemberId};
use crate::targets::python::{Code, string};

use super::conditions::{Condition, prefixed};
use super::{Printer, call, category};

impl Printer<'_> {
    /// `price >= 0` as `price__gte=0`, when one side is a field and the other a constant or a field.
    pub(super) fn member_lookup(
        &mut self,
        operator: BinaryOperator,
        left: &Expr,
        right: &Expr,
    ) -> Option<Condition> {
        use BinaryOperator::*;
        let (member, other, operator) = match (&left.kind, &right.kind) {
            (ExprKind::Member(member), _) => (*member, right, operator),
            (_, ExprKind::Member(member)) => {
                let mirrored = match operator {
                    Equal | NotEqual => operator,
                    Less => Greater,
                    LessOrEqual => GreaterOrEqual,
                    Greater => Less,
                    GreaterOrEqual => LessOrEqual,
                    _ => return None,
                };
                (*member, left, mirrored)
            }
            _ => return None,
        };
        let (suffix, negated) = match operator {
            Equal => ("", false),
            NotEqual => ("", true),
            Less => ("__lt", false),
            LessOrEqual => ("__lte", false),
            Greater => ("__gt", false),
            GreaterOrEqual => ("__gte", false),
            Matches => ("__regex", false),
            NotMatches => ("__regex", true),
            MatchesIgnoringCase => ("__iregex", false),
            NotMatchesIgnoringCase => ("__iregex", true),
            Like | NotLike => return self.like_lookup(operator == NotLike, member, other),
            Or | And | ILike | NotILike | Add | Subtract | Multiply | Divide | Modulo
            | Concatenate | Contains | ContainedBy | Overlaps | JsonGet | JsonGetText => {
                return None;
            }
        };
        if negated && self.is_nullable(member) {
            return None;
        }
        let ty = if std::ptr::eq(other, right) { left.ty.as_ref() } else { right.ty.as_ref() };
        let value = match self.constant(other, ty) {
            Some(value) => value,
            None if self.is_arithmetic(other) => self.operand(other),
            None => return None,
        };
        // NULL counts as different from anything in the negation of a lookup over another field.
        if negated && !self.is_constant(other) {
            return None;
        }
        let key = format!("{}{suffix}", (self.names.field)(member));
        Some(self.maybe_not(negated, key, value))
    }

    /// `name like 'a%'` as `name__startswith="a"`, when the pattern has no other wildcard.
    fn like_lookup(&mut self, negated: bool, member: MemberId, other: &Expr) -> Option<Condition> {
        let ExprKind::String(pattern) = &other.kind else { return None };
        if negated && self.is_nullable(member) {
            return None;
        }
        let inner = pattern.trim_start_matches('%').trim_end_matches('%');
        if inner.is_empty() || inner.contains(['%', '_', '\\']) {
            return None;
        }
        let lookup = match (pattern.strip_suffix(inner), pattern.strip_prefix(inner)) {
            (_, Some("%")) => "startswith",
            (Some("%"), _) => "endswith",
            _ if *pattern == format!("%{inner}%") => "contains",
            _ => return None,
        };
        let key = format!("{}__{lookup}", (self.names.field)(member));
        Some(self.maybe_not(negated, key, Code::text(string(inner))))
    }

    /// A comparison that stands alone: one of Django's lookups, which read better than an operator.
    pub(super) fn comparison(
        &mut self,
        expr: &Expr,
        operator: BinaryOperator,
        left: &Expr,
        right: &Expr,
    ) -> Code {
        let lookup = match operator {
            BinaryOperator::Equal | BinaryOperator::NotEqual => "Exact",
            BinaryOperator::Less => "LessThan",
            BinaryOperator::LessOrEqual => "LessThanOrEqual",
            BinaryOperator::Greater => "GreaterThan",
            BinaryOperator::GreaterOrEqual => "GreaterThanOrEqual",
            _ => return self.operand(expr),
        };
        let of = left.ty.as_ref();
        if category(of) == Some(Category::Boolean) || self.is_constant(left) || of.is_none() {
            return self.operand(expr);
        }
        let constant = match category(of) {
            Some(Category::Text | Category::Integer | Category::Fractional) => {
                self.constant(right, of)
            }
            _ => None,
        };
        let left = self.operand(left);
        let right = constant.unwrap_or_else(|| self.operand(right));
        let code = self.lookup_class(lookup).with(left).with(right);
        if operator == BinaryOperator::NotEqual { prefixed("~", code) } else { code }
    }

    pub(super) fn lookup_class(&mut self, name: &str) -> Code {
        self.imports.insert(("django.db.models", "lookups"));
        call(&format!("lookups.{name}"))
    }

    pub(super) fn is_nullable(&self, member: MemberId) -> bool {
        match member {
            MemberId::Field(field) => self.names.sql.schema.fields[field].nullable,
            MemberId::Relation(relation) => {
                self.names.sql.schema.to_one(relation).is_none_or(|to_one| to_one.optional)
            }
        }
    }
}
