//! Which operands an operator takes, and what it gives.

use crate::schema::functions::Volatility;
use crate::schema::{BinaryOperator, Expr, ExprKind, FieldType, Scalar};
use crate::source::Span;
use crate::syntax::tree;

use super::kinds::{self, Kind, kind};
use super::{Typing, errors};

impl Typing<'_> {
    pub(super) fn binary(
        &mut self,
        operator: BinaryOperator,
        operator_span: Span,
        left: &tree::Expr,
        right: &tree::Expr,
        span: Span,
        hint: Option<&FieldType>,
    ) -> Option<Expr> {
        use BinaryOperator::*;
        let boolean = Some(FieldType::scalar(Scalar::Boolean));
        let (left, right, ty) = match operator {
            Or | And => {
                let left = self.infer(left, boolean.as_ref()).and_then(|left| self.condition(left));
                let right =
                    self.infer(right, boolean.as_ref()).and_then(|right| self.condition(right));
                (left?, right?, boolean)
            }
            Equal | NotEqual | Less | LessOrEqual | Greater | GreaterOrEqual => {
                let (left, right) = self.pair(left, right, None)?;
                let ordered = !matches!(operator, Equal | NotEqual);
                if let Some(null) =
                    [&left, &right].into_iter().find(|side| matches!(side.kind, ExprKind::Null))
                {
                    let other = if std::ptr::eq(null, &left) { &right } else { &left };
                    let diagnostic = errors::comparison_with_null(operator, null, other, span);
                    return self.report(diagnostic);
                }
                self.comparison(&left, &right, operator_span, ordered)?;
                (left, right, boolean)
            }
            Like
            | NotLike
            | ILike
            | NotILike
            | Matches
            | MatchesIgnoringCase
            | NotMatches
            | NotMatchesIgnoringCase => {
                let text = FieldType::scalar(Scalar::Text);
                let left = self.infer(left, None);
                let right = self.infer(right, Some(&text));
                let (left, right) = (left?, right?);
                for side in [&left, &right] {
                    self.text_operand(side, operator_span)?;
                }
                (left, right, boolean)
            }
            Add | Subtract | Multiply | Divide | Modulo => {
                // A string beside a date is an interval, not another date.
                let (left, right) = self.arithmetic_pair(left, right, hint)?;
                let ty = match self.arithmetic(operator, &left, &right) {
                    Ok(ty) => ty,
                    Err(()) => return self.wrong_pair(operator_span, &left, &right),
                };
                (left, right, ty)
            }
            Concatenate => {
                let (left, right) = self.pair(left, right, None)?;
                let ty = match (kind(left.ty.as_ref()), kind(right.ty.as_ref())) {
                    (Kind::Unknown, _) | (_, Kind::Unknown) => None,
                    (Kind::Text(_) | Kind::Enum(_), Kind::Text(_) | Kind::Enum(_)) => {
                        self.text_operand(&left, operator_span)?;
                        self.text_operand(&right, operator_span)?;
                        Some(FieldType::scalar(Scalar::Text))
                    }
                    (Kind::Array, _) => left.ty.clone(),
                    (_, Kind::Array) => right.ty.clone(),
                    (Kind::Other(one), Kind::Other(other))
                        if one == other
                            && matches!(
                                one,
                                Scalar::Jsonb
                                    | Scalar::Bytea
                                    | Scalar::Tsvector
                                    | Scalar::Tsquery
                                    | Scalar::Hstore
                                    | Scalar::Bit
                                    | Scalar::Varbit
                            ) =>
                    {
                        left.ty.clone()
                    }
                    _ => return self.wrong_pair(operator_span, &left, &right),
                };
                (left, right, ty)
            }
            Contains | ContainedBy | Overlaps => {
                let (left, right) = self.pair(left, right, None)?;
                let fits = match (kind(left.ty.as_ref()), kind(right.ty.as_ref())) {
                    (Kind::Unknown, _) | (_, Kind::Unknown) => true,
                    (Kind::Array, Kind::Array) => {
                        kinds::comparable(self.schema(), left.ty.as_ref(), right.ty.as_ref())
                    }
                    (Kind::Range(one), Kind::Range(other)) => {
                        kinds::bound(one) == kinds::bound(other)
                    }
                    (Kind::Range(range), _) if operator == Contains => {
                        let bound = FieldType::scalar(kinds::bound(range));
                        kinds::comparable(self.schema(), Some(&bound), right.ty.as_ref())
                    }
                    (_, Kind::Range(range)) if operator == ContainedBy => {
                        let bound = FieldType::scalar(kinds::bound(range));
                        kinds::comparable(self.schema(), Some(&bound), left.ty.as_ref())
                    }
                    (Kind::Other(one), Kind::Other(other)) => match one {
                        Scalar::Jsonb | Scalar::Hstore => one == other && operator != Overlaps,
                        Scalar::Point
                        | Scalar::Box
                        | Scalar::Polygon
                        | Scalar::Circle
                        | Scalar::Path
                        | Scalar::Lseg
                        | Scalar::Line => true,
                        Scalar::Tsquery => one == other,
                        Scalar::Inet | Scalar::Cidr => operator == Overlaps,
                        _ => false,
                    },
                    _ => false,
                };
                if !fits {
                    return self.wrong_pair(operator_span, &left, &right);
                }
                (left, right, boolean)
            }
            JsonGet | JsonGetText => {
                let text = FieldType::scalar(Scalar::Text);
                let left = self.infer(left, None);
                let right = self.infer(right, Some(&text));
                let (left, right) = (left?, right?);
                let ty = match (kind(left.ty.as_ref()), kind(right.ty.as_ref()), operator) {
                    (Kind::Unknown, _, _) => None,
                    (
                        Kind::Other(Scalar::Json | Scalar::Jsonb),
                        Kind::Text(_) | Kind::Number(_) | Kind::Unknown,
                        JsonGetText,
                    )
                    | (Kind::Other(Scalar::Hstore), Kind::Text(_), JsonGet) => Some(text),
                    (
                        Kind::Other(Scalar::Json | Scalar::Jsonb),
                        Kind::Text(_) | Kind::Number(_) | Kind::Unknown,
                        _,
                    ) => left.ty.clone(),
                    _ => return self.wrong_pair(operator_span, &left, &right),
                };
                (left, right, ty)
            }
        };
        let kind = ExprKind::Binary { operator, left: Box::new(left), right: Box::new(right) };
        Some(Expr { kind, ty, span })
    }

    /// Two values that are compared.
    pub(super) fn comparison(
        &mut self,
        left: &Expr,
        right: &Expr,
        span: Span,
        ordered: bool,
    ) -> Option<()> {
        let (one, other) = (left.ty.as_ref(), right.ty.as_ref());
        if !kinds::comparable(self.schema(), one, other) {
            self.wrong_pair(span, left, right);
            return None;
        }
        for side in [left, right] {
            let ty = side.ty.as_ref();
            if if ordered { !kinds::has_order(ty) } else { !kinds::has_equality(ty) } {
                let found = errors::describe(self.schema(), side);
                self.report(errors::not_comparable(side.span, &found, ordered));
                return None;
            }
        }
        if kinds::depends_on_zone(one, other) {
            let what = "comparing a `timestamptz` with a time that has no zone".to_owned();
            self.unsteady.push((span, what, Volatility::Stable));
        }
        Some(())
    }

    fn pair(
        &mut self,
        left: &tree::Expr,
        right: &tree::Expr,
        hint: Option<&FieldType>,
    ) -> Option<(Expr, Expr)> {
        let mut typed = self.alike(&[left, right], hint)?;
        let right = typed.pop()?;
        Some((typed.pop()?, right))
    }

    fn arithmetic_pair(
        &mut self,
        left: &tree::Expr,
        right: &tree::Expr,
        hint: Option<&FieldType>,
    ) -> Option<(Expr, Expr)> {
        let interval = FieldType::scalar(Scalar::Interval);
        let own = |typing: &mut Self, expr: &tree::Expr| typing.infer(expr, None);
        let beside = |typing: &mut Self, expr: &tree::Expr, other: &Expr| {
            let hint = match kind(other.ty.as_ref()) {
                Kind::Instant(_) | Kind::Other(Scalar::Time | Scalar::Timetz) => Some(&interval),
                // `payload - "key"`
                Kind::Other(Scalar::Jsonb | Scalar::Hstore) => None,
                _ => other.ty.as_ref().or(hint),
            };
            typing.infer(expr, hint)
        };
        match (self.is_flexible(left), self.is_flexible(right)) {
            (true, false) => {
                let right = own(self, right)?;
                Some((beside(self, left, &right)?, right))
            }
            (false, true) => {
                let left = own(self, left)?;
                let right = beside(self, right, &left)?;
                Some((left, right))
            }
            _ => {
                let (left, right) = (own(self, left), own(self, right));
                Some((left?, right?))
            }
        }
    }

    /// The type of `left OPERATOR right`; an error when PostgreSQL has no such operator.
    fn arithmetic(
        &mut self,
        operator: BinaryOperator,
        left: &Expr,
        right: &Expr,
    ) -> Result<Option<FieldType>, ()> {
        use BinaryOperator::{Add, Divide, Modulo, Multiply, Subtract};
        use Scalar::*;
        let one = kind(left.ty.as_ref());
        let other = kind(right.ty.as_ref());
        let scalar = |scalar| Ok(Some(FieldType::scalar(scalar)));
        match (operator, one, other) {
            (_, Kind::Unknown, _) | (_, _, Kind::Unknown) => Ok(None),
            (Modulo, Kind::Number(Real | DoublePrecision), Kind::Number(_))
            | (Modulo, Kind::Number(_), Kind::Number(Real | DoublePrecision)) => Err(()),
            (_, Kind::Number(one), Kind::Number(other)) => scalar(kinds::wider(one, other)),
            (Add | Subtract, Kind::Instant(Date), Kind::Number(Smallint | Integer))
            | (Add, Kind::Number(Smallint | Integer), Kind::Instant(Date)) => scalar(Date),
            (Subtract, Kind::Instant(Date), Kind::Instant(Date)) => scalar(Integer),
            (Subtract, Kind::Instant(_), Kind::Instant(_)) => {
                if kinds::depends_on_zone(left.ty.as_ref(), right.ty.as_ref()) {
                    let what = "the time between a `timestamptz` and a time that has no zone";
                    self.unsteady.push((left.span, what.to_owned(), Volatility::Stable));
                }
                scalar(Interval)
            }
            (Add | Subtract, Kind::Instant(instant), Kind::Other(Interval))
            | (Add, Kind::Other(Interval), Kind::Instant(instant)) => {
                if instant == Timestamptz {
                    let what = "a `timestamptz` moved by an interval (a day has 23 to 25 hours)";
                    self.unsteady.push((left.span, what.to_owned(), Volatility::Stable));
                }
                scalar(if instant == Date { Timestamp } else { instant })
            }
            (Add | Subtract, Kind::Other(time @ (Time | Timetz)), Kind::Other(Interval)) => {
                scalar(time)
            }
            (Subtract, Kind::Other(Time), Kind::Other(Time)) => scalar(Interval),
            (Add, Kind::Instant(Date), Kind::Other(Time)) => scalar(Timestamp),
            (Add, Kind::Instant(Date), Kind::Other(Timetz)) => scalar(Timestamptz),
            (Add | Subtract, Kind::Other(Interval), Kind::Other(Interval)) => scalar(Interval),
            (Multiply | Divide, Kind::Other(Interval), Kind::Number(_))
            | (Multiply, Kind::Number(_), Kind::Other(Interval)) => scalar(Interval),
            (Add | Subtract, Kind::Other(Money), Kind::Other(Money)) => scalar(Money),
            (Multiply | Divide, Kind::Other(Money), Kind::Number(_))
            | (Multiply, Kind::Number(_), Kind::Other(Money)) => scalar(Money),
            (Divide, Kind::Other(Money), Kind::Other(Money)) => scalar(DoublePrecision),
            (Add | Subtract | Multiply, Kind::Range(one), Kind::Range(other)) if one == other => {
                Ok(left.ty.clone())
            }
            (Subtract, Kind::Other(Jsonb), Kind::Text(_) | Kind::Number(_) | Kind::Array)
            | (Subtract, Kind::Other(Hstore), Kind::Text(_) | Kind::Array)
            | (Add | Subtract, Kind::Other(Inet), Kind::Number(_)) => Ok(left.ty.clone()),
            (Subtract, Kind::Other(Inet), Kind::Other(Inet)) => scalar(Bigint),
            _ => Err(()),
        }
    }

    fn text_operand(&mut self, side: &Expr, span: Span) -> Option<()> {
        let fits = match kind(side.ty.as_ref()) {
            Kind::Text(_) | Kind::Unknown => true,
            Kind::Enum(id) => kinds::is_stored_as_text(self.schema(), id),
            _ => false,
        };
        if fits {
            return Some(());
        }
        let found = errors::describe(self.schema(), side);
        self.report(errors::not_text(span, side.span, &found));
        None
    }

    fn wrong_pair(&mut self, span: Span, left: &Expr, right: &Expr) -> Option<Expr> {
        let schema = self.schema();
        let (one, other) = (errors::describe(schema, left), errors::describe(schema, right));
        self.report(errors::operands(span, left.span, &one, right.span, &other))
    }
}
