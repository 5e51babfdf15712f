//! Introspection against a live PostgreSQL: what was created is what is read, every change is seen, and
//! nothing that a database may hold is in the way.
#![cfg(feature = "database")]
#![allow(clippy::unwrap_used)]

#[path = "introspect/changes.rs"]
mod changes;
#[cfg(unix)]
#[path = "introspect/round_trips.rs"]
mod round_trips;
mod support;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use postgres::error::SqlState;
use postgres::{Client, Transaction};
use trine::ddl;
use trine::diff::diff;
use trine::introspect::{Scope, introspect, introspect_within};
use trine::relational::{
    Database, ForeignKey, IndexKey, QualifiedName, Sql, Table, TriggerTiming, lower,
};
use trine::target::{Options, Target};

use support::alterations::{Alteration, alterations, kinds};
use support::examples::{self, Example};
use support::hostile;
use support::server::server;

#[test]
fn what_was_lowered_is_what_is_read() {
    let hostile = Example {
        name: "hostile".to_owned(),
        files: vec![("hostile.trine".to_owned(), hostile::program())],
    };
    for example in examples::all().into_iter().chain(examples::unusual()).chain([hostile]) {
        let scratch = server().scratch("introspect").unwrap();
        let mut client = scratch.connect().unwrap();
        let Some(wanted) = apply(&mut client, &example) else { continue };
        let found = introspect(&mut client, &Scope::default()).unwrap();
        let types = types_in_postgres_words(&mut client, &wanted);
        let (wanted, found) = (Structure::of(&wanted, &types), Structure::of(&found, &types));
        assert!(!wanted.tables.is_empty());
        assert_eq!(wanted.whole, found.whole, "{}", example.name);
        assert_eq!(
            wanted.tables.keys().collect::<Vec<_>>(),
            found.tables.keys().collect::<Vec<_>>(),
            "{}",
            example.name
        );
        for (name, table) in &wanted.tables {
            assert_eq!(*table, found.tables[name], "{}: {name}", example.name);
        }
    }
}

#[test]
fn every_change_of_an_example_is_seen() {
    let (mut seen, mut problems) = (BTreeSet::new(), Vec::new());
    for name in ["storefront", "bounds", "enums", "constraints"] {
        let scratch = server().scratch("changed").unwrap();
        let mut client = scratch.connect().unwrap();
        if apply(&mut client, &examples::named(name)).is_none() {
            continue;
        }
        let untouched = introspect(&mut client, &Scope::default()).unwrap();
        // Introspection does not look at them one by one.
        for Alteration { kind, sql } in alterations(&mut client, 4) {
            let problem = unseen(&mut client, &untouched, &sql);
            problems.extend(problem.map(|problem| format!("{name}: {kind}: {problem}")));
            seen.insert(kind);
        }
    }
    assert_eq!(problems, [""; 0]);
    let all: BTreeSet<&str> = kinds().collect();
    assert_eq!(seen, all, "some kinds of change had nothing to be tried on");
}

#[test]
fn every_change_of_a_live_database_is_seen() {
    let (mut client, _scratch) = live();
    let untouched = introspect(&mut client, &Scope::default()).unwrap();
    let problems = |client: &mut Client, untouched, changes: &[&str]| -> Vec<String> {
        changes.iter().filter_map(|change| unseen(client, untouched, change)).collect()
    };
    assert_eq!(problems(&mut client, &untouched, changes::LIVE), [""; 0]);
    if version(&mut client) < 180_000 {
        return;
    }
    client.batch_execute("CREATE TABLE late (a integer NOT NULL, b integer)").unwrap();
    let untouched = introspect(&mut client, &Scope::default()).unwrap();
    assert_eq!(problems(&mut client, &untouched, changes::SINCE_18), [""; 0]);
    for (one, other) in changes::PAIRS_SINCE_18 {
        let [one, other] = [one, other].map(|statement| {
            let mut transaction = client.transaction().unwrap();
            transaction.batch_execute(statement).unwrap();
            introspect_within(&mut transaction, &Scope::default()).unwrap()
        });
        assert!(one != other, "nobody saw {other:?}");
        assert!(!diff(&one, &other).is_empty());
    }
}

/// A database with everything that Trine never makes.
fn live() -> (Client, trine::live::Scratch) {
    let scratch = server().scratch("live").unwrap();
    let mut client = scratch.connect().unwrap();
    client.batch_execute(include_str!("introspect/live.sql")).unwrap();
    (client, scratch)
}

fn version(client: &mut Client) -> i32 {
    client.query_one("SELECT current_setting('server_version_num')::int4", &[]).unwrap().get(0)
}

