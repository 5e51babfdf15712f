//! Triggers, each with the function that it calls, as objects with facts.

use crate::quoting::quote_literal;
use crate::relational::{
    QualifiedName, Table, Trigger, TriggerEnabled, TriggerEvent, TriggerLevel, TriggerTiming,
};

use super::constraints::deferrability;
use super::{Code, Kind, Object, column_list, defining, further, list, part, rarer};

pub(super) fn trigger(table: &Table, found: &Trigger) -> Object {
    let Trigger {
        name,
        function,
        language,
        body,
        settings,
        timing,
        events,
        condition,
        arguments,
        enabled,
        comment,
        besides,
    } = found;
    let mut events: Vec<_> = events.iter().map(|found| event(table, found)).collect();
    events.sort();
    let (when, then) = words(*timing);
    let condition = condition.as_ref().map(|condition| format!("WHEN ({})", condition.0));
    let enabled = match enabled {
        TriggerEnabled::Origin => "ENABLE TRIGGER",
        TriggerEnabled::Disabled => "DISABLE TRIGGER",
        TriggerEnabled::Replica => "ENABLE REPLICA TRIGGER",
        TriggerEnabled::Always => "ENABLE ALWAYS TRIGGER",
    };
    let facts = vec![
        defining(Code::D0503, "timing", format!("{when} {} {then}", events.join(" OR "))),
        defining(Code::D0503, "condition", condition),
        defining(Code::D0504, "function", call(function, arguments)),
        further(Code::D0504, "function's language", language.to_string()),
        further(Code::D0504, "function's settings", list(settings)),
        further(Code::D0504, "function's body", body.clone()),
        further(Code::D0506, "enabled", enabled.to_owned()),
        further(Code::D0508, "comment", comment.clone()),
        rarer(Code::D0509, besides),
    ];
    part(Kind::Trigger, table, name, facts)
}

/// What stands before the events, and what behind them.
fn words(timing: TriggerTiming) -> (&'static str, String) {
    let each = |level| match level {
        TriggerLevel::Row => "FOR EACH ROW".to_owned(),
        TriggerLevel::Statement => "FOR EACH STATEMENT".to_owned(),
    };
    match timing {
        TriggerTiming::Before(level) => ("BEFORE", each(level)),
        TriggerTiming::After(level) => ("AFTER", each(level)),
        TriggerTiming::InsteadOf => ("INSTEAD OF", each(TriggerLevel::Row)),
        TriggerTiming::Constraint(when) => {
            let when = deferrability(when);
            ("CONSTRAINT AFTER", format!("{when} {}", each(TriggerLevel::Row)))
        }
    }
}

fn call(function: &QualifiedName, arguments: &[String]) -> String {
    let arguments: Vec<_> = arguments.iter().map(|argument| quote_literal(argument)).collect();
    format!("EXECUTE FUNCTION {}({})", function.quoted(), arguments.join(", "))
}

fn event(table: &Table, event: &TriggerEvent) -> String {
    match event {
        TriggerEvent::Insert => "INSERT".to_owned(),
        TriggerEvent::Delete => "DELETE".to_owned(),
        TriggerEvent::Update(columns) if columns.is_empty() => "UPDATE".to_owned(),
        TriggerEvent::Truncate => "TRUNCATE".to_owned(),
        TriggerEvent::Update(columns) => format!("UPDATE OF {}", column_list(table, columns)),
    }
}
