//! Which columns each relation adds, and which columns it refers to: found before any table is laid out,
//! since a key may consist of relations, whose columns are those of other keys.

use std::collections::HashMap;
use std::rc::Rc;

use smol_str::SmolStr;

use crate::naming::snake;
use crate::relational::{ColumnType, names};
use crate::schema::{
    EntityKind, MemberId, Reference, RelationId, RelationKind, Schema, ToOne, Within,
};

use super::column_type;

/// A column before it has its place: the n-th of a member, or the n-th that a link shares with its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ColumnRef {
    /// Of a field (always the 0th) or a relation.
    Member(MemberId, usize),
    /// Of the parents that a link carries since its ends share them.
    SharedParent(usize),
}

/// What a to-one relation looks like.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// The columns that it adds.
    pub own: Vec<OwnColumn>,
    /// The columns of `within`, and what they refer to on the target.
    pub shared: Vec<(ColumnRef, ColumnRef)>,
    /// The columns that find the target's row, own or shared, in the order of the target's key.
    pub key: Vec<(ColumnRef, ColumnRef)>,
}

/// A column that a relation adds.
#[derive(Debug)]
pub(super) struct OwnColumn {
    /// Its name.
    pub name: SmolStr,
    /// Its type, that of the column which it refers to.
    pub ty: ColumnType,
    /// What it refers to.
    pub target: ColumnRef,
}

/// A column that a link carries since its ends share it.
#[derive(Debug)]
pub(super) struct SharedColumn {
    /// Its name, that of the source's column.
    pub name: SmolStr,
    /// Its type.
    pub ty: ColumnType,
    /// The relation of the source to the parent.
    pub relation: RelationId,
    /// The source's column.
    pub source: ColumnRef,
    /// The target's column.
    pub target: ColumnRef,
}

/// The shapes of all relations.
#[derive(Debug)]
pub(super) struct Shapes {
    /// For each relation, by index; empty for many-to-many.
    pub relations: Vec<Rc<Shape>>,
    /// For each many-to-many relation that has any, by index.
    pub shared: HashMap<RelationId, Vec<SharedColumn>>,
}

impl Shapes {
    /// Finds every shape; a relation comes after those that its key leans on.
    pub fn find(schema: &Schema) -> Shapes {
        let ends = link_ends(schema);
        let mut shapes = Shapes {
            relations: vec![Rc::default(); schema.relations.len()],
            shared: HashMap::new(),
        };
        for relation in in_dependency_order(schema, &ends) {
            match &schema.relations[relation].kind {
                RelationKind::ToOne(to_one) => {
                    let shape = shapes.to_one(schema, relation, to_one, &ends);
                    shapes.relations[relation.index()] = Rc::new(shape);
                }
                RelationKind::ManyToMany(many) => {
                    if !many.within.is_empty() {
                        let columns = shapes.shared_columns(schema, &many.within);
                        shapes.shared.insert(relation, columns);
                    }
                }
            }
        }
        shapes
    }

    /// A relation's shape.
    pub fn of(&self, relation: RelationId) -> &Shape {
        &self.relations[relation.index()]
    }

    /// The columns that a member stands for.
    pub fn member(&self, member: MemberId) -> impl Iterator<Item = ColumnRef> + use<> {
        let count = match member {
            MemberId::Field(_) => 1,
            MemberId::Relation(relation) => self.of(relation).own.len(),
        };
        (0..count).map(move |nth| ColumnRef::Member(member, nth))
    }

    fn to_one(
        &self,
        schema: &Schema,
        relation: RelationId,
        to_one: &ToOne,
        ends: &HashMap<RelationId, RelationId>,
    ) -> Shape {
        let stated = &schema.relations[relation];
        let referred: Vec<ColumnRef> = match &to_one.references {
            Reference::Key => schema.entities[stated.target]
                .key
                .iter()
                .flat_map(|&member| self.member(member))
                .collect(),
            Reference::Fields(fields) => {
                fields.iter().map(|&field| ColumnRef::Member(MemberId::Field(field), 0)).collect()
            }
        };
        let mut shape =
            Shape { shared: self.shared_pairs(to_one, relation, ends, schema), ..Shape::default() };
        let shared_with = |column| {
            shape.shared.iter().find(|(_, target)| *target == column).map(|(here, _)| *here)
        };
        let own: Vec<ColumnRef> =
            referred.iter().copied().filter(|&column| shared_with(column).is_none()).collect();
        for &target in &referred {
            let here = shared_with(target).unwrap_or_else(|| {
                let nth = own.iter().position(|&column| column == target).unwrap_or_default();
                ColumnRef::Member(MemberId::Relation(relation), nth)
            });
            shape.key.push((here, target));
        }
        let name = snake(&stated.name);
        for &target in &own {
            let (target_name, ty) = self.describe(schema, target);
            let column = match &to_one.column {
                Some(column) if own.len() == 1 => names::fit(column),
                _ if referred.len() == 1 => names::fit(&format!("{name}_id")),
                _ => names::fit(&format!("{name}_{target_name}")),
            };
            shape.own.push(OwnColumn { name: column, ty, target });
        }
        shape
    }

