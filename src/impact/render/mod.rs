//! An impact for people and for machines: each file is one form, and decides nothing.

mod json;
mod layout;
mod mermaid;
mod picture;
mod svg;
mod table;
mod tree;
mod words;

pub use json::json;
pub use mermaid::{mermaid, whole_mermaid};
pub use svg::{svg, whole_svg};
pub use table::{reach_json, table};
pub use tree::tree;
pub(crate) use words::full_name;
