//! Literals, and arrays of them: they take their type from what they meet.

use crate::schema::{BaseType, Expr, ExprKind, FieldType, Scalar};
use crate::source::Span;
use crate::syntax::tree;

use super::kinds::{self, Kind, kind};
use super::{Typing, errors, literals};

impl Typing<'_> {
    pub(super) fn literal(
        &mut self,
        literal: &tree::LiteralKind,
        span: Span,
        hint: Option<&FieldType>,
    ) -> Option<Expr> {
        let (kind, ty) = match literal {
            tree::LiteralKind::Number(number) => {
                let ty = if number.contains(['.', 'e', 'E']) {
                    Scalar::Numeric
                } else if number.parse::<i32>().is_ok() {
                    Scalar::Integer
                } else if number.parse::<i64>().is_ok() {
                    Scalar::Bigint
                } else {
                    Scalar::Numeric
                };
                (ExprKind::Number(number.clone()), Some(FieldType::scalar(ty)))
            }
            tree::LiteralKind::Boolean(value) => {
                (ExprKind::Boolean(*value), Some(FieldType::scalar(Scalar::Boolean)))
            }
            tree::LiteralKind::Null | tree::LiteralKind::Word(_) => (ExprKind::Null, None),
            tree::LiteralKind::String(text) => return self.string(text, span, hint),
        };
        Some(Expr { kind, ty, span })
    }

    fn string(&mut self, text: &str, span: Span, hint: Option<&FieldType>) -> Option<Expr> {
        let done = |ty| Some(Expr { kind: ExprKind::String(text.to_owned()), ty, span });
        let Some(hint) = hint else { return done(Some(FieldType::scalar(Scalar::Text))) };
        if hint.dimensions > 0 {
            let ty = kinds::describe(self.schema(), hint);
            let diagnostic = errors::string_for_array(self.misfit_code(), span, &ty, text);
            return self.report(diagnostic);
        }
        let misfit = match &hint.base {
            BaseType::Raw(_) => return done(Some(hint.clone())),
            BaseType::Enum(id) => {
                let values = &self.schema().enums[*id].values;
                return match values.iter().position(|value| value.stored == text) {
                    Some(place) => Some(Expr {
                        kind: ExprKind::EnumValue(*id, place),
                        ty: Some(hint.clone()),
                        span,
                    }),
                    None => self.report(errors::unknown_value(self.schema(), *id, text, span)),
                };
            }
            BaseType::Scalar(scalar, _) => match literals::text_fits(text, *scalar) {
                Ok(()) => {
                    return done(Some(FieldType::scalar(match kind(Some(hint)) {
                        Kind::Text(Scalar::Citext) => Scalar::Citext,
                        Kind::Text(_) => Scalar::Text,
                        _ => *scalar,
                    })));
                }
                Err(misfit) => misfit,
            },
        };
        let ty = kinds::describe(self.schema(), hint);
        let diagnostic = errors::misfit(self.misfit_code(), span, &ty, misfit);
        self.report(diagnostic)
    }

    pub(super) fn array(
        &mut self,
        items: &[tree::Expr],
        span: Span,
        hint: Option<&FieldType>,
    ) -> Option<Expr> {
        let of = hint.filter(|hint| hint.dimensions > 0);
        if let (Some(hint), None) = (hint, of)
            && !matches!(hint.base, BaseType::Raw(_))
        {
            let ty = kinds::describe(self.schema(), hint);
            let diagnostic = errors::array_for_scalar(self.misfit_code(), span, &ty);
            return self.report(diagnostic);
        }
        let item = of.map(kinds::element);
        let exprs: Vec<&tree::Expr> = items.iter().collect();
        let typed = self.alike(&exprs, item.as_ref())?;
        let ty = of.cloned().or_else(|| {
            let first = typed.first()?.ty.as_ref()?;
            Some(FieldType { base: first.base.clone(), dimensions: first.dimensions + 1 })
        });
        if let Some(element) = item.or_else(|| typed.first()?.ty.clone()) {
            for item in &typed {
                if !kinds::assignable(self.schema(), item.ty.as_ref(), &element) {
                    let found = errors::describe(self.schema(), item);
                    let wanted = kinds::describe(self.schema(), &element);
                    let code = self.misfit_code();
                    let diagnostic = errors::not_assignable(code, item.span, &found, &wanted, None);
                    return self.report(diagnostic);
                }
            }
        }
        Some(Expr { kind: ExprKind::Array(typed), ty, span })
    }
}
