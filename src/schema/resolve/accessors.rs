//! The attributes of every entity's class: its members, the columns of its relations, and what the
//! relations of other entities call it by.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use smol_str::SmolStr;
use unicode_normalization::UnicodeNormalization;

use crate::diagnostics::Diagnostic;
use crate::naming;
use crate::schema::{
    EntityId, EntityKind, MemberId, RelationId, RelationKind, Schema, Stored, Strategy, UnionId,
};
use crate::source::Span;
use crate::syntax::tree;

use super::{Draft, Input, errors, reserved};

/// Lists for each entity the relations that point at it, by age.
pub(crate) fn resolve_incoming(draft: &mut Draft<'_>) {
    let schema = &mut draft.schema;
    for (id, relation) in schema.relations.iter() {
        schema.entities[relation.target].incoming.push(id);
    }
}

/// An attribute of a class.
#[derive(Debug, Clone)]
struct Attribute<'s> {
    name: &'s SmolStr,
    span: Span,
    what: What,
}

/// What an attribute is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A field or a relation of the entity itself.
    Member(MemberId),
    /// The column of a relation.
    Column,
    /// The accessor of a relation of another entity.
    Accessor,
    /// What a relation to a union is read and asked for by.
    Union,
}

/// Reports attributes of one class that have one name, and names that a target keeps for itself.
pub(crate) fn check(input: &Input<'_>, draft: &mut Draft<'_>) {
    let schema = &draft.schema;
    let inverses = inverse_spans(draft);
    let mut found = Vec::new();
    for entity in schema.entities.ids() {
        check_entity(input, schema, entity, &inverses, &mut found);
    }
    reserved::check_items(input, schema, &mut found);
    draft.found.append(&mut found);
}

/// Where the accessor of each relation stands; for a link that is made, where the link is asked for.
fn inverse_spans(draft: &Draft<'_>) -> Vec<Span> {
    let mut spans: Vec<Span> =
        draft.schema.relations.iter().map(|(_, relation)| relation.span).collect();
    for written in &draft.relations {
        if let tree::Inverse::Name(name) = &written.tree.inverse {
            spans[written.id.index()] = name.span;
        }
    }
    spans
}

fn check_entity(
    input: &Input<'_>,
    schema: &Schema,
    id: EntityId,
    inverses: &[Span],
    found: &mut Vec<Diagnostic>,
) {
    let entity = &schema.entities[id];
    let size = entity.members.len() + entity.incoming.len();
    let mut attributes: HashMap<String, Attribute<'_>> = HashMap::with_capacity(2 * size);
    for &member in &entity.members {
        let name = schema.member_name(member);
        let span = schema.member_span(member);
        let attribute = attribute(name);
        reserved::check_attribute(input, schema, id, name, span, What::Member(member), found);
        let this = Attribute { name, span, what: What::Member(member) };
        if let Some(other) = add(&mut attributes, attribute.clone(), this) {
            found.push(match (entity.kind, other.what) {
                (EntityKind::Link { .. }, _) => {
                    errors::link_attribute(&attribute, &entity.name, span)
                }
                (_, What::Member(_)) => {
                    errors::folded_together((name, span), (other.name, other.span), &attribute)
                }
                (_, What::Column | What::Accessor | What::Union) => {
                    let other = ("the column of this relation", other.span);
                    errors::attribute_clash(&attribute, &entity.name, span, other)
                }
            });
        }
        if let MemberId::Relation(relation) = member
            && schema.to_one(relation).is_some()
        {
            let this = Attribute { name, span, what: What::Column };
            let column = format!("{attribute}_id");
            if let Some(other) = add(&mut attributes, column.clone(), this) {
                let label = match other.what {
                    What::Column => "so does this relation",
                    What::Member(_) | What::Accessor | What::Union => "this has the name already",
                };
                let other = (label, other.span);
                found.push(errors::attribute_clash(&column, &entity.name, span, other));
            }
        }
    }
    for &relation in &entity.incoming {
        check_accessor(input, schema, id, relation, inverses, &mut attributes, found);
    }
    check_unions(input, schema, id, &mut attributes, found);
    check_alternative(input, schema, id, &mut attributes, found);
}

/// Checks what the entity's relations to unions are read and asked for by.
fn check_unions<'s>(
    input: &Input<'_>,
    schema: &'s Schema,
    id: EntityId,
    attributes: &mut HashMap<String, Attribute<'s>>,
    found: &mut Vec<Diagnostic>,
) {
    let entity = &schema.entities[id];
    let mut check = |relation: &'s SmolStr, span: Span, names: Vec<String>| {
        reserved::check_attribute(input, schema, id, relation, span, What::Union, found);
        for name in names {
            let this = Attribute { name: relation, span, what: What::Union };
            if let Some(other) = add(attributes, name.clone(), this) {
                let other = (other.what.told(), other.span);
                found.push(errors::union_clash(&name, &entity.name, span, relation, other));
            }
        }
    };
    for &relation in &entity.union_relations {
        let relation = &schema.union_relations[relation];
        let name = attribute(&relation.name);
        let mut names = vec![format!("by_{name}"), format!("{name}_value"), format!("with_{name}")];
        if matches!(relation.stored, Stored::Row(_)) {
            names.push(format!("{name}_id"));
            names.extend(alternatives(schema, relation.union, &name));
        }
        names.push(name);
        check(&relation.name, relation.span, names);
    }
    for &link in &entity.union_links {
        let link = &schema.union_links[link];
        let union = schema.union_relations[link.union_end].union;
        let name = attribute(&link.name);
        let mut names = vec![format!("by_{name}"), format!("with_{name}")];
        names.extend(alternatives(schema, union, &name));
        names.push(name);
        check(&link.name, link.span, names);
    }
}

