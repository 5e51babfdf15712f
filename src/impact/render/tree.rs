//! An impact as a tree in the terminal.

use std::collections::HashSet;
use std::io;

use codespan_reporting::term::termcolor::{Color, ColorSpec, WriteColor};
use unicode_width::UnicodeWidthStr;

use crate::impact::counted::{BranchCount, Counts, TargetCount};
use crate::impact::rules::Effect;
use crate::impact::{Branch, Fate, Impact, Leads, Target, Verdict};
use crate::schema::{RelationId, Schema};

use super::words::{Names, Tone, grouped, rows, tone};

/// Writes an impact as a tree; with how many rows, when they have been counted.
///
/// # Errors
/// When `out` can't be written.
pub fn tree(
    out: &mut dyn WriteColor,
    schema: &Schema,
    impact: &Impact,
    counts: Option<&Counts>,
) -> io::Result<()> {
    let names = Names::new(schema, impact);
    let lines = lines(&names, impact, counts);
    let subjects = lines.iter().map(Line::subject_width).max().unwrap_or(0).min(MOST);
    let numbers = lines.iter().map(|line| line.count.width()).max().unwrap_or(0);
    let words = lines.iter().map(|line| line.words.width()).max().unwrap_or(0).min(MOST);
    for line in &lines {
        write!(out, "{}", line.branch)?;
        let mut subject = ColorSpec::new();
        // A union's row is none of the file's entities.
        subject.set_bold(!line.quiet).set_dimmed(line.quiet);
        styled(out, &subject, &line.subject)?;
        let missing = subjects.saturating_sub(line.subject_width());
        write!(out, "{:missing$}", "")?;
        if numbers > 0 {
            let missing = numbers - line.count.width();
            write!(out, "  {:missing$}{}", "", line.count)?;
        }
        write!(out, "  ")?;
        styled(out, &style(line.tone), &line.words)?;
        if !line.by.is_empty() {
            let missing = words.saturating_sub(line.words.width());
            write!(out, "{:missing$}  ", "")?;
            styled(out, ColorSpec::new().set_dimmed(true), &line.by)?;
        }
        writeln!(out)?;
    }
    writeln!(out)?;
    summary(out, &names, impact, counts)
}

/// Columns are not made wider than this for the sake of one long line.
const MOST: usize = 60;

/// A line of the tree.
struct Line {
    /// Its place in the tree: `│  ├─ `.
    branch: String,
    subject: String,
    /// How many rows; empty when they have not been counted.
    count: String,
    words: String,
    tone: Tone,
    by: String,
    /// Whether it is of less interest than the others.
    quiet: bool,
}

impl Line {
    fn subject_width(&self) -> usize {
        self.branch.width() + self.subject.width()
    }
}

fn lines(names: &Names<'_>, impact: &Impact, counts: Option<&Counts>) -> Vec<Line> {
    let mut lines = vec![Line {
        branch: String::new(),
        subject: names.entity(impact.entity()),
        count: counts.map_or_else(String::new, |counts| grouped(counts.deleted[0])),
        words: "deleted".to_owned(),
        tone: Tone::Deleted,
        by: String::new(),
        quiet: false,
    }];
    // By place: the line on which it is spoken of on.
    let mut spoken: Vec<Option<usize>> = vec![None; impact.deleted.len()];
    spoken[0] = Some(0);
    let mut seen = Vec::new();
    // What is still to come: a place, how far its lines have been written, and what stands before them.
    let mut open = vec![(0, 0, String::new())];
    while let Some((place, at, before)) = open.pop() {
        let deleted = &impact.deleted[place];
        let targets: Vec<_> = (deleted.targets.iter().enumerate())
            .filter_map(|(nth, target)| Some((nth, target, names.target(target)?)))
            .collect();
        let count = deleted.branches.len() + targets.len();
        if at == count {
            continue;
        }
        let last = at + 1 == count;
        let sign = if last { "└─ " } else { "├─ " };
        let below = format!("{before}{}", if last { "   " } else { "│  " });
        let branch = format!("{before}{sign}");
        open.push((place, at + 1, before));
        let leads = match deleted.branches.get(at) {
            Some(branch) => branch.leads,
            None => targets[at - deleted.branches.len()].1.takes,
        };
        match leads {
            Leads::To(next) => {
                spoken[next] = Some(lines.len());
                open.push((next, 0, below));
            }
            Leads::Seen(next) => seen.push((lines.len(), next, next == place)),
            Leads::Nowhere => {}
        }
        let Some(branch_here) = deleted.branches.get(at) else {
            let (nth, target, words) = &targets[at - deleted.branches.len()];
            lines.push(target_line(
                names,
                branch,
                target,
                words,
                counts.map(|counts| counts.targets[place][*nth]),
            ));
            continue;
        };
        let count = counts.map(|counts| &counts.branches[place][at]);
        let (mut words, tone) = said(names, branch_here, count);
        if branch_here.checks.iter().enumerate().any(|(nth, _)| is_worth_saying(count, nth)) {
            words.push('*');
        }
        lines.push(Line {
            branch,
            subject: names.subject(branch_here),
            count: count.map_or_else(String::new, |count| grouped(count.rows)),
            words,
            tone,
            by: names.by(branch_here),
            quiet: is_quiet(names, branch_here.relation),
        });
    }
    for (line, place, itself) in seen {
        let where_to = match spoken[place] {
            _ if itself => ", and so on",
            Some(other) if other < line => " (see above)",
            _ => " (see below)",
        };
        lines[line].words.push_str(where_to);
    }
    lines
}

