//! What was spelt out for one relation to a union, one link or one split entity, put together again.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use smol_str::SmolStr;

use crate::schema::{
    DeleteRule, EntityId, MemberId, RelationKind, Schema, Split, Stored, Strategy, Union, UnionId,
    UnionLink, UnionRelation,
};
use crate::source::Span;
use crate::syntax::tree;

use super::super::declare::text;
use super::super::names::Declared;
use super::super::{Draft, Input};
use super::Spelt;
use super::schema::relation_of;

/// Puts what was spelt out for one relation together again. That of a mixin is one for each entity that uses
/// it.
pub(super) fn gather_relations(spelt: &Spelt, ids: &HashMap<Span, UnionId>, draft: &mut Draft<'_>) {
    let mut gathered = Gathered::default();
    for written in &draft.relations {
        let source = draft.schema.relations[written.id].source;
        gathered.add(source, written.tree.span, MemberId::Relation(written.id));
    }
    for written in &draft.fields {
        let source = draft.schema.fields[written.id].entity;
        gathered.add(source, written.tree.span, MemberId::Field(written.id));
    }
    for key in gathered.order {
        let (source, span) = key;
        let Some(relation) = spelt.relations.get(&span) else { continue };
        let Some(&union) = ids.get(&relation.union) else { continue };
        let members = gathered.parts.remove(&key).unwrap_or_default();
        let written = &relation.written;
        let Some(stored) = stored(&draft.schema, union, &members) else { continue };
        if let Stored::Row(row) = stored {
            let rules = rules_in_order(&draft.schema.unions[union], &relation.rules);
            if let RelationKind::ToOne(to_one) = &mut draft.schema.relations[row].kind {
                to_one.by_alternative = rules.unwrap_or_default();
            }
        }
        let stated = UnionRelation {
            source,
            name: written.name.text.clone(),
            docs: text(&written.docs),
            label: label(written),
            here: written.here,
            union,
            there: written.there,
            inverse: match members.first() {
                Some(&MemberId::Relation(first)) => draft.schema.relations[first].inverse.clone(),
                Some(MemberId::Field(_)) | None => None,
            },
            stored,
            span: written.name.span,
        };
        let id = draft.schema.union_relations.push(stated);
        draft.schema.unions[union].relations.push(id);
        draft.schema.entities[source].union_relations.push(id);
    }
}

/// Members by the entity that has them and the place that they were spelt out from.
#[derive(Default)]
struct Gathered {
    order: Vec<(EntityId, Span)>,
    parts: HashMap<(EntityId, Span), Vec<MemberId>>,
}

impl Gathered {
    fn add(&mut self, source: EntityId, span: Span, member: MemberId) {
        match self.parts.entry((source, span)) {
            Entry::Occupied(mut members) => members.get_mut().push(member),
            Entry::Vacant(place) => {
                place.insert(vec![member]);
                self.order.push((source, span));
            }
        }
    }
}

/// What a relation to a union is stored as, from the members that were spelt out for it.
fn stored(schema: &Schema, union: UnionId, members: &[MemberId]) -> Option<Stored> {
    let mut relations = Vec::with_capacity(members.len());
    let mut fields = Vec::with_capacity(2);
    for &member in members {
        match member {
            MemberId::Relation(relation) => relations.push(relation),
            MemberId::Field(field) => fields.push(field),
        }
    }
    match (schema.unions[union].strategy, relations.first(), fields.as_slice()) {
        (Strategy::Arc, Some(_), _) => Some(Stored::Arc(relations)),
        (Strategy::Link | Strategy::Supertype | Strategy::Inheritance, Some(&row), _) => {
            Some(Stored::Row(row))
        }
        (Strategy::Untyped, _, &[ty, id]) => Some(Stored::Untyped { ty, id }),
        _ => None,
    }
}

/// The rules in the order of the union's alternatives; `None` where an alternative that is wrong has none.
fn rules_in_order(union: &Union, rules: &[(SmolStr, DeleteRule)]) -> Option<Vec<DeleteRule>> {
    let rule = |name: &SmolStr| rules.iter().find(|(of, _)| of == name).map(|&(_, rule)| rule);
    union.alternatives.iter().map(|alternative| rule(&alternative.name)).collect()
}

/// Finds the links that were spelt out.
pub(super) fn gather_links(input: &Input<'_>, spelt: &Spelt, draft: &mut Draft<'_>) {
    let names = &input.declarations.names;
    for spelt in &spelt.links {
        let Some(module) = names.by_name.get(&spelt.module) else { continue };
        let entity = |name: &SmolStr| match names.modules[module.index()].items.get(name) {
            Some(&(Declared::Entity(entity), _)) => Some(entity),
            _ => None,
        };
        let (Some(source), Some(link)) = (entity(&spelt.source), entity(&spelt.link)) else {
            continue;
        };
        let schema = &draft.schema;
        let ends = &schema.entities[link].union_relations;
        let union_end =
            ends.iter().copied().find(|&end| schema.union_relations[end].name == spelt.union_end);
        let source_end = relation_of(draft, link, &spelt.source_end);
        let (Some(source_end), Some(union_end)) = (source_end, union_end) else { continue };
        let written = &spelt.written;
        let id = draft.schema.union_links.push(UnionLink {
            source,
            name: written.name.text.clone(),
            docs: text(&written.docs),
            label: label(written),
            inverse: match &written.inverse {
                tree::Inverse::Name(name) => Some(name.text.clone()),
                tree::Inverse::None(_) => None,
            },
            link,
            source_end,
            union_end,
            span: written.name.span,
        });
        let union = draft.schema.union_relations[union_end].union;
        draft.schema.unions[union].links.push(id);
        draft.schema.entities[source].union_links.push(id);
    }
}

/// Finds what entities were split into.
pub(super) fn gather_splits(
    input: &Input<'_>,
    spelt: &Spelt,
    ids: &HashMap<Span, UnionId>,
    draft: &mut Draft<'_>,
) {
    let names = &input.declarations.names;
    for spelt in &spelt.splits {
        let Some(&module) = names.by_name.get(&spelt.module) else { continue };
        let Some(&union) = ids.get(&spelt.union) else { continue };
        let items = &names.modules[module.index()].items;
        let parts = spelt.parts.iter().filter_map(|part| match items.get(part) {
            Some(&(Declared::Entity(entity), _)) => Some(entity),
            _ => None,
        });
        draft.schema.splits.push(Split {
            module,
            name: spelt.entity.text.clone(),
            relation: spelt.relation.clone(),
            union,
            parts: parts.collect(),
            span: spelt.entity.span,
        });
    }
}

/// `label "…"` of a relation.
fn label(relation: &tree::Relation) -> Option<String> {
    relation.clauses.iter().find_map(|clause| match &clause.kind {
        tree::ClauseKind::Label(label) => Some(label.value.clone()),
        _ => None,
    })
}
