//! Unions: a relation's alternatives, and how the choice among them is stored.
//!
//! What a union is stored as is spelt out in the rest of the schema: relations, fields, a row's entity. Here
//! stands what belongs together, for those who speak of the choice as one.

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::source::Span;

use super::{
    BaseType, DeleteRule, EntityId, EntityKind, EnumId, FieldId, MemberId, ModuleId, Multiplicity,
    RelationId, Schema, UnionId, UnionLinkId, UnionRelationId,
};

/// `union Owner = Person | Group  as arc`
#[derive(Debug, Clone)]
pub struct Union {
    /// Its module.
    pub module: ModuleId,
    /// Its name, as written.
    pub name: SmolStr,
    /// Its documentation.
    pub docs: Option<String>,
    /// How the choice is stored.
    pub strategy: Strategy,
    /// Where that stands: the word after `as`.
    pub strategy_span: Span,
    /// What may be chosen, in the order written; of a slot, what the project has chosen. None where an
    /// untyped union may point at anything.
    pub alternatives: Vec<Alternative>,
    /// Why nothing enforces it, of an untyped one.
    pub because: Option<String>,
    /// The entity of the union's own rows, under a strategy that has them.
    pub row: Option<EntityId>,
    /// The relations that point at it, in the order written.
    pub relations: Vec<UnionRelationId>,
    /// The many-to-many relations to it, in the order written.
    pub links: Vec<UnionLinkId>,
    /// Where its name stands.
    pub span: Span,
}

/// One of a union's alternatives.
#[derive(Debug, Clone)]
pub struct Alternative {
    /// The entity.
    pub entity: EntityId,
    /// What it is called in names: `person`.
    pub name: SmolStr,
    /// What ties it to the union's own row: under `link` the row's relation to it, under `supertype` and
    /// `inheritance` its relation to the row.
    pub relation: Option<RelationId>,
    /// Where it stands in the union.
    pub span: Span,
}

/// How the choice among alternatives is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// A nullable foreign key for each alternative, and a CHECK that counts them.
    Arc,
    /// A row of the union's own that refers to the alternative.
    Link,
    /// A row of the union's own that every alternative refers to.
    Supertype,
    /// The same, and the reference is the alternative's key.
    Inheritance,
    /// An entity with a relation to the union is one entity for each alternative.
    Split,
    /// The one alternative that the project chooses: relations to the union are relations to it.
    Slot,
    /// The name of an entity and the text of a key, which nothing enforces.
    Untyped,
}

impl Strategy {
    /// All of them, in the order in which the language reference explains them.
    pub const ALL: [Strategy; 7] = [
        Strategy::Arc,
        Strategy::Link,
        Strategy::Supertype,
        Strategy::Inheritance,
        Strategy::Split,
        Strategy::Slot,
        Strategy::Untyped,
    ];

    /// The word after `as`.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::Arc => "arc",
            Strategy::Link => "link",
            Strategy::Supertype => "supertype",
            Strategy::Inheritance => "inheritance",
            Strategy::Split => "split",
            Strategy::Slot => "slot",
            Strategy::Untyped => "untyped",
        }
    }

    /// The strategy that a word names.
    pub fn named(word: &str) -> Option<Strategy> {
        Strategy::ALL.into_iter().find(|strategy| strategy.name() == word)
    }

    /// Whether the union has rows of its own.
    pub fn has_rows(self) -> bool {
        match self {
            Strategy::Arc | Strategy::Split | Strategy::Slot | Strategy::Untyped => false,
            Strategy::Link | Strategy::Supertype | Strategy::Inheritance => true,
        }
    }
}

impl Schema {
    /// Of which kind the row must be that an alternative refers to by this relation: the row's field that says
    /// it, and what is stored there.
    pub fn kind_of_row(&self, relation: RelationId) -> Option<(FieldId, &str)> {
        let union = &self.unions[self.tie(relation)?];
        let (field, kinds) = self.kinds_of_row(union.row?)?;
        let nth = union.alternatives.iter().position(|it| it.relation == Some(relation))?;
        Some((field, &self.enums[kinds].values.get(nth)?.stored))
    }

    /// The field of a union's row that says of which alternative it is, with an enum of them in the union's
    /// order; `None` under `link`, where the row refers to the alternative itself.
    pub fn kinds_of_row(&self, row: EntityId) -> Option<(FieldId, EnumId)> {
        self.entities[row].members.iter().find_map(|&member| match member {
            MemberId::Field(field) => match self.fields[field].ty.base {
                BaseType::Enum(kinds) => Some((field, kinds)),
                BaseType::Scalar(..) | BaseType::Raw(_) => None,
            },
            MemberId::Relation(_) => None,
        })
    }
}