/// The line of what a row that goes refers to.
fn target_line(
    names: &Names<'_>,
    branch: String,
    target: &Target,
    words: &str,
    count: Option<TargetCount>,
) -> Line {
    let taken = target.takes != Leads::Nowhere;
    let number = count.map(|count| if taken { count.taken } else { count.bound });
    Line {
        branch,
        subject: names.entity(names.schema.relations[target.relation].target),
        count: number.map_or_else(String::new, grouped),
        words: words.to_owned(),
        tone: if taken { Tone::Deleted } else { Tone::Refused },
        by: names.by_target(target),
        quiet: taken,
    }
}

/// Whether a line's rows are a union's own, which go with an alternative.
fn is_quiet(names: &Names<'_>, relation: RelationId) -> bool {
    let source = names.schema.relations[relation].source;
    names.schema.union_of_row(source).is_some() && names.schema.tie(relation).is_some()
}

fn refuses(branch: &Branch) -> bool {
    matches!(branch.effect, Effect::Restricted | Effect::Protected)
        && !matches!(branch.fate, Fate::Goes(_))
}

/// What a branch comes to; once rows are counted, no one refuses who isn't there.
fn said(names: &Names<'_>, branch: &Branch, count: Option<&BranchCount>) -> (String, Tone) {
    let tone = tone(names.schema, branch);
    if branch.bound.is_some() && count.is_some_and(|count| count.bound == 0) {
        let unbound = Branch { bound: None, ..branch.clone() };
        return said(names, &unbound, count);
    }
    match count {
        Some(BranchCount { rows: 0, gone: 0, .. }) if refuses(branch) => {
            ("none refers".to_owned(), Tone::Kept)
        }
        Some(BranchCount { rows: 0, .. }) if refuses(branch) => {
            ("all that refer go as well".to_owned(), Tone::Kept)
        }
        Some(_) | None => (names.effect(branch), tone),
    }
}

/// Once rows are counted, only a check that they are about is worth a sentence.
fn is_worth_saying(count: Option<&BranchCount>, check: usize) -> bool {
    count.is_none_or(|count| count.checks[check].at_risk > 0)
}

/// What is said below the tree: each kind of effect with its entities, and what wants a sentence.
fn summary(
    out: &mut dyn WriteColor,
    names: &Names<'_>,
    impact: &Impact,
    counts: Option<&Counts>,
) -> io::Result<()> {
    let row = |out: &mut dyn WriteColor, tone, lead: &str, text: &str| -> io::Result<()> {
        styled(out, &style(tone), lead)?;
        writeln!(out, "{:1$}{text}", "", 10_usize.saturating_sub(lead.width()))
    };
    if let Some(counts) = counts {
        match &counts.condition {
            Some(condition) => row(out, Tone::Kept, "where", &one_line(condition))?,
            None => row(out, Tone::Kept, "where", "all rows (no --where)")?,
        }
    }
    let with = |name: String, number: Option<u64>| match number {
        Some(number) => format!("{} {name}", grouped(number)),
        None => name,
    };
    // The rows of unions, which the file does not speak of, come last; unless they were asked for.
    let (told, rest): (Vec<_>, Vec<_>) = (impact.deleted.iter().enumerate())
        .filter(|(place, deleted)| *place == 0 || names.schema.union_link(deleted.entity).is_none())
        .partition(|(place, deleted)| {
            *place == 0 || names.schema.union_of_row(deleted.entity).is_none()
        });
    let deleted: Vec<String> = (told.into_iter().chain(rest))
        .map(|(place, deleted)| {
            with(names.entity(deleted.entity), counts.map(|counts| counts.deleted[place]))
        })
        .collect();
    row(out, Tone::Deleted, "deleted", &deleted.join(", "))?;
    let links = unlinked(names, impact, counts);
    if !links.is_empty() {
        row(out, Tone::Unlinked, "unlinked", &links.join(", "))?;
    }
    for (lead, effect) in [("cleared", Effect::Cleared), ("defaulted", Effect::Defaulted)] {
        let mut found: Vec<(String, Option<u64>)> = Vec::new();
        for (branch, count) in each(impact, counts) {
            if branch.effect != effect || matches!(branch.fate, Fate::Goes(_)) {
                continue;
            }
            let name = names.relation(branch.relation);
            let number = count.map(|count| count.rows);
            // A relation to a union may be there for each alternative.
            match found.iter_mut().find(|(other, _)| *other == name) {
                Some((_, sum)) => *sum = sum.zip(number).map(|(sum, number)| sum + number),
                None => found.push((name, number)),
            }
        }
        let found: Vec<String> =
            found.into_iter().map(|(name, number)| with(name, number)).collect();
        if !found.is_empty() {
            row(out, Tone::Written, lead, &found.join(", "))?;
        }
    }
    if !impact.kept.is_empty() {
        let kept: Vec<String> = impact.kept.iter().map(|&kept| names.entity(kept)).collect();
        row(out, Tone::Kept, "kept", &kept.join(", "))?;
    }
    let mut refusals = refusals(names, impact, counts);
    let mut seen = HashSet::new();
    refusals.retain(|line| counts.is_some() || seen.insert(line.clone()));
    for line in refusals {
        row(out, Tone::Refused, "refused", &line)?;
    }
    for (branch, count) in each(impact, counts) {
        for (nth, (check, verdict)) in branch.checks.iter().enumerate() {
            if !is_worth_saying(count, nth) {
                continue;
            }
            let lead = match verdict {
                Verdict::MayRefuse => "* refuses",
                Verdict::OrderDecides => "* order",
            };
            let said = names.verdict(branch.relation, check, *verdict);
            row(out, Tone::Refused, lead, &said)?;
        }
    }
    Ok(())
}

