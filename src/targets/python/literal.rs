//! Strings as Python literals. Whatever a string holds, it can't end its literal, and nothing in it is
//! invisible: what doesn't print is escaped.

use std::fmt::Write;

/// A string literal on one line, in the quotes that `ruff format` would choose.
///
/// ```
/// use trine::targets::python::string;
/// assert_eq!(string("스토어"), r#""스토어""#);
/// assert_eq!(string("say \"yes\""), r#"'say "yes"'"#);
/// assert_eq!(string("a\nb\u{202e}\\"), r#""a\nb\u202e\\""#);
/// ```
pub fn string(text: &str) -> String {
    let doubles = text.matches('"').count();
    let quote = if doubles > text.matches('\'').count() { '\'' } else { '"' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for character in text.chars() {
        if character == quote || character == '\\' {
            out.push('\\');
            out.push(character);
        } else {
            push_visible(&mut out, character);
        }
    }
    out.push(quote);
    out
}

/// A literal in triple quotes that keeps its line feeds as they are: `"""` + text + `"""`.
pub fn multiline(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 6);
    out.push_str("\"\"\"");
    push_multiline(&mut out, text);
    out.push_str("\"\"\"");
    out
}

/// A docstring, indented by `indent` spaces from its second line on, without a line feed at its end.
///
/// ```
/// use trine::targets::python::docstring;
/// assert_eq!(docstring("A store.", 4), r#""""A store.""""#);
/// assert_eq!(docstring("A store.\n\nIt sells.", 4), "\"\"\"A store.\n\n    It sells.\n    \"\"\"");
/// ```
pub fn docstring(text: &str, indent: usize) -> String {
    let mut lines = text.trim().lines();
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str("\"\"\"");
    push_multiline(&mut out, lines.next().unwrap_or_default().trim_end());
    let mut several = false;
    for line in lines {
        several = true;
        out.push('\n');
        let line = line.trim_end();
        if !line.is_empty() {
            push_spaces(&mut out, indent);
            push_multiline(&mut out, line);
        }
    }
    if several {
        out.push('\n');
        push_spaces(&mut out, indent);
    }
    out.push_str("\"\"\"");
    out
}

/// Spaces to stand before a line.
pub(super) fn push_spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

/// The inside of a triple-quoted literal. A quote is escaped where it could end or open the literal:
/// at its two ends, and next to another.
fn push_multiline(out: &mut String, text: &str) {
    let mut characters = text.chars().peekable();
    let mut after_quote = true;
    while let Some(character) = characters.next() {
        match character {
            '\n' => out.push('\n'),
            '\\' => out.push_str("\\\\"),
            '"' if after_quote || matches!(characters.peek(), None | Some('"')) => {
                out.push_str("\\\"");
            }
            other => push_visible(out, other),
        }
        after_quote = character == '"';
    }
}

/// A character as it is when it prints, else its shortest escape.
fn push_visible(out: &mut String, character: char) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        ' '..='~' => out.push(character),
        _ if prints(character) => out.push(character),
        _ => {
            let code = u32::from(character);
            let written = match code {
                0..=0xff => write!(out, "\\x{code:02x}"),
                0x100..=0xffff => write!(out, "\\u{code:04x}"),
                _ => write!(out, "\\U{code:08x}"),
            };
            written.expect("a String takes every write");
        }
    }
}

/// Whether a character is seen when it is printed: no control, format, separator, surrogate, private or
/// unassigned one. A combining mark prints, though `char::escape_debug` escapes it when it stands alone.
fn prints(character: char) -> bool {
    if character.escape_debug().len() == 1 {
        return true;
    }
    let mut behind_a_letter = String::from("a");
    behind_a_letter.push(character);
    behind_a_letter.escape_debug().nth(1) != Some('\\')
}
