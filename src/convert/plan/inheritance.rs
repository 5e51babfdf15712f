//! Alternatives that take their keys from the union: every key they have becomes a row of the union's, and new
//! ones come from there.

use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::TableId;

use super::Plan;
use super::objects::{self, New};
use super::statement::{batches, block, has_column, only_if};

/// From then on, alternatives get their keys from the union; those that are there keep theirs.
pub(super) fn tie(plan: &Plan<'_>, row: TableId, ties: &New, triggers: &[String]) -> Vec<String> {
    let words = plan.words;
    let program = words.wanted.program;
    let table = objects::table(program, row);
    let key = key_of(plan, row);
    let mut statements = vec![change_over(plan, &table, &key, triggers)];
    for (nth, _) in words.wanted.choices.iter().enumerate() {
        let (target, own) = (words.target(nth), words.keys[nth].quoted());
        let Some((kind, value)) = kind(plan, nth) else { continue };
        let there = has_column(&target, &words.keys[nth].name);
        statements.push(batches(
            &target,
            std::slice::from_ref(&own),
            plan.request.batch,
            &there,
            |range| {
                vec![format!(
                    "INSERT INTO {table} ({key}, {kind})\nSELECT t.{own}, {value} FROM {target} AS t\nWHERE \
                     {range}\nON CONFLICT ({key}) DO NOTHING"
                )]
            },
        ));
    }
    for reference in ties.foreign_keys(program) {
        statements.push(objects::add_foreign_key(program, reference));
    }
    for reference in ties.foreign_keys(program) {
        let of = &program.database.tables[reference.table];
        let name = quote_identifier(&of.foreign_keys[reference.index].name);
        statements.push(format!("ALTER TABLE {} VALIDATE CONSTRAINT {name}", of.name.quoted()));
    }
    statements
}

/// In one transaction, so that no key is given twice: nothing is inserted while the keys begin to come from the
/// union.
fn change_over(plan: &Plan<'_>, table: &str, key: &str, triggers: &[String]) -> String {
    let words = plan.words;
    let targets: Vec<String> = (0..words.keys.len()).map(|nth| words.target(nth)).collect();
    let keys = words.keys.iter().zip(&targets);
    let keys = keys.map(|(key, target)| format!("SELECT {} FROM {target}", key.quoted()));
    let keys: Vec<String> = keys.chain([format!("SELECT {key} FROM {table}")]).collect();
    let sequence =
        format!("pg_get_serial_sequence({}, {})", quote_literal(table), quote_literal(key));
    let mut body = format!(
        "DECLARE\n    number bigint;\n    some_of_them text[];\nBEGIN\n    LOCK TABLE {} IN SHARE ROW EXCLUSIVE \
         MODE;\n    SELECT * INTO number, some_of_them FROM ({}) AS shared;\n    IF number > 0 THEN\n        RAISE \
         EXCEPTION USING MESSAGE = format({}, number, array_to_string(some_of_them, ', '));\n    END IF;\n    \
         PERFORM setval({sequence}, (SELECT coalesce(max(key), 0) + 1 FROM ({}) AS keys (key)), false);\n",
        targets.join(", "),
        words.keys_shared(),
        quote_literal(&format!("%s keys are of two alternatives of {}: %s", words.wanted.target)),
        keys.join(" UNION ALL "),
    );
    for (key, target) in words.keys.iter().zip(&targets) {
        let name = key.quoted();
        body.push_str(&match key.identity {
            Some(_) => {
                format!("    ALTER TABLE {target} ALTER COLUMN {name} DROP IDENTITY IF EXISTS;\n")
            }
            None => format!("    ALTER TABLE {target} ALTER COLUMN {name} DROP DEFAULT;\n"),
        });
    }
    body.push_str("END");
    let mut whole = vec![body];
    whole.extend(triggers.iter().cloned());
    block(&nested(&whole))
}

/// A block, and statements behind it, in one.
fn nested(parts: &[String]) -> String {
    let parts: String = parts.iter().map(|part| format!("{};\n", unblocked(part))).collect();
    format!("BEGIN\n{parts}END")
}

/// What stands in an anonymous block; any other statement as it is.
pub(super) fn unblocked(statement: &str) -> &str {
    let inner = statement.strip_prefix("DO ").and_then(|rest| {
        let (tag, rest) = rest.split_once('\n')?;
        rest.strip_suffix(tag).map(str::trim_end)
    });
    inner.unwrap_or(statement)
}

/// The keys come from each table itself again.
pub(super) fn untie(plan: &Plan<'_>, ties: &New) -> Vec<String> {
    let words = plan.words;
    let program = words.wanted.program;
    let mut statements = Vec::new();
    for reference in ties.foreign_keys(program) {
        let of = &program.database.tables[reference.table];
        let name = quote_identifier(&of.foreign_keys[reference.index].name);
        statements
            .push(format!("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {name}", of.name.quoted()));
    }
    for (nth, key) in words.keys.iter().enumerate() {
        let (target, name) = (words.target(nth), key.quoted());
        let again = match (&key.identity, &key.default) {
            (Some(identity), _) => {
                let add = format!(
                    "ALTER TABLE {target} ALTER COLUMN {name} ADD GENERATED {identity} AS IDENTITY"
                );
                let lacks = format!(
                    "NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = {}::regclass AND attname = {} AND \
                     attidentity <> '')",
                    quote_literal(&target),
                    quote_literal(&key.name)
                );
                unblocked(&only_if(&lacks, &[add])).to_owned()
            }
            (None, Some(default)) => {
                format!("ALTER TABLE {target} ALTER COLUMN {name} SET DEFAULT {default}")
            }
            (None, None) => continue,
        };
        statements.push(again);
        statements.push(format!(
            "PERFORM setval(pg_get_serial_sequence({}, {}), (SELECT coalesce(max({name}), 0) + 1 FROM {target}), \
             false)",
            quote_literal(&target),
            quote_literal(&key.name)
        ));
    }
    statements
}

/// The key of the union's own row, quoted.
fn key_of(plan: &Plan<'_>, row: TableId) -> String {
    let table = &plan.words.wanted.program.database.tables[row];
    let key = table.primary_key.as_ref().and_then(|key| key.columns.first());
    key.map_or_else(String::new, |&key| quote_identifier(&table.columns[key].name))
}

/// The column that says of which alternative a row is, quoted, and what it says of this one, as a literal.
fn kind(plan: &Plan<'_>, nth: usize) -> Option<(String, String)> {
    let program = plan.words.wanted.program;
    let tie = plan.words.wanted.choices[nth].tie?;
    let (field, stored) = program.schema.kind_of_row(tie)?;
    let table = program.layout.table(program.schema.fields[field].entity);
    let column = &program.database.tables[table].columns[program.layout.column(field)];
    Some((quote_identifier(&column.name), quote_literal(stored)))
}
