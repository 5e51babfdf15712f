//! A proof as a person reads it: the table, what is not covered, what disagrees, and the verdict.

use std::io;

use comfy_table::{CellAlignment, ContentArrangement, Table};

use trine::diagnostics::termcolor::{Color, ColorSpec, WriteColor};
use trine::diagnostics::{lead, visible};
use trine::prove::{Disagreement, Proof, Shortest, Unfinished, Verdict, report};

/// How many disagreements are told in full, and how many lines of each.
const TOLD: usize = 10;
const LINES: usize = 12;

pub(super) fn write(out: &mut dyn WriteColor, proof: &Proof) -> io::Result<()> {
    if !proof.lines.is_empty() {
        write_table(out, proof)?;
        writeln!(out)?;
    }
    if !proof.uncovered.is_empty() {
        bold(out, "Not covered")?;
        writeln!(out)?;
        for uncovered in &proof.uncovered {
            writeln!(out, "  {}: {}", visible(&uncovered.what), visible(&uncovered.why))?;
        }
        writeln!(out)?;
    }
    for disagreement in proof.disagreements.iter().take(TOLD) {
        write_disagreement(out, disagreement)?;
    }
    if proof.disagreements.len() > TOLD {
        writeln!(
            out,
            "and {} more, which --format json lists\n",
            proof.disagreements.len() - TOLD
        )?;
    }
    if let Some(shortest) = &proof.shortest {
        write_shortest(out, shortest)?;
    }
    let (sign, hue) = if proof.agrees() { ("✓", Color::Green) } else { ("✗", Color::Red) };
    colored(out, hue, sign)?;
    writeln!(out, " {}", report::verdict(proof))
}

fn write_table(out: &mut dyn WriteColor, proof: &Proof) -> io::Result<()> {
    let cells = report::table(proof);
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.load_style(comfy_table::presets::NOTHING);
    // The relation stands above its actions, so that a line fits the terminal.
    table.set_header(cells.head.iter().skip(1));
    for (row, _) in &cells.rows {
        table.add_row(row.iter().skip(1).map(|cell| visible(cell).to_string()));
    }
    for nth in 1..cells.head.len().saturating_sub(1) {
        if let Some(column) = table.column_mut(nth) {
            column.set_padding((2, 1));
            // Numbers of rows.
            let numbers = (1..=3).contains(&nth);
            column.set_cell_alignment(match numbers {
                true => CellAlignment::Right,
                false => CellAlignment::Left,
            });
        }
    }
    let mut lines = table.lines();
    if let Some(head) = lines.next() {
        dimmed(out, head.trim_end())?;
        writeln!(out)?;
    }
    for ((row, verdict), line) in cells.rows.iter().zip(lines) {
        if let Some(relation) = row.first().filter(|relation| !relation.is_empty()) {
            bold(out, &visible(relation))?;
            writeln!(out)?;
        }
        let line = line.trim_end();
        let words = verdict.words();
        let (start, end) = line.split_at(line.len() - words.len().min(line.len()));
        write!(out, "{start}")?;
        colored(
            out,
            match verdict {
                Verdict::Agree | Verdict::Refused => Color::Green,
                Verdict::NotCovered => Color::Yellow,
                Verdict::Disagree => Color::Red,
            },
            end,
        )?;
        writeln!(out)?;
    }
    dimmed(out, LEGEND)?;
    writeln!(out)
}

const LEGEND: &str = " statements: SQLAlchemy with nothing / the collections loaded, Django by an instance / \
                      a queryset";

fn write_disagreement(out: &mut dyn WriteColor, disagreement: &Disagreement) -> io::Result<()> {
    lead(out, "disagreement", Color::Red)?;
    bold(out, &visible(&disagreement.says))?;
    writeln!(out)?;
    if !disagreement.stage.is_empty() {
        writeln!(out, "  rows {}", visible(&disagreement.stage))?;
    }
    for line in disagreement.details.iter().take(LINES) {
        writeln!(out, "  {}", visible(line))?;
    }
    if disagreement.details.len() > LINES {
        writeln!(out, "  … {} lines more", disagreement.details.len() - LINES)?;
    }
    writeln!(out)
}

fn write_shortest(out: &mut dyn WriteColor, shortest: &Shortest) -> io::Result<()> {
    bold(out, "The shortest program that still shows it")?;
    if shortest.unfinished == Unfinished::Yes {
        write!(out, " (when time ran out; --shrink gives more)")?;
    }
    writeln!(out)?;
    for (path, text) in &shortest.files {
        if shortest.files.len() > 1 {
            writeln!(out, "  // {}", visible(path))?;
        }
        for line in text.lines() {
            writeln!(out, "  {}", visible(line))?;
        }
    }
    writeln!(out, "  → {}\n", visible(&shortest.shows))
}

fn colored(out: &mut dyn WriteColor, hue: Color, text: &str) -> io::Result<()> {
    out.set_color(ColorSpec::new().set_fg(Some(hue)))?;
    write!(out, "{text}")?;
    out.reset()
}

fn bold(out: &mut dyn WriteColor, text: &str) -> io::Result<()> {
    out.set_color(ColorSpec::new().set_bold(true))?;
    write!(out, "{text}")?;
    out.reset()
}

fn dimmed(out: &mut dyn WriteColor, text: &str) -> io::Result<()> {
    out.set_color(ColorSpec::new().set_dimmed(true))?;
    write!(out, "{text}")?;
    out.reset()
}
