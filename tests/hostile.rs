//! Text that breaks out of quotes, through all targets: it must come out as text, everywhere.
//!
//! The program is made here; the proof in a database is `hostile::*` of `tests/database.rs`.

mod support;

use support::hostile;
use trine::source::Sources;
use trine::target::{Options, Target};

#[test]
fn hostile_text_compiles_for_every_target() {
    let mut sources = Sources::new();
    sources.add("hostile.trine", hostile::program());
    let compilation = trine::compile(&sources, &Options::default());
    let shown = support::examples::short(&sources, &compilation.diagnostics);
    assert!(!trine::diagnostics::has_errors(&compilation.diagnostics), "{shown}");
    for &target in Target::ALL {
        assert!(compilation.files.iter().any(|(of, _)| *of == target), "{}", target.name());
    }
}

#[test]
fn no_generated_file_holds_a_control_character() {
    let mut sources = Sources::new();
    sources.add("hostile.trine", hostile::program());
    let compilation = trine::compile(&sources, &Options::default());
    for (target, file) in &compilation.files {
        let found = file.contents.chars().find(|&c| c != '\n' && is_unprintable(c));
        assert_eq!(found, None, "{}/{}", target.name(), file.path);
    }
}

#[test]
fn nul_in_a_string_is_an_error_at_its_place() {
    let mut sources = Sources::new();
    sources.add("nul.trine", "module m\n\nentity A {\n  label \"a\\u{0}b\"\n}\n");
    let diagnostics = trine::check(&sources, &Options::default());
    let codes: Vec<&str> = diagnostics.iter().map(|found| found.code.name()).collect();
    assert_eq!(codes, ["E0312"]);
}

/// Control characters, and those that turn the direction of text around.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
