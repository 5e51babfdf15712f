//! A proof as text: for machines, and for the summary of a workflow.

mod json;
mod markdown;
mod table;

pub use json::json;
pub use markdown::markdown;
pub use table::{Cells, table, verdict};
