//! How PostgreSQL writes a typed expression: its own precedence, as few parentheses as read well, and a
//! cast wherever a literal alone would be read as another type.

use crate::quoting::quote_literal;
use crate::schema::functions::{FunctionForm, function_form};
use crate::schema::{
    BaseType, BinaryOperator, Category, EnumId, EnumStorage, Expr, ExprKind, FieldType, MemberId,
    Scalar, Schema, TypeArguments, UnaryOperator,
};

use super::{ColumnType, Sql};

/// The names that an expression needs in the database.
#[derive(Clone, Copy)]
pub struct SqlNames<'a> {
    /// The program.
    pub schema: &'a Schema,
    /// The column of a field, or of a relation that has one; quoted where it must be.
    pub column: &'a dyn Fn(MemberId) -> String,
    /// The type of an enum that is stored as one; qualified, and quoted where it must be.
    pub enum_type: &'a dyn Fn(EnumId) -> String,
}

/// The expression in SQL, without parentheses around the whole.
pub fn expression_sql(expr: &Expr, names: SqlNames<'_>) -> Sql {
    let mut out = String::new();
    print(expr, names, Level::Or, &mut out);
    Sql(out)
}

/// The type in SQL: `numeric(12, 2)`, `text[]`, `shop.kind`.
pub fn type_sql(ty: &FieldType, names: SqlNames<'_>) -> ColumnType {
    let mut out = match &ty.base {
        BaseType::Scalar(scalar, TypeArguments::None) => scalar.sql().to_owned(),
        BaseType::Scalar(scalar, TypeArguments::Length(length)) => {
            format!("{}({length})", scalar.sql())
        }
        BaseType::Scalar(scalar, TypeArguments::Precision(precision, scale)) => {
            format!("{}({precision}, {scale})", scalar.sql())
        }
        BaseType::Enum(id) => match &names.schema.enums[*id].storage {
            EnumStorage::Checked(storage) => type_sql(storage, names).0.into(),
            EnumStorage::NativeType => (names.enum_type)(*id),
        },
        BaseType::Raw(text) => text.to_string(),
    };
    for _ in 0..ty.dimensions {
        out.push_str("[]");
    }
    ColumnType(out.into())
}

/// What binds how tightly, loosest first; the table of operator precedence in PostgreSQL's manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Is,
    Comparison,
    Pattern,
    Other,
    Additive,
    Multiplicative,
    Negation,
    Cast,
    Atom,
}

impl Level {
    fn tighter(self) -> Level {
        match self {
            Level::Or => Level::And,
            Level::And => Level::Not,
            Level::Not => Level::Is,
            Level::Is => Level::Comparison,
            Level::Comparison => Level::Pattern,
            Level::Pattern => Level::Other,
            Level::Other => Level::Additive,
            Level::Additive => Level::Multiplicative,
            Level::Multiplicative => Level::Negation,
            Level::Negation => Level::Cast,
            Level::Cast | Level::Atom => Level::Atom,
        }
    }
}

fn level_of(expr: &Expr) -> Level {
    match &expr.kind {
        ExprKind::Number(_)
        | ExprKind::Boolean(_)
        | ExprKind::Null
        | ExprKind::Member(_)
        | ExprKind::Call { .. } => Level::Atom,
        // Each may end in a cast, which nothing but another cast can take apart.
        ExprKind::String(_)
        | ExprKind::EnumValue(..)
        | ExprKind::Array(_)
        | ExprKind::Cast { .. } => Level::Cast,
        ExprKind::Unary { operator: UnaryOperator::Negate, .. } => Level::Negation,
        ExprKind::Unary { operator: UnaryOperator::Not, .. } => Level::Not,
        ExprKind::Binary { operator, .. } => operator_sql(*operator).1,
        ExprKind::IsNull { .. } => Level::Is,
        ExprKind::In { .. } | ExprKind::Between { .. } => Level::Pattern,
        // It may be anything.
        ExprKind::Sql(_) => Level::Or,
    }
}

fn operator_sql(operator: BinaryOperator) -> (&'static str, Level) {
    match operator {
        BinaryOperator::Or => ("OR", Level::Or),
        BinaryOperator::And => ("AND", Level::And),
        BinaryOperator::Equal => ("=", Level::Comparison),
        BinaryOperator::NotEqual => ("<>", Level::Comparison),
        BinaryOperator::Less => ("<", Level::Comparison),
        BinaryOperator::LessOrEqual => ("<=", Level::Comparison),
        BinaryOperator::Greater => (">", Level::Comparison),
        BinaryOperator::GreaterOrEqual => (">=", Level::Comparison),
        BinaryOperator::Like => ("LIKE", Level::Pattern),
        BinaryOperator::NotLike => ("NOT LIKE", Level::Pattern),
        BinaryOperator::ILike => ("ILIKE", Level::Pattern),
        BinaryOperator::NotILike => ("NOT ILIKE", Level::Pattern),
        BinaryOperator::Matches => ("~", Level::Other),
        BinaryOperator::MatchesIgnoringCase => ("~*", Level::Other),
        BinaryOperator::NotMatches => ("!~", Level::Other),
        BinaryOperator::NotMatchesIgnoringCase => ("!~*", Level::Other),
        BinaryOperator::Concatenate => ("||", Level::Other),
        BinaryOperator::Contains => ("@>", Level::Other),
        BinaryOperator::ContainedBy => ("<@", Level::Other),
        BinaryOperator::Overlaps => ("&&", Level::Other),
        BinaryOperator::JsonGet => ("->", Level::Other),
        BinaryOperator::JsonGetText => ("->>", Level::Other),
        BinaryOperator::Add => ("+", Level::Additive),
        BinaryOperator::Subtract => ("-", Level::Additive),
        BinaryOperator::Multiply => ("*", Level::Multiplicative),
        BinaryOperator::Divide => ("/", Level::Multiplicative),
        BinaryOperator::Modulo => ("%", Level::Multiplicative),
    }
}

