//! What is wrong with a database that a side makes, in sentences.

use crate::diff::{Change, Difference, diff};
use crate::relational::{Database, QualifiedName};

use super::proof::{Catalog, Complaint, Disagreement, Kind};
use super::side::Side;

/// What a side's database disagrees in, the most telling first.
pub(super) fn catalog(catalog: &Catalog) -> Vec<Disagreement> {
    let side = catalog.side;
    let made = match side {
        Side::Sql => "the DDL",
        Side::Sqlalchemy => "`create_all()`",
        Side::Django(_) => "`migrate`",
    };
    let back = match side {
        Side::Sql => "DROP",
        Side::Sqlalchemy => "`drop_all()`",
        Side::Django(_) => "`migrate … zero`",
    };
    let mut found = Vec::new();
    if let Some(line) = &catalog.failed {
        let details = catalog.trace.clone();
        found.push(Disagreement { details, ..failure(side, "the code can't be run", line) });
    }
    for difference in &catalog.differences {
        found.push(Disagreement {
            kind: Kind::Catalog,
            says: format!("{made} of {side} and the DDL: {}", sentence(difference)),
            ..about(side, difference)
        });
    }
    for difference in &catalog.left {
        found.push(Disagreement {
            kind: Kind::WayBack,
            says: format!("{back} of {side} leaves something: {}", sentence(difference)),
            ..about(side, difference)
        });
    }
    found.extend(catalog.complaints.iter().map(|complaint| objection(side, complaint)));
    found
}

/// What an ORM's own command objects to.
fn objection(side: Side, complaint: &Complaint) -> Disagreement {
    let Complaint { command, message } = complaint;
    let lines: Vec<&str> = message.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    // `makemigrations` names the file that it would write, and below it, behind a sign, what it would do.
    let steps = lines.iter().filter_map(|line| line.strip_prefix(['~', '+', '-', '!']));
    let steps: Vec<&str> = steps.map(str::trim).collect();
    let says = match steps.as_slice() {
        [] => format!("{side}: `{command}` objects: {}", lines.first().unwrap_or(&"")),
        steps => format!("{side}: the models differ from their migration: {}", steps.join("; ")),
    };
    Disagreement {
        kind: Kind::Complaint,
        side,
        way: None,
        about: command.clone(),
        what: command.clone(),
        stage: String::new(),
        says,
        details: if steps.is_empty() {
            lines.iter().map(|line| (*line).to_owned()).collect()
        } else {
            Vec::new()
        },
    }
}

/// Something that could not be done at all.
pub(super) fn failure(side: Side, doing: &str, line: &str) -> Disagreement {
    Disagreement {
        kind: Kind::Failure,
        side,
        way: None,
        about: doing.to_owned(),
        what: line.split(':').next().unwrap_or_default().to_owned(),
        stage: String::new(),
        says: format!("{side}: {doing}: {line}"),
        details: Vec::new(),
    }
}

/// Where the database that the DDL makes is not the one that the schema means: names, columns, rules. How
/// PostgreSQL prints types and expressions is its own matter, and so is what was there before.
pub(super) fn structure(
    before: &Database,
    lowered: &Database,
    applied: &Database,
) -> Vec<Disagreement> {
    let there: Vec<&QualifiedName> = before.tables.values().iter().map(|it| &it.name).collect();
    let was_there = |found: &Difference| {
        there.iter().any(|it| it.schema == found.schema && Some(&it.name) == found.table.as_ref())
    };
    diff(lowered, applied)
        .into_iter()
        .filter(|found| is_structural(found) && !was_there(found))
        .map(|difference| Disagreement {
            kind: Kind::Catalog,
            says: format!("the DDL and the schema: {}", sentence(&difference)),
            ..about(Side::Sql, &difference)
        })
        .collect()
}

/// Whether it is about names, columns or rules, and not about how an expression is printed.
fn is_structural(difference: &Difference) -> bool {
    match difference.change {
        Change::Missing | Change::Besides | Change::Renamed => true,
        Change::Differs => false,
    }
}

fn about(side: Side, difference: &Difference) -> Disagreement {
    let mut details = Vec::new();
    for (sign, text) in [("-", &difference.before), ("+", &difference.after)] {
        for line in text.iter().flat_map(|text| text.lines()) {
            details.push(format!("{sign} {line}"));
        }
    }
    Disagreement {
        kind: Kind::Catalog,
        side,
        way: None,
        about: difference.path(),
        what: difference.code.name().to_owned(),
        stage: String::new(),
        says: String::new(),
        details,
    }
}

/// `check ck_product_price of shop_product: missing`
fn sentence(difference: &Difference) -> String {
    let title = difference.code.title();
    let name = difference.path();
    match difference.property {
        Some(property) => format!("{title}: {name} ({property})"),
        None => format!("{title}: {name}"),
    }
}
