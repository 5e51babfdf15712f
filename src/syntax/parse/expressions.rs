//! Expressions: how tightly each operator binds, over the grammar's flat chain of operands.
//!
//! The precedence is PostgreSQL's, so that what is printed for it means what was written. The trees
//! that leave here are at most [`DEPTH_LIMIT`] deep, so whoever walks them may recurse.

use std::iter::Peekable;

use crate::source::Span;
use crate::syntax::tree::{BinaryOperator, Expr, ExprKind, LiteralKind, TypeRef, UnaryOperator};

use super::{Node, Nodes, Reader, Rule, errors, members, text};

/// How deep an expression's tree may be.
pub const DEPTH_LIMIT: usize = 128;

/// Reads an expression; without one, it can't be understood, and has a diagnostic.
pub fn expression(reader: &mut Reader<'_>, node: Node<'_>) -> Option<Expr> {
    let span = reader.span(&node);
    match chain(reader, node, 0) {
        Ok(tree) => Some(tree.expr),
        Err(Unreadable::TooDeep) => {
            reader.findings.push(errors::too_deep_expression(span));
            None
        }
        Err(Unreadable::Reported) => None,
    }
}

/// An expression, and how deep it is.
struct Tree {
    expr: Expr,
    depth: usize,
}

/// Why there is no tree.
enum Unreadable {
    /// It would be deeper than [`DEPTH_LIMIT`].
    TooDeep,
    /// It has its diagnostic.
    Reported,
}

type Result<T> = std::result::Result<T, Unreadable>;

/// A chain of operands and operators, `above` levels below the root.
fn chain(reader: &mut Reader<'_>, node: Node<'_>, above: usize) -> Result<Tree> {
    let mut chain = Chain { reader, parts: node.into_inner().peekable() };
    chain.binary(Level::Or, above)
}

/// How tightly an operator binds, loosest first.
/// See <https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-PRECEDENCE>.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Is,
    Comparison,
    Membership,
    Other,
    Sum,
    Product,
    Operand,
}

impl Level {
    fn tighter(self) -> Level {
        match self {
            Level::Or => Level::And,
            Level::And => Level::Not,
            Level::Not => Level::Is,
            Level::Is => Level::Comparison,
            Level::Comparison => Level::Membership,
            Level::Membership => Level::Other,
            Level::Other => Level::Sum,
            Level::Sum => Level::Product,
            Level::Product | Level::Operand => Level::Operand,
        }
    }
}

/// What may follow an operand.
enum Tail {
    Binary(BinaryOperator),
    Between { negated: bool },
    In,
    IsNull,
}

struct Chain<'r, 't, 'p> {
    reader: &'r mut Reader<'t>,
    parts: Peekable<Nodes<'p>>,
}

impl<'p> Chain<'_, '_, 'p> {
    /// An expression of operators that bind at least as tightly as `level`.
    fn binary(&mut self, level: Level, above: usize) -> Result<Tree> {
        let mut left = self.prefixed(level, above)?;
        let mut compared: Option<Span> = None;
        while let Some((tail, its)) = self.parts.peek().and_then(tail) {
            if its < level {
                break;
            }
            let part = self.parts.next().expect("a part was peeked at");
            let span = self.reader.span(&part);
            if its == Level::Comparison
                && let Some(first) = compared.replace(span)
            {
                self.reader.findings.push(errors::chained_comparison(span, first));
                return Err(Unreadable::Reported);
            }
            left = match tail {
                Tail::Binary(operator) => {
                    let right = self.binary(its.tighter(), above + 1)?;
                    let span = left.expr.span.to(right.expr.span);
                    let depth = left.depth.max(right.depth);
                    let (left, right) = (Box::new(left.expr), Box::new(right.expr));
                    let operator_span = self.reader.span(&part);
                    let kind = ExprKind::Binary { operator, operator_span, left, right };
                    tree(kind, span, depth)?
                }
                Tail::Between { negated } => self.between(left, negated, above)?,
                Tail::In => self.membership(left, part, above)?,
                Tail::IsNull => {
                    let span = left.expr.span.to(span);
                    let negated = part.as_str().contains("not");
                    let operand = Box::new(left.expr);
                    tree(ExprKind::IsNull { operand, negated }, span, left.depth)?
                }
            };
        }
        Ok(left)
    }

