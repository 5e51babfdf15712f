//! Rows that are made for a program, and what actions leave of them: PostgreSQL and the prediction agree.
//!
//! Every example, every unusual program and the drawn ones, each filled stage by stage; then the programs of
//! this file whose CHECKs are hard.
#![allow(clippy::unwrap_used)]

mod checks;
#[path = "../support/mod.rs"]
mod support;
mod unions;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use postgres::Client;
use trine::impact::{Action, Prediction, Refusal, Rows, difference, predict};
use trine::live::Server;
use trine::prove::rows::{About, Stage, Stages, action_sql, dump_sql, parse_dump, stages};
use trine::schema::{Stored, Strategy};
use trine::source::Sources;
use trine::target::Options;
use trine::targets::Program;

use support::examples::{self, Example};
use support::ground::Compiled;
use support::server::server;
use support::{cascades, random};

/// How many random programs are watched, unless TRINE_TEST_DRAWN says otherwise.
const RANDOM: u64 = 5;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials()).exit_code()
}

fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for example in examples::all().into_iter().chain(examples::unusual()) {
        trials.push(Trial::test(format!("example::{}", example.name), move || {
            watch(server(), &example).map(drop)
        }));
    }
    // More of them with TRINE_TEST_DRAWN=300.
    let drawn = std::env::var("TRINE_TEST_DRAWN").ok().and_then(|count| count.parse().ok());
    for number in 0..drawn.unwrap_or(cascades::PROGRAMS) {
        trials.push(Trial::test(format!("drawn::cascades{number}"), move || {
            watch(server(), &alone("cascades", cascades::program(number))).map(drop)
        }));
    }
    for number in 0..drawn.unwrap_or(RANDOM) {
        trials.push(Trial::test(format!("random::{number}"), move || is_as_predicted(number)));
    }
    for &(name, text) in unions::PROGRAMS {
        let exchanged = |it: &Strategy| *it == Strategy::Arc || it.has_rows();
        for strategy in Strategy::ALL.into_iter().filter(exchanged) {
            let text = text.replace("{as}", strategy.name());
            let example = alone(name, format!("module cases\n\n{text}"));
            trials.push(Trial::test(format!("union::{name}::{}", strategy.name()), move || {
                every_alternative(&example)
            }));
        }
    }
    trials.push(Trial::test("external::has_more_than_is_said", more_than_is_said));
    trials.push(Trial::test("locks::are_few_however_much_is_asked", few_locks));
    trials.push(Trial::test("questions::are_few_where_no_value_would_do", few_questions));
    for &(name, members) in checks::COVERED {
        trials.push(Trial::test(format!("check::{name}"), move || is_covered(name, members)));
    }
    for &(name, members, why) in checks::UNCOVERED {
        trials.push(Trial::test(format!("uncovered::{name}"), move || {
            is_uncovered(name, members, why)
        }));
    }
    trials
}

/// Whatever rows can be made for, every action on them comes to what is predicted; what they can't be made for
/// is shown, and is no mistake of the prediction.
fn is_as_predicted(number: u64) -> Result<(), Failed> {
    let drawn = random::program(number, &Options::default());
    let shown = drawn.text();
    let example = Example { name: format!("random{number}"), files: drawn.files };
    let (found, report) = make(server(), &example)?;
    for uncovered in &found.uncovered {
        eprintln!("random{number}: {} is not covered: {}", uncovered.what, uncovered.why);
    }
    if report.is_empty() { Ok(()) } else { Err(format!("{}\n{shown}", report.join("\n")).into()) }
}

/// Everything is covered, and where there is everything, every alternative of a row has its turn.
fn every_alternative(example: &Example) -> Result<(), Failed> {
    let found = watch(server(), example)?;
    let compiled = Compiled::new(&example.sources())?;
    let program = compiled.program();
    let stage = found.stages.last().ok_or("there is no stage")?;
    let alternatives = program.schema.unions.values().iter().flat_map(|union| &union.alternatives);
    let arcs = program.schema.union_relations.values().iter().flat_map(|it| it.spelt());
    for relation in alternatives.filter_map(|it| it.relation).chain(arcs.copied()) {
        let source = program.schema.relations[relation].source;
        let table = program.layout.table(source);
        let place = program.layout.relation(relation).ok_or("it has no column")?;
        let column = &program.database.tables[table].columns[place.columns[0]].name;
        if stage.rows.tables[table.index()].iter().all(|row| row[column].is_null()) {
            let source = &program.schema.entities[source].name;
            let name = &program.schema.relations[relation].name;
            return Err(format!("no row has a {source}.{name}").into());
        }
    }
    Ok(())
}

