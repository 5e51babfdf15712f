//! The words for what is wrong with single tokens and single parts. Broken members and items have
//! theirs in `broken`.

use pest::error::{Error, InputLocation};

use crate::diagnostics::{Code, Diagnostic, Edit};
use crate::source::{FileId, Span};
use crate::syntax::tree::{Module, Trivia, TriviaKind};

use super::expressions::DEPTH_LIMIT;
use super::scan::NESTING_LIMIT;
use super::{Node, Reader, Rule};

// ── Characters, strings, names ──

/// `"abc` without its closing quote.
pub fn unterminated_string(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0103, span, "this string is never closed", "begins here")
        .note("A string ends on the line on which it begins.")
        .help("close it with `\"`; a quote inside is written `\\\"`, a line break `\\n`")
}

/// A backquote without its partner.
pub fn unterminated_name(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0103, span, "this name is never closed", "begins here")
        .help("a name in backquotes ends with a second one on its line")
}

/// Something between backquotes that is no name.
pub fn no_name(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0103, span, "this can't be a name", "no identifier")
        .note("Backquotes let a keyword be a name; they do not let it hold other characters.")
        .help("begin with a letter or `_`, and go on with letters, digits and `_`")
}

/// A raw control character in a string.
pub fn control_in_string(span: Span, byte: u8) -> Diagnostic {
    let message = format!("a string holds the control character U+{byte:04X}");
    Diagnostic::new(Code::E0103, span, message, "can't be seen").fix(
        "write it as an escape",
        span,
        format!("\\u{{{byte:X}}}"),
    )
}

/// `\q`
pub fn bad_escape(span: Span, escape: &str) -> Diagnostic {
    Diagnostic::new(Code::E0103, span, format!("`{escape}` is no escape"), "not known")
        .help("the escapes are `\\\"`, `\\\\`, `\\n`, `\\r`, `\\t`, `\\0` and `\\u{…}` with up to six hexadecimal digits of a character")
        .fix("keep the backslash itself", span, format!("\\{escape}"))
}

/// A NUL in a text.
pub fn nul(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0312, span, "PostgreSQL can't store NUL in a text", "U+0000")
        .note("No string, comment or label of a database can hold it, in any encoding.")
        .help("leave it out; bytes are kept in `bytea`")
        .fix("leave it out", span, "")
}

/// `'abc'`
pub fn single_quotes(span: Span, content: Option<&str>) -> Diagnostic {
    let message = "a string stands in double quotes";
    let found = Diagnostic::new(Code::E0103, span, message, "in single quotes");
    match content {
        Some(content) => found.fix("use double quotes", span, format!("\"{content}\"")),
        None => found,
    }
}

/// A character that has no meaning outside of strings and comments.
pub fn stray_character(span: Span, character: char) -> Diagnostic {
    let shown = if character.is_control() || character.is_whitespace() {
        format!("U+{:04X}", u32::from(character))
    } else {
        format!("`{character}`")
    };
    let message = format!("{shown} has no meaning here");
    let found = Diagnostic::new(Code::E0103, span, message, "not read");
    match character {
        ';' => found.note("A member ends with its line.").fix("remove it", span, ""),
        '#' => found.help("a comment begins with `//`"),
        '“' | '”' | '„' | '«' | '»' => {
            found.help("a string stands in straight quotes: `\"…\"`")
        }
        '‘' | '’' => found.help("a string stands in double quotes: `\"…\"`"),
        '（' => found.fix("write `(`", span, "("),
        '）' => found.fix("write `)`", span, ")"),
        '，' => found.fix("write `,`", span, ","),
        '\u{FEFF}' | '\u{200B}' => found.fix("remove it", span, ""),
        _ if character.is_whitespace() => found.fix("write a plain space", span, " "),
        _ if character.is_control() => found.fix("remove it", span, ""),
        _ => found,
    }
}

// ── Brackets and depth ──

/// `)` without `(`
pub fn stray_bracket(span: Span, bracket: char) -> Diagnostic {
    Diagnostic::new(Code::E0105, span, format!("this `{bracket}` closes nothing"), "no partner")
        .fix("remove it", span, "")
}

/// `(` without `)`
pub fn unclosed_bracket(span: Span, bracket: char) -> Diagnostic {
    let message = format!("this `{bracket}` is never closed");
    Diagnostic::new(Code::E0105, span, message, "has no partner")
}

