//! Many-to-many with a union, spelt out: the link is an entity, whose relation to the union is to one.

use smol_str::{SmolStr, format_smolstr};

use crate::naming;
use crate::schema::Strategy;
use crate::source::Span;
use crate::syntax::tree::{
    Clause, ClauseKind, DeleteRule, Entity, Expr, ExprKind, IndexElement, Inverse, Member,
    Multiplicity, Name, Path, Relation, Unique, UniqueOptions,
};

use super::super::clauses::Clauses;
use super::names::Meant;
use super::{SpeltAlternative, row};

/// A link, before its relation to the union is spelt out.
pub(crate) struct Link {
    /// The entity without that relation.
    pub entity: Entity,
    /// The relation to the union.
    pub to_union: Relation,
    /// The name of the link's relation to the source.
    pub source_end: SmolStr,
}

/// The link of a many-to-many relation of `source` to a union.
pub(crate) fn link(
    source: &Name,
    relation: &Relation,
    clauses: &Clauses<'_>,
    union: &Meant<'_>,
    alternatives: &[SpeltAlternative],
) -> Link {
    let span = relation.name.span;
    let name = |text: SmolStr| Name { text, span };
    let named = clauses.through.map(|through| &through.name.name);
    let entity_name = match named {
        Some(through) => through.clone(),
        None => name(format_smolstr!(
            "{}{}",
            naming::class(&source.text),
            naming::class(&relation.name.text)
        )),
    };
    let source_end: SmolStr = naming::snake(&source.text).into();
    let union_end: SmolStr = naming::snake(&union.tree.name.text).into();
    // Links without a name are called after the relation, since there may be several to one union.
    let here = naming::snake(&relation.name.text);
    let there = match &relation.inverse {
        Inverse::Name(inverse) => naming::snake(&inverse.text),
        Inverse::None(_) => format!("{source_end}_{here}"),
    };
    let (source_links, union_links) = match named {
        Some(_) => (format!("{union_end}_links"), format!("{source_end}_links")),
        None => (format!("{here}_links"), format!("{there}_links")),
    };
    let one = Multiplicity { min: 1, max: Some(1), span };
    let to_source = Relation {
        docs: None,
        name: name(source_end.clone()),
        here: one,
        target: Path::from(Name { text: source.text.clone(), span }),
        there: Multiplicity { span, ..relation.here },
        inverse: Inverse::Name(name(source_links.into())),
        clauses: vec![rule(DeleteRule::Cascade, Vec::new(), span)],
        span,
    };
    let to_union = Relation {
        docs: relation.docs.clone(),
        name: name(union_end.clone()),
        here: one,
        target: relation.target.clone(),
        there: relation.there,
        inverse: Inverse::Name(name(union_links.into())),
        clauses: vec![to_union_rule(clauses, span)],
        span: relation.span,
    };
    let mut entity = Entity {
        docs: relation.docs.clone(),
        external: None,
        name: entity_name,
        mixins: Vec::new(),
        members: vec![Member::Relation(to_source)],
        broken: Vec::new(),
        span,
    };
    match union.strategy {
        Strategy::Arc => entity.members.extend(alternatives.iter().map(|alternative| {
            let end = format_smolstr!("{union_end}_{}", alternative.name);
            Member::Unique(unique(&[&source_end, &end], Some(&end), span))
        })),
        Strategy::Split | Strategy::Slot | Strategy::Untyped => {}
        Strategy::Link | Strategy::Supertype | Strategy::Inheritance => {
            let end = row::reference_name(&union_end);
            entity.members.push(Member::Unique(unique(&[&source_end, &end], None, span)));
        }
    }
    Link { entity, to_union, source_end }
}

/// The rules of a link's relation to the union; `restrict` where they are missing, which is reported.
fn to_union_rule(clauses: &Clauses<'_>, span: Span) -> Clause {
    let Some(on_delete) = clauses.on_delete else {
        return rule(DeleteRule::Restrict, Vec::new(), span);
    };
    let alternatives = on_delete.alternatives.iter();
    let alternatives = alternatives.map(|(path, rule, span)| (path.clone(), linked(*rule), *span));
    rule(linked(on_delete.rule), alternatives.collect(), on_delete.rule_span)
}

/// What the rule of a many-to-many relation is for the link itself; `restrict` for one that it can't have.
fn linked(rule: DeleteRule) -> DeleteRule {
    match rule {
        DeleteRule::Unlink => DeleteRule::Cascade,
        DeleteRule::Cascade | DeleteRule::SetNull | DeleteRule::SetDefault => DeleteRule::Restrict,
        DeleteRule::Restrict | DeleteRule::Protect => rule,
    }
}

fn rule(rule: DeleteRule, alternatives: Vec<(Path, DeleteRule, Span)>, span: Span) -> Clause {
    Clause { kind: ClauseKind::OnDelete { rule, rule_span: span, alternatives }, span }
}

/// `unique (task, owner_person) where (owner_person is not null)`
fn unique(columns: &[&SmolStr], set: Option<&SmolStr>, span: Span) -> Unique {
    let path = |text: &SmolStr| Expr {
        kind: ExprKind::Path(vec![Name { text: text.clone(), span }]),
        span,
    };
    let element = |text: &&SmolStr| IndexElement {
        expr: path(text),
        opclass: None,
        direction: None,
        nulls_first: None,
        span,
    };
    let condition = set.map(|set| Expr {
        kind: ExprKind::IsNull { operand: Box::new(path(set)), negated: true },
        span,
    });
    let options = UniqueOptions { condition, ..UniqueOptions::default() };
    Unique { elements: columns.iter().map(element).collect(), options, span }
}
