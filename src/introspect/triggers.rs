//! Triggers and the functions that they call.

use postgres::Row;
use smol_str::SmolStr;

use crate::live::Problem;
use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{
    QualifiedName, TableId, Trigger, TriggerEnabled, TriggerEvent, TriggerLevel, TriggerTiming,
};

use super::constraints::deferrability;
use super::reader::{Oid, Reader, options};
use super::text::trigger_condition;

/// `tgtype`: what a trigger is, in bits (`pg_trigger.h`).
const ROW: i16 = 1;
const BEFORE: i16 = 2;
const INSERT: i16 = 4;
const DELETE: i16 = 8;
const UPDATE: i16 = 16;
const TRUNCATE: i16 = 32;
const INSTEAD: i16 = 64;

/// Reads the triggers of the scope. Those with which PostgreSQL keeps a foreign key are its own affair,
/// unless someone has switched them off: then the key says so.
pub(super) fn read(reader: &mut Reader<'_, '_>) -> Result<(), Problem> {
    let tables = reader.own_relations();
    let mut constraints: Vec<Oid> = reader.constraints.keys().copied().collect();
    constraints.sort_unstable();
    let rows = reader.query(
        "SELECT t.tgrelid, t.tgname, t.tgtype, t.tgenabled::text, t.tgisinternal, t.tgconstraint,
                t.tgdeferrable, t.tginitdeferred, t.tgattr::int2[] AS columns, t.tgargs,
                t.tgoldtable, t.tgnewtable, t.tgparentid <> 0 AS inherited,
                CASE WHEN t.tgconstraint <> 0 AND t.tgconstrrelid <> 0
                     THEN t.tgconstrrelid::regclass::text END AS from_table,
                pg_get_triggerdef(t.oid) AS definition,
                p.pronamespace, n.nspname, p.proname, p.prosrc, p.probin, p.proconfig,
                p.prosecdef, p.provolatile::text, p.proleakproof, p.proisstrict,
                p.proparallel::text, p.procost::float8, l.lanname, d.description,
                pd.description AS function_comment
         FROM pg_trigger t
         JOIN pg_proc p ON p.oid = t.tgfoid
         JOIN pg_namespace n ON n.oid = p.pronamespace
         JOIN pg_language l ON l.oid = p.prolang
         LEFT JOIN pg_description d ON d.objoid = t.oid
              AND d.classoid = 'pg_trigger'::regclass AND d.objsubid = 0
         LEFT JOIN pg_description pd ON pd.objoid = p.oid
              AND pd.classoid = 'pg_proc'::regclass AND pd.objsubid = 0
         WHERE t.tgrelid = ANY ($1) AND NOT t.tgisinternal
            OR t.tgisinternal AND t.tgenabled <> 'O' AND t.tgconstraint = ANY ($2)
         ORDER BY t.tgrelid, t.tgname",
        &[&tables, &constraints],
    )?;
    for row in &rows {
        let oid: Oid = row.try_get("tgrelid")?;
        if row.try_get("tgisinternal")? {
            let Some(&place) = reader.constraints.get(&row.try_get("tgconstraint")?) else {
                continue;
            };
            let fact = match enabled(row.try_get("tgenabled")?) {
                TriggerEnabled::Disabled => "TRIGGERS DISABLED",
                TriggerEnabled::Replica => "TRIGGERS ENABLED REPLICA",
                TriggerEnabled::Always => "TRIGGERS ENABLED ALWAYS",
                TriggerEnabled::Origin => continue,
            };
            if let Some(besides) = reader.constraint_besides(place)
                && !besides.iter().any(|known| known == fact)
            {
                besides.push(fact.to_owned());
            }
            continue;
        }
        match reader.tables.get(&oid).copied() {
            Some(table) => {
                let trigger = trigger(reader, table, row)?;
                reader.database.tables[table].triggers.push(trigger);
            }
            None => reader.add_fact(oid, foreign(row)?),
        }
    }
    Ok(())
}

