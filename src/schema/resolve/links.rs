//! The link entity of every many-to-many relation: one that a file declares, or one that is made here.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use smol_str::SmolStr;

use crate::diagnostics::{self, Code};
use crate::naming;
use crate::schema::types::Category;
use crate::schema::{
    BaseType, DeleteRule, EntityId, EntityKind, FieldId, FieldType, ManyToMany, MemberId,
    Multiplicity, Reference, Relation, RelationId, RelationKind, Scalar, ToOne,
};
use crate::source::Span;
use crate::syntax::tree;
use crate::target::Target;

use super::clauses::Through;
use super::declare::empty_entity;
use super::names::{Declared, Meaning};
use super::scope::Members;
use super::{Draft, Input, entities, errors, fields, lookup, relations, rules};

/// Gives every many-to-many relation its link.
pub(crate) fn resolve_links<'a>(input: &Input<'a>, draft: &mut Draft<'a>) {
    // Names of links that are made, by module and name, to where they come from.
    let mut made: HashMap<(usize, SmolStr), Span> = HashMap::new();
    // Relations over a declared link, by the link and its two ends.
    let mut stated: HashMap<(EntityId, RelationId, RelationId), Span> = HashMap::new();
    let mut links = Vec::new();
    for place in 0..draft.relations.len() {
        let id = draft.relations[place].id;
        if draft.schema.many_to_many(id).is_none() {
            continue;
        }
        let declared = match draft.relations[place].clauses.through {
            Some(Through { name, ends: Some(ends), span }) => {
                let link = declared_link(input, draft, place, name, ends);
                if let Some(many) = &link {
                    let (a, b) = (many.source_end, many.target_end);
                    match stated.entry((many.link, a.min(b), a.max(b))) {
                        Entry::Occupied(first) => {
                            draft.found.push(errors::link_stated_twice(span, *first.get()));
                        }
                        Entry::Vacant(place) => {
                            place.insert(span);
                        }
                    }
                }
                link
            }
            _ => None,
        };
        let many = declared.unwrap_or_else(|| {
            let link = make_link(input, draft, place, &mut made);
            links.push((draft.schema.relations[id].source, link.link));
            link
        });
        draft.schema.relations[id].kind = RelationKind::ManyToMany(many);
    }
    list_in_modules(draft, &links);
}

/// Puts each link that was made behind the entity that needs it.
fn list_in_modules(draft: &mut Draft<'_>, links: &[(EntityId, EntityId)]) {
    let mut behind: HashMap<EntityId, Vec<EntityId>> = HashMap::new();
    for &(source, link) in links {
        behind.entry(source).or_default().push(link);
    }
    for (_, module) in draft.schema.modules.iter_mut() {
        let mut all = Vec::with_capacity(module.entities.len());
        for &entity in &module.entities {
            all.push(entity);
            all.extend(behind.get(&entity).into_iter().flatten());
        }
        module.entities = all;
    }
}

fn declared_link(
    input: &Input<'_>,
    draft: &mut Draft<'_>,
    place: usize,
    path: &tree::Path,
    (source_name, target_name): (&tree::Name, &tree::Name),
) -> Option<ManyToMany> {
    let home = draft.relations[place].home;
    let names = &input.declarations.names;
    let link = match lookup::item(names, home, path, Code::E0201, "entity", &mut draft.found)? {
        (Declared::Entity(entity), _) => entity,
        (Declared::Broken, _) => return None,
        (other, span) => {
            draft.found.push(errors::not_an_entity(path, lookup::kind(other), span));
            return None;
        }
    };
    let relation = &draft.schema.relations[draft.relations[place].id];
    let (source, target) = (relation.source, relation.target);
    let source_end = link_end(draft, link, source_name, source);
    let target_end = link_end(draft, link, target_name, target);
    let (source_end, target_end) = (source_end?, target_end?);
    if source_end == target_end {
        draft.found.push(errors::link_one_end(target_name, source_name.span));
        return None;
    }
    let ordered = draft.relations[place].clauses.ordered;
    let position = ordered.and_then(|span| declared_position(input, draft, link, span));
    Some(ManyToMany { link, source_end, target_end, position, within: Vec::new() })
}

