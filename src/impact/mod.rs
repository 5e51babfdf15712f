//! What a delete does: from the schema alone, and to given rows.

mod difference;
mod evaluate;
mod judge;
mod predict;
mod rows;
pub mod rules;

pub use difference::difference;
pub use predict::{TOUCHED, linking, predict};
pub use rows::{Action, Prediction, Refusal, Row, RowRef, Rows};
