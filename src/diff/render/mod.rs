//! Differences as text, for people and for machines. Neither decides anything.

mod human;
mod json;
mod lines;

pub use human::{Sides, write_human};
pub use json::{Entry, entries};
