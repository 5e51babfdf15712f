//! The same-parent rule in words: `clean`, and the constraints that a block may check later.

use crate::relational::{Deferrability, QualifiedName};
use crate::schema::{EntityId, MemberId, RelationId, Within};
use crate::targets::python::{Code, WIDTH, statement, string, width};

use super::app::App;
use super::file::PythonFile;

/// A rule: what is compared, where the message stands, and what it says.
struct Rule {
    field: String,
    /// All of them; each is one, or several of which any is enough.
    conditions: Vec<Vec<String>>,
    message: String,
}

/// Whether a model has such a rule.
pub(super) fn speaks(app: &App<'_>, entity: EntityId) -> bool {
    !rules(app, entity).is_empty()
}

/// The method `clean`, with a blank line before it; empty where there is nothing to say.
pub(super) fn clean(app: &App<'_>, entity: EntityId, file: &mut PythonFile<'_>) -> String {
    let rules = rules(app, entity);
    if rules.is_empty() {
        return String::new();
    }
    let exceptions = file.module("django.core", "exceptions");
    let mut lines = String::from("\n    def clean(self) -> None:\n        super().clean()\n");
    let alone = rules.len() == 1;
    if !alone {
        lines.push_str("        errors = {}\n");
    }
    for rule in &rules {
        lines.push_str(&condition(&rule.conditions));
        let message = Code::text(string(&rule.message));
        let (field, error) = (string(&rule.field), format!("{exceptions}.ValidationError"));
        if alone {
            let error = Code::call(error).with(Code::dict([(field, message)]));
            lines.push_str(&statement(12, "raise ", &error, ""));
        } else {
            lines.push_str(&statement(12, &format!("errors[{field}] = "), &message, ""));
        }
    }
    if !alone {
        lines.push_str(&format!(
            "        if errors:\n            raise {exceptions}.ValidationError(errors)\n"
        ));
    }
    lines
}

/// `if a and b:`, broken as `ruff format` breaks it. The last condition may be several joined by `or`.
fn condition(conditions: &[Vec<String>]) -> String {
    let flat: Vec<String> = conditions.iter().map(|any| group(any)).collect();
    let line = format!("        if {}:\n", flat.join(" and "));
    if fits(&line) {
        return line;
    }
    if let [first, any] = conditions
        && any.len() > 1
    {
        return format!("        if {} and (\n{}        ):\n", group(first), alternatives(12, any));
    }
    let mut lines = String::from("        if (\n");
    for (place, any) in conditions.iter().enumerate() {
        let and = if place == 0 { "" } else { "and " };
        let line = format!("            {and}{}\n", group(any));
        if any.len() == 1 || fits(&line) {
            lines.push_str(&line);
        } else {
            lines
                .push_str(&format!("            {and}(\n{}            )\n", alternatives(16, any)));
        }
    }
    lines.push_str("        ):\n");
    lines
}

fn group(any: &[String]) -> String {
    let joined = any.join(" or ");
    if any.len() > 1 { format!("({joined})") } else { joined }
}

/// `a or b`, on one line where it fits.
fn alternatives(indent: usize, any: &[String]) -> String {
    let space = " ".repeat(indent);
    let line = format!("{space}{}\n", any.join(" or "));
    if fits(&line) { line } else { format!("{space}{}\n", any.join(&format!("\n{space}or "))) }
}

fn fits(line: &str) -> bool {
    width(line.trim_end()) <= WIDTH
}

fn rules(app: &App<'_>, entity: EntityId) -> Vec<Rule> {
    let schema = app.schema();
    let mut rules: Vec<Rule> = schema.entities[entity]
        .members
        .iter()
        .filter_map(|member| match member {
            MemberId::Relation(id) => Some((*id, schema.to_one(*id)?)),
            MemberId::Field(_) => None,
        })
        .filter(|(_, to_one)| !to_one.within.is_empty())
        .filter(|_| app.link_of(entity).is_none_or(|many| many.within.is_empty()))
        .map(|(id, to_one)| relation_rule(app, id, to_one.optional, &to_one.within))
        .collect();
    if let Some(many) = app.link_of(entity)
        && !many.within.is_empty()
    {
        rules.push(link_rule(app, many.source_end, many.target_end, &many.within));
    }
    rules
}

fn relation_rule(app: &App<'_>, id: RelationId, optional: bool, within: &[Within]) -> Rule {
    let name = app.relation_name(id);
    let mut conditions =
        vec![vec![format!("self.{name}{} is not None", if optional { "" } else { "_id" })]];
    let mut differ = Vec::new();
    for pair in within {
        let here = app.relation_name(pair.here);
        let there = app.relation_name(pair.there);
        let different = format!("self.{name}.{there}_id != self.{here}_id");
        if app.schema().to_one(pair.here).is_some_and(|here| here.optional) {
            differ.push(format!("self.{here}_id is None"));
        } else {
            conditions.push(vec![format!("self.{here}_id is not None")]);
        }
        differ.push(different);
    }
    conditions.push(differ);
    Rule { message: message(app, id, within), field: name, conditions }
}

fn link_rule(app: &App<'_>, source: RelationId, target: RelationId, within: &[Within]) -> Rule {
    let (here, there) = (app.relation_name(source), app.relation_name(target));
    let differ = within.iter().map(|pair| {
        let (a, b) = (app.relation_name(pair.here), app.relation_name(pair.there));
        format!("self.{there}.{b}_id != self.{here}.{a}_id")
    });
    let conditions = vec![
        vec![format!("self.{here}_id is not None")],
        vec![format!("self.{there}_id is not None")],
        differ.collect(),
    ];
    Rule { message: message(app, target, within), field: there, conditions }
}

/// "This product belongs to another store."
fn message(app: &App<'_>, id: RelationId, within: &[Within]) -> String {
    let what = called(app, id);
    let parents: Vec<String> = within.iter().map(|pair| called(app, pair.here)).collect();
    format!("This {what} belongs to another {}.", parents.join(" or another "))
}

/// What people call a relation: its label, its target's, or its name.
fn called(app: &App<'_>, id: RelationId) -> String {
    let relation = &app.schema().relations[id];
    let label = relation.label.as_ref().or(app.schema().entities[relation.target].label.as_ref());
    label.cloned().unwrap_or_else(|| app.relation_name(id).replace('_', " "))
}

/// The constraints, as SQL names them, that say "the same parent" and can wait for the end of a block.
pub(super) fn constraints(app: &App<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for &entity in &app.schema().modules[app.module].entities {
        let table = app.table(entity);
        let origins = app.program.layout.origins(app.program.layout.table(entity));
        for (key, &relation) in table.foreign_keys.iter().zip(&origins.foreign_keys) {
            let within = app.schema().to_one(relation).is_some_and(|one| !one.within.is_empty())
                || app.link_of(entity).is_some_and(|many| !many.within.is_empty());
            if within && key.deferrability != Deferrability::NotDeferrable {
                let schema = table.name.schema.clone();
                names.push(QualifiedName { schema, name: key.name.clone() }.quoted());
            }
        }
    }
    names
}
