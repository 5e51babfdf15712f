//! `trine explain`: the page of a code, or the table of all.

use std::io::Write;

use trine::diagnostics::{Code, nearest};

use super::{Color, Failure, Outcome, markdown, terminal};

pub(super) fn explain(code: Option<&str>, color: Color) -> Result<Outcome, Failure> {
    let mut out = terminal::stdout(color);
    match code {
        None => {
            for code in Code::ALL {
                writeln!(out, "{code}  {}", code.title())?;
            }
        }
        Some(name) => {
            let code: Code = name.parse().map_err(|()| unknown(name))?;
            markdown::write(&mut out, code.page())?;
        }
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

fn unknown(name: &str) -> Failure {
    let names = Code::ALL.iter().map(|code| code.name());
    let offer = match nearest(name, names) {
        Some(near) => format!("; did you mean {near}?"),
        None => "; `trine explain` lists them".to_owned(),
    };
    Failure::Usage(format!("there is no code `{name}`{offer}"))
}
