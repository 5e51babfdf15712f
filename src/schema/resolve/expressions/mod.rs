//! From an expression as written to a typed [`Expr`].
//!
//! A string, `null` or the bare name of an enum's value takes its type from what it meets; so an operand
//! that has a type of its own is read before one that has not.

mod calls;
mod constants;
mod errors;
mod kinds;
mod literals;
mod operators;
mod paths;

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::functions::{FunctionForm, Volatility, function_form};
use crate::schema::{Expr, ExprKind, FieldType, Scalar, Schema, UnaryOperator};
use crate::source::Span;
use crate::syntax::tree;

use super::arcs;
use super::names::Meaning;
use super::scope::Scope;
use super::types::resolve_type;
pub(crate) use kinds::describe as describe_type;
use kinds::{Kind, kind};
pub(crate) use paths::member_type;

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
    let mut typing = Typing { scope, expected, diagnostics, unsteady: Vec::new() };
    let typed = match expected {
        Expected::IndexKey => typing.infer(expr, None),
        Expected::Check | Expected::IndexCondition => {
            let typed = typing.infer(expr, Some(&FieldType::scalar(Scalar::Boolean)))?;
            typing.condition(typed)
        }
        Expected::Default(ty) | Expected::Generated(ty) => typing.value(expr, ty),
    };
    let unsteady = std::mem::take(&mut typing.unsteady);
    let steady = typing.check_volatility(&unsteady);
    typed.filter(|_| steady)
}

/// What the typing of one expression carries along.
struct Typing<'a> {
    scope: Scope<'a>,
    expected: Expected<'a>,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// What does not always give the same: where, what, and how bad it is.
    unsteady: Vec<(Span, String, Volatility)>,
}