/// What is wrong if what a change leaves is equal to what was there, or has no difference to it.
fn unseen(client: &mut Client, untouched: &Database, change: &str) -> Option<String> {
    let mut transaction = client.transaction().unwrap();
    if let Err(error) = transaction.batch_execute(change) {
        let denied = error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE);
        return (!denied).then(|| format!("`{change}` can't be done: {error:?}"));
    }
    let changed = introspect_within(&mut transaction, &Scope::default()).unwrap();
    if changed == *untouched {
        return Some(format!("introspect did not see `{change}`"));
    }
    let (there, back) = (diff(untouched, &changed), diff(&changed, untouched));
    (there.is_empty() || back.is_empty()).then(|| format!("diff did not see `{change}`"))
}

#[test]
fn a_database_is_the_same_however_it_is_read() {
    let (mut client, scratch) = live();
    let once = introspect(&mut client, &Scope::default()).unwrap();
    assert_eq!(diff(&once, &once), []);
    let mut other = scratch.connect().unwrap();
    other
        .batch_execute(
            "SET search_path = pg_catalog; SET quote_all_identifiers = on; SET DateStyle = 'SQL, DMY';
             SET IntervalStyle = 'iso_8601'; SET TimeZone = 'Asia/Seoul'; SET extra_float_digits = -5;
             SET bytea_output = 'escape'; SET standard_conforming_strings = off;",
        )
        .unwrap();
    assert_eq!(introspect(&mut other, &Scope::default()).unwrap(), once);
    let path = |transaction: &mut Transaction<'_>| -> String {
        transaction.query_one("SHOW search_path", &[]).unwrap().get(0)
    };
    let mut transaction = other.transaction().unwrap();
    assert_eq!(introspect_within(&mut transaction, &Scope::default()).unwrap(), once);
    assert_eq!(path(&mut transaction), "pg_catalog");
    // A temporary table hides nothing, and does not count.
    transaction.batch_execute("CREATE TEMPORARY TABLE parent (one integer)").unwrap();
    assert_eq!(introspect_within(&mut transaction, &Scope::default()).unwrap(), once);
}

#[test]
fn a_scope_narrows_what_counts() {
    let (mut client, _scratch) = live();
    let named = |name: &str| QualifiedName { schema: None, name: name.into() };
    let names = |database: &Database| -> Vec<String> {
        let shown = |table: &Table| {
            format!("{}{}", table.name.name, if table.external { " (external)" } else { "" })
        };
        database.tables.values().iter().map(shown).collect()
    };
    let only = Scope::default().only([named("child"), named("names")]);
    let found = introspect(&mut client, &only).unwrap();
    assert_eq!(names(&found), ["child", "key2 (external)", "parent (external)"]);
    let parent = found.tables.values().iter().find(|table| table.name.name == "parent").unwrap();
    assert_eq!(parent.columns[0].ty.0, "bigint");
    assert!(parent.triggers.is_empty() && parent.indexes.is_empty() && parent.comment.is_none());
    assert!(found.sequences.is_empty());
    let views = found.others.iter().filter(|other| other.kind.contains("view"));
    assert_eq!(views.map(|view| view.name.name.as_str()).collect::<Vec<_>>(), ["names"]);

    let shop = introspect(&mut client, &Scope::default().schemas(["shop"])).unwrap();
    assert_eq!(shop.schemas, ["shop"]);
    assert!(shop.tables.is_empty());
    assert_eq!(shop.sequences.len(), 1);
    assert_eq!(shop.enum_types.len(), 2);

    let all = introspect(&mut client, &Scope::default()).unwrap();
    let without = Scope::default().without([named("child"), named("alone"), named("parent")]);
    let without = introspect(&mut client, &without).unwrap();
    assert!(!names(&without).iter().any(|name| ["child", "parent"].contains(&name.as_str())));
    assert_eq!(all.tables.len() - without.tables.len(), 2);
    assert_eq!(all.sequences.len() - without.sequences.len(), 4);
}

#[test]
fn a_scratch_schema_at_home_is_in_the_words_of_public() {
    let scratch = server().scratch("home").unwrap();
    let mut client = scratch.connect().unwrap();
    let made = "CREATE TYPE kind AS ENUM ('a');
        CREATE FUNCTION f(kind) RETURNS kind LANGUAGE sql IMMUTABLE RETURN $1;
        CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TABLE t (id serial PRIMARY KEY, k kind DEFAULT 'a' CHECK (f(k) = 'a'), up integer REFERENCES t,
            big bigint GENERATED ALWAYS AS IDENTITY);
        CREATE INDEX ON t (f(k)) WHERE k = 'a';
        CREATE TRIGGER keep BEFORE UPDATE ON t FOR EACH ROW WHEN (old.k <> f(new.k))
            EXECUTE FUNCTION keep();";
    client.batch_execute(made).unwrap();
    let public = Scope::default().schemas(["public"]);
    let expected = introspect(&mut client, &public).unwrap();
    let elsewhere =
        format!("CREATE SCHEMA \"odd one\"; SET LOCAL search_path = \"odd one\"; {made}");
    let mut transaction = client.transaction().unwrap();
    transaction.batch_execute(&elsewhere).unwrap();
    let home = Scope::default().home("odd one").schemas(["odd one"]);
    let mut found = introspect_within(&mut transaction, &home).unwrap();
    // PostgreSQL always says the schema of a function that it defines.
    for other in &mut found.others {
        other.definition = other.definition.replace("\"odd one\".", "public.");
    }
    assert_eq!(found, expected);
}

