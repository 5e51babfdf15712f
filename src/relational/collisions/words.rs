//! What has a name in the database, and the words for it when the name is taken.

use crate::relational::{CheckOrigin, ColumnOrigin, IndexOrigin, TriggerOrigin, UniqueOrigin};
use crate::schema::{EntityId, EntityKind, EnumId, FieldId, MemberId, RelationId};
use crate::source::Span;

use super::Collisions;

/// Something that has a name; put into words only when its name is taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Thing {
    EnumType(EnumId),
    Table(EntityId),
    Column(EntityId, ColumnOrigin),
    Key(EntityId),
    Unique(EntityId, UniqueOrigin),
    Exclude(EntityId, usize),
    Index(EntityId, IndexOrigin),
    Sequence(EntityId, FieldId),
    Check(EntityId, CheckOrigin),
    ForeignKey(EntityId, RelationId),
    Trigger(EntityId, TriggerOrigin),
}

/// A [`Thing`] in words.
pub(super) struct Words {
    /// What it is: "the table of `Banner`".
    pub what: String,
    /// Where it stands.
    pub span: Span,
    /// How the file can give it another name, if it can.
    pub rename: Option<&'static str>,
}

impl Collisions<'_> {
    pub(super) fn words(&self, thing: Thing) -> Words {
        match thing {
            Thing::EnumType(id) => Words {
                what: format!("the type of enum `{}`", self.schema.enums[id].name),
                span: self.schema.enums[id].span,
                rename: None,
            },
            Thing::Table(entity) => self.table_words(entity),
            Thing::Column(entity, ColumnOrigin::Field(field)) => Words {
                rename: Some("`column \"…\"`"),
                ..self.member_words("the column of", entity, MemberId::Field(field))
            },
            Thing::Column(entity, ColumnOrigin::Relation(relation)) => Words {
                rename: Some("`column \"…\"`"),
                ..self.member_words("the column of", entity, MemberId::Relation(relation))
            },
            Thing::Column(_, ColumnOrigin::SharedParent(relation)) => {
                self.relation_words("the link's column of", relation)
            }
            Thing::Key(entity) => Words {
                what: format!("the primary key of `{}`", self.schema.entities[entity].name),
                ..self.table_words(entity)
            },
            Thing::Unique(entity, origin) => self.unique_words(entity, origin),
            Thing::Exclude(entity, nth) => {
                let span = self.schema.entities[entity].excludes[nth].span;
                self.stated_words("an EXCLUDE of", entity, span)
            }
            Thing::Index(entity, IndexOrigin::Declared(nth)) => {
                let span = self.schema.entities[entity].indexes[nth].span;
                self.stated_words("an index of", entity, span)
            }
            Thing::Index(entity, IndexOrigin::Unique(nth)) => {
                self.unique_words(entity, UniqueOrigin::Declared(nth))
            }
            Thing::Index(entity, IndexOrigin::ForeignKey(relation)) => {
                self.member_words("the index of", entity, MemberId::Relation(relation))
            }
            Thing::Sequence(entity, field) => Words {
                rename: Some("`table \"…\"`"),
                ..self.member_words("the sequence of", entity, MemberId::Field(field))
            },
            Thing::Check(entity, CheckOrigin::Declared(nth)) => {
                let span = self.schema.entities[entity].checks[nth].span;
                self.stated_words("a CHECK of", entity, span)
            }
            Thing::Check(entity, CheckOrigin::EnumValues(field)) => {
                self.member_words("the CHECK of", entity, MemberId::Field(field))
            }
            Thing::Check(entity, CheckOrigin::HalfNull(relation)) => {
                self.member_words("the CHECK of", entity, MemberId::Relation(relation))
            }
            Thing::ForeignKey(entity, relation) => {
                self.member_words("the foreign key of", entity, MemberId::Relation(relation))
            }
            Thing::Trigger(entity, TriggerOrigin::Touch) => Words {
                what: format!("the trigger of `{}`", self.schema.entities[entity].name),
                ..self.table_words(entity)
            },
            Thing::Trigger(entity, TriggerOrigin::SharedParent) => Words {
                what: format!("the trigger of link `{}`", self.schema.entities[entity].name),
                ..self.table_words(entity)
            },
            Thing::Trigger(entity, TriggerOrigin::Union(union)) => Words {
                what: format!("a trigger of union `{}`", self.schema.unions[union].name),
                ..self.table_words(entity)
            },
            Thing::Trigger(_, TriggerOrigin::Rules(relation)) => {
                self.relation_words("the delete rules of", relation)
            }
            Thing::Trigger(_, TriggerOrigin::Bound(relation)) => {
                self.relation_words("the bound of", relation)
            }
        }
    }

    fn table_words(&self, entity: EntityId) -> Words {
        let stated = &self.schema.entities[entity];
        let (what, rename) = match stated.kind {
            EntityKind::Declared | EntityKind::External => {
                (format!("the table of `{}`", stated.name), Some("`table \"…\"`"))
            }
            EntityKind::Union(union) => {
                (format!("the table of union `{}`", self.schema.unions[union].name), None)
            }
            EntityKind::Link { relation, .. } => {
                let relation = &self.schema.relations[relation].name;
                (format!("the link table of `{relation}`"), Some("`through NAME`"))
            }
        };
        Words { what, span: stated.span, rename }
    }

    fn unique_words(&self, entity: EntityId, origin: UniqueOrigin) -> Words {
        match origin {
            UniqueOrigin::Declared(nth) => {
                let span = self.schema.entities[entity].uniques[nth].span;
                self.stated_words("a UNIQUE of", entity, span)
            }
            UniqueOrigin::OneToOne(relation) => {
                self.member_words("the UNIQUE of", entity, MemberId::Relation(relation))
            }
            UniqueOrigin::WithinTarget(relation) => self.relation_words("the UNIQUE for", relation),
            UniqueOrigin::LinkEnds | UniqueOrigin::LinkPosition => Words {
                what: format!("a UNIQUE of link `{}`", self.schema.entities[entity].name),
                ..self.table_words(entity)
            },
        }
    }

    /// Of something that the file states, and can name with `as`.
    fn stated_words(&self, what: &str, entity: EntityId, span: Span) -> Words {
        let entity = &self.schema.entities[entity].name;
        Words { what: format!("{what} `{entity}`"), span, rename: Some("`as NAME`") }
    }

    fn relation_words(&self, what: &str, relation: RelationId) -> Words {
        let source = self.schema.relations[relation].source;
        self.member_words(what, source, MemberId::Relation(relation))
    }

    fn member_words(&self, what: &str, entity: EntityId, member: MemberId) -> Words {
        let (entity, name) = (&self.schema.entities[entity].name, self.schema.member_name(member));
        let span = match member {
            MemberId::Field(field) => self.schema.fields[field].span,
            MemberId::Relation(relation) => self.schema.relations[relation].span,
        };
        Words { what: format!("{what} `{entity}.{name}`"), span, rename: None }
    }
}
