//! Trine: one schema; PostgreSQL, SQLAlchemy and Django that agree.
//!
//! A `.trine` file states entities and the relations between them, each relation once and whole: both
//! names, both multiplicities, and what a delete does. Out of it come PostgreSQL DDL, a package of
//! SQLAlchemy models and Django apps, which make the same database and delete the same way.
//!
//! # The pipeline
//! ```text
//! Source ──parse──▶ SyntaxTree ──resolve──▶ Schema ──lower──▶ Database ──emit──▶ files
//! ```
//! | stage | verb | what leaves it |
//! | --- | --- | --- |
//! | [`syntax`] | [`syntax::parse`] | a tree of what the file says, with every span |
//! | [`schema`] | [`schema::resolve`] | what it means: names are ids, expressions are typed, relations know both ends |
//! | [`lint`] | | warnings about what is allowed and unwise |
//! | [`relational`] | [`relational::lower`] | tables, constraints, triggers and their names, decided once |
//! | [`targets`] | [`targets::emit`] | files, in each target's own words |
//!
//! [`compile`] is all of it: pure, from [`source::Sources`] to files and [`diagnostics`]. Parsing and
//! resolving never fail; what is wrong has a diagnostic, and one run reports everything.
//!
//! ```
//! use trine::diagnostics::{Format, render};
//! use trine::source::Sources;
//! use trine::target::{Options, Target};
//!
//! let mut sources = Sources::new();
//! sources.add("library.trine", r#"
//! module library
//!
//! entity Author {
//!   name  varchar(80)
//! }
//!
//! entity Book {
//!   title  varchar(200)
//!   author  1 Author <-> * books  on delete cascade
//! }
//! "#);
//! let compilation = trine::compile(&sources, &Options::default());
//! assert_eq!(render(Format::Short, &sources, &compilation.diagnostics), "");
//!
//! let (_, ddl) = compilation
//!     .files
//!     .iter()
//!     .find(|(target, _)| *target == Target::Postgres)
//!     .expect("every target is on by default");
//! assert_eq!(ddl.path, "schema.sql");
//! assert!(ddl.contents.contains("ON DELETE CASCADE"));
//! ```
//!
//! # In a build script
//! With the feature `project`, `project::build` reads a file or a project, writes what it generates,
//! and leaves unchanged files alone:
//!
#![cfg_attr(feature = "project", doc = "```")]
#![cfg_attr(not(feature = "project"), doc = "```ignore")]
//! // build.rs
//! fn main() -> Result<(), trine::project::BuildError> {
//!     # let place = std::env::temp_dir().join(format!("trine-manual-{}", std::process::id()));
//!     # std::fs::create_dir_all(place.join("schema")).unwrap();
//!     # std::fs::write(place.join("schema/a.trine"), "module library\nentity Book {\n  title text\n}\n").unwrap();
//!     # std::env::set_current_dir(&place).unwrap();
//!     # unsafe { std::env::set_var("OUT_DIR", place.join("out")) };
//!     let out = std::env::var_os("OUT_DIR").expect("cargo sets it");
//!     let built = trine::project::build("schema", &out)?;
//!     for input in &built.inputs {
//!         println!("cargo::rerun-if-changed={}", input.display());
//!     }
//!     for line in built.warnings.lines() {
//!         println!("cargo::warning={line}");
//!     }
//!     # assert!(std::path::Path::new(&out).join("postgres/schema.sql").exists());
//!     # std::fs::remove_dir_all(place).unwrap();
//!     Ok(())
//! }
//! ```
//!
//! # Behind the compiler
//! [`model`] gives what a program means without any files, for whoever asks more of it than code:
//!
//! | room | verb | what it says | feature |
//! | --- | --- | --- | --- |
//! | [`impact`] | [`impact::impact`], [`impact::predict`] | what a delete does, by the schema; and to given rows | |
//! | [`mod@diff`] | [`diff::diff`] | how two databases differ | |
//! | [`mod@shrink`] | [`shrink::shrink`] | the shortest program that still shows something | |
//! | `impact` | `impact::count` | how many rows of a live database it reaches | `database` |
//! | `introspect` | `introspect::introspect` | a live database as a [`relational::Database`] | `database` |
//! | `convert` | `convert::convert` | the way from a generic relation of Django's to a union, and back | `database` |
//! | `drift` | `drift::drift` | where a live database differs from a schema | `database` |
//! | `prove` | `prove::prove` | that PostgreSQL, SQLAlchemy and Django agree on a schema, in scratch databases | `database` |
//!
//! # Features
//! - `cli` (default): the `trine` command; brings all of the others.
//! - `database`: what talks to a live PostgreSQL or starts one, with TLS; brings `project`.
//! - `project`: `trine.toml`, source files and generated files on a disk.
//! - `parallel`: files are parsed, and targets are generated, on all cores.
//!
//! Without any of them the crate is the pure compiler.

pub mod arena;
mod compile;
#[cfg(feature = "database")]
pub mod convert;
pub mod ddl;
pub mod diagnostics;
pub mod diff;
#[cfg(feature = "database")]
pub mod drift;
pub mod impact;
#[cfg(feature = "database")]
pub mod introspect;
pub mod lint;
#[cfg(feature = "database")]
pub mod live;
pub mod naming;
#[cfg(feature = "project")]
pub mod project;
#[cfg(feature = "database")]
pub mod prove;
pub mod quoting;
pub mod relational;
pub mod schema;
pub mod shrink;
pub mod source;
pub mod syntax;
pub mod target;
pub mod targets;
mod templates;

pub use compile::{Compilation, Model, check, compile, model};