#[test]
fn a_role_without_privileges_reads_the_same() {
    let (mut client, _scratch) = live();
    let all = introspect(&mut client, &Scope::default()).unwrap();
    // Any role will do that owns nothing here.
    if let Err(error) = client.batch_execute("SET ROLE pg_database_owner") {
        return eprintln!("this role may not become another: {error}");
    }
    assert_eq!(introspect(&mut client, &Scope::default()).unwrap(), all);
    client.batch_execute("RESET ROLE; REVOKE USAGE ON SCHEMA public FROM PUBLIC").unwrap();
    client.batch_execute("SET ROLE pg_monitor").unwrap();
    let problem = introspect(&mut client, &Scope::default()).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "the role pg_monitor may not use the schema public: connect as one that may, or `GRANT USAGE ON \
         SCHEMA public TO pg_monitor`"
    );
}

#[test]
fn a_lock_that_another_session_holds_is_not_waited_for_for_ever() {
    let (mut client, scratch) = live();
    let mut other = scratch.connect().unwrap();
    let mut altering = other.transaction().unwrap();
    altering.batch_execute("ALTER TABLE parent ADD late integer").unwrap();
    client.batch_execute("SET lock_timeout = '100ms'").unwrap();
    let problem = introspect(&mut client, &Scope::default()).unwrap_err();
    assert_eq!(problem.code(), Some("55P03"), "{problem}");
    altering.rollback().unwrap();
    introspect(&mut client, &Scope::default()).unwrap();
}

#[test]
fn a_database_that_changes_meanwhile_is_read_all_the_same() {
    let (mut client, scratch) = live();
    let mut other = scratch.connect().unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                other
                    .batch_execute(
                        "CREATE TABLE passing (id serial PRIMARY KEY, k kind DEFAULT 'plain' CHECK (k <> ''),
                             up integer REFERENCES passing, low text GENERATED ALWAYS AS (id::text || 'a') STORED);
                         CREATE INDEX ON passing ((id + 1)) WHERE id > 0;
                         CREATE VIEW passing_by AS SELECT * FROM passing;
                         CREATE TRIGGER kept AFTER INSERT ON passing FOR EACH ROW WHEN (new.id > 0)
                             EXECUTE FUNCTION keep();
                         DROP VIEW passing_by; DROP TABLE passing",
                    )
                    .unwrap();
            }
        });
        let read = (0..20).try_for_each(|_| introspect(&mut client, &Scope::default()).map(drop));
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        read.unwrap();
    });
}

#[cfg(unix)]
#[test]
fn a_catalog_is_one_round_trip_however_many_tables_there_are() {
    let scratch = server().scratch("trips").unwrap();
    let trips = || {
        let (mut client, count) = round_trips::connect(&scratch.url());
        let before = count.load(std::sync::atomic::Ordering::SeqCst);
        introspect(&mut client, &Scope::default()).unwrap();
        count.load(std::sync::atomic::Ordering::SeqCst) - before
    };
    let empty = trips();
    scratch.connect().unwrap().batch_execute(include_str!("introspect/live.sql")).unwrap();
    // BEGIN, the settings, fourteen catalogs, COMMIT.
    assert_eq!((empty, trips()), (17, 17));
}

/// Applies the DDL of an example, whose external tables are made first, and gives the lowered database;
/// `None` if the server has not the extensions for it.
fn apply(client: &mut Client, example: &Example) -> Option<Database> {
    let sources = example.sources();
    let trees: Vec<_> =
        sources.iter().map(|(file, _)| trine::syntax::parse(&sources, file).0).collect();
    let (schema, _) = trine::schema::resolve(&sources, &trees, Target::ALL);
    let database = lower(&schema).database;
    for extension in &database.extensions {
        let query = "SELECT FROM pg_available_extensions WHERE name = $1";
        if client.query(query, &[&extension.as_str()]).unwrap().is_empty() {
            eprintln!("{}: this server has no {extension}", example.name);
            return None;
        }
    }
    for (id, table) in database.tables.iter().filter(|(_, table)| table.external) {
        if let Some(schema) = &table.name.schema {
            client.batch_execute(&ddl::create_schema(schema)).unwrap();
        }
        client.batch_execute(&ddl::create_table(&database, id, &HashSet::new())).unwrap();
    }
    let options = Options { targets: vec![Target::Postgres], ..Options::default() };
    let compilation = trine::compile(&sources, &options);
    let (_, file) = compilation.files.first().expect("the example compiles");
    client.batch_execute(&file.contents).unwrap();
    Some(database)
}