/// The relation of a declared link that leads to one of the two entities.
fn link_end(
    draft: &mut Draft<'_>,
    link: EntityId,
    name: &tree::Name,
    wanted: EntityId,
) -> Option<RelationId> {
    let schema = &draft.schema;
    let owner = &schema.entities[link];
    match draft.members[link.index()].meaning(&name.text) {
        Meaning::Is(MemberId::Relation(id)) => {
            let relation = &schema.relations[id];
            let mandatory = relation.here.min == 1 && relation.here.max == Some(1);
            if relation.target == wanted && mandatory && relation.there.max.is_none() {
                return Some(id);
            }
            let wanted = &schema.entities[wanted].name;
            draft.found.push(errors::link_end_unfit(name, wanted, relation));
            None
        }
        Meaning::Is(MemberId::Field(field)) => {
            let span = schema.fields[field].span;
            draft.found.push(errors::link_end_is_field(name, span));
            None
        }
        Meaning::Broken => None,
        Meaning::Unknown => {
            let all = owner.members.iter().map(|&member| schema.member_name(member).as_str());
            let near = diagnostics::nearest(&name.text, all);
            draft.found.push(errors::unknown_member(name, &owner.name, near));
            None
        }
    }
}

/// The `position` of a declared link that a relation calls ordered.
fn declared_position(
    input: &Input<'_>,
    draft: &mut Draft<'_>,
    link: EntityId,
    ordered: Span,
) -> Option<FieldId> {
    let meaning = draft.members[link.index()].meaning("position");
    if let Meaning::Is(MemberId::Field(field)) = meaning {
        let position = &draft.schema.fields[field];
        if !position.nullable
            && position.ty.dimensions == 0
            && matches!(position.ty.base, BaseType::Scalar(scalar, _)
                if scalar.category() == Category::Integer)
        {
            return Some(field);
        }
    }
    if meaning != Meaning::Broken {
        let tree = input.declarations.entities[link.index()].tree;
        let clash = match meaning {
            Meaning::Is(member) => Some(draft.schema.member_span(member)),
            Meaning::Broken | Meaning::Unknown => None,
        };
        draft.found.push(errors::link_without_position(tree, ordered, clash));
    }
    None
}

fn make_link<'a>(
    input: &Input<'a>,
    draft: &mut Draft<'a>,
    place: usize,
    made: &mut HashMap<(usize, SmolStr), Span>,
) -> ManyToMany {
    let written = &draft.relations[place];
    let id = written.id;
    let clauses = &written.clauses;
    let (tree, ordered) = (written.tree, clauses.ordered);
    let named = clauses.through.filter(|through| through.ends.is_none());
    let delete = rules::delete_rule(tree, clauses, rules::Shape::ManyToMany, &mut Vec::new());
    let declared = clauses.through.is_some_and(|through| through.ends.is_some());
    let mut hidden = clauses.through.is_none() && ordered.is_none() && clauses.within.is_none();
    // Where the declared link has a diagnostic, what is made in its place must not raise others.
    hidden |= declared;
    let in_mixin = written.in_mixin;
    let relation = &draft.schema.relations[id];
    let here = naming::snake(&relation.name);
    let there = match &relation.inverse {
        Some(inverse) => naming::snake(inverse),
        None => {
            let source = &draft.schema.entities[relation.source].name;
            format!("{}_{here}", naming::snake(source))
        }
    };
    let (source, target) = (relation.source, relation.target);
    let (source_entity, target_entity) =
        (&draft.schema.entities[source], &draft.schema.entities[target]);
    let module = source_entity.module;
    let automatic =
        SmolStr::from(naming::class(&source_entity.name) + &naming::class(&tree.name.text));
    let (name, span) = match named {
        Some(through) => (through.name.name.text.clone(), through.name.span()),
        None => (automatic, tree.name.span),
    };
    if let (true, Some(through)) = (in_mixin, named) {
        draft.found.push(errors::link_named_in_mixin(through.span));
    } else if let Some(path) = named.map(|through| through.name)
        && let Some(other) = &path.module
        && input.declarations.names.by_name.get(&other.text) != Some(&module)
    {
        draft.found.push(errors::link_in_other_module(path, other));
    } else {
        let taken = input.declarations.names.modules[module.index()].items.get(&name);
        let first = taken.map(|&(_, span)| span);
        let first = first.or_else(|| made.insert((module.index(), name.clone()), span));
        if let Some(first) = first {
            let declared = taken.map(|&(declared, _)| declared);
            let ends = match declared {
                Some(Declared::Entity(link)) => ends_of(draft, link, source, target),
                _ => None,
            };
            hidden = true;
            draft.found.push(errors::link_name_taken(&name, span, named.is_some(), first, ends));
        }
    }
    let (source_name, target_name) = end_names(&source_entity.name, &target_entity.name);
    let link = draft.schema.entities.push(empty_entity(
        name,
        module,
        EntityKind::Link { relation: id, hidden },
        None,
        span,
    ));
    draft.members.push(Members::default());
    let key = entities::add_implicit_id(draft, link);
    draft.schema.entities[link].key.push(key);
    // What an ORM must load to refuse a delete has a class there, and so accessors: those of a link
    // without a name are called after the relation, since there may be several to one entity.
    let inverses = match (hidden, delete) {
        (false, _) => Some((format!("{target_name}_links"), format!("{source_name}_links"))),
        (true, DeleteRule::Cascade) => None,
        (true, _) => Some((format!("{here}_links"), format!("{there}_links"))),
    };
    let (source_inverse, target_inverse) =
        inverses.map(|(here, there)| (here.into(), there.into())).unzip();
    let end = End { link, span };
    let source_end =
        add_end(draft, &end, &source_name, source, source_inverse, DeleteRule::Cascade);
    let target_end = add_end(draft, &end, &target_name, target, target_inverse, delete);
    let position = ordered.map(|_| add_position(draft, link, span));
    let composite = [source, target].into_iter().find(|&entity| {
        relations::reference_columns(&draft.schema, entity, &Reference::Key).len() > 1
    });
    if let (Some(entity), true) = (composite, input.is_on(Target::Django)) {
        let entity = &draft.schema.entities[entity];
        draft.found.push(errors::composite_under_django(tree, entity));
    }
    ManyToMany { link, source_end, target_end, position, within: Vec::new() }
}

