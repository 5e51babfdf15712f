//! The union's own rows, under a strategy that has them: their table, and what ties them to the alternatives.

use crate::ddl;
use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{QualifiedName, Table, TableId, names};

use super::objects::{self, New};
use super::statement::{batches, has_column, only_if};
use super::steps::{promises, references, uniques};
use super::{Plan, Step, inheritance, ties};

/// The step that makes them. It is not undone while another relation needs them.
pub(super) fn rows(plan: &Plan<'_>, row: TableId) -> Step {
    let words = plan.words;
    let wanted = &words.wanted;
    let program = wanted.program;
    let table = objects::table(program, row);
    let mut step = plan.step(
        "UNION",
        format!("The rows of {} itself, and what ties them to its alternatives.", wanted.target),
        "The union's own rows go, unless another relation refers to them.",
    );
    let create = ddl::create_table(program.database, row, &Default::default());
    step.forward.push(create.replacen("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", 1));
    for index in &program.database.tables[row].indexes {
        let sql = ddl::create_index(program.database, row, index);
        step.forward.push(sql.replacen("INDEX ", "INDEX IF NOT EXISTS ", 1));
    }
    step.forward.extend(ddl::comments(program.database, row));
    let ties = ties(words);
    let of_union = wanted.union.map(|union| objects::triggers_of_union(program, union));
    let triggers = of_union.unwrap_or_default();
    let (of_row, of_others): (Vec<_>, Vec<_>) = triggers.iter().partition(|(of, _)| *of == row);
    for (of, trigger) in of_row {
        step.forward.extend(objects::create_trigger(program, of, trigger));
    }
    let made: Vec<String> = of_others
        .iter()
        .flat_map(|(of, trigger)| objects::create_trigger(program, *of, trigger))
        .collect();
    let inherits = wanted.inherits();
    if inherits {
        step.forward.extend(inheritance::tie(plan, row, &ties, &made));
    } else {
        step.forward.extend(objects::add_columns(program, &ties));
        step.forward.extend(made);
        step.forward.extend(references(program, &ties));
        // A row of the union looks for its alternative: not without an index.
        step.forward.extend(uniques(program, &ties));
        step.forward.extend(fill(plan, &ties));
        step.forward.extend(promises(program, &ties));
    }

    let mut undone: Vec<String> = Vec::new();
    for &(id, column, _) in ties.columns.iter().filter(|_| !inherits) {
        let table = &program.database.tables[id];
        let keeper = Keeper::of(table, &quote_identifier(&table.columns[column].name));
        undone.extend(keeper.drop(&table.name.quoted()));
    }
    for (of, trigger) in of_others {
        undone.extend(objects::drop_trigger(program, of, trigger));
    }
    if inherits {
        undone.extend(inheritance::untie(plan, &ties));
    } else {
        undone.extend(objects::drop_columns(program, &ties));
    }
    undone.push(format!("DROP TABLE IF EXISTS {table}"));
    for (_, trigger) in triggers.iter().filter(|(of, _)| *of == row) {
        let [_, function] = objects::drop_trigger(program, row, trigger);
        undone.push(function);
    }
    let own = wanted.references_to_row().into_iter().map(quote_literal);
    let own: Vec<String> = own.collect();
    let nobody = format!(
        "NOT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = to_regclass({})\n        \
         AND conname NOT IN ({}))",
        quote_literal(&table),
        own.join(", ")
    );
    step.reverse.push(only_if(&nobody, &undone));
    step
}

/// Gives every alternative its row: the trigger that does so for new ones does it for those that are there,
/// when their reference is written and is NULL.
fn fill(plan: &Plan<'_>, ties: &New) -> Vec<String> {
    let program = plan.words.wanted.program;
    let mut statements = Vec::new();
    for &(id, column_ix, _) in &ties.columns {
        let table = &program.database.tables[id];
        let (name, column) =
            (table.name.quoted(), quote_identifier(&table.columns[column_ix].name));
        let key = table.primary_key.iter().flat_map(|key| &key.columns);
        let key: Vec<String> =
            key.map(|&column| quote_identifier(&table.columns[column].name)).collect();
        let keeper = Keeper::of(table, &column);
        statements.extend(keeper.create(&name, &column));
        let there = has_column(&name, &table.columns[column_ix].name);
        statements.push(batches(&name, &key, plan.request.batch, &there, |range| {
            vec![format!(
                "UPDATE {name} AS t SET {column} = NULL\nWHERE {range}\n  AND t.{column} IS NULL"
            )]
        }));
        statements.extend(keeper.drop(&name));
    }
    statements
}

/// A trigger behind all others, by which nothing but one column changes while the conversion fills it.
struct Keeper {
    trigger: String,
    function: String,
}

impl Keeper {
    fn of(table: &Table, column: &str) -> Keeper {
        let name = names::conversion(&format!("zz_{}", table.name.name), column, "kept");
        let trigger = quote_identifier(&name);
        let function = QualifiedName { schema: table.name.schema.clone(), name }.quoted();
        Keeper { trigger, function }
    }

    fn create(&self, table: &str, column: &str) -> [String; 2] {
        let Keeper { trigger, function } = self;
        [
            format!(
                "CREATE OR REPLACE FUNCTION {function}() RETURNS trigger\n    LANGUAGE plpgsql\nAS \
                 $$\nDECLARE\n    kept {table}%ROWTYPE;\nBEGIN\n    IF current_setting('trine.converting', \
                 true) IS DISTINCT FROM 'on' THEN\n        RETURN NEW;\n    END IF;\n    kept := OLD;\n    \
                 kept.{column} := NEW.{column};\n    RETURN kept;\nEND\n$$"
            ),
            format!(
                "CREATE OR REPLACE TRIGGER {trigger}\n    BEFORE UPDATE ON {table}\n    FOR EACH ROW \
                 EXECUTE FUNCTION {function}()"
            ),
        ]
    }

    fn drop(&self, table: &str) -> [String; 2] {
        let Keeper { trigger, function } = self;
        [
            format!("DROP TRIGGER IF EXISTS {trigger} ON {table}"),
            format!("DROP FUNCTION IF EXISTS {function}()"),
        ]
    }
}
