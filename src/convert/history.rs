//! Where a conversion stands in the history of a Django project: what its migration follows, and what it
//! tells Django's state.

use postgres::Transaction;

use crate::live::Problem;
use crate::schema::{EntityId, RelationId, Strategy};
use crate::targets::python;

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
    /// Whether the alternatives get another parent.
    pub inherits: bool,
    /// Entities that are new.
    pub created: Vec<EntityId>,
    /// Relations that are new.
    pub added: Vec<RelationId>,
    /// Constraints and indexes that are new.
    pub named: Vec<String>,
    /// The generic fields, where the schema has them no longer.
    pub removed: Vec<String>,
    /// Indexes over them.
    pub unindexed: Vec<String>,
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
        let module = schema.entities[wanted.relation.source].module;
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
        // Django keeps no name of an index that a field brings.
        let unindexed = words.generic.indexes.iter().filter(|index| index.width > 1);
        Ok(History {
            app,
            after,
            others,
            source: wanted.relation.source,
            unindexed: match removed.is_empty() {
                true => Vec::new(),
                false => unindexed.map(|index| index.name.clone()).collect(),
            },
            removed,
            inherits: wanted.union.strategy == Strategy::Inheritance && !made.entities.is_empty(),
            created: made.entities,
            added: made.relations,
            named: made.names,
        })
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
