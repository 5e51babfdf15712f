//! The two functions between a generic pair and the new columns, and the trigger that keeps them in step
//! while programs write the one or the other.

use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{QualifiedName, names};

use crate::convert::ids::bare;
use crate::convert::wanted::Leads;
use crate::convert::words::Words;

use super::statement::{indented, tag};

/// The trigger's function, and what it calls, find their tables where they were when it was made.
const SEARCH_PATH: &str = "SET search_path FROM CURRENT";

/// What a conversion makes besides what the schema asks for: for a while, or for what it set aside.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// From a content type and an object id to the new columns.
    pub columns: String,
    /// From the new columns to a content type and an object id.
    pub generic: String,
    /// The trigger's function.
    pub in_step: String,
    /// The trigger; it fires behind all others of its kind, which fire by name.
    pub trigger: String,
    /// The table of rows that were set aside.
    pub quarantine: String,
    /// The table of pairs that the new columns can't say.
    pub archive: String,
}

impl Names {
    /// The names of a relation's conversion; as SQL writes them.
    pub(super) fn of(words: &Words<'_>) -> Names {
        let wanted = &words.wanted;
        let stem = match wanted.splits() {
            true => wanted.old.name.to_string(),
            false => names::stem(wanted.program.schema, wanted.source),
        };
        let name = |what: &str| {
            let name = names::conversion(&stem, &wanted.relation, what);
            QualifiedName { schema: wanted.old.schema.clone(), name }.quoted()
        };
        Names {
            columns: name("columns"),
            generic: name("generic"),
            in_step: name("in_step"),
            trigger: quote_identifier(&names::conversion(
                &format!("zz_{stem}"),
                &wanted.relation,
                "in_step",
            )),
            quarantine: name("quarantine"),
            archive: name("archive"),
        }
    }

    /// The name of the table of the archive alone, as SQL writes it.
    pub(super) fn archive_name(&self, words: &Words<'_>) -> String {
        let wanted = &words.wanted;
        quote_identifier(&names::conversion(&wanted.old.name, &wanted.relation, "archive"))
    }

    /// Both functions, the trigger's function, and the trigger.
    pub(super) fn create(&self, words: &Words<'_>) -> Vec<String> {
        vec![
            self.columns_function(words),
            self.generic_function(words),
            self.trigger_function(words),
            format!(
                "CREATE OR REPLACE TRIGGER {}\n    BEFORE INSERT OR UPDATE ON {}\n    FOR EACH ROW EXECUTE \
                 FUNCTION {}()",
                self.trigger, words.generic.table, self.in_step
            ),
        ]
    }

    /// Drops them.
    pub(super) fn drop(&self, words: &Words<'_>) -> Vec<String> {
        let [columns, generic] = self.signatures(words);
        vec![
            format!("DROP TRIGGER IF EXISTS {} ON {}", self.trigger, words.generic.table),
            format!("DROP FUNCTION IF EXISTS {}()", self.in_step),
            format!("DROP FUNCTION IF EXISTS {columns}"),
            format!("DROP FUNCTION IF EXISTS {generic}"),
        ]
    }

    fn signatures(&self, words: &Words<'_>) -> [String; 2] {
        let pair = words.generic.pair().map(|column| bare(&column.ty).to_owned());
        let new: Vec<&str> = words.new_types().collect();
        [
            format!("{}({})", self.columns, pair.join(", ")),
            format!("{}({})", self.generic, new.join(", ")),
        ]
    }

    fn columns_function(&self, words: &Words<'_>) -> String {
        let pair = words.generic.pair().map(|column| bare(&column.ty).to_owned());
        let new = words.columns();
        let out: Vec<String> =
            new.iter().zip(words.new_types()).map(|(name, ty)| format!("{name} {ty}")).collect();
        let head = head(&self.columns, &pair.join(", "), &out);
        let wanted = &words.wanted;
        let found = |nth: usize| {
            let choice = &wanted.choices[nth];
            let column = quote_identifier(wanted.column(choice.table, choice.referred));
            words.found(nth, &column, "$1", "$2")
        };
        let all: Vec<String> = (0..wanted.choices.len()).map(found).collect();
        match wanted.leads {
            Leads::Straight => {
                function(&head, "sql STABLE", &format!("SELECT\n{}", indented(&all.join(",\n"), 4)))
            }
            Leads::ToLink => function(&head, "plpgsql", &self.linking_row(words, &all)),
            Leads::ToBase => {
                let body = format!("SELECT coalesce(\n{})", indented(&all.join(",\n"), 4));
                function(&head, "sql STABLE", &body)
            }
        }
    }