/// The names of a made link's two relations.
fn end_names(source: &str, target: &str) -> (String, String) {
    let (source, target) = (naming::snake(source), naming::snake(target));
    if source == target {
        (format!("from_{source}"), format!("to_{target}"))
    } else {
        (source, target)
    }
}

/// The two relations of a declared entity that could be the ends: what `through NAME` may have meant.
fn ends_of(
    draft: &Draft<'_>,
    link: EntityId,
    source: EntityId,
    target: EntityId,
) -> Option<(SmolStr, SmolStr)> {
    let schema = &draft.schema;
    let to = |wanted: EntityId, other_than: Option<RelationId>| {
        schema.entities[link].members.iter().find_map(|&member| match member {
            MemberId::Relation(id)
                if schema.relations[id].target == wanted
                    && schema.to_one(id).is_some()
                    && Some(id) != other_than =>
            {
                Some(id)
            }
            MemberId::Relation(_) | MemberId::Field(_) => None,
        })
    };
    let source_end = to(source, None)?;
    let target_end = to(target, Some(source_end))?;
    let name = |id: RelationId| schema.relations[id].name.clone();
    Some((name(source_end), name(target_end)))
}

/// A made link, as its ends need it.
struct End {
    link: EntityId,
    span: Span,
}

fn add_end(
    draft: &mut Draft<'_>,
    end: &End,
    name: &str,
    target: EntityId,
    inverse: Option<SmolStr>,
    delete: DeleteRule,
) -> RelationId {
    let span = end.span;
    let id = draft.schema.relations.push(Relation {
        source: end.link,
        name: name.into(),
        docs: None,
        label: None,
        here: Multiplicity { min: 1, max: Some(1), span },
        target,
        there: Multiplicity { min: 0, max: None, span },
        inverse,
        kind: RelationKind::ToOne(ToOne {
            optional: false,
            one_to_one: false,
            delete,
            orphan_delete: false,
            within: Vec::new(),
            references: Reference::Key,
            default: None,
            update_cascade: false,
            deferrable: false,
            by_alternative: Vec::new(),
            checked_late: false,
            takes_target: false,
            column: None,
        }),
        sqlalchemy_lazy: None,
        span,
    });
    add_member(draft, end.link, MemberId::Relation(id), name, span);
    id
}

fn add_position(draft: &mut Draft<'_>, link: EntityId, span: Span) -> FieldId {
    let ty = FieldType::scalar(Scalar::Integer);
    let id = draft.schema.fields.push(fields::plain(link, "position", ty, span));
    add_member(draft, link, MemberId::Field(id), "position", span);
    id
}

fn add_member(draft: &mut Draft<'_>, link: EntityId, member: MemberId, name: &str, span: Span) {
    draft.schema.entities[link].members.push(member);
    draft.members[link.index()].by_name.insert(name.into(), (Some(member), span));
}