/// What leads to one alternative alone: `owner_person`, as the members of an arc are called.
fn alternatives(schema: &Schema, union: UnionId, name: &str) -> impl Iterator<Item = String> {
    let alternatives = schema.unions[union].alternatives.iter();
    alternatives.map(move |alternative| format!("{name}_{}", attribute(&alternative.name)))
}

/// Checks the accessors that an alternative has by a row of its union's, and what it inherits from one.
fn check_alternative<'s>(
    input: &Input<'_>,
    schema: &'s Schema,
    id: EntityId,
    attributes: &mut HashMap<String, Attribute<'s>>,
    found: &mut Vec<Diagnostic>,
) {
    let owner = &schema.entities[id].name;
    let mut check = |name: &'s SmolStr, span: Span, found: &mut Vec<Diagnostic>| {
        reserved::check_attribute(input, schema, id, name, span, What::Accessor, found);
        let this = Attribute { name, span, what: What::Accessor };
        if let Some(other) = add(attributes, attribute(name), this) {
            let other = (other.what.told(), other.span);
            found.push(errors::accessor_clash(name, owner, span, other, None));
        }
    };
    for &union in &schema.entities[id].alternative_of {
        let union = &schema.unions[union];
        for &relation in &union.relations {
            let relation = &schema.union_relations[relation];
            if let (Some(inverse), Stored::Row(_)) = (&relation.inverse, &relation.stored) {
                check(inverse, relation.span, found);
            }
        }
        for &link in &union.links {
            let link = &schema.union_links[link];
            if let Some(inverse) = &link.inverse {
                check(inverse, link.span, found);
            }
        }
    }
    for &union in &schema.entities[id].alternative_of {
        let union = &schema.unions[union];
        let heir = union.alternatives.iter().find(|alternative| alternative.entity == id);
        let (Some(heir), Strategy::Inheritance, Some(row)) = (heir, union.strategy, union.row)
        else {
            continue;
        };
        for &member in &schema.entities[row].members {
            let name = schema.member_name(member);
            let inherited = attribute(name);
            if let Some(other) = attributes.get(&inherited) {
                let other = (other.what.told(), other.span);
                found.push(errors::inherited_clash(&inherited, owner, heir.span, union, other));
            }
        }
    }
}

impl What {
    /// In words.
    fn told(self) -> &'static str {
        match self {
            What::Member(_) => "a member of the entity",
            What::Column => "the column of this relation",
            What::Accessor => "the accessor of another relation",
            What::Union => "what this relation to a union is asked by",
        }
    }
}

fn check_accessor<'s>(
    input: &Input<'_>,
    schema: &'s Schema,
    id: EntityId,
    relation: RelationId,
    inverses: &[Span],
    attributes: &mut HashMap<String, Attribute<'s>>,
    found: &mut Vec<Diagnostic>,
) {
    let Some(name) = &schema.relations[relation].inverse else { return };
    let span = inverses[relation.index()];
    let attribute = attribute(name);
    reserved::check_attribute(input, schema, id, name, span, What::Accessor, found);
    let this = Attribute { name, span, what: What::Accessor };
    if let Some(other) = add(attributes, attribute, this) {
        // Two accessors on the rows of a union are two on each alternative, where they are reported.
        let is_row = matches!(schema.entities[id].kind, EntityKind::Union(_));
        if is_row && other.what == What::Accessor {
            return;
        }
        let what = other.what.told();
        let owner = &schema.entities[id].name;
        let made = made_by(schema, relation);
        found.push(errors::accessor_clash(name, owner, span, (what, other.span), made));
    }
}

/// The relation whose link was made, when this is one of the link's own.
fn made_by(schema: &Schema, relation: RelationId) -> Option<&SmolStr> {
    let link = schema.relations[relation].source;
    match schema.entities[link].kind {
        EntityKind::Link { relation, .. } => match schema.relations[relation].kind {
            RelationKind::ManyToMany(_) => Some(&schema.relations[relation].name),
            RelationKind::ToOne(_) => None,
        },
        EntityKind::Declared | EntityKind::External | EntityKind::Union(_) => None,
    }
}

/// The attribute that a name becomes, as Python reads it.
fn attribute(name: &str) -> String {
    let name = naming::snake(name);
    if name.is_ascii() { name } else { name.nfkc().collect() }
}

/// Takes a free name, or says who has it.
fn add<'s>(
    attributes: &mut HashMap<String, Attribute<'s>>,
    name: String,
    this: Attribute<'s>,
) -> Option<Attribute<'s>> {
    match attributes.entry(name) {
        Entry::Occupied(other) => Some(other.get().clone()),
        Entry::Vacant(place) => {
            place.insert(this);
            None
        }
    }
}
