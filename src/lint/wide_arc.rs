//! W0801: an arc of so many alternatives that planning a list of what refers costs more than running it.

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{RelationId, Schema, Strategy, Union};

/// The most alternatives that an arc serves well. PostgreSQL looks for the best order of the joins of a list with its
/// owners, twice as long with each: on PostgreSQL 18, 5 ms with three, 20 with five, 37 with six, 190 with eight,
/// where running the list takes from 2 to 36.
pub(super) const MOST: usize = 5;

pub(super) fn find(schema: &Schema, found: &mut Vec<Diagnostic>) {
    for union in schema.unions.values() {
        let wide = union.strategy == Strategy::Arc && union.alternatives.len() > MOST;
        if wide && !union.relations.is_empty() {
            found.push(warning(schema, union));
        }
    }
}

fn warning(schema: &Schema, union: &Union) -> Diagnostic {
    let (name, number) = (&union.name, union.alternatives.len());
    let diagnostic = Diagnostic::new(
        Code::W0801,
        union.strategy_span,
        format!("`{name}` is an arc of {number} alternatives"),
        format!("makes {number} columns and {number} indexes of every relation to `{name}`"),
    )
    .note(
        "Every insert writes to each of the indexes, NULL or not, and rows of more than eight columns grow by their \
         bitmap of NULLs. From six alternatives on PostgreSQL takes longer to plan a list with them than to run it.",
    )
    .help(
        "`link` keeps one column here, and the others in one table, however many relations there are; \
         `trine explain unions` compares them",
    );
    if can_be_a_row(schema, union) {
        diagnostic.fix(
            "keep the choice in a row between the two: `link`",
            union.strategy_span,
            "link",
        )
    } else {
        diagnostic
    }
}

/// Whether all relations to the union can be stored as one reference to a row: they share no parent, and ask for no
/// least number, which nothing could enforce of rows that are made when they are first needed.
fn can_be_a_row(schema: &Schema, union: &Union) -> bool {
    let within =
        |&id: &RelationId| schema.to_one(id).is_some_and(|to_one| !to_one.within.is_empty());
    union
        .relations
        .iter()
        .map(|&relation| &schema.union_relations[relation])
        .all(|relation| relation.there.min == 0 && !relation.spelt().iter().any(within))
}
