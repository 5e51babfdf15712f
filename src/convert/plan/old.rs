//! The generic columns: how they go, and how they come back word for word.

use crate::convert::generic::LiveConstraint;
use crate::quoting::{quote_identifier, quote_literal};

use super::statement::{batches, block, concurrently, indented, only_if, unless_constraint};
use super::{Plan, objects};

fn aliased(alias: &str, columns: &[String]) -> String {
    columns.iter().map(|column| format!("{alias}.{column}")).collect::<Vec<_>>().join(", ")
}

/// Keeps aside what the new columns can't say, and drops the generic ones.
pub(super) fn drop(plan: &Plan<'_>) -> Vec<String> {
    let words = plan.words;
    let (table, archive) = (&words.generic.table, &plan.names.archive);
    let (key, old) = (words.key(), words.pair());
    let typed = |name: &str| {
        let column = words.generic.column(name);
        column.map_or_else(|| "text".to_owned(), |column| column.ty.clone())
    };
    let key_names =
        words.wanted.key.iter().map(|&key| words.wanted.column(words.wanted.table, key));
    let columns = key_names
        .map(|name| format!("{} {}", quote_identifier(name), typed(name)))
        .chain(words.generic.pair().map(|column| format!("{} {}", column.quoted(), column.ty)));
    let columns: Vec<String> = columns.collect();
    let list = format!("{}, {}", key.join(", "), old.join(", "));
    let again = old.iter().map(|column| format!("{column} = excluded.{column}"));
    let again: Vec<String> = again.collect();
    let mut statements = vec![
        format!(
            "CREATE TABLE IF NOT EXISTS {archive} (\n    {},\n    PRIMARY KEY ({})\n)",
            columns.join(",\n    "),
            key.join(", ")
        ),
        format!(
            "COMMENT ON TABLE {archive} IS {}",
            quote_literal(&format!(
                "What {} said before it was converted, where its new columns can not say it.",
                words.wanted.name()
            ))
        ),
    ];
    statements = plan.while_old(statements);
    statements.push(batches(table, &key, plan.request.batch, &plan.has_old(), |range| {
        vec![format!(
            "INSERT INTO {archive} ({list})\nSELECT {}\nFROM {table} AS t\nCROSS JOIN LATERAL {}({}) AS said \
             ({})\nWHERE {range}\n  AND ROW({}) IS DISTINCT FROM ROW({})\nON CONFLICT ({}) DO UPDATE SET {}",
            aliased("t", &[key.clone(), old.to_vec()].concat()),
            plan.names.generic,
            aliased("t", &words.columns()),
            old.join(", "),
            aliased("t", &old),
            said_as_stored(plan),
            key.join(", "),
            again.join(", "),
        )]
    }));
    let mut last: Vec<String> = plan.names.drop(words);
    last.push(format!(
        "ALTER TABLE {table}\n    DROP COLUMN {},\n    DROP COLUMN {}",
        old[0], old[1]
    ));
    let last: String =
        last.iter().map(|statement| format!("{};\n", indented(statement, 4))).collect();
    // One transaction: no program ever sees the columns without the trigger.
    statements.push(block(&format!(
        "BEGIN\n    IF NOT {} THEN\n        RETURN;\n    END IF;\n{last}    IF NOT EXISTS (SELECT FROM {archive}) THEN\n        DROP TABLE {archive};\n    END \
         IF;\nEND",
        plan.has_old()
    )));
    statements
}

/// What the function says, in the types of the generic columns.
fn said_as_stored(plan: &Plan<'_>) -> String {
    let pair = plan.words.generic.pair();
    let columns: Vec<String> =
        pair.iter().map(|column| format!("said.{}", column.quoted())).collect();
    columns.join(", ")
}

