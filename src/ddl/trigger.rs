//! Statements about a trigger and its function.

use serde::Serialize;

use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{
    Database, Table, TableId, Trigger, TriggerEvent, TriggerLevel, TriggerTiming,
};

use super::constraints::{column_list, deferrability};
use super::templates::render;

#[derive(Serialize)]
struct FunctionView<'a> {
    function: String,
    language: String,
    settings: &'a [String],
    tag: String,
    body: &'a str,
}

#[derive(Serialize)]
struct TriggerView<'a> {
    name: String,
    constraint: bool,
    moment: &'static str,
    events: String,
    table: String,
    deferrability: Option<&'static str>,
    level: &'static str,
    condition: Option<&'a str>,
    function: String,
    arguments: String,
}

/// `CREATE FUNCTION …`
pub fn create_function(trigger: &Trigger) -> String {
    let view = FunctionView {
        function: trigger.function.quoted(),
        language: quote_identifier(&trigger.language),
        settings: &trigger.settings,
        tag: dollar_tag(&trigger.body),
        body: &trigger.body,
    };
    render("function", view)
}

/// `CREATE TRIGGER …` or `CREATE CONSTRAINT TRIGGER …`
pub fn create_trigger(database: &Database, id: TableId, trigger: &Trigger) -> String {
    let table = &database.tables[id];
    let (moment, level, when) = match trigger.timing {
        TriggerTiming::Before(level) => ("BEFORE", level, None),
        TriggerTiming::After(level) => ("AFTER", level, None),
        TriggerTiming::InsteadOf => ("INSTEAD OF", TriggerLevel::Row, None),
        TriggerTiming::Constraint(when) => ("AFTER", TriggerLevel::Row, Some(when)),
    };
    let view = TriggerView {
        name: quote_identifier(&trigger.name),
        constraint: when.is_some(),
        moment,
        events: trigger
            .events
            .iter()
            .map(|event| event_words(table, event))
            .collect::<Vec<_>>()
            .join(" OR "),
        table: table.name.quoted(),
        deferrability: when.and_then(deferrability),
        level: match level {
            TriggerLevel::Row => "ROW",
            TriggerLevel::Statement => "STATEMENT",
        },
        condition: trigger.condition.as_ref().map(|condition| condition.0.as_str()),
        function: trigger.function.quoted(),
        arguments: trigger
            .arguments
            .iter()
            .map(|argument| quote_literal(argument))
            .collect::<Vec<_>>()
            .join(", "),
    };
    render("trigger", view)
}

/// `DROP TRIGGER … ON …`
pub fn drop_trigger(database: &Database, id: TableId, trigger: &Trigger) -> String {
    let table = database.tables[id].name.quoted();
    format!("DROP TRIGGER {} ON {table}", quote_identifier(&trigger.name))
}

/// `DROP FUNCTION …()`
pub fn drop_function(trigger: &Trigger) -> String {
    format!("DROP FUNCTION {}()", trigger.function.quoted())
}

fn event_words(table: &Table, event: &TriggerEvent) -> String {
    match event {
        TriggerEvent::Insert => "INSERT".to_owned(),
        TriggerEvent::Delete => "DELETE".to_owned(),
        TriggerEvent::Update(columns) if columns.is_empty() => "UPDATE".to_owned(),
        TriggerEvent::Truncate => "TRUNCATE".to_owned(),
        TriggerEvent::Update(columns) => format!("UPDATE OF {}", column_list(table, columns)),
    }
}

/// A dollar quote that can't occur in the body.
fn dollar_tag(body: &str) -> String {
    let plain = "$$".to_owned();
    let numbered = (0_usize..).map(|nth| format!("$body{nth}$"));
    std::iter::once(plain)
        .chain(numbered)
        .find(|tag| !body.contains(tag.trim_end_matches('$')) || !body.contains('$'))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::dollar_tag;

    #[test]
    fn a_dollar_quote_does_not_occur_in_the_body() {
        for body in ["BEGIN END", "'$$'", "'$'", "'$body0$ and $$'", "'$body0'", "a$body0$b$body1$"]
        {
            let tag = dollar_tag(body);
            let quoted = format!("{tag}\n{body}\n{tag}");
            assert_eq!(quoted.matches(&tag).count(), 2, "{quoted}");
        }
        assert_eq!(dollar_tag("BEGIN END"), "$$");
    }
}
