//! The proof itself: what agrees is said to agree, and each planted defect is caught, named, and shown by a
//! short program.
#![allow(clippy::unwrap_used)]

mod support;

#[path = "prove/bench.rs"]
mod bench;
#[path = "prove/collected.rs"]
mod collected;
#[path = "prove/command.rs"]
mod command;
#[path = "prove/defects.rs"]
mod defects;
#[path = "prove/flushes.rs"]
mod flushes;
#[path = "prove/reports.rs"]
mod reports;
