//! A table and the parts that it is split into, kept in step: what programs write to the one is written to the
//! others.

use crate::convert::ids::bare;
use crate::convert::wanted::Part;
use crate::convert::words::Words;
use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{QualifiedName, names};

use super::statement::tag;

/// Neither the conversion's own writes nor those of the mirror are mirrored.
const SILENT: &str = "IF current_setting('trine.converting', true) = 'on'\n        OR \
                      current_setting('trine.mirroring', true) = 'on' THEN\n        RETURN NULL;\n    END IF;";

const BEGINS: &str = "PERFORM set_config('trine.mirroring', 'on', true);";

const ENDS: &str = "PERFORM set_config('trine.mirroring', '', true);\n    RETURN NULL;";

/// A part, as SQL writes what is of it.
pub(super) struct Half {
    pub part: Part,
    pub table: String,
    /// Its column that refers to the alternative.
    pub reference: String,
    /// The function and the trigger by which the whole follows it.
    function: String,
    trigger: String,
}

/// Everything that statements about a table and its parts are made from.
pub(super) struct Mirror<'a> {
    pub words: &'a Words<'a>,
    pub whole: String,
    pub halves: Vec<Half>,
    pub key: Vec<String>,
    /// The columns that the table and its parts have in common, the key among them; quoted.
    pub columns: Vec<String>,
    function: String,
    trigger: String,
}

