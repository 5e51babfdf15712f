//! Databases that won't have everything done to them: drift is told all the same, or one line says why not.

use std::time::{Duration, Instant};

use trine::drift::{Drift, Ignore, Scratch, drift};
use trine::live::{Problem, Scratch as Database, Server};

use super::support::{server, session};
use super::{Program, example, said};

/// Drift as a session sees it in which `settings` were run first.
fn drift_after(program: &Program, database: &Database, settings: &str) -> Result<Drift, Problem> {
    let mut client = database.connect().unwrap();
    client.batch_execute(settings).unwrap();
    let python = || session::interpreter().ok();
    let scratch = Scratch::Automatic { python: &python };
    drift(program.model.program(), &mut client, scratch, &Ignore::default())
}

/// A role that may log in and nothing else, dropped with the value.
struct Role(String);

impl Role {
    fn new(what: &str) -> Role {
        let role = Role(format!("trine_{what}_{}", std::process::id()));
        role.run(&format!("CREATE ROLE {}", role.0));
        role
    }

    fn run(&self, sql: &str) {
        let database = server::server().scratch("role").unwrap();
        database.connect().unwrap().batch_execute(sql).unwrap();
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        self.run(&format!("DROP ROLE {}", self.0));
    }
}

#[track_caller]
fn no_drift(found: Result<Drift, Problem>) -> Drift {
    let found = found.unwrap_or_else(|problem| panic!("{problem}"));
    assert!(said(&found).is_empty(), "{found:#?}");
    found
}

