//! Every example, proven in a real database with both ORMs: one test for each example and concern.
//!
//! The tests of this program are made from the files under `examples/`; a new example is proven as soon
//! as it lies there. TRINE_TEST_DJANGO, TRINE_TEST_POSTGRES, TRINE_TEST_PYTHON and
//! TRINE_TEST_DATABASE_URL choose what it runs on (`python/README.md`).

mod support;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use trine::impact::{Action, Prediction, predict};
use trine::prove::python::{Interpreter, Needs, Runner};
use trine::prove::rows::{About, Stage, dump_sql, empty_sql, stages};
use trine::prove::{
    Bench, Failure as Unproven, Side, Silent, Uncovered, Wanted, prove as prove_all, report,
};
use trine::schema::{DeleteRule, Strategy};
use trine::target::Options;

use support::cascades;
use support::examples::{self, Example, Variant, root};
use support::ground::Compiled;
use support::hostile;
use support::owners;
use support::session::{Session, work_directory};
use support::tracker::{self, Tracker};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(None, None)).exit_code();
    }
    let started = Session::start().and_then(|session| {
        let proving = Proving::start(&session)?;
        Ok((Arc::new(session), Arc::new(proving)))
    });
    let (session, proving) = match started {
        Ok(started) => started,
        Err(missing) => {
            eprintln!("error: {missing}");
            return ExitCode::FAILURE;
        }
    };
    eprintln!("proving on {} with Django {}", session.server.version(), session.django);
    let conclusion = libtest_mimic::run(&arguments, trials(Some(&session), Some(&proving)));
    // Every trial is over, so this is the last of both: the server stops here.
    drop(proving);
    drop(session);
    conclusion.exit_code()
}

/// Every test. Without a session they can only be listed.
fn trials(session: Option<&Arc<Session>>, proving: Option<&Arc<Proving>>) -> Vec<Trial> {
    let django = session.map_or("6.1", |session| &session.django);
    let mut trials = Vec::new();
    for example in examples::all().into_iter().chain(examples::unusual()) {
        trials.push(proof(session, proving, &example, &Options::default()));
    }
    for tracker in trackers() {
        trials.push(proof(session, proving, &tracker.example, &tracker.options));
    }
    for strategy in owners::STRATEGIES {
        trials.push(proof(session, proving, &owners::rules(strategy), &Options::default()));
    }
    let storefront = examples::named("storefront");
    for &variant in Variant::all(django) {
        trials.push(task(session, "storefront", &storefront, variant, nothing));
    }
    let refusals = Example {
        name: "refusals".to_owned(),
        files: vec![("refusals.trine".to_owned(), include_str!("data/refusals.trine").to_owned())],
    };
    for &variant in Variant::all(django) {
        trials.push(task(session, "refusals", &refusals, variant, nothing));
    }
    for strategy in owners::STRATEGIES {
        trials.push(proof(session, proving, &owners::example(strategy), &Options::default()));
        let owners = owners::apart(strategy);
        for &variant in Variant::all(django) {
            let more = move |_: &Session, _: &Compiled| Ok(json!({ "strategy": strategy }));
            trials.push(task(session, "owners", &owners, variant, more));
        }
    }
    for strategy in Strategy::ALL {
        trials.push(list(session, &tracker::stored(strategy)));
    }
    for strategy in owners::STRATEGIES {
        for &variant in Variant::all(django) {
            trials.push(task(session, "abroad", &owners::abroad(strategy), variant, nothing));
        }
    }
    for &variant in Variant::all(django) {
        trials.push(task(session, "splits", &owners::apart("split"), variant, nothing));
    }
    let hostile = Example {
        name: "hostile".to_owned(),
        files: vec![("hostile.trine".to_owned(), hostile::program())],
    };
    trials.push(proof(session, proving, &hostile, &Options::default()));
    for &variant in Variant::all(django) {
        let texts = |_: &Session, _: &Compiled| Ok(json!({ "texts": hostile::texts() }));
        trials.push(task(session, "hostile", &hostile, variant, texts));
    }
    for strategy in owners::STRATEGIES.into_iter().chain(["split"]) {
        for lazy in ["raise", "select"] {
            trials.push(application(session, strategy, lazy));
        }
    }
    for name in ["restrict", "protect", "restrict_diamond"] {
        for &variant in Variant::all(django) {
            trials.push(task(session, "admin", &examples::named(name), variant, refused_deletes));
        }
    }
    for number in 0..cascades::PROGRAMS {
        let name = format!("cascades{number}");
        let files = vec![(format!("{name}.trine"), cascades::program(number))];
        trials.push(proof(session, proving, &Example { name, files }, &Options::default()));
    }
    for &variant in Variant::all(django) {
        for tool in ["ruff", "mypy_sqlalchemy", "mypy_django"] {
            // SQLAlchemy's code is the same whatever Django does; and the stubs for Django 5.2 can't
            // infer the type of a ManyToManyField, so the code is judged by those for 6.1.
            let judged = match tool {
                "mypy_sqlalchemy" => variant == Variant::Python,
                "mypy_django" => django == "6.1",
                _ => true,
            };
            if judged {
                trials.push(judge(session, tool, variant));
            }
        }
    }
    trials
}

