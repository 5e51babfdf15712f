//! Writes a run where the documents tell of it.

use std::fs;

use super::Taken;
use super::support::examples::root;
use super::table::{self, ORMS};

/// What the figures are, in the page of costs.
const FIGURES: &str = "\
Statements / milliseconds, the median, of the generated models, for 100,000 tasks of 10,000 persons and 1,000 groups:
list 1000 tasks with their owners, filter tasks by their owner's name, delete a person, insert 10,000 tasks; then the
megabytes of all tables, and whether a reference can dangle or be half. `generic` is Django's GenericForeignKey, with
and without prefetching. Under `split`, the application names the part that it inserts into.
";

/// Writes the page of costs, its copy in the reference, and what the generated models take beside those that were
/// written by hand.
pub fn write(taken: &Taken) -> Result<(), String> {
    let measured = format!("Measured by `cargo bench --bench unions`:\n{}.\n", taken.told);
    let mut costs = format!("{FIGURES}\n{measured}");
    let mut ratios = format!("{}.\n", taken.told);
    for (orm, name) in ORMS {
        costs.push_str(&format!("\n{name}:\n\n{}", table::costs(orm, taken)));
        ratios.push_str(&format!("\n{name}:\n\n{}", table::ratios(orm, taken)));
    }
    let write = |path: &str, text: String| {
        fs::write(root().join(path), text).map_err(|error| format!("{path}: {error}"))
    };
    write("docs/language/unions.md", between("docs/language/unions.md", "costs", &costs)?)?;
    write("docs/benchmarks.md", between("docs/benchmarks.md", "unions", &ratios)?)?;
    write("docs/unions/costs.md", costs)
}

/// A document with a text in place of what stands between two marks.
fn between(path: &str, name: &str, text: &str) -> Result<String, String> {
    let document =
        fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let parts = document.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some(format!("{before}{begin}{text}{end}{after}"))
    });
    parts.ok_or_else(|| format!("{path} lacks the marks `{name}`"))
}
