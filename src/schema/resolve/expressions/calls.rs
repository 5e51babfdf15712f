//! Calls: which row of the table of functions is meant, and whether its arguments fit.

use crate::schema::functions::{self, Function, Parameter, Returns, Volatility};
use crate::schema::{Expr, ExprKind, FieldType, Scalar};
use crate::source::Span;
use crate::syntax::tree;

use super::kinds::{self, Kind, kind};
use super::{Typing, errors};

impl Typing<'_> {
    pub(super) fn call(
        &mut self,
        name: &tree::Name,
        arguments: &[tree::Expr],
        span: Span,
        hint: Option<&FieldType>,
    ) -> Option<Expr> {
        let rows: Vec<&Function> = functions::functions(&name.text).collect();
        if rows.is_empty() {
            return self.report(errors::unknown_function(name));
        }
        let fitting: Vec<&Function> =
            rows.iter().copied().filter(|row| row.takes(arguments.len())).collect();
        if fitting.is_empty() {
            return self.report(errors::argument_count(name, span, arguments.len(), &rows));
        }
        let arguments = self.arguments(&fitting, arguments, hint)?;
        let Some(row) = fitting.iter().find(|row| self.accepts(row, &arguments)) else {
            let found: Vec<String> =
                arguments.iter().map(|arg| errors::describe(self.schema(), arg)).collect();
            let spans: Vec<Span> = arguments.iter().map(|argument| argument.span).collect();
            return self.report(errors::wrong_arguments(name, &spans, &found, &fitting));
        };
        if row.volatility > Volatility::Immutable {
            self.unsteady.push((span, format!("`{}`", row.signature()), row.volatility));
        }
        for (place, argument) in arguments.iter().enumerate() {
            if let Some(Parameter::Type(to)) = row.parameter(place) {
                let to = FieldType::scalar(to);
                if kinds::depends_on_zone(argument.ty.as_ref(), Some(&to)) {
                    let what = "reading a time without zone as a `timestamptz`".to_owned();
                    self.unsteady.push((argument.span, what, Volatility::Stable));
                }
            }
        }
        let ty = returned(row, &arguments);
        let kind = ExprKind::Call { function: row.name.into(), arguments };
        Some(Expr { kind, ty, span })
    }

    /// The arguments, each read as what all rows that are left ask of it.
    fn arguments(
        &mut self,
        rows: &[&Function],
        arguments: &[tree::Expr],
        hint: Option<&FieldType>,
    ) -> Option<Vec<Expr>> {
        let asks_same =
            |place: usize| rows.iter().all(|row| row.parameter(place) == Some(Parameter::Same));
        if (0..arguments.len()).all(asks_same) {
            let arguments: Vec<&tree::Expr> = arguments.iter().collect();
            let all_flexible = arguments.iter().all(|argument| self.is_flexible(argument));
            let typed = self.alike(&arguments, hint.filter(|_| all_flexible))?;
            for argument in typed.iter().skip(1) {
                self.comparison(&typed[0], argument, argument.span, false)?;
            }
            return Some(typed);
        }
        let mut typed: Vec<Option<Expr>> = Vec::new();
        for (place, argument) in arguments.iter().enumerate() {
            let first = typed.first().and_then(|first| first.as_ref()?.ty.clone());
            let mut asked = rows.iter().map(|row| match row.parameter(place) {
                Some(Parameter::Type(scalar)) => Some(FieldType::scalar(scalar)),
                Some(Parameter::Element) => first.as_ref().map(kinds::element),
                _ => None,
            });
            let one = asked.next().flatten();
            let hint = if asked.all(|other| other == one) { one } else { None };
            let hint = hint.filter(|_| self.is_flexible(argument));
            typed.push(self.infer(argument, hint.as_ref()));
        }
        typed.into_iter().collect()
    }

    fn accepts(&self, row: &Function, arguments: &[Expr]) -> bool {
        arguments.iter().enumerate().all(|(place, argument)| {
            let ty = argument.ty.as_ref();
            let is = kind(ty);
            if is == Kind::Unknown && !matches!(row.parameter(place), Some(Parameter::Literal)) {
                return true;
            }
            match row.parameter(place) {
                None => false,
                Some(Parameter::Any | Parameter::Same) => true,
                Some(Parameter::Number) => matches!(is, Kind::Number(_)),
                Some(Parameter::Exact) => is_exact(is),
                Some(Parameter::Range) => matches!(is, Kind::Range(_)),
                Some(Parameter::Array) => is == Kind::Array,
                Some(Parameter::Element) => {
                    let element = arguments.first().and_then(|first| first.ty.as_ref());
                    let element = element.map(kinds::element);
                    kinds::comparable(self.schema(), element.as_ref(), ty)
                }
                Some(Parameter::Literal) => matches!(argument.kind, ExprKind::String(_)),
                Some(Parameter::Type(wanted)) => self.accepts_as(is, wanted),
            }
        })
    }

    /// PostgreSQL's implicit casts, as far as the table asks for them.
    fn accepts_as(&self, is: Kind, wanted: Scalar) -> bool {
        match (is, kind(Some(&FieldType::scalar(wanted)))) {
            (Kind::Enum(id), Kind::Text(_)) => kinds::is_stored_as_text(self.schema(), id),
            (Kind::Text(_), Kind::Text(_)) => true,
            (Kind::Number(is), Kind::Number(wanted)) => kinds::wider(is, wanted) == wanted,
            // A date is read as either; `timestamptz` is what PostgreSQL prefers.
            (Kind::Instant(Scalar::Date), Kind::Instant(Scalar::Timestamptz)) => true,
            (Kind::Instant(is), Kind::Instant(wanted)) => is == wanted,
            (Kind::Other(Scalar::Cidr), Kind::Other(Scalar::Inet)) => true,
            (is, wanted) => is == wanted,
        }
    }
}