    fn between(&mut self, operand: Tree, negated: bool, above: usize) -> Result<Tree> {
        let low = self.binary(Level::Other, above + 1)?;
        let is_and = |part: &Node<'_>| part.as_rule() == Rule::infix && part.as_str() == "and";
        if self.parts.next_if(is_and).is_none() {
            self.reader.findings.push(errors::between_without_and(low.expr.span));
            return Err(Unreadable::Reported);
        }
        let high = self.binary(Level::Other, above + 1)?;
        let span = operand.expr.span.to(high.expr.span);
        let depth = operand.depth.max(low.depth).max(high.depth);
        let kind = ExprKind::Between {
            operand: Box::new(operand.expr),
            low: Box::new(low.expr),
            high: Box::new(high.expr),
            negated,
        };
        tree(kind, span, depth)
    }

    fn membership(&mut self, operand: Tree, node: Node<'p>, above: usize) -> Result<Tree> {
        let span = operand.expr.span.to(self.reader.span(&node));
        let mut parts = node.into_inner();
        let negated = parts.next().is_some_and(|word| word.as_str().starts_with("not"));
        let (list, depth) = list(self.reader, parts, above)?;
        let depth = depth.max(operand.depth);
        tree(ExprKind::In { operand: Box::new(operand.expr), list, negated }, span, depth)
    }

    /// An operand with what stands before it: `-x`, `not x`.
    fn prefixed(&mut self, level: Level, above: usize) -> Result<Tree> {
        let Some(prefix) = self.parts.next_if(|part| part.as_rule() == Rule::prefix) else {
            return self.operand(above);
        };
        if above >= DEPTH_LIMIT {
            return Err(Unreadable::TooDeep);
        }
        let (operator, operand) = if prefix.as_str() == "not" {
            (UnaryOperator::Not, self.binary(level.max(Level::Not), above + 1)?)
        } else {
            (UnaryOperator::Negate, self.prefixed(Level::Operand, above + 1)?)
        };
        let span = self.reader.span(&prefix).to(operand.expr.span);
        let kind = ExprKind::Unary { operator, operand: Box::new(operand.expr) };
        tree(kind, span, operand.depth)
    }

    fn operand(&mut self, above: usize) -> Result<Tree> {
        let part = self.parts.next().expect("an operator is followed by an operand");
        let span = self.reader.span(&part);
        let mut operand = match part.as_rule() {
            Rule::group => {
                let inner = part.into_inner().next().expect("brackets hold an expression");
                let mut inner = chain(self.reader, inner, above + 1)?;
                inner.expr.span = span;
                inner
            }
            Rule::column_path => self.reference(&part, span, above)?,
            Rule::array => {
                let (elements, depth) = list(self.reader, part.into_inner(), above)?;
                tree(ExprKind::Array(elements), span, depth)?
            }
            Rule::number => {
                tree(ExprKind::Literal(LiteralKind::Number(part.as_str().into())), span, 0)?
            }
            Rule::string => {
                let value = text::string(self.reader, &part).value;
                tree(ExprKind::Literal(LiteralKind::String(value)), span, 0)?
            }
            _ => tree(ExprKind::Sql(text::string_of(self.reader, part).value), span, 0)?,
        };
        while let Some(cast) = self.parts.next_if(|part| part.as_rule() == Rule::cast) {
            let ty = cast.into_inner().next().expect("a cast has a type");
            let ty: TypeRef = members::type_ref(self.reader, ty);
            let span = operand.expr.span.to(ty.span);
            let kind = ExprKind::Cast { operand: Box::new(operand.expr), ty };
            operand = tree(kind, span, operand.depth)?;
        }
        Ok(operand)
    }