/// A relation to a union: `owner 1 Owner <-> * tasks`.
#[derive(Debug, Clone)]
pub struct UnionRelation {
    /// The entity that states it.
    pub source: EntityId,
    /// Its name, as written.
    pub name: SmolStr,
    /// Its documentation.
    pub docs: Option<String>,
    /// Its name for people.
    pub label: Option<String>,
    /// Whether the source has exactly one, or may have none.
    pub here: Multiplicity,
    /// The union.
    pub union: UnionId,
    /// How many sources one alternative has.
    pub there: Multiplicity,
    /// The accessor on every alternative; `None` for `_`.
    pub inverse: Option<SmolStr>,
    /// Where it is stored.
    pub stored: Stored,
    /// Where its name stands.
    pub span: Span,
}

impl UnionRelation {
    /// Whether the source may have none.
    pub fn optional(&self) -> bool {
        self.here.min == 0
    }

    /// The relations that it is spelt out as.
    pub fn spelt(&self) -> &[RelationId] {
        match &self.stored {
            Stored::Arc(relations) => relations,
            Stored::Row(relation) => std::slice::from_ref(relation),
            Stored::Untyped { .. } => &[],
        }
    }
}

/// What a relation to a union is spelt out as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// An optional relation to each alternative, in the union's order; a CHECK counts them.
    Arc(Vec<RelationId>),
    /// A relation to the union's own row.
    Row(RelationId),
    /// Two fields of text.
    Untyped {
        /// `<module>.<Entity>`
        ty: FieldId,
        /// The key of the entity's row, as text.
        id: FieldId,
    },
}

/// A many-to-many relation to a union: `owners * Owner <-> * tasks`.
#[derive(Debug, Clone)]
pub struct UnionLink {
    /// The entity that states it.
    pub source: EntityId,
    /// Its name, as written.
    pub name: SmolStr,
    /// Its documentation.
    pub docs: Option<String>,
    /// Its name for people.
    pub label: Option<String>,
    /// The accessor on every alternative; `None` for `_`.
    pub inverse: Option<SmolStr>,
    /// The entity whose rows are the links.
    pub link: EntityId,
    /// The link's relation to the source.
    pub source_end: RelationId,
    /// The link's relation to the union, which is to one.
    pub union_end: UnionRelationId,
    /// Where its name stands.
    pub span: Span,
}

impl Schema {
    /// By alternative of the union whose row a relation leads to, what its delete does to the source; nothing
    /// where all have one rule.
    pub fn rules_by_alternative(
        &self,
        relation: RelationId,
    ) -> impl Iterator<Item = (&Alternative, DeleteRule)> {
        let union = self.union_of_row(self.relations[relation].target);
        let alternatives = union.map_or(&[][..], |union| &self.unions[union].alternatives);
        let rules = self.to_one(relation).map_or(&[][..], |to_one| &to_one.by_alternative);
        alternatives.iter().zip(rules.iter().copied())
    }

    /// The relation to a union that a relation was spelt out for.
    pub fn stated_as(&self, relation: RelationId) -> Option<UnionRelationId> {
        let stated = &self.entities[self.relations[relation].source].union_relations;
        stated.iter().copied().find(|&id| self.union_relations[id].spelt().contains(&relation))
    }

    /// The union whose row an entity is.
    pub fn union_of_row(&self, entity: EntityId) -> Option<UnionId> {
        match self.entities[entity].kind {
            EntityKind::Union(union) => Some(union),
            EntityKind::Declared | EntityKind::External | EntityKind::Link { .. } => None,
        }
    }

    /// The many-to-many relation to a union whose links an entity's rows are.
    pub fn union_link(&self, entity: EntityId) -> Option<&UnionLink> {
        let sources = self.entities[entity].members.iter().filter_map(|&member| match member {
            MemberId::Relation(relation) => Some(self.relations[relation].target),
            MemberId::Field(_) => None,
        });
        let links = sources.flat_map(|source| &self.entities[source].union_links);
        links.map(|&link| &self.union_links[link]).find(|link| link.link == entity)
    }

    /// For each entity that is a part of another, which of the splits made it.
    pub fn parts(&self) -> HashMap<EntityId, usize> {
        let splits = self.splits.iter().enumerate();
        splits.flat_map(|(nth, split)| split.parts.iter().map(move |&part| (part, nth))).collect()
    }

    /// The union whose row a relation ties to an alternative, whichever of the two refers.
    pub fn tie(&self, relation: RelationId) -> Option<UnionId> {
        let stated = &self.relations[relation];
        // A row under `link` refers to nothing but its alternatives.
        self.union_of_row(stated.source).or_else(|| {
            let takes_row = self.to_one(relation).is_some_and(|to_one| to_one.takes_target);
            takes_row.then(|| self.union_of_row(stated.target)).flatten()
        })
    }
}

/// An entity that was split: `Task` into `PersonTask` and `GroupTask`.
#[derive(Debug, Clone)]
pub struct Split {
    /// Its module.
    pub module: ModuleId,
    /// Its name, as written.
    pub name: SmolStr,
    /// The relation that splits it, as each part has it.
    pub relation: SmolStr,
    /// The union of that relation.
    pub union: UnionId,
    /// What it was split into, in the order of the union's alternatives.
    pub parts: Vec<EntityId>,
    /// Where its name stands.
    pub span: Span,
}