    /// The row of a linking union's own, made where the target has none yet.
    fn linking_row(&self, words: &Words<'_>, found: &[String]) -> String {
        let wanted = &words.wanted;
        let new = &words.columns()[0];
        let Some(row) = wanted.row() else { return String::new() };
        let table = wanted.program.database.tables[row].name.quoted();
        let key = &wanted.program.database.tables[row];
        let key = key.primary_key.as_ref().and_then(|key| key.columns.first());
        let key = key.map_or_else(String::new, |&key| quote_identifier(wanted.column(row, key)));
        let mut body = String::from("DECLARE\n    target text;\nBEGIN\n");
        for (choice, found) in wanted.choices.iter().zip(found) {
            let Some(column) = choice.from_row else { continue };
            let ty = &wanted.program.database.tables[row].columns[column].ty.0;
            let column = quote_identifier(wanted.column(row, column));
            body.push_str(&format!(
                "    target := {found}::text;\n    IF target IS NOT NULL THEN\n        \
                     SELECT r.{key} INTO {new} FROM {table} AS r WHERE r.{column} = target::{ty};\n        \
                     IF {new} IS NULL THEN\n            \
                         INSERT INTO {table} ({column}) VALUES (target::{ty}) ON CONFLICT DO NOTHING;\n            \
                         SELECT r.{key} INTO {new} FROM {table} AS r WHERE r.{column} = target::{ty};\n        \
                     END IF;\n        \
                     RETURN NEXT;\n        RETURN;\n    END IF;\n"
            ));
        }
        body.push_str("    RETURN NEXT;\nEND");
        body
    }

    fn generic_function(&self, words: &Words<'_>) -> String {
        let wanted = &words.wanted;
        let pair = words.generic.pair();
        let out: Vec<String> =
            pair.iter().map(|column| format!("{} {}", column.quoted(), bare(&column.ty))).collect();
        let new: Vec<&str> = words.new_types().collect();
        let head = head(&self.generic, &new.join(", "), &out);
        let id_type = bare(&words.generic.object_id.ty);
        let targets: Vec<String> =
            (0..wanted.choices.len()).map(|nth| key_of(words, nth)).collect();
        let types = targets.iter().enumerate().map(|(nth, target)| {
            let model = words.models.of[nth].first().map(|model| model.sql()).unwrap_or_default();
            format!(
                "WHEN {target} IS NOT NULL THEN\n        (SELECT id FROM django_content_type WHERE \
                 (app_label, model) = {model})"
            )
        });
        let types: Vec<String> = types.collect();
        let ids: Vec<String> = targets.iter().map(|target| format!("{target}::text")).collect();
        let body = format!(
            "SELECT CASE\n    {}\n    END,\n    coalesce({})::{id_type}",
            types.join("\n    "),
            ids.join(", "),
        );
        function(&head, "sql STABLE", &body)
    }

