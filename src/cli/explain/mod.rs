//! `trine explain`: the page of a code or a topic, or the table of all: diagnostics, differences of databases, and
//! the ways to store a union.

mod topics;

use std::io::Write;

use trine::diagnostics::{Code, nearest};
use trine::diff;

use super::{Color, Failure, Outcome, markdown, terminal};
use topics::{TOPICS, Topic};

pub(super) const HELP: &str = "\
Examples:
  trine explain E0401          why a relation needs its delete rule
  trine explain D0305          what a difference of two databases means
  trine explain unions         how to choose the way in which a union is stored
  trine explain arc            one of them, and what it costs; so with link, supertype,
                               inheritance, split, slot and untyped";

pub(super) fn explain(name: Option<&str>, color: Color) -> Result<Outcome, Failure> {
    let mut out = terminal::stdout(color);
    match name {
        None => {
            for code in Code::ALL {
                writeln!(out, "{code}  {}", code.title())?;
            }
            for code in diff::Code::ALL {
                writeln!(out, "{code}  {}", code.title())?;
            }
            for topic in TOPICS {
                writeln!(out, "{}  {}", topic.name, topic.title())?;
            }
        }
        Some(name) => match (name.parse::<Code>(), name.parse::<diff::Code>()) {
            (Ok(code), _) => markdown::write(&mut out, code.page())?,
            (Err(()), Ok(code)) => {
                let page = format!("# {code}: {}\n\n{}\n", code.title(), code.explanation());
                markdown::write(&mut out, &page)?;
            }
            (Err(()), Err(())) => match Topic::named(name) {
                Some(topic) => markdown::write(&mut out, &topic.page())?,
                None => return Err(unknown(name)),
            },
        },
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

fn unknown(name: &str) -> Failure {
    let names = Code::ALL.iter().map(|code| code.name());
    let names = names.chain(diff::Code::ALL.iter().map(|code| code.name()));
    let names = names.chain(TOPICS.iter().map(|topic| topic.name));
    let offer = match nearest(name, names) {
        Some(near) => format!("; did you mean {near}?"),
        None => "; `trine explain` lists them".to_owned(),
    };
    Failure::Usage(format!("there is no code or topic `{name}`{offer}"))
}
