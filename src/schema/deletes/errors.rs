//! The wording of what a delete, or a first insert, can run into.

use std::collections::HashMap;

use crate::diagnostics::{Code, Diagnostic, indefinite};
use crate::schema::{Check, DeleteRule, EntityId, RelationId, Schema};

use super::Written;
use super::graph::Edge;

fn entity(schema: &Schema, place: usize) -> &str {
    &schema.entities[EntityId::from_index(place)].name
}

/// `Store → Banner → Slide`
fn chain(schema: &Schema, root: usize, edges: &[Edge]) -> String {
    let mut names = vec![entity(schema, root)];
    names.extend(edges.iter().map(|edge| entity(schema, edge.to)));
    names.join(" → ")
}

pub(super) fn cascade_circle(schema: &Schema, circle: &[Edge]) -> Diagnostic {
    let first = circle[0];
    let mut diagnostic = Diagnostic::new(
        Code::W0501,
        schema.relations[first.relation].span,
        format!("a circle of cascades: {}", chain(schema, first.from, circle)),
        format!(
            "deleting {} deletes {}",
            indefinite(entity(schema, first.from)),
            indefinite(entity(schema, first.to))
        ),
    );
    for edge in &circle[1..] {
        let relation = &schema.relations[edge.relation];
        let label = format!("and then {}", indefinite(entity(schema, edge.to)));
        diagnostic = diagnostic.also(relation.span, label);
    }
    diagnostic
        .note("One delete can take rows away that nobody would expect to belong together, as far as they hang together.")
        .help("decide which of them owns the other, and give the way back another rule: `set null`, `restrict`")
}

pub(super) fn protect_in_the_way(
    schema: &Schema,
    id: RelationId,
    target: usize,
    (root, to_source, to_target): &(usize, Vec<Edge>, Vec<Edge>),
    written: Option<&Written>,
) -> Diagnostic {
    let (root, relation) = (*root, &schema.relations[id]);
    let source = &schema.entities[relation.source].name;
    let target = entity(schema, target);
    let root_name = entity(schema, root);
    let rule = written.and_then(|written| written.rule);
    let mut diagnostic = Diagnostic::new(
        Code::E0502,
        rule.unwrap_or(relation.span),
        format!("`protect` would refuse what deleting {} is meant to do", indefinite(root_name)),
        format!("refuses at once, though its `{source}` goes as well"),
    );
    for edge in to_source.iter().chain(to_target) {
        let step = &schema.relations[edge.relation];
        if diagnostic.labels.iter().all(|label| label.span != step.span) {
            let (from, to) = (entity(schema, edge.from), entity(schema, edge.to));
            diagnostic = diagnostic
                .also(step.span, format!("deleting {} deletes its `{to}`", indefinite(from)));
        }
    }
    let mut ways = vec![chain(schema, root, to_source)];
    if !to_target.is_empty() {
        ways.push(chain(schema, root, to_target));
    }
    diagnostic = diagnostic
        .note(format!(
            "One delete can remove both the `{source}` and the `{target}` that it refers to: {}.",
            ways.join(", and ")
        ))
        .help("`restrict` refuses only what is still referred to when all is done");
    match rule {
        Some(rule) => diagnostic.fix("write `restrict`", rule, "restrict"),
        None => diagnostic,
    }
}

pub(super) fn broken_check(
    schema: &Schema,
    id: RelationId,
    (target, rule): (usize, DeleteRule),
    check: &Check,
) -> Diagnostic {
    let relation = &schema.relations[id];
    let target = entity(schema, target);
    let (done, allowed) = match rule {
        DeleteRule::SetDefault => ("sets it to its default", format!("{} = …", relation.name)),
        _ => ("clears it", format!("{} is null", relation.name)),
    };
    Diagnostic::new(
        Code::E0503,
        check.condition.span,
        format!("deleting {} would break this CHECK", indefinite(target)),
        "false for rows that were good before",
    )
    .also(relation.span, format!("deleting {} {done}", indefinite(target)))
    .note("PostgreSQL would refuse the delete with an error about the CHECK.")
    .help(format!(
        "let the CHECK hold then too (`… or {allowed}`), or choose another delete rule for `{}`",
        relation.name
    ))
}

pub(super) fn insert_circle(
    schema: &Schema,
    circle: &[Edge],
    written: &HashMap<RelationId, Written>,
) -> Diagnostic {
    let last = circle[circle.len() - 1];
    let relation = &schema.relations[last.relation];
    let (from, to) = (entity(schema, last.from), entity(schema, last.to));
    let message = if from == to {
        format!("no first `{from}` can be inserted: each needs another")
    } else {
        format!("no first row can be inserted: {}", chain(schema, circle[0].from, circle))
    };
    let mut diagnostic = Diagnostic::new(
        Code::E0504,
        relation.span,
        message,
        format!("{} needs {} that is there", indefinite(from), indefinite(to)),
    );
    for edge in &circle[..circle.len() - 1] {
        let step = &schema.relations[edge.relation];
        let (from, to) = (entity(schema, edge.from), entity(schema, edge.to));
        diagnostic = diagnostic
            .also(step.span, format!("and {} needs {}", indefinite(from), indefinite(to)));
    }
    diagnostic = diagnostic
        .note("PostgreSQL checks a relation that is not `deferrable` at the end of every statement.")
        .help("make one of them `deferrable`, so that it is checked at the end of the transaction; or optional, with `0..1`");
    match written.get(&last.relation) {
        Some(written) => diagnostic.fix(
            format!("make `{}` deferrable", relation.name),
            written.whole.at_end(),
            " deferrable",
        ),
        None => diagnostic,
    }
}
