//! Differences as a person reads them: by table, what was before and what is after.

use std::io;

use unicode_width::UnicodeWidthStr;

use crate::diagnostics::termcolor::{Color, ColorSpec, WriteColor};
use crate::diagnostics::visible;
use crate::diff::{Change, Difference};

use super::lines::{Line, compare, near};

/// How wide a line may become before its values get lines of their own.
const WIDTH: usize = 100;

/// What the two sides are called: "the schema", "the database".
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// The first one.
    pub before: &'a str,
    /// The second one.
    pub after: &'a str,
}

/// Writes differences, those of one table below its name.
///
/// A line begins with the code, the object and the property. `-` stands before what only the first side
/// says, `+` before what only the second one does, `→` between the two.
///
/// # Errors
/// When the writer fails.
pub fn write_human(
    out: &mut dyn WriteColor,
    differences: &[Difference],
    sides: Sides<'_>,
) -> io::Result<()> {
    if differences.is_empty() {
        return Ok(());
    }
    colored(out, &color(Color::Red), "-")?;
    write!(out, " {}   ", sides.before)?;
    colored(out, &color(Color::Green), "+")?;
    writeln!(out, " {}", sides.after)?;
    let mut rest = differences;
    while let Some(first) = rest.first() {
        let title = group(first);
        let end = rest.iter().position(|other| group(other) != title).unwrap_or(rest.len());
        let (here, behind) = rest.split_at(end);
        writeln!(out)?;
        let mut bold = ColorSpec::new();
        bold.set_bold(true);
        colored(out, &bold, &one_line(&title))?;
        writeln!(out)?;
        let widest = here.iter().map(|found| subject(found).width()).max().unwrap_or(0).min(44);
        for found in here {
            write_one(out, found, widest)?;
        }
        rest = behind;
    }
    Ok(())
}

/// What differences are shown below: the table, or the database itself.
fn group(found: &Difference) -> String {
    match (&found.schema, &found.table) {
        (Some(schema), Some(table)) => format!("{schema}.{table}"),
        (None, Some(table)) => table.to_string(),
        (_, None) => "outside of tables".to_owned(),
    }
}

/// The object, within its group.
fn subject(found: &Difference) -> String {
    let name = match (&found.schema, &found.table, &found.object) {
        (Some(schema), None, Some(object)) => format!("{schema}.{object}"),
        (_, _, Some(object)) => object.to_string(),
        (_, _, None) => return found.kind.name().to_owned(),
    };
    one_line(&format!("{} {name}", found.kind.name()))
}

fn write_one(out: &mut dyn WriteColor, found: &Difference, widest: usize) -> io::Result<()> {
    let subject = subject(found);
    let gap = widest.saturating_sub(subject.width());
    write!(out, "  ")?;
    colored(out, &color(Color::Cyan), found.code.name())?;
    write!(out, "  {subject}{:gap$}  ", "")?;
    let used = "  D0101  ".len() + subject.width() + gap + 2;
    let words = |value: &Option<String>| match value {
        Some(text) => text.clone(),
        None => "(none)".to_owned(),
    };
    match found.change {
        Change::Missing => write_whole(out, "missing", ("-", Color::Red), &found.before, used),
        Change::Besides => write_whole(out, "besides", ("+", Color::Green), &found.after, used),
        Change::Renamed => {
            write!(out, "renamed")?;
            write_values(out, &words(&found.before), &words(&found.after), used + "renamed".len())
        }
        Change::Differs => {
            let property = found.property.unwrap_or_default();
            write!(out, "{property}")?;
            write_values(out, &words(&found.before), &words(&found.after), used + property.width())
        }
    }
}

/// `missing - CHECK (price >= 0)`, or the definition on a line of its own.
fn write_whole(
    out: &mut dyn WriteColor,
    word: &str,
    (sign, hue): (&str, Color),
    definition: &Option<String>,
    used: usize,
) -> io::Result<()> {
    write!(out, "{word}")?;
    if let Some(text) = definition {
        let text = one_line(text);
        if used + word.len() + " - ".len() + text.width() <= WIDTH {
            write!(out, " ")?;
        } else {
            write!(out, "\n{:9}", "")?;
        }
        colored(out, &color(hue), &format!("{sign} {text}"))?;
    }
    writeln!(out)
}

/// `: before → after` where it fits, else the lines that differ.
fn write_values(
    out: &mut dyn WriteColor,
    before: &str,
    after: &str,
    used: usize,
) -> io::Result<()> {
    let (red, green) = (color(Color::Red), color(Color::Green));
    let plain = !before.contains('\n') && !after.contains('\n');
    if plain && used + ":  → ".len() + before.width() + after.width() <= WIDTH {
        write!(out, ": ")?;
        colored(out, &red, &one_line(before))?;
        write!(out, " → ")?;
        colored(out, &green, &one_line(after))?;
        return writeln!(out);
    }
    writeln!(out)?;
    for line in near(&compare(before, after)) {
        let (spec, text) = match line {
            None => (ColorSpec::new(), "  …".to_owned()),
            Some(Line::Both(text)) => (ColorSpec::new(), format!("  {}", one_line(text))),
            Some(Line::Before(text)) => (red.clone(), format!("- {}", one_line(text))),
            Some(Line::After(text)) => (green.clone(), format!("+ {}", one_line(text))),
        };
        write!(out, "{:9}", "")?;
        colored(out, &spec, &text)?;
        writeln!(out)?;
    }
    Ok(())
}

fn color(color: Color) -> ColorSpec {
    let mut spec = ColorSpec::new();
    spec.set_fg(Some(color));
    spec
}

fn colored(out: &mut dyn WriteColor, spec: &ColorSpec, text: &str) -> io::Result<()> {
    out.set_color(spec)?;
    write!(out, "{text}")?;
    out.reset()
}

fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n")
}
