//! Tables, constraints and their names: the [`Database`] that every target builds.

mod at_once;
mod collisions;
mod constraint;
mod database;
mod expression;
mod layout;
mod lower;
pub mod names;
mod order;
mod trigger;

pub use at_once::{AtOnce, at_once, touched};
pub use constraint::*;
pub use database::*;
pub use expression::{SqlNames, expression_sql, type_sql};
pub use layout::*;
pub use lower::{Lowered, lower};
pub use order::{ForeignKeyRef, Stage, order, stages};
pub use trigger::*;
