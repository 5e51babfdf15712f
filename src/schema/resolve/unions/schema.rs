//! Unions in the schema: which relations and entities were spelt out for which.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use smol_str::SmolStr;

use crate::diagnostics::Code;
use crate::schema::{
    Alternative, BaseType, BinaryOperator, Check, EntityId, EntityKind, Expr, ExprKind, FieldType,
    MemberId, RelationId, Scalar, Schema, Split, Stored, Strategy, TypeArguments, Union, UnionId,
    UnionLink, UnionRelation,
};
use crate::source::Span;
use crate::syntax::{SyntaxTree, tree};

use super::super::declare::text;
use super::super::names::{Declared, Meaning};
use super::super::scope::Arc;
use super::super::{Draft, Input, entities, errors, lookup};
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
    let mut alternatives: Vec<Alternative> = Vec::with_capacity(known.alternatives.len());
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
        if let Some(first) = alternatives.iter().find(|first| first.entity == entity) {
            draft.found.push(errors::listed_twice("alternative", &path.name, first.span));
            continue;
        }
        let spelt = known.alternatives.iter().find(|alternative| alternative.path == *path);
        let Some(SpeltAlternative { name, .. }) = spelt else { continue };
        check_alternative(input, draft, written, known.strategy, path, entity);
        let relation = row.and_then(|row| match known.strategy {
            Strategy::Arc | Strategy::Split | Strategy::Slot | Strategy::Untyped => None,
            Strategy::Link => relation_of(draft, row, name),
            Strategy::Supertype | Strategy::Inheritance => {
                relation_of(draft, entity, &row::reference_name(&written.name.text))
            }
        });
        if let Some(relation) = relation
            && matches!(known.strategy, Strategy::Supertype | Strategy::Inheritance)
            && let crate::schema::RelationKind::ToOne(to_one) =
                &mut draft.schema.relations[relation].kind
        {
            to_one.takes_target = true;
        }
        let span = path.span();
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
        span: written.name.span,
    });
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
        let earlier = draft.schema.unions.values().iter().find(|union| {
            union.strategy == Strategy::Inheritance
                && union.alternatives.iter().any(|other| other.entity == id)
        });
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

fn relation_of(draft: &Draft<'_>, entity: EntityId, name: &str) -> Option<RelationId> {
    match draft.members[entity.index()].meaning(name) {
        Meaning::Is(MemberId::Relation(relation)) => Some(relation),
        Meaning::Is(MemberId::Field(_)) | Meaning::Broken | Meaning::Unknown => None,
    }
}

/// Puts what was spelt out for one relation together again. That of a mixin is one for each entity that uses
/// it.
fn gather_relations(spelt: &Spelt, ids: &HashMap<Span, UnionId>, draft: &mut Draft<'_>) {
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

/// Finds the links that were spelt out.
fn gather_links(input: &Input<'_>, spelt: &Spelt, draft: &mut Draft<'_>) {
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
        draft.schema.entities[source].union_links.push(id);
    }
}

/// Finds what entities were split into.
fn gather_splits(
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

/// The CHECKs that count: of every arc, and of every row that a union's alternatives are linked by.
pub(crate) fn add_checks(draft: &mut Draft<'_>) {
    let mut checks: Vec<(EntityId, Check)> = Vec::new();
    let schema = &draft.schema;
    for (_, relation) in schema.union_relations.iter() {
        let Stored::Arc(relations) = &relation.stored else { continue };
        let names: Vec<&str> = schema.unions[relation.union]
            .alternatives
            .iter()
            .map(|alternative| alternative.name.as_str())
            .collect();
        let message = message(&relation.name, &names, relation.optional());
        let condition = counted(relations, relation.optional(), relation.span);
        let check = check(condition, message, &relation.name, relation.span);
        checks.push((relation.source, check));
    }
    for (_, union) in schema.unions.iter() {
        let (Strategy::Link, Some(row)) = (union.strategy, union.row) else { continue };
        let relations: Vec<RelationId> =
            union.alternatives.iter().filter_map(|alternative| alternative.relation).collect();
        let names: Vec<&str> =
            union.alternatives.iter().map(|alternative| alternative.name.as_str()).collect();
        let message = message(&union.name, &names, false);
        let condition = counted(&relations, false, union.span);
        checks.push((row, check(condition, message, "alternative", union.span)));
    }
    for (entity, check) in checks {
        draft.schema.entities[entity].checks.push(check);
    }
}

fn check(condition: Expr, message: String, about: &str, span: Span) -> Check {
    let about = Some(SmolStr::from(crate::naming::snake(about)));
    Check { condition, message: Some(message), name: None, about, span }
}

/// What people read when none is set, or more than one.
fn message(name: &str, alternatives: &[&str], optional: bool) -> String {
    let spoken = |name: &str| crate::naming::snake(name).replace('_', " ");
    let all: Vec<String> = alternatives.iter().map(|name| spoken(name)).collect();
    let listed = match all.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    };
    let how_many = if optional { "at most one" } else { "exactly one" };
    format!("Choose {how_many} {}: {listed}.", spoken(name))
}

/// `num_nonnulls(a, b) = 1`
fn counted(relations: &[RelationId], optional: bool, span: Span) -> Expr {
    let integer = || {
        Some(FieldType {
            base: BaseType::Scalar(Scalar::Integer, TypeArguments::None),
            dimensions: 0,
        })
    };
    let arguments = relations
        .iter()
        .map(|&relation| Expr {
            kind: ExprKind::Member(MemberId::Relation(relation)),
            ty: None,
            span,
        })
        .collect();
    let call = Expr {
        kind: ExprKind::Call { function: "num_nonnulls".into(), arguments },
        ty: integer(),
        span,
    };
    let one = Expr { kind: ExprKind::Number("1".into()), ty: integer(), span };
    let operator = if optional { BinaryOperator::LessOrEqual } else { BinaryOperator::Equal };
    Expr {
        kind: ExprKind::Binary { operator, left: Box::new(call), right: Box::new(one) },
        ty: Some(FieldType::scalar(Scalar::Boolean)),
        span,
    }
}
