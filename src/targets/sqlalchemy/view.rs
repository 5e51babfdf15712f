//! What the templates print: every line finished, every string a literal.

use std::collections::HashSet;

use serde::Serialize;

use crate::ddl;
use crate::relational::TableId;
use crate::schema::{BaseType, Category, DisplayPart, EntityId, EntityKind, MemberId, ModuleId};
use crate::targets::HEADER;
use crate::targets::python::{
    Code, attribute, class, docstring, export_order, multiline, statement, string,
};

use super::columns::{mapped_columns, table_columns};
use super::enums::{EnumView, enum_view};
use super::plan::Plan;
use super::relationships::accessors;
use super::scope::Scope;
use super::splits::{SplitView, split_views};
use super::table_args::{constraints, options};
use super::union_links::{giving_up, proxy_names};
use super::unions::{ChoiceView, aliases, choice_names, choice_views, inheritance, upkeep};

/// One Python module.
#[derive(Debug, Serialize)]
pub(super) struct ModuleView {
    header: &'static str,
    docstring: Option<String>,
    imports: String,
    typing: String,
    enums: Vec<EnumView>,
    /// Foreign keys name the columns of external entities, and heirs their base, which must be there by
    /// then.
    foundations: Vec<ClassView>,
    tables: Vec<String>,
    splits: Vec<SplitView>,
    classes: Vec<ClassView>,
    statements: String,
    /// `__all__`, where the module passes on what another file defines.
    exports: Option<String>,
}

/// One class.
#[derive(Debug, Serialize)]
struct ClassView {
    name: String,
    bases: String,
    docstring: Option<String>,
    table: String,
    columns: String,
    accessors: String,
    display: Option<String>,
    choices: Vec<ChoiceView>,
}

/// Which part of a module a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// Enums and external entities.
    Foundation,
    /// Everything else.
    Rest,
}

impl Part {
    fn founds(self) -> bool {
        self != Part::Rest
    }

    fn rests(self) -> bool {
        self != Part::Foundation
    }
}

pub(super) fn module_view(plan: &Plan<'_>, module: ModuleId, part: Part) -> ModuleView {
    let schema = plan.schema();
    let found = &schema.modules[module];
    let own = match part {
        Part::Whole | Part::Rest => &plan.modules[module.index()],
        Part::Foundation => &plan.foundations[module.index()],
    };
    let entities: Vec<EntityId> = found
        .entities
        .iter()
        .copied()
        .filter(|&entity| if plan.is_foundation(entity) { part.founds() } else { part.rests() })
        .collect();
    let (links, classes): (Vec<EntityId>, Vec<EntityId>) =
        entities.into_iter().partition(|&entity| plan.is_secondary(entity));
    let enums: &[_] = if part.founds() { &found.enums } else { &[] };
    let mut taken = taken_names(plan, &classes);
    taken.extend(enums.iter().map(|&id| plan.enums[id.index()].clone()));
    taken.extend(enums.iter().map(|&id| plan.enum_variable(id)));
    taken.extend(links.iter().map(|&link| plan.secondary(link)));
    if part.rests() {
        taken.extend(plan.module_splits(module).map(str::to_owned));
        taken.extend(plan.module_aliases(module).map(|(_, alias)| alias.to_owned()));
    }
    let mut scope = Scope::new(own, taken);
    let enums = enums.iter().map(|&id| enum_view(plan, id, &mut scope)).collect();
    let (founding, classes): (Vec<EntityId>, Vec<EntityId>) =
        classes.into_iter().partition(|&entity| plan.is_foundation(entity));
    let foundations = founding.iter().map(|&entity| class_view(plan, entity, &mut scope)).collect();
    let tables = links.iter().map(|&link| table_statement(plan, link, &mut scope)).collect();
    let splits = if part.rests() { split_views(plan, module, &mut scope) } else { Vec::new() };
    let views = classes.iter().map(|&entity| class_view(plan, entity, &mut scope)).collect();
    let mut aliases = if part.rests() { aliases(plan, module, &mut scope) } else { String::new() };
    let mut statements = String::new();
    for &entity in links.iter().chain(&founding).chain(&classes) {
        statements.push_str(&attachments(plan, entity, &mut scope));
    }
    for &entity in &classes {
        statements.push_str(&placements(plan, entity, &mut scope));
    }
    for &entity in founding.iter().chain(&classes) {
        statements.push_str(&removals(plan, entity, &mut scope));
        statements.push_str(&giving_up(plan, entity, &mut scope));
        statements.push_str(&upkeep(plan, entity, &mut scope));
    }
    if !aliases.is_empty() && !statements.is_empty() {
        aliases.push('\n');
    }
    statements.insert_str(0, &aliases);
    let exports = (part == Part::Rest).then(|| reexport(plan, module, &mut scope));
    let (imports, typing) = scope.render();
    ModuleView {
        header: HEADER,
        docstring: found.docs.as_ref().map(|docs| docstring(docs, 0)),
        imports,
        typing,
        enums,
        foundations,
        tables,
        splits,
        classes: views,
        statements,
        exports,
    }
}

