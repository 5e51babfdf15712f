//! A page of Markdown on a terminal: headings in bold, paragraphs wrapped, code indented, tables aligned.
//!
//! Knows what the pages under `docs/errors/` and `docs/unions/` use, and no more of Markdown.

use std::io;

use trine::diagnostics::termcolor::{Color, ColorSpec, WriteColor};
use unicode_width::UnicodeWidthStr;

/// Where a paragraph is wrapped.
const WIDTH: usize = 88;

/// Writes a page.
pub(super) fn write(out: &mut dyn WriteColor, text: &str) -> io::Result<()> {
    let mut page = Page { out, paragraph: String::new(), table: Vec::new(), fenced: false };
    for line in text.lines() {
        page.line(line)?;
    }
    page.end_block()
}

struct Page<'a> {
    out: &'a mut dyn WriteColor,
    /// The lines of a paragraph or of an item of a list, joined.
    paragraph: String,
    /// The rows of a table, each with its cells.
    table: Vec<Vec<String>>,
    fenced: bool,
}

impl Page<'_> {
    fn line(&mut self, line: &str) -> io::Result<()> {
        if line.trim_start().starts_with("```") {
            self.end_block()?;
            self.fenced = !self.fenced;
        } else if self.fenced {
            self.styled(&code(), if line.is_empty() { "" } else { "    " }, line)?;
        } else if let Some(heading) = heading(line) {
            self.end_block()?;
            self.styled(&bold(), "", heading)?;
        } else if line.trim().is_empty() {
            self.end_block()?;
            writeln!(self.out)?;
        } else if line.starts_with('|') {
            self.table.push(cells(line));
        } else {
            if line.trim_start().starts_with("- ") {
                self.end_block()?;
            }
            if !self.paragraph.is_empty() {
                self.paragraph.push(' ');
            }
            self.paragraph.push_str(line.trim());
        }
        Ok(())
    }

    /// Writes a line in one style.
    fn styled(&mut self, style: &ColorSpec, indent: &str, text: &str) -> io::Result<()> {
        self.out.set_color(style)?;
        write!(self.out, "{indent}{text}")?;
        self.out.reset()?;
        writeln!(self.out)
    }

    fn end_block(&mut self) -> io::Result<()> {
        let paragraph = std::mem::take(&mut self.paragraph);
        if !paragraph.is_empty() {
            let paragraph = without_targets(&paragraph);
            let indent = if paragraph.starts_with("- ") { 2 } else { 0 };
            self.wrapped(&paragraph, 0, indent)?;
            writeln!(self.out)?;
        }
        let table = std::mem::take(&mut self.table);
        self.aligned(&table)
    }

    /// Writes a text word by word from a column on, and later lines from `indent` on.
    fn wrapped(&mut self, text: &str, start: usize, indent: usize) -> io::Result<()> {
        let mut style = Style::Plain;
        let mut column = start;
        let mut first = true;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let width = word.width();
            if !first && column + 1 + width > WIDTH {
                write!(self.out, "\n{:indent$}", "")?;
                column = indent;
            } else if !first {
                write!(self.out, " ")?;
                column += 1;
            }
            style = self.word(word, style)?;
            column += width;
            first = false;
        }
        self.out.reset()
    }

    /// Writes a word; a style that begins in it may end in a later one. The signs of `code` stay, since
    /// without colour they are all that tells it apart.
    fn word(&mut self, word: &str, mut style: Style) -> io::Result<Style> {
        let mut rest = word;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('`') {
                if style == Style::Code {
                    write!(self.out, "`")?;
                    self.out.reset()?;
                    style = Style::Plain;
                } else {
                    self.out.set_color(&code())?;
                    write!(self.out, "`")?;
                    style = Style::Code;
                }
                rest = after;
            } else if let Some(after) = rest.strip_prefix("**").filter(|_| style != Style::Code) {
                if style == Style::Bold {
                    self.out.reset()?;
                    style = Style::Plain;
                } else {
                    self.out.set_color(&bold())?;
                    style = Style::Bold;
                }
                rest = after;
            } else {
                let sign = rest.char_indices().skip(1).find(|(_, c)| matches!(c, '`' | '*'));
                let next = sign.map_or(rest.len(), |(at, _)| at);
                write!(self.out, "{}", &rest[..next])?;
                rest = &rest[next..];
            }
        }
        Ok(style)
    }

    /// Writes a table with its columns below each other; the last one is wrapped.
    fn aligned(&mut self, table: &[Vec<String>]) -> io::Result<()> {
        let Some(heads) = table.first() else { return Ok(()) };
        let widths: Vec<usize> = (0..heads.len())
            .map(|column| {
                let cells = table.iter().filter_map(|row| row.get(column));
                cells.filter(|cell| !is_rule(cell)).map(|cell| cell.width()).max().unwrap_or(0)
            })
            .collect();
        for row in table.iter().filter(|row| !row.iter().all(|cell| is_rule(cell))) {
            let mut column = 2;
            write!(self.out, "  ")?;
            for (cell, width) in row.iter().zip(&widths) {
                let last = column + width + 2 > WIDTH || std::ptr::eq(cell, &row[row.len() - 1]);
                self.wrapped(cell, column, column)?;
                if !last {
                    write!(self.out, "{:1$}", "", width - cell.width() + 2)?;
                }
                column += width + 2;
            }
            writeln!(self.out)?;
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Code,
    Bold,
}

fn code() -> ColorSpec {
    let mut style = ColorSpec::new();
    style.set_fg(Some(Color::Cyan));
    style
}

fn bold() -> ColorSpec {
    let mut style = ColorSpec::new();
    style.set_bold(true);
    style
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    (text.len() < line.len()).then(|| text.strip_prefix(' ')).flatten()
}

/// A text whose links are their words alone: a terminal leads nowhere.
fn without_targets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((words, target, after)) = link(rest) {
        let begin = rest.len() - after.len() - words.len() - target.len() - "[]()".len();
        out.push_str(&rest[..begin]);
        out.push_str(words);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The first link of a text, `[words](target)`, and what follows it.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let middle = text.find("](")?;
    let begin = text[..middle].rfind('[')?;
    let target = &text[middle + 2..];
    let end = target.find(')')?;
    Some((&text[begin + 1..middle], &target[..end], &target[end + 1..]))
}

/// The cells of a table's row.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim().trim_start_matches('|');
    let line = line.strip_suffix('|').unwrap_or(line);
    let escaped = line.replace("\\|", "\u{0}");
    escaped.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect()
}

/// Whether a cell belongs to the line between a table's head and its body.
fn is_rule(cell: &str) -> bool {
    !cell.is_empty() && cell.chars().all(|c| c == '-' || c == ':')
}
