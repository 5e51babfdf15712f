//! A proof in Markdown: for the summary of a workflow, or a comment on a change.

use std::fmt::Write;

use crate::prove::proof::Proof;

use super::table::{Cells, table, verdict};

/// How many disagreements are told in full.
const TOLD: usize = 20;

/// A proof as GitHub's Markdown.
pub fn markdown(proof: &Proof) -> String {
    let mut out = String::new();
    let sign = if proof.agrees() { "✅" } else { "❌" };
    let _ = writeln!(out, "## {sign} trine prove\n\n{}\n", text(&verdict(proof)));
    for disagreement in proof.disagreements.iter().take(TOLD) {
        let _ = writeln!(out, "- **{}**", text(&disagreement.says));
        if !disagreement.stage.is_empty() {
            let _ = writeln!(out, "  {}", text(&disagreement.stage));
        }
        if !disagreement.details.is_empty() {
            let _ = writeln!(out, "\n{}\n", fenced("", &disagreement.details.join("\n"), "  "));
        }
    }
    if proof.disagreements.len() > TOLD {
        let _ = writeln!(out, "- and {} more", proof.disagreements.len() - TOLD);
    }
    if let Some(shortest) = &proof.shortest {
        let _ = writeln!(out, "\nThe shortest program that still shows it:\n");
        for (_, contents) in &shortest.files {
            let _ = writeln!(out, "{}\n", fenced("trine", contents.trim_end(), ""));
        }
        let _ = writeln!(out, "{}\n", text(&shortest.shows));
    }
    let cells = table(proof);
    if !cells.rows.is_empty() {
        let _ = writeln!(
            out,
            "<details><summary>{} relations and actions</summary>\n\n{}\n\n{LEGEND}\n\n</details>\n",
            cells.rows.len(),
            grid(&cells)
        );
    }
    if !proof.uncovered.is_empty() {
        let _ = writeln!(out, "Not covered:\n");
        for uncovered in &proof.uncovered {
            let _ = writeln!(out, "- {}: {}", text(&uncovered.what), text(&uncovered.why));
        }
    }
    out
}

const LEGEND: &str = "Statements: SQLAlchemy with nothing loaded / with the collections loaded; Django by \
                      an instance / by a queryset.";

fn grid(cells: &Cells) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| text(cell).replace('|', "\\|")).collect();
        format!("| {} |", cells.join(" | "))
    };
    let mut lines = vec![line(&cells.head), format!("|{}", " --- |".repeat(cells.head.len()))];
    lines.extend(cells.rows.iter().map(|(row, _)| line(row)));
    lines.join("\n")
}

/// Text that is only text: what Markdown would take for markup is escaped, code spans stay.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    for c in text.chars() {
        code ^= c == '`';
        if !code && matches!(c, '*' | '_' | '<' | '>' | '[' | ']' | '#') {
            out.push('\\');
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
    out
}

/// A block of code, in more backquotes than it has itself.
fn fenced(language: &str, code: &str, indent: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in code.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(3.max(longest + 1));
    let lines: String = code.lines().map(|line| format!("{indent}{line}\n")).collect();
    format!("{indent}{fence}{language}\n{lines}{indent}{fence}")
}
