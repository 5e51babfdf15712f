//! From the [`Schema`] to the [`Database`]: every table, column, constraint, index and trigger, and the
//! name of each, decided once.
//!
//! Columns come first, for all tables, since a constraint may speak of another table's. Then each kind of
//! object has its pass, so that a table's lists are in the same order in every program: what the file
//! declares, then what its relations need.

mod bounds;
mod checks;
mod columns;
mod foreign_keys;
mod indexes;
mod rules;
mod shape;
mod triggers;
mod unions;
mod uniques;

use smol_str::SmolStr;

use crate::diagnostics::Diagnostic;
use crate::quoting::quote_identifier;
use crate::schema::{
    EntityId, EntityKind, EnumId, EnumStorage, Expr, FieldType, MemberId, RelationId, Schema,
};

use self::shape::{ColumnRef, Shapes};
use super::expression::{SqlNames, expression_sql, type_sql};
use super::{
    ColumnIx, ColumnType, Database, EnumType, Layout, QualifiedName, Sql, Table, TableId,
    TableOrigins, collisions, names,
};

/// A schema's database, and the correspondence between the two.
#[derive(Debug, Clone, Default)]
pub struct Lowered {
    /// The database.
    pub database: Database,
    /// Which part comes from which.
    pub layout: Layout,
    /// Names that collide in the database.
    pub diagnostics: Vec<Diagnostic>,
}

/// Decides tables, columns, constraints, indexes, triggers and their names. The schema has no errors.
pub fn lower(schema: &Schema) -> Lowered {
    let mut lowering = Lowering {
        schema,
        shapes: Shapes::find(schema),
        stems: schema.entities.ids().map(|entity| names::stem(schema, entity)).collect(),
        database: Database::default(),
        layout: Layout::default(),
    };
    lowering.schemas_and_types();
    lowering.tables();
    lowering.uniques();
    lowering.foreign_keys();
    lowering.checks();
    lowering.indexes();
    lowering.triggers();
    let Lowering { database, layout, .. } = lowering;
    let diagnostics = collisions::find(schema, &database, &layout);
    Lowered { database, layout, diagnostics }
}

/// The database as far as it is made.
struct Lowering<'a> {
    schema: &'a Schema,
    shapes: Shapes,
    /// For each entity, by index: its table's name, uncut.
    stems: Vec<String>,
    database: Database,
    layout: Layout,
}

impl Lowering<'_> {
    fn schemas_and_types(&mut self) {
        for module in self.schema.modules.values() {
            if let Some(name) = &module.postgres_schema
                && name != "public"
                && !self.database.schemas.iter().any(|known| known == name)
            {
                self.database.schemas.push(SmolStr::new(name));
            }
        }
        self.database.extensions =
            self.schema.extensions.iter().map(|extension| extension.name.clone()).collect();
        for (id, found) in self.schema.enums.iter() {
            let place = match &found.storage {
                EnumStorage::Checked(_) => None,
                EnumStorage::NativeType => {
                    self.database.enum_types.push(EnumType {
                        name: enum_type_name(self.schema, id),
                        labels: found.values.iter().map(|value| value.stored.clone()).collect(),
                        comment: found.docs.clone(),
                    });
                    Some(self.database.enum_types.len() - 1)
                }
            };
            self.layout.enum_types.push(place);
        }
    }

    /// Every entity whose table is ours to create.
    fn own_entities(&self) -> Vec<EntityId> {
        let external = |entity| self.schema.entities[entity].kind == EntityKind::External;
        self.schema.entities.ids().filter(|&entity| !external(entity)).collect()
    }

    fn stem(&self, entity: EntityId) -> &str {
        &self.stems[entity.index()]
    }

    fn table_id(&self, entity: EntityId) -> TableId {
        self.layout.table(entity)
    }

    fn table(&self, entity: EntityId) -> &Table {
        &self.database.tables[self.layout.table(entity)]
    }

    /// A table and what its parts come from, to add to both.
    fn table_mut(&mut self, entity: EntityId) -> (&mut Table, &mut TableOrigins) {
        let id = self.layout.table(entity);
        (&mut self.database.tables[id], &mut self.layout.origins[id.index()])
    }

    /// A column's place in the table of its entity.
    fn place(&self, entity: EntityId, column: ColumnRef) -> ColumnIx {
        match column {
            ColumnRef::Member(MemberId::Field(field), _) => self.layout.column(field),
            ColumnRef::Member(MemberId::Relation(relation), nth) => {
                self.layout.relation(relation).map_or(0, |place| place.columns[nth])
            }
            ColumnRef::SharedParent(nth) => self
                .layout
                .origins(self.table_id(entity))
                .columns
                .iter()
                .position(|origin| matches!(origin, super::ColumnOrigin::SharedParent(_)))
                .map_or(0, |first| first + nth),
        }
    }

    /// The columns that find the target's row: here, and there.
    fn key_columns(&self, relation: RelationId) -> (Vec<ColumnIx>, Vec<ColumnIx>) {
        let stated = &self.schema.relations[relation];
        self.shapes
            .of(relation)
            .key
            .iter()
            .map(|&(here, there)| {
                (self.place(stated.source, here), self.place(stated.target, there))
            })
            .unzip()
    }

    /// The columns that a list of members stands for.
    fn member_columns(&self, members: &[MemberId]) -> Vec<ColumnIx> {
        members.iter().flat_map(|&member| self.layout.member_columns(member)).collect()
    }

    /// The names of columns, as they are.
    fn column_names(&self, entity: EntityId, columns: &[ColumnIx]) -> Vec<SmolStr> {
        let table = self.table(entity);
        columns.iter().map(|&column| table.columns[column].name.clone()).collect()
    }

    /// The names of columns, as SQL writes them.
    fn quoted_columns(&self, entity: EntityId, columns: &[ColumnIx]) -> Vec<String> {
        let table = self.table(entity);
        columns.iter().map(|&column| quote_identifier(&table.columns[column].name)).collect()
    }

    /// An expression over the columns of its entity.
    fn sql(&self, expr: &Expr) -> Sql {
        let column = |member| {
            let (entity, column) = match member {
                MemberId::Field(field) => {
                    (self.schema.fields[field].entity, self.layout.column(field))
                }
                MemberId::Relation(relation) => (
                    self.schema.relations[relation].source,
                    self.layout.relation(relation).map_or(0, |place| place.columns[0]),
                ),
            };
            quote_identifier(&self.table(entity).columns[column].name)
        };
        let enum_type = |id| enum_type_name(self.schema, id).quoted();
        expression_sql(
            expr,
            SqlNames { schema: self.schema, column: &column, enum_type: &enum_type },
        )
    }
}

/// The type of a column.
fn column_type(schema: &Schema, ty: &FieldType) -> ColumnType {
    let enum_type = |id| enum_type_name(schema, id).quoted();
    type_sql(ty, SqlNames { schema, column: &|_| String::new(), enum_type: &enum_type })
}

/// The name of an enum that is stored as a PostgreSQL type.
fn enum_type_name(schema: &Schema, id: EnumId) -> QualifiedName {
    let module = &schema.modules[schema.enums[id].module];
    QualifiedName {
        schema: module.postgres_schema.as_deref().map(SmolStr::new),
        name: names::enum_type(schema, id),
    }
}
