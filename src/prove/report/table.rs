//! The table of a proof: relation and action in a row, what became of the rows, and how each side did it.

use crate::diagnostics::count;
use crate::prove::proof::{Line, Proof, Verdict, WayLine};
use crate::prove::side::Side;

/// A table's cells, without any borders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    /// The titles of the columns.
    pub head: Vec<String>,
    /// A row for each relation and action, with its verdict.
    pub rows: Vec<(Vec<String>, Verdict)>,
}

/// The table of a proof.
pub fn table(proof: &Proof) -> Cells {
    let sides: Vec<Side> = proof.catalogs.iter().map(|catalog| catalog.side).collect();
    let mut head: Vec<String> =
        ["relation", "action", "deleted", "changed", "kept"].map(str::to_owned).into();
    head.extend(sides.iter().map(Side::to_string));
    head.push("verdict".to_owned());
    let mut last = None;
    let rows = proof.lines.iter().map(|line| {
        let relation = relation(line);
        // Said once for the lines that follow one another.
        let shown = if last.as_ref() == Some(&relation) { String::new() } else { relation.clone() };
        last = Some(relation);
        let mut cells = vec![shown, line.action.clone()];
        cells.extend([line.deleted, line.changed, line.kept].map(|count| rows(line, count)));
        cells.extend(sides.iter().map(|side| of_side(line, *side)));
        cells.push(line.verdict.words().to_owned());
        (cells, line.verdict)
    });
    Cells { head, rows: rows.collect() }
}

/// `Product.store → Store, cascade`
fn relation(line: &Line) -> String {
    match (&line.relation, &line.target, &line.rule) {
        (Some(relation), Some(target), Some(rule)) => format!("{relation} → {target}, {rule}"),
        (Some(relation), _, _) => relation.clone(),
        (None, _, _) => "everything".to_owned(),
    }
}

/// How many rows; a dot where there are none, so that the others catch the eye.
fn rows(line: &Line, count: usize) -> String {
    match count {
        _ if line.cases == line.refused => "·".to_owned(),
        0 => "·".to_owned(),
        count => count.to_string(),
    }
}

/// The statements of each way, `–` where the way is not open.
fn of_side(line: &Line, side: Side) -> String {
    let ways: Vec<&WayLine> = line.ways.iter().filter(|way| way.side == side).collect();
    if ways.iter().all(|way| way.cases == 0) {
        return "–".to_owned();
    }
    let each = ways.iter().map(|way| {
        let count = if way.cases == 0 { "–".to_owned() } else { way.statements.to_string() };
        if way.verdict == Verdict::Disagree { format!("{count}!") } else { count }
    });
    each.collect::<Vec<_>>().join(" / ")
}

/// The last line: whether all agree, on what, and how long it took.
pub fn verdict(proof: &Proof) -> String {
    let versions = &proof.versions;
    let mut on = versions.postgresql.clone();
    for (name, version) in [("SQLAlchemy", &versions.sqlalchemy), ("Django", &versions.django)] {
        if let Some(version) = version {
            on.push_str(&format!(", {name} {version}"));
        }
    }
    let found = match proof.disagreements.len() {
        0 => "all agree".to_owned(),
        1 => "1 disagreement".to_owned(),
        many => format!("{many} disagreements"),
    };
    let uncovered = match proof.uncovered.len() {
        0 => String::new(),
        number => format!(", {number} not covered"),
    };
    format!(
        "{found}: {}, {}, {}{uncovered}; {on}; {:.1} s",
        count(1 + proof.catalogs.len(), "database"),
        count(proof.cases(), "action"),
        count(proof.comparisons(), "outcome"),
        proof.seconds
    )
}
