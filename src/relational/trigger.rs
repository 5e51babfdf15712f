//! Triggers of a [`Table`](super::Table) and the functions that they call, as data.

use smol_str::SmolStr;

use super::{ColumnIx, Deferrability, QualifiedName, Sql};

/// A trigger with the function that it calls. The function of a lowered one is its own; in a live database
/// several may call the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Its name.
    pub name: SmolStr,
    /// The function's name.
    pub function: QualifiedName,
    /// The function's language.
    pub language: SmolStr,
    /// The function's body: in PL/pgSQL from `BEGIN` or `DECLARE` to `END`.
    pub body: String,
    /// Whether the function sets `search_path` and such: `SET` clauses as written.
    pub settings: Vec<String>,
    /// Before or after what, and for each what.
    pub timing: TriggerTiming,
    /// The events, in PostgreSQL's order: INSERT, DELETE, UPDATE, TRUNCATE.
    pub events: Vec<TriggerEvent>,
    /// WHEN (…)
    pub condition: Option<Sql>,
    /// What it gives to its function.
    pub arguments: Vec<String>,
    /// When it fires at all.
    pub enabled: TriggerEnabled,
    /// Its comment.
    pub comment: Option<String>,
    /// Further facts in PostgreSQL's words: transition tables, and what the function is besides its body
    /// (`FUNCTION SECURITY DEFINER`).
    pub besides: Vec<String>,
}

/// When a trigger fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TriggerTiming {
    /// BEFORE …
    Before(TriggerLevel),
    /// AFTER …
    After(TriggerLevel),
    /// INSTEAD OF … FOR EACH ROW, on a view
    InsteadOf,
    /// CONSTRAINT TRIGGER, AFTER … FOR EACH ROW
    Constraint(Deferrability),
}

/// What a trigger fires for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TriggerLevel {
    /// FOR EACH ROW
    Row,
    /// FOR EACH STATEMENT
    Statement,
}

/// What a trigger fires on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriggerEvent {
    /// INSERT
    Insert,
    /// DELETE
    Delete,
    /// UPDATE, of some columns when there are any
    Update(Vec<ColumnIx>),
    /// TRUNCATE
    Truncate,
}

/// Whether a trigger fires, and in which sessions (`session_replication_role`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TriggerEnabled {
    /// In ordinary sessions: what CREATE TRIGGER makes.
    Origin,
    /// DISABLE TRIGGER
    Disabled,
    /// ENABLE REPLICA TRIGGER
    Replica,
    /// ENABLE ALWAYS TRIGGER
    Always,
}
