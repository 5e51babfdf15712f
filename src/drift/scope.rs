//! What of a live database counts, and whose the rest is.

use std::collections::HashSet;

use postgres::Client;
use smol_str::SmolStr;

use crate::diff::{Change, Difference, Kind};
use crate::introspect::Scope;
use crate::live::Problem;
use crate::relational::{Database, QualifiedName};

/// Tables that Django and Alembic keep for themselves, and those of Django's own apps.
const BOOKKEEPING: &[&str] = &[
    "alembic_version",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "auth_user",
    "auth_user_groups",
    "auth_user_user_permissions",
    "django_admin_log",
    "django_content_type",
    "django_migrations",
    "django_session",
    "django_site",
];

/// Where a connection is.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub database: String,
    pub version: String,
    /// The schema that new tables go to, unless they say another.
    pub home: SmolStr,
    /// The schemas of the search path that are there, in order.
    pub path: Vec<SmolStr>,
    /// The extensions, each with the schema that its objects are in.
    pub extensions: Vec<(SmolStr, SmolStr)>,
}

/// Asks where a connection is.
pub(super) fn place(client: &mut Client) -> Result<Place, Problem> {
    let row = client.query_one(
        "SELECT current_database()::text AS database, current_setting('server_version') AS version,
                coalesce(current_schema()::text, 'public') AS home,
                current_schemas(false)::text[] AS path",
        &[],
    )?;
    let version: &str = row.try_get("version")?;
    let home: &str = row.try_get("home")?;
    let path: Vec<&str> = row.try_get("path")?;
    let extensions = client.query(
        "SELECT extname::text, nspname::text
         FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace ORDER BY extname",
        &[],
    )?;
    let text = |row: &postgres::Row, nth| row.try_get(nth).map(|text: &str| SmolStr::new(text));
    Ok(Place {
        extensions: extensions
            .iter()
            .map(|row| Ok((text(row, 0)?, text(row, 1)?)))
            .collect::<Result<_, postgres::Error>>()?,
        database: row.try_get("database")?,
        // Distributions write their own behind it: `15.18 (Debian 15.18-0+deb12u1)`.
        version: version.split_whitespace().next().unwrap_or_default().to_owned(),
        home: SmolStr::new(home),
        path: path.into_iter().map(SmolStr::new).collect(),
    })
}

/// What is read: the schemas that the program uses, and where tables of others may be found.
pub(super) fn live(lowered: &Database, place: &Place) -> Scope {
    let mut schemas: Vec<SmolStr> = vec![place.home.clone()];
    let named = lowered.tables.values().iter().filter_map(|table| table.name.schema.clone());
    schemas.extend(named);
    schemas.extend(lowered.enum_types.iter().filter_map(|found| found.name.schema.clone()));
    schemas.extend(lowered.schemas.iter().cloned());
    if lowered.tables.values().iter().any(|table| table.external && table.name.schema.is_none()) {
        schemas.extend(place.path.iter().cloned());
    }
    Scope::default().home(place.home.clone()).schemas(schemas)
}

/// Tables of others that are named without a schema lie where the search path finds them first.
pub(super) fn find_external(wanted: &Database, live: &mut Database, place: &Place) {
    for external in wanted.tables.values().iter().filter(|table| table.external) {
        if external.name.schema.is_some()
            || live.tables.values().iter().any(|table| table.name == external.name)
        {
            continue;
        }
        let found = place.path.iter().find_map(|schema| {
            live.tables
                .iter()
                .find(|(_, table)| {
                    table.name.schema.as_ref() == Some(schema)
                        && table.name.name == external.name.name
                })
                .map(|(id, _)| id)
        });
        if let Some(id) = found {
            live.tables[id].name.schema = None;
        }
    }
}

/// Whose an object is that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The schema's.
    Ours,
    /// Somebody else's, in a schema that the program uses.
    Others,
    /// It is where nothing of the program is, or another difference speaks of it.
    Elsewhere,
}

/// What the schema declares.
pub(super) struct Declared {
    /// The schemas that its tables and types lie in.
    schemas: HashSet<Option<SmolStr>>,
    /// The functions of its triggers: schema, and name with arguments.
    functions: HashSet<(Option<SmolStr>, SmolStr)>,
}

impl Declared {
    /// What a database holds that is not somebody else's.
    pub(super) fn of(wanted: &Database) -> Declared {
        let own = wanted.tables.values().iter().filter(|table| !table.external);
        let mut schemas: HashSet<_> = own.map(|table| table.name.schema.clone()).collect();
        schemas.extend(wanted.enum_types.iter().map(|found| found.name.schema.clone()));
        schemas.extend(wanted.schemas.iter().cloned().map(Some));
        let tables = wanted.tables.values().iter();
        let functions = tables.flat_map(|table| &table.triggers).map(|trigger| {
            let QualifiedName { schema, name } = &trigger.function;
            (schema.clone(), SmolStr::new(format!("{name}()")))
        });
        Declared { schemas, functions: functions.collect() }
    }

    /// Whether it is a function that one of its triggers should call.
    fn calls(&self, difference: &Difference) -> bool {
        let name = difference.object.clone().unwrap_or_default();
        self.functions.contains(&(difference.schema.clone(), name))
    }

    /// Whose the object of a difference is.
    pub(super) fn whose(&self, difference: &Difference) -> Whose {
        if difference.change != Change::Besides {
            return Whose::Ours;
        }
        let in_table = difference.object.is_some() && difference.table.is_some();
        match difference.kind {
            // What is besides in a table that is declared.
            _ if in_table => Whose::Ours,
            // Nobody can say in a schema that these should not be there.
            Kind::Schema | Kind::Extension | Kind::Database => Whose::Elsewhere,
            _ if !self.schemas.contains(&difference.schema) => Whose::Elsewhere,
            // Its trigger is missing, which is said.
            Kind::Other if self.calls(difference) => Whose::Elsewhere,
            // No schema can declare one.
            Kind::Other | Kind::Sequence => Whose::Others,
            Kind::Table => {
                let table = difference.table.as_deref().unwrap_or_default();
                if BOOKKEEPING.contains(&table) { Whose::Others } else { Whose::Ours }
            }
            Kind::Type
            | Kind::Column
            | Kind::PrimaryKey
            | Kind::Unique
            | Kind::Check
            | Kind::ForeignKey
            | Kind::Exclude
            | Kind::Index
            | Kind::Trigger => Whose::Ours,
        }
    }
}

/// How an object of others is named in a list: `django_migrations`, `view report`.
pub(super) fn named(difference: &Difference) -> String {
    match difference.kind {
        Kind::Table => difference.path(),
        Kind::Other => {
            // Its definition begins with its kind.
            let kind = difference.after.as_deref().unwrap_or("object");
            format!("{kind} {}", difference.path())
        }
        _ => format!("{} {}", difference.kind.name(), difference.path()),
    }
}
