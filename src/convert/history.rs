//! Where a conversion stands in the history of a Django project: what its migration follows, and what it
//! tells Django's state.

use postgres::Transaction;

use crate::live::Problem;
use crate::schema::{EntityId, RelationId};
use crate::targets::python;

use super::generic::Generic;
use super::plan::Made;
use super::words::Words;

/// A migration, by its app and its name.
pub(super) type Applied = (String, String);

/// What a migration of Django's needs to be said besides its statements.
#[derive(Debug, Clone)]
pub(super) struct History {
    /// The app that it belongs to.
    pub app: String,
    /// The migration of the app that it follows; `None` where the database knows none.
    pub after: Option<String>,
    /// What must have run before, of other apps.
    pub others: Vec<Applied>,
    /// The entity that states the relation.
    pub source: EntityId,
    /// Models that are no more, by the names of their entities.
    pub deleted: Vec<String>,
    /// Entities that are new; those too that have another parent now, for which Django has no other word.
    pub created: Vec<EntityId>,
    /// Relations that are new.
    pub added: Vec<RelationId>,
    /// Constraints and indexes that are new.
    pub named: Vec<String>,
    /// The generic fields, where the schema has them no longer.
    pub removed: Vec<String>,
    /// Indexes over them.
    pub unindexed: Vec<String>,
    /// Constraints over them.
    pub unconstrained: Vec<String>,
    /// Whether `unique_together` names them.
    pub not_together: bool,
}

impl History {
    /// Reads it; `after` is `app.name`, where the last migration that ran is not the one to follow.
    pub(super) fn read(
        words: &Words<'_>,
        after: Option<&str>,
        made: Made,
        transaction: &mut Transaction<'_>,
    ) -> Result<History, Problem> {
        let wanted = &words.wanted;
        let schema = wanted.program.schema;
        let applied = applied(transaction)?;
        let last = |app: &str| {
            let own = applied.iter().rev().find(|(of, _)| of == app);
            own.map(|(_, name)| name.clone())
        };
        let module = schema.entities[wanted.source].module;
        let (app, after) = match after {
            Some(named) => {
                let (app, name) = named.split_once('.').ok_or_else(|| {
                    Problem::new(format!(
                        "--after {named}: write app.migration, such as tracker.0006_task_due"
                    ))
                })?;
                (app.to_owned(), Some(name.to_owned()))
            }
            None => {
                let app = python::attribute(&schema.modules[module].name);
                let after = last(&app);
                (app, after)
            }
        };
        let mut others: Vec<Applied> = Vec::new();
        let apps = words.models.of.iter().flatten().map(|model| model.app.as_str());
        for other in std::iter::once("contenttypes").chain(apps) {
            let known = other == app || others.iter().any(|(of, _)| of == other);
            if let Some(name) = last(other).filter(|_| !known) {
                others.push((other.to_owned(), name));
            }
        }
        others.sort();
        let declared =
            |name: &str| wanted.source().columns.iter().any(|column| column.name.as_str() == name);
        let [content_type, object_id] = words.generic.pair();
        let mut removed = Vec::new();
        if !made.is_empty() && !declared(&content_type.name) {
            let name = &content_type.name;
            removed.push(name.strip_suffix("_id").unwrap_or(name).to_owned());
        }
        if !made.is_empty() && !declared(&object_id.name) {
            removed.push(object_id.name.clone());
        }
        let mut deleted: Vec<String> = Vec::new();
        let mut created = made.entities;
        if made.split {
            deleted.push(wanted.entity.clone());
        } else if wanted.inherits() && !created.is_empty() {
            deleted.extend(wanted.choices.iter().map(|choice| choice.name.clone()));
            created.extend(wanted.choices.iter().map(|choice| choice.entity));
        }
        let added = made.relations.into_iter();
        let added: Vec<RelationId> = added
            .filter(|&relation| !created.contains(&schema.relations[relation].source))
            .collect();
        let over = Over::of(&words.generic, removed.is_empty());
        Ok(History {
            app,
            after,
            others,
            source: wanted.source,
            unindexed: over.indexes,
            unconstrained: over.constraints,
            not_together: over.together,
            removed,
            deleted,
            created,
            added,
            named: made.names,
        })
    }
}

/// What Django's state knows to be over the generic fields.
#[derive(Default)]
struct Over {
    indexes: Vec<String>,
    constraints: Vec<String>,
    together: bool,
}

impl Over {
    /// By Django's names for what it makes: it keeps none of an index, a CHECK or a UNIQUE that a field brings.
    fn of(generic: &Generic, they_stay: bool) -> Over {
        let mut over = Over::default();
        if they_stay {
            return over;
        }
        for index in &generic.indexes {
            if index.definition.starts_with("CREATE UNIQUE ") {
                over.constraints.push(index.name.clone());
            } else if index.width > 1 {
                over.indexes.push(index.name.clone());
            }
        }
        for constraint in &generic.constraints {
            let by_field = generic.pair().iter().any(|column| {
                constraint.name.ends_with(&format!("_{}_check", column.name))
                    || constraint.name.ends_with(&format!("_{}_key", column.name))
            });
            match constraint.kind.as_str() {
                "u" if constraint.name.ends_with("_uniq") => over.together = true,
                "u" | "c" | "x" if !by_field => over.constraints.push(constraint.name.clone()),
                _ => {}
            }
        }
        over
    }
}

/// The migrations that ran, in order.
fn applied(transaction: &mut Transaction<'_>) -> Result<Vec<Applied>, Problem> {
    let there = "SELECT to_regclass('django_migrations') IS NOT NULL";
    if !transaction.query_one(there, &[])?.try_get::<_, bool>(0)? {
        return Ok(Vec::new());
    }
    let rows = transaction
        .query("SELECT app::text, name::text FROM django_migrations ORDER BY id", &[])?;
    let pairs = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    Ok(pairs.collect::<Result<_, postgres::Error>>()?)
}
