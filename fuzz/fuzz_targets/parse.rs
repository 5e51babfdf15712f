//! Any bytes are read without a panic, and every span that comes out lies in the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use trine::source::Sources;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut sources = Sources::new();
    let file = sources.add("fuzz.trine", &*text);
    let (tree, diagnostics) = trine::syntax::parse(&sources, file);
    for found in &diagnostics {
        for label in &found.labels {
            sources.text(label.span);
        }
        for edit in found.fixes.iter().flat_map(|fix| &fix.edits) {
            sources.text(edit.span);
        }
    }
    for trivia in &tree.trivia {
        sources.text(trivia.span);
    }
});
