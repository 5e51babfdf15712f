//! The conversion as steps, each with the way back: statements that may be run again where a run was cut short.

mod functions;
mod objects;
mod old;
mod rows;
mod statement;
mod union;

use postgres::Transaction;

use crate::ddl;
use crate::live::Problem;
use crate::quoting::quote_identifier;
use crate::relational::{TableId, names};
use crate::schema::{EntityId, RelationId};
use crate::targets::Program;

use super::words::Words;
use super::{Dangling, Request};
use functions::Names;
use objects::New;
use statement::{PATIENCE, concurrently, has_column, not_null, only_if, unless_constraint};

/// A part of the conversion that is one thought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name, as a constant of Python has it: `COLUMNS`.
    pub name: &'static str,
    /// What it does, and what that means for those who use the database meanwhile; lines without a margin.
    pub about: String,
    /// What the way back does; lines without a margin.
    pub back: String,
    /// The statements, without semicolons.
    pub forward: Vec<String>,
    /// The statements that undo them; those of the last step come first.
    pub reverse: Vec<String>,
}

/// Everything that the steps are made from.
struct Plan<'a> {
    words: &'a Words<'a>,
    request: &'a Request,
    names: Names,
    new: New,
}

/// Whether a conversion ran to its end before, and only the old columns are left.
pub(super) fn is_applied(
    words: &Words<'_>,
    transaction: &mut Transaction<'_>,
) -> Result<bool, Problem> {
    let program = words.wanted.program;
    let new = own(words);
    let mut promised: Vec<(String, String)> = Vec::new();
    for key in new.foreign_keys(program) {
        let name = &program.database.tables[key.table].foreign_keys[key.index].name;
        promised.push((objects::table(program, key.table), name.to_string()));
    }
    for (table, check) in new.checks(program) {
        promised.push((objects::table(program, table), check.name.to_string()));
    }
    for (table, name) in &promised {
        let row = transaction.query_one(
            "SELECT EXISTS (SELECT FROM pg_constraint
                            WHERE conrelid = to_regclass($1) AND conname = $2 AND convalidated)",
            &[table, name],
        )?;
        if !row.try_get::<_, bool>(0)? {
            return Ok(false);
        }
    }
    for (table, column) in new.mandatory(program) {
        let row = transaction.query_one(
            "SELECT EXISTS (SELECT FROM pg_attribute
                            WHERE attrelid = to_regclass($1) AND attname = $2 AND attnotnull)",
            &[&objects::table(program, table), &column],
        )?;
        if !row.try_get::<_, bool>(0)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What of the schema a conversion makes, for those who keep models of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Made {
    pub entities: Vec<EntityId>,
    pub relations: Vec<RelationId>,
    /// The names of constraints and indexes, of tables that were there.
    pub names: Vec<String>,
}

impl Made {
    pub(super) fn is_empty(&self) -> bool {
        self.relations.is_empty()
    }
}

/// What a conversion makes; nothing where it is applied.
pub(super) fn made(words: &Words<'_>, applied: bool) -> Made {
    if applied {
        return Made::default();
    }
    let program = words.wanted.program;
    let new = New { columns: [ties(words).columns, own(words).columns].concat() };
    let uniques = new.uniques(program).into_iter().map(|(_, unique)| unique.name.to_string());
    let checks = new.checks(program).into_iter().map(|(_, check)| check.name.to_string());
    let indexes = new.indexes(program).into_iter().map(|(_, index)| index.name.to_string());
    let mut relations: Vec<RelationId> = Vec::new();
    for (_, _, relation) in &new.columns {
        if !relations.contains(relation) {
            relations.push(*relation);
        }
    }
    Made {
        entities: new_row(words)
            .map(|row| program.layout.origins(row).entity)
            .into_iter()
            .collect(),
        relations,
        names: uniques.chain(checks).chain(indexes).collect(),
    }
}

/// The steps of a conversion: all of them, or where it is applied, what is left.
pub(super) fn steps(words: &Words<'_>, request: &Request, applied: bool) -> Vec<Step> {
    let plan = Plan { words, request, names: Names::of(words), new: own(words) };
    let mut steps = vec![plan.patience()];
    if !applied {
        steps.push(plan.gate());
        steps.extend(new_row(words).map(|row| union::rows(&plan, row)));
        steps.extend([
            plan.columns(),
            plan.in_step(),
            plan.references(),
            plan.rows(),
            plan.constraints(),
        ]);
    }
    if request.drop_old {
        steps.push(plan.old());
    }
    steps.push(plan.patience_ends());
    steps
}

/// The relation's own columns.
fn own(words: &Words<'_>) -> New {
    let wanted = &words.wanted;
    columns_of(words, wanted.relation.spelt().iter().copied())
}

/// The columns by which alternatives refer to the union's own rows.
fn ties(words: &Words<'_>) -> New {
    if words.rows_are_there {
        return New::default();
    }
    columns_of(words, words.wanted.ties())
}

