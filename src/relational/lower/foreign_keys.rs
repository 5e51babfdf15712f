//! Foreign keys, and the composite UNIQUE that one `within` a shared parent needs on its target.

use crate::relational::{
    ColumnIx, Deferrability, ForeignKey, ReferentialAction, UniqueConstraint, UniqueOrigin, names,
};
use crate::schema::{DeleteRule, EntityId, EntityKind, RelationId, ToOne};

use super::Lowering;
use super::uniques::deferred_if;

impl Lowering<'_> {
    /// Makes the foreign key of every to-one relation.
    pub(super) fn foreign_keys(&mut self) {
        for entity in self.schema.entities.ids() {
            for relation in self.to_one_relations(entity) {
                self.foreign_key(entity, relation);
            }
        }
    }

    fn foreign_key(&mut self, entity: EntityId, relation: RelationId) {
        let Some(to_one) = self.schema.to_one(relation) else { return };
        let stated = &self.schema.relations[relation];
        let shape = self.shapes.of(relation);
        let shared: Vec<(ColumnIx, ColumnIx)> = shape
            .shared
            .iter()
            .map(|&(here, there)| (self.place(entity, here), self.place(stated.target, there)))
            .collect();
        let Some(place) = self.layout.relation(relation) else { return };
        let own = place.columns.clone();
        let (columns, target_columns): (Vec<_>, Vec<_>) = shared
            .iter()
            .copied()
            .chain(own.iter().copied().zip(place.target_columns.iter().copied()))
            .unzip();
        if !shared.is_empty() {
            self.within_unique(relation, stated.target, &target_columns);
        }
        let clears = matches!(to_one.delete, DeleteRule::SetNull | DeleteRule::SetDefault);
        let key = ForeignKey {
            name: names::foreign_key(self.stem(entity), &stated.name),
            target: self.table_id(stated.target),
            on_delete: on_delete(to_one.delete),
            on_delete_columns: if clears && !shared.is_empty() { own } else { Vec::new() },
            on_update: self.on_update(relation, to_one),
            deferrability: deferrability(to_one, !shared.is_empty()),
            validated: true,
            comment: None,
            besides: Vec::new(),
            columns,
            target_columns,
        };
        let (table, origins) = self.table_mut(entity);
        let nth = table.foreign_keys.len();
        table.foreign_keys.push(key);
        origins.foreign_keys.push(relation);
        if let Some(place) = &mut self.layout.relations[relation.index()] {
            place.foreign_key = nth;
        }
    }

    /// A link follows its source to another parent; whether its target has gone there too is for the
    /// other foreign key to say.
    fn on_update(&self, relation: RelationId, to_one: &ToOne) -> ReferentialAction {
        if to_one.update_cascade || self.is_source_end_within(relation) {
            ReferentialAction::Cascade
        } else {
            ReferentialAction::NoAction
        }
    }

    fn is_source_end_within(&self, relation: RelationId) -> bool {
        let EntityKind::Link { relation: many, .. } =
            self.schema.entities[self.schema.relations[relation].source].kind
        else {
            return false;
        };
        self.schema
            .many_to_many(many)
            .is_some_and(|link| link.source_end == relation && !link.within.is_empty())
    }

    /// A foreign key refers to columns that are unique together and checked at once: the key, or a UNIQUE
    /// that is not deferrable, in any order.
    fn within_unique(&mut self, relation: RelationId, target: EntityId, columns: &[ColumnIx]) {
        let table = self.table(target);
        let same = |known: &[ColumnIx]| {
            known.len() == columns.len() && known.iter().all(|column| columns.contains(column))
        };
        let known = table.primary_key.iter().any(|key| same(&key.columns))
            || table.uniques.iter().any(|unique| {
                same(&unique.columns) && unique.deferrability == Deferrability::NotDeferrable
            });
        if known {
            return;
        }
        let constraint = UniqueConstraint {
            name: self.unique_name(target, columns),
            columns: columns.to_vec(),
            deferrability: Deferrability::NotDeferrable,
            nulls_distinct: true,
            comment: None,
            besides: Vec::new(),
        };
        self.add_unique(target, constraint, UniqueOrigin::WithinTarget(relation));
    }
}

fn on_delete(rule: DeleteRule) -> ReferentialAction {
    match rule {
        DeleteRule::Cascade => ReferentialAction::Cascade,
        DeleteRule::SetNull => ReferentialAction::SetNull,
        DeleteRule::SetDefault => ReferentialAction::SetDefault,
        DeleteRule::Restrict => ReferentialAction::NoAction,
        DeleteRule::Protect => ReferentialAction::Restrict,
    }
}

/// A foreign key `within` a parent can be put off, so that both ends may move to another parent.
fn deferrability(to_one: &ToOne, within: bool) -> Deferrability {
    match deferred_if(to_one.deferrable || to_one.checked_late) {
        Deferrability::NotDeferrable if within => Deferrability::InitiallyImmediate,
        decided => decided,
    }
}
