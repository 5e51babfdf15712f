//! What a migration tells Django's state when a relation to a union takes the place of a generic one.

use std::collections::HashSet;

use crate::schema::{EntityId, RelationId};
use crate::target::DjangoOptions;
use crate::targets::Program;
use crate::targets::python::{self, Code, Imports, statement, string};

use super::app::{App, Names, field_names};
use super::file::{Place, PythonFile};
use super::migration::{Plan, create_model};
use super::rules::Refusals;
use super::{meta, relation};

/// What there is to tell, all about models of one app.
#[derive(Debug, Clone, Default)]
pub struct Told<'a> {
    /// Models that are no more, by the names of their entities; before anything is created, so that one may be
    /// created anew.
    pub deleted: Vec<&'a str>,
    /// Entities that are new, with all that is in them.
    pub created: Vec<EntityId>,
    /// Relations that are new, of entities that are there.
    pub added: Vec<RelationId>,
    /// The names of constraints and indexes that are new, of entities that are there.
    pub named: Vec<&'a str>,
    /// Columns that the models no longer have, by their entity.
    pub removed: Vec<(EntityId, &'a str)>,
    /// Indexes that the models no longer have, by their entity.
    pub unindexed: Vec<(EntityId, &'a str)>,
    /// Constraints that the models no longer have, by their entity.
    pub unconstrained: Vec<(EntityId, &'a str)>,
    /// An entity of which `unique_together` names columns that are no more.
    pub not_together: Option<EntityId>,
}

/// The operations, each as a statement in a list at that indent, and what they import.
pub fn state_operations(
    program: Program<'_>,
    options: &DjangoOptions,
    source: EntityId,
    told: &Told<'_>,
    indent: usize,
) -> (Vec<String>, Imports) {
    let schema = program.schema;
    let module = schema.entities[source].module;
    let refusals = Refusals::find(program);
    let names = Names::of(schema);
    let fields: HashSet<String> = field_names(schema, module);
    let app = App { program, options, refusals: &refusals, names: &names, module, fields: &fields };
    let plan = Plan::behind_all(program);
    let mut file = PythonFile::new(Place::Migration, &fields);
    let gone = told.deleted.iter().map(|name| {
        let code =
            Code::call("migrations.DeleteModel").keyword("name", string(&python::class(name)));
        statement(indent, "", &code, ",").trim_end().to_owned()
    });
    let mut operations: Vec<String> = gone.collect();
    let created = told.created.iter();
    operations.extend(created.map(|&entity| create_model(&app, &plan, entity, &mut file, indent)));
    let mut push = |code: &Code| {
        operations.push(statement(indent, "", code, ",").trim_end().to_owned());
    };
    let mut entities: Vec<EntityId> = Vec::new();
    for &id in &told.added {
        let entity = schema.relations[id].source;
        let field = relation::relation(&app, id, &mut file);
        push(
            &Code::call("migrations.AddField")
                .keyword("model_name", string(&app.model_name(entity)))
                .keyword("name", string(&app.relation_name(id)))
                .keyword("field", field),
        );
        if !entities.contains(&entity) {
            entities.push(entity);
        }
    }
    for entity in entities {
        // What is not new must not be imported for nothing.
        let mut scratch = PythonFile::like(&file);
        let all = meta::constraints(&app, entity, &mut scratch).into_iter();
        let all = all.map(|code| ("migrations.AddConstraint", "constraint", code));
        let indexes = meta::indexes(&app, entity, &mut scratch).into_iter();
        let all = all.chain(indexes.map(|code| ("migrations.AddIndex", "index", code)));
        for (operation, argument, code) in all {
            if !told.named.iter().any(|name| is_called(&code, name)) {
                continue;
            }
            let text = code.flat();
            for (module, name) in scratch.imports.all() {
                if text.contains(&format!("{name}.")) {
                    file.imports.name(module, name);
                }
            }
            push(
                &Code::call(operation)
                    .keyword("model_name", string(&app.model_name(entity)))
                    .keyword(argument, code),
            );
        }
    }
    let unindexed = told.unindexed.iter().map(|gone| ("migrations.RemoveIndex", gone));
    let unconstrained = told.unconstrained.iter().map(|gone| ("migrations.RemoveConstraint", gone));
    for (operation, (entity, name)) in unindexed.chain(unconstrained) {
        push(
            &Code::call(operation)
                .keyword("model_name", string(&app.model_name(*entity)))
                .keyword("name", string(name)),
        );
    }
    if let Some(entity) = told.not_together {
        // Generated models say it as constraints, so that nothing else is in it.
        push(
            &Code::call("migrations.AlterUniqueTogether")
                .keyword("name", string(&app.model_name(entity)))
                .keyword("unique_together", "set()".to_owned()),
        );
    }
    for (entity, column) in &told.removed {
        push(
            &Code::call("migrations.RemoveField")
                .keyword("model_name", string(&app.model_name(*entity)))
                .keyword("name", string(column)),
        );
    }
    (operations, file.imports)
}

/// Whether a constraint or an index has a name.
fn is_called(code: &Code, name: &str) -> bool {
    let Code::Brackets { items, .. } = code else { return false };
    let wanted = Code::text(string(name));
    items.iter().any(|item| {
        matches!(item, Code::Keyword(keyword, value) if keyword == "name" && **value == wanted)
    })
}
