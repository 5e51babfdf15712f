//! A file as words, strings and comments: enough to rename what is named, and to leave the rest alone.

use std::ops::Range;

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name, a keyword or a number; with its backquotes.
    Word,
    /// `"…"`
    String,
    /// `//` or `///` to the end of the line.
    Comment,
    /// Spaces and lines.
    Space,
    /// Anything else, one character.
    Sign,
}

/// Every piece of a text, in order; together they are the text.
pub fn words(text: &str) -> Vec<(Kind, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, length) = if rest.starts_with("//") {
            (Kind::Comment, rest.find('\n').unwrap_or(rest.len()))
        } else if first == '"' {
            (Kind::String, string(rest))
        } else if first.is_whitespace() {
            (Kind::Space, rest.len() - rest.trim_start().len())
        } else if is_word(first) || first == '`' {
            let length = rest[first.len_utf8()..].find(|c| !is_word(c));
            let length = length.map_or(rest.len(), |length| length + first.len_utf8());
            let closing = usize::from(first == '`' && rest[length..].starts_with('`'));
            (Kind::Word, length + closing)
        } else {
            (Kind::Sign, first.len_utf8())
        };
        found.push((kind, at..at + length));
        at += length;
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of the string that a text begins with.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\n' => return at,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    text.len()
}
