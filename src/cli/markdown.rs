//! A page of Markdown on a terminal: headings in bold, paragraphs wrapped, code indented.
//!
//! Knows what the pages under `docs/errors/` use: headings, paragraphs, lists, fences, `code`, **bold**.

use std::io;

use trine::diagnostics::termcolor::{Color, ColorSpec, WriteColor};
use unicode_width::UnicodeWidthStr;

/// Where a paragraph is wrapped.
const WIDTH: usize = 88;

/// Writes a page.
pub(super) fn write(out: &mut dyn WriteColor, page: &str) -> io::Result<()> {
    let mut paragraph = String::new();
    let mut fenced = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            flush(out, &mut paragraph)?;
            fenced = !fenced;
        } else if fenced {
            out.set_color(ColorSpec::new().set_fg(Some(Color::Cyan)))?;
            write!(out, "    {line}")?;
            out.reset()?;
            writeln!(out)?;
        } else if let Some(heading) = heading(line) {
            flush(out, &mut paragraph)?;
            out.set_color(ColorSpec::new().set_bold(true))?;
            write!(out, "{heading}")?;
            out.reset()?;
            writeln!(out)?;
        } else if line.trim().is_empty() {
            flush(out, &mut paragraph)?;
            writeln!(out)?;
        } else {
            if line.trim_start().starts_with("- ") {
                flush(out, &mut paragraph)?;
            }
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim_end());
        }
    }
    flush(out, &mut paragraph)
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    (text.len() < line.len()).then(|| text.strip_prefix(' ')).flatten()
}

/// Writes a paragraph, word by word.
fn flush(out: &mut dyn WriteColor, paragraph: &mut String) -> io::Result<()> {
    if paragraph.is_empty() {
        return Ok(());
    }
    let mut style = Style::Plain;
    let indent = if paragraph.starts_with("- ") { "  " } else { "" };
    let mut column = 0;
    for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
        let width = word.width();
        if column > 0 && column + 1 + width > WIDTH {
            write!(out, "\n{indent}")?;
            column = indent.len();
        } else if column > 0 {
            write!(out, " ")?;
            column += 1;
        }
        write_word(out, word, &mut style)?;
        column += width;
    }
    out.reset()?;
    paragraph.clear();
    writeln!(out)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Code,
    Bold,
}

/// Writes a word; a style that begins in it may end in a later one. The signs of `code` stay, since
/// without colour they are all that tells it apart.
fn write_word(out: &mut dyn WriteColor, word: &str, style: &mut Style) -> io::Result<()> {
    let mut rest = word;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('`') {
            if *style == Style::Code {
                write!(out, "`")?;
                out.reset()?;
                *style = Style::Plain;
            } else {
                out.set_color(ColorSpec::new().set_fg(Some(Color::Cyan)))?;
                write!(out, "`")?;
                *style = Style::Code;
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix("**").filter(|_| *style != Style::Code) {
            if *style == Style::Bold {
                out.reset()?;
                *style = Style::Plain;
            } else {
                out.set_color(ColorSpec::new().set_bold(true))?;
                *style = Style::Bold;
            }
            rest = after;
        } else {
            let sign = rest.char_indices().skip(1).find(|(_, c)| matches!(c, '`' | '*'));
            let next = sign.map_or(rest.len(), |(at, _)| at);
            write!(out, "{}", &rest[..next])?;
            rest = &rest[next..];
        }
    }
    Ok(())
}
