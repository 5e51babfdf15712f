//! The steps one by one, but those that have a file of their own.

use crate::convert::Dangling;
use crate::ddl;
use crate::quoting::quote_identifier;
use crate::relational::names;
use crate::targets::Program;

use super::objects::{self, New};
use super::statement::{
    NO_HURRY, PATIENCE, concurrently, has_column, not_null, only_if, unless_constraint,
};
use super::{Plan, Step, old, rows};

const PATIENCE_BEGINS: &str = "\
A statement that waits for a lock makes all others wait behind it: it gives up after five seconds. One that goes
through all rows takes what it takes.
Every step can be run again, so that what was cut short goes on where it was.";

const PATIENCE_ENDS: &str = "The session is as it was.";

impl Plan<'_> {
    pub(super) fn step(&self, name: &'static str, about: impl Into<String>, back: &str) -> Step {
        Step {
            name,
            about: about.into(),
            back: back.to_owned(),
            forward: Vec::new(),
            reverse: Vec::new(),
        }
    }

    /// Whether the generic columns are there still: a conversion that drops them may be run again.
    pub(super) fn has_old(&self) -> String {
        has_column(&self.words.generic.table, &self.words.generic.content_type.name)
    }

    /// Whether the new columns are there still: the way back may be run again.
    pub(super) fn has_new(&self) -> String {
        let names = self.words.wanted.column_names();
        has_column(&self.words.generic.table, names.first().copied().unwrap_or_default())
    }

    /// Statements that fail, or do harm, where the generic columns are gone.
    pub(super) fn while_old(&self, statements: Vec<String>) -> Vec<String> {
        if !self.request.drop_old {
            return statements;
        }
        let has = self.has_old();
        statements.into_iter().map(|one| only_if(&has, &[one])).collect()
    }

    /// Statements that fail, or do harm, where the new columns are gone.
    pub(super) fn while_new(&self, statements: Vec<String>) -> Vec<String> {
        let has = self.has_new();
        statements.into_iter().map(|one| only_if(&has, &[one])).collect()
    }

    pub(super) fn patience(&self) -> Step {
        let [about, back] = [PATIENCE_BEGINS, PATIENCE_ENDS];
        Step {
            forward: vec![PATIENCE.to_owned(), NO_HURRY.to_owned()],
            reverse: vec!["RESET lock_timeout".to_owned(), "RESET statement_timeout".to_owned()],
            ..self.step("PATIENCE", about, back)
        }
    }

    pub(super) fn patience_ends(&self) -> Step {
        let begins = self.patience();
        Step {
            name: "PATIENCE_ENDS",
            about: begins.back,
            back: begins.about,
            forward: begins.reverse,
            reverse: begins.forward,
        }
    }

    pub(super) fn gate(&self) -> Step {
        let about = match self.request.dangling {
            Dangling::Fail => {
                "The audit, once more, in the database that is converted: no row may be lost."
            }
            Dangling::Null | Dangling::Quarantine => {
                "The audit, once more, in the database that is converted: rows of a type that nobody thought \
                 of stop it."
            }
        };
        Step { forward: vec![rows::gate(self)], ..self.step("AUDIT", about, "") }
    }

    pub(super) fn columns(&self) -> Step {
        let program = self.words.wanted.program;
        let mut step = self.step(
            "COLUMNS",
            "The new columns. They are NULL, so that no row is written; the lock lasts a moment.",
            "The new columns go, and with them what is over them.",
        );
        step.forward.extend(objects::add_columns(program, &self.new));
        step.reverse.extend(objects::drop_columns(program, &self.new));
        step
    }

    pub(super) fn in_step(&self) -> Step {
        let table = &self.words.generic.table;
        let mut step = self.step(
            "IN_STEP",
            "From here on, programs may write the generic columns or the new ones: a trigger keeps both in \
             step.\nWhat points at nothing is refused from now on.",
            "Nothing keeps the columns in step any more: programs write the generic ones alone.",
        );
        step.forward = self.while_old(self.names.create(self.words));
        step.reverse = self.names.drop(self.words);
        if self.words.wanted.optional {
            let strict = self.words.generic.pair().into_iter().filter(|column| column.not_null);
            for column in strict {
                let name = column.quoted();
                let loose = format!("ALTER TABLE {table} ALTER COLUMN {name} DROP NOT NULL");
                step.forward.extend(self.while_old(vec![loose]));
                step.reverse.splice(0..0, self.old_not_null(&column.name));
            }
        }
        step
    }

    /// NOT NULL for a generic column that had it.
    pub(super) fn old_not_null(&self, column: &str) -> Vec<String> {
        let table = &self.words.generic.table;
        let name = names::conversion(&self.words.wanted.source().name.name, column, "not_null");
        not_null(table, &quote_identifier(column), &quote_identifier(&name))
    }

    pub(super) fn references(&self) -> Step {
        let program = self.words.wanted.program;
        let mut step = self.step(
            "REFERENCES",
            "Foreign keys that look at what is written from now on, and indexes that are made while others \
             write.",
            "What carries out delete rules that no foreign key can say.",
        );
        for (table, trigger) in self.new.rules(program) {
            step.forward.extend(objects::create_trigger(program, table, trigger));
            step.reverse.extend(objects::drop_trigger(program, table, trigger));
        }
        step.forward.extend(references(program, &self.new));
        step
    }

    /// The step in which the rows are filled by a statement.
    pub(super) fn rows(&self, fill: String) -> Step {
        let size = self.request.batch;
        let about = format!(
            "The rows, {size} at a time, each time in a transaction of its own.{}",
            match self.request.dangling {
                Dangling::Fail => "",
                Dangling::Null =>
                    "\nA row that points at nothing keeps its generic pair, and gets NULL.",
                Dangling::Quarantine => {
                    "\nA row that points at nothing is moved to a table of its own."
                }
            }
        );
        let mut step = self.step("ROWS", about, "Rows that were set aside come back as they were.");
        if self.request.dangling == Dangling::Quarantine {
            step.forward.extend(rows::quarantine_table(self));
        }
        step.forward.push(fill);
        if self.request.dangling == Dangling::Quarantine {
            step.forward.push(rows::quarantine_ends(self));
            step.reverse.push(rows::back_from_quarantine(self));
        }
        step
    }

    pub(super) fn constraints(&self) -> Step {
        let program = self.words.wanted.program;
        let mut step = self.step(
            "CONSTRAINTS",
            "Every row is looked at, while others read and write: the promise holds for all of them.",
            "What the generic columns can not promise.",
        );
        step.forward = uniques(program, &self.new);
        step.forward.extend(promises(program, &self.new));
        for (table, check) in self.new.checks(program) {
            let (table, name) = (objects::table(program, table), quote_identifier(&check.name));
            step.reverse.push(format!("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}"));
        }
        for (table, column) in self.new.mandatory(program) {
            let (table, name) = (objects::table(program, table), quote_identifier(column));
            let loose = format!("ALTER TABLE {table} ALTER COLUMN {name} DROP NOT NULL");
            step.reverse.push(only_if(&has_column(&table, column), &[loose]));
        }
        for (table, trigger) in self.new.bounds(program) {
            step.forward.extend(objects::create_trigger(program, table, trigger));
            step.reverse.extend(objects::drop_trigger(program, table, trigger));
        }
        step
    }

    pub(super) fn old(&self) -> Step {
        let mut step = self.step(
            "OLD_COLUMNS",
            "The generic columns go, and the trigger with them. A pair that the new columns can't say word for \
             word is kept aside, so that there is a way back.",
            "The generic columns come back, kept in step by the trigger, and are filled word for word; with \
             them comes all that was over them.",
        );
        step.forward = old::drop(self);
        step.reverse = old::bring_back(self);
        step
    }
}

