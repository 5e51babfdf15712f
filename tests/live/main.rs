//! Servers that are reached and started: what works, what each failure says, and that nothing stays behind.
#![allow(clippy::unwrap_used)]

mod endings;
mod fake;
mod parameters;
mod refusals;
mod scratch;
#[path = "../support/mod.rs"]
mod support;
mod tls;
mod unreachable;
