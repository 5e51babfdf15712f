//! What a delete does: from the schema alone, and to given rows.

mod rows;
pub mod rules;

pub use rows::{Action, Prediction, Refusal, Row, RowRef, Rows};
