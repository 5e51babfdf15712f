//! The audit: what the generic columns hold, row by row, before anything is changed.

use std::collections::BTreeMap;

use postgres::Transaction;

use crate::live::Problem;

use super::findings::{Audit, Finding, Kind, Named, TypeCount};
use super::models::ContentType;
use super::words::Words;

/// How many rows of a finding are named.
const NAMED: i64 = 1000;

/// Looks at every row.
pub(super) fn audit(
    words: &Words<'_>,
    transaction: &mut Transaction<'_>,
) -> Result<Audit, Problem> {
    let wanted = &words.wanted;
    let mut found = Audit {
        relation: wanted.name(),
        union: wanted.spelt_out(),
        table: words.generic.table.clone(),
        columns: words.generic.pair().map(|column| column.name.clone()),
        rows: 0,
        none: 0,
        types: Vec::new(),
        findings: Vec::new(),
        notes: Vec::new(),
    };
    let mut counted: BTreeMap<ContentType, u64> = BTreeMap::new();
    let rows = transaction.query(&counts(words), &[])?;
    for row in &rows {
        let kind: String = row.try_get(0)?;
        let app: Option<String> = row.try_get(1)?;
        let model: Option<String> = row.try_get(2)?;
        let number: i64 = row.try_get(3)?;
        let number = number.unsigned_abs();
        let content_type = app.zip(model).map(|(app, model)| ContentType { app, model });
        found.rows += number;
        match Kind::ALL.into_iter().find(|known| known.name() == kind) {
            None => {
                if let Some(ty) = content_type {
                    *counted.entry(ty).or_default() += number;
                }
            }
            Some(Kind::None) if wanted.optional => found.none += number,
            Some(kind) => {
                let left_out =
                    content_type.as_ref().is_some_and(|ty| words.models.left_out.contains(ty));
                let finding =
                    Finding { kind, content_type, rows: number, named: Vec::new(), left_out };
                found.findings.push(finding);
            }
        }
    }
    for (models, choice) in words.models.of.iter().zip(&wanted.choices) {
        for content_type in models {
            let rows = counted.get(content_type).copied().unwrap_or_default();
            let content_type = content_type.clone();
            found.types.push(TypeCount { content_type, entity: choice.name.clone(), rows });
        }
    }
    if !found.findings.is_empty() {
        name(words, &mut found, transaction)?;
    }
    if wanted.there.max == Some(1) {
        shared(words, &mut found, transaction)?;
    }
    found.findings.sort_by(|a, b| (a.kind, &a.content_type).cmp(&(b.kind, &b.content_type)));
    notes(words, &mut found);
    Ok(found)
}

/// What each row is, with its content type.
fn classified(words: &Words<'_>) -> String {
    let [content_type, object_id] = words.pair().map(|column| format!("t.{column}"));
    let mut cases = vec![
        format!("WHEN num_nonnulls({content_type}, {object_id}) = 0 THEN 'none'"),
        format!("WHEN num_nulls({content_type}, {object_id}) > 0 THEN 'half_null'"),
    ];
    for (nth, choice) in words.wanted.choices.iter().enumerate() {
        let key = crate::quoting::quote_identifier(words.wanted.column(choice.table, choice.key));
        let cast = words.cast(nth, &object_id);
        cases.push(format!(
            "WHEN {} THEN CASE\n      WHEN {cast} IS NULL THEN 'uncastable'\n      WHEN EXISTS (SELECT \
             FROM {} AS target WHERE target.{key} = {cast}) THEN 'fine'\n      ELSE 'missing' END",
            words.means(nth, &content_type),
            words.target(nth),
        ));
    }
    format!(
        "SELECT t.*, CASE\n    {}\n    WHEN {content_type} IN (SELECT id FROM django_content_type) THEN \
         'outside'\n    ELSE 'unknown_type' END AS \"found as\"\n  FROM {} AS t",
        cases.join("\n    "),
        words.generic.table,
    )
}

fn counts(words: &Words<'_>) -> String {
    let [content_type, _] = words.pair();
    format!(
        "SELECT \"found as\"::text, app_label::text, model::text, count(*)\n\
         FROM ({}) AS t\n\
         LEFT JOIN django_content_type AS c ON c.id = t.{content_type}\n\
         GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        classified(words)
    )
}

