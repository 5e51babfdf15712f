//! Where each part of a schema lies in the database, and what each part of the database is there for.

use crate::schema::{EntityId, FieldId, MemberId, RelationId, UnionId};

use super::{ColumnIx, TableId};

/// The correspondence between a [`Schema`](crate::schema::Schema) and its [`super::Database`].
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// For each entity, by index: its table.
    pub tables: Vec<TableId>,
    /// For each table, by index: what its parts come from.
    pub origins: Vec<TableOrigins>,
    /// For each field, by index: its column.
    pub columns: Vec<ColumnIx>,
    /// For each relation, by index: where it lies; `None` for many-to-many, whose link has two.
    pub relations: Vec<Option<RelationLayout>>,
    /// For each enum, by index: its place in [`super::Database::enum_types`] when it is a type.
    pub enum_types: Vec<Option<usize>>,
}

/// Where a to-one relation lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationLayout {
    /// Its own columns: those that it adds to the table. Shared columns of `within` are not among them.
    pub columns: Vec<ColumnIx>,
    /// The columns of the target that they refer to, in the same order.
    pub target_columns: Vec<ColumnIx>,
    /// Its place in the table's foreign keys. The constraint begins with the shared columns of `within`.
    pub foreign_key: usize,
}

/// For each part of a table, what it comes from; each list is parallel to the table's own.
#[derive(Debug, Clone)]
pub struct TableOrigins {
    /// The entity.
    pub entity: EntityId,
    /// Of the columns.
    pub columns: Vec<ColumnOrigin>,
    /// Of the UNIQUE constraints.
    pub uniques: Vec<UniqueOrigin>,
    /// Of the CHECK constraints.
    pub checks: Vec<CheckOrigin>,
    /// Of the foreign keys.
    pub foreign_keys: Vec<RelationId>,
    /// Of the indexes.
    pub indexes: Vec<IndexOrigin>,
    /// Of the triggers.
    pub triggers: Vec<TriggerOrigin>,
    // Excludes are in the order of the entity's own.
}

/// What a column comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnOrigin {
    /// A field.
    Field(FieldId),
    /// A to-one relation.
    Relation(RelationId),
    /// The parent that a link carries since its ends share it (`within` on many-to-many): filled by a
    /// trigger from the first end. The relation is the one of the source entity to the parent.
    SharedParent(RelationId),
}

/// What a UNIQUE constraint comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueOrigin {
    /// The entity's UNIQUE of that place.
    Declared(usize),
    /// A one-to-one relation.
    OneToOne(RelationId),
    /// A relation of another entity that refers here `within` a shared parent.
    WithinTarget(RelationId),
    /// Both ends of a link that Trine makes.
    LinkEnds,
    /// Source and position of an ordered link.
    LinkPosition,
}

/// What a CHECK constraint comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckOrigin {
    /// The entity's CHECK of that place.
    Declared(usize),
    /// A field whose type is an enum.
    EnumValues(FieldId),
    /// A relation `within` an optional parent: no half-null pair.
    HalfNull(RelationId),
}

/// What an index comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexOrigin {
    /// The entity's index of that place.
    Declared(usize),
    /// The entity's UNIQUE of that place, which no constraint can say.
    Unique(usize),
    /// A relation's foreign key.
    ForeignKey(RelationId),
}

/// What a trigger comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggerOrigin {
    /// Fields with `on update now()`.
    Touch,
    /// A bound of a relation.
    Bound(RelationId),
    /// The shared parent of a link.
    SharedParent,
    /// A union's own rows.
    Union(UnionId),
    /// The delete rules of a relation to a union's rows, which differ by alternative.
    Rules(RelationId),
}

impl Layout {
    /// An entity's table.
    pub fn table(&self, entity: EntityId) -> TableId {
        self.tables[entity.index()]
    }

    /// A field's column.
    pub fn column(&self, field: FieldId) -> ColumnIx {
        self.columns[field.index()]
    }

    /// Where a to-one relation lies.
    pub fn relation(&self, relation: RelationId) -> Option<&RelationLayout> {
        self.relations[relation.index()].as_ref()
    }

    /// What the parts of a table come from.
    pub fn origins(&self, table: TableId) -> &TableOrigins {
        &self.origins[table.index()]
    }

    /// The columns that a member stands for in a list of columns.
    pub fn member_columns(&self, member: MemberId) -> Vec<ColumnIx> {
        match member {
            MemberId::Field(field) => vec![self.column(field)],
            MemberId::Relation(relation) => {
                self.relation(relation).map(|place| place.columns.clone()).unwrap_or_default()
            }
        }
    }
}