/// Every branch with its count.
fn each<'a>(
    impact: &'a Impact,
    counts: Option<&'a Counts>,
) -> impl Iterator<Item = (&'a Branch, Option<&'a BranchCount>)> {
    impact.deleted.iter().enumerate().flat_map(move |(place, deleted)| {
        deleted
            .branches
            .iter()
            .enumerate()
            .map(move |(nth, branch)| (branch, counts.map(|counts| &counts.branches[place][nth])))
    })
}

/// The links that Trine makes and that are removed.
fn unlinked(names: &Names<'_>, impact: &Impact, counts: Option<&Counts>) -> Vec<String> {
    let made = impact.links(names.schema).into_iter();
    let made = made.map(|link| (link, counts.and_then(|counts| counts.links_of(link))));
    // The links of relations to unions are entities like any other, but for those who read.
    let others = impact
        .union_links(names.schema)
        .map(|(place, deleted)| (deleted.entity, counts.map(|counts| counts.deleted[place])));
    made.chain(others)
        .map(|(link, number)| match number {
            Some(number) => format!("{} {}", grouped(number), names.entity(link)),
            None => names.entity(link),
        })
        .collect()
}

/// What refuses, by how many rows; without counts, what may.
fn refusals(names: &Names<'_>, impact: &Impact, counts: Option<&Counts>) -> Vec<String> {
    let mut lines = Vec::new();
    for (branch, count) in each(impact, counts) {
        let relation = names.relation(branch.relation);
        match count {
            None if refuses(branch) => {
                lines.push(format!("where rows are left that refer by {relation}"));
            }
            None => lines.extend(branch.bound.map(|bound| names.broken(bound, branch.effect))),
            Some(count) => {
                if refuses(branch) && count.rows > 0 {
                    let verb = if count.rows == 1 { "refers" } else { "refer" };
                    let source = names.entity(names.schema.relations[branch.relation].source);
                    lines.push(format!("{} of {source} {verb} by {relation}", rows(count.rows)));
                }
                if let Some(bound) = branch.bound.filter(|_| count.bound > 0) {
                    lines.push(format!(
                        "{}: {}",
                        rows(count.bound),
                        names.broken(bound, branch.effect)
                    ));
                }
                for ((check, _), number) in branch.checks.iter().zip(&count.checks) {
                    if let Some(failed) = number.fails.filter(|failed| *failed > 0) {
                        let check = names.check(branch.relation, check);
                        lines.push(format!("{}: {check}", rows(failed)));
                    }
                }
            }
        }
    }
    for (place, deleted) in impact.deleted.iter().enumerate() {
        for (nth, target) in deleted.targets.iter().enumerate() {
            let Some(bound) = target.bound else { continue };
            match counts.map(|counts| counts.targets[place][nth].bound) {
                None => lines.push(names.broken(bound, Effect::Deleted)),
                Some(0) => {}
                Some(failed) => {
                    lines.push(format!(
                        "{}: {}",
                        rows(failed),
                        names.broken(bound, Effect::Deleted)
                    ));
                }
            }
        }
    }
    lines
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn style(tone: Tone) -> ColorSpec {
    let mut style = ColorSpec::new();
    match tone {
        Tone::Deleted => style.set_fg(Some(Color::Red)),
        Tone::Unlinked => style.set_fg(Some(Color::Cyan)),
        Tone::Written => style.set_fg(Some(Color::Yellow)),
        Tone::Refused => style.set_fg(Some(Color::Magenta)).set_bold(true),
        Tone::Kept => style.set_dimmed(true),
    };
    style
}

fn styled(out: &mut dyn WriteColor, style: &ColorSpec, text: &str) -> io::Result<()> {
    out.set_color(style)?;
    write!(out, "{text}")?;
    out.reset()
}