/// Brackets within brackets, beyond the limit.
pub fn too_deep_brackets(span: Span) -> Diagnostic {
    let message = format!("brackets nest more than {NESTING_LIMIT} deep");
    Diagnostic::new(Code::E0104, span, message, "one too many")
        .help("take a part out into a field of its own, or write it as `sql \"…\"`")
}

/// An expression whose tree is too deep.
pub fn too_deep_expression(span: Span) -> Diagnostic {
    let message = format!("this expression is more than {DEPTH_LIMIT} operators deep");
    Diagnostic::new(Code::E0104, span, message, "too deep")
        .help("use `in (…)` for long lists of values, split a `check` in two, or write `sql \"…\"`")
}

// ── Docs ──

/// `///` where nothing follows that it could document.
pub fn stray_docs(span: Span) -> Diagnostic {
    let slashes = Span { end: span.start + 3, ..span };
    Diagnostic::new(Code::E0101, span, "this doc comment documents nothing", "nothing follows")
        .note("`///` stands on the lines before what it documents.")
        .fix("make it a comment", slashes, "//")
}

/// `///` before a member that has no documentation. The comment is kept as a comment.
pub fn docs_of_nothing(reader: &mut Reader<'_>, node: &Node<'_>) {
    let mut start = reader.span(node).start as usize;
    let mut edits = Vec::new();
    let mut spans = Vec::new();
    for line in node.as_str().split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let text = line.trim();
        if text.starts_with("///") {
            let span = Span::new(reader.file, start + indent, start + indent + text.len());
            edits.push(Edit {
                span: Span { end: span.start + 3, ..span },
                replacement: "//".to_owned(),
            });
            spans.push(span);
        }
        start += line.len();
    }
    let Some(&first) = spans.first() else { return };
    let message = "a doc comment stands before a member that has no documentation";
    let found = Diagnostic::new(Code::E0101, first, message, "documents nothing")
        .note("Only fields and relations have documentation: it becomes their COMMENT.");
    reader.findings.push(found.fix_all("make it a comment", edits));
    reader.trivia.extend(spans.into_iter().map(|span| Trivia { kind: TriviaKind::Comment, span }));
}

// ── Parts ──

/// A number that does not fit.
pub fn number_too_large(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0101, span, "this number is too large", "does not fit")
}

/// `where (…) where (…)`
pub fn option_twice(span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0101, span, "this is said twice", "the second time")
        .also(first, "the first time")
        .fix("remove the second", span, "")
}

/// `a = b = c`
pub fn chained_comparison(span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0101, span, "a comparison of a comparison", "the second operator")
        .also(first, "the first operator")
        .help("join two comparisons by `and`, or say with parentheses what is compared")
}

/// `a between b`
pub fn between_without_and(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0101, span, "`between` without its `and`", "expected `and` behind this")
        .help("write `x between LOW and HIGH`")
}

// ── Modules ──

/// A file that does not say to which module it belongs; `name` is made of the file's own.
pub fn no_module(file: FileId, name: &str) -> Diagnostic {
    let start = Span::new(file, 0, 0);
    Diagnostic::new(Code::E0106, start, "this file belongs to no module", "expected `module NAME`")
        .note(
            "a module is one Django app and one Python module; every file says to which it belongs",
        )
        .help(format!("begin the file with `module {name}`"))
        .fix(format!("add `module {name}`"), start, format!("module {name}\n\n"))
}

/// `module` twice in a file.
pub fn second_module(second: &Module, first: &Module) -> Diagnostic {
    let message = format!("a second module in one file, `{}`", second.name.text);
    Diagnostic::new(Code::E0106, second.span, message, "the second one")
        .also(first.span, "the first one")
        .help("move what follows into a file of its own")
}

/// `plural` in a module's block.
pub fn plural_of_module(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0101, span, "a module has no plural", "not read")
}

// ── The whole file ──

/// The grammar reads every balanced text; this says where it did not.
pub fn unreadable(file: FileId, source: &str, error: &Error<Rule>) -> Diagnostic {
    let (InputLocation::Pos(start) | InputLocation::Span((start, _))) = error.location;
    let start = start.min(source.len());
    let span = Span::new(file, start, start);
    Diagnostic::new(Code::E0102, span, "this file can't be read from here on", "expected an item")
}
