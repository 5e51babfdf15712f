//! What `by_owner` takes, as type checkers know it: values of the fields that those have whom it asks about.

use crate::schema::{EntityId, MemberId, UnionId};
use crate::targets::python::{Code, attribute};

use super::plan::Plan;
use super::scope::Scope;
use super::types::annotated_type;

/// The parameters of each way to ask: for each class of the union, what only it has; and what all have.
pub(super) fn ways(plan: &Plan<'_>, union: UnionId, scope: &mut Scope) -> Vec<Vec<Code>> {
    let schema = plan.schema();
    let condition = format!("{}[bool]", scope.sa("ColumnElement"));
    let mut ways = Vec::new();
    for alternative in &schema.unions[union].alternatives {
        let fields = fields(plan, alternative.entity, scope);
        let [kind, conditions] = ["kind", "conditions"].map(|word| free(word, &fields));
        let class = plan.annotation(alternative.entity, scope);
        let first = [
            Code::text(format!("{kind}: type[{class}]")),
            Code::text("/"),
            Code::text(format!("*{conditions}: {condition}")),
        ];
        ways.push(first.into_iter().chain(parameters(&fields)).collect());
    }
    let shared = shared(plan, union, scope);
    let asked = scope.name(&plan.unions_module(), "Asked");
    let alias = plan.union_alias(union, scope);
    let what = Code::text(format!("*{}: {asked}[{alias}]", free("what", &shared)));
    ways.push([what].into_iter().chain(parameters(&shared)).collect());
    ways
}

/// The attributes of a class that are columns or lead to one, and the types of their values.
fn fields(plan: &Plan<'_>, entity: EntityId, scope: &mut Scope) -> Vec<(String, String)> {
    let schema = plan.schema();
    let table = plan.program.layout.table(entity);
    let columns = plan.table(entity).columns.iter().enumerate();
    let mut found: Vec<(String, String)> = columns
        .filter_map(|(ix, column)| {
            let ty = annotated_type(plan.column_type(table, ix)?, plan, scope);
            let ty = if column.nullable { format!("{ty} | None") } else { ty };
            Some((plan.attribute(table, ix).to_owned(), ty))
        })
        .collect();
    for &member in &schema.entities[entity].members {
        if let MemberId::Relation(relation) = member
            && let Some(to_one) = schema.to_one(relation)
            && schema.tie(relation).is_none()
            && schema.stated_as(relation).is_none()
        {
            let class = plan.annotation(schema.relations[relation].target, scope);
            let ty = if to_one.optional { format!("{class} | None") } else { class };
            found.push((plan.relation_attribute(relation), ty));
        }
    }
    found
}

/// The fields that all classes of a union have, likewise.
fn shared(plan: &Plan<'_>, union: UnionId, scope: &mut Scope) -> Vec<(String, String)> {
    let schema = plan.schema();
    let names = schema.shared_fields(union);
    let names: Vec<String> = names.iter().map(|name| attribute(name)).collect();
    let Some(first) = schema.unions[union].alternatives.first() else { return Vec::new() };
    let all = fields(plan, first.entity, scope);
    all.into_iter().filter(|(name, _)| names.contains(name)).collect()
}

/// A parameter's name that no field has.
fn free(word: &str, fields: &[(String, String)]) -> String {
    let mut name = word.to_owned();
    while fields.iter().any(|(field, _)| *field == name) {
        name.push('_');
    }
    name
}

fn parameters(fields: &[(String, String)]) -> impl Iterator<Item = Code> {
    fields.iter().map(|(name, ty)| Code::text(format!("{name}: {ty} = ...")))
}
