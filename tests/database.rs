//! Every example, proven in a real database with both ORMs: one test for each example and concern.
//!
//! The tests of this program are made from the files under `examples/`; a new example is proven as soon
//! as it lies there. TRINE_TEST_DJANGO, TRINE_TEST_POSTGRES, TRINE_TEST_PYTHON and
//! TRINE_TEST_DATABASE_URL choose what it runs on (`python/README.md`).

mod support;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};

use support::cascades;
use support::examples::{self, Example, Variant};
use support::hostile;
use support::session::{Session, work_directory};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(None)).exit_code();
    }
    let session = match Session::start() {
        Ok(session) => Arc::new(session),
        Err(missing) => {
            eprintln!("error: {missing}");
            return ExitCode::FAILURE;
        }
    };
    eprintln!("proving on {} with Django {}", session.server.version(), session.django);
    let conclusion = libtest_mimic::run(&arguments, trials(Some(&session)));
    // Every trial is over, so this is the last of it: the server stops here.
    drop(session);
    conclusion.exit_code()
}

/// Every test. Without a session they can only be listed.
fn trials(session: Option<&Arc<Session>>) -> Vec<Trial> {
    let django = session.map_or("6.1", |session| &session.django);
    let mut trials = Vec::new();
    for example in examples::all().into_iter().chain(examples::unusual()) {
        for &variant in Variant::all(django) {
            trials.push(prove(session, "equality", &example, variant, json!({})));
            trials.push(prove(session, "replay", &example, variant, json!({})));
        }
    }
    for example in [examples::named("storefront")] {
        for &variant in Variant::all(django) {
            trials.push(prove(session, "storefront", &example, variant, json!({})));
        }
    }
    let refusals = Example {
        name: "refusals".to_owned(),
        files: vec![("refusals.trine".to_owned(), include_str!("data/refusals.trine").to_owned())],
    };
    for &variant in Variant::all(django) {
        trials.push(prove(session, "refusals", &refusals, variant, json!({})));
    }
    let hostile = Example {
        name: "hostile".to_owned(),
        files: vec![("hostile.trine".to_owned(), hostile::program())],
    };
    for &variant in Variant::all(django) {
        let texts = json!({ "texts": hostile::texts() });
        trials.push(prove(session, "equality", &hostile, variant, json!({})));
        trials.push(prove(session, "hostile", &hostile, variant, texts));
    }
    for name in ["restrict", "protect", "restrict_diamond"] {
        for &variant in Variant::all(django) {
            trials.push(prove(session, "admin", &examples::named(name), variant, json!({})));
        }
    }
    for number in 0..cascades::PROGRAMS {
        let name = format!("cascades{number}");
        let files = vec![(format!("{name}.trine"), cascades::program(number))];
        let drawn = Example { name, files };
        for &variant in Variant::all(django) {
            trials.push(prove(session, "replay", &drawn, variant, json!({})));
        }
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

/// A test that compiles all examples into one tree and lets a tool judge the code.
fn judge(session: Option<&Arc<Session>>, tool: &'static str, variant: Variant) -> Trial {
    let session = session.cloned();
    Trial::test(format!("cleanliness::{tool}::{}", variant.name()), move || {
        let session = session.ok_or("tests are only listed")?;
        let output = work_directory().join("cleanliness").join(tool).join(variant.name());
        let _ = std::fs::remove_dir_all(&output);
        let mut apps = Vec::new();
        for example in examples::all().into_iter().chain(examples::unusual()) {
            let mut options = variant.options();
            options.sqlalchemy.package = format!("{}_models", example.name);
            let model = example.build(&options, &output).map_err(Failed::from)?;
            apps.extend(model["apps"].as_array().into_iter().flatten().cloned());
        }
        let request = json!({ "output": output, "tool": tool, "apps": apps });
        session.run("cleanliness", request).map(drop).map_err(Failed::from)
    })
}

/// A test that compiles an example and gives it to a task of the Python side.
fn prove(
    session: Option<&Arc<Session>>,
    task: &'static str,
    example: &Example,
    variant: Variant,
    extra: Value,
) -> Trial {
    let name = format!("{task}::{}::{}", example.name, variant.name());
    let session = session.cloned();
    let example = example.clone();
    Trial::test(name, move || {
        let session = session.ok_or("tests are only listed")?;
        let output = work_directory().join(task).join(&example.name).join(variant.name());
        let _ = std::fs::remove_dir_all(&output);
        let options = variant.options();
        let model = example.build(&options, &output).map_err(Failed::from)?;
        let mut request = json!({
            "example": example.name,
            "output": output,
            "package": options.sqlalchemy.package,
            "variant": variant.name(),
            "model": model,
        });
        for (key, value) in extra.as_object().into_iter().flatten() {
            request[key] = value.clone();
        }
        // Beside the files, for whoever looks into a failure.
        let _ = std::fs::write(output.join("request.json"), request.to_string());
        let remark = session.run(task, request).map_err(Failed::from)?;
        if !remark.is_empty() {
            eprintln!("{task}::{}: {remark}", example.name);
        }
        Ok(())
    })
}