fn trigger(reader: &Reader<'_, '_>, table: TableId, row: &Row) -> Result<Trigger, Problem> {
    let bits: i16 = row.try_get("tgtype")?;
    let level = if bits & ROW != 0 { TriggerLevel::Row } else { TriggerLevel::Statement };
    let timing = if row.try_get::<_, Oid>("tgconstraint")? != 0 {
        let deferrable = row.try_get("tgdeferrable")?;
        TriggerTiming::Constraint(deferrability(deferrable, row.try_get("tginitdeferred")?))
    } else if bits & INSTEAD != 0 {
        TriggerTiming::InsteadOf
    } else if bits & BEFORE != 0 {
        TriggerTiming::Before(level)
    } else {
        TriggerTiming::After(level)
    };
    let columns = reader.places(table, &row.try_get::<_, Vec<i16>>("columns")?);
    let events = [
        (INSERT, TriggerEvent::Insert),
        (DELETE, TriggerEvent::Delete),
        (UPDATE, TriggerEvent::Update(columns)),
        (TRUNCATE, TriggerEvent::Truncate),
    ];
    let schema: &str = row.try_get("nspname")?;
    let function = QualifiedName {
        schema: (*schema != *reader.scope.home).then(|| schema.into()),
        name: row.try_get::<_, &str>("proname")?.into(),
    };
    let definition: Option<&str> = row.try_get("definition")?;
    Ok(Trigger {
        name: row.try_get::<_, &str>("tgname")?.into(),
        function,
        language: row.try_get::<_, &str>("lanname")?.into(),
        body: body(row.try_get("prosrc")?).to_owned(),
        settings: settings(row)?,
        timing,
        events: events
            .into_iter()
            .filter(|(bit, _)| bits & bit != 0)
            .map(|(_, event)| event)
            .collect(),
        condition: definition.and_then(trigger_condition),
        arguments: arguments(row.try_get("tgargs")?),
        enabled: enabled(row.try_get("tgenabled")?),
        comment: row.try_get("description")?,
        besides: besides(row)?,
    })
}

/// A trigger of something that is no table, as one fact.
fn foreign(row: &Row) -> Result<String, Problem> {
    let definition: Option<&str> = row.try_get("definition")?;
    let mut fact = definition.unwrap_or_default().to_owned();
    match enabled(row.try_get("tgenabled")?) {
        TriggerEnabled::Origin => {}
        TriggerEnabled::Disabled => fact.push_str(" DISABLED"),
        TriggerEnabled::Replica => fact.push_str(" ENABLED REPLICA"),
        TriggerEnabled::Always => fact.push_str(" ENABLED ALWAYS"),
    }
    Ok(format!("{fact} AS {}", quote_literal(body(row.try_get("prosrc")?))))
}

fn enabled(letter: &str) -> TriggerEnabled {
    match letter {
        "D" => TriggerEnabled::Disabled,
        "R" => TriggerEnabled::Replica,
        "A" => TriggerEnabled::Always,
        _ => TriggerEnabled::Origin,
    }
}

/// A body stands between dollar quotes on lines of their own.
fn body(source: &str) -> &str {
    let inner = source.strip_prefix('\n').unwrap_or(source);
    inner.strip_suffix('\n').unwrap_or(inner)
}

/// `SET` clauses, as `pg_get_functiondef` words them but for the quotes.
fn settings(row: &Row) -> Result<Vec<String>, Problem> {
    let settings = options(row.try_get("proconfig")?);
    Ok(settings.into_iter().map(|(name, value)| format!("SET {name} TO {value}")).collect())
}

/// Each ends with a NUL.
fn arguments(bytes: &[u8]) -> Vec<String> {
    let mut parts: Vec<String> =
        bytes.split(|&byte| byte == 0).map(|part| String::from_utf8_lossy(part).into()).collect();
    parts.pop();
    parts
}

fn besides(row: &Row) -> Result<Vec<String>, Problem> {
    let mut facts = Vec::new();
    for (words, column) in [("OLD TABLE", "tgoldtable"), ("NEW TABLE", "tgnewtable")] {
        if let Some(name) = row.try_get::<_, Option<&str>>(column)? {
            facts.push(format!("REFERENCING {words} AS {}", quote_identifier(name)));
        }
    }
    if let Some(table) = row.try_get::<_, Option<&str>>("from_table")? {
        facts.push(format!("FROM {table}"));
    }
    if row.try_get("inherited")? {
        facts.push("INHERITED".to_owned());
    }
    let language = SmolStr::new(row.try_get::<_, &str>("lanname")?);
    let mut of_function = |fact: String| facts.push(format!("FUNCTION {fact}"));
    if row.try_get("prosecdef")? {
        of_function("SECURITY DEFINER".to_owned());
    }
    if row.try_get("proleakproof")? {
        of_function("LEAKPROOF".to_owned());
    }
    if row.try_get("proisstrict")? {
        of_function("STRICT".to_owned());
    }
    match row.try_get("provolatile")? {
        "i" => of_function("IMMUTABLE".to_owned()),
        "s" => of_function("STABLE".to_owned()),
        _ => {}
    }
    match row.try_get("proparallel")? {
        "s" => of_function("PARALLEL SAFE".to_owned()),
        "r" => of_function("PARALLEL RESTRICTED".to_owned()),
        _ => {}
    }
    let usual = if matches!(language.as_str(), "internal" | "c") { 1.0 } else { 100.0 };
    let cost: f64 = row.try_get("procost")?;
    if cost != usual {
        of_function(format!("COST {cost}"));
    }
    if let Some(library) = row.try_get::<_, Option<&str>>("probin")? {
        of_function(format!("IN {}", quote_literal(library)));
    }
    if let Some(comment) = row.try_get::<_, Option<&str>>("function_comment")? {
        of_function(format!("COMMENT {}", quote_literal(comment)));
    }
    Ok(facts)
}
