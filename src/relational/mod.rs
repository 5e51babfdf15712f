//! Tables, constraints and their names: the [`Database`] that every target builds.

mod database;
mod layout;
mod lower;

pub use database::*;
pub use layout::*;
pub use lower::{Lowered, lower};
