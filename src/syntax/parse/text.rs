//! The smallest parts: names, strings with their escapes, numbers, doc comments.

use smol_str::SmolStr;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::source::Span;
use crate::syntax::tree::{Docs, Literal, LiteralKind, Name, Path, Text};

use super::{Node, Reader, Rule, errors};

/// A name, its backquotes taken off.
pub fn name(reader: &Reader<'_>, node: &Node<'_>) -> Name {
    Name { text: normalized(bare(node.as_str())), span: reader.span(node) }
}

/// The parts of a dotted name.
pub fn dotted(reader: &Reader<'_>, node: &Node<'_>) -> Vec<Name> {
    let mut start = reader.span(node).start as usize;
    let part = |part: &str| {
        let span = Span::new(reader.file, start, start + part.len());
        start += part.len() + 1;
        Name { text: normalized(bare(part)), span }
    };
    node.as_str().split('.').map(part).collect()
}

/// `Banner`, `storefront.Banner`
pub fn path(reader: &Reader<'_>, node: &Node<'_>) -> Path {
    match node.as_str().split_once('.') {
        None => Path { module: None, name: name(reader, node) },
        Some(_) => {
            let mut parts = dotted(reader, node).into_iter();
            let module = parts.next();
            let name = parts.next().expect("a path with a dot has two parts");
            Path { module, name }
        }
    }
}

/// The text of a name as written, its backquotes taken off.
pub fn bare_name(name: &str) -> SmolStr {
    normalized(name.trim_matches('`'))
}

fn bare(name: &str) -> &str {
    name.strip_prefix('`').map_or(name, |rest| rest.strip_suffix('`').unwrap_or(rest))
}

fn normalized(name: &str) -> SmolStr {
    if name.is_ascii() || is_nfc_quick(name.chars()) == IsNormalized::Yes {
        name.into()
    } else {
        name.nfc().collect()
    }
}

/// A string literal.
pub fn string(reader: &mut Reader<'_>, node: &Node<'_>) -> Text {
    let span = reader.span(node);
    let quoted = node.as_str();
    Text { value: unescape(reader, &quoted[1..quoted.len() - 1], span.start as usize + 1), span }
}

/// The one string of a node such as `label "…"`.
pub fn string_of(reader: &mut Reader<'_>, node: Node<'_>) -> Text {
    let string = node.into_inner().next().expect("the rule holds a string");
    self::string(reader, &string)
}

/// `\"`, `\\`, `\n`, `\r`, `\t`, `\0`, `\u{1F600}`; `start` is where the content stands.
fn unescape(reader: &mut Reader<'_>, content: &str, start: usize) -> String {
    let mut value = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(backslash) = rest.find('\\') {
        value.push_str(&rest[..backslash]);
        let escape = &rest[backslash..];
        let (character, length) = escaped(escape);
        let at = start + content.len() - escape.len();
        let span = Span::new(reader.file, at, at + length);
        match character {
            Some('\0') => reader.findings.push(errors::nul(span)),
            Some(character) => value.push(character),
            None => reader.findings.push(errors::bad_escape(span, &escape[..length])),
        }
        rest = &escape[length..];
    }
    value.push_str(rest);
    // One that stands in the file as it is.
    if let Some(at) = content.find('\0') {
        reader.findings.push(errors::nul(Span::new(reader.file, start + at, start + at + 1)));
    }
    value
}

/// The character that an escape stands for, and how long the escape is.
fn escaped(escape: &str) -> (Option<char>, usize) {
    let letter = escape[1..].chars().next().expect("a string does not end in a backslash");
    let length = 1 + letter.len_utf8();
    let character = match letter {
        '"' | '\\' => letter,
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        'u' => return unicode_escape(escape),
        _ => return (None, length),
    };
    (Some(character), length)
}

fn unicode_escape(escape: &str) -> (Option<char>, usize) {
    let Some(digits) = escape[2..].strip_prefix('{') else { return (None, 2) };
    let count = digits.bytes().take(7).take_while(u8::is_ascii_hexdigit).count();
    if !digits[count..].starts_with('}') {
        return (None, 3 + count);
    }
    let character = u32::from_str_radix(&digits[..count], 16).ok().and_then(char::from_u32);
    (character, 4 + count)
}

/// A literal, of which the node holds the parts.
pub fn literal(reader: &mut Reader<'_>, node: Node<'_>) -> Literal {
    let span = reader.span(&node);
    let whole = node.as_str();
    let first = node.into_inner().next().expect("a literal has a part");
    let kind = match first.as_rule() {
        Rule::string => LiteralKind::String(string(reader, &first).value),
        Rule::name => match whole {
            "true" => LiteralKind::Boolean(true),
            "false" => LiteralKind::Boolean(false),
            "null" => LiteralKind::Null,
            _ => LiteralKind::Word(name(reader, &first).text),
        },
        _ => LiteralKind::Number(whole.into()),
    };
    Literal { kind, span }
}

/// The lines of a `///` comment.
pub fn docs(reader: &Reader<'_>, node: &Node<'_>) -> Docs {
    let start = reader.span(node).start as usize;
    let lines = node.as_str().split('\n').filter_map(|line| line.trim().strip_prefix("///"));
    let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line));
    let value = lines.collect::<Vec<_>>().join("\n");
    let end = start + node.as_str().trim_end().len();
    Some(Text { value, span: Span::new(reader.file, start, end) })
}