impl<'a> Typing<'a> {
    fn schema(&self) -> &'a Schema {
        self.scope.schema
    }

    fn report(&mut self, diagnostic: Diagnostic) -> Option<Expr> {
        self.diagnostics.push(diagnostic);
        None
    }

    /// The code of a literal that does not fit: a default has its own.
    fn misfit_code(&self) -> Code {
        match self.expected {
            Expected::Default(_) => Code::E0301,
            _ => Code::E0302,
        }
    }

    /// An expression that must be a condition.
    fn condition(&mut self, typed: Expr) -> Option<Expr> {
        match kind(typed.ty.as_ref()) {
            Kind::Boolean | Kind::Unknown if !matches!(typed.kind, ExprKind::Null) => Some(typed),
            _ => {
                let found = errors::describe(self.schema(), &typed);
                self.report(errors::not_boolean(typed.span, &found))
            }
        }
    }

    /// An expression whose value is stored in a column of the type.
    fn value(&mut self, expr: &tree::Expr, ty: &FieldType) -> Option<Expr> {
        if let (tree::ExprKind::Literal(tree::LiteralKind::Null), Expected::Default(_)) =
            (&expr.kind, self.expected)
        {
            return self.report(errors::null_default(expr.span));
        }
        let typed = self.infer(expr, Some(ty))?;
        let mut parts: Vec<&Expr> = vec![&typed];
        if let ExprKind::Array(items) = &typed.kind {
            parts.extend(items);
        }
        let scalar = FieldType { base: ty.base.clone(), dimensions: 0 };
        for part in parts {
            let misfit = match &part.kind {
                ExprKind::String(text) => literals::length_fits(text, &scalar),
                ExprKind::Number(number) => literals::number_fits(number, &scalar),
                ExprKind::Unary { operator: UnaryOperator::Negate, operand } => {
                    match &operand.kind {
                        ExprKind::Number(number) => {
                            literals::number_fits(&format!("-{number}"), &scalar)
                        }
                        _ => Ok(()),
                    }
                }
                _ => Ok(()),
            };
            if let Err(misfit) = misfit {
                let ty = kinds::describe(self.schema(), ty);
                let diagnostic = errors::misfit(Code::E0301, part.span, &ty, misfit);
                return self.report(diagnostic);
            }
        }
        if kinds::assignable(self.schema(), typed.ty.as_ref(), ty) {
            // A lone number is of the type that it is stored as.
            let is_number = match &typed.kind {
                ExprKind::Number(_) => true,
                ExprKind::Unary { operator: UnaryOperator::Negate, operand } => {
                    matches!(operand.kind, ExprKind::Number(_))
                }
                _ => false,
            };
            return Some(if is_number { Expr { ty: Some(ty.clone()), ..typed } } else { typed });
        }
        let found = errors::describe(self.schema(), &typed);
        let wanted = kinds::describe(self.schema(), ty);
        let quoted = matches!(kind(Some(ty)), Kind::Text(_))
            .then(|| errors::source_of_literal(&typed.kind))
            .flatten();
        let diagnostic =
            errors::not_assignable(self.misfit_code(), typed.span, &found, &wanted, quoted);
        self.report(diagnostic)
    }

    /// The typed expression. `hint` is the type that a literal or a bare enum value takes on.
    fn infer(&mut self, expr: &tree::Expr, hint: Option<&FieldType>) -> Option<Expr> {
        let span = expr.span;
        let done = |kind, ty| Some(Expr { kind, ty, span });
        let boolean = || Some(FieldType::scalar(Scalar::Boolean));
        match &expr.kind {
            tree::ExprKind::Literal(literal) => self.literal(literal, span, hint),
            tree::ExprKind::Path(names) => self.path(names, span, hint),
            tree::ExprKind::Call { function, arguments } => {
                self.call(function, arguments, span, hint)
            }
            tree::ExprKind::Sql(text) => done(ExprKind::Sql(text.clone()), None),
            tree::ExprKind::Unary { operator: UnaryOperator::Not, operand } => {
                let operand = self.infer(operand, boolean().as_ref())?;
                let operand = Box::new(self.condition(operand)?);
                done(ExprKind::Unary { operator: UnaryOperator::Not, operand }, boolean())
            }
            tree::ExprKind::Unary { operator: UnaryOperator::Negate, operand } => {
                let operand = self.infer(operand, hint)?;
                let ty = operand.ty.clone();
                match kind(ty.as_ref()) {
                    Kind::Number(_) | Kind::Unknown | Kind::Other(Scalar::Interval) => {}
                    _ => {
                        let found = errors::describe(self.schema(), &operand);
                        return self.report(errors::operand(
                            operand.span,
                            format!("`-` needs a number or an interval, and this is {found}"),
                        ));
                    }
                }
                let operand = Box::new(operand);
                done(ExprKind::Unary { operator: UnaryOperator::Negate, operand }, ty)
            }
            tree::ExprKind::Binary { operator, operator_span, left, right } => {
                self.binary(*operator, *operator_span, left, right, span, hint)
            }
            tree::ExprKind::IsNull { operand, negated } => {
                match arcs::arc_of(self.scope, operand) {
                    Some(arc) => arcs::null_test(arc, *negated, span),
                    None => {
                        let operand = Box::new(self.infer(operand, None)?);
                        done(ExprKind::IsNull { operand, negated: *negated }, boolean())
                    }
                }
            }
            tree::ExprKind::In { operand, list, negated } => {
                let operands: Vec<&tree::Expr> = std::iter::once(&**operand).chain(list).collect();
                let mut typed = self.alike(&operands, None)?;
                for item in &typed[1..] {
                    self.comparison(&typed[0], item, span, false)?;
                }
                let operand = Box::new(typed.remove(0));
                done(ExprKind::In { operand, list: typed, negated: *negated }, boolean())
            }
            tree::ExprKind::Between { operand, low, high, negated } => {
                let mut typed = self.alike(&[&**operand, &**low, &**high], None)?;
                self.comparison(&typed[0], &typed[1], span, true)?;
                self.comparison(&typed[0], &typed[2], span, true)?;
                let high = Box::new(typed.remove(2));
                let low = Box::new(typed.remove(1));
                let operand = Box::new(typed.remove(0));
                done(ExprKind::Between { operand, low, high, negated: *negated }, boolean())
            }
            tree::ExprKind::Array(items) => self.array(items, span, hint),
            tree::ExprKind::Cast { operand, ty } => self.cast(operand, ty, span),
        }
    }

    /// Operands that should have one type: what has a type of its own gives it to the others.
    fn alike(&mut self, exprs: &[&tree::Expr], hint: Option<&FieldType>) -> Option<Vec<Expr>> {
        let mut typed: Vec<Option<Expr>> = exprs.iter().map(|_| None).collect();
        let mut failed = false;
        let mut hint = hint.cloned();
        for flexible in [false, true] {
            for (place, expr) in exprs.iter().enumerate() {
                if self.is_flexible(expr) == flexible {
                    typed[place] = self.infer(expr, hint.as_ref());
                    failed |= typed[place].is_none();
                    if hint.is_none() {
                        hint = typed[place].as_ref().and_then(|typed| typed.ty.clone());
                    }
                }
            }
            // A broken operand has no type to give; the rest would be blamed for it.
            if failed {
                return None;
            }
        }
        typed.into_iter().collect()
    }

    /// Whether an expression has no type of its own.
    fn is_flexible(&self, expr: &tree::Expr) -> bool {
        match &expr.kind {
            tree::ExprKind::Literal(literal) => {
                matches!(literal, tree::LiteralKind::String(_) | tree::LiteralKind::Null)
            }
            tree::ExprKind::Path(names) => match names.as_slice() {
                [name] => {
                    matches!(self.scope.member(&name.text), Meaning::Unknown)
                        && function_form(&name.text) != FunctionForm::Bare
                }
                _ => false,
            },
            tree::ExprKind::Array(items) => items.iter().all(|item| self.is_flexible(item)),
            _ => false,
        }
    }

    fn cast(&mut self, operand: &tree::Expr, ty: &tree::TypeRef, span: Span) -> Option<Expr> {
        let scope = self.scope;
        let ty = resolve_type(scope.names, scope.module, ty, self.diagnostics)?;
        let hint = self.is_flexible(operand).then_some(&ty);
        let operand = Box::new(self.infer(operand, hint)?);
        let is_literal = matches!(operand.kind, ExprKind::String(_) | ExprKind::Null);
        let plain = |ty| match kind(ty) {
            Kind::Enum(id) if kinds::is_stored_as_text(self.schema(), id) => {
                Kind::Text(Scalar::Text)
            }
            kind => kind,
        };
        let (from, to) = (plain(operand.ty.as_ref()), plain(Some(&ty)));
        if !is_literal && let Some(reason) = calls::unsteady_cast(from, to) {
            self.unsteady.push((span, reason.to_owned(), Volatility::Stable));
        }
        // The literal has the type already; printed alone it says its type itself.
        if is_literal && operand.ty.as_ref() == Some(&ty) {
            return Some(Expr { span, ..*operand });
        }
        Some(Expr { kind: ExprKind::Cast { operand, ty: ty.clone() }, ty: Some(ty), span })
    }

    fn check_volatility(&mut self, unsteady: &[(Span, String, Volatility)]) -> bool {
        let (most, place) = match self.expected {
            Expected::Default(_) => return true,
            Expected::Check => (Volatility::Stable, "a CHECK"),
            Expected::IndexKey => (Volatility::Immutable, "an index"),
            Expected::IndexCondition => (Volatility::Immutable, "the condition of an index"),
            Expected::Generated(_) => (Volatility::Immutable, "a generated column"),
        };
        let mut steady = true;
        for (span, what, volatility) in unsteady {
            if *volatility > most {
                steady = false;
                self.diagnostics.push(errors::unsteady(*span, what, *volatility, place));
            }
        }
        steady
    }
}