/// Names the rows of each finding.
fn name(
    words: &Words<'_>,
    found: &mut Audit,
    transaction: &mut Transaction<'_>,
) -> Result<(), Problem> {
    let [content_type, object_id] = words.pair();
    let key = words.key();
    let texts: Vec<String> = key.iter().map(|column| format!("t.{column}::text")).collect();
    let order: Vec<String> = key.iter().map(|column| format!("t.{column}")).collect();
    let statement = format!(
        "SELECT \"found as\"::text, app_label::text, model::text, key, object_id FROM (\n\
           SELECT \"found as\", app_label, model, ARRAY[{}] AS key, t.{object_id}::text AS object_id,\n\
                  row_number() OVER (PARTITION BY \"found as\", app_label, model ORDER BY {}) AS nth\n\
           FROM ({}) AS t\n\
           LEFT JOIN django_content_type AS c ON c.id = t.{content_type}\n\
           WHERE \"found as\" <> 'fine'\n\
         ) AS named WHERE nth <= $1 ORDER BY 1, 2, 3, nth",
        texts.join(", "),
        order.join(", "),
        classified(words),
    );
    for row in transaction.query(&statement, &[&NAMED])? {
        let kind: String = row.try_get(0)?;
        let app: Option<String> = row.try_get(1)?;
        let model: Option<String> = row.try_get(2)?;
        let content_type = app.zip(model).map(|(app, model)| ContentType { app, model });
        let finding = found
            .findings
            .iter_mut()
            .find(|finding| finding.kind.name() == kind && finding.content_type == content_type);
        if let Some(finding) = finding {
            finding.named.push(Named { key: row.try_get(3)?, object_id: row.try_get(4)? });
        }
    }
    Ok(())
}

/// Targets that several rows refer to, where one at most may.
fn shared(
    words: &Words<'_>,
    found: &mut Audit,
    transaction: &mut Transaction<'_>,
) -> Result<(), Problem> {
    let [content_type, object_id] = words.pair().map(|column| format!("t.{column}"));
    let key = words.key();
    let texts: Vec<String> = key.iter().map(|column| format!("t.{column}::text")).collect();
    let order: Vec<String> = key.iter().map(|column| format!("t.{column}")).collect();
    for nth in 0..words.wanted.choices.len() {
        let statement = format!(
            "SELECT key, object_id, count(*) OVER () FROM (\n\
               SELECT ARRAY[{}] AS key, {object_id}::text AS object_id, {} AS place,\n\
                      count(*) OVER (PARTITION BY {}) AS sharing\n\
               FROM ({}) AS t WHERE \"found as\" = 'fine' AND {}\n\
             ) AS s WHERE sharing > 1 ORDER BY object_id, place LIMIT $1",
            texts.join(", "),
            format_args!("row_number() OVER (ORDER BY {})", order.join(", ")),
            words.cast(nth, &object_id),
            classified(words),
            words.means(nth, &content_type),
        );
        let rows = transaction.query(&statement, &[&NAMED])?;
        let Some(first) = rows.first() else { continue };
        let number: i64 = first.try_get(2)?;
        let named = rows.iter().map(|row| -> Result<Named, postgres::Error> {
            Ok(Named { key: row.try_get(0)?, object_id: row.try_get(1)? })
        });
        found.findings.push(Finding {
            kind: Kind::Shared,
            content_type: words.models.of[nth].first().cloned(),
            rows: number.unsigned_abs(),
            named: named.collect::<Result<_, _>>()?,
            left_out: false,
        });
    }
    Ok(())
}

fn notes(words: &Words<'_>, found: &mut Audit) {
    for absent in &words.models.absent {
        found.notes.push(format!(
            "django_content_type has no {absent}, so no row can refer to it; if its model is called \
             otherwise, say so with --type app.model=Entity"
        ));
    }
    let there = words.wanted.there;
    if there.min > 0 || there.max.is_some_and(|most| most > 1) {
        found.notes.push(
            "how many rows a target has is kept by a trigger, which looks at what is written: what is there \
             may break it, and is left as it is"
                .to_owned(),
        );
    }
    for constraint in &words.generic.constraints {
        let one_each = words.wanted.there.max == Some(1);
        if matches!(constraint.kind.as_str(), "u" | "x") && !one_each {
            found.notes.push(format!(
                "{} goes with the generic columns, {}: what should take its place stands in the schema, such \
                 as `unique ({})`",
                constraint.name, constraint.definition, words.wanted.relation
            ));
        }
    }
    if !words.generic.triggers.is_empty() {
        found.notes.push(format!(
            "the conversion updates every row, and {} will fire for each: {}",
            if words.generic.triggers.len() == 1 { "this trigger" } else { "these triggers" },
            words.generic.triggers.join(", ")
        ));
    }
}
