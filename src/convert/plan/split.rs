//! A table that becomes one for each alternative: its rows are copied into the parts, with their keys, and both are
//! kept in step until the table is put aside.

use postgres::Transaction;

use crate::convert::Dangling;
use crate::convert::words::Words;
use crate::ddl;
use crate::live::Problem;
use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{Identity, TableId, Trigger, TriggerOrigin};

use super::mirror::Mirror;
use super::objects;
use super::statement::{batches, block, only_if};
use super::{Plan, Step, rows};

/// Whether every row has its place in a part, and the triggers keep it so.
pub(super) fn is_applied(
    words: &Words<'_>,
    transaction: &mut Transaction<'_>,
) -> Result<bool, Problem> {
    let mirror = Mirror::of(words);
    for half in &mirror.halves {
        let there = "SELECT to_regclass($1) IS NOT NULL";
        if !transaction.query_one(there, &[&half.table])?.try_get::<_, bool>(0)? {
            return Ok(false);
        }
    }
    let fires =
        "SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass($1) AND tgname = $2)";
    let trigger = mirror.trigger_name();
    if !transaction.query_one(fires, &[&mirror.whole, &trigger])?.try_get::<_, bool>(0)? {
        return Ok(false);
    }
    let lost = format!("SELECT NOT EXISTS ({})", nowhere(&mirror, "1"));
    Ok(transaction.query_one(&lost, &[])?.try_get(0)?)
}

/// Rows of the table that no part has.
fn nowhere(mirror: &Mirror<'_>, what: &str) -> String {
    let absent = mirror.halves.iter().map(|half| {
        let same = mirror.key.iter().map(|key| format!("p.{key} = t.{key}"));
        let same: Vec<String> = same.collect();
        format!("NOT EXISTS (SELECT FROM {} AS p WHERE {})", half.table, same.join(" AND "))
    });
    let absent: Vec<String> = absent.collect();
    format!("SELECT {what} FROM {} AS t WHERE {}", mirror.whole, absent.join(" AND "))
}

/// The steps, but those that every conversion has.
pub(super) fn steps(plan: &Plan<'_>) -> Vec<Step> {
    let mirror = Mirror::of(plan.words);
    vec![parts(plan, &mirror), in_step(plan, &mirror), filled(plan, &mirror)]
}

/// The triggers of a part: those that keep bounds, or the others.
fn triggers<'a>(plan: &Plan<'a>, part: TableId, bounds: bool) -> Vec<&'a Trigger> {
    let program = plan.words.wanted.program;
    let origins = &program.layout.origins(part).triggers;
    let all = program.database.tables[part].triggers.iter().zip(origins);
    let wanted = all.filter(|(_, origin)| match origin {
        TriggerOrigin::Bound(_) => bounds,
        TriggerOrigin::Touch
        | TriggerOrigin::SharedParent
        | TriggerOrigin::Union(_)
        | TriggerOrigin::Rules(_) => !bounds,
    });
    wanted.map(|(trigger, _)| trigger).collect()
}

fn parts(plan: &Plan<'_>, mirror: &Mirror<'_>) -> Step {
    let program = plan.words.wanted.program;
    let database = program.database;
    let mut step = plan.step(
        "PARTS",
        "The tables of the parts, with all that is promised of them. While there are both, their keys come from the \
         table that they are parts of: a key names one row in all of them.",
        "The tables of the parts go.",
    );
    for half in &mirror.halves {
        let id = half.part.table;
        let create = ddl::create_table(database, id, &Default::default());
        step.forward.push(create.replacen("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", 1));
        for index in &database.tables[id].indexes {
            let sql = ddl::create_index(database, id, index);
            step.forward.push(sql.replacen("INDEX ", "INDEX IF NOT EXISTS ", 1));
        }
        step.forward.extend(ddl::comments(database, id));
        step.forward.extend(borrow_keys(plan, mirror, id));
        for trigger in triggers(plan, id, false) {
            step.forward.extend(objects::create_trigger(program, id, trigger));
        }
        for (of, trigger) in objects::rules_of(program, id) {
            step.forward.extend(objects::create_trigger(program, of, trigger));
            step.reverse.extend(objects::drop_trigger(program, of, trigger));
        }
    }
    for half in mirror.halves.iter().rev() {
        step.reverse.push(format!("DROP TABLE IF EXISTS {}", half.table));
        let own = [true, false].map(|bounds| triggers(plan, half.part.table, bounds)).concat();
        for trigger in own {
            let [_, function] = objects::drop_trigger(program, half.part.table, trigger);
            step.reverse.push(function);
        }
    }
    step
}

