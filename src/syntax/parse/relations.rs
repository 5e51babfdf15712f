//! Relations and their clauses.

use crate::syntax::tree::{
    Clause, ClauseKind, DeleteRule, Docs, Inverse, Multiplicity, Name, Relation, WithinPair,
};

use super::{Node, Nodes, Reader, Rule, errors, expressions, items, members, text};

/// A relation; the node holds what follows its name.
pub fn relation(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    docs: Docs,
    name: Name,
) -> Option<Relation> {
    let span = name.span.to(reader.span(&node));
    let mut parts = node.into_inner();
    let mut part = || parts.next().expect("a relation has all of its parts");
    let here = multiplicity(reader, &part());
    let target = text::path(reader, &part());
    part(); // the arrow
    let there = multiplicity(reader, &part());
    let inverse = inverse(reader, &part());
    let mut clauses = Vec::new();
    for part in parts {
        let span = reader.span(&part);
        clauses.push(Clause { kind: clause(reader, part)?, span });
    }
    Some(Relation { docs, name, here, target, there, inverse, clauses, span })
}

fn multiplicity(reader: &mut Reader<'_>, node: &Node<'_>) -> Multiplicity {
    let span = reader.span(node);
    let mut number = |digits: &str| {
        digits.parse().unwrap_or_else(|_| {
            reader.findings.push(errors::number_too_large(span));
            u32::MAX
        })
    };
    let (min, max) = match node.as_str().split_once("..") {
        None if node.as_str() == "*" => (0, None),
        None => {
            let both = number(node.as_str());
            (both, Some(both))
        }
        Some((min, "*")) => (number(min), None),
        Some((min, max)) => (number(min), Some(number(max))),
    };
    Multiplicity { min, max, span }
}

fn inverse(reader: &Reader<'_>, node: &Node<'_>) -> Inverse {
    if node.as_str() == "_" {
        Inverse::None(reader.span(node))
    } else {
        Inverse::Name(text::name(reader, node))
    }
}

fn clause(reader: &mut Reader<'_>, node: Node<'_>) -> Option<ClauseKind> {
    Some(match node.as_rule() {
        Rule::on_delete => on_delete(reader, node.into_inner()),
        Rule::on_orphan => ClauseKind::OnOrphanDelete,
        Rule::on_update_cascade => ClauseKind::OnUpdateCascade,
        Rule::within => ClauseKind::Within(within(reader, node.into_inner())),
        Rule::through => through(reader, node.into_inner()),
        Rule::ordered => ClauseKind::Ordered,
        Rule::deferrable => ClauseKind::Deferrable,
        Rule::by => ClauseKind::By(members::names(reader, node.into_inner())),
        Rule::default => {
            ClauseKind::Default(expressions::expression(reader, node.into_inner().next()?)?)
        }
        Rule::column => ClauseKind::Column(text::string_of(reader, node)),
        Rule::label => ClauseKind::Label(text::string_of(reader, node)),
        Rule::key => ClauseKind::Key,
        Rule::unique_clause => ClauseKind::Unique,
        _ => ClauseKind::Attribute(members::attribute(reader, node)),
    })
}

fn on_delete(reader: &Reader<'_>, mut nodes: Nodes<'_>) -> ClauseKind {
    let first = nodes.next().expect("`on delete` has a rule");
    let (rule, rule_span) = (delete_rule(&first), reader.span(&first));
    let mut alternatives = Vec::new();
    while let (Some(path), Some(rule)) = (nodes.next(), nodes.next()) {
        alternatives.push((text::path(reader, &path), delete_rule(&rule), reader.span(&rule)));
    }
    ClauseKind::OnDelete { rule, rule_span, alternatives }
}

fn delete_rule(node: &Node<'_>) -> DeleteRule {
    match node.as_str() {
        "cascade" => DeleteRule::Cascade,
        "restrict" => DeleteRule::Restrict,
        "protect" => DeleteRule::Protect,
        "unlink" => DeleteRule::Unlink,
        set if set.ends_with("null") => DeleteRule::SetNull,
        _ => DeleteRule::SetDefault,
    }
}

fn within(reader: &Reader<'_>, nodes: Nodes<'_>) -> Vec<WithinPair> {
    let pair = |node: Node<'_>| {
        let mut parts = node.into_inner();
        let here = items::next_name(reader, &mut parts);
        WithinPair { here, there: parts.next().map(|part| text::name(reader, &part)) }
    };
    nodes.map(pair).collect()
}

fn through(reader: &Reader<'_>, mut nodes: Nodes<'_>) -> ClauseKind {
    let name = text::path(reader, &nodes.next().expect("`through` has a name"));
    let mut names = members::names(reader, nodes).into_iter();
    ClauseKind::Through { name, ends: names.next().zip(names.next()) }
}
