//! From an expression as written to a typed [`Expr`].
//!
//! A string, `null` or the bare name of an enum's value takes its type from what it meets; so an operand
//! that has a type of its own is read before one that has not.

mod calls;
mod errors;
mod kinds;
mod literals;
mod operators;

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::functions::{FunctionForm, Volatility, function_form};
use crate::schema::{
    BaseType, EnumId, Expr, ExprKind, FieldType, MemberId, Reference, RelationId, Scalar, Schema,
    UnaryOperator,
};
use crate::source::Span;
use crate::syntax::tree;

use super::names::Meaning;
use super::scope::Scope;
use super::types::resolve_type;
pub(crate) use kinds::describe as describe_type;
use kinds::{Kind, kind};

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

/// The type of the one column that a member stands for; `None` when it has several, or the program is
/// broken there.
pub(crate) fn member_type(schema: &Schema, member: MemberId) -> Option<FieldType> {
    let mut member = member;
    // A key may be a relation, whose target's key may be one; a circle of them is an error elsewhere.
    for _ in 0..=schema.relations.len() {
        match member {
            MemberId::Field(field) => return Some(schema.fields[field].ty.clone()),
            MemberId::Relation(relation) => member = referred_member(schema, relation)?,
        }
    }
    None
}

/// The one member of the target that a relation's own column refers to.
fn referred_member(schema: &Schema, relation: RelationId) -> Option<MemberId> {
    let to_one = schema.to_one(relation)?;
    let shared = |member: &MemberId| match member {
        MemberId::Relation(id) => to_one.within.iter().any(|pair| pair.there == *id),
        MemberId::Field(_) => false,
    };
    let mut own = match &to_one.references {
        Reference::Key => schema.entities[schema.relations[relation].target].key.clone(),
        Reference::Fields(fields) => fields.iter().copied().map(MemberId::Field).collect(),
    };
    own.retain(|member| !shared(member));
    match own.as_slice() {
        [member] => Some(*member),
        _ => None,
    }
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
                let operand = Box::new(self.infer(operand, None)?);
                done(ExprKind::IsNull { operand, negated: *negated }, boolean())
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

    fn literal(
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

    fn array(
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

    fn path(&mut self, names: &[tree::Name], span: Span, hint: Option<&FieldType>) -> Option<Expr> {
        let value = |id: EnumId, place: usize| {
            let ty = FieldType { base: BaseType::Enum(id), dimensions: 0 };
            Some(Expr { kind: ExprKind::EnumValue(id, place), ty: Some(ty), span })
        };
        let (enumeration, name) = match names {
            [name] => return self.name(name, hint, value),
            [enumeration, name] => (tree::Path { module: None, name: enumeration.clone() }, name),
            [module, enumeration, name] => {
                (tree::Path { module: Some(module.clone()), name: enumeration.clone() }, name)
            }
            _ => return self.report(errors::too_long_a_path(span)),
        };
        match self.scope.enumeration(&enumeration) {
            Meaning::Is(id) => {
                let values = &self.schema().enums[id].values;
                match values.iter().position(|value| value.name == name.text) {
                    Some(place) => value(id, place),
                    None => {
                        self.report(errors::unknown_value(self.schema(), id, &name.text, name.span))
                    }
                }
            }
            Meaning::Broken => None,
            Meaning::Unknown => match self.scope.member(&names[0].text) {
                Meaning::Broken => None,
                Meaning::Is(_) => self.report(errors::another_row(span, &names[0].text)),
                Meaning::Unknown => {
                    let near: Vec<&str> = self.scope.names.enum_names(self.scope.module).collect();
                    self.report(errors::unknown_enum(&enumeration, &near))
                }
            },
        }
    }

    /// A name alone: a column, then a value of the enum that it meets, then a word such as
    /// `current_date`.
    fn name(
        &mut self,
        name: &tree::Name,
        hint: Option<&FieldType>,
        value: impl Fn(EnumId, usize) -> Option<Expr>,
    ) -> Option<Expr> {
        let schema = self.schema();
        let hinted = hint.and_then(|hint| match &hint.base {
            BaseType::Enum(id) => Some(*id),
            BaseType::Scalar(..) | BaseType::Raw(_) => None,
        });
        let place = hinted.and_then(|id| {
            let values = &schema.enums[id].values;
            Some((id, values.iter().position(|value| value.name == name.text)?))
        });
        let is_default = matches!(self.expected, Expected::Default(_));
        match (self.scope.member(&name.text), place) {
            // A default can't read a column, so there the name can only be the value.
            (_, Some((id, place))) if is_default => value(id, place),
            (Meaning::Is(_), _) if is_default => {
                self.report(errors::column_in_default(name, hinted.is_some()))
            }
            (Meaning::Is(member), _) => match member_type(schema, member) {
                Some(ty) => {
                    Some(Expr { kind: ExprKind::Member(member), ty: Some(ty), span: name.span })
                }
                None => self.several_columns(member, name),
            },
            (Meaning::Broken, _) => None,
            (Meaning::Unknown, Some((id, place))) => value(id, place),
            (Meaning::Unknown, None) if function_form(&name.text) == FunctionForm::Bare => {
                self.call(name, &[], name.span, hint)
            }
            (Meaning::Unknown, None) => {
                let diagnostic = errors::unknown_name(self.scope, name, hinted, is_default);
                self.report(diagnostic)
            }
        }
    }

    fn several_columns(&mut self, member: MemberId, name: &tree::Name) -> Option<Expr> {
        let many = match member {
            MemberId::Relation(relation) => self.schema().many_to_many(relation).is_some(),
            MemberId::Field(_) => false,
        };
        self.report(errors::no_single_column(name, many))
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