    fn trigger_function(&self, words: &Words<'_>) -> String {
        let table = &words.generic.table;
        let wanted = &words.wanted;
        let (new, old) = (words.columns(), words.pair());
        let of = |row: &str, columns: &[String]| {
            columns.iter().map(|name| format!("{row}.{name}")).collect::<Vec<_>>().join(", ")
        };
        let take = |from: &str, columns: &[String], to: &str| -> String {
            let lines =
                columns.iter().map(|name| format!("        {to}.{name} := {from}.{name};\n"));
            lines.collect()
        };
        let both: Vec<String> = new.iter().chain(&old).cloned().collect();
        let names: Vec<&str> = wanted.choices.iter().map(|choice| choice.name.as_str()).collect();
        let nobody = quote_literal(&format!(
            "{}: there is no {} with the content type %s and the object id %s",
            wanted.name(),
            names.join(" or ")
        ));
        let twice = quote_literal(&format!(
            "{}: {} and {} say different things",
            wanted.name(),
            wanted.column_names().join(", "),
            words.generic.pair().map(|column| column.name.clone()).join(", ")
        ));
        let (new_of_new, old_of_new) = (of("NEW", &new), of("NEW", &old));
        let body = format!(
            "DECLARE\n    kept {table}%ROWTYPE;\n    said record;\n    wrote_new boolean;\n    wrote_old \
             boolean;\nBEGIN\n    \
                 IF current_setting('trine.converting', true) = 'on' THEN\n        \
                     -- The conversion itself: whatever other triggers do, nothing else changes.\n        \
                     IF TG_OP = 'INSERT' THEN\n            RETURN NEW;\n        END IF;\n        \
                     kept := OLD;\n{kept}        RETURN kept;\n    END IF;\n    \
                 IF TG_OP = 'INSERT' THEN\n        \
                     wrote_new := num_nonnulls({new_of_new}) > 0;\n        \
                     wrote_old := num_nonnulls({old_of_new}) > 0;\n    \
                 ELSE\n        \
                     wrote_new := ROW({new_of_new}) IS DISTINCT FROM ROW({new_of_old});\n        \
                     wrote_old := ROW({old_of_new}) IS DISTINCT FROM ROW({old_of_old});\n    END IF;\n    \
                 IF wrote_old THEN\n        \
                     SELECT * INTO said FROM {columns}({old_of_new}) AS said ({new_list});\n        \
                     IF num_nonnulls({old_of_new}) > 0 AND num_nonnulls({new_of_said}) = 0 THEN\n            \
                         RAISE foreign_key_violation USING MESSAGE = format({nobody}, {old_of_new});\n        \
                     END IF;\n        \
                     IF wrote_new AND ROW({new_of_said}) IS DISTINCT FROM ROW({new_of_new}) THEN\n            \
                         RAISE check_violation USING MESSAGE = {twice};\n        END IF;\n{from_said}    \
                 ELSIF wrote_new THEN\n        \
                     SELECT * INTO said FROM {generic}({new_of_new}) AS said ({old_list});\n{to_old}    \
                 END IF;\n    RETURN NEW;\nEND",
            kept = take("NEW", &both, "kept"),
            new_of_old = of("OLD", &new),
            old_of_old = of("OLD", &old),
            columns = self.columns,
            generic = self.generic,
            new_list = new.join(", "),
            old_list = old.join(", "),
            new_of_said = of("said", &new),
            from_said = take("said", &new, "NEW"),
            to_old = take("said", &old, "NEW"),
        );
        function(
            &format!("{}() RETURNS trigger", self.in_step),
            &format!("plpgsql\n    {SEARCH_PATH}"),
            &body,
        )
    }
}

/// The key of the alternative's row that the arguments of the function refer to; NULL where it is another.
fn key_of(words: &Words<'_>, nth: usize) -> String {
    let wanted = &words.wanted;
    let choice = &wanted.choices[nth];
    let key = quote_identifier(wanted.column(choice.table, choice.key));
    let referred = quote_identifier(wanted.column(choice.table, choice.referred));
    let target = words.target(nth);
    match wanted.leads {
        Leads::Straight if choice.key == choice.referred => format!("${}", nth + 1),
        Leads::Straight => format!(
            "(SELECT target.{key} FROM {target} AS target WHERE target.{referred} = ${})",
            nth + 1
        ),
        Leads::ToLink => {
            let row = wanted.row();
            let table = row.map(|row| wanted.program.database.tables[row].name.quoted());
            let column = row.zip(choice.from_row).map(|(row, column)| wanted.column(row, column));
            let row_key = row.and_then(|row| {
                let key = wanted.program.database.tables[row].primary_key.as_ref()?;
                Some(quote_identifier(wanted.column(row, *key.columns.first()?)))
            });
            let (table, row_key) = (table.unwrap_or_default(), row_key.unwrap_or_default());
            let column = quote_identifier(column.unwrap_or_default());
            if choice.key == choice.referred {
                format!("(SELECT r.{column} FROM {table} AS r WHERE r.{row_key} = $1)")
            } else {
                format!(
                    "(SELECT target.{key} FROM {table} AS r JOIN {target} AS target ON target.{referred} = \
                     r.{column} WHERE r.{row_key} = $1)"
                )
            }
        }
        Leads::ToBase => {
            format!("(SELECT target.{key} FROM {target} AS target WHERE target.{referred} = $1)")
        }
    }
}

/// A function that gives one row. PostgreSQL takes one in SQL apart and plans it with the statement that calls
/// it, as long as it gives a table and sets nothing.
fn head(name: &str, arguments: &str, columns: &[String]) -> String {
    format!("{name}({arguments})\n    RETURNS TABLE ({})", columns.join(", "))
}

fn function(head: &str, language: &str, body: &str) -> String {
    let tag = tag(body);
    format!("CREATE OR REPLACE FUNCTION {head}\n    LANGUAGE {language}\nAS {tag}\n{body}\n{tag}")
}
