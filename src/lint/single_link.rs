//! W0802: a union stored as `link` that one relation uses: the row between the two serves nothing else.

use crate::diagnostics::{Code, Diagnostic};
use crate::naming;
use crate::schema::{Schema, Stored, Strategy, Union, UnionRelation};

use super::wide_arc::MOST;

pub(super) fn find(schema: &Schema, found: &mut Vec<Diagnostic>) {
    for union in schema.unions.values() {
        // With more alternatives an arc is no better.
        if union.strategy == Strategy::Link
            && union.alternatives.len() <= MOST
            && let [relation] = union.relations[..]
        {
            found.push(warning(schema, union, &schema.union_relations[relation]));
        }
    }
}

fn warning(schema: &Schema, union: &Union, relation: &UnionRelation) -> Diagnostic {
    let (name, source) = (&union.name, &schema.entities[relation.source].name);
    let diagnostic = Diagnostic::new(
        Code::W0802,
        union.strategy_span,
        format!("only `{source}.{}` uses the rows of `{name}`", relation.name),
        "keeps a row between the two for one relation alone",
    )
    .also(relation.span, format!("the one relation to `{name}`"))
    .note(
        "A row in between is worth its two joins, its inserts and its space where several relations share it.",
    )
    .help("`arc` refers to the alternatives without it; `trine explain arc` says what that costs");
    if has_own_column(schema, relation) {
        return diagnostic;
    }
    diagnostic.fix("refer to each alternative: `arc`", union.strategy_span, "arc")
}

/// Whether the relation names its column, of which an arc has several.
fn has_own_column(schema: &Schema, relation: &UnionRelation) -> bool {
    let Stored::Row(row) = relation.stored else { return false };
    let plain = format!("{}_id", naming::snake(&relation.name));
    schema.to_one(row).is_none_or(|to_one| to_one.column.as_ref() != Some(&plain))
}