/// Foreign keys that look at what is written from now on, and the indexes for them.
pub(super) fn references(program: Program<'_>, new: &New) -> Vec<String> {
    let keys = new.foreign_keys(program).into_iter();
    let mut statements: Vec<String> =
        keys.map(|key| objects::add_foreign_key(program, key)).collect();
    for (table, index) in new.indexes(program) {
        let sql = ddl::create_index(program.database, table, index);
        statements.extend(concurrently(&objects::beside(program, table, &index.name), &sql));
    }
    statements
}

/// UNIQUE constraints, each over an index that is made while others write.
pub(super) fn uniques(program: Program<'_>, new: &New) -> Vec<String> {
    let mut statements = Vec::new();
    for (table, unique) in new.uniques(program) {
        let sql = ddl::create_index(program.database, table, &objects::index_of(unique));
        statements.extend(concurrently(&objects::beside(program, table, &unique.name), &sql));
        let (table, name) = (objects::table(program, table), quote_identifier(&unique.name));
        let when = ddl::deferrability(unique.deferrability);
        let when = when.map(|when| format!(" {when}")).unwrap_or_default();
        let add =
            format!("ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}{when}");
        statements.push(unless_constraint(&table, &unique.name, &add));
    }
    statements
}

/// Everything else that new columns promise, for rows that are there too.
pub(super) fn promises(program: Program<'_>, new: &New) -> Vec<String> {
    let mut statements = Vec::new();
    for (table, check) in new.checks(program) {
        let (table, name) = (objects::table(program, table), quote_identifier(&check.name));
        let condition = &check.condition.0;
        let add =
            format!("ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID");
        statements.push(unless_constraint(&table, &check.name, &add));
        statements.push(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"));
    }
    for key in new.foreign_keys(program) {
        let table = &program.database.tables[key.table];
        let name = quote_identifier(&table.foreign_keys[key.index].name);
        let table = table.name.quoted();
        statements.push(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"));
    }
    for (table, column) in new.mandatory(program) {
        let stem = &program.database.tables[table].name.name;
        let name = quote_identifier(&names::conversion(stem, column, "not_null"));
        let (table, column) = (objects::table(program, table), quote_identifier(column));
        statements.extend(not_null(&table, &column, &name));
    }
    statements
}
