//! Unions in the schema: which relations and entities were spelt out for which.

use std::collections::HashMap;

use crate::diagnostics::Code;
use crate::schema::{
    Alternative, EntityId, EntityKind, MemberId, RelationId, Stored, Strategy, Union, UnionId,
};
use crate::source::Span;
use crate::syntax::{SyntaxTree, tree};

use super::super::declare::text;
use super::super::names::{Declared, Meaning};
use super::super::scope::Arc;
use super::super::{Draft, Input, entities, errors, lookup};
use super::gather::{gather_links, gather_relations, gather_splits};
use super::{Spelt, SpeltAlternative, SpeltUnion, row};

/// Gives every union its id, and its row its kind. Members are declared, and no list is read yet.
pub(crate) fn resolve_unions(
    input: &Input<'_>,
    trees: &[SyntaxTree],
    spelt: &Spelt,
    draft: &mut Draft<'_>,
) {
    let mut ids: HashMap<Span, UnionId> = HashMap::new();
    for tree in trees {
        for item in &tree.items {
            let tree::Item::Union(union) = item else { continue };
            let Some(known) = spelt.unions.get(&union.name.span) else { continue };
            if let Some(id) = resolve_union(input, draft, union, known) {
                ids.insert(union.name.span, id);
            }
        }
    }
    gather_relations(spelt, &ids, draft);
    gather_links(input, spelt, draft);
    gather_splits(input, spelt, &ids, draft);
    require_linking_rows(draft);
}

/// Where every alternative is to be referred to, each has its linking row.
fn require_linking_rows(draft: &mut Draft<'_>) {
    let schema = &mut draft.schema;
    for (_, union) in schema.unions.iter().filter(|(_, union)| union.strategy == Strategy::Link) {
        let of_row = |relation: &crate::schema::Relation| Some(relation.target) == union.row;
        if schema.relations.iter().any(|(_, it)| of_row(it) && it.there.min > 0) {
            for tie in union.alternatives.iter().filter_map(|alternative| alternative.relation) {
                schema.relations[tie].there.min = 1;
            }
        }
    }
}

fn resolve_union(
    input: &Input<'_>,
    draft: &mut Draft<'_>,
    written: &tree::Union,
    known: &SpeltUnion,
) -> Option<UnionId> {
    let names = &input.declarations.names;
    let (module, _) = names.modules.iter().enumerate().find(|(_, module)| {
        module.items.get(&written.name.text) == Some(&(Declared::Union, written.name.span))
    })?;
    let module = crate::schema::ModuleId::from_index(module);
    let row = known.strategy.has_rows().then(|| row::entity_name(written));
    let row = row.and_then(|row| match names.modules[module.index()].items.get(&row) {
        Some(&(Declared::Entity(entity), span)) if span == written.name.span => Some(entity),
        _ => None,
    });
    let spelt: HashMap<Span, &SpeltAlternative> =
        known.alternatives.iter().map(|spelt| (spelt.path.span(), spelt)).collect();
    let mut alternatives: Vec<Alternative> = Vec::with_capacity(known.alternatives.len());
    let mut listed: HashMap<EntityId, Span> = HashMap::with_capacity(known.alternatives.len());
    for path in &written.alternatives {
        let entity =
            match lookup::item(names, module, path, Code::E0201, "entity", &mut draft.found) {
                Some((Declared::Entity(entity), _)) => entity,
                Some((Declared::Broken, _)) | None => continue,
                Some((other, span)) => {
                    draft.found.push(errors::not_an_alternative(path, lookup::kind(other), span));
                    continue;
                }
            };
        if let Some(&first) = listed.get(&entity) {
            draft.found.push(errors::listed_twice("alternative", &path.name, first));
            continue;
        }
        let Some(SpeltAlternative { name, row: own, .. }) = spelt.get(&path.span()) else {
            continue;
        };
        check_alternative(input, draft, written, known.strategy, path, entity);
        let relation = row.and_then(|row| match known.strategy {
            Strategy::Arc | Strategy::Split | Strategy::Slot | Strategy::Untyped => None,
            Strategy::Link => relation_of(draft, row, name),
            Strategy::Supertype | Strategy::Inheritance => relation_of(draft, entity, own),
        });
        if let Some(relation) = relation
            && matches!(known.strategy, Strategy::Supertype | Strategy::Inheritance)
            && let crate::schema::RelationKind::ToOne(to_one) =
                &mut draft.schema.relations[relation].kind
        {
            to_one.takes_target = true;
        }
        let span = path.span();
        listed.insert(entity, span);
        alternatives.push(Alternative { entity, name: name.clone(), relation, span });
    }
    let id = draft.schema.unions.push(Union {
        module,
        name: written.name.text.clone(),
        docs: text(&written.docs),
        strategy: known.strategy,
        strategy_span: written.strategy.span,
        alternatives,
        because: text(&written.because),
        row,
        relations: Vec::new(),
        links: Vec::new(),
        span: written.name.span,
    });
    for nth in 0..draft.schema.unions[id].alternatives.len() {
        let entity = draft.schema.unions[id].alternatives[nth].entity;
        draft.schema.entities[entity].alternative_of.push(id);
    }
    if let Some(row) = row {
        draft.schema.entities[row].kind = EntityKind::Union(id);
    }
    Some(id)
}

