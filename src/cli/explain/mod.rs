//! `trine explain`: the page of a code, or the table of all: diagnostics, and differences of databases.

use std::io::Write;

use trine::diagnostics::{Code, nearest};
use trine::diff;

use super::{Color, Failure, Outcome, markdown, terminal};

pub(super) fn explain(code: Option<&str>, color: Color) -> Result<Outcome, Failure> {
    let mut out = terminal::stdout(color);
    match code {
        None => {
            for code in Code::ALL {
                writeln!(out, "{code}  {}", code.title())?;
            }
            for code in diff::Code::ALL {
                writeln!(out, "{code}  {}", code.title())?;
            }
        }
        Some(name) => match (name.parse::<Code>(), name.parse::<diff::Code>()) {
            (Ok(code), _) => markdown::write(&mut out, code.page())?,
            (Err(()), Ok(code)) => {
                let page = format!("# {code}: {}\n\n{}\n", code.title(), code.explanation());
                markdown::write(&mut out, &page)?;
            }
            (Err(()), Err(())) => return Err(unknown(name)),
        },
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

fn unknown(name: &str) -> Failure {
    let names = Code::ALL.iter().map(|code| code.name());
    let names = names.chain(diff::Code::ALL.iter().map(|code| code.name()));
    let offer = match nearest(name, names) {
        Some(near) => format!("; did you mean {near}?"),
        None => "; `trine explain` lists them".to_owned(),
    };
    Failure::Usage(format!("there is no code `{name}`{offer}"))
}