fn in_step(plan: &Plan<'_>, mirror: &Mirror<'_>) -> Step {
    let mut step = plan.step(
        "IN_STEP",
        "From here on, programs may write the table or its parts: triggers keep them in step.\nWhat points at nothing \
         is refused from now on.",
        "Nothing keeps them in step any more: programs write the table with the generic columns alone.",
    );
    if plan.words.wanted.optional {
        for column in plan.words.generic.pair().into_iter().filter(|column| column.not_null) {
            let (table, name) = (&mirror.whole, column.quoted());
            step.forward.push(format!("ALTER TABLE {table} ALTER COLUMN {name} DROP NOT NULL"));
            step.reverse.extend(plan.old_not_null(&column.name));
        }
    }
    step.forward.extend(mirror.create());
    step.reverse.splice(0..0, mirror.drop());
    step
}

fn filled(plan: &Plan<'_>, mirror: &Mirror<'_>) -> Step {
    let program = plan.words.wanted.program;
    let mut step = plan.rows(fill(plan, mirror));
    for half in &mirror.halves {
        for trigger in triggers(plan, half.part.table, true) {
            step.forward.extend(objects::create_trigger(program, half.part.table, trigger));
        }
    }
    step
}

/// Copies the rows that no part has yet. Those that are about to go are waited for.
fn fill(plan: &Plan<'_>, mirror: &Mirror<'_>) -> String {
    let words = plan.words;
    let aside = plan.request.dangling == Dangling::Quarantine;
    batches(&mirror.whole, &mirror.key, plan.request.batch, "true", |range| {
        let mut statements = Vec::new();
        if aside {
            let converts = format!("NOT (\n{}\n)", words.converts("t"));
            let mut bad = vec![range.to_owned(), converts];
            bad.extend(words.has_none("t").map(|none| format!("NOT {none}")));
            statements.extend(rows::moved_aside(plan, &bad.join("\n  AND ")));
        }
        for (nth, half) in mirror.halves.iter().enumerate() {
            // A row of nobody stands in the first part.
            let here = match nth {
                0 if words.wanted.optional => {
                    format!("(said.target IS NOT NULL OR NOT (\n{}\n))", words.converts("t"))
                }
                _ => "said.target IS NOT NULL".to_owned(),
            };
            statements.push(format!(
                "INSERT INTO {} ({}, {})\nOVERRIDING SYSTEM VALUE SELECT {}, said.target\nFROM {} AS t\nCROSS JOIN \
                 LATERAL (SELECT {} AS target) AS said\nWHERE {range}\n  AND {here}\nFOR SHARE OF t\nON CONFLICT ({}) \
                 DO NOTHING",
                half.table,
                mirror.columns.join(", "),
                half.reference,
                mirror.of_row("t", &mirror.columns),
                mirror.whole,
                mirror.found(nth, "t"),
                mirror.key.join(", "),
            ));
        }
        statements
    })
}

/// The only column of the key, where its numbers come from a sequence; as the part has it.
fn numbered(plan: &Plan<'_>, part: TableId) -> Option<(String, Identity)> {
    let table = &plan.words.wanted.program.database.tables[part];
    let [key] = table.primary_key.as_ref()?.columns.as_slice() else { return None };
    let column = &table.columns[*key];
    Some((column.name.to_string(), column.identity?))
}

/// Lets a part take its keys from the whole table's sequence.
fn borrow_keys(plan: &Plan<'_>, mirror: &Mirror<'_>, part: TableId) -> Option<String> {
    let (name, _) = numbered(plan, part)?;
    let (table, whole) = (objects::table(plan.words.wanted.program, part), &mirror.whole);
    let column = quote_identifier(&name);
    Some(block(&format!(
        "DECLARE\n    numbers text := pg_get_serial_sequence({}, {});\nBEGIN\n    IF numbers IS NOT NULL THEN\n        \
         ALTER TABLE {table} ALTER COLUMN {column} DROP IDENTITY IF EXISTS;\n        EXECUTE format('ALTER TABLE %s \
         ALTER COLUMN %I SET DEFAULT nextval(%L)', {}, {}, numbers);\n    END IF;\nEND",
        quote_literal(whole),
        quote_literal(&name),
        quote_literal(&table),
        quote_literal(&name),
    )))
}

