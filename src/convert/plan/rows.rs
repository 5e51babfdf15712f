//! The statements that look at rows and move them: the gate, the backfill, and what is set aside.

use crate::convert::Dangling;
use crate::quoting::quote_literal;

use super::Plan;
use super::statement::{batches, block, indented, only_if};

/// Stops where rows would be lost that nobody was told about.
pub(super) fn gate(plan: &Plan<'_>) -> String {
    let words = plan.words;
    let key: Vec<String> = words.key().iter().map(|column| format!("t.{column}")).collect();
    let shown = match key.as_slice() {
        [one] => format!("{one}::text"),
        several => format!("ROW({})::text", several.join(", ")),
    };
    let (bad, hint) = match plan.request.dangling {
        Dangling::Fail => (
            lost(plan),
            if words.wanted.optional {
                "`trine convert-generic` names them all. Mend them, or convert with --dangling null or \
                 --dangling quarantine."
            } else {
                "`trine convert-generic` names them all. Mend them, or convert with --dangling quarantine."
            },
        ),
        Dangling::Null | Dangling::Quarantine => (
            words.is_outside("t"),
            "Add their entities to the union, or convert with --leave-out app.model.",
        ),
    };
    let body = format!(
        "DECLARE\n    number bigint;\n    some_of_them text[];\nBEGIN\n    \
             IF NOT {} THEN\n        RETURN;\n    END IF;\n    \
             SELECT count(*), (array_agg({shown} ORDER BY {}))[1:20] INTO number, some_of_them\n    \
             FROM {} AS t\n    WHERE {};\n    \
             IF number > 0 THEN\n        \
                 RAISE EXCEPTION USING MESSAGE = format({}, number, array_to_string(some_of_them, ', ')),\n            \
                     HINT = {};\n    END IF;\nEND",
        plan.has_old(),
        key.join(", "),
        words.generic.table,
        indented(&bad, 4).trim_start(),
        quote_literal(&format!("{} can't be converted in %s rows: %s", words.wanted.name())),
        quote_literal(hint),
    );
    block(&body)
}

/// Whether a row, under the alias `t`, says something that the new columns can't.
fn lost(plan: &Plan<'_>) -> String {
    let words = plan.words;
    let converts = format!("NOT (\n{}\n)", indented(&words.converts("t"), 4));
    match words.has_none("t") {
        Some(none) => format!("NOT {none}\n  AND {converts}"),
        None => converts,
    }
}

/// Whether the new columns of a row, under the alias `t`, say nothing yet.
fn is_open(plan: &Plan<'_>) -> String {
    format!("num_nonnulls({}) = 0", aliased(&plan.words.columns()))
}

fn aliased(columns: &[String]) -> String {
    columns.iter().map(|column| format!("t.{column}")).collect::<Vec<_>>().join(", ")
}

/// Fills the new columns, and sets aside what asks for it.
pub(super) fn fill(plan: &Plan<'_>) -> String {
    let words = plan.words;
    let table = &words.generic.table;
    let (new, old) = (words.columns().join(", "), aliased(&words.pair()));
    let open = is_open(plan);
    batches(table, &words.key(), plan.request.batch, &plan.has_old(), |range| {
        let mut statements = Vec::new();
        if plan.request.dangling == Dangling::Quarantine {
            statements.extend(set_aside(plan, range));
        }
        statements.push(format!(
            "UPDATE {table} AS t\nSET ({new}) = (SELECT {new} FROM {}({old}) AS said ({new}))\nWHERE {range}\n  \
             AND {open} AND num_nulls({old}) = 0",
            plan.names.columns
        ));
        statements
    })
}

