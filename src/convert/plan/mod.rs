//! The conversion as steps, each with the way back: statements that may be run again where a run was cut short.

mod functions;
mod inheritance;
mod mirror;
mod objects;
mod old;
mod rows;
mod split;
mod statement;
mod steps;
mod union;

use postgres::Transaction;

use crate::live::Problem;
use crate::relational::TableId;
use crate::schema::{EntityId, RelationId};
use crate::targets::Program;

use super::Request;
use super::words::Words;
use functions::Names;
use objects::New;

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
    if words.wanted.splits() {
        return split::is_applied(words, transaction);
    }
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
    /// Whether they take the place of the one that has the generic columns.
    pub split: bool,
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
    if words.wanted.splits() {
        let parts = words.wanted.choices.iter().filter_map(|choice| choice.part);
        let entities = parts.map(|part| part.entity).collect();
        return Made { entities, split: true, ..Made::default() };
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
        split: false,
        names: uniques.chain(checks).chain(indexes).collect(),
    }
}

/// The steps of a conversion: all of them, or where it is applied, what is left.
pub(super) fn steps(words: &Words<'_>, request: &Request, applied: bool) -> Vec<Step> {
    let plan = Plan { words, request, names: Names::of(words), new: own(words) };
    let mut steps = vec![plan.patience()];
    if words.wanted.splits() {
        if applied {
            steps.push(split::put_aside(&plan));
        } else {
            steps.push(plan.gate());
            steps.extend(split::steps(&plan));
        }
        steps.push(plan.patience_ends());
        return steps;
    }
    if !applied {
        steps.push(plan.gate());
        steps.extend(new_row(words).map(|row| union::rows(&plan, row)));
        steps.extend([
            plan.columns(),
            plan.in_step(),
            plan.references(),
            plan.rows(rows::fill(&plan)),
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
    columns_of(words, wanted.spelt.iter().copied())
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
