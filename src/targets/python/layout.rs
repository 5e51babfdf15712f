//! Expressions, broken over lines where `ruff format` would break them.

use unicode_width::UnicodeWidthStr;

use super::literal::push_spaces;

/// How wide a line may be.
pub const WIDTH: usize = 88;

/// A Python expression that can be laid out.
///
/// ```
/// use trine::targets::python::{Code, statement, string};
/// let index = Code::call("Index").with(string("ix_a")).keyword("unique", "True");
/// assert_eq!(statement(4, "x = ", &index, ","), "    x = Index(\"ix_a\", unique=True),\n");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// Printed as it is: a name, a literal.
    Text(String),
    /// `name=value`
    Keyword(String, Box<Code>),
    /// `"key": value`
    Pair(String, Box<Code>),
    /// `lambda parameter: body`
    Lambda(String, Box<Code>),
    /// Something in brackets.
    Brackets {
        /// What stands before the bracket: a callee, or nothing.
        before: String,
        /// Which bracket.
        kind: Brackets,
        /// What stands inside, in order.
        items: Vec<Code>,
        /// One item a line even where all fit on one.
        spread: bool,
    },
}

/// The kinds of brackets, which differ in their trailing commas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brackets {
    /// `f(…)`
    Call,
    /// `(…,)`
    Tuple,
    /// `[…]`
    List,
    /// `{…}`
    Dict,
}

impl From<String> for Code {
    fn from(text: String) -> Code {
        Code::Text(text)
    }
}

impl From<&str> for Code {
    fn from(text: &str) -> Code {
        Code::Text(text.to_owned())
    }
}

impl Code {
    /// A name or a literal, printed as it is.
    pub fn text(text: impl Into<String>) -> Code {
        Code::Text(text.into())
    }

    /// A call without arguments yet.
    pub fn call(callee: impl Into<String>) -> Code {
        Code::brackets(callee.into(), Brackets::Call, Vec::new())
    }

    /// A tuple.
    pub fn tuple(items: Vec<Code>) -> Code {
        Code::brackets(String::new(), Brackets::Tuple, items)
    }

    /// A list.
    pub fn list(items: Vec<Code>) -> Code {
        Code::brackets(String::new(), Brackets::List, items)
    }

    /// A dict; the keys are literals.
    pub fn dict(items: impl IntoIterator<Item = (String, Code)>) -> Code {
        let items = items.into_iter().map(|(key, value)| Code::Pair(key, Box::new(value)));
        Code::brackets(String::new(), Brackets::Dict, items.collect())
    }

    /// `before[item]`
    pub fn subscript(before: impl Into<String>, item: impl Into<Code>) -> Code {
        Code::brackets(before.into(), Brackets::List, vec![item.into()])
    }

    fn brackets(before: String, kind: Brackets, items: Vec<Code>) -> Code {
        Code::Brackets { before, kind, items, spread: false }
    }

    /// A name as a call of it; anything else as it is.
    #[must_use]
    pub fn called(self) -> Code {
        match self {
            Code::Text(name) => Code::call(name),
            other => other,
        }
    }

    /// The same with one item more; nothing changes where there are no brackets.
    #[must_use]
    pub fn with(mut self, item: impl Into<Code>) -> Code {
        if let Code::Brackets { items, .. } = &mut self {
            items.push(item.into());
        }
        self
    }

    /// The same call with one keyword argument more.
    #[must_use]
    pub fn keyword(self, name: &str, value: impl Into<Code>) -> Code {
        self.with(Code::Keyword(name.to_owned(), Box::new(value.into())))
    }

    /// The same, with one item a line whatever their length (a "magic trailing comma"); not for a
    /// single item, where the formatter would join it again.
    #[must_use]
    pub fn spread(mut self) -> Code {
        if let Code::Brackets { items, spread, .. } = &mut self {
            *spread = items.len() > 1;
        }
        self
    }

    /// The expression on one line.
    pub fn flat(&self) -> String {
        let mut out = String::new();
        self.push_flat(&mut out);
        out
    }

    fn push_flat(&self, out: &mut String) {
        match self {
            Code::Text(text) => out.push_str(text),
            Code::Keyword(name, value) => {
                out.push_str(name);
                out.push('=');
                value.push_flat(out);
            }
            Code::Pair(key, value) => {
                out.push_str(key);
                out.push_str(": ");
                value.push_flat(out);
            }
            Code::Lambda(parameter, body) => {
                out.push_str("lambda ");
                out.push_str(parameter);
                out.push_str(": ");
                body.push_flat(out);
            }
            Code::Brackets { before, kind, items, .. } => {
                out.push_str(before);
                out.push(kind.open());
                push_joined(out, items);
                if *kind == Brackets::Tuple && items.len() == 1 {
                    out.push(',');
                }
                out.push(kind.close());
            }
        }
    }

    /// Whether it must be broken, however short it is.
    fn breaks(&self) -> bool {
        match self {
            Code::Text(text) => text.contains('\n'),
            Code::Keyword(_, value) | Code::Pair(_, value) | Code::Lambda(_, value) => {
                value.breaks()
            }
            Code::Brackets { items, spread, .. } => *spread || items.iter().any(Code::breaks),
        }
    }

