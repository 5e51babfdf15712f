//! UNIQUE constraints: those that are written, and those that one-to-one relations and links imply.

use crate::relational::{
    ColumnIx, Deferrability, Index, IndexOrigin, UniqueConstraint, UniqueOrigin, names,
};
use crate::schema::{
    Direction, EntityId, EntityKind, IndexKey, MemberId, RelationId, RelationKind, Unique,
};

use super::Lowering;

impl Lowering<'_> {
    /// Makes the UNIQUEs of every table; what a constraint can't say becomes a unique index. External
    /// tables keep theirs: a foreign key may refer to one.
    pub(super) fn uniques(&mut self) {
        for entity in self.schema.entities.ids() {
            self.declared_uniques(entity);
            self.one_to_one_uniques(entity);
            self.link_uniques(entity);
        }
    }

    fn declared_uniques(&mut self, entity: EntityId) {
        for (nth, unique) in self.schema.entities[entity].uniques.iter().enumerate() {
            match self.plain_columns(unique) {
                Some(columns) => {
                    let name = match &unique.name {
                        Some(name) => names::fit(name),
                        None => self.unique_name(entity, &columns),
                    };
                    let constraint = UniqueConstraint {
                        name,
                        columns,
                        deferrability: deferred_if(unique.deferrable),
                        nulls_distinct: unique.nulls_distinct,
                        comment: None,
                        besides: Vec::new(),
                    };
                    if !self.is_said_already(entity, &constraint) {
                        self.add_unique(entity, constraint, UniqueOrigin::Declared(nth));
                    }
                }
                None => {
                    let elements = self.elements(&unique.elements);
                    let name = match &unique.name {
                        Some(name) => names::fit(name),
                        None => {
                            let what = self.element_words(entity, &unique.elements);
                            names::unique(self.stem(entity), what.iter().map(String::as_str))
                        }
                    };
                    let index = Index {
                        name,
                        unique: true,
                        using: "btree".into(),
                        elements,
                        include: Vec::new(),
                        nulls_distinct: unique.nulls_distinct,
                        condition: unique.condition.as_ref().map(|expr| self.sql(expr)),
                        storage: Vec::new(),
                        valid: true,
                        comment: None,
                        besides: Vec::new(),
                    };
                    let (table, origins) = self.table_mut(entity);
                    table.indexes.push(index);
                    origins.indexes.push(IndexOrigin::Unique(nth));
                }
            }
        }
    }

    /// The columns of a UNIQUE that a constraint can say: no condition, no expression, no order.
    fn plain_columns(&self, unique: &Unique) -> Option<Vec<ColumnIx>> {
        if unique.condition.is_some() {
            return None;
        }
        let members: Option<Vec<MemberId>> = unique
            .elements
            .iter()
            .map(|element| match &element.key {
                IndexKey::Member(member)
                    if element.opclass.is_none()
                        && element.direction == Direction::Ascending
                        && element.nulls_first != Some(true) =>
                {
                    Some(*member)
                }
                IndexKey::Member(_) | IndexKey::Expr(_) => None,
            })
            .collect();
        members.map(|members| self.member_columns(&members))
    }

    fn one_to_one_uniques(&mut self, entity: EntityId) {
        for relation in self.to_one_relations(entity) {
            let one_to_one = self.schema.to_one(relation).is_some_and(|to_one| to_one.one_to_one);
            let (columns, _) = self.key_columns(relation);
            if !one_to_one || self.is_unique(entity, &columns) {
                continue;
            }
            let constraint = UniqueConstraint {
                name: self.unique_name(entity, &columns),
                columns,
                deferrability: Deferrability::NotDeferrable,
                nulls_distinct: true,
                comment: None,
                besides: Vec::new(),
            };
            self.add_unique(entity, constraint, UniqueOrigin::OneToOne(relation));
        }
    }

    /// A link that Trine makes: two ends meet once, and a place in the order is taken once.
    fn link_uniques(&mut self, entity: EntityId) {
        let EntityKind::Link { relation, .. } = self.schema.entities[entity].kind else { return };
        let RelationKind::ManyToMany(many) = &self.schema.relations[relation].kind else { return };
        let (source, _) = self.key_columns(many.source_end);
        let (target, _) = self.key_columns(many.target_end);
        let mut ends = source.clone();
        ends.extend(target.into_iter().filter(|column| !source.contains(column)));
        let constraint = UniqueConstraint {
            name: self.unique_name(entity, &ends),
            columns: ends,
            deferrability: Deferrability::NotDeferrable,
            nulls_distinct: true,
            comment: None,
            besides: Vec::new(),
        };
        self.add_unique(entity, constraint, UniqueOrigin::LinkEnds);
        if let Some(position) = many.position {
            let mut columns = source;
            columns.push(self.layout.column(position));
            let constraint = UniqueConstraint {
                name: self.unique_name(entity, &columns),
                columns,
                deferrability: Deferrability::InitiallyDeferred,
                nulls_distinct: true,
                comment: None,
                besides: Vec::new(),
            };
            self.add_unique(entity, constraint, UniqueOrigin::LinkPosition);
        }
    }

    pub(super) fn to_one_relations(&self, entity: EntityId) -> Vec<RelationId> {
        self.schema.entities[entity]
            .members
            .iter()
            .filter_map(|member| match member {
                MemberId::Relation(relation) if self.schema.to_one(*relation).is_some() => {
                    Some(*relation)
                }
                MemberId::Relation(_) | MemberId::Field(_) => None,
            })
            .collect()
    }

    pub(super) fn unique_name(&self, entity: EntityId, columns: &[ColumnIx]) -> smol_str::SmolStr {
        let columns = self.column_names(entity, columns);
        names::unique(self.stem(entity), columns.iter().map(|name| name.as_str()))
    }

    pub(super) fn add_unique(
        &mut self,
        entity: EntityId,
        unique: UniqueConstraint,
        origin: UniqueOrigin,
    ) {
        let (table, origins) = self.table_mut(entity);
        table.uniques.push(unique);
        origins.uniques.push(origin);
    }

    /// Whether the key or a UNIQUE is the same but for its name: of two in one table, PostgreSQL makes one.
    fn is_said_already(&self, entity: EntityId, unique: &UniqueConstraint) -> bool {
        let table = self.table(entity);
        let is_key = table.primary_key.as_ref().is_some_and(|key| {
            key.columns == unique.columns
                && unique.nulls_distinct
                && unique.deferrability == Deferrability::NotDeferrable
        });
        is_key
            || table.uniques.iter().any(|other| {
                other.columns == unique.columns
                    && other.nulls_distinct == unique.nulls_distinct
                    && other.deferrability == unique.deferrability
            })
    }

    /// Whether the key or a UNIQUE says already that no two rows agree in these columns.
    fn is_unique(&self, entity: EntityId, columns: &[ColumnIx]) -> bool {
        let table = self.table(entity);
        let key = table.primary_key.iter().map(|key| &key.columns);
        let uniques = table.uniques.iter().map(|unique| &unique.columns);
        key.chain(uniques).any(|unique| unique.iter().all(|column| columns.contains(column)))
    }
}

/// `deferrable`, as Trine means it.
pub(super) fn deferred_if(deferrable: bool) -> Deferrability {
    if deferrable { Deferrability::InitiallyDeferred } else { Deferrability::NotDeferrable }
}
