//! Rows that a delete takes as well, and that may refuse it before they are gone.
//!
//! Where a cascade could take both away, `restrict` waits until all is done, and `protect` is refused when a schema is
//! compiled. The row of a union that is deleted by itself is the exception: it goes before its alternative, which may
//! be protected from that by another relation.

use crate::relational::Deferrability;
use crate::schema::DeleteRule;

use super::judge::refusal;
use super::on_the_way::{OnTheWay, name};
use super::predict::{Reference, State};

/// Looks at every row that goes behind one that it may not be without.
pub(super) fn in_the_way(state: &State<'_>, found: &mut OnTheWay) {
    for reference in state.references.iter().filter(|reference| is_looked_at_once(reference)) {
        let of = |table| state.gone.iter().filter(move |(row, _)| row.table == table);
        for (target, first) in of(reference.target) {
            let target = &state.before.tables[target.table.index()][target.row];
            let rule = state.rule(reference, target);
            if !refuses(rule) {
                continue;
            }
            for (source, round) in of(reference.source).filter(|(_, round)| *round > first) {
                let source = &state.before.tables[source.table.index()][source.row];
                if !reference.refers(source, target) {
                    continue;
                }
                if *round > first + 1 {
                    found.refusals.insert(refusal(reference, rule, false));
                } else {
                    found.order = Some(format!(
                        "what {} refers to goes before it, in the same delete",
                        name(state, reference.relation)
                    ));
                }
            }
        }
    }
}

fn is_looked_at_once(reference: &Reference<'_>) -> bool {
    reference.rule.rules().iter().any(|&rule| refuses(rule))
        && reference.key.deferrability != Deferrability::InitiallyDeferred
}

fn refuses(rule: DeleteRule) -> bool {
    match rule {
        DeleteRule::Restrict | DeleteRule::Protect => true,
        DeleteRule::Cascade | DeleteRule::SetNull | DeleteRule::SetDefault => false,
    }
}
