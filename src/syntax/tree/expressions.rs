//! What stands inside of members: types, literals and expressions.

use smol_str::SmolStr;

use super::{Name, Path, Text};
use crate::source::Span;

/// A type as written: `varchar(80)`, `text[]`, `PostKind`, `raw "ltree"`.
#[derive(Debug, Clone)]
pub struct TypeRef {
    /// The name; for `raw "…"` it is `raw`.
    pub name: Path,
    /// The text after `raw`.
    pub raw: Option<Text>,
    /// What stands in parentheses.
    pub arguments: Vec<(i64, Span)>,
    /// How many `[]` follow.
    pub dimensions: u8,
    /// The whole, without `?`.
    pub span: Span,
}

/// A literal.
#[derive(Debug, Clone)]
pub struct Literal {
    /// Its value.
    pub kind: LiteralKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of [`Literal`].
#[derive(Debug, Clone, PartialEq)]
pub enum LiteralKind {
    /// A number as written, without its sign if that stands apart: `12`, `0.5`, `1e3`.
    Number(SmolStr),
    /// `"…"`
    String(String),
    /// `true`, `false`
    Boolean(bool),
    /// `null`
    Null,
    /// In attributes only: a bare word.
    Word(SmolStr),
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Its kind.
    pub kind: ExprKind,
    /// Where it stands, its own parentheses included.
    pub span: Span,
}

/// The kinds of [`Expr`].
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A literal.
    Literal(LiteralKind),
    /// `price`, `PostKind.photo`, `store.name`
    Path(Vec<Name>),
    /// `lower(name)`
    Call {
        /// The function.
        function: Name,
        /// What it is called with.
        arguments: Vec<Expr>,
    },
    /// `-x`, `not x`
    Unary {
        /// `-` or `not`.
        operator: UnaryOperator,
        /// What it applies to.
        operand: Box<Expr>,
    },
    /// `a + b`
    Binary {
        /// Which one.
        operator: BinaryOperator,
        /// Where the operator stands.
        operator_span: Span,
        /// What stands before it.
        left: Box<Expr>,
        /// What stands behind it.
        right: Box<Expr>,
    },
    /// `x is null`, `x is not null`
    IsNull {
        /// What is asked.
        operand: Box<Expr>,
        /// With `not`.
        negated: bool,
    },
    /// `x in (a, b)`, `x not in (a, b)`
    In {
        /// What is looked for.
        operand: Box<Expr>,
        /// Where.
        list: Vec<Expr>,
        /// With `not`.
        negated: bool,
    },
    /// `x between a and b`, `x not between a and b`
    Between {
        /// What is compared.
        operand: Box<Expr>,
        /// The least.
        low: Box<Expr>,
        /// The greatest.
        high: Box<Expr>,
        /// With `not`.
        negated: bool,
    },
    /// `[a, b]`
    Array(Vec<Expr>),
    /// `x::date`
    Cast {
        /// What is cast.
        operand: Box<Expr>,
        /// To what.
        ty: TypeRef,
    },
    /// `sql "…"`: passed to PostgreSQL as it is.
    Sql(String),
}

/// Operators before one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// `-`
    Negate,
    /// `not`
    Not,
}

/// Operators between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `=`
    Equal,
    /// `!=` or `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `like`
    Like,
    /// `not like`
    NotLike,
    /// `ilike`
    ILike,
    /// `not ilike`
    NotILike,
    /// `~`: a POSIX regular expression matches
    Matches,
    /// `~*`: the same, whatever the case
    MatchesIgnoringCase,
    /// `!~`
    NotMatches,
    /// `!~*`
    NotMatchesIgnoringCase,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `||`
    Concatenate,
    /// `@>`
    Contains,
    /// `<@`
    ContainedBy,
    /// `&&`
    Overlaps,
    /// `->`: a JSON element
    JsonGet,
    /// `->>`: a JSON element as text
    JsonGetText,
}
