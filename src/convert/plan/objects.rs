//! What of the database that the schema asks for the conversion makes: tables, columns, and all that is over
//! them. Names and definitions are the lowered ones.

use crate::ddl;
use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{
    CheckConstraint, CheckOrigin, ColumnIx, ForeignKeyRef, Index, IndexElement, IndexKey,
    IndexOrigin, QualifiedName, TableId, Trigger, TriggerOrigin, UniqueConstraint,
};
use crate::schema::{Expr, MemberId, RelationId, UnionId};
use crate::targets::Program;

use super::statement::{only_if, unless_constraint};

/// What is new.
#[derive(Debug, Clone, Default)]
pub(super) struct New {
    /// Columns of tables that are there, each with its relation.
    pub columns: Vec<(TableId, ColumnIx, RelationId)>,
}

impl New {
    /// The tables that get columns, each once.
    pub(super) fn altered(&self) -> Vec<TableId> {
        let mut tables: Vec<TableId> = Vec::new();
        for (table, ..) in &self.columns {
            if !tables.contains(table) {
                tables.push(*table);
            }
        }
        tables
    }

    fn has(&self, table: TableId, columns: &[ColumnIx]) -> bool {
        let mut new = self.columns.iter();
        new.any(|(of, column, _)| *of == table && columns.contains(column))
    }

    /// The foreign keys of the new columns.
    pub(super) fn foreign_keys(&self, program: Program<'_>) -> Vec<ForeignKeyRef> {
        let tables = self.altered().into_iter();
        let keys = tables.flat_map(|table| {
            let keys = program.database.tables[table].foreign_keys.iter().enumerate();
            keys.filter(move |(_, key)| self.has(table, &key.columns))
                .map(move |(index, _)| ForeignKeyRef { table, index })
        });
        keys.collect()
    }

    /// The indexes over the new columns.
    pub(super) fn indexes<'a>(&self, program: Program<'a>) -> Vec<(TableId, &'a Index)> {
        let mut found = Vec::new();
        for id in self.altered() {
            let table = &program.database.tables[id];
            let origins = program.layout.origins(id);
            let entity = &program.schema.entities[origins.entity];
            for (index, origin) in table.indexes.iter().zip(&origins.indexes) {
                let columns: Vec<ColumnIx> = index
                    .elements
                    .iter()
                    .filter_map(|element| match element.key {
                        IndexKey::Column(column) => Some(column),
                        IndexKey::Expression(_) => None,
                    })
                    .chain(index.include.iter().copied())
                    .collect();
                let condition = match origin {
                    IndexOrigin::Declared(nth) => entity.indexes[*nth].condition.as_ref(),
                    IndexOrigin::Unique(nth) => entity.uniques[*nth].condition.as_ref(),
                    IndexOrigin::ForeignKey(_) => None,
                };
                if self.has(id, &columns) || condition.is_some_and(|expr| self.reads(id, expr)) {
                    found.push((id, index));
                }
            }
        }
        found
    }

    /// The UNIQUE constraints over the new columns.
    pub(super) fn uniques<'a>(&self, program: Program<'a>) -> Vec<(TableId, &'a UniqueConstraint)> {
        let tables = self.altered().into_iter();
        let uniques = tables.flat_map(|table| {
            let uniques = program.database.tables[table].uniques.iter();
            uniques
                .filter(move |unique| self.has(table, &unique.columns))
                .map(move |unique| (table, unique))
        });
        uniques.collect()
    }

    /// The CHECKs that read the new columns.
    pub(super) fn checks<'a>(&self, program: Program<'a>) -> Vec<(TableId, &'a CheckConstraint)> {
        let mut found = Vec::new();
        for id in self.altered() {
            let origins = program.layout.origins(id);
            let entity = &program.schema.entities[origins.entity];
            let checks = program.database.tables[id].checks.iter().zip(&origins.checks);
            for (check, origin) in checks {
                let is_new = match origin {
                    CheckOrigin::Declared(nth) => self.reads(id, &entity.checks[*nth].condition),
                    CheckOrigin::HalfNull(relation) => self.is_of(*relation),
                    CheckOrigin::EnumValues(_) => false,
                };
                if is_new {
                    found.push((id, check));
                }
            }
        }
        found
    }

    /// The triggers that keep the new columns' bounds.
    pub(super) fn bounds<'a>(&self, program: Program<'a>) -> Vec<(TableId, &'a Trigger)> {
        triggers(program, |origin| match origin {
            TriggerOrigin::Bound(relation) => self.is_of(relation),
            TriggerOrigin::Touch
            | TriggerOrigin::SharedParent
            | TriggerOrigin::Union(_)
            | TriggerOrigin::Rules(_) => false,
        })
    }

    /// The triggers that carry out the delete rules of the new columns, where no foreign key can say them.
    pub(super) fn rules<'a>(&self, program: Program<'a>) -> Vec<(TableId, &'a Trigger)> {
        triggers(program, |origin| match origin {
            TriggerOrigin::Rules(relation) => self.is_of(relation),
            TriggerOrigin::Touch
            | TriggerOrigin::SharedParent
            | TriggerOrigin::Union(_)
            | TriggerOrigin::Bound(_) => false,
        })
    }

    /// The new columns that allow no NULL.
    pub(super) fn mandatory<'a>(&self, program: Program<'a>) -> Vec<(TableId, &'a str)> {
        let columns = self.columns.iter().filter_map(|(table, column, _)| {
            let found = &program.database.tables[*table].columns[*column];
            (!found.nullable).then_some((*table, found.name.as_str()))
        });
        columns.collect()
    }

    fn is_of(&self, relation: RelationId) -> bool {
        self.columns.iter().any(|(_, _, own)| *own == relation)
    }

    fn reads(&self, table: TableId, expr: &Expr) -> bool {
        let mut own = self.columns.iter().filter(|(of, ..)| *of == table);
        own.any(|(_, _, relation)| expr.mentions(MemberId::Relation(*relation)))
    }
}

