//! Typed expressions: what `check`, `where`, defaults, indexes and `generated` mean.

use smol_str::SmolStr;

use crate::source::Span;
pub use crate::syntax::tree::{BinaryOperator, UnaryOperator};

use super::{EnumId, FieldType, MemberId};

/// An expression whose names are ids and whose type is known.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type; `None` where only PostgreSQL knows it (`sql "…"`, `null`).
    pub ty: Option<FieldType>,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of [`Expr`].
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A number as written: `12`, `0.5`.
    Number(SmolStr),
    /// A string; the type says what PostgreSQL reads it as (`date`, `jsonb`, `text` …).
    String(String),
    /// `true`, `false`
    Boolean(bool),
    /// `null`
    Null,
    /// A field's column, or the one column of a to-one relation.
    Member(MemberId),
    /// A value of an enum, by its place.
    EnumValue(EnumId, usize),
    /// A call of a function of the table in `functions`.
    Call {
        /// The function's name in PostgreSQL.
        function: SmolStr,
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
    /// `x in (a, b)`
    In {
        /// What is looked for.
        operand: Box<Expr>,
        /// Where; never empty.
        list: Vec<Expr>,
        /// With `not`.
        negated: bool,
    },
    /// `x between a and b`
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
        ty: FieldType,
    },
    /// `sql "…"`: passed to PostgreSQL as it is.
    Sql(String),
}

impl Expr {
    /// Calls `visit` with every expression directly inside of this one, in the order written.
    pub fn children<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match &self.kind {
            ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Boolean(_)
            | ExprKind::Null
            | ExprKind::Member(_)
            | ExprKind::EnumValue(..)
            | ExprKind::Sql(_) => {}
            ExprKind::Call { arguments: items, .. } | ExprKind::Array(items) => {
                items.iter().for_each(visit);
            }
            ExprKind::Unary { operand, .. }
            | ExprKind::IsNull { operand, .. }
            | ExprKind::Cast { operand, .. } => visit(operand),
            ExprKind::Binary { left, right, .. } => {
                visit(left);
                visit(right);
            }
            ExprKind::In { operand, list, .. } => {
                visit(operand);
                list.iter().for_each(visit);
            }
            ExprKind::Between { operand, low, high, .. } => {
                visit(operand);
                visit(low);
                visit(high);
            }
        }
    }

    /// Whether it reads the member.
    pub fn mentions(&self, member: MemberId) -> bool {
        if let ExprKind::Member(own) = self.kind {
            return own == member;
        }
        let mut found = false;
        self.children(&mut |child| found |= child.mentions(member));
        found
    }

    /// A text that two expressions share exactly when they say the same, wherever they stand.
    pub fn shape(&self) -> String {
        let mut shape = String::new();
        self.write_shape(&mut shape);
        shape
    }

    fn write_shape(&self, out: &mut String) {
        match &self.kind {
            ExprKind::Call { function, .. } => out.push_str(function),
            ExprKind::Unary { operator, .. } => out.push_str(&format!("{operator:?}")),
            ExprKind::Binary { operator, .. } => out.push_str(&format!("{operator:?}")),
            ExprKind::IsNull { negated, .. } => out.push_str(&format!("IsNull {negated}")),
            ExprKind::In { negated, .. } => out.push_str(&format!("In {negated}")),
            ExprKind::Between { negated, .. } => out.push_str(&format!("Between {negated}")),
            ExprKind::Array(_) => out.push_str("Array"),
            ExprKind::Cast { ty, .. } => out.push_str(&format!("Cast {ty:?}")),
            ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Boolean(_)
            | ExprKind::Null
            | ExprKind::Member(_)
            | ExprKind::EnumValue(..)
            | ExprKind::Sql(_) => out.push_str(&format!("{:?}", self.kind)),
        }
        out.push('(');
        self.children(&mut |child| {
            child.write_shape(out);
            out.push(',');
        });
        out.push(')');
    }
}
