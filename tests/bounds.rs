//! Bounds in a real database: two sessions that together would break one, at every isolation level.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use serde_json::json;
use support::session::{Session, work_directory};
use trine::source::Sources;
use trine::target::{Options, Target};

#[test]
fn two_sessions_never_break_a_bound_together() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bounds/bounds.trine");
    let mut sources = Sources::new();
    sources.add("bounds.trine", fs::read_to_string(source).unwrap());
    let options = Options { targets: vec![Target::Postgres], ..Options::default() };
    let compilation = trine::compile(&sources, &options);
    assert!(!compilation.files.is_empty(), "{:#?}", compilation.diagnostics);

    let directory = work_directory().join("bounds");
    fs::create_dir_all(&directory).unwrap();
    let schema = directory.join("schema.sql");
    fs::write(&schema, &compilation.files[0].1.contents).unwrap();

    let session = Session::start().unwrap_or_else(|missing| panic!("{missing}"));
    if let Err(wrong) = session.run("races", json!({ "schema": schema })) {
        panic!("{wrong}");
    }
}
