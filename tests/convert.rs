//! From a generic relation to a union and back: on a Django project that somebody wrote by hand, and statement
//! by statement.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may panic as the tests may")]

mod support;

#[path = "convert/audit.rs"]
mod audit;
#[path = "convert/cli.rs"]
mod cli;
#[path = "convert/cut.rs"]
mod cut;
#[path = "convert/django.rs"]
mod django;
#[path = "convert/inheritance.rs"]
mod inheritance;
#[path = "convert/live.rs"]
mod live;
#[path = "convert/names.rs"]
mod names;
#[path = "convert/place.rs"]
mod place;
#[path = "convert/race.rs"]
mod race;
#[path = "convert/slot.rs"]
mod slot;
#[path = "convert/split.rs"]
mod split;
#[path = "convert/statements.rs"]
mod statements;
