//! A conversion as a script for psql.

use super::{Conversion, Step, report};

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the generic columns to the union.
    Forward,
    /// Back.
    Reverse,
}

/// The statements of a conversion, with what each step is for.
pub fn script(conversion: &Conversion, direction: Direction) -> String {
    let audit = &conversion.audit;
    let mut text = match direction {
        Direction::Forward => format!(
            "-- {}: {}, out of {}.{}\n",
            audit.relation,
            audit.union,
            audit.table,
            audit.columns.join(", ")
        ),
        Direction::Reverse => {
            format!("-- {}: back to {}.{}\n", audit.relation, audit.table, audit.columns.join(", "))
        }
    };
    if direction == Direction::Forward {
        text.push_str("--\n");
        for line in report::lines(audit) {
            text.push_str(format!("-- {line}").trim_end());
            text.push('\n');
        }
    }
    text.push_str(
        "--\n-- PostgreSQL 15 or later. It commits as it goes, so run it outside of a transaction:\n\
         --   psql --set ON_ERROR_STOP=1 --file convert.sql\n\n\\set ON_ERROR_STOP on\n",
    );
    let steps: Vec<&Step> = match direction {
        Direction::Forward => conversion.steps.iter().collect(),
        Direction::Reverse => conversion.steps.iter().rev().collect(),
    };
    for step in steps {
        match direction {
            Direction::Forward => print(&mut text, &step.about, &step.forward),
            Direction::Reverse => print(&mut text, &step.back, &step.reverse),
        }
    }
    text
}

fn print(text: &mut String, about: &str, statements: &[String]) {
    if statements.is_empty() {
        return;
    }
    text.push('\n');
    for line in about.lines() {
        text.push_str(&format!("-- {line}\n"));
    }
    for statement in statements {
        text.push_str(statement);
        text.push_str(";\n");
    }
}
