//! What the tests share: the examples, and the proof in a real database.
//!
//! Each test program uses its own part of it.
#![allow(dead_code, clippy::unwrap_used)]

pub mod alterations;
pub mod cascades;
pub mod examples;
pub mod ground;
pub mod hostile;
pub mod owners;
pub mod proving;
pub mod random;
pub mod server;
pub mod session;
pub mod tracker;
pub mod unions;
