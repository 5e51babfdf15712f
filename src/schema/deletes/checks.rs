//! Whether a column that a delete writes can make a CHECK false that was not false before.
//!
//! The CHECK is computed in PostgreSQL's three values for every combination of what its parts can be:
//! parts that say nothing of the column are the same before and after, parts that do are open before, and
//! are computed after, as far as NULL and the default are known.

use std::collections::HashMap;

use crate::schema::{
    BinaryOperator, Check, DeleteRule, Expr, ExprKind, MemberId, RelationId, Schema, ToOne,
    UnaryOperator,
};

/// SQL's truth; `None` is unknown.
type Truth = Option<bool>;

/// More combinations than this are not looked at; the CHECK counts as one that can break.
const MOST_COMBINATIONS: usize = 200_000;

/// Whether writing the relation's column, as a delete rule of its does, can make the CHECK false.
pub(super) fn can_break(
    schema: &Schema,
    check: &Check,
    relation: RelationId,
    to_one: &ToOne,
    rule: DeleteRule,
) -> bool {
    let column = MemberId::Relation(relation);
    if !check.condition.mentions(column) {
        return false;
    }
    let after = match rule {
        DeleteRule::SetDefault => match &to_one.default {
            Some(default) => Column::Is(default),
            None => return false,
        },
        _ => Column::Null,
    };
    let mut variables = Variables { schema, column, choices: Vec::new(), known: HashMap::new() };
    variables.collect(&check.condition);
    let combinations: Option<usize> = variables
        .choices
        .iter()
        .try_fold(1_usize, |all, choices| all.checked_mul(usize::from(*choices)))
        .filter(|&all| all <= MOST_COMBINATIONS);
    let Some(combinations) = combinations else { return true };
    let mut values = vec![0_u8; variables.choices.len()];
    for combination in 0..combinations {
        let mut rest = combination;
        for (value, &choices) in values.iter_mut().zip(&variables.choices) {
            *value = (rest % usize::from(choices)) as u8;
            rest /= usize::from(choices);
        }
        let state = |column| State { variables: &variables, values: &values, column };
        if state(Column::Referring).truth(&check.condition) != Some(false)
            && state(after).truth(&check.condition) == Some(false)
        {
            return true;
        }
    }
    false
}

/// What the column is.
#[derive(Clone, Copy)]
enum Column<'a> {
    /// Before the delete: something that is not NULL.
    Referring,
    /// After it: NULL.
    Null,
    /// After it: the default.
    Is(&'a Expr),
}

/// The parts of a CHECK that can be more than one thing, each with a number.
struct Variables<'a> {
    schema: &'a Schema,
    column: MemberId,
    /// By number: how many things it can be.
    choices: Vec<u8>,
    known: HashMap<Key, usize>,
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    /// Whether a member is NULL.
    Null(MemberId),
    /// A part that only PostgreSQL can compute, by its text; before or after, where the column is in it.
    Part(String, bool),
}

impl Variables<'_> {
    fn variable(&mut self, key: Key, choices: u8) {
        let next = self.choices.len();
        if let std::collections::hash_map::Entry::Vacant(place) = self.known.entry(key) {
            place.insert(next);
            self.choices.push(choices);
        }
    }

    fn collect(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Boolean(_) | ExprKind::Null => {}
            ExprKind::Unary { operator: UnaryOperator::Not, operand } => self.collect(operand),
            ExprKind::Binary {
                operator: BinaryOperator::And | BinaryOperator::Or,
                left,
                right,
            } => {
                self.collect(left);
                self.collect(right);
            }
            ExprKind::IsNull { operand, .. } => {
                self.collect_nulls(operand);
                if !matches!(operand.kind, ExprKind::Member(_)) {
                    self.collect_part(expr);
                }
            }
            _ => {
                self.collect_nulls(expr);
                self.collect_part(expr);
            }
        }
    }

    fn collect_part(&mut self, expr: &Expr) {
        let text = expr.shape();
        if expr.mentions(self.column) {
            self.variable(Key::Part(text.clone(), true), 3);
        }
        self.variable(Key::Part(text, false), 3);
    }

    fn collect_nulls(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Member(member)
                if *member != self.column && is_nullable(self.schema, *member) =>
            {
                self.variable(Key::Null(*member), 2);
            }
            _ => expr.children(&mut |child| self.collect_nulls(child)),
        }
    }
}

/// One combination of what the parts are, with what the column is.
struct State<'a> {
    variables: &'a Variables<'a>,
    values: &'a [u8],
    column: Column<'a>,
}