    /// A column, an enum's value, a word, or a call.
    fn reference(&mut self, path: &Node<'p>, span: Span, above: usize) -> Result<Tree> {
        if let Some(arguments) = self.parts.next_if(|part| part.as_rule() == Rule::arguments) {
            let span = span.to(self.reader.span(&arguments));
            let (arguments, depth) = list(self.reader, arguments.into_inner(), above)?;
            let function = text::name(self.reader, path);
            return tree(ExprKind::Call { function, arguments }, span, depth);
        }
        let kind = match path.as_str() {
            "true" => ExprKind::Literal(LiteralKind::Boolean(true)),
            "false" => ExprKind::Literal(LiteralKind::Boolean(false)),
            "null" => ExprKind::Literal(LiteralKind::Null),
            _ => ExprKind::Path(text::dotted(self.reader, path)),
        };
        tree(kind, span, 0)
    }
}

/// Expressions in a row, and the depth of the deepest.
fn list(reader: &mut Reader<'_>, nodes: Nodes<'_>, above: usize) -> Result<(Vec<Expr>, usize)> {
    let mut depth = 0;
    let mut list = Vec::with_capacity(nodes.len());
    for node in nodes {
        let element = chain(reader, node, above + 1)?;
        depth = depth.max(element.depth);
        list.push(element.expr);
    }
    Ok((list, depth))
}

/// A node over others, of which the deepest is `below` deep.
fn tree(kind: ExprKind, span: Span, below: usize) -> Result<Tree> {
    if below >= DEPTH_LIMIT {
        return Err(Unreadable::TooDeep);
    }
    Ok(Tree { expr: Expr { kind, span }, depth: below + 1 })
}

fn tail(node: &Node<'_>) -> Option<(Tail, Level)> {
    match node.as_rule() {
        Rule::in_list => Some((Tail::In, Level::Membership)),
        Rule::is_null => Some((Tail::IsNull, Level::Is)),
        Rule::infix => Some(infix(node.as_str())),
        _ => None,
    }
}

fn infix(operator: &str) -> (Tail, Level) {
    use BinaryOperator as B;
    let (operator, level) = match operator {
        "or" => (B::Or, Level::Or),
        "and" => (B::And, Level::And),
        "=" => (B::Equal, Level::Comparison),
        "!=" | "<>" => (B::NotEqual, Level::Comparison),
        "<" => (B::Less, Level::Comparison),
        "<=" => (B::LessOrEqual, Level::Comparison),
        ">" => (B::Greater, Level::Comparison),
        ">=" => (B::GreaterOrEqual, Level::Comparison),
        "~" => (B::Matches, Level::Other),
        "~*" => (B::MatchesIgnoringCase, Level::Other),
        "!~" => (B::NotMatches, Level::Other),
        "!~*" => (B::NotMatchesIgnoringCase, Level::Other),
        "+" => (B::Add, Level::Sum),
        "-" => (B::Subtract, Level::Sum),
        "*" => (B::Multiply, Level::Product),
        "/" => (B::Divide, Level::Product),
        "%" => (B::Modulo, Level::Product),
        "||" => (B::Concatenate, Level::Other),
        "@>" => (B::Contains, Level::Other),
        "<@" => (B::ContainedBy, Level::Other),
        "&&" => (B::Overlaps, Level::Other),
        "->" => (B::JsonGet, Level::Other),
        "->>" => (B::JsonGetText, Level::Other),
        words => {
            let negated = words.starts_with("not");
            let operator = match (words.rsplit(char::is_whitespace).next(), negated) {
                (Some("like"), false) => B::Like,
                (Some("like"), true) => B::NotLike,
                (Some("ilike"), false) => B::ILike,
                (Some("ilike"), true) => B::NotILike,
                _ => return (Tail::Between { negated }, Level::Membership),
            };
            (operator, Level::Membership)
        }
    };
    (Tail::Binary(operator), level)
}