/// The names of a module's foundation, so that they can be imported from the module all the same.
fn reexport(plan: &Plan<'_>, module: ModuleId, scope: &mut Scope) -> String {
    let found = &plan.schema().modules[module];
    let from = format!(".{}", plan.foundations[module.index()]);
    let enums = found.enums.iter().map(|&id| plan.enums[id.index()].as_str());
    let foundations = found
        .entities
        .iter()
        .filter(|&&entity| plan.is_foundation(entity))
        .map(|&entity| plan.class(entity));
    for name in enums.chain(foundations) {
        scope.reexport(&from, name);
    }
    let mut names = plan.module_classes(module);
    names.sort_by(|a, b| export_order(a, b));
    let names = names.into_iter().map(|name| Code::text(string(name))).collect();
    statement(0, "__all__ = ", &Code::list(names).spread(), "")
}

/// Every name that a file's classes define, within and without: none may hide an import.
fn taken_names(plan: &Plan<'_>, classes: &[EntityId]) -> HashSet<String> {
    let schema = plan.schema();
    let mut taken = HashSet::new();
    for &entity in classes {
        taken.insert(plan.class(entity).to_owned());
        let table = plan.program.layout.table(entity);
        for column in 0..plan.table(entity).columns.len() {
            taken.insert(plan.attribute(table, column).to_owned());
        }
        let found = &schema.entities[entity];
        for member in &found.members {
            if let MemberId::Relation(relation) = member {
                taken.insert(plan.relation_attribute(*relation));
            }
        }
        taken.extend(found.incoming.iter().filter_map(|&of| plan.inverse_attribute(of)));
        taken.extend(choice_names(plan, entity));
        taken.extend(proxy_names(plan, entity));
    }
    taken
}

fn class_view(plan: &Plan<'_>, entity: EntityId, scope: &mut Scope) -> ClassView {
    let found = &plan.schema().entities[entity];
    let id = plan.program.layout.table(entity);
    let base = match plan.inherited(entity) {
        Some(row) => plan.foundation_class(row, scope),
        None => match plan.split_of(entity) {
            Some(split) => class(&split.name),
            None => {
                let external = found.kind == EntityKind::External;
                let base = if external { "External" } else { "Base" };
                scope.name(&plan.base_module(), base)
            }
        },
    };
    let mut bases = Vec::new();
    for path in &found.sqlalchemy_mixins {
        if let Some((module, name)) = path.rsplit_once('.') {
            bases.push(scope.name(module, name));
        }
    }
    bases.push(base);
    ClassView {
        name: plan.class(entity).to_owned(),
        bases: bases.join(", "),
        docstring: found.docs.as_ref().map(|docs| docstring(docs, 4)),
        table: table_lines(plan, id, scope),
        columns: mapped_columns(plan, id, scope) + &inheritance(plan, entity, scope),
        accessors: accessors(plan, entity, scope),
        display: display(plan, entity),
        choices: choice_views(plan, entity, scope),
    }
}

/// `__tablename__` and `__table_args__`
fn table_lines(plan: &Plan<'_>, id: TableId, scope: &mut Scope) -> String {
    let table = &plan.program.database.tables[id];
    let name = Code::text(string(&table.name.name));
    let mut items = constraints(plan, id, scope);
    let options = options(table);
    if !options.is_empty() {
        items.push(Code::dict(options));
    }
    let mut lines = statement(4, "__tablename__ = ", &name, "");
    // Its heirs' have other types.
    let of_any = plan.is_row_of_heirs(plan.program.layout.origins(id).entity);
    let annotation =
        if of_any { format!(": {}", scope.name("typing", "Any")) } else { String::new() };
    let target = format!("__table_args__{annotation} = ");
    lines.push_str(&statement(4, &target, &Code::tuple(items).spread(), ""));
    lines.truncate(lines.trim_end().len());
    lines
}