impl State<'_> {
    fn truth(&self, expr: &Expr) -> Truth {
        match &expr.kind {
            ExprKind::Boolean(value) => Some(*value),
            ExprKind::Null => None,
            ExprKind::Unary { operator: UnaryOperator::Not, operand } => {
                self.truth(operand).map(|value| !value)
            }
            ExprKind::Binary { operator: BinaryOperator::And, left, right } => {
                match (self.truth(left), self.truth(right)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                }
            }
            ExprKind::Binary { operator: BinaryOperator::Or, left, right } => {
                match (self.truth(left), self.truth(right)) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                }
            }
            ExprKind::IsNull { operand, negated } => match self.is_null(operand) {
                Some(is_null) => Some(is_null != *negated),
                None => self.part(expr).or(Some(false)),
            },
            ExprKind::Binary { operator, left, right } => {
                match self.counted(*operator, left, right) {
                    Some(truth) => Some(truth),
                    None => self.compared(expr, *operator, left, right),
                }
            }
            ExprKind::In { operand, .. } | ExprKind::Between { operand, .. }
                if self.is_null(operand) == Some(true) =>
            {
                None
            }
            _ if self.is_null(expr) == Some(true) => None,
            _ => self.part(expr),
        }
    }

    fn compared(&self, expr: &Expr, operator: BinaryOperator, left: &Expr, right: &Expr) -> Truth {
        // Every operator but AND and OR gives NULL for a NULL.
        if self.is_null(left) == Some(true) || self.is_null(right) == Some(true) {
            return None;
        }
        if let (Some(left), Some(right)) = (self.literal(left), self.literal(right)) {
            match operator {
                BinaryOperator::Equal => return Some(left == right),
                BinaryOperator::NotEqual => return Some(left != right),
                _ => {}
            }
        }
        self.part(expr)
    }

    /// `num_nonnulls(a, b) = 1`, computed.
    fn counted(&self, operator: BinaryOperator, left: &Expr, right: &Expr) -> Option<bool> {
        let (left, right) = (self.count(left)?, self.count(right)?);
        match operator {
            BinaryOperator::Equal => Some(left == right),
            BinaryOperator::NotEqual => Some(left != right),
            BinaryOperator::Less => Some(left < right),
            BinaryOperator::LessOrEqual => Some(left <= right),
            BinaryOperator::Greater => Some(left > right),
            BinaryOperator::GreaterOrEqual => Some(left >= right),
            _ => None,
        }
    }

    fn count(&self, expr: &Expr) -> Option<usize> {
        match &expr.kind {
            ExprKind::Number(number) => number.parse().ok(),
            ExprKind::Call { function, arguments } => {
                let nulls: Option<Vec<bool>> =
                    arguments.iter().map(|argument| self.is_null(argument)).collect();
                let nulls = nulls?.into_iter().filter(|is_null| *is_null).count();
                match function.as_str() {
                    "num_nulls" => Some(nulls),
                    "num_nonnulls" => Some(arguments.len() - nulls),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether the value is NULL; `None` where that can't be said.
    fn is_null(&self, expr: &Expr) -> Option<bool> {
        match &expr.kind {
            ExprKind::Null => Some(true),
            ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Boolean(_)
            | ExprKind::EnumValue(..) => Some(false),
            ExprKind::Member(member) if *member == self.variables.column => {
                Some(matches!(self.column, Column::Null))
            }
            ExprKind::Member(member) => match self.variables.known.get(&Key::Null(*member)) {
                Some(&number) => Some(self.values[number] == 1),
                None => Some(false),
            },
            ExprKind::Cast { operand, .. }
            | ExprKind::Unary { operator: UnaryOperator::Negate, operand } => self.is_null(operand),
            ExprKind::Call { function, arguments } => match function.as_str() {
                "coalesce" | "greatest" | "least" => {
                    let nulls: Vec<Option<bool>> =
                        arguments.iter().map(|argument| self.is_null(argument)).collect();
                    if nulls.contains(&Some(false)) {
                        Some(false)
                    } else if nulls.iter().all(|is_null| *is_null == Some(true)) {
                        Some(true)
                    } else {
                        None
                    }
                }
                "nullif" | "concat_ws" | "current_setting" => None,
                "num_nulls" | "num_nonnulls" | "concat" | "jsonb_build_object"
                | "jsonb_build_array" => Some(false),
                // The others are strict: NULL in, NULL out.
                _ if arguments.iter().any(|argument| self.is_null(argument) == Some(true)) => {
                    Some(true)
                }
                _ => None,
            },
            ExprKind::Binary { left, right, operator } => match operator {
                BinaryOperator::And | BinaryOperator::Or => Some(self.truth(expr).is_none()),
                _ if self.is_null(left) == Some(true) || self.is_null(right) == Some(true) => {
                    Some(true)
                }
                _ => None,
            },
            ExprKind::IsNull { .. } | ExprKind::Array(_) => Some(false),
            ExprKind::Unary { operator: UnaryOperator::Not, .. } => {
                Some(self.truth(expr).is_none())
            }
            ExprKind::In { .. } | ExprKind::Between { .. } | ExprKind::Sql(_) => None,
        }
    }

    /// The text of a value that is written out.
    fn literal<'e>(&'e self, expr: &'e Expr) -> Option<&'e str> {
        match (&expr.kind, self.column) {
            (ExprKind::Number(number), _) => Some(number),
            (ExprKind::String(text), _) => Some(text),
            (ExprKind::Member(member), Column::Is(default)) if *member == self.variables.column => {
                match &default.kind {
                    ExprKind::Number(number) => Some(number),
                    ExprKind::String(text) => Some(text),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A part that only PostgreSQL can compute.
    fn part(&self, expr: &Expr) -> Truth {
        let is_before = matches!(self.column, Column::Referring);
        let own = expr.mentions(self.variables.column) && is_before;
        match self.variables.known.get(&Key::Part(expr.shape(), own)) {
            Some(&number) => match self.values[number] {
                0 => Some(false),
                1 => Some(true),
                _ => None,
            },
            None => None,
        }
    }
}

fn is_nullable(schema: &Schema, member: MemberId) -> bool {
    match member {
        MemberId::Field(field) => schema.fields[field].nullable,
        MemberId::Relation(relation) => {
            schema.to_one(relation).is_none_or(|to_one| to_one.optional)
        }
    }
}
