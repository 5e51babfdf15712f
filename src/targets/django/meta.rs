//! `Meta`: the table, its names for people, its constraints and its indexes.

use crate::relational::{
    CheckOrigin, ColumnIx, Deferrability, IndexElement, IndexKey, IndexOrigin, UniqueConstraint,
    UniqueOrigin,
};
use crate::schema::{self, Direction, EntityId, Expr, MemberId};
use crate::targets::python::{Code, string};

use super::app::App;
use super::enums;
use super::file::{PythonFile, Support};
use super::values;

/// How the table and its rows are called and ordered, as options of a model.
pub(super) fn options(app: &App<'_>, entity: EntityId) -> Vec<(&'static str, Code)> {
    let definition = &app.schema().entities[entity];
    let table = app.table(entity);
    let mut options = vec![("db_table", Code::text(string(&app.db_table(table))))];
    if let Some(comment) = &table.comment {
        options.push(("db_table_comment", Code::text(string(comment))));
    }
    if let Some(label) = &definition.label {
        options.push(("verbose_name", Code::text(string(label))));
    }
    if let Some(plural) = definition.plural.as_ref().or(definition.label.as_ref()) {
        options.push(("verbose_name_plural", Code::text(string(plural))));
    }
    let ordering = ordering(app, entity);
    if !ordering.is_empty() {
        options.push(("ordering", Code::tuple(ordering)));
    }
    options
}

fn ordering(app: &App<'_>, entity: EntityId) -> Vec<Code> {
    let definition = &app.schema().entities[entity];
    if let Some(many) = app.ordered_link(entity)
        && definition.order_by.is_empty()
        && let Some(position) = many.position
    {
        return vec![Code::text(string(&app.field_name(position)))];
    }
    definition
        .order_by
        .iter()
        .map(|(member, direction)| {
            let sign = if *direction == Direction::Descending { "-" } else { "" };
            // By the key itself, not by the order of the rows that it refers to.
            let suffix = if matches!(member, MemberId::Relation(_)) { "_id" } else { "" };
            Code::text(string(&format!("{sign}{}{suffix}", app.member_name(*member))))
        })
        .collect()
}

/// Everything that a model says of its constraints, by name.
pub(super) fn constraints(app: &App<'_>, entity: EntityId, file: &mut PythonFile<'_>) -> Vec<Code> {
    let table = app.table(entity);
    let origins = app.program.layout.origins(app.program.layout.table(entity));
    let definition = &app.schema().entities[entity];
    let mut found = Vec::new();
    for (unique, origin) in table.uniques.iter().zip(&origins.uniques) {
        let message = match origin {
            UniqueOrigin::Declared(nth) => definition.uniques[*nth].message.as_deref(),
            // `OneToOneField` says it.
            UniqueOrigin::OneToOne(_) => continue,
            UniqueOrigin::WithinTarget(_) | UniqueOrigin::LinkEnds | UniqueOrigin::LinkPosition => {
                None
            }
        };
        if can_be_said(&unique.name) {
            found.extend(unique_constraint(app, entity, unique, message, file));
        }
    }
    for (index, origin) in table.indexes.iter().zip(&origins.indexes) {
        if let IndexOrigin::Unique(nth) = origin
            && can_be_said(&index.name)
        {
            let unique = &definition.uniques[*nth];
            found.extend(unique_index(app, entity, index, unique, file));
        }
    }
    for (check, origin) in table.checks.iter().zip(&origins.checks) {
        if !can_be_said(&check.name) {
            continue;
        }
        let (condition, message) = match origin {
            CheckOrigin::Declared(nth) => {
                let check = &definition.checks[*nth];
                // Django would warn that it can't ask this of a form; the database asks it all the same.
                let Some(condition) = values::check(app, entity, &check.condition, file) else {
                    continue;
                };
                (condition, check.message.as_deref())
            }
            // The kind of a row is nobody's to enter.
            CheckOrigin::EnumValues(_) if app.is_parent(entity) => continue,
            CheckOrigin::EnumValues(field) => (enum_condition(app, *field, file), None),
            CheckOrigin::HalfNull(relation) => {
                (whole_condition(app, entity, *relation, file), None)
            }
        };
        let constraint = file
            .call("CheckConstraint")
            .keyword("condition", condition)
            .keyword("name", string(&check.name));
        found.push(with_message(constraint, message));
    }
    for (exclude, origin) in table.excludes.iter().zip(&definition.excludes) {
        // Django 5.2 knows these two methods; an `exclude` by another one is the database's alone.
        if can_be_said(&exclude.name) && matches!(exclude.using.as_str(), "gist" | "spgist") {
            found.extend(exclusion(app, entity, exclude, origin, file));
        }
    }
    found
}

/// Whether Django can be told of a name: it formats it with `%`, in a model but not in a migration. The
/// database has the constraint all the same.
fn can_be_said(name: &str) -> bool {
    !name.contains('%')
}

