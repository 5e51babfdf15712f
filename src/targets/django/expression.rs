//! How Django writes a typed expression: lookups in a `Q` where that says it, and otherwise functions,
//! lookups as expressions, and `Func` with PostgreSQL's own operators.
//!
//! The database has the constraint from the DDL. What stands here is what a form checks before it saves,
//! so it must give the same answer for every row, NULL included.

use std::collections::BTreeSet;

use crate::relational::{SqlNames, type_sql};
use crate::schema::functions::{FunctionForm, function_form};
use crate::schema::{
    BaseType, BinaryOperator, Category, EnumId, EnumStorage, Expr, ExprKind, FieldType, MemberId,
    Scalar, UnaryOperator,
};
use crate::targets::python::{Code, string};

/// The names that an expression needs in Django.
#[derive(Clone, Copy)]
pub struct DjangoNames<'a> {
    /// For casts.
    pub sql: SqlNames<'a>,
    /// The model's field of a member.
    pub field: &'a dyn Fn(MemberId) -> String,
    /// A value of an enum.
    pub enum_value: &'a dyn Fn(EnumId, usize) -> Code,
}

/// An expression in Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PyExpr {
    /// The expression; `models` is `django.db.models`.
    pub code: Code,
    /// What it needs beside `models`: module and name.
    pub imports: BTreeSet<(&'static str, &'static str)>,
    /// Whether it holds `sql "…"`, which Django can't evaluate for a row that is not saved.
    pub opaque: bool,
}

/// A condition, always a `Q`: for CHECKs, and the conditions of indexes and UNIQUEs.
pub fn condition(expr: &Expr, names: DjangoNames<'_>) -> PyExpr {
    let mut printer = Printer::new(names);
    let code = printer.condition(expr).into_q();
    printer.finish(code)
}

/// An expression of an index, a UNIQUE or a generated column.
pub fn value(expr: &Expr, names: DjangoNames<'_>) -> PyExpr {
    let mut printer = Printer::new(names);
    let code = match &expr.kind {
        ExprKind::Number(_) | ExprKind::Boolean(_) => {
            let value = printer.operand(expr);
            call("models.Value").with(value)
        }
        _ => printer.operand(expr),
    };
    printer.finish(code)
}

/// A default: a plain Python value where it is one, an expression elsewhere.
pub fn default(expr: &Expr, names: DjangoNames<'_>) -> PyExpr {
    let mut printer = Printer::new(names);
    let code = match printer.constant(expr, expr.ty.as_ref()) {
        Some(code) => code,
        None => printer.operand(expr),
    };
    printer.finish(code)
}

struct Printer<'a> {
    names: DjangoNames<'a>,
    imports: BTreeSet<(&'static str, &'static str)>,
    opaque: bool,
}

/// A condition on its way to a `Q`.
enum Condition {
    /// Lookups of different fields, which all hold: `price__gte=0`.
    Lookups(Vec<(String, Code)>),
    /// A `Q`, or several joined by an operator; the text binds as tightly as said.
    Q(Code),
    /// `Q(…) & Q(…)` on one line.
    Joined(String),
    /// An expression that is true or false.
    Expression(Code),
}

fn call(name: &str) -> Code {
    Code::call(name)
}

/// A condition no wider than this stays on one line with `&` and `|`; a wider one becomes one `Q` over
/// several, which can be broken. It is what a migration leaves: 88 columns, without the indentation of a
/// constraint's argument, `condition=` and a comma.
const JOINED_WIDTH: usize = 88 - 32 - 10 - 1;

