//! Programs drawn by lot: whatever stands beside whatever, the compiler makes something of it, and SQL,
//! SQLAlchemy and Django agree on it.
//!
//! `TRINE_RANDOM_SECONDS=300` proves as many programs as there is time for, `TRINE_RANDOM_SEED=17` those from
//! that number on (from a million on they have unions, from two million on with delete rules that differ by
//! alternative), `TRINE_RANDOM_COUNT=1` no more than so many; `TRINE_RANDOM_SHRINK=60` is how many seconds the
//! shortest program of the first failure is looked for, and `TRINE_RANDOM_ONLY=django` compares SQL with no
//! other, and with Django under both delete options.
#![allow(clippy::unwrap_used)]

mod proof;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use support::random;
use trine::target::{Options, Target};

/// How many programs are only compiled.
const COMPILED: u64 = 150;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let rules: [(&str, fn()); 3] = [
        (
            "every_drawn_program_compiles_for_every_target",
            every_drawn_program_compiles_for_every_target,
        ),
        ("the_same_number_gives_the_same_program", the_same_number_gives_the_same_program),
        ("most_of_what_is_drawn_is_valid", most_of_what_is_drawn_is_valid),
    ];
    let mut trials: Vec<Trial> = rules
        .into_iter()
        .map(|(name, rule)| {
            Trial::test(name, move || {
                rule();
                Ok(())
            })
        })
        .collect();
    trials.push(Trial::test("drawn_programs_are_proven", || Ok(proof::prove_drawn_programs()?)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Of each kind of programs, as many.
fn numbers() -> impl Iterator<Item = u64> {
    let kinds = [0, random::WITH_UNIONS, random::WITH_DIFFERING_RULES];
    kinds.into_iter().flat_map(|first| first..first + COMPILED)
}

fn every_drawn_program_compiles_for_every_target() {
    let options = Options::default();
    for seed in numbers() {
        let drawn = random::program(seed, &options);
        let compilation = trine::compile(&drawn.sources(), &drawn.options(&options));
        for &target in Target::ALL {
            let made = compilation.files.iter().any(|(of, _)| *of == target);
            assert!(made, "seed {seed}: nothing for {}\n{}", target.name(), drawn.text());
        }
    }
}

fn the_same_number_gives_the_same_program() {
    let options = Options::default();
    for seed in (0..20).chain((random::WITH_UNIONS..).take(20)) {
        assert_eq!(random::program(seed, &options).files, random::program(seed, &options).files);
    }
}

fn most_of_what_is_drawn_is_valid() {
    let options = Options::default();
    let (mut members, mut refused, mut thrown_away) = (0, BTreeMap::<_, usize>::new(), 0);
    for seed in numbers() {
        let drawn = random::program(seed, &options);
        members += drawn.members;
        thrown_away += drawn.thrown_away;
        for one in drawn.refused {
            *refused.entry(one.code.name()).or_default() += 1;
        }
    }
    let count: usize = refused.values().sum();
    println!(
        "{members} members, {count} refused ({refused:?}), {thrown_away} programs thrown away"
    );
    assert!(count * 5 < members, "{count} of {members} members are refused: {refused:?}");
    assert!(thrown_away * 5 < COMPILED as usize, "{thrown_away} programs are thrown away");
}
