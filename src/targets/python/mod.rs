//! Python as both Python targets write it: names, literals, imports, and code laid out as
//! `ruff format` lays it out, so that nothing has to be formatted afterwards; and where an ORM's own order
//! of deletes would end otherwise than PostgreSQL's.

mod imports;
mod layout;
mod literal;
mod on_the_way;
mod values;

pub use imports::{Imports, export_order};
pub use layout::{Code, WIDTH, assignment, statement, width};
pub use literal::{docstring, multiline, string};
pub use on_the_way::{Along, depends, watched};
pub use values::{Value, value};

use crate::naming;

/// A name as an attribute, a parameter or a module.
pub fn attribute(name: &str) -> String {
    let snake = naming::snake(name);
    if naming::PYTHON_KEYWORDS.contains(&snake.as_str()) { format!("{snake}_") } else { snake }
}

/// A name as a class.
pub fn class(name: &str) -> String {
    let class = naming::class(name);
    if naming::PYTHON_KEYWORDS.contains(&class.as_str()) { format!("{class}_") } else { class }
}