    /// What is left of a room when the expression stands in it on one line; `None` where it doesn't fit,
    /// or must be broken. It looks no further than the room goes.
    fn room_left(&self, room: Option<usize>) -> Option<usize> {
        match self {
            Code::Text(text) => {
                if text.contains('\n') {
                    None
                } else {
                    room?.checked_sub(width(text))
                }
            }
            Code::Keyword(name, value) => {
                value.room_left(room?.checked_sub(width(name) + "=".len()))
            }
            Code::Pair(key, value) => value.room_left(room?.checked_sub(width(key) + ": ".len())),
            Code::Lambda(parameter, body) => {
                body.room_left(room?.checked_sub(width(parameter) + "lambda : ".len()))
            }
            Code::Brackets { spread: true, .. } => None,
            Code::Brackets { before, kind, items, .. } => {
                let lone = usize::from(*kind == Brackets::Tuple && items.len() == 1);
                joined_room_left(items, room?.checked_sub(width(before) + "()".len() + lone))
            }
        }
    }

    /// Appends the expression, laid out. The line it begins on is indented by `indent`, already
    /// `column` wide, and `behind` columns follow the expression.
    pub fn write(&self, out: &mut String, indent: usize, column: usize, behind: usize) {
        if self.room_left(WIDTH.checked_sub(column + behind)).is_some() {
            self.push_flat(out);
            return;
        }
        match self {
            Code::Text(text) => out.push_str(text),
            Code::Keyword(name, value) => {
                out.push_str(name);
                out.push('=');
                value.write(out, indent, column + width(name) + 1, behind);
            }
            Code::Pair(key, value) => {
                out.push_str(key);
                out.push_str(": ");
                value.write(out, indent, column + width(key) + 2, behind);
            }
            Code::Lambda(parameter, body) => {
                out.push_str("lambda ");
                out.push_str(parameter);
                out.push_str(": (\n");
                push_spaces(out, indent + 4);
                body.write(out, indent + 4, indent + 4, 0);
                out.push('\n');
                push_spaces(out, indent);
                out.push(')');
            }
            Code::Brackets { before, kind, items, spread } => {
                out.push_str(before);
                out.push(kind.open());
                match items.as_slice() {
                    [] => {}
                    // A lone multi-line string stays at its bracket.
                    [Code::Text(text)] if *kind == Brackets::Call && text.contains('\n') => {
                        out.push_str(text);
                    }
                    _ => write_items(out, *kind, items, *spread, indent),
                }
                out.push(kind.close());
            }
        }
    }
}

impl Brackets {
    fn open(self) -> char {
        match self {
            Brackets::Call | Brackets::Tuple => '(',
            Brackets::List => '[',
            Brackets::Dict => '{',
        }
    }

    fn close(self) -> char {
        match self {
            Brackets::Call | Brackets::Tuple => ')',
            Brackets::List => ']',
            Brackets::Dict => '}',
        }
    }
}

/// The lines between two brackets. The arguments of a call may share one line; the items of a literal
/// have one each.
fn write_items(out: &mut String, kind: Brackets, items: &[Code], spread: bool, indent: usize) {
    let inner = indent + 4;
    out.push('\n');
    let room = WIDTH.checked_sub(inner);
    if kind == Brackets::Call && !spread && joined_room_left(items, room).is_some() {
        push_spaces(out, inner);
        push_joined(out, items);
        out.push('\n');
        push_spaces(out, indent);
        return;
    }
    let comma = items.len() > 1 || kind == Brackets::Tuple;
    for item in items {
        push_spaces(out, inner);
        item.write(out, inner, inner, usize::from(comma));
        if comma {
            out.push(',');
        }
        out.push('\n');
    }
    push_spaces(out, indent);
}

/// The same as [`Code::room_left`] for items with commas between.
fn joined_room_left(items: &[Code], room: Option<usize>) -> Option<usize> {
    items.iter().enumerate().try_fold(room?, |room, (index, item)| {
        let comma = if index > 0 { ", ".len() } else { 0 };
        item.room_left(room.checked_sub(comma))
    })
}

fn push_joined(out: &mut String, items: &[Code]) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        item.push_flat(out);
    }
}

/// One statement as lines, each ended by a line feed: `prefix` (such as `x = ` or `return `), the
/// expression, and what follows it.
pub fn statement(indent: usize, prefix: &str, code: &Code, behind: &str) -> String {
    let mut out = String::new();
    push_spaces(&mut out, indent);
    out.push_str(prefix);
    code.write(&mut out, indent, indent + width(prefix), width(behind));
    out.push_str(behind);
    out.push('\n');
    out
}

/// An assignment with an annotation, `name: annotation = value`, as lines. Where the line would be too wide up
/// to the first bracket of the value, the value gets parentheses, or else the annotation is broken.
pub fn assignment(indent: usize, name: &str, annotation: &Code, value: &Code) -> String {
    let prefix = format!("{name}: {} = ", annotation.flat());
    let column = indent + width(&prefix);
    let opening = match value {
        Code::Brackets { before, items, .. } if !items.is_empty() => width(before) + 1,
        other => width(&other.flat()),
    };
    let fits = !value.breaks() && column + width(&value.flat()) <= WIDTH;
    if fits || column + opening <= WIDTH {
        return statement(indent, &prefix, value, "");
    }
    let mut out = String::new();
    push_spaces(&mut out, indent);
    if column < WIDTH && indent + 4 + opening <= WIDTH {
        out.push_str(&prefix);
        out.push_str("(\n");
        push_spaces(&mut out, indent + 4);
        value.write(&mut out, indent + 4, indent + 4, 0);
        out.push('\n');
        push_spaces(&mut out, indent);
        out.push_str(")\n");
        return out;
    }
    out.push_str(name);
    out.push_str(": ");
    // Wider than any line, so that it breaks.
    annotation.write(&mut out, indent, WIDTH, 0);
    out.push_str(" = ");
    value.write(&mut out, indent, indent + 4, 0);
    out.push('\n');
    out
}

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}