const TWO_SCHEMAS: &str = "
module shop {
  @postgres(schema: \"Shop floor\")
}

enum Kind as type { a, b }

entity Store {
  name  text
  kind  Kind = Kind.a
  check (kind <> Kind.b or name <> \"\")
}

entity Shelf {
  store  1 Store <-> 1..* shelves  on delete cascade
  stamp  timestamptz = now()  on update now()
  owner  0..1 Person <-> * shelves  on delete set null
}

external entity Person {
  table \"people.person\"
  id    bigint  key
  name  text
  @django(model: \"people.Person\")
}
";

fn two_schemas() -> Program {
    Program::of(&[("shop.trine".to_owned(), TWO_SCHEMAS.to_owned())])
}

#[test]
fn a_program_in_a_schema_of_its_own_is_compared_there() {
    let program = two_schemas();
    let database = program.applied();
    let found = no_drift(drift_after(&program, &database, ""));
    assert_eq!(found.tables, 3);
    let alter =
        "CREATE TABLE \"Shop floor\".extra (); CREATE TABLE extra (); CREATE TABLE people.extra ();
                 ALTER TABLE people.person DROP name, ALTER id DROP NOT NULL;
                 ALTER TABLE \"Shop floor\".shop_store ALTER kind SET DEFAULT 'b'";
    database.connect().unwrap().batch_execute(alter).unwrap();
    let found = drift_after(&program, &database, "").unwrap();
    assert_eq!(said(&found), ["D0205 Shop floor.shop_store.kind", "D0102 Shop floor.extra"]);
    let alter = "DROP TABLE people.person CASCADE";
    database.connect().unwrap().batch_execute(alter).unwrap();
    let found = drift_after(&program, &database, "").unwrap();
    assert!(said(&found).contains(&"D0101 people.person".to_owned()), "{found:#?}");
}

#[test]
fn a_schema_that_is_not_there_is_missing_with_its_tables() {
    let program = two_schemas();
    let database = server::server().scratch("empty").unwrap();
    assert_eq!(
        said(&drift_after(&program, &database, "").unwrap()),
        [
            "D0801 Shop floor",
            "D0601 Shop floor.shop_kind",
            "D0101 Shop floor.shop_shelf",
            "D0101 Shop floor.shop_store",
            "D0101 people.person",
        ]
    );
}

#[test]
fn tables_are_looked_for_where_the_search_path_leads() {
    let program = Program::of(&files_of("bounds"));
    let database = server::server().scratch("tenant").unwrap();
    let setup = format!("CREATE SCHEMA tenant; SET search_path = tenant; {}", program.ddl());
    database.connect().unwrap().batch_execute(&setup).unwrap();
    no_drift(drift_after(&program, &database, "SET search_path = tenant, public"));
    let found = drift_after(&program, &database, "").unwrap();
    assert_eq!(found.differences.len(), found.tables, "{found:#?}");
}

fn files_of(name: &str) -> Vec<(String, String)> {
    super::support::examples::named(name).files
}

/// It may create nothing, and owns nothing: a private server is asked for PostgreSQL's words.
#[test]
fn a_role_without_any_privilege_sees_drift() {
    let role = Role::new("reader");
    let program = two_schemas();
    let database = program.applied();
    let found = no_drift(drift_after(&program, &database, &format!("SET ROLE {}", role.0)));
    assert!(found.notes[0].contains("private server"), "{:?}", found.notes);
}

#[test]
fn a_session_that_may_only_read_sees_drift() {
    let example = example("storefront").expect("it needs no extension");
    let (program, template) = &*example;
    let database = server::server().scratch_from(template, "readonly").unwrap();
    let only = "SET default_transaction_read_only = on";
    let found = no_drift(drift_after(program, &database, only));
    assert!(found.notes[0].contains("private server"), "{:?}", found.notes);
    database.connect().unwrap().batch_execute("ALTER TABLE storefront_post DROP kind").unwrap();
    let found = drift_after(program, &database, only).unwrap();
    assert_eq!(
        said(&found),
        ["D0201 storefront_post.kind", "D0301 storefront_post.ck_storefront_post_kind"]
    );
}

#[test]
fn an_extension_that_is_missing_is_found_missing() {
    let program = Program::of(&files_of("exclusion"));
    if !program.can_be_applied() {
        return;
    }
    let database = server::server().scratch("bare").unwrap();
    assert_eq!(
        said(&drift_after(&program, &database, "").unwrap()),
        ["D0901 btree_gist", "D0101 letting_flat", "D0101 letting_lease"]
    );
    let mut client = database.connect().unwrap();
    let left: i64 = client.query_one("SELECT count(*) FROM pg_extension", &[]).unwrap().get(0);
    assert_eq!(left, 1, "PL/pgSQL alone");
}

/// Where an extension's objects are is part of how PostgreSQL prints a type.
#[test]
fn an_extension_in_a_schema_of_its_own_is_no_drift_on_another_server_either() {
    let role = Role::new("elsewhere");
    let program = Program::of(&files_of("extensions"));
    if !program.can_be_applied() {
        return;
    }
    let database = server::server().scratch("extensions").unwrap();
    let mut setup = "CREATE SCHEMA tools; SET search_path = public, tools;\n".to_owned();
    for extension in &program.model.database.extensions {
        setup.push_str(&format!("CREATE EXTENSION {extension} SCHEMA tools;\n"));
    }
    setup.push_str(&program.ddl());
    database.connect().unwrap().batch_execute(&setup).unwrap();
    let path = "SET search_path = public, tools";
    no_drift(drift_after(&program, &database, path));
    no_drift(drift_after(&program, &database, &format!("{path}; SET ROLE {}", role.0)));
}

#[test]
fn a_table_that_someone_has_locked_keeps_nobody_waiting_for_long() {
    let example = example("storefront").expect("it needs no extension");
    let (program, template) = &*example;
    let database = server::server().scratch_from(template, "locked").unwrap();
    let mut other = database.connect().unwrap();
    other.batch_execute("BEGIN; LOCK TABLE storefront_store, storefront_post").unwrap();
    let begun = Instant::now();
    match drift_after(program, &database, "") {
        Ok(found) => assert!(said(&found).is_empty(), "{found:#?}"),
        Err(problem) => {
            assert_eq!(problem.code(), Some("55P03"), "{problem}");
            assert_eq!(problem.to_string().lines().count(), 1);
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

/// Of all transactions that wrote anything on a server of its own, none was committed.
#[test]
fn nothing_is_written() {
    let server = Server::start(&server::binaries()).unwrap();
    let program = Program::of(&files_of("bounds"));
    let database = server.scratch("written").unwrap();
    let mut client = database.connect().unwrap();
    client.batch_execute(&program.ddl()).unwrap();
    let next = |client: &mut postgres::Client| -> i64 {
        let row =
            client.query_one("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::int8", &[]);
        row.unwrap().get(0)
    };
    let catalogs = |client: &mut postgres::Client| -> Vec<i64> {
        ["pg_class", "pg_proc", "pg_type", "pg_namespace", "pg_constraint", "pg_attribute"]
            .iter()
            .map(|name| {
                client.query_one(&format!("SELECT count(*) FROM {name}"), &[]).unwrap().get(0)
            })
            .collect()
    };
    let (first, before) = (next(&mut client), catalogs(&mut client));
    no_drift(drift_after(&program, &database, ""));
    let (last, after) = (next(&mut client), catalogs(&mut client));
    assert_eq!(before, after);
    assert!(last > first, "the schema was applied in a transaction");
    let committed: i64 = client
        .query_one(
            &format!(
                "SELECT count(*) FROM generate_series({first}, {}) x (id)
                 WHERE pg_xact_status(id::text::xid8) <> 'aborted'",
                last - 1
            ),
            &[],
        )
        .unwrap()
        .get(0);
    assert_eq!(committed, 0);
    let locks: i64 = client
        .query_one(
            "SELECT count(*) FROM pg_locks WHERE pid <> pg_backend_pid() AND database <> 0",
            &[],
        )
        .unwrap()
        .get(0);
    assert_eq!(locks, 0);
}

#[test]
fn another_database_can_be_asked_for_the_words() {
    let example = example("enums").expect("it needs no extension");
    let (program, template) = &*example;
    let database = server::server().scratch_from(template, "asked").unwrap();
    let words = server::server().scratch("words").unwrap();
    let url = words.url();
    let mut client = database.connect().unwrap();
    client.batch_execute("SET default_transaction_read_only = on").unwrap();
    let found =
        drift(program.model.program(), &mut client, Scratch::At(&url), &Ignore::default()).unwrap();
    assert!(found.differences.is_empty() && found.notes.is_empty(), "{found:#?}");
}

#[test]
fn an_expression_that_postgresql_does_not_understand_is_one_line() {
    let text = "module shop\nentity Book {\n  title  text\n  check (sql \"no_such(title)\")\n}\n";
    let program = Program::of(&[("shop.trine".to_owned(), text.to_owned())]);
    let database = server::server().scratch("wrong").unwrap();
    let problem = drift_after(&program, &database, "").unwrap_err().to_string();
    assert!(problem.contains("function no_such(text) does not exist"), "{problem}");
    assert_eq!(problem.lines().count(), 1);
}
