//! From text to a [`SyntaxTree`]: the grammar's side of the compiler.

mod parse;
pub mod tree;

pub use parse::{keyword_form, parse};
pub use tree::SyntaxTree;