/// What PostgreSQL calls each type of a database.
fn types_in_postgres_words(client: &mut Client, database: &Database) -> BTreeMap<String, String> {
    let types: BTreeSet<&str> = database
        .tables
        .values()
        .iter()
        .flat_map(|table| &table.columns)
        .map(|column| column.ty.0.as_str())
        .collect();
    let columns: Vec<String> =
        types.iter().enumerate().map(|(nth, ty)| format!("c{nth} {ty}")).collect();
    let mut transaction = client.transaction().unwrap();
    transaction
        .batch_execute(&format!("CREATE TEMPORARY TABLE probe ({})", columns.join(", ")))
        .unwrap();
    let rows = transaction
        .query(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute
             WHERE attrelid = 'probe'::regclass AND attnum > 0 ORDER BY attnum",
            &[],
        )
        .unwrap();
    types.into_iter().map(str::to_owned).zip(rows.iter().map(|row| row.get(0))).collect()
}

/// A database in a form that can be compared whatever the words of its expressions: everything that has
/// no order of its own is sorted, and tables are known by their names.
struct Structure {
    whole: String,
    tables: BTreeMap<String, String>,
}

impl Structure {
    fn of(database: &Database, types: &BTreeMap<String, String>) -> Structure {
        let mut whole = Database { tables: Default::default(), ..database.clone() };
        whole.schemas.sort();
        whole.extensions.sort();
        whole.enum_types.sort_by(|a, b| a.name.cmp(&b.name));
        // The examples bring their own: a check that calls a function is an expression.
        whole.others.clear();
        let tables = database
            .tables
            .values()
            .iter()
            .filter(|table| !table.external)
            .filter(|table| !is_made_by_test(&table.name))
            .map(|table| (table.name.quoted(), one_table(database, table, types)))
            .collect();
        Structure { whole: format!("{whole:#?}"), tables }
    }
}

fn is_made_by_test(name: &QualifiedName) -> bool {
    name.name == "auth_user"
}

fn one_table(database: &Database, table: &Table, types: &BTreeMap<String, String>) -> String {
    let mut table = table.clone();
    let mut keys: Vec<(String, ForeignKey)> = std::mem::take(&mut table.foreign_keys)
        .into_iter()
        .map(|key| {
            let target = &database.tables[key.target];
            let columns: Vec<_> =
                key.target_columns.iter().map(|&at| target.columns[at].name.clone()).collect();
            let words = format!("{} {columns:?}", target.name.quoted());
            let blank = ForeignKey {
                target: trine::arena::Id::from_index(0),
                target_columns: Vec::new(),
                ..key
            };
            (words, blank)
        })
        .collect();
    keys.sort_by(|a, b| a.1.name.cmp(&b.1.name));
    for column in &mut table.columns {
        if let Some(words) = types.get(column.ty.0.as_str()) {
            column.ty.0 = words.into();
        }
        blank(&mut column.default);
        blank(&mut column.generated);
    }
    table.storage.sort();
    table.uniques.sort_by(|a, b| a.name.cmp(&b.name));
    table.checks.sort_by(|a, b| a.name.cmp(&b.name));
    table.checks.iter_mut().for_each(|check| check.condition.0.clear());
    table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
    for index in &mut table.indexes {
        index.storage.sort();
        blank(&mut index.condition);
        index.elements.iter_mut().for_each(|element| blank_key(&mut element.key));
    }
    table.excludes.sort_by(|a, b| a.name.cmp(&b.name));
    for exclude in &mut table.excludes {
        blank(&mut exclude.condition);
        exclude.elements.iter_mut().for_each(|(element, _)| blank_key(&mut element.key));
    }
    table.triggers.sort_by(|a, b| a.name.cmp(&b.name));
    for trigger in &mut table.triggers {
        blank(&mut trigger.condition);
        for setting in &mut trigger.settings {
            assert!(setting.starts_with("SET search_path "), "{setting}");
            setting.clear();
        }
        assert!(!matches!(trigger.timing, TriggerTiming::InsteadOf));
    }
    format!("{table:#?}\n{keys:#?}")
}

fn blank(sql: &mut Option<Sql>) {
    if let Some(sql) = sql {
        sql.0.clear();
    }
}

fn blank_key(key: &mut IndexKey) {
    if let IndexKey::Expression(sql) = key {
        assert!(!sql.0.is_empty());
        sql.0.clear();
    }
}