    /// The columns that a relation shares with others of its entity, and what they refer to.
    fn shared_pairs(
        &self,
        to_one: &ToOne,
        relation: RelationId,
        ends: &HashMap<RelationId, RelationId>,
        schema: &Schema,
    ) -> Vec<(ColumnRef, ColumnRef)> {
        let mut pairs = Vec::new();
        for (here, there) in self.parents(&to_one.within) {
            if !pairs.iter().any(|(_, target)| *target == there) {
                pairs.push((here, there));
            }
        }
        if let Some(columns) = ends.get(&relation).and_then(|many| self.shared.get(many)) {
            let is_source = ends
                .get(&relation)
                .and_then(|&many| schema.many_to_many(many))
                .is_some_and(|many| many.source_end == relation);
            pairs.extend(columns.iter().enumerate().map(|(nth, column)| {
                let target = if is_source { column.source } else { column.target };
                (ColumnRef::SharedParent(nth), target)
            }));
        }
        pairs
    }

    fn shared_columns(&self, schema: &Schema, within: &[Within]) -> Vec<SharedColumn> {
        let mut columns: Vec<SharedColumn> = Vec::new();
        for pair in within {
            for (source, target) in self.parents(std::slice::from_ref(pair)) {
                if columns.iter().any(|column| column.source == source) {
                    continue;
                }
                let (name, ty) = self.describe(schema, source);
                columns.push(SharedColumn { name, ty, relation: pair.here, source, target });
            }
        }
        columns
    }

    /// For each column of the shared parents' keys: the one here, and the one there.
    fn parents(&self, within: &[Within]) -> Vec<(ColumnRef, ColumnRef)> {
        within
            .iter()
            .flat_map(|pair| self.of(pair.here).key.iter().zip(&self.of(pair.there).key))
            .map(|(here, there)| (here.0, there.0))
            .collect()
    }

    /// A column's name and type.
    fn describe(&self, schema: &Schema, column: ColumnRef) -> (SmolStr, ColumnType) {
        match column {
            ColumnRef::Member(MemberId::Field(field), _) => {
                let field = &schema.fields[field];
                (field_column(field.column.as_deref(), &field.name), column_type(schema, &field.ty))
            }
            ColumnRef::Member(MemberId::Relation(relation), nth) => {
                let column = &self.of(relation).own[nth];
                (column.name.clone(), column.ty.clone())
            }
            ColumnRef::SharedParent(_) => (SmolStr::default(), ColumnType(SmolStr::default())),
        }
    }
}

/// The name of a field's column.
pub(super) fn field_column(column: Option<&str>, name: &str) -> SmolStr {
    match column {
        Some(column) => names::fit(column),
        None => names::fit(&snake(name)),
    }
}

/// For each end of a link that Trine makes: the many-to-many relation.
fn link_ends(schema: &Schema) -> HashMap<RelationId, RelationId> {
    let mut ends = HashMap::new();
    for (relation, stated) in schema.relations.iter() {
        if let RelationKind::ManyToMany(many) = &stated.kind
            && matches!(schema.entities[many.link].kind, EntityKind::Link { .. })
        {
            ends.insert(many.source_end, relation);
            ends.insert(many.target_end, relation);
        }
    }
    ends
}

/// Every relation once, behind those whose columns it takes over. Without recursion: a chain of keys may
/// be as long as the program.
fn in_dependency_order(schema: &Schema, ends: &HashMap<RelationId, RelationId>) -> Vec<RelationId> {
    let mut order = Vec::with_capacity(schema.relations.len());
    let mut seen = vec![false; schema.relations.len()];
    let mut stack: Vec<(RelationId, Vec<RelationId>)> = Vec::new();
    for relation in schema.relations.ids() {
        if std::mem::replace(&mut seen[relation.index()], true) {
            continue;
        }
        stack.push((relation, leans_on(schema, relation, ends)));
        while let Some((relation, rest)) = stack.last_mut() {
            match rest.pop() {
                Some(next) => {
                    if !std::mem::replace(&mut seen[next.index()], true) {
                        stack.push((next, leans_on(schema, next, ends)));
                    }
                }
                None => {
                    order.push(*relation);
                    stack.pop();
                }
            }
        }
    }
    order
}

fn leans_on(
    schema: &Schema,
    relation: RelationId,
    ends: &HashMap<RelationId, RelationId>,
) -> Vec<RelationId> {
    let stated = &schema.relations[relation];
    let parents = |within: &[Within]| -> Vec<RelationId> {
        within.iter().flat_map(|pair| [pair.here, pair.there]).collect()
    };
    match &stated.kind {
        RelationKind::ManyToMany(many) => parents(&many.within),
        RelationKind::ToOne(to_one) => {
            let mut found = parents(&to_one.within);
            found.extend(ends.get(&relation));
            if to_one.references == Reference::Key {
                found.extend(schema.entities[stated.target].key.iter().filter_map(|member| {
                    match member {
                        MemberId::Field(_) => None,
                        MemberId::Relation(relation) => Some(*relation),
                    }
                }));
            }
            found
        }
    }
}
