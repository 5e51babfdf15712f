//! Indexes: those that are written, and one for each foreign key that nothing else serves.

use smol_str::SmolStr;

use crate::relational::{ColumnIx, Index, IndexElement, IndexKey, IndexOrigin, Table, names};
use crate::schema::{self, Direction, EntityId, ExprKind, RelationId};

use super::Lowering;

impl Lowering<'_> {
    /// Makes the indexes of every table.
    pub(super) fn indexes(&mut self) {
        for entity in self.own_entities() {
            self.declared_indexes(entity);
            self.foreign_key_indexes(entity);
        }
    }

    fn declared_indexes(&mut self, entity: EntityId) {
        for (nth, index) in self.schema.entities[entity].indexes.iter().enumerate() {
            let name = match &index.name {
                Some(name) => names::fit(name),
                None => {
                    let words = self.element_words(entity, &index.elements);
                    names::index(self.stem(entity), words.iter().map(String::as_str))
                }
            };
            let made = Index {
                name,
                unique: false,
                using: index.using.clone(),
                elements: self.elements(&index.elements),
                include: self.member_columns(&index.include),
                nulls_distinct: true,
                condition: index.condition.as_ref().map(|expr| self.sql(expr)),
                storage: index.storage.clone(),
                valid: true,
                comment: None,
                besides: Vec::new(),
            };
            self.add_index(entity, made, IndexOrigin::Declared(nth));
        }
    }

    /// The longest foreign keys come first, since their index may serve a shorter one; the indexes are
    /// added in the order of the relations.
    fn foreign_key_indexes(&mut self, entity: EntityId) {
        let table = self.table(entity);
        let relations = &self.layout.origins(self.table_id(entity)).foreign_keys;
        let mut order: Vec<usize> = (0..table.foreign_keys.len()).collect();
        order.sort_by_key(|&nth| std::cmp::Reverse(table.foreign_keys[nth].columns.len()));
        let mut needed: Vec<(usize, Vec<ColumnIx>)> = Vec::new();
        for nth in order {
            let own = self.layout.relation(relations[nth]).map_or(&[][..], |place| &place.columns);
            let all = &table.foreign_keys[nth].columns;
            let serves =
                |columns: &[ColumnIx]| begins_with(columns, own) && begins_with(columns, all);
            if served(table, serves) || needed.iter().any(|(_, columns)| serves(columns)) {
                continue;
            }
            let shared = all.iter().filter(|column| !own.contains(column));
            needed.push((nth, own.iter().chain(shared).copied().collect()));
        }
        needed.sort();
        let needed: Vec<(RelationId, Vec<ColumnIx>)> =
            needed.into_iter().map(|(nth, columns)| (relations[nth], columns)).collect();
        for (relation, columns) in needed {
            let words = self.column_names(entity, &columns);
            let index = Index {
                name: names::index(self.stem(entity), words.iter().map(SmolStr::as_str)),
                unique: false,
                using: "btree".into(),
                elements: columns.into_iter().map(plain).collect(),
                include: Vec::new(),
                nulls_distinct: true,
                condition: None,
                storage: Vec::new(),
                valid: true,
                comment: None,
                besides: Vec::new(),
            };
            self.add_index(entity, index, IndexOrigin::ForeignKey(relation));
        }
    }

    fn add_index(&mut self, entity: EntityId, index: Index, origin: IndexOrigin) {
        let (table, origins) = self.table_mut(entity);
        table.indexes.push(index);
        origins.indexes.push(origin);
    }

    /// The elements of an index; a relation stands for its columns.
    pub(super) fn elements(&self, elements: &[schema::IndexElement]) -> Vec<IndexElement> {
        elements
            .iter()
            .flat_map(|element| {
                let keys = match &element.key {
                    schema::IndexKey::Member(member) => {
                        self.member_columns(&[*member]).into_iter().map(IndexKey::Column).collect()
                    }
                    schema::IndexKey::Expr(expr) => vec![IndexKey::Expression(self.sql(expr))],
                };
                let descending = element.direction == Direction::Descending;
                keys.into_iter().map(move |key| IndexElement {
                    key,
                    opclass: element.opclass.clone(),
                    descending,
                    nulls_first: element.nulls_first.unwrap_or(descending),
                })
            })
            .collect()
    }

    /// What the name of an index says of its elements: columns, and for an expression its function and
    /// the columns in it.
    pub(super) fn element_words(
        &self,
        entity: EntityId,
        elements: &[schema::IndexElement],
    ) -> Vec<String> {
        let mut words = Vec::new();
        for element in elements {
            match &element.key {
                schema::IndexKey::Member(member) => {
                    let columns = self.member_columns(&[*member]);
                    words.extend(self.column_names(entity, &columns).into_iter().map(String::from));
                }
                schema::IndexKey::Expr(expr) => {
                    if let ExprKind::Call { function, .. } = &expr.kind {
                        words.push(function.to_string());
                    }
                    words.extend(self.expression_columns(entity, expr));
                }
            }
        }
        if words.is_empty() {
            words.push("expression".to_owned());
        }
        words
    }
}

/// A column in its own order.
fn plain(column: ColumnIx) -> IndexElement {
    IndexElement {
        key: IndexKey::Column(column),
        opclass: None,
        descending: false,
        nulls_first: false,
    }
}

/// Whether the first of `columns` are those of `first`, in any order.
fn begins_with(columns: &[ColumnIx], first: &[ColumnIx]) -> bool {
    columns.len() >= first.len()
        && columns[..first.len()].iter().all(|column| first.contains(column))
}

/// Whether the key, a UNIQUE or a whole B-tree over columns satisfies `serves`.
fn served(table: &Table, serves: impl Fn(&[ColumnIx]) -> bool) -> bool {
    table.primary_key.iter().any(|key| serves(&key.columns))
        || table.uniques.iter().any(|unique| serves(&unique.columns))
        || table.indexes.iter().any(|index| {
            if index.using != "btree" || index.condition.is_some() {
                return false;
            }
            let columns: Vec<ColumnIx> = index
                .elements
                .iter()
                .map_while(|element| match (&element.key, &element.opclass) {
                    (IndexKey::Column(column), None) => Some(*column),
                    (IndexKey::Column(_), Some(_)) | (IndexKey::Expression(_), _) => None,
                })
                .collect();
            serves(&columns)
        })
}