/// Reports an alternative that this strategy can't have.
fn check_alternative(
    input: &Input<'_>,
    draft: &mut Draft<'_>,
    written: &tree::Union,
    strategy: Strategy,
    path: &tree::Path,
    id: EntityId,
) {
    let entity = &draft.schema.entities[id];
    if !matches!(strategy, Strategy::Supertype | Strategy::Inheritance) {
        return;
    }
    if entity.kind == EntityKind::External {
        draft.found.push(errors::external_alternative(written, path, entity.span));
        return;
    }
    if strategy == Strategy::Inheritance {
        let mut unions = entity.alternative_of.iter().map(|&union| &draft.schema.unions[union]);
        let earlier = unions.find(|union| union.strategy == Strategy::Inheritance);
        let keys = input.unfolded[id.index()].members.iter();
        let mut keys = keys.filter_map(|placed| entities::key_span(placed.tree));
        let own = keys.find(|&span| span != path.span());
        if let Some(earlier) = earlier {
            draft.found.push(errors::inherits_twice(written, path, &earlier.name, earlier.span));
        } else if let Some(own) = own {
            draft.found.push(errors::has_own_key(written, path, own));
        }
    }
}

pub(super) fn relation_of(draft: &Draft<'_>, entity: EntityId, name: &str) -> Option<RelationId> {
    match draft.members[entity.index()].meaning(name) {
        Meaning::Is(MemberId::Relation(relation)) => Some(relation),
        Meaning::Is(MemberId::Field(_)) | Meaning::Broken | Meaning::Unknown => None,
    }
}

/// Lets every union relation be named where columns are listed, and reports names that are taken.
pub(crate) fn name_unions(draft: &mut Draft<'_>) {
    for (_, relation) in draft.schema.union_relations.iter() {
        let members = &mut draft.members[relation.source.index()];
        let owner = &draft.schema.entities[relation.source].name;
        let name = tree::Name { text: relation.name.clone(), span: relation.span };
        if let Some(&(_, first)) = members.by_name.get(&relation.name) {
            draft.found.push(errors::member_twice(&name, first, owner));
        }
        let spelt = |&relation: &RelationId| MemberId::Relation(relation);
        match &relation.stored {
            Stored::Row(row) => {
                let member = Some(MemberId::Relation(*row));
                members.by_name.entry(relation.name.clone()).or_insert((member, relation.span));
            }
            Stored::Untyped { .. } => {}
            Stored::Arc(relations) => {
                let members_of = relations.iter().map(spelt).collect();
                let arc = Arc { members: members_of, optional: relation.optional() };
                members.arcs.insert(relation.name.clone(), arc);
            }
        }
    }
}