/// The example of unions, its union stored in each of the other ways, the slot filled with each alternative.
fn trackers() -> Vec<Tracker> {
    let others = Strategy::ALL.into_iter().filter(|&strategy| strategy != Strategy::Arc);
    let mut trackers: Vec<Tracker> = others.map(tracker::stored).collect();
    let mut group = tracker::stored(Strategy::Slot);
    group.fill("Group");
    group.example.name.push_str("_group");
    trackers.push(group);
    trackers
}

/// A test that compiles all examples into one tree and lets a tool judge the code.
fn judge(session: Option<&Arc<Session>>, tool: &'static str, variant: Variant) -> Trial {
    let session = session.cloned();
    Trial::test(format!("cleanliness::{tool}::{}", variant.name()), move || {
        let session = session.ok_or("tests are only listed")?;
        let output = work_directory().join("cleanliness").join(tool).join(variant.name());
        let _ = std::fs::remove_dir_all(&output);
        let mut apps = Vec::new();
        let owners = owners::STRATEGIES.into_iter().chain(["split"]).map(owners::apart);
        let rules = owners::STRATEGIES.map(owners::rules_apart);
        let examples = examples::all().into_iter().chain(examples::unusual());
        let plain = examples.chain(owners).chain(rules).chain([owners::abroad("link")]);
        let plain = plain.map(|example| (example, Vec::new()));
        let trackers = [Strategy::Split, Strategy::Slot, Strategy::Untyped];
        let trackers = trackers.map(|strategy| tracker::stored(strategy).apart());
        let trackers = trackers.map(|tracker| (tracker.example, tracker.options.slots));
        for (example, slots) in plain.chain(trackers) {
            let mut options = Options { slots, ..variant.options() };
            options.sqlalchemy.package = format!("{}_models", example.name);
            example.build(&options, &output)?;
            apps.extend(Compiled::with(&example.sources(), &options)?.apps());
        }
        if tool == "mypy_sqlalchemy" {
            for strategy in owners::STRATEGIES.into_iter().chain(["split"]) {
                owners::build(strategy, &format!("{strategy}_models"), "raise", &output)?;
            }
        }
        if tool == "mypy_django" {
            owners::add_types(&output.join("django"))?;
        }
        let request = json!({ "output": output, "tool": tool, "apps": apps });
        session.run("cleanliness", request).map_err(Failed::from)
    })
}

/// What runs the ORMs for the product's own proof.
struct Proving {
    interpreter: Interpreter,
    runner: Runner,
}

impl Proving {
    fn start(session: &Session) -> Result<Proving, String> {
        let needs = Needs::of(&Options::default(), false);
        let interpreter = Interpreter::find(Some(&session.python), root(), &needs);
        let interpreter = interpreter.map_err(|problem| problem.to_string())?;
        let runner = Runner::start(&interpreter).map_err(|problem| problem.to_string())?;
        Ok(Proving { interpreter, runner })
    }
}

/// A test that proves an example as `trine prove` does, with Django in every variant at once.
fn proof(
    session: Option<&Arc<Session>>,
    proving: Option<&Arc<Proving>>,
    example: &Example,
    options: &Options,
) -> Trial {
    let (session, proving) = (session.cloned(), proving.cloned());
    let (example, options) = (example.clone(), options.clone());
    Trial::test(format!("prove::{}", example.name), move || {
        let (Some(session), Some(proving)) = (session, proving) else {
            return Err("tests are only listed".into());
        };
        let django =
            Variant::all(&session.django).iter().map(|it| Side::Django(it.options().django));
        let wanted = Wanted {
            sides: [Side::Sqlalchemy].into_iter().chain(django).collect(),
            shrink: Duration::ZERO,
        };
        let bench = Bench {
            server: &session.server,
            python: Some((&proving.interpreter, &proving.runner)),
            compiler: &trine::compile,
            progress: &Silent,
        };
        let proof = match prove_all(bench, &example.sources(), &options, &wanted) {
            Ok(proof) => proof,
            Err(why @ Unproven::Extensions(_)) => {
                eprintln!("prove::{}: passed over: {why}", example.name);
                return Ok(());
            }
            Err(why) => return Err(why.to_string().into()),
        };
        // What only PostgreSQL can tell is compared with SQL; nothing else may be left out.
        let left_out = |it: &&Uncovered| !it.why.starts_with("compared with SQL alone");
        let left_out: Vec<&Uncovered> = proof.uncovered.iter().filter(left_out).collect();
        if !proof.agrees() || !left_out.is_empty() || proof.cases() == 0 {
            return Err(report::markdown(&proof).into());
        }
        Ok(())
    })
}

