//! No input makes the compiler panic: examples with characters left out, doubled, swapped and replaced.

use proptest::prelude::*;
use trine::diagnostics::has_errors;
use trine::source::Sources;
use trine::target::Options;

/// Every example that is one file.
fn examples() -> Vec<String> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let entries = std::fs::read_dir(directory).expect("the examples are there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "trine"));
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).expect("an example")).collect()
}

/// What takes the place of a word: words of the language and of hostile people.
const WORDS: &[&str] = &[
    "",
    "0",
    "1",
    "*",
    "0..1",
    "2..5",
    "_",
    "id",
    "name",
    "Store",
    "text",
    "integer",
    "text[]",
    "varchar(0)",
    "numeric(1000, 1001)",
    "unique",
    "key",
    "on delete cascade",
    "on delete set null",
    "on delete restrict",
    "within store",
    "ordered",
    "through Link",
    "deferrable",
    "= now()",
    "= null",
    "= \"\"",
    "?",
    "<->",
    "(a)",
    "check (id > 0)",
    "generated = id",
    "class",
    "이름",
    "`order`",
    "identity",
    "as type",
    "9223372036854775808",
    "\"{id}\"",
    "external",
    "\n",
    "}",
];

fn mutated() -> impl Strategy<Value = String> {
    let edit =
        (any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::sample::select(WORDS));
    let edits = prop::collection::vec(edit, 1..6);
    (prop::sample::select(examples()), edits).prop_map(|(mut text, edits)| {
        for (place, source, word) in edits {
            let words: Vec<&str> = text.split_inclusive([' ', '\n']).collect();
            let (place, source) = (place.index(words.len()), source.index(words.len()));
            let taken = if word.is_empty() { words[source] } else { word };
            let end = if words[place].ends_with('\n') { "\n" } else { " " };
            let replaced = format!("{}{end}", taken.trim_end());
            text = [words[..place].concat(), replaced, words[place + 1..].concat()].concat();
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mutation_of_an_example_is_compiled_without_a_panic(text in mutated()) {
        let mut sources = Sources::new();
        sources.add("test.trine", text);
        let compilation = trine::compile(&sources, &Options::default());
        for found in &compilation.diagnostics {
            for edit in found.fixes.iter().flat_map(|fix| &fix.edits) {
                sources.text(edit.span);
            }
        }
        prop_assert!(has_errors(&compilation.diagnostics) || !compilation.files.is_empty());
    }
}