/// Makes the columns again, fills them, and puts back all that was over them.
pub(super) fn bring_back(plan: &Plan<'_>) -> Vec<String> {
    let words = plan.words;
    let generic = &words.generic;
    let table = &generic.table;
    let added = generic.in_order().into_iter().map(|column| {
        let collation = column.collation.iter().map(|name| format!(" COLLATE {name}"));
        let collation: String = collation.collect();
        format!("ADD COLUMN IF NOT EXISTS {} {}{collation}", column.quoted(), column.ty)
    });
    let added: Vec<String> = added.collect();
    let mut statements = vec![format!("ALTER TABLE {table}\n    {}", added.join(",\n    "))];
    statements.extend(plan.while_new(plan.names.create(words)));
    let (new, old) = (aliased("t", &words.columns()), words.pair());
    let list = old.join(", ");
    statements.push(batches(table, &words.key(), plan.request.batch, &plan.has_new(), |range| {
        vec![format!(
            "UPDATE {table} AS t\nSET ({list}) = (SELECT {list} FROM {}({new}) AS said ({list}))\nWHERE \
             {range}\n  AND num_nonnulls({}) = 0 AND num_nonnulls({new}) > 0",
            plan.names.generic,
            aliased("t", &old),
        )]
    }));
    statements.push(back_from_archive(plan));
    for column in generic.pair() {
        let name = column.quoted();
        if let Some(default) = &column.default {
            statements
                .push(format!("ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {default}"));
        }
        if let Some(comment) = &column.comment {
            let comment = quote_literal(comment);
            statements.push(format!("COMMENT ON COLUMN {table}.{name} IS {comment}"));
        }
        // Where there may be none, the step before this one has taken it away.
        if column.not_null && !words.wanted.optional {
            statements.extend(plan.old_not_null(&column.name));
        }
    }
    for constraint in &generic.constraints {
        statements.extend(add_again(plan, constraint));
    }
    for index in &generic.indexes {
        statements.extend(concurrently(&beside(plan, &index.name), &index.definition));
    }
    statements
}

/// The pairs that were kept aside, where a row still says what it said then.
fn back_from_archive(plan: &Plan<'_>) -> String {
    let words = plan.words;
    let (table, archive) = (&words.generic.table, &plan.names.archive);
    let (new, old) = (words.columns(), words.pair());
    let same: Vec<String> =
        words.key().iter().map(|column| format!("a.{column} = t.{column}")).collect();
    let list = old.join(", ");
    only_if(
        &format!("to_regclass({}) IS NOT NULL", quote_literal(archive)),
        &[
            "PERFORM set_config('trine.converting', 'on', true)".to_owned(),
            format!(
                "UPDATE {table} AS t\nSET ({list}) = ROW({})\nFROM {archive} AS a\nCROSS JOIN LATERAL \
                 {}({}) AS said ({})\nWHERE {} AND ROW({}) IS NOT DISTINCT FROM ROW({})",
                aliased("a", &old),
                plan.names.columns,
                aliased("a", &old),
                new.join(", "),
                same.join(" AND "),
                aliased("said", &new),
                aliased("t", &new),
            ),
            format!("DROP TABLE {archive}"),
        ],
    )
}

fn beside(plan: &Plan<'_>, name: &str) -> String {
    let wanted = &plan.words.wanted;
    objects::beside(wanted.program, wanted.table, name)
}

/// A constraint as it was, added so that nobody waits while rows are looked at.
fn add_again(plan: &Plan<'_>, constraint: &LiveConstraint) -> Vec<String> {
    let table = &plan.words.generic.table;
    let name = quote_identifier(&constraint.name);
    let add = |definition: &str| {
        let sql = format!("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}");
        unless_constraint(table, &constraint.name, &sql)
    };
    let definition = constraint.definition.trim_end_matches(" NOT VALID");
    match (constraint.kind.as_str(), &constraint.index) {
        ("f" | "c", _) => {
            let mut statements = vec![add(&format!("{definition} NOT VALID"))];
            if definition == constraint.definition {
                statements.push(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"));
            }
            statements
        }
        ("u", Some(index)) => {
            let mut statements = concurrently(&beside(plan, &constraint.name), index);
            let when = definition.find(" DEFERRABLE").map(|at| &definition[at..]);
            let when = when.unwrap_or_default();
            statements.push(add(&format!("UNIQUE USING INDEX {name}{when}")));
            statements
        }
        _ => vec![add(definition)],
    }
}
