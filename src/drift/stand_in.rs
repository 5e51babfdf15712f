//! The schema once more, in PostgreSQL schemas with names that nobody else has, and with tables of our own
//! in place of those that something else owns: it can be applied beside what is there without touching it.

use smol_str::SmolStr;

use crate::ddl;
use crate::quoting::quote_identifier;
use crate::relational::{ColumnIx, Database, ForeignKey, Table, lower, order};
use crate::schema::Schema;

use super::names::Renamed;
use super::scope::Place;

/// A database that stands in for the schema's own.
pub(super) struct StandIn {
    /// The schema that plays the part of the home.
    pub home: SmolStr,
    /// The other schemas.
    pub renamed: Vec<Renamed>,
    pub database: Database,
}

impl StandIn {
    /// Lowers a schema under other names. `token` is a plain identifier of at most 40 bytes that occurs in
    /// no database; `home` is the schema of what says none.
    pub(super) fn of(schema: &Schema, lowered: &Database, token: &str, home: &str) -> StandIn {
        let mut renamed: Vec<Renamed> = Vec::new();
        let mut scratch_of = |own: &str| -> SmolStr {
            if let Some(known) = renamed.iter().find(|known| known.own == own) {
                return known.scratch.clone();
            }
            let scratch = SmolStr::from(format!("{token}_{}", renamed.len() + 1));
            renamed.push(Renamed { scratch: scratch.clone(), own: SmolStr::new(own) });
            scratch
        };
        let mut schema = schema.clone();
        for (_, module) in schema.modules.iter_mut() {
            module.postgres_schema = match module.postgres_schema.take() {
                Some(own) if own != home => Some(scratch_of(&own).to_string()),
                Some(_) | None => None,
            };
        }
        let mut database = lower(&schema).database;
        let externals = lowered.tables.values().iter().map(|table| table.name.schema.clone());
        for ((_, table), own) in database.tables.iter_mut().zip(externals) {
            if table.external {
                table.name.schema = own.filter(|own| own != home).map(|own| scratch_of(&own));
            }
        }
        StandIn { home: SmolStr::from(format!("{token}_0")), renamed, database }
    }

    /// The statements that make it; each in turn, in one transaction. `place` is the database that it is
    /// compared with: extensions are in the schemas where they are there.
    pub(super) fn statements(&self, place: &Place) -> Vec<String> {
        let database = &self.database;
        let schemas =
            std::iter::once(&self.home).chain(self.renamed.iter().map(|one| &one.scratch));
        let mut statements: Vec<String> =
            schemas.map(|name| format!("CREATE SCHEMA {}", quote_identifier(name))).collect();
        // What is found by its name alone in the database is found here too; the new tables come first.
        let used = |(name, _): &&(SmolStr, SmolStr)| database.extensions.contains(name);
        let extended = place.extensions.iter().filter(used).map(|(_, schema)| schema);
        let path = std::iter::once(&self.home).chain(&place.path).chain(extended);
        let path: Vec<String> = path.map(|name| quote_identifier(name)).collect();
        statements.push(format!("SET LOCAL search_path = {}", path.join(", ")));
        for name in &database.extensions {
            let create = ddl::create_extension(name);
            match place.extensions.iter().find(|(known, _)| known == name) {
                Some((_, schema)) => {
                    statements.push(ddl::create_schema(schema));
                    statements.push(format!("{create} SCHEMA {}", quote_identifier(schema)));
                }
                None => statements.push(create),
            }
        }
        let types = database.enum_types.iter().flat_map(ddl::create_enum_type);
        statements.extend(types.map(|statement| statement.sql));
        let external = database.tables.values().iter().filter(|table| table.external);
        statements.extend(external.map(|table| self.external(table)));
        let stage = order(database);
        statements.extend(ddl::create(database, &stage).into_iter().map(|statement| statement.sql));
        statements
    }

    /// A table with what the program relies on of one that something else owns: the columns that relations
    /// refer to.
    fn external(&self, table: &Table) -> String {
        let mut columns: Vec<ColumnIx> =
            self.keys_to(table).flat_map(|key| key.target_columns.iter().copied()).collect();
        columns.sort_unstable();
        columns.dedup();
        let mut lists: Vec<&[ColumnIx]> =
            self.keys_to(table).map(|key| key.target_columns.as_slice()).collect();
        lists.sort_unstable();
        lists.dedup();
        let name = |column: ColumnIx| quote_identifier(&table.columns[column].name);
        let columns = columns
            .iter()
            .map(|&column| format!("{} {}", name(column), table.columns[column].ty.0));
        let uniques = lists.iter().map(|list| {
            let names: Vec<String> = list.iter().map(|&column| name(column)).collect();
            format!("UNIQUE ({})", names.join(", "))
        });
        let lines: Vec<String> = columns.chain(uniques).collect();
        format!("CREATE TABLE {} ({})", table.name.quoted(), lines.join(", "))
    }

    fn keys_to<'a>(&'a self, table: &Table) -> impl Iterator<Item = &'a ForeignKey> {
        let tables = self.database.tables.values();
        let keys = tables.iter().flat_map(|table| &table.foreign_keys);
        let name = table.name.clone();
        keys.filter(move |key| self.database.tables[key.target].name == name)
    }
}