fn print(expr: &Expr, names: SqlNames<'_>, least: Level, out: &mut String) {
    // `sql "…"` stands alone as it is, and in parentheses inside of anything.
    if level_of(expr) < least || (matches!(expr.kind, ExprKind::Sql(_)) && least > Level::Or) {
        out.push('(');
        print(expr, names, Level::Or, out);
        out.push(')');
        return;
    }
    match &expr.kind {
        ExprKind::Number(number) => out.push_str(number),
        ExprKind::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        ExprKind::Null => out.push_str("NULL"),
        ExprKind::Sql(text) => {
            out.push_str(text);
            // A comment in it ends with its line, not with what follows here.
            if text.contains("--") {
                out.push('\n');
            }
        }
        ExprKind::Member(member) => out.push_str(&(names.column)(*member)),
        ExprKind::String(text) => {
            out.push_str(&quote_literal(text));
            if let Some(ty) = &expr.ty
                && !is_read_as(ty, names.schema, Category::Text)
            {
                push_cast(ty, names, out);
            }
        }
        ExprKind::EnumValue(id, value) => print_enum_value(*id, *value, names, out),
        ExprKind::Call { function, arguments } => print_call(function, arguments, names, out),
        ExprKind::Unary { operator: UnaryOperator::Negate, operand } => {
            out.push('-');
            print(operand, names, Level::Cast, out);
        }
        ExprKind::Unary { operator: UnaryOperator::Not, operand } => {
            out.push_str("NOT ");
            print(operand, names, Level::Cast, out);
        }
        ExprKind::Binary { operator, left, right } => {
            let (text, level) = operator_sql(*operator);
            // Comparisons and LIKE stand alone; the others group to the left, and AND and OR anyhow.
            let (before, after) = match level {
                Level::Or | Level::And => (level, level),
                Level::Comparison | Level::Pattern => (level.tighter(), level.tighter()),
                _ => (level, level.tighter()),
            };
            print(left, names, before, out);
            out.push(' ');
            out.push_str(text);
            out.push(' ');
            print(right, names, after, out);
        }
        ExprKind::IsNull { operand, negated } => {
            print(operand, names, Level::Other, out);
            out.push_str(if *negated { " IS NOT NULL" } else { " IS NULL" });
        }
        ExprKind::In { operand, list, negated } => {
            print(operand, names, Level::Other, out);
            out.push_str(if *negated { " NOT IN (" } else { " IN (" });
            print_list(list, names, out);
            out.push(')');
        }
        ExprKind::Between { operand, low, high, negated } => {
            print(operand, names, Level::Other, out);
            out.push_str(if *negated { " NOT BETWEEN " } else { " BETWEEN " });
            print(low, names, Level::Other, out);
            out.push_str(" AND ");
            print(high, names, Level::Other, out);
        }
        ExprKind::Array(items) => {
            if items.is_empty() {
                out.push_str("'{}'");
            } else {
                out.push_str("ARRAY[");
                print_list(items, names, out);
                out.push(']');
            }
            if let Some(ty) = &expr.ty {
                push_cast(ty, names, out);
            }
        }
        ExprKind::Cast { operand, ty } => {
            print(operand, names, Level::Cast, out);
            push_cast(ty, names, out);
        }
    }
}

fn print_list(items: &[Expr], names: SqlNames<'_>, out: &mut String) {
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push_str(", ");
        }
        print(item, names, Level::Or, out);
    }
}

fn print_call(function: &str, arguments: &[Expr], names: SqlNames<'_>, out: &mut String) {
    out.push_str(function);
    match (function_form(function), arguments) {
        (FunctionForm::Bare, _) => {}
        (FunctionForm::In, [what, whole]) => {
            out.push('(');
            print(what, names, Level::Other, out);
            out.push_str(" IN ");
            print(whole, names, Level::Other, out);
            out.push(')');
        }
        (FunctionForm::In | FunctionForm::Call, _) => {
            out.push('(');
            print_list(arguments, names, out);
            out.push(')');
        }
    }
}

fn print_enum_value(id: EnumId, value: usize, names: SqlNames<'_>, out: &mut String) {
    let declared = &names.schema.enums[id];
    let stored = &declared.values[value].stored;
    match &declared.storage {
        EnumStorage::Checked(storage) if is_read_as(storage, names.schema, Category::Integer) => {
            out.push_str(stored);
        }
        EnumStorage::Checked(_) => out.push_str(&quote_literal(stored)),
        EnumStorage::NativeType => {
            out.push_str(&quote_literal(stored));
            out.push_str("::");
            out.push_str(&(names.enum_type)(id));
        }
    }
}

fn push_cast(ty: &FieldType, names: SqlNames<'_>, out: &mut String) {
    out.push_str("::");
    out.push_str(&type_sql(ty, names).0);
}

/// Whether a type is one of the category, an enum by what it is stored as.
fn is_read_as(ty: &FieldType, schema: &Schema, category: Category) -> bool {
    if ty.dimensions > 0 {
        return false;
    }
    match &ty.base {
        BaseType::Scalar(Scalar::Citext, _) => false,
        BaseType::Scalar(scalar, _) => scalar.category() == category,
        BaseType::Enum(id) => match &schema.enums[*id].storage {
            EnumStorage::Checked(storage) => is_read_as(storage, schema, category),
            EnumStorage::NativeType => false,
        },
        BaseType::Raw(_) => false,
    }
}