impl Condition {
    fn into_q(self) -> Code {
        match self {
            Condition::Lookups(lookups) => {
                lookups.into_iter().fold(call("models.Q"), |q, (key, value)| q.keyword(&key, value))
            }
            Condition::Q(code) => code,
            Condition::Joined(text) => Code::text(text),
            Condition::Expression(code) => call("models.Q").with(code),
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

impl<'a> Printer<'a> {
    fn new(names: DjangoNames<'a>) -> Printer<'a> {
        Printer { names, imports: BTreeSet::new(), opaque: false }
    }

    fn finish(self, code: Code) -> PyExpr {
        PyExpr { code, imports: self.imports, opaque: self.opaque }
    }

    fn lookup_class(&mut self, name: &str) -> Code {
        self.imports.insert(("django.db.models", "lookups"));
        call(&format!("lookups.{name}"))
    }

    fn is_nullable(&self, member: MemberId) -> bool {
        match member {
            MemberId::Field(field) => self.names.sql.schema.fields[field].nullable,
            MemberId::Relation(relation) => {
                self.names.sql.schema.to_one(relation).is_none_or(|to_one| to_one.optional)
            }
        }
    }

    fn condition(&mut self, expr: &Expr) -> Condition {
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

    fn maybe_not(&mut self, negated: bool, key: String, value: Code) -> Condition {
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
        let parts: Vec<Condition> = parts.into_iter().map(|part| self.condition(part)).collect();
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

    /// `price >= 0` as `price__gte=0`, when one side is a field and the other a constant or a field.
    fn member_lookup(
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

    fn is_constant(&self, expr: &Expr) -> bool {
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
    fn constant(&mut self, expr: &Expr, of: Option<&FieldType>) -> Option<Code> {
        let scalar = match of.map(|ty| (&ty.base, ty.dimensions)) {
            Some((BaseType::Scalar(scalar, _), 0)) => Some(*scalar),
            _ => None,
        };
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
    fn number_value(&mut self, number: &str) -> Code {
        let value = self.number(number, None);
        if survives(number, Some(Scalar::Integer)) {
            value
        } else {
            call("models.Value").with(value)
        }
    }

    /// The expression as an operand of a function or a lookup.
    fn operand(&mut self, expr: &Expr) -> Code {
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

    /// A comparison that stands alone: one of Django's lookups, which read better than an operator.
    fn comparison(
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

    /// `F("price") * F("quantity") + 1`: numbers, with a field in every operation, so that Python leaves
    /// the computing to PostgreSQL.
    fn is_arithmetic(&self, expr: &Expr) -> bool {
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
                    ) && (both.0 == Some(Category::Integer) || base(a) == base(b))
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

    fn arithmetic(&mut self, expr: &Expr, binding: Binding) -> String {
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

    fn function(&mut self, expr: &Expr, function: &str, arguments: &[Expr]) -> Code {
        let ty = expr.ty.as_ref();
        let text_arguments = arguments.iter().all(|argument| {
            matches!(category(argument.ty.as_ref()), Some(Category::Text | Category::Integer))
        });
        let class = match (function, arguments.len()) {
            ("lower", 1) => Some("Lower"),
            ("upper", 1) => Some("Upper"),
            ("length" | "char_length" | "character_length", 1) => Some("Length"),
            ("reverse", 1) => Some("Reverse"),
            ("md5", 1) => Some("MD5"),
            ("trim" | "btrim", 1) => Some("Trim"),
            ("ltrim", 1) => Some("LTrim"),
            ("rtrim", 1) => Some("RTrim"),
            ("replace", 3) => Some("Replace"),
            ("strpos", 2) => Some("StrIndex"),
            _ => None,
        };
        let operands: Vec<Code> = arguments.iter().map(|argument| self.operand(argument)).collect();
        if let Some(class) = class
            && text_arguments
        {
            self.imports.insert(("django.db.models", "functions"));
            let plain = |(argument, code): (&Expr, Code)| match argument.kind {
                // A bare string is a field's name to them.
                ExprKind::Member(member) => Code::text(string(&(self.names.field)(member))),
                _ => code,
            };
            return arguments
                .iter()
                .zip(operands)
                .map(plain)
                .fold(call(&format!("functions.{class}")), Code::with);
        }
        let class = match function {
            "coalesce" if arguments.len() > 1 => Some("Coalesce"),
            "greatest" if arguments.len() > 1 => Some("Greatest"),
            "least" if arguments.len() > 1 => Some("Least"),
            "nullif" => Some("NullIf"),
            _ => None,
        };
        if let Some(class) = class {
            self.imports.insert(("django.db.models", "functions"));
            let field = self.output_field(ty);
            return operands
                .into_iter()
                .fold(call(&format!("functions.{class}")), Code::with)
                .keyword("output_field", field);
        }
        match function_form(function) {
            FunctionForm::Bare => {
                self.func(operands, Some(function), Some("%(function)s".to_owned()), None, ty)
            }
            FunctionForm::In => self.func(operands, Some(function), None, Some(" IN "), ty),
            FunctionForm::Call => self.func(operands, Some(function), None, None, ty),
        }
    }

    fn operator(&mut self, operands: Vec<Code>, joiner: &str, ty: Option<&FieldType>) -> Code {
        self.func(operands, None, Some("(%(expressions)s)".to_owned()), Some(joiner), ty)
    }

    fn cast(&mut self, operand: Code, ty: Option<&FieldType>) -> Code {
        let Some(ty) = ty else { return operand };
        let sql = type_sql(ty, self.names.sql).0.replace('%', "%%");
        self.func(vec![operand], None, Some(format!("(%(expressions)s)::{sql}")), None, Some(ty))
    }

    fn func(
        &mut self,
        operands: Vec<Code>,
        function: Option<&str>,
        template: Option<String>,
        joiner: Option<&str>,
        ty: Option<&FieldType>,
    ) -> Code {
        let mut code = operands.into_iter().fold(call("models.Func"), Code::with);
        if let Some(function) = function {
            code = code.keyword("function", Code::text(string(function)));
        }
        if let Some(joiner) = joiner {
            code = code.keyword("arg_joiner", Code::text(string(joiner)));
        }
        if let Some(template) = template {
            code = code.keyword("template", Code::text(string(&template)));
        }
        let field = self.output_field(ty);
        code.keyword("output_field", field)
    }

    /// A field that reads what PostgreSQL gives for the type; its options do not matter here.
    fn output_field(&mut self, ty: Option<&FieldType>) -> Code {
        let Some(ty) = ty else { return call("models.Field") };
        if ty.dimensions > 0 {
            let element = FieldType { base: ty.base.clone(), dimensions: ty.dimensions - 1 };
            let element = self.output_field(Some(&element));
            self.imports.insert(("django.contrib.postgres.fields", "ArrayField"));
            return call("ArrayField").with(element);
        }
        let scalar = match &ty.base {
            BaseType::Scalar(scalar, _) => *scalar,
            BaseType::Enum(id) => match &self.names.sql.schema.enums[*id].storage {
                EnumStorage::Checked(ty) => return self.output_field(Some(&ty.clone())),
                EnumStorage::NativeType => Scalar::Text,
            },
            BaseType::Raw(_) => return call("models.Field"),
        };
        call(match scalar {
            Scalar::Smallint => "models.SmallIntegerField",
            Scalar::Integer => "models.IntegerField",
            Scalar::Bigint => "models.BigIntegerField",
            Scalar::Numeric | Scalar::Money => "models.DecimalField",
            Scalar::Real | Scalar::DoublePrecision => "models.FloatField",
            Scalar::Boolean => "models.BooleanField",
            Scalar::Uuid => "models.UUIDField",
            Scalar::Bytea => "models.BinaryField",
            Scalar::Date => "models.DateField",
            Scalar::Time | Scalar::Timetz => "models.TimeField",
            Scalar::Timestamp | Scalar::Timestamptz => "models.DateTimeField",
            Scalar::Interval => "models.DurationField",
            Scalar::Json | Scalar::Jsonb => "models.JSONField",
            Scalar::Text | Scalar::Varchar | Scalar::Char | Scalar::Citext => "models.TextField",
            _ => "models.Field",
        })
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

/// How tightly an operator binds in Python.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Loose,
    Tight,
    Atom,
}

fn field_reference(name: &str) -> Code {
    call("models.F").with(Code::text(string(name)))
}

fn prefixed(prefix: &str, code: Code) -> Code {
    match code {
        Code::Brackets { before, kind, items, spread } => {
            Code::Brackets { before: format!("{prefix}{before}"), kind, items, spread }
        }
        other => Code::text(format!("{prefix}{}", other.flat())),
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

fn category(ty: Option<&FieldType>) -> Option<Category> {
    match ty {
        Some(FieldType { base: BaseType::Scalar(scalar, _), dimensions: 0 }) => {
            Some(scalar.category())
        }
        _ => None,
    }
}

fn base(expr: &Expr) -> Option<Scalar> {
    match &expr.ty {
        Some(FieldType { base: BaseType::Scalar(scalar, _), dimensions: 0 }) => Some(*scalar),
        _ => None,
    }
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
