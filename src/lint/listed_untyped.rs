//! W0804: an untyped union that lists its alternatives: what foreign keys could enforce, nothing does.

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{Schema, Strategy, Union};

pub(super) fn find(schema: &Schema, found: &mut Vec<Diagnostic>) {
    for union in schema.unions.values() {
        if union.strategy == Strategy::Untyped && !union.alternatives.is_empty() {
            found.push(warning(schema, union));
        }
    }
}

fn warning(schema: &Schema, union: &Union) -> Diagnostic {
    let names: Vec<String> = union
        .alternatives
        .iter()
        .map(|alternative| format!("`{}`", schema.entities[alternative.entity].name))
        .collect();
    let listed = match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.concat(),
    };
    Diagnostic::new(
        Code::W0804,
        union.strategy_span,
        format!("`{}` lists its alternatives, and is untyped all the same", union.name),
        format!("refers to {listed} without a foreign key"),
    )
    .note(
        "What is listed can be enforced. Untyped, a wrong key is accepted, and a delete leaves behind what referred.",
    )
    .help(
        "a row that must outlive its target does so under `arc` as well, with `0..1` and `on delete set null`; \
         `untyped` serves where the key itself must be kept",
    )
}