fn with_message(code: Code, message: Option<&str>) -> Code {
    match message {
        // Django puts the constraint's name into it, with Python's `%`.
        Some(message) => {
            code.keyword("violation_error_message", string(&message.replace('%', "%%")))
        }
        None => code,
    }
}

fn deferrable(code: Code, deferrability: Deferrability, file: &mut PythonFile<'_>) -> Code {
    match deferrability {
        Deferrability::NotDeferrable => code,
        Deferrability::InitiallyImmediate => {
            code.keyword("deferrable", file.models("Deferrable.IMMEDIATE"))
        }
        Deferrability::InitiallyDeferred => {
            code.keyword("deferrable", file.models("Deferrable.DEFERRED"))
        }
    }
}

/// `None` where a column is one that no model shows.
fn unique_constraint(
    app: &App<'_>,
    entity: EntityId,
    unique: &UniqueConstraint,
    message: Option<&str>,
    file: &mut PythonFile<'_>,
) -> Option<Code> {
    let fields = app.columns(entity, &unique.columns)?;
    let mut code = file
        .call("UniqueConstraint")
        .keyword("fields", names(&fields))
        .keyword("name", string(&unique.name));
    code = deferrable(code, unique.deferrability, file);
    if !unique.nulls_distinct {
        code = code.keyword("nulls_distinct", "False");
    }
    Some(with_message(code, message))
}

fn names(fields: &[String]) -> Code {
    Code::tuple(fields.iter().map(|field| Code::text(string(field))).collect())
}

fn unique_index(
    app: &App<'_>,
    entity: EntityId,
    index: &crate::relational::Index,
    unique: &schema::Unique,
    file: &mut PythonFile<'_>,
) -> Option<Code> {
    let call = file.call("UniqueConstraint");
    let mut code = elements(app, entity, call, &index.elements, &unique.elements, file)?;
    code = code.keyword("name", string(&index.name));
    if let Some(condition) = &unique.condition {
        code = code.keyword("condition", values::condition(app, entity, condition, file));
    }
    if !index.nulls_distinct {
        code = code.keyword("nulls_distinct", "False");
    }
    Some(with_message(code, unique.message.as_deref()))
}

/// The elements of an index: as `fields=` where they are columns, else as expressions.
fn elements(
    app: &App<'_>,
    entity: EntityId,
    call: Code,
    made: &[IndexElement],
    written: &[schema::IndexElement],
    file: &mut PythonFile<'_>,
) -> Option<Code> {
    let plain = made.iter().all(|element| {
        matches!(element.key, IndexKey::Column(_)) && element.nulls_first == element.descending
    });
    if plain {
        let mut fields = Vec::new();
        let mut classes = Vec::new();
        for element in made {
            let IndexKey::Column(column) = element.key else { continue };
            let sign = if element.descending { "-" } else { "" };
            fields.push(format!("{sign}{}", app.columns(entity, &[column])?.remove(0)));
            classes.push(element.opclass.clone().unwrap_or_default().to_string());
        }
        let code = call.keyword("fields", names(&fields));
        return Some(if classes.iter().any(|class| !class.is_empty()) {
            code.keyword("opclasses", names(&classes))
        } else {
            code
        });
    }
    let mut exprs = written.iter().filter_map(|element| match &element.key {
        schema::IndexKey::Expr(expr) => Some(expr),
        schema::IndexKey::Member(_) => None,
    });
    made.iter().try_fold(call, |call, element| {
        Some(call.with(element_code(app, entity, element, &mut exprs, file)?))
    })
}

fn element_code<'e>(
    app: &App<'_>,
    entity: EntityId,
    element: &IndexElement,
    exprs: &mut impl Iterator<Item = &'e Expr>,
    file: &mut PythonFile<'_>,
) -> Option<Code> {
    let mut code = match &element.key {
        IndexKey::Column(column) => {
            file.call("F").with(string(&app.columns(entity, &[*column])?[0]))
        }
        IndexKey::Expression(_) => values::value(app, entity, exprs.next()?, file),
    };
    if let Some(class) = &element.opclass {
        let name = file.postgres("indexes", "OpClass");
        code = Code::call(name).with(code).keyword("name", string(class));
    }
    let ordered = match (element.descending, element.nulls_first) {
        (false, false) => return Some(code),
        (true, true) => ".desc()".to_owned(),
        (true, false) => ".desc(nulls_last=True)".to_owned(),
        (false, true) => ".asc(nulls_first=True)".to_owned(),
    };
    Some(Code::text(format!("{}{ordered}", code.flat())))
}

