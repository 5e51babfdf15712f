//! The semantic model: every name is an id, every expression is typed, every relation knows both ends.
//!
//! What [`resolve`] leaves here is finished; nothing behind it looks at the syntax tree again. Mixins
//! are gone (their members stand in the entities), an entity without a key has its `id`, every
//! many-to-many relation has a link entity, declared or made, whose two relations are like any other, and
//! every relation to a union is spelt out in relations that are like any other.

mod constraints;
pub(crate) mod deletes;
mod expr;
pub mod functions;
mod relations;
mod resolve;
mod shared;
mod types;
mod unions;

pub use constraints::{Check, Exclude, Index, IndexElement, IndexKey, Unique};
pub use expr::{BinaryOperator, Expr, ExprKind, UnaryOperator};
pub use relations::{DeleteRule, ManyToMany, Reference, Relation, RelationKind, ToOne, Within};
pub use resolve::{resolve, resolve_for};
pub use types::{ArgumentRule, BaseType, Category, FieldType, Scalar, TypeArguments};
pub use unions::{Alternative, Split, Stored, Strategy, Union, UnionLink, UnionRelation};

use smol_str::SmolStr;

pub use crate::syntax::tree::{Direction, Multiplicity};

use crate::arena::{Arena, Id};
use crate::source::Span;

/// A module's id.
pub type ModuleId = Id<Module>;
/// An enum's id.
pub type EnumId = Id<Enum>;
/// An entity's id.
pub type EntityId = Id<Entity>;
/// A field's id.
pub type FieldId = Id<Field>;
/// A relation's id.
pub type RelationId = Id<Relation>;
/// A union's id.
pub type UnionId = Id<Union>;
/// The id of a relation to a union.
pub type UnionRelationId = Id<UnionRelation>;
/// The id of a many-to-many relation to a union.
pub type UnionLinkId = Id<UnionLink>;

/// A whole program.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// In the order of their first file.
    pub modules: Arena<Module>,
    /// The extensions that the database needs, by name.
    pub extensions: Vec<Extension>,
    /// In the order written.
    pub enums: Arena<Enum>,
    /// In the order written; a link entity that Trine makes stands behind all that are written.
    pub entities: Arena<Entity>,
    /// The fields of all entities.
    pub fields: Arena<Field>,
    /// The relations of all entities.
    pub relations: Arena<Relation>,
    /// In the order written.
    pub unions: Arena<Union>,
    /// The relations to unions of all entities. Each is spelt out in `relations`.
    pub union_relations: Arena<UnionRelation>,
    /// The many-to-many relations to unions. The link of each is an entity like any other.
    pub union_links: Arena<UnionLink>,
    /// The entities that unions split, in the order written.
    pub splits: Vec<Split>,
}

/// `module storefront`: one Django app, one Python module of SQLAlchemy.
#[derive(Debug, Clone)]
pub struct Module {
    /// Its name.
    pub name: SmolStr,
    /// Its documentation.
    pub docs: Option<String>,
    /// Django's name of the app for people.
    pub label: Option<String>,
    /// The PostgreSQL schema of `@postgres(schema: "…")`; without it, `public`.
    pub postgres_schema: Option<String>,
    /// Where its name stands first.
    pub span: Span,
    /// Its entities in order, link entities that Trine makes behind the entity that needs them.
    pub entities: Vec<EntityId>,
    /// Its enums in order.
    pub enums: Vec<EnumId>,
}

/// `extension citext`
#[derive(Debug, Clone)]
pub struct Extension {
    /// PostgreSQL's name of it.
    pub name: SmolStr,
    /// The modules whose files declare it, or use it through a type, in order.
    pub modules: Vec<ModuleId>,
    /// Where it is declared.
    pub span: Span,
}

/// An enum.
#[derive(Debug, Clone)]
pub struct Enum {
    /// Its module.
    pub module: ModuleId,
    /// Its name.
    pub name: SmolStr,
    /// Its documentation.
    pub docs: Option<String>,
    /// How it is stored.
    pub storage: EnumStorage,
    /// Its values, at least one.
    pub values: Vec<EnumValue>,
    /// Where its name stands.
    pub span: Span,
}

/// How an enum is stored.
#[derive(Debug, Clone)]
pub enum EnumStorage {
    /// In a column of this type, with a CHECK. `text` unless the file says otherwise.
    Checked(FieldType),
    /// As a PostgreSQL enum type.
    NativeType,
}

/// A value of an enum.
#[derive(Debug, Clone)]
pub struct EnumValue {
    /// Its name.
    pub name: SmolStr,
    /// What is stored, without quotes; digits for an integer.
    pub stored: String,
    /// What people read.
    pub label: Option<String>,
    /// Its documentation.
    pub docs: Option<String>,
    /// Where its name stands.
    pub span: Span,
}

