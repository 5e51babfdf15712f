//! The state of a reading: the connection, and the [`Database`] as far as it is known, by the oids of the
//! catalogs.

use std::collections::HashMap;

use postgres::types::{ToSql, Type};
use postgres::{Row, Transaction};
use smol_str::SmolStr;

use crate::live::Problem;
use crate::relational::{ColumnIx, Database, QualifiedName, TableId};

use super::Scope;

/// An object's id in a catalog.
pub(super) type Oid = u32;

/// A reading that is under way.
pub(super) struct Reader<'a, 'c> {
    transaction: &'a mut Transaction<'c>,
    /// What counts.
    pub scope: &'a Scope,
    /// The server's version: 150004.
    pub version: i32,
    /// The database as far as it is read.
    pub database: Database,
    /// The schemas that are not PostgreSQL's own, in the scope or not.
    pub schemas: HashMap<Oid, SmolStr>,
    /// The tables of the database, external ones among them.
    pub tables: HashMap<Oid, TableId>,
    /// For each table, by index: its columns by their number in the catalog, which has gaps where a column
    /// was dropped.
    pub columns: Vec<HashMap<i16, ColumnIx>>,
    /// Views and foreign tables: their places among the other objects.
    pub others: HashMap<Oid, usize>,
    /// Constraints by their oids.
    pub constraints: HashMap<Oid, ConstraintPlace>,
    /// Constraints by the oids of their indexes.
    pub constraint_indexes: HashMap<Oid, ConstraintPlace>,
}

/// Where a constraint stands in the [`Database`].
#[derive(Debug, Clone, Copy)]
pub(super) struct ConstraintPlace {
    pub table: TableId,
    pub of: ConstraintIx,
}

/// Which constraint of its table.
#[derive(Debug, Clone, Copy)]
pub(super) enum ConstraintIx {
    PrimaryKey,
    Unique(usize),
    Check(usize),
    ForeignKey(usize),
    Exclude(usize),
}

impl<'a, 'c> Reader<'a, 'c> {
    pub fn new(transaction: &'a mut Transaction<'c>, scope: &'a Scope, version: i32) -> Self {
        Reader {
            transaction,
            scope,
            version,
            database: Database::default(),
            schemas: HashMap::new(),
            tables: HashMap::new(),
            columns: Vec::new(),
            others: HashMap::new(),
            constraints: HashMap::new(),
            constraint_indexes: HashMap::new(),
        }
    }

    /// Asks: one round trip, since the types of what is asked with are known.
    pub fn query(&mut self, sql: &str, oids: &[&[Oid]]) -> Result<Vec<Row>, Problem> {
        let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
            oids.iter().map(|oids| (oids as &(dyn ToSql + Sync), Type::OID_ARRAY)).collect();
        Ok(self.transaction.query_typed(sql, &parameters)?)
    }

    /// A name as the [`Database`] has it; `None` in a schema that does not count at all.
    pub fn name(&self, schema: Oid, name: &str) -> Option<QualifiedName> {
        let schema = self.schemas.get(&schema)?;
        Some(QualifiedName {
            schema: (*schema != self.scope.home).then(|| schema.clone()),
            name: name.into(),
        })
    }

    /// The schemas that are in the scope.
    pub fn scope_schemas(&self) -> Vec<Oid> {
        let mut found: Vec<Oid> = self
            .schemas
            .iter()
            .filter(|(_, name)| self.scope.has_schema(name))
            .map(|(&oid, _)| oid)
            .collect();
        found.sort_unstable();
        found
    }

    /// The tables that are in the scope.
    pub fn own_tables(&self) -> Vec<Oid> {
        let own = |id: TableId| !self.database.tables[id].external;
        let mut found: Vec<Oid> =
            self.tables.iter().filter(|&(_, &id)| own(id)).map(|(&oid, _)| oid).collect();
        found.sort_unstable();
        found
    }

    /// The tables, views and foreign tables that are in the scope.
    pub fn own_relations(&self) -> Vec<Oid> {
        let mut found = self.own_tables();
        found.extend(self.others.keys());
        found.sort_unstable();
        found
    }

    /// Adds a further fact about a table, or a line to the definition of a view or a foreign table.
    pub fn add_fact(&mut self, relation: Oid, fact: String) {
        if let Some(&id) = self.tables.get(&relation) {
            self.database.tables[id].besides.push(fact);
        } else if let Some(&place) = self.others.get(&relation) {
            let definition = &mut self.database.others[place].definition;
            if !definition.is_empty() {
                definition.push('\n');
            }
            definition.push_str(&fact);
        }
    }

    /// The places of columns that the catalog gives by number. A number that stands for no column (0 is an
    /// expression, a negative one a system column) is left out.
    pub fn places(&self, table: TableId, numbers: &[i16]) -> Vec<ColumnIx> {
        let columns = &self.columns[table.index()];
        numbers.iter().filter_map(|number| columns.get(number).copied()).collect()
    }

    /// The further facts of a constraint.
    pub fn constraint_besides(&mut self, place: ConstraintPlace) -> Option<&mut Vec<String>> {
        let table = &mut self.database.tables[place.table];
        match place.of {
            ConstraintIx::PrimaryKey => table.primary_key.as_mut().map(|key| &mut key.besides),
            ConstraintIx::Unique(nth) => Some(&mut table.uniques[nth].besides),
            ConstraintIx::Check(nth) => Some(&mut table.checks[nth].besides),
            ConstraintIx::ForeignKey(nth) => Some(&mut table.foreign_keys[nth].besides),
            ConstraintIx::Exclude(nth) => Some(&mut table.excludes[nth].besides),
        }
    }

    /// The whole, with every list that has no order of its own sorted.
    pub fn finish(self) -> Database {
        let mut database = self.database;
        database.besides.sort();
        database.enum_types.sort_by(|a, b| a.name.cmp(&b.name));
        database.sequences.sort_by(|a, b| a.name.cmp(&b.name));
        database.others.sort_by(|a, b| (&a.name, &a.kind).cmp(&(&b.name, &b.kind)));
        for (_, table) in database.tables.iter_mut() {
            table.besides.sort();
            table.columns.iter_mut().for_each(|column| column.besides.sort());
            table.primary_key.iter_mut().for_each(|key| key.besides.sort());
            table.uniques.iter_mut().for_each(|unique| unique.besides.sort());
            table.checks.iter_mut().for_each(|check| check.besides.sort());
            table.foreign_keys.iter_mut().for_each(|key| key.besides.sort());
            table.excludes.iter_mut().for_each(|exclude| exclude.besides.sort());
            table.indexes.iter_mut().for_each(|index| index.besides.sort());
            table.triggers.iter_mut().for_each(|trigger| trigger.besides.sort());
        }
        database
    }
}

/// `name=value`, as the catalogs keep storage parameters and settings.
pub(super) fn options(options: Option<Vec<String>>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = options
        .unwrap_or_default()
        .into_iter()
        .map(|option| match option.split_once('=') {
            Some((name, value)) => (name.to_owned(), value.to_owned()),
            None => (option, String::new()),
        })
        .collect();
    pairs.sort();
    pairs
}

/// `fillfactor = 70, deduplicate_items = off`
pub(super) fn option_list(options: &[(String, String)]) -> String {
    let parts: Vec<String> =
        options.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    parts.join(", ")
}
