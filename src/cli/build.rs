//! `trine build` and `trine check`.

use std::io::{self, Write};
use std::path::Path;

use trine::diagnostics::termcolor::{Color as Hue, WriteColor};
use trine::diagnostics::{Diagnostic, Format, Severity, count, lead, render, write_human};
use trine::project::{Initial, Plan, Report, TargetReport};
use trine::source::Sources;

use super::{BuildArgs, CheckArgs, Color, Deny, Failure, InputArgs, Outcome};
use super::{input, interrupt, terminal};

pub(super) fn build(args: &BuildArgs, color: Color) -> Result<Outcome, Failure> {
    let mut project = input::project(args.input.path.as_deref(), &args.input.targets)?;
    if let Some(out) = &args.out {
        project.set_out(out);
    }
    let compilation = trine::compile(&project.sources, &project.options);
    let outcome = report(&project.sources, &compilation.diagnostics, &args.input, color)?;
    if outcome == Outcome::Rejected {
        return Ok(outcome);
    }
    let initial = if args.replace_initial { Initial::Replace } else { Initial::Keep };
    let plan = Plan::new(&project, compilation.files, initial)?;
    let report = interrupt::uninterrupted(|| plan.write())?;
    summarize(&report, color)?;
    Ok(Outcome::Clean)
}

pub(super) fn check(args: &CheckArgs, color: Color) -> Result<Outcome, Failure> {
    let project = input::project(args.input.path.as_deref(), &args.input.targets)?;
    let diagnostics = trine::check(&project.sources, &project.options);
    let outcome = report(&project.sources, &diagnostics, &args.input, color)?;
    if diagnostics.is_empty() && args.input.format.0 == Format::Human {
        let files = project.sources.iter().len();
        writeln!(io::stderr(), "{}, nothing to object to", count(files, "file"))?;
    }
    Ok(outcome)
}

/// Shows what was found, and decides whether it stops the build.
fn report(
    sources: &Sources,
    diagnostics: &[Diagnostic],
    args: &InputArgs,
    color: Color,
) -> Result<Outcome, Failure> {
    let format = args.format.0;
    match format {
        Format::Human => {
            let mut out = terminal::stderr(color);
            write_human(&mut out, sources, diagnostics)?;
            conclude(&mut out, diagnostics)?;
            out.flush()?;
        }
        Format::Short | Format::Json | Format::Sarif | Format::Github => {
            terminal::print(&render(format, sources, diagnostics))?;
        }
    }
    let denied = args.deny == Some(Deny::Warnings) && !diagnostics.is_empty();
    let rejected = denied || trine::diagnostics::has_errors(diagnostics);
    Ok(if rejected { Outcome::Rejected } else { Outcome::Clean })
}

/// Shows the errors that keep a program from being asked anything.
pub(super) fn reject(
    sources: &Sources,
    diagnostics: &[Diagnostic],
    color: Color,
) -> Result<Outcome, Failure> {
    let errors: Vec<Diagnostic> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity() == Severity::Error)
        .cloned()
        .collect();
    let mut out = terminal::stderr(color);
    write_human(&mut out, sources, &errors)?;
    conclude(&mut out, &errors)?;
    out.flush()?;
    Ok(Outcome::Rejected)
}

/// The last line: how much was found, and where to read on.
fn conclude(out: &mut dyn WriteColor, diagnostics: &[Diagnostic]) -> io::Result<()> {
    let number = |severity| diagnostics.iter().filter(|d| d.severity() == severity).count();
    let (errors, warnings) = (number(Severity::Error), number(Severity::Warning));
    let first = diagnostics.iter().min_by_key(|diagnostic| diagnostic.severity());
    let Some(code) = first.map(|diagnostic| diagnostic.code) else { return Ok(()) };
    let found = match (errors, warnings) {
        (0, warnings) => count(warnings, "warning"),
        (errors, 0) => count(errors, "error"),
        (errors, warnings) => {
            format!("{} and {}", count(errors, "error"), count(warnings, "warning"))
        }
    };
    writeln!(out, "{found}; `trine explain {code}` says more about {code}")
}

/// What was done to the disk, a line for each target, and what the user should know.
fn summarize(report: &Report, color: Color) -> io::Result<()> {
    let mut out = terminal::stderr(color);
    for target in &report.targets {
        writeln!(out, "{:<11} {}: {}", target.target.name(), shown(&target.out), changes(target))?;
        for path in &target.removed {
            writeln!(out, "{:<11} removed {}", "", shown(path))?;
        }
    }
    for path in report.targets.iter().flat_map(|target| &target.outdated) {
        lead(&mut out, "warning", Hue::Yellow)?;
        writeln!(
            out,
            "{} is out of date: it exists, so it was left as it is; write the next migration by \
             hand, or make this one anew with --replace-initial",
            shown(path),
        )?;
    }
    for path in &report.leftovers {
        lead(&mut out, "note", Hue::Green)?;
        writeln!(
            out,
            "{} holds files that Trine generated, and this build does not; remove it if its \
             module is gone",
            shown(path),
        )?;
    }
    out.flush()
}

fn changes(target: &TargetReport) -> String {
    let parts = [
        (target.written.len(), "written"),
        (target.unchanged, "unchanged"),
        (target.outdated.len(), "out of date"),
        (target.removed.len(), "removed"),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    if said.is_empty() { "nothing to write".to_owned() } else { said.join(", ") }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
