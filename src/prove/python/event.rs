//! What the Python side says of a task: its events, typed.

use serde_json::Value;

use super::Failure;

/// One event of a task.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A command of Django's has something to say about the apps.
    Complaint {
        /// `makemigrations` or `check`.
        command: String,
        /// What it printed.
        message: String,
    },
    /// The database is as the ORM makes it. The task goes on when the event has been dealt with.
    Built,
    /// An action was done in one way.
    Acted(Acted),
    /// Everything that the ORM made is dropped again.
    Down,
}

/// What an action came to in one way.
#[derive(Debug, Clone, PartialEq)]
pub struct Acted {
    /// The stage, by its place in the task.
    pub stage: usize,
    /// The action, by its place in the stage.
    pub action: usize,
    /// `unloaded` or `loaded`, `instance` or `queryset`.
    pub way: String,
    /// What it came to.
    pub outcome: Outcome,
    /// How many statements the ORM sent for the action itself.
    pub statements: usize,
    /// How it was done, where that is out of the ordinary.
    pub remark: Option<String>,
}

/// What an action came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// These rows are left, as the task's query dumps them.
    Left(String),
    /// It was refused.
    Refused(Refused),
    /// The ORM has nothing by which it could be done; says why.
    Skipped(String),
    /// Something else than a refusal was raised, or a warning.
    Failed(Failure),
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The exception: `ForeignKeyViolation`, `ProtectedError`.
    pub exception: String,
    /// The first line of its message.
    pub message: String,
    /// PostgreSQL's SQLSTATE, where the database refused.
    pub sqlstate: Option<String>,
    /// The constraint, where the database said which.
    pub constraint: Option<String>,
}

/// What a line of the protocol holds.
#[derive(Debug)]
pub(super) enum Said {
    Event(Event),
    Failed(Failure),
    Ended,
}

/// Reads a line. What the protocol does not know is a failure: the package comes with this program.
pub(super) fn read(message: &Value) -> Said {
    if message["ended"] == true {
        return Said::Ended;
    }
    if message["built"] == true {
        return Said::Event(Event::Built);
    }
    if message["down"] == true {
        return Said::Event(Event::Down);
    }
    if let Some(command) = text(message, "complaint") {
        let message = text(message, "message").unwrap_or_default();
        return Said::Event(Event::Complaint { command, message });
    }
    if let Some(acted) = acted(message) {
        return Said::Event(Event::Acted(acted));
    }
    Said::Failed(failure(message).unwrap_or_else(|| Failure {
        line: format!("the Python side said what nobody understands: {message}"),
        trace: String::new(),
    }))
}

fn acted(message: &Value) -> Option<Acted> {
    let outcome = if let Some(left) = text(message, "left") {
        Outcome::Left(left)
    } else if let Some(exception) = text(message, "refused") {
        Outcome::Refused(Refused {
            exception,
            message: text(message, "message").unwrap_or_default(),
            sqlstate: text(message, "sqlstate"),
            constraint: text(message, "constraint"),
        })
    } else if let Some(why) = text(message, "skipped") {
        Outcome::Skipped(why)
    } else {
        Outcome::Failed(failure(message)?)
    };
    Some(Acted {
        stage: number(message, "stage")?,
        action: number(message, "action")?,
        way: text(message, "way")?,
        outcome,
        statements: number(message, "statements").unwrap_or(0),
        remark: text(message, "remark"),
    })
}

fn failure(message: &Value) -> Option<Failure> {
    let line = text(message, "failed")?;
    Some(Failure { line, trace: text(message, "trace").unwrap_or_default() })
}

fn text(message: &Value, key: &str) -> Option<String> {
    message[key].as_str().map(str::to_owned)
}

fn number(message: &Value, key: &str) -> Option<usize> {
    message[key].as_u64().and_then(|number| usize::try_from(number).ok())
}