/// A test that compiles an example and gives it to a task of the Python side, with what else that is told.
fn task(
    session: Option<&Arc<Session>>,
    task: &'static str,
    example: &Example,
    variant: Variant,
    more: impl Fn(&Session, &Compiled) -> Result<Value, Failed> + Send + 'static,
) -> Trial {
    let name = format!("{task}::{}::{}", example.name, variant.name());
    let session = session.cloned();
    let example = example.clone();
    Trial::test(name, move || {
        let session = session.ok_or("tests are only listed")?;
        let output = work_directory().join(task).join(&example.name).join(variant.name());
        let _ = std::fs::remove_dir_all(&output);
        let options = variant.options();
        example.build(&options, &output)?;
        let compiled = Compiled::new(&example.sources())?;
        let mut request = json!({
            "output": output,
            "package": options.sqlalchemy.package,
            "variant": variant.name(),
            "apps": compiled.apps(),
            "externals": compiled.has_externals(),
            "empty": empty_sql(compiled.program()),
        });
        for (key, value) in more(&session, &compiled)?.as_object().into_iter().flatten() {
            request[key] = value.clone();
        }
        // Beside the files, for whoever looks into a failure.
        let _ = std::fs::write(output.join("request.json"), request.to_string());
        session.run(task, request).map_err(Failed::from)
    })
}

/// A test that lists tasks with their owners, few and many.
fn list(session: Option<&Arc<Session>>, tracker: &Tracker) -> Trial {
    let session = session.cloned();
    let tracker = tracker.clone();
    Trial::test(format!("listed::{}", tracker.example.name), move || {
        let session = session.ok_or("tests are only listed")?;
        let output = work_directory().join("listed").join(&tracker.example.name);
        let _ = std::fs::remove_dir_all(&output);
        tracker.example.build(&tracker.options, &output)?;
        let compiled = Compiled::with(&tracker.sources(), &tracker.options)?;
        let request = json!({
            "output": output,
            "package": tracker.options.sqlalchemy.package,
            "strategy": tracker.strategy.name(),
            "apps": compiled.apps(),
            "externals": compiled.has_externals(),
            "empty": empty_sql(compiled.program()),
        });
        session.run("listed", request).map_err(Failed::from)
    })
}

/// A test that runs an application over owners that are stored in one of the ways.
fn application(
    session: Option<&Arc<Session>>,
    strategy: &'static str,
    lazy: &'static str,
) -> Trial {
    let session = session.cloned();
    Trial::test(format!("unions::{strategy}::{lazy}"), move || {
        let session = session.ok_or("tests are only listed")?;
        let output = work_directory().join("unions").join(strategy).join(lazy);
        let _ = std::fs::remove_dir_all(&output);
        owners::build(strategy, "models", lazy, &output)?;
        let compiled = Compiled::new(&owners::example(strategy).sources())?;
        let request = json!({
            "output": output,
            "package": "models",
            "apps": compiled.apps(),
            "externals": compiled.has_externals(),
            "empty": empty_sql(compiled.program()),
        });
        session.run("unions", request).map_err(Failed::from)
    })
}

fn nothing(_: &Session, _: &Compiled) -> Result<Value, Failed> {
    Ok(json!({}))
}

/// For each relation that refuses: rows around it, and the key of one whose delete the schema refuses.
fn refused_deletes(session: &Session, compiled: &Compiled) -> Result<Value, Failed> {
    let program = compiled.program();
    let database = session.server.scratch("admin").map_err(|problem| problem.to_string())?;
    let mut client = database.connect().map_err(|problem| problem.to_string())?;
    compiled.create(&mut client);
    let found = stages(program, &mut client).map_err(|problem| problem.to_string())?;
    let mut refused = Vec::new();
    for (id, relation) in program.schema.relations.iter() {
        let rule = program.schema.to_one(id).map(|to_one| to_one.delete);
        if !matches!(rule, Some(DeleteRule::Restrict | DeleteRule::Protect)) {
            continue;
        }
        let target = program.layout.table(relation.target);
        let row = |stage: &Stage| {
            let deletes = stage.actions.iter().filter_map(|action| {
                let Action::Delete(row) = *action else { return None };
                (row.table == target).then_some((action, row))
            });
            let mut refused = deletes.filter(|(action, _)| {
                matches!(predict(program, &stage.rows, action), Prediction::Refused(_))
            });
            refused.next().map(|(_, row)| row)
        };
        let stage = found.stages.iter().find(|stage| stage.about == About::Relation(id));
        let row = stage.and_then(|stage| Some((stage, row(stage)?)));
        let (stage, row) =
            row.ok_or_else(|| format!("{}: no delete of a row is refused", relation.name))?;
        refused.push(json!({
            "what": stage.what,
            "fill": stage.fill,
            "table": program.database.tables[target].name.name,
            "key": stage.rows.tables[target.index()][row.row]["id"],
        }));
    }
    Ok(json!({ "refused": refused, "dump": dump_sql(program) }))
}