/// Moves rows that can't be converted to the table of the quarantine, unless other rows refer to them.
fn set_aside(plan: &Plan<'_>, range: &str) -> Vec<String> {
    let words = plan.words;
    let new = words.columns().join(", ");
    let mut conditions = vec![range.to_owned(), is_open(plan)];
    conditions.extend(words.has_none("t").map(|none| format!("NOT {none}")));
    conditions.push(format!(
        "NOT EXISTS (SELECT FROM {}({}) AS said ({new}) WHERE num_nonnulls({new}) > 0)",
        plan.names.columns,
        aliased(&words.pair()),
    ));
    moved_aside(plan, &conditions.join("\n  AND "))
}

/// Moves the rows under the alias `t` that a condition is about.
pub(super) fn moved_aside(plan: &Plan<'_>, bad: &str) -> Vec<String> {
    let words = plan.words;
    let table = &words.generic.table;
    let mut statements = Vec::new();
    for referring in &words.generic.referring {
        let on = referring.columns.iter().map(|(mine, theirs)| format!("r.{mine} = t.{theirs}"));
        let on: Vec<String> = on.collect();
        let message = quote_literal(&format!(
            "rows of {table} can't be set aside while rows of {} refer to them ({})",
            referring.table, referring.name
        ));
        statements.push(format!(
            "IF EXISTS (\n    SELECT FROM {table} AS t\n    JOIN {} AS r ON {}\n    WHERE {}\n) THEN\n    \
             RAISE foreign_key_violation USING MESSAGE = {message};\nEND IF",
            referring.table,
            on.join(" AND "),
            indented(bad, 4).trim_start(),
        ));
    }
    let columns = stored(plan);
    statements.push(format!(
        "WITH moved AS (\n    DELETE FROM {table} AS t\n    WHERE {}\n    RETURNING t.*\n)\nINSERT INTO {} \
         ({columns})\nSELECT {columns} FROM moved",
        indented(bad, 4).trim_start(),
        plan.names.quarantine
    ));
    statements
}

/// The columns of the table that hold what was stored, without the new ones.
fn stored(plan: &Plan<'_>) -> String {
    let wanted = &plan.words.wanted;
    let new = if wanted.splits() { Vec::new() } else { wanted.column_names() };
    let columns = plan.words.generic.columns.iter();
    let columns: Vec<String> = columns
        .filter(|column| !column.generated && !new.contains(&column.name.as_str()))
        .map(|column| column.quoted())
        .collect();
    columns.join(", ")
}

/// The table of the quarantine.
pub(super) fn quarantine_table(plan: &Plan<'_>) -> Vec<String> {
    let (table, quarantine) = (&plan.words.generic.table, &plan.names.quarantine);
    let comment = quote_literal(&format!(
        "Rows of {table} whose {} pointed at nothing when it was converted.",
        plan.words.wanted.relation
    ));
    plan.while_old(vec![
        format!("CREATE TABLE IF NOT EXISTS {quarantine} (LIKE {table})"),
        format!("COMMENT ON TABLE {quarantine} IS {comment}"),
    ])
}

/// No table stays for nothing.
pub(super) fn quarantine_ends(plan: &Plan<'_>) -> String {
    let quarantine = &plan.names.quarantine;
    // Its rows can't be counted where it is not there.
    block(&format!(
        "BEGIN\n    IF to_regclass({}) IS NULL THEN\n        RETURN;\n    END IF;\n    IF NOT EXISTS (SELECT \
         FROM {quarantine}) THEN\n        DROP TABLE {quarantine};\n    END IF;\nEND",
        quote_literal(quarantine)
    ))
}

/// Puts the rows back that were set aside.
pub(super) fn back_from_quarantine(plan: &Plan<'_>) -> String {
    let (table, quarantine) = (&plan.words.generic.table, &plan.names.quarantine);
    let columns = stored(plan);
    only_if(
        &format!("to_regclass({}) IS NOT NULL", quote_literal(quarantine)),
        &[
            "PERFORM set_config('trine.converting', 'on', true)".to_owned(),
            format!(
                "INSERT INTO {table} ({columns})\nOVERRIDING SYSTEM VALUE SELECT {columns} FROM {quarantine}"
            ),
            format!("DROP TABLE {quarantine}"),
        ],
    )
}