/// A table that something else owns has columns that no file states, and rows are made for them too.
fn more_than_is_said() -> Result<(), Failed> {
    let compiled = Compiled::new(&examples::named("django_user").sources())?;
    let program = compiled.program();
    let database = server().scratch("rows").unwrap();
    let mut client = database.connect().unwrap();
    client
        .batch_execute(
            "CREATE TABLE auth_user (
               id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
               password varchar(128) NOT NULL,
               last_login timestamptz,
               is_superuser boolean NOT NULL,
               username varchar(150) NOT NULL UNIQUE CHECK (username = lower(username)),
               date_joined timestamptz NOT NULL
             )",
        )
        .unwrap();
    compiled.create_own(&mut client);
    let found = stages(program, &mut client).map_err(|problem| problem.to_string())?;
    let mut report: Vec<String> =
        found.uncovered.iter().map(|it| format!("{}: {}", it.what, it.why)).collect();
    for stage in &found.stages {
        report.extend(carry_out(program, &mut client, stage));
    }
    if report.is_empty() { Ok(()) } else { Err(report.join("\n").into()) }
}

/// However often PostgreSQL is asked about CHECKs, the rows are not written below that many savepoints, each of
/// which would be a lock until the end: a server has room for a limited number, whoever takes them.
fn few_locks() -> Result<(), Failed> {
    let text = checks::program("a integer\n b varchar(9)\n check (a > 1)\n check (b like \"x%\")");
    let compiled = Compiled::new(&alone("locks", text).sources())?;
    let database = server().scratch("rows").unwrap();
    let mut client = database.connect().unwrap();
    compiled.create(&mut client);
    // Locks of the transaction, of the savepoint that is undone, and perhaps of the row's own.
    client
        .batch_execute(
            "CREATE FUNCTION few_locks() RETURNS trigger LANGUAGE plpgsql AS $$
             DECLARE found bigint;
             BEGIN
               SELECT count(*) INTO found FROM pg_locks
                WHERE locktype = 'transactionid' AND pid = pg_backend_pid();
               IF found > 3 THEN RAISE '% locks of transactions', found; END IF;
               RETURN NEW;
             END $$;
             CREATE TRIGGER few_locks BEFORE INSERT ON cases_entry
               FOR EACH ROW EXECUTE FUNCTION few_locks()",
        )
        .unwrap();
    let found = stages(compiled.program(), &mut client).map_err(|problem| problem.to_string())?;
    let report: Vec<String> =
        found.uncovered.iter().map(|it| format!("{}: {}", it.what, it.why)).collect();
    if report.is_empty() { Ok(()) } else { Err(report.join("\n").into()) }
}

/// Where rows collide in what they refer to, no value helps, and PostgreSQL is not asked for one; nor is it asked
/// twice about the same values.
fn few_questions() -> Result<(), Failed> {
    for (what, members) in checks::ASKED {
        let text = format!("module cases\n\n{members}");
        let compiled = Compiled::new(&alone("questions", text).sources())?;
        let database = server().scratch("rows").unwrap();
        let mut client = database.connect().unwrap();
        // It counts on, whatever is rolled back.
        client.batch_execute("CREATE SEQUENCE asked").unwrap();
        compiled.create(&mut client);
        stages(compiled.program(), &mut client).map_err(|problem| problem.to_string())?;
        let asked: i64 = client.query_one("SELECT nextval('asked')", &[]).unwrap().get(0);
        if asked > 1000 {
            return Err(format!("{what}: the CHECK was read {asked} times").into());
        }
    }
    Ok(())
}

fn is_covered(name: &str, members: &str) -> Result<(), Failed> {
    let found = watch(server(), &alone(name, checks::program(members)))?;
    let first = found.stages.first().ok_or("there is no stage")?;
    let entries = first.rows.tables[0].len();
    if entries < 4 { Err(format!("only {entries} rows were made").into()) } else { Ok(()) }
}

/// What can't be made is said, and what can be made without it is made.
fn is_uncovered(name: &str, members: &str, why: &str) -> Result<(), Failed> {
    let (found, report) = make(server(), &alone(name, checks::program(members)))?;
    let told = |what: &str| found.uncovered.iter().find(|it| it.what == what);
    let named = |what: &str| told(what).is_some_and(|it| it.why.contains(why));
    let done = found.stages.iter().map(|it| it.what.as_str()).collect::<Vec<_>>();
    if !named("Note.entry") || !named("Entry") || done != ["everything"] || !report.is_empty() {
        return Err(format!("{:?}, {done:?}, {report:?}", found.uncovered).into());
    }
    Ok(())
}

fn alone(name: &str, text: String) -> Example {
    Example { name: name.to_owned(), files: vec![(format!("{name}.trine"), text)] }
}

/// Makes the stages of a program and carries out every action; each must come to what is predicted, and
/// everything must be covered.
fn watch(server: &Server, example: &Example) -> Result<Stages, Failed> {
    let (found, mut report) = make(server, example)?;
    report.extend(
        found
            .uncovered
            .iter()
            .map(|uncovered| format!("{} is not covered: {}", uncovered.what, uncovered.why)),
    );
    if report.is_empty() { Ok(found) } else { Err(report.join("\n").into()) }
}

