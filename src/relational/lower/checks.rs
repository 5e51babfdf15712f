//! CHECK and EXCLUDE constraints: those that are written, the values of enums, and references that must
//! be whole or absent.

use crate::quoting::quote_literal;
use crate::relational::{CheckConstraint, CheckOrigin, ExcludeConstraint, Sql, names};
use crate::schema::{
    BaseType, Category, EntityId, EnumId, EnumStorage, Expr, ExprKind, FieldId, FieldType,
    MemberId, RelationId, Schema,
};

use super::uniques::deferred_if;
use super::{Lowering, column_type};

impl Lowering<'_> {
    /// Makes the CHECKs and EXCLUDEs of every table.
    pub(super) fn checks(&mut self) {
        for entity in self.own_entities() {
            self.declared_checks(entity);
            for &member in &self.schema.entities[entity].members {
                match member {
                    MemberId::Field(field) => self.enum_check(entity, field),
                    MemberId::Relation(relation) => self.whole_check(entity, relation),
                }
            }
            self.excludes(entity);
        }
    }

    fn declared_checks(&mut self, entity: EntityId) {
        for (nth, check) in self.schema.entities[entity].checks.iter().enumerate() {
            let name = match (&check.name, &check.about) {
                (Some(name), _) => names::fit(name),
                (None, Some(about)) => names::check(self.stem(entity), [about.as_str()]),
                (None, None) => {
                    let mut words = self.expression_columns(entity, &check.condition);
                    // A CHECK over an enum alone stands beside the one of its values, which has the
                    // column's name, and keeps it whatever else is written.
                    let beside = matches!(&words[..], [word] if self.has_values(entity, word));
                    if words.is_empty() || beside {
                        words.push("check".to_owned());
                    }
                    names::check(self.stem(entity), words.iter().map(String::as_str))
                }
            };
            let condition = self.sql(&check.condition);
            let check = CheckConstraint {
                name,
                condition,
                validated: true,
                comment: None,
                besides: Vec::new(),
            };
            self.add_check(entity, check, CheckOrigin::Declared(nth));
        }
    }

    /// Whether a column has a CHECK for the values of an enum.
    fn has_values(&self, entity: EntityId, column: &str) -> bool {
        self.schema.entities[entity].members.iter().any(|&member| match member {
            MemberId::Field(field) => {
                self.stored_enum(field).is_some()
                    && self.table(entity).columns[self.layout.column(field)].name == column
            }
            MemberId::Relation(_) => false,
        })
    }

    /// The enum of a field that is stored with a CHECK, and how it is stored.
    fn stored_enum(&self, field: FieldId) -> Option<(EnumId, &FieldType)> {
        let BaseType::Enum(id) = self.schema.fields[field].ty.base else { return None };
        match &self.schema.enums[id].storage {
            EnumStorage::Checked(storage) => Some((id, storage)),
            EnumStorage::NativeType => None,
        }
    }

    fn enum_check(&mut self, entity: EntityId, field: FieldId) {
        let Some((id, storage)) = self.stored_enum(field) else { return };
        let dimensions = self.schema.fields[field].ty.dimensions;
        let column = [self.layout.column(field)];
        let name = self.column_names(entity, &column).remove(0);
        let quoted = self.quoted_columns(entity, &column).remove(0);
        let values = enum_values(self.schema, id, storage);
        let condition = if dimensions == 0 {
            format!("{quoted} IN ({values})")
        } else {
            let ty = column_type(self.schema, &FieldType { dimensions: 1, ..storage.clone() });
            format!("{quoted} <@ ARRAY[{values}]::{}", ty.0)
        };
        let check = CheckConstraint {
            name: names::check(self.stem(entity), [name.as_str()]),
            condition: Sql(condition),
            validated: true,
            comment: None,
            besides: Vec::new(),
        };
        self.add_check(entity, check, CheckOrigin::EnumValues(field));
    }

    /// A foreign key is not checked while one of its columns is NULL (MATCH SIMPLE). So an optional
    /// reference of several columns is whole or absent, its shared columns included.
    fn whole_check(&mut self, entity: EntityId, relation: RelationId) {
        let Some(to_one) = self.schema.to_one(relation) else { return };
        let Some(place) = self.layout.relation(relation) else { return };
        let own = place.columns.clone();
        let table = self.table(entity);
        let key = &table.foreign_keys[place.foreign_key].columns;
        let mut shared: Vec<_> = key
            .iter()
            .copied()
            .filter(|column| !own.contains(column) && table.columns[*column].nullable)
            .collect();
        // Two parents of the target may be one and the same here.
        let mut seen = std::collections::BTreeSet::new();
        shared.retain(|column| seen.insert(*column));
        if (!to_one.optional || own.len() < 2) && shared.is_empty() {
            return;
        }
        let own = self.quoted_columns(entity, &own);
        let shared = self.quoted_columns(entity, &shared);
        let whole = [own.as_slice(), &shared].concat();
        let condition = match (to_one.optional, own.as_slice(), shared.as_slice()) {
            (false, ..) => shared
                .iter()
                .map(|column| format!("{column} IS NOT NULL"))
                .collect::<Vec<_>>()
                .join(" AND "),
            (true, [own], [shared]) => format!("{own} IS NULL OR {shared} IS NOT NULL"),
            (true, _, []) => format!("num_nulls({}) IN (0, {})", own.join(", "), own.len()),
            (true, ..) => format!(
                "num_nonnulls({}) = 0 OR num_nulls({}) = 0",
                own.join(", "),
                whole.join(", ")
            ),
        };
        let what = crate::naming::snake(&self.schema.relations[relation].name);
        let check = CheckConstraint {
            name: names::check(self.stem(entity), [what.as_str(), "whole"]),
            condition: Sql(condition),
            validated: true,
            comment: None,
            besides: Vec::new(),
        };
        self.add_check(entity, check, CheckOrigin::HalfNull(relation));
    }

    fn excludes(&mut self, entity: EntityId) {
        for exclude in &self.schema.entities[entity].excludes {
            let elements: Vec<_> = exclude.elements.iter().map(|(element, _)| element).collect();
            let name = match &exclude.name {
                Some(name) => names::fit(name),
                None => {
                    let words: Vec<String> = elements
                        .iter()
                        .flat_map(|element| {
                            self.element_words(entity, std::slice::from_ref(element))
                        })
                        .collect();
                    names::exclude(self.stem(entity), words.iter().map(String::as_str))
                }
            };
            let made = ExcludeConstraint {
                name,
                using: exclude.using.clone(),
                elements: exclude
                    .elements
                    .iter()
                    .flat_map(|(element, operator)| {
                        let elements = self.elements(std::slice::from_ref(element));
                        elements.into_iter().map(|element| (element, operator.clone()))
                    })
                    .collect(),
                condition: exclude.condition.as_ref().map(|expr| self.sql(expr)),
                deferrability: deferred_if(exclude.deferrable),
                comment: None,
                besides: Vec::new(),
            };
            self.table_mut(entity).0.excludes.push(made);
        }
    }

    fn add_check(&mut self, entity: EntityId, check: CheckConstraint, origin: CheckOrigin) {
        let (table, origins) = self.table_mut(entity);
        table.checks.push(check);
        origins.checks.push(origin);
    }

    /// The names of the columns of an expression, each once, in the order in which they come.
    pub(super) fn expression_columns(&self, entity: EntityId, expr: &Expr) -> Vec<String> {
        let mut members = Vec::new();
        collect_members(expr, &mut members);
        self.column_names(entity, &self.member_columns(&members))
            .into_iter()
            .map(String::from)
            .collect()
    }
}