fn is_exact(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Number(Scalar::Smallint | Scalar::Integer | Scalar::Bigint | Scalar::Numeric)
    )
}

fn returned(row: &Function, arguments: &[Expr]) -> Option<FieldType> {
    let first = arguments.first().and_then(|first| first.ty.clone());
    match row.returns {
        Returns::Type(scalar) => Some(FieldType::scalar(scalar)),
        Returns::TextArray => Some(FieldType { dimensions: 1, ..FieldType::scalar(Scalar::Text) }),
        Returns::First => first,
        Returns::Bound => match kind(first.as_ref()) {
            Kind::Range(range) => Some(FieldType::scalar(kinds::bound(range))),
            _ => None,
        },
        Returns::Fraction => {
            let numeric = arguments
                .iter()
                .any(|argument| kind(argument.ty.as_ref()) == Kind::Number(Scalar::Numeric));
            Some(FieldType::scalar(if numeric { Scalar::Numeric } else { Scalar::DoublePrecision }))
        }
        Returns::Common => arguments.iter().find_map(|argument| argument.ty.clone()),
    }
}

/// Why a cast gives something else in another session, when it does.
pub(super) fn unsteady_cast(from: Kind, to: Kind) -> Option<&'static str> {
    use Scalar::{Interval, Time, Timestamptz, Timetz};
    match (from, to) {
        (Kind::Instant(from), Kind::Instant(to))
            if (from == Timestamptz) != (to == Timestamptz) =>
        {
            Some("a cast that depends on the time zone")
        }
        (Kind::Instant(Timestamptz), Kind::Other(Time | Timetz))
        | (Kind::Other(Time), Kind::Other(Timetz)) => Some("a cast that depends on the time zone"),
        (Kind::Instant(_), Kind::Text(_)) | (Kind::Text(_), Kind::Instant(_)) => {
            Some("a cast that depends on the format of dates")
        }
        (Kind::Text(_), Kind::Other(Time | Timetz | Interval)) => {
            Some("a cast that depends on the format of dates")
        }
        (Kind::Array, Kind::Text(_)) | (Kind::Enum(_), Kind::Text(_)) => {
            Some("a cast to text that PostgreSQL does not call immutable")
        }
        _ => None,
    }
}