/// Everything that a model says of its indexes, by name.
pub(super) fn indexes(app: &App<'_>, entity: EntityId, file: &mut PythonFile<'_>) -> Vec<Code> {
    let table = app.table(entity);
    let origins = app.program.layout.origins(app.program.layout.table(entity));
    let definition = &app.schema().entities[entity];
    let mut found = Vec::new();
    for (index, origin) in table.indexes.iter().zip(&origins.indexes) {
        let written = match origin {
            IndexOrigin::Unique(_) => continue,
            _ if !can_be_said(&index.name) => continue,
            IndexOrigin::Declared(nth) => Some(&definition.indexes[*nth]),
            IndexOrigin::ForeignKey(_) => None,
        };
        let support = match index.using.as_str() {
            "gin" => Support::GinIndex,
            "gist" => Support::GistIndex,
            "brin" => Support::BrinIndex,
            "hash" => Support::HashIndex,
            "spgist" => Support::SpGistIndex,
            _ => Support::Index,
        };
        let exprs = written.map(|index| index.elements.as_slice()).unwrap_or_default();
        let call = Code::call(file.support(support));
        let Some(code) = elements(app, entity, call, &index.elements, exprs, file) else {
            continue;
        };
        let mut code = code.keyword("name", string(&index.name));
        if !index.include.is_empty() {
            let Some(fields) = app.columns(entity, &index.include) else { continue };
            code = code.keyword("include", names(&fields));
        }
        if let Some(condition) = written.and_then(|index| index.condition.as_ref()) {
            code = code.keyword("condition", values::condition(app, entity, condition, file));
        }
        found.push(code);
    }
    found
}

fn exclusion(
    app: &App<'_>,
    entity: EntityId,
    exclude: &crate::relational::ExcludeConstraint,
    written: &schema::Exclude,
    file: &mut PythonFile<'_>,
) -> Option<Code> {
    let mut exprs = written.elements.iter().filter_map(|(element, _)| match &element.key {
        schema::IndexKey::Expr(expr) => Some(expr),
        schema::IndexKey::Member(_) => None,
    });
    let mut items = Vec::new();
    for (element, operator) in &exclude.elements {
        let value = match (&element.key, &element.opclass) {
            (IndexKey::Column(column), None) => {
                Code::text(string(&app.columns(entity, &[*column])?[0]))
            }
            _ => element_code(app, entity, element, &mut exprs, file)?,
        };
        items.push(Code::tuple(vec![value, Code::text(string(operator))]));
    }
    let name = file.postgres("constraints", "ExclusionConstraint");
    let mut code = Code::call(name)
        .keyword("name", string(&exclude.name))
        .keyword("expressions", Code::list(items));
    // GiST is Django's default, which its state of a constraint leaves out.
    if exclude.using != "gist" {
        code = code.keyword("index_type", string(&exclude.using));
    }
    if let Some(condition) = &written.condition {
        code = code.keyword("condition", values::condition(app, entity, condition, file));
    }
    code = deferrable(code, exclude.deferrability, file);
    Some(with_message(code, written.message.as_deref()))
}

/// The values of an enum: `kind IN (…)`, or of an array of them.
fn enum_condition(app: &App<'_>, field: schema::FieldId, file: &mut PythonFile<'_>) -> Code {
    let definition = &app.schema().fields[field];
    let schema::BaseType::Enum(id) = definition.ty.base else {
        return file.call("Q");
    };
    let lookup = if definition.ty.dimensions == 0 { "in" } else { "contained_by" };
    let values = enums::values(app, id, file);
    file.call("Q").keyword(&format!("{}__{lookup}", app.field_name(field)), values)
}

/// A reference is whole or absent: where it is set, the parents that it shares are set too.
fn whole_condition(
    app: &App<'_>,
    entity: EntityId,
    relation: schema::RelationId,
    file: &mut PythonFile<'_>,
) -> Code {
    let table = app.table(entity);
    let place = app.program.layout.relation(relation);
    let shared: Vec<ColumnIx> = place
        .map(|place| {
            let key = &table.foreign_keys[place.foreign_key].columns;
            let shared = key.iter().filter(|column| !place.columns.contains(column));
            let nullable = shared.copied().filter(|&column| table.columns[column].nullable);
            // Two parents of the target may be one and the same here.
            let mut seen = std::collections::HashSet::new();
            nullable.filter(|&column| seen.insert(column)).collect()
        })
        .unwrap_or_default();
    let shared = app.columns(entity, &shared).unwrap_or_default();
    let set = |all: Code| {
        shared.iter().fold(all, |all, name| all.keyword(&format!("{name}__isnull"), "False"))
    };
    if app.schema().to_one(relation).is_some_and(|to_one| !to_one.optional) {
        return set(file.call("Q"));
    }
    let unset = format!("{}__isnull", app.relation_name(relation));
    let either = match shared.as_slice() {
        [_] => set(file.call("Q").keyword(&unset, "True")),
        _ => {
            let all = set(file.call("Q"));
            file.call("Q").with(all).keyword(&unset, "True")
        }
    };
    either.keyword("_connector", file.models("Q.OR"))
}