impl<'a> Mirror<'a> {
    pub(super) fn of(words: &'a Words<'a>) -> Mirror<'a> {
        let wanted = &words.wanted;
        let name = |what: &str| {
            let name = names::conversion(&wanted.old.name, &wanted.relation, what);
            QualifiedName { schema: wanted.old.schema.clone(), name }.quoted()
        };
        let trigger = |what: &str| {
            let stem = format!("zz_{}", wanted.old.name);
            quote_identifier(&names::conversion(&stem, &wanted.relation, what))
        };
        let halves = wanted.choices.iter().filter_map(|choice| {
            let part = choice.part?;
            let what = format!("from_{}", crate::naming::snake(&choice.name));
            Some(Half {
                part,
                table: wanted.program.database.tables[part.table].name.quoted(),
                reference: quote_identifier(wanted.column(part.table, part.column)),
                function: name(&what),
                trigger: trigger(&what),
            })
        });
        Mirror {
            words,
            whole: words.generic.table.clone(),
            halves: halves.collect(),
            key: words.key(),
            columns: shared(words).into_iter().map(quote_identifier).collect(),
            function: name("to_parts"),
            trigger: trigger("to_parts"),
        }
    }

    /// The functions, and the triggers that call them.
    pub(super) fn create(&self) -> Vec<String> {
        let mut statements = vec![self.to_parts()];
        let fires = |trigger: &str, table: &str, function: &str| {
            format!(
                "CREATE OR REPLACE TRIGGER {trigger}\n    AFTER INSERT OR UPDATE OR DELETE ON {table}\n    FOR \
                 EACH ROW EXECUTE FUNCTION {function}()"
            )
        };
        for (nth, half) in self.halves.iter().enumerate() {
            statements.push(self.to_whole(nth, half));
            statements.push(fires(&half.trigger, &half.table, &half.function));
        }
        statements.push(fires(&self.trigger, &self.whole, &self.function));
        statements
    }

    /// Drops them.
    pub(super) fn drop(&self) -> Vec<String> {
        let gone = |trigger: &str, table: &str| {
            let there = format!("to_regclass({}) IS NOT NULL", quote_literal(table));
            let drop = format!("DROP TRIGGER IF EXISTS {trigger} ON {table}");
            super::statement::only_if(&there, &[drop])
        };
        let mut statements = vec![gone(&self.trigger, &self.whole)];
        statements.extend(self.halves.iter().map(|half| gone(&half.trigger, &half.table)));
        statements.push(format!("DROP FUNCTION IF EXISTS {}()", self.function));
        let functions = self.halves.iter();
        statements
            .extend(functions.map(|half| format!("DROP FUNCTION IF EXISTS {}()", half.function)));
        statements
    }

    /// The name of the trigger on the whole table, as it is stored.
    pub(super) fn trigger_name(&self) -> String {
        let stem = format!("zz_{}", self.words.wanted.old.name);
        names::conversion(&stem, &self.words.wanted.relation, "to_parts").to_string()
    }

    /// What a pair refers to, as the part's column has it; NULL where it refers to nothing of this alternative.
    pub(super) fn found(&self, nth: usize, row: &str) -> String {
        let choice = &self.words.wanted.choices[nth];
        let referred = quote_identifier(self.words.wanted.column(choice.table, choice.referred));
        let [content_type, object_id] = self.words.pair().map(|column| format!("{row}.{column}"));
        self.words.found(nth, &referred, &content_type, &object_id)
    }

    /// The columns of a row.
    pub(super) fn of_row(&self, row: &str, columns: &[String]) -> String {
        columns.iter().map(|name| format!("{row}.{name}")).collect::<Vec<_>>().join(", ")
    }

    /// Whether two rows have one key.
    fn same(&self, one: &str, other: &str) -> String {
        let pairs = self.key.iter().map(|key| format!("{one}.{key} = {other}.{key}"));
        pairs.collect::<Vec<_>>().join(" AND ")
    }

    /// A row of a part, in the place of that of the same key.
    fn put_into_part(&self, half: &Half, row: &str, target: &str) -> String {
        let Half { table, reference, .. } = half;
        let set = self.columns.iter().chain([reference]);
        let set: Vec<String> = set.map(|name| format!("{name} = excluded.{name}")).collect();
        format!(
            "INSERT INTO {table} ({}, {reference})\n        OVERRIDING SYSTEM VALUE VALUES ({}, {target})\n        \
             ON CONFLICT ({}) DO UPDATE SET {}",
            self.columns.join(", "),
            self.of_row(row, &self.columns),
            self.key.join(", "),
            set.join(", "),
        )
    }

    fn to_parts(&self) -> String {
        let wanted = &self.words.wanted;
        let [content_type, object_id] = self.words.pair();
        let names: Vec<&str> = wanted.choices.iter().map(|choice| choice.name.as_str()).collect();
        let nobody = quote_literal(&format!(
            "{}: there is no {} with the content type %s and the object id %s",
            wanted.name(),
            names.join(" or ")
        ));
        let declared: String = self
            .halves
            .iter()
            .enumerate()
            .map(|(nth, half)| {
                format!("    target_{nth} {}.{}%TYPE;\n", half.table, half.reference)
            })
            .collect();
        let mut body = format!("DECLARE\n{declared}BEGIN\n    {SILENT}\n    {BEGINS}\n");
        body.push_str(&format!(
            "    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND ROW({}) IS DISTINCT FROM ROW({}) THEN\n",
            self.of_row("OLD", &self.key),
            self.of_row("NEW", &self.key),
        ));
        for Half { table, .. } in &self.halves {
            body.push_str(&format!(
                "        DELETE FROM {table} AS p WHERE {};\n",
                self.same("p", "OLD")
            ));
        }
        body.push_str(&format!(
            "    END IF;\n    IF TG_OP = 'DELETE' THEN\n        {}\n    END IF;\n",
            ENDS.replace('\n', "\n    ")
        ));
        for nth in 0..self.halves.len() {
            body.push_str(&format!("    target_{nth} := {};\n", self.found(nth, "NEW")));
        }
        let targets: Vec<String> =
            (0..self.halves.len()).map(|nth| format!("target_{nth}")).collect();
        let targets = targets.join(", ");
        let none = match wanted.optional {
            true => format!("num_nonnulls(NEW.{content_type}, NEW.{object_id}) > 0 AND "),
            false => String::new(),
        };
        body.push_str(&format!(
            "    IF {none}num_nonnulls({targets}) = 0\n        AND (TG_OP = 'INSERT' OR ROW(NEW.{content_type}, \
             NEW.{object_id}) IS DISTINCT FROM ROW(OLD.{content_type}, OLD.{object_id})) THEN\n        RAISE \
             foreign_key_violation USING MESSAGE = format({nobody}, NEW.{content_type}, NEW.{object_id});\n    \
             END IF;\n"
        ));
        for (nth, half) in self.halves.iter().enumerate() {
            // A row of nobody stands in the first part.
            let here = match nth {
                0 => format!("target_0 IS NOT NULL OR num_nonnulls({targets}) = 0"),
                nth => format!("target_{nth} IS NOT NULL"),
            };
            body.push_str(&format!(
                "    IF {here} THEN\n        {};\n    ELSE\n        DELETE FROM {} AS p WHERE {};\n    END IF;\n",
                self.put_into_part(half, "NEW", &format!("target_{nth}")),
                half.table,
                self.same("p", "NEW"),
            ));
        }
        body.push_str(&format!("    {ENDS}\nEND"));
        trigger_function(&self.function, &body)
    }

    /// A row of the whole, in the place of that of the same key. A pair that says the same is left as it was said.
    pub(super) fn put_into_whole(&self, nth: usize, half: &Half, from: &str) -> String {
        let words = self.words;
        let whole = &self.whole;
        let pair = words.pair();
        let (content_type, object_id) = self.pair_of(nth, half, "p");
        let found = self.found(nth, "t");
        let said: Vec<String> = pair
            .iter()
            .map(|column| {
                format!(
                    "CASE WHEN t.{column} IS NOT NULL AND {found} IS NOT DISTINCT FROM\n            (SELECT p.{} FROM \
                     {} AS p WHERE {})\n            THEN t.{column} ELSE excluded.{column} END",
                    half.reference,
                    half.table,
                    self.same("p", "excluded"),
                )
            })
            .collect();
        let set = self.columns.iter().map(|name| format!("{name} = excluded.{name}"));
        let set: Vec<String> = set
            .chain(pair.iter().zip(said).map(|(name, said)| format!("{name} = {said}")))
            .collect();
        format!(
            "INSERT INTO {whole} AS t ({}, {})\n        OVERRIDING SYSTEM VALUE SELECT {}, {content_type}, \
             {object_id}\n        FROM {from}\n        ON CONFLICT ({}) DO UPDATE SET {}",
            self.columns.join(", "),
            pair.join(", "),
            self.of_row("p", &self.columns),
            self.key.join(", "),
            set.join(",\n            "),
        )
    }

    /// The content type and the object id of a row of a part.
    fn pair_of(&self, nth: usize, half: &Half, row: &str) -> (String, String) {
        let words = self.words;
        let choice = &words.wanted.choices[nth];
        let reference = format!("{row}.{}", half.reference);
        let model = words.models.of[nth].first().map(|model| model.sql()).unwrap_or_default();
        let content_type = format!(
            "CASE WHEN {reference} IS NOT NULL THEN (SELECT id FROM django_content_type WHERE (app_label, model) = \
             {model}) END"
        );
        let id_type = bare(&words.generic.object_id.ty);
        let id = if choice.key == choice.referred {
            format!("{reference}::text::{id_type}")
        } else {
            let column = |column| quote_identifier(words.wanted.column(choice.table, column));
            format!(
                "(SELECT target.{}::text::{id_type} FROM {} AS target WHERE target.{} = {reference})",
                column(choice.key),
                words.target(nth),
                column(choice.referred),
            )
        };
        (content_type, id)
    }

    fn to_whole(&self, nth: usize, half: &Half) -> String {
        let body = format!(
            "BEGIN\n    {SILENT}\n    {BEGINS}\n    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND ROW({}) IS DISTINCT \
             FROM ROW({}) THEN\n        DELETE FROM {} AS t WHERE {};\n    END IF;\n    IF TG_OP <> 'DELETE' THEN\n        \
             {};\n    END IF;\n    {ENDS}\nEND",
            self.of_row("OLD", &self.key),
            self.of_row("NEW", &self.key),
            self.whole,
            self.same("t", "OLD"),
            self.put_into_whole(
                nth,
                half,
                &format!("{} AS p WHERE {}", half.table, self.same("p", "NEW"))
            ),
        );
        trigger_function(&half.function, &body)
    }
}

/// The columns of the parts that the table has too.
fn shared<'a>(words: &Words<'a>) -> Vec<&'a str> {
    let wanted = &words.wanted;
    let columns = wanted.source().columns.iter();
    columns
        .filter(|column| column.generated.is_none())
        .map(|column| column.name.as_str())
        .filter(|name| !wanted.column_names().contains(name))
        .collect()
}

fn trigger_function(name: &str, body: &str) -> String {
    let tag = tag(body);
    format!(
        "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger\n    LANGUAGE plpgsql\n    SET search_path FROM \
         CURRENT\nAS {tag}\n{body}\n{tag}"
    )
}
