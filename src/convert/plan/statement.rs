//! Statements that may be run again where a run was cut short, and loops that commit as they go.

use crate::quoting::quote_literal;

/// How long a statement waits for a lock before it gives up, so that nobody has to wait behind it.
pub(super) const PATIENCE: &str = "SET lock_timeout = '5s'";

/// The role's own limit would end a loop over all rows, however often it commits.
pub(super) const NO_HURRY: &str = "SET statement_timeout = 0";

/// An anonymous block.
pub(super) fn block(body: &str) -> String {
    let tag = tag(body);
    format!("DO {tag}\n{body}\n{tag}")
}

/// A statement that is only run where a condition holds.
pub(super) fn only_if(condition: &str, statements: &[String]) -> String {
    // A function keeps its body as it is written, margin and all.
    let statements = statements.iter().map(|statement| match statement.contains('$') {
        true => format!("{statement};\n"),
        false => format!("{};\n", indented(statement, 8)),
    });
    let statements: String = statements.collect();
    block(&format!("BEGIN\n    IF {condition} THEN\n{statements}    END IF;\nEND"))
}

/// A statement that adds a constraint, unless the table has it.
pub(super) fn unless_constraint(table: &str, name: &str, statement: &str) -> String {
    let condition = format!(
        "NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = {}::regclass AND conname = {})",
        quote_literal(table),
        quote_literal(name)
    );
    only_if(&condition, &[statement.to_owned()])
}

/// An index that is made while others write. One that was cut short is made anew. The name is as SQL writes
/// it, with the schema of its table.
pub(super) fn concurrently(name: &str, create_index: &str) -> Vec<String> {
    let condition = format!(
        "EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass({}) AND NOT indisvalid)",
        quote_literal(name)
    );
    vec![
        only_if(&condition, &[format!("DROP INDEX {name}")]),
        // It waits for every transaction that is older, and keeps nobody waiting.
        "SET lock_timeout = 0".to_owned(),
        create_index.replacen("INDEX ", "INDEX CONCURRENTLY IF NOT EXISTS ", 1),
        PATIENCE.to_owned(),
    ]
}

/// Whether a table has a column.
pub(super) fn has_column(table: &str, column: &str) -> String {
    format!(
        "EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass({}) AND attname = {})",
        quote_literal(table),
        quote_literal(column)
    )
}

/// A table's rows by its key, some thousands at a time, each time in a transaction of its own; none where
/// the condition does not hold. `body` is given the condition for the rows, under the alias `t`, and gives
/// statements of PL/pgSQL.
pub(super) fn batches(
    table: &str,
    key: &[String],
    size: u32,
    condition: &str,
    body: impl Fn(&str) -> Vec<String>,
) -> String {
    let names = |which: &str| -> Vec<String> {
        match key.len() {
            1 => vec![format!("trine_{which}")],
            several => (1..=several).map(|nth| format!("trine_{which}_{nth}")).collect(),
        }
    };
    let (first, last) = (names("first"), names("last"));
    let declared = |names: &[String]| -> String {
        let typed = names.iter().zip(key);
        typed.map(|(name, column)| format!("    {name} {table}.{column}%TYPE;\n")).collect()
    };
    let list = key.join(", ");
    let descending: Vec<String> = key.iter().map(|column| format!("{column} DESC")).collect();
    let row = |names: &[String]| match names {
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    };
    let (key_row, first_row, last_row) = (row(key), row(&first), row(&last));
    let aliased: Vec<String> = key.iter().map(|column| format!("t.{column}")).collect();
    let aliased = row(&aliased);
    let range = format!("{aliased} >= {first_row} AND {aliased} <= {last_row}");
    let body: String =
        body(&range).iter().map(|statement| format!("{};\n", indented(statement, 8))).collect();
    block(&format!(
        "DECLARE\n{}{}BEGIN\n    \
             IF NOT {condition} THEN\n        RETURN;\n    END IF;\n    \
             SELECT {list} INTO {} FROM {table} ORDER BY {list} LIMIT 1;\n    \
             WHILE {} IS NOT NULL LOOP\n        \
                 SELECT {list} INTO {}\n        \
                 FROM (SELECT {list} FROM {table} WHERE {key_row} >= {first_row} ORDER BY {list} LIMIT {size}) \
                 AS batch\n        \
                 ORDER BY {} LIMIT 1;\n        \
                 PERFORM set_config('trine.converting', 'on', true);\n\
         {body}        COMMIT;\n        \
                 SELECT {list} INTO {} FROM {table} WHERE {key_row} > {last_row} ORDER BY {list} LIMIT 1;\n    \
             END LOOP;\nEND",
        declared(&first),
        declared(&last),
        first.join(", "),
        first[0],
        last.join(", "),
        descending.join(", "),
        first.join(", "),
    ))
}

/// A column that allows no NULL from now on, without a lock for as long as its table is read.
pub(super) fn not_null(table: &str, column: &str, name: &str) -> Vec<String> {
    vec![
        unless_constraint(
            table,
            name,
            &format!(
                "ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL) NOT VALID"
            ),
        ),
        format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"),
        // PostgreSQL sees by the CHECK that no row has to be looked at.
        format!("ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL"),
        format!("ALTER TABLE {table} DROP CONSTRAINT {name}"),
    ]
}

/// A dollar quote that a text does not hold.
pub(super) fn tag(body: &str) -> String {
    let numbered = (0_usize..).map(|nth| format!("$trine{nth}$"));
    std::iter::once("$$".to_owned())
        .chain(numbered)
        .find(|tag| !body.contains(tag.as_str()))
        .unwrap_or_default()
}

/// Lines, moved to the right.
pub(super) fn indented(text: &str, by: usize) -> String {
    let margin = " ".repeat(by);
    let lines = text.lines().map(|line| match line {
        "" => String::new(),
        line => format!("{margin}{line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}