/// `banner_posts_table = Table(…)`
fn table_statement(plan: &Plan<'_>, link: EntityId, scope: &mut Scope) -> String {
    let id = plan.program.layout.table(link);
    let table = &plan.program.database.tables[id];
    let mut call = Code::call(scope.sa("Table"))
        .with(string(&table.name.name))
        .with(scope.name(&plan.base_module(), "metadata"));
    for item in table_columns(plan, id, scope).into_iter().chain(constraints(plan, id, scope)) {
        call = call.with(item);
    }
    for (name, value) in options(table) {
        call = call.keyword(name.trim_matches('"'), value);
    }
    // An external class names it before it is there, and a type checker wants to know what it is.
    let module = &plan.schema().modules[plan.schema().entities[link].module];
    let is_awaited = module
        .entities
        .iter()
        .any(|&entity| plan.schema().entities[entity].kind == EntityKind::External);
    let annotation = if is_awaited { format!(": {}", scope.sa("Table")) } else { String::new() };
    statement(0, &format!("{}{annotation} = ", plan.secondary(link)), &call.spread(), "")
}

/// The triggers of a table.
fn attachments(plan: &Plan<'_>, entity: EntityId, scope: &mut Scope) -> String {
    let database = plan.program.database;
    let id = plan.program.layout.table(entity);
    let triggers = &database.tables[id].triggers;
    if triggers.is_empty() {
        return String::new();
    }
    let block = |sql: String| Code::text(multiline(&format!("\n{sql}\n")));
    let mut create = Vec::new();
    let mut drop = Vec::new();
    for trigger in triggers {
        create.push(block(ddl::create_function(trigger)));
        create.push(block(ddl::create_trigger(database, id, trigger)));
        drop.push(Code::text(string(&ddl::drop_function(trigger))));
    }
    let table = if plan.is_secondary(entity) {
        plan.secondary(entity)
    } else {
        format!("{}.__table__", plan.class(entity))
    };
    let call = Code::call(scope.name(&plan.base_module(), "attach"))
        .with(table)
        .keyword("create", Code::list(create))
        .keyword("drop", Code::list(drop));
    statement(0, "", &call, "")
}

/// Positions for ordered links that are inserted without one.
fn placements(plan: &Plan<'_>, entity: EntityId, scope: &mut Scope) -> String {
    let mut out = String::new();
    for member in &plan.schema().entities[entity].members {
        let MemberId::Relation(relation) = *member else { continue };
        if plan.position_of(relation).is_none() {
            continue;
        }
        let mut call =
            Code::call(scope.name(&plan.base_module(), "append_last")).with(plan.class(entity));
        for attribute in plan.own_attributes(relation) {
            call = call.with(string(attribute));
        }
        out.push_str(&statement(0, "", &call, ""));
    }
    out
}

/// Rows that go when they are taken out of a collection, and are not deleted along with its owner.
fn removals(plan: &Plan<'_>, entity: EntityId, scope: &mut Scope) -> String {
    let mut out = String::new();
    for &relation in &plan.schema().entities[entity].incoming {
        let Some(links) = plan.inverse_attribute(relation).filter(|_| plan.outlives(relation))
        else {
            continue;
        };
        let is_one = plan.schema().to_one(relation).is_some_and(|to_one| to_one.one_to_one);
        let delete = if is_one { "delete_replaced" } else { "delete_unlinked" };
        let call = Code::call(scope.name(&plan.base_module(), delete))
            .with(format!("{}.{links}", plan.class(entity)));
        out.push_str(&statement(0, "", &call, ""));
    }
    out
}

/// `return f"{self.name}"`
fn display(plan: &Plan<'_>, entity: EntityId) -> Option<String> {
    let schema = plan.schema();
    let display = schema.entities[entity].display.as_ref()?;
    if let [DisplayPart::Member(MemberId::Field(field))] = display.parts.as_slice() {
        let field = &schema.fields[*field];
        if let BaseType::Scalar(scalar, _) = &field.ty.base
            && scalar.category() == Category::Text
            && field.ty.dimensions == 0
            && !field.nullable
        {
            return Some(format!("        return self.{}\n", attribute(&field.name)));
        }
    }
    let mut text = String::new();
    let mut formatted = "";
    for part in &display.parts {
        match part {
            DisplayPart::Text(part) => {
                text.push_str(&part.replace('{', "{{").replace('}', "}}"));
            }
            DisplayPart::Member(member) => {
                formatted = "f";
                text.push_str("{self.");
                text.push_str(&attribute(schema.member_name(*member)));
                text.push('}');
            }
        }
    }
    if formatted.is_empty() {
        text = text.replace("{{", "{").replace("}}", "}");
    }
    Some(format!("        return {formatted}{}\n", string(&text)))
}