/// The triggers of a union's own rows, and of those that they are of.
pub(super) fn triggers_of_union(program: Program<'_>, union: UnionId) -> Vec<(TableId, &Trigger)> {
    triggers(program, |origin| match origin {
        TriggerOrigin::Union(of) => of == union,
        TriggerOrigin::Touch
        | TriggerOrigin::SharedParent
        | TriggerOrigin::Bound(_)
        | TriggerOrigin::Rules(_) => false,
    })
}

/// The triggers, on the tables of unions' own rows, that carry out the delete rules of a table's relations to them.
pub(super) fn rules_of(program: Program<'_>, table: TableId) -> Vec<(TableId, &Trigger)> {
    let source = program.layout.origins(table).entity;
    triggers(program, |origin| match origin {
        TriggerOrigin::Rules(relation) => program.schema.relations[relation].source == source,
        TriggerOrigin::Touch
        | TriggerOrigin::SharedParent
        | TriggerOrigin::Union(_)
        | TriggerOrigin::Bound(_) => false,
    })
}

fn triggers(
    program: Program<'_>,
    counts: impl Fn(TriggerOrigin) -> bool,
) -> Vec<(TableId, &Trigger)> {
    let mut found = Vec::new();
    for (id, table) in program.database.tables.iter().filter(|(_, table)| !table.external) {
        let origins = &program.layout.origins(id).triggers;
        let counted = table.triggers.iter().zip(origins).filter(|(_, origin)| counts(**origin));
        found.extend(counted.map(|(trigger, _)| (id, trigger)));
    }
    found
}

