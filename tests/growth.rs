//! What a union costs to compile grows with its alternatives, and not with their square.

use std::fmt::Write as _;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use trine::schema::Strategy;
use trine::source::Sources;
use trine::target::Options;

/// A union of so many entities, what refers to it, and what many to many refer to it by.
fn program(alternatives: usize, strategy: Strategy) -> String {
    let mut text = "module wide\n\n".to_owned();
    let names: Vec<String> = (0..alternatives).map(|nth| format!("Thing{nth}")).collect();
    for name in &names {
        let entity = writeln!(text, "entity {name} {{\n  name  varchar(80)\n}}\n");
        entity.expect("writing into a String does not fail");
    }
    let watchers = match strategy {
        // A row of what is split is in one table.
        Strategy::Split => "",
        Strategy::Arc
        | Strategy::Link
        | Strategy::Supertype
        | Strategy::Inheritance
        | Strategy::Slot
        | Strategy::Untyped => "  watchers  * Owner <-> * watched  on delete unlink\n",
    };
    let union = format!("union Owner = {} as {}\n\n", names.join(" | "), strategy.name());
    let task =
        format!("entity Task {{\n  owner  1 Owner <-> * tasks  on delete cascade\n{watchers}}}\n");
    text + &union + &task
}

/// The least time of some takes, by the CPU: another program's work is not in it.
fn cost(alternatives: usize, strategy: Strategy) -> Duration {
    let mut sources = Sources::new();
    sources.add("wide.trine", program(alternatives, strategy));
    let take = || {
        let before = cpu();
        let compiled = trine::compile(&sources, &Options::default());
        let after = cpu();
        assert!(!compiled.files.is_empty(), "{:?}", compiled.diagnostics);
        after - before
    };
    (0..2).map(|_| take()).min().expect("there are takes")
}

/// The time that this process has spent computing.
fn cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("a process may ask for its own");
    let spent = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(spent.try_into().expect("time runs forward"))
}

#[test]
fn four_times_the_alternatives_take_about_four_times_as_long() {
    for strategy in
        [Strategy::Arc, Strategy::Link, Strategy::Supertype, Strategy::Inheritance, Strategy::Split]
    {
        let (few, many) = (cost(200, strategy), cost(800, strategy));
        let growth = many.as_secs_f64() / few.as_secs_f64();
        assert!(growth < 6.0, "{}: {few:?}, then {many:?}", strategy.name());
    }
}
