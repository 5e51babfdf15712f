//! Tables, constraints and their names: the [`Database`] that every target builds.

mod collisions;
mod database;
mod expression;
mod layout;
mod lower;
pub mod names;
mod order;

pub use database::*;
pub use expression::{SqlNames, expression_sql, type_sql};
pub use layout::*;
pub use lower::{Lowered, lower};
pub use order::{ForeignKeyRef, Stage, order, stages};