/// A trigger and its function, made unless they are there.
pub(super) fn create_trigger(
    program: Program<'_>,
    table: TableId,
    trigger: &Trigger,
) -> Vec<String> {
    let there = format!(
        "NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = {}::regclass AND tgname = {})",
        quote_literal(&self::table(program, table)),
        quote_literal(&trigger.name)
    );
    let function = ddl::create_function(trigger);
    vec![
        function.replacen("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1),
        only_if(&there, &[ddl::create_trigger(program.database, table, trigger)]),
    ]
}

/// Drops a trigger and its function.
pub(super) fn drop_trigger(program: Program<'_>, table: TableId, trigger: &Trigger) -> [String; 2] {
    let drop = ddl::drop_trigger(program.database, table, trigger);
    let function = ddl::drop_function(trigger);
    [
        drop.replacen("DROP TRIGGER ", "DROP TRIGGER IF EXISTS ", 1),
        function.replacen("DROP FUNCTION ", "DROP FUNCTION IF EXISTS ", 1),
    ]
}

/// A table as SQL writes it.
pub(super) fn table(program: Program<'_>, id: TableId) -> String {
    program.database.tables[id].name.quoted()
}

/// What lies in the schema of a table, as SQL writes it.
pub(super) fn beside(program: Program<'_>, id: TableId, name: &str) -> String {
    let schema = program.database.tables[id].name.schema.clone();
    QualifiedName { schema, name: name.into() }.quoted()
}

/// `ALTER TABLE … ADD COLUMN …` for each table, and comments.
pub(super) fn add_columns(program: Program<'_>, new: &New) -> Vec<String> {
    let mut statements = Vec::new();
    for id in new.altered() {
        let columns: Vec<_> = new.columns.iter().filter(|(of, ..)| *of == id).collect();
        let columns: Vec<_> = columns
            .iter()
            .map(|(_, column, _)| &program.database.tables[id].columns[*column])
            .collect();
        let name = table(program, id);
        // Without a default or NOT NULL, no row is written.
        let added: Vec<String> = columns
            .iter()
            .map(|column| {
                let column_name = quote_identifier(&column.name);
                format!("ADD COLUMN IF NOT EXISTS {column_name} {}", column.ty.0)
            })
            .collect();
        statements.push(format!("ALTER TABLE {name}\n    {}", added.join(",\n    ")));
        for column in columns {
            if let Some(comment) = &column.comment {
                let (column, comment) = (quote_identifier(&column.name), quote_literal(comment));
                statements.push(format!("COMMENT ON COLUMN {name}.{column} IS {comment}"));
            }
        }
    }
    statements
}

/// `ALTER TABLE … DROP COLUMN …`: what is over the columns goes with them.
pub(super) fn drop_columns(program: Program<'_>, new: &New) -> Vec<String> {
    let mut statements = Vec::new();
    for id in new.altered().into_iter().rev() {
        let columns = new.columns.iter().filter(|(of, ..)| *of == id);
        let dropped: Vec<String> = columns
            .map(|(_, column, _)| {
                let column = &program.database.tables[id].columns[*column];
                format!("DROP COLUMN IF EXISTS {}", quote_identifier(&column.name))
            })
            .collect();
        statements.push(format!(
            "ALTER TABLE {}\n    {}",
            table(program, id),
            dropped.join(",\n    ")
        ));
    }
    statements
}

/// Adds a foreign key that looks at new rows only.
pub(super) fn add_foreign_key(program: Program<'_>, key: ForeignKeyRef) -> String {
    let found = &program.database.tables[key.table].foreign_keys[key.index];
    let sql = format!("{} NOT VALID", ddl::add_foreign_key(program.database, key));
    unless_constraint(&table(program, key.table), &found.name, &sql)
}

/// The index that a UNIQUE constraint stands on.
pub(super) fn index_of(unique: &UniqueConstraint) -> Index {
    Index {
        name: unique.name.clone(),
        unique: true,
        using: "btree".into(),
        elements: unique
            .columns
            .iter()
            .map(|&column| IndexElement {
                key: IndexKey::Column(column),
                opclass: None,
                descending: false,
                nulls_first: false,
            })
            .collect(),
        include: Vec::new(),
        nulls_distinct: unique.nulls_distinct,
        condition: None,
        storage: Vec::new(),
        valid: true,
        comment: None,
        besides: Vec::new(),
    }
}
