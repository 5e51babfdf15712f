//! The Python side of `trine prove`: every kind of action through both ORMs, against the same in SQL; and
//! each thing that can go wrong, in one line.
#![allow(clippy::unwrap_used)]

mod support;

#[path = "runner/actions.rs"]
mod actions;
#[path = "runner/bench.rs"]
mod bench;
#[path = "runner/failures.rs"]
mod failures;
#[path = "runner/tools.rs"]
mod tools;
