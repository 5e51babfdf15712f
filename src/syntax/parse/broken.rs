//! What can't be read is read again here, to say what was expected, and where.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::Name;

use super::{Node, Reader, Rule};

/// A member that can't be read.
pub struct BrokenMember {
    /// Its name, as far as it has one.
    pub name: Option<Name>,
    /// Whether it is rather a part of the member before it.
    pub continues: bool,
}

/// An item that can't be read.
pub struct BrokenItem<'p> {
    /// Its name, as far as it has one.
    pub name: Option<Name>,
    /// Whether it was to be `module …`.
    pub is_module: bool,
    /// Its block, where that holds members.
    pub block: Option<Node<'p>>,
    /// Its first line.
    pub span: Span,
}

fn trimmed(reader: &Reader, node: &Node<'_>) -> Span {
    let span = reader.span(node);
    Span { end: span.start + node.as_str().trim_end().len() as u32, ..span }
}

fn first_name(reader: &Reader, text: &str, start: usize) -> Option<Name> {
    let length = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '`'))?;
    let name = text[..length].trim_matches('`');
    (!name.is_empty())
        .then(|| Name { text: name.into(), span: Span::new(reader.file, start, start + length) })
}

/// Reports a member that can't be read.
pub fn member(reader: &mut Reader, node: Node<'_>) -> BrokenMember {
    let node = node.into_inner().last().expect("a broken member has text");
    let span = trimmed(reader, &node);
    let name = first_name(reader, node.as_str(), span.start as usize);
    if !reader.is_damaged(span) {
        reader.diagnostics.push(Diagnostic::new(
            Code::E0101,
            span,
            "this can't be read",
            "expected a field, a relation or another member",
        ));
    }
    BrokenMember { name, continues: false }
}

/// Reports what can't be read in a module's block.
pub fn in_module(reader: &mut Reader, node: Node<'_>) {
    member(reader, node);
}

/// Reports an enum's value that can't be read.
pub fn value(reader: &mut Reader, node: Node<'_>) -> Option<Name> {
    let span = trimmed(reader, &node);
    if !reader.is_damaged(span) {
        reader.diagnostics.push(Diagnostic::new(
            Code::E0101,
            span,
            "this can't be read",
            "expected a value",
        ));
    }
    first_name(reader, node.as_str(), span.start as usize)
}

/// Reports an item that can't be read.
pub fn item<'p>(reader: &mut Reader, node: Node<'p>) -> BrokenItem<'p> {
    let span = trimmed(reader, &node);
    if !reader.is_damaged(span) {
        reader.diagnostics.push(Diagnostic::new(
            Code::E0102,
            span,
            "this can't be read",
            "expected an item",
        ));
    }
    let block = node.into_inner().find(|part| part.as_rule() == Rule::broken_block);
    BrokenItem { name: None, is_module: false, block, span }
}