/// The greatest key of all tables, and one more.
fn next(mirror: &Mirror<'_>, column: &str, with_whole: bool) -> String {
    let tables = mirror.halves.iter().map(|half| half.table.clone());
    let tables = tables.chain(with_whole.then(|| mirror.whole.clone()));
    let keys: Vec<String> = tables.map(|table| format!("SELECT {column} FROM {table}")).collect();
    format!("(SELECT coalesce(max(key), 0) + 1 FROM ({}) AS keys (key))", keys.join(" UNION ALL "))
}

/// The step that puts the whole table aside, and takes it up again.
pub(super) fn put_aside(plan: &Plan<'_>) -> Step {
    let mirror = Mirror::of(plan.words);
    let mut step = plan.step(
        "WHOLE_TABLE",
        "The parts stand for themselves: each gives its own keys from here on. The table that they were split from is \
         renamed, and kept for the way back; drop it when there is none any more.",
        "The table comes back under its name, in step with the parts, and takes over what became of them.",
    );
    let archive = &plan.names.archive;
    let archive_name = plan.names.archive_name(plan.words);
    let rename = format!("ALTER TABLE {} RENAME TO {archive_name}", mirror.whole);
    let mut last = mirror.drop();
    for half in &mirror.halves {
        let Some((name, identity)) = numbered(plan, half.part.table) else { continue };
        let (table, column) = (&half.table, quote_identifier(&name));
        last.push(format!("ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT"));
        last.push(format!("ALTER TABLE {table} ALTER COLUMN {column} ADD {}", identity.sql()));
        last.push(format!(
            "PERFORM setval(pg_get_serial_sequence({}, {}), {}, false)",
            quote_literal(table),
            quote_literal(&name),
            next(&mirror, &column, true),
        ));
    }
    last.push(rename);
    let there = format!("to_regclass({}) IS NOT NULL", quote_literal(&mirror.whole));
    step.forward.push(whole_block(&there, &last));

    let original = quote_identifier(&plan.words.wanted.old.name);
    let back = format!("to_regclass({}) IS NOT NULL", quote_literal(archive));
    step.reverse.push(only_if(&back, &[format!("ALTER TABLE {archive} RENAME TO {original}")]));
    step.reverse.push(apart(plan, &mirror));
    for half in &mirror.halves {
        step.reverse.extend(borrow_keys(plan, &mirror, half.part.table));
    }
    step.reverse.extend(mirror.create());
    for (nth, half) in mirror.halves.iter().enumerate() {
        step.reverse.push(batches(&half.table, &mirror.key, plan.request.batch, "true", |range| {
            let range = range.replace("t.", "p.");
            let from = format!("{} AS p WHERE {range}", half.table);
            vec![mirror.put_into_whole(nth, half, &from)]
        }));
    }
    let gone = nowhere(&mirror, &mirror.of_row("t", &mirror.key));
    let key = mirror.key.join(", ");
    step.reverse.push(block(&format!(
        "BEGIN\n    PERFORM set_config('trine.converting', 'on', true);\n    DELETE FROM {} WHERE ({key}) IN ({gone});\n\
         END",
        mirror.whole
    )));
    step
}

/// Rows that were made since, and have one key in several parts, get new ones in all but the first.
fn apart(plan: &Plan<'_>, mirror: &Mirror<'_>) -> String {
    let mut body = String::from("BEGIN\n    PERFORM set_config('trine.converting', 'on', true);\n");
    for (nth, half) in mirror.halves.iter().enumerate() {
        let Some((name, _)) = numbered(plan, half.part.table) else { continue };
        let column = quote_identifier(&name);
        let sequence = format!(
            "pg_get_serial_sequence({}, {})",
            quote_literal(&mirror.whole),
            quote_literal(&name)
        );
        if nth == 0 {
            body.push_str(&format!(
                "    PERFORM setval({sequence}, {}, false);\n",
                next(mirror, &column, true)
            ));
        }
        for earlier in &mirror.halves[..nth] {
            body.push_str(&format!(
                "    UPDATE {} SET {column} = nextval({sequence})\n    WHERE {column} IN (SELECT {column} FROM {});\n",
                half.table, earlier.table
            ));
        }
    }
    body.push_str("END");
    block(&body)
}

/// Statements in one transaction, where a condition holds. Those that are anonymous blocks stand inside.
fn whole_block(condition: &str, statements: &[String]) -> String {
    let parts: String = statements
        .iter()
        .map(|statement| format!("        {};\n", super::inheritance::unblocked(statement)))
        .collect();
    block(&format!("BEGIN\n    IF {condition} THEN\n{parts}    END IF;\nEND"))
}