fn columns_of(words: &Words<'_>, relations: impl IntoIterator<Item = RelationId>) -> New {
    let Program { schema, layout, .. } = words.wanted.program;
    let columns = relations.into_iter().flat_map(|relation| {
        let table = layout.table(schema.relations[relation].source);
        let columns = layout.relation(relation).map(|place| place.columns.clone());
        columns.unwrap_or_default().into_iter().map(move |column| (table, column, relation))
    });
    New { columns: columns.collect() }
}

/// The table of the union's own rows, where it is new.
fn new_row(words: &Words<'_>) -> Option<TableId> {
    words.wanted.row().filter(|_| !words.rows_are_there)
}

impl Plan<'_> {
    fn step(&self, name: &'static str, about: impl Into<String>, back: &str) -> Step {
        Step {
            name,
            about: about.into(),
            back: back.to_owned(),
            forward: Vec::new(),
            reverse: Vec::new(),
        }
    }

    /// Whether the generic columns are there still: a conversion that drops them may be run again.
    fn has_old(&self) -> String {
        has_column(&self.words.generic.table, &self.words.generic.content_type.name)
    }

    /// Whether the new columns are there still: the way back may be run again.
    fn has_new(&self) -> String {
        let names = self.words.wanted.column_names();
        has_column(&self.words.generic.table, names.first().copied().unwrap_or_default())
    }

    /// Statements that fail, or do harm, where the generic columns are gone.
    fn while_old(&self, statements: Vec<String>) -> Vec<String> {
        if !self.request.drop_old {
            return statements;
        }
        let has = self.has_old();
        statements.into_iter().map(|one| only_if(&has, &[one])).collect()
    }

    /// Statements that fail, or do harm, where the new columns are gone.
    fn while_new(&self, statements: Vec<String>) -> Vec<String> {
        let has = self.has_new();
        statements.into_iter().map(|one| only_if(&has, &[one])).collect()
    }

    fn patience(&self) -> Step {
        Step {
            forward: vec![PATIENCE.to_owned()],
            reverse: vec!["RESET lock_timeout".to_owned()],
            ..self.step(
                "PATIENCE",
                "A statement that waits for a lock makes all others wait behind it: it gives up after five \
                 seconds.\nEvery step can be run again, so that a conversion that was cut short goes on \
                 where it was.",
                "The session is as it was.",
            )
        }
    }

    fn patience_ends(&self) -> Step {
        Step {
            forward: vec!["RESET lock_timeout".to_owned()],
            reverse: vec![PATIENCE.to_owned()],
            ..self.step(
                "PATIENCE_ENDS",
                "The session is as it was.",
                "A statement that waits for a lock makes all others wait behind it: it gives up after five \
                 seconds.\nEvery step can be run again, so that a way back that was cut short goes on where \
                 it was.",
            )
        }
    }

    fn gate(&self) -> Step {
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

    fn columns(&self) -> Step {
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

    fn in_step(&self) -> Step {
        let table = &self.words.generic.table;
        let mut step = self.step(
            "IN_STEP",
            "From here on, programs may write the generic columns or the new ones: a trigger keeps both in \
             step.\nWhat points at nothing is refused from now on.",
            "Nothing keeps the columns in step any more: programs write the generic ones alone.",
        );
        step.forward = self.while_old(self.names.create(self.words));
        step.reverse = self.names.drop(self.words);
        if self.words.wanted.relation.optional() {
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
    fn old_not_null(&self, column: &str) -> Vec<String> {
        let table = &self.words.generic.table;
        let name = names::conversion(&self.words.wanted.source().name.name, column, "not_null");
        not_null(table, &quote_identifier(column), &quote_identifier(&name))
    }

    fn references(&self) -> Step {
        let program = self.words.wanted.program;
        let mut step = self.step(
            "REFERENCES",
            "Foreign keys that look at what is written from now on, and indexes that are made while others \
             write.",
            "",
        );
        step.forward = references(program, &self.new);
        step
    }

    fn rows(&self) -> Step {
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
        step.forward.push(rows::fill(self));
        if self.request.dangling == Dangling::Quarantine {
            step.forward.push(rows::quarantine_ends(self));
            step.reverse.push(rows::back_from_quarantine(self));
        }
        step
    }

    fn constraints(&self) -> Step {
        let program = self.words.wanted.program;
        let mut step = self.step(
            "CONSTRAINTS",
            "Every row is looked at, while others read and write: the promise holds for all of them.",
            "What the generic columns can not promise.",
        );
        step.forward = promises(program, &self.new);
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

    fn old(&self) -> Step {
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
fn references(program: Program<'_>, new: &New) -> Vec<String> {
    let keys = new.foreign_keys(program).into_iter();
    let mut statements: Vec<String> =
        keys.map(|key| objects::add_foreign_key(program, key)).collect();
    for (table, index) in new.indexes(program) {
        let sql = ddl::create_index(program.database, table, index);
        statements.extend(concurrently(&objects::beside(program, table, &index.name), &sql));
    }
    statements
}

/// Everything that new columns promise, for rows that are there too.
fn promises(program: Program<'_>, new: &New) -> Vec<String> {
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