/// The stages of a program, and what is wrong with them.
fn make(server: &Server, example: &Example) -> Result<(Stages, Vec<String>), Failed> {
    let mut sources = Sources::new();
    for (path, text) in &example.files {
        sources.add(path.as_str(), text.as_str());
    }
    let compiled = Compiled::new(&sources)?;
    let program = compiled.program();
    let database = server.scratch("rows").unwrap();
    let mut client = database.connect().unwrap();
    if let Some(missing) = lacks_extension(program, &mut client) {
        eprintln!("{}: this server has no {missing}", example.name);
        return Ok((Stages::default(), Vec::new()));
    }
    compiled.create(&mut client);
    let found = stages(program, &mut client).map_err(|problem| problem.to_string())?;
    let mut report = Vec::new();
    for stage in &found.stages {
        report.extend(carry_out(program, &mut client, stage));
    }
    for (relation, stated) in program.schema.relations.iter() {
        let about = About::Relation(relation);
        let has_stage = found.stages.iter().any(|stage| stage.about == about);
        let is_told = found.uncovered.iter().any(|it| it.about == about);
        if !has_stage && !is_told {
            report.push(format!("nothing is done to {}", stated.name));
        }
    }
    for (relation, stated) in program.schema.union_relations.iter() {
        let about = About::Union(relation);
        let has_stage = found.stages.iter().any(|stage| stage.about == about);
        let is_told = found.uncovered.iter().any(|it| it.about == about);
        // An untyped one is text, to which nothing can be done that a rule speaks of.
        let is_text = matches!(stated.stored, Stored::Untyped { .. });
        if !has_stage && !is_told && !is_text {
            report.push(format!("nothing is done to {}", stated.name));
        }
    }
    Ok((found, report))
}

/// An extension that the program needs and the server can't bring.
fn lacks_extension(program: Program<'_>, client: &mut Client) -> Option<String> {
    let available: Vec<String> = client
        .query("SELECT name::text FROM pg_available_extensions", &[])
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    let needed = program.schema.extensions.iter().map(|extension| extension.name.to_string());
    needed.into_iter().find(|name| !available.contains(name))
}

/// Fills a stage and carries out its actions, each in a transaction that is rolled back.
fn carry_out(program: Program<'_>, client: &mut Client, stage: &Stage) -> Vec<String> {
    let mut report = Vec::new();
    let mut transaction = client.transaction().unwrap();
    transaction.batch_execute(&stage.empty).unwrap();
    for statement in &stage.fill {
        transaction.batch_execute(statement).unwrap();
    }
    transaction.commit().unwrap();
    for action in &stage.actions {
        let predicted = predict(program, &stage.rows, action);
        let outcome = by_sql(program, client, stage, action);
        let what =
            format!("{}: {}", stage.what, action_sql(program, &stage.rows, action).join("; "));
        report.extend(
            differences(program, &stage.rows, &predicted, &outcome)
                .into_iter()
                .map(|line| format!("{what}: {line}")),
        );
    }
    report
}

fn by_sql(
    program: Program<'_>,
    client: &mut Client,
    stage: &Stage,
    action: &Action,
) -> Result<Rows, postgres::Error> {
    let mut transaction = client.transaction()?;
    for statement in action_sql(program, &stage.rows, action) {
        transaction.batch_execute(&statement)?;
    }
    transaction.batch_execute("SET CONSTRAINTS ALL IMMEDIATE")?;
    let text: String = transaction.query_one(&dump_sql(program), &[])?.get(0);
    Ok(parse_dump(program, &text).unwrap())
}

fn differences(
    program: Program<'_>,
    before: &Rows,
    predicted: &Prediction,
    outcome: &Result<Rows, postgres::Error>,
) -> Vec<String> {
    match (predicted, outcome) {
        (Prediction::Left(wanted), Ok(found)) => difference(program, before, wanted, found),
        (Prediction::Left(_), Err(error)) => {
            let told = error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string);
            vec![format!("was refused, which nothing should do: {told}")]
        }
        (Prediction::Refused(reasons), Ok(_)) => {
            vec![format!("was let through; these should refuse it: {reasons:?}")]
        }
        (Prediction::Refused(reasons), Err(error)) => {
            let code = error.code().map_or("", |code| code.code());
            let expected: Vec<&str> = reasons.iter().flat_map(|it| codes(*it)).copied().collect();
            if expected.contains(&code) {
                Vec::new()
            } else {
                vec![format!("was refused with {code}, for {reasons:?}: {error:?}")]
            }
        }
        (Prediction::OrderDecides(_) | Prediction::Undecided(_), _) => Vec::new(),
    }
}

/// How PostgreSQL says it (appendix A of its manual).
fn codes(refusal: Refusal) -> &'static [&'static str] {
    match refusal {
        Refusal::Restrict(_) | Refusal::Within(_) => &["23503"],
        Refusal::Protect(_) => &["23503", "23001"],
        Refusal::Bound(_) => &["23514"],
        Refusal::Check(_) => &["23514", "23502"],
        Refusal::Unique(_) => &["23505"],
    }
}
