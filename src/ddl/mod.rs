//! PostgreSQL's own words for a [`Database`]: the statements that create and drop each object. Every target
//! needs some of them.
//!
//! A statement has no semicolon behind it. Identifiers are quoted only where they must be, and tables are
//! named without their schema unless they have one of their own, so that they land wherever the search path
//! says.
//!
//! ```
//! use trine::{ddl, relational::{Database, order}};
//!
//! let database = Database::default();
//! let stage = order(&database);
//! for statement in ddl::create(&database, &stage) {
//!     println!("{};", statement.sql);
//! }
//! ```

mod columns;
mod constraints;
mod table;
mod templates;
mod trigger;

pub use constraints::{deferrability, delete_action, index_element, storage_list, update_action};
pub use table::{
    add_foreign_key, comments, create_index, create_table, drop_foreign_key, drop_table,
};
pub use trigger::{create_function, create_trigger, drop_function, drop_trigger};

use std::collections::HashSet;

use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{Database, EnumType, ForeignKeyRef, QualifiedName, Stage, TableId};

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it makes or drops.
    pub subject: Subject,
    /// The text, without a semicolon.
    pub sql: String,
}

/// What a [`Statement`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A schema.
    Schema,
    /// An extension.
    Extension,
    /// An enum type.
    EnumType,
    /// A table.
    Table(TableId),
    /// A foreign key that stands outside its table.
    ForeignKey(ForeignKeyRef),
    /// An index.
    Index(TableId),
    /// A comment.
    Comment,
    /// A trigger's function.
    Function(TableId),
    /// A trigger.
    Trigger(TableId),
}

/// Creates the tables of a stage, each with its indexes, comments and triggers, and then the foreign keys
/// that close circles among them. Its enum types, and the tables of the stages before, must be there.
pub fn create(database: &Database, stage: &Stage) -> Vec<Statement> {
    let outside: HashSet<ForeignKeyRef> =
        stage.closing.iter().chain(&stage.postponed).copied().collect();
    let mut statements = Vec::new();
    for &id in &stage.tables {
        let mut push = |subject, sql| statements.push(Statement { subject, sql });
        push(Subject::Table(id), create_table(database, id, &outside));
        for index in &database.tables[id].indexes {
            push(Subject::Index(id), create_index(database, id, index));
        }
        for comment in comments(database, id) {
            push(Subject::Comment, comment);
        }
        for trigger in &database.tables[id].triggers {
            push(Subject::Function(id), create_function(trigger));
            push(Subject::Trigger(id), create_trigger(database, id, trigger));
        }
    }
    statements.extend(add_foreign_keys(database, &stage.closing));
    statements
}

/// Adds foreign keys: those of [`Stage::postponed`], when the stages that they refer to are there.
pub fn add_foreign_keys(database: &Database, keys: &[ForeignKeyRef]) -> Vec<Statement> {
    keys.iter()
        .map(|&key| Statement {
            subject: Subject::ForeignKey(key),
            sql: add_foreign_key(database, key),
        })
        .collect()
}

/// Drops foreign keys, the last first.
pub fn drop_foreign_keys(database: &Database, keys: &[ForeignKeyRef]) -> Vec<Statement> {
    keys.iter()
        .rev()
        .map(|&key| Statement {
            subject: Subject::ForeignKey(key),
            sql: drop_foreign_key(database, key),
        })
        .collect()
}

/// Undoes [`create`]. Foreign keys of other stages that refer here must be gone.
pub fn drop(database: &Database, stage: &Stage) -> Vec<Statement> {
    let mut statements = drop_foreign_keys(database, &stage.closing);
    for &id in stage.tables.iter().rev() {
        statements.push(Statement { subject: Subject::Table(id), sql: drop_table(database, id) });
        for trigger in database.tables[id].triggers.iter().rev() {
            statements
                .push(Statement { subject: Subject::Function(id), sql: drop_function(trigger) });
        }
    }
    statements
}

/// `CREATE SCHEMA IF NOT EXISTS shop`
pub fn create_schema(name: &str) -> String {
    format!("CREATE SCHEMA IF NOT EXISTS {}", quote_identifier(name))
}

/// `CREATE EXTENSION IF NOT EXISTS citext`
pub fn create_extension(name: &str) -> String {
    format!("CREATE EXTENSION IF NOT EXISTS {}", quote_identifier(name))
}

/// `CREATE TYPE kind AS ENUM (…)`, and its comment.
pub fn create_enum_type(ty: &EnumType) -> Vec<Statement> {
    let name = ty.name.quoted();
    let labels: Vec<_> = ty.labels.iter().map(|label| quote_literal(label)).collect();
    let create = format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", "));
    let comment = ty
        .comment
        .iter()
        .map(|comment| format!("COMMENT ON TYPE {name} IS {}", quote_literal(comment)));
    std::iter::once(Statement { subject: Subject::EnumType, sql: create })
        .chain(comment.map(|sql| Statement { subject: Subject::Comment, sql }))
        .collect()
}

/// `DROP TYPE kind`
pub fn drop_enum_type(name: &QualifiedName) -> String {
    format!("DROP TYPE {}", name.quoted())
}
