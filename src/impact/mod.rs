//! What a delete does: from the schema alone, and to given rows.

mod at_once;
mod counted;
#[cfg(feature = "database")]
mod counts;
mod difference;
mod evaluate;
mod find;
mod hand_over;
mod in_the_way;
mod judge;
mod on_the_way;
mod predict;
mod reach;
mod reached;
pub mod render;
mod rows;
pub mod rules;
mod uniques;
mod walk;

pub use crate::relational::AtOnce;
pub use at_once::at_once;
pub use counted::{BranchCount, CheckCount, Counts, TargetCount};
#[cfg(feature = "database")]
pub use counts::count;
pub use difference::difference;
pub use find::{NotFound, find};
pub use hand_over::{alternative_of, handed_over};
pub use predict::{TOUCHED, linking, predict};
pub use reach::{Reach, reach};
pub use reached::{Branch, Deleted, Fate, Impact, Leads, Target, Verdict, impact};
pub use rows::{Action, Prediction, Refusal, Row, RowRef, Rows};