/// An entity: one table.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Its module.
    pub module: ModuleId,
    /// Its name, as written.
    pub name: SmolStr,
    /// Declared, external, or made for a many-to-many relation.
    pub kind: EntityKind,
    /// Its documentation.
    pub docs: Option<String>,
    /// Its name for people.
    pub label: Option<String>,
    /// The same for several.
    pub plural: Option<String>,
    /// How one row is shown.
    pub display: Option<Display>,
    /// `table "…"`: what replaces the stem of all its names.
    pub table: Option<String>,
    /// Fields and relations, in the order of their columns.
    pub members: Vec<MemberId>,
    /// The primary key, never empty.
    pub key: Vec<MemberId>,
    /// Every UNIQUE, those of single fields included; not those that one-to-one or `within` imply.
    pub uniques: Vec<Unique>,
    /// Every index that is written.
    pub indexes: Vec<Index>,
    /// Every CHECK that is written.
    pub checks: Vec<Check>,
    /// Every EXCLUDE.
    pub excludes: Vec<Exclude>,
    /// The order of rows in collections and lists.
    pub order_by: Vec<(MemberId, Direction)>,
    /// Storage parameters, by name.
    pub storage: Vec<(String, String)>,
    /// The relations of any entity that point here, in a fixed order.
    pub incoming: Vec<RelationId>,
    /// The unions that it is an alternative of, in the order written.
    pub alternative_of: Vec<UnionId>,
    /// Its relations to unions, in the order written.
    pub union_relations: Vec<UnionRelationId>,
    /// Its many-to-many relations to unions, in the order written.
    pub union_links: Vec<UnionLinkId>,
    /// `@django(mixin: "…")`: classes of the user's to inherit from, as dotted paths.
    pub django_mixins: Vec<String>,
    /// `@django(model: "…")` of an external entity: `app.Model`, or `settings.AUTH_USER_MODEL`.
    pub django_model: Option<String>,
    /// `@sqlalchemy(mixin: "…")`: classes of the user's to inherit from, as dotted paths.
    pub sqlalchemy_mixins: Vec<String>,
    /// Where its name stands.
    pub span: Span,
}

/// Where an entity comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntityKind {
    /// `entity NAME`
    Declared,
    /// `external entity NAME`: something else owns the table.
    External,
    /// Made for a many-to-many relation.
    Link {
        /// The relation.
        relation: RelationId,
        /// Whether neither ORM needs a class for it: no name, no order, no shared parent.
        hidden: bool,
    },
    /// Made for the rows of a union's own.
    Union(UnionId),
}

/// A field or a relation of an entity; a relation stands for its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MemberId {
    /// A field.
    Field(FieldId),
    /// A relation.
    Relation(RelationId),
}

/// `display "{name} ({store.name})"`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Display {
    /// Text and fields, in order.
    pub parts: Vec<DisplayPart>,
}

/// A part of a [`Display`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DisplayPart {
    /// Text as it is.
    Text(String),
    /// A member's value; a relation shows its target's own display.
    Member(MemberId),
}

/// A field: one column.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its entity.
    pub entity: EntityId,
    /// Its name, as written.
    pub name: SmolStr,
    /// Its documentation.
    pub docs: Option<String>,
    /// Its name for people.
    pub label: Option<String>,
    /// Its type.
    pub ty: FieldType,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// The database's default.
    pub default: Option<Expr>,
    /// GENERATED BY DEFAULT AS IDENTITY.
    pub identity: bool,
    /// GENERATED ALWAYS AS (…) STORED.
    pub generated: Option<Expr>,
    /// `on update now()`
    pub touched: bool,
    /// `column "…"`
    pub column: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// Where its type stands; its name again when no file states it.
    pub type_span: Span,
}

impl Schema {
    /// The relation's foreign key, when it is to one.
    pub fn to_one(&self, relation: RelationId) -> Option<&ToOne> {
        match &self.relations[relation].kind {
            RelationKind::ToOne(to_one) => Some(to_one),
            RelationKind::ManyToMany(_) => None,
        }
    }

    /// The relation's link, when it is many to many.
    pub fn many_to_many(&self, relation: RelationId) -> Option<&ManyToMany> {
        match &self.relations[relation].kind {
            RelationKind::ToOne(_) => None,
            RelationKind::ManyToMany(many) => Some(many),
        }
    }

    /// A member's name, as written.
    pub fn member_name(&self, member: MemberId) -> &SmolStr {
        match member {
            MemberId::Field(field) => &self.fields[field].name,
            MemberId::Relation(relation) => &self.relations[relation].name,
        }
    }

    /// Where a member's name stands.
    pub fn member_span(&self, member: MemberId) -> Span {
        match member {
            MemberId::Field(field) => self.fields[field].span,
            MemberId::Relation(relation) => self.relations[relation].span,
        }
    }
}