/// The values of an enum as literals, with commas between them.
fn enum_values(schema: &Schema, id: EnumId, storage: &FieldType) -> String {
    let numeric = match &storage.base {
        BaseType::Scalar(scalar, _) => {
            matches!(scalar.category(), Category::Integer | Category::Fractional)
        }
        BaseType::Enum(_) | BaseType::Raw(_) => false,
    };
    let values = schema.enums[id].values.iter();
    let literals = values
        .map(|value| if numeric { value.stored.clone() } else { quote_literal(&value.stored) });
    literals.collect::<Vec<_>>().join(", ")
}

/// Every member that an expression names, each once.
fn collect_members(expr: &Expr, found: &mut Vec<MemberId>) {
    match &expr.kind {
        ExprKind::Member(member) => {
            if !found.contains(member) {
                found.push(*member);
            }
        }
        ExprKind::Number(_)
        | ExprKind::String(_)
        | ExprKind::Boolean(_)
        | ExprKind::Null
        | ExprKind::EnumValue(..)
        | ExprKind::Sql(_) => {}
        ExprKind::Call { arguments: all, .. } | ExprKind::Array(all) => {
            all.iter().for_each(|part| collect_members(part, found));
        }
        ExprKind::Unary { operand, .. }
        | ExprKind::IsNull { operand, .. }
        | ExprKind::Cast { operand, .. } => collect_members(operand, found),
        ExprKind::Binary { left, right, .. } => {
            collect_members(left, found);
            collect_members(right, found);
        }
        ExprKind::In { operand, list, .. } => {
            collect_members(operand, found);
            list.iter().for_each(|part| collect_members(part, found));
        }
        ExprKind::Between { operand, low, high, .. } => {
            for part in [operand, low, high] {
                collect_members(part, found);
            }
        }
    }
}
