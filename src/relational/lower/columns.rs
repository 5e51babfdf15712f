//! Tables and their columns, in the order of the entity's members.

use crate::relational::{
    Column, ColumnOrigin, Deferrability, Identity, PrimaryKey, QualifiedName, RelationLayout,
    Table, TableOrigins, names,
};
use crate::schema::{EntityId, EntityKind, FieldId, MemberId, RelationId, ToOne};

use super::shape::{ColumnRef, field_column};
use super::{Lowering, column_type};

impl Lowering<'_> {
    /// Makes every table with its columns and its primary key. A default or a generated column may name
    /// any other column, so these expressions come when all columns have their places.
    pub(super) fn tables(&mut self) {
        self.layout.columns = vec![0; self.schema.fields.len()];
        self.layout.relations = vec![None; self.schema.relations.len()];
        for entity in self.schema.entities.ids() {
            self.table_of(entity);
        }
        for relation in self.schema.relations.ids() {
            self.reference_of(relation);
        }
        for entity in self.schema.entities.ids() {
            self.expressions_of(entity);
            let key = self.member_columns(&self.schema.entities[entity].key);
            let (table, _) = self.table_mut(entity);
            let name = names::primary_key(&table.name.name);
            table.primary_key = Some(PrimaryKey {
                name,
                columns: key,
                deferrability: Deferrability::NotDeferrable,
                comment: None,
                besides: Vec::new(),
            });
        }
    }

    fn table_of(&mut self, entity: EntityId) {
        let stated = &self.schema.entities[entity];
        let (schema, name) = names::table(self.schema, entity);
        let mut columns = Columns::default();
        for &member in &stated.members {
            match member {
                MemberId::Field(field) => {
                    self.layout.columns[field.index()] = columns.made.len();
                    columns.push(self.field_column(field), ColumnOrigin::Field(field));
                }
                MemberId::Relation(relation) => {
                    let Some(to_one) = self.schema.to_one(relation) else { continue };
                    let first = columns.made.len();
                    for column in self.relation_columns(relation, to_one) {
                        columns.push(column, ColumnOrigin::Relation(relation));
                    }
                    self.layout.relations[relation.index()] = Some(RelationLayout {
                        columns: (first..columns.made.len()).collect(),
                        target_columns: Vec::new(),
                        foreign_key: 0,
                    });
                    self.shared_columns(stated.kind, relation, &mut columns);
                }
            }
        }
        let table = self.database.tables.push(Table {
            name: QualifiedName { schema, name },
            external: stated.kind == EntityKind::External,
            unlogged: false,
            partitioned_by: None,
            partition_of: None,
            comment: stated.docs.clone(),
            columns: columns.made,
            primary_key: None,
            uniques: Vec::new(),
            checks: Vec::new(),
            foreign_keys: Vec::new(),
            excludes: Vec::new(),
            indexes: Vec::new(),
            triggers: Vec::new(),
            storage: stated.storage.clone(),
            besides: Vec::new(),
        });
        self.layout.tables.push(table);
        self.layout.origins.push(TableOrigins {
            entity,
            columns: columns.origins,
            uniques: Vec::new(),
            checks: Vec::new(),
            foreign_keys: Vec::new(),
            indexes: Vec::new(),
            triggers: Vec::new(),
        });
    }

    fn field_column(&self, field: FieldId) -> Column {
        let field = &self.schema.fields[field];
        Column {
            name: field_column(field.column.as_deref(), &field.name),
            ty: column_type(self.schema, &field.ty),
            nullable: field.nullable,
            default: None,
            identity: field.identity.then_some(Identity::ByDefault),
            generated: None,
            comment: field.docs.clone(),
            besides: Vec::new(),
        }
    }

    fn relation_columns(&self, relation: RelationId, to_one: &ToOne) -> Vec<Column> {
        let docs = &self.schema.relations[relation].docs;
        let own = &self.shapes.of(relation).own;
        own.iter()
            .map(|column| Column {
                name: column.name.clone(),
                ty: column.ty.clone(),
                nullable: to_one.optional,
                default: None,
                identity: None,
                generated: None,
                comment: docs.clone(),
                besides: Vec::new(),
            })
            .collect()
    }

    /// The columns that a link shares with its ends stand behind those of its two ends.
    fn shared_columns(&self, kind: EntityKind, relation: RelationId, columns: &mut Columns) {
        let EntityKind::Link { relation: many, .. } = kind else { return };
        let is_last =
            self.schema.many_to_many(many).is_some_and(|link| link.target_end == relation);
        for column in self.shapes.shared.get(&many).filter(|_| is_last).into_iter().flatten() {
            let made = Column {
                name: column.name.clone(),
                ty: column.ty.clone(),
                nullable: false,
                default: None,
                identity: None,
                generated: None,
                comment: None,
                besides: Vec::new(),
            };
            columns.push(made, ColumnOrigin::SharedParent(column.relation));
        }
    }

    /// What the relation's own columns refer to.
    fn reference_of(&mut self, relation: RelationId) {
        let target = self.schema.relations[relation].target;
        let columns: Vec<ColumnRef> =
            self.shapes.of(relation).own.iter().map(|column| column.target).collect();
        let columns = columns.into_iter().map(|column| self.place(target, column)).collect();
        if let Some(place) = &mut self.layout.relations[relation.index()] {
            place.target_columns = columns;
        }
    }

    fn expressions_of(&mut self, entity: EntityId) {
        for &member in &self.schema.entities[entity].members {
            let (column, default, generated) = match member {
                MemberId::Field(id) => {
                    let field = &self.schema.fields[id];
                    let default = field.default.as_ref().map(|expr| self.sql(expr));
                    let generated = field.generated.as_ref().map(|expr| self.sql(expr));
                    (self.layout.column(id), default, generated)
                }
                MemberId::Relation(id) => {
                    let default = self.schema.to_one(id).and_then(|to_one| to_one.default.as_ref());
                    let Some(default) = default.map(|expr| self.sql(expr)) else { continue };
                    let Some(column) = self.layout.relation(id).map(|place| place.columns[0])
                    else {
                        continue;
                    };
                    (column, Some(default), None)
                }
            };
            let (table, _) = self.table_mut(entity);
            table.columns[column].default = default;
            table.columns[column].generated = generated;
        }
    }
}

/// Columns, and what each comes from.
#[derive(Default)]
struct Columns {
    made: Vec<Column>,
    origins: Vec<ColumnOrigin>,
}

impl Columns {
    fn push(&mut self, column: Column, origin: ColumnOrigin) {
        self.made.push(column);
        self.origins.push(origin);
    }
}
