//! Any bytes are compiled for every target without a panic; without an error, files come out.

#![no_main]

use libfuzzer_sys::fuzz_target;
use trine::diagnostics::has_errors;
use trine::source::Sources;
use trine::target::Options;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut sources = Sources::new();
    sources.add("fuzz.trine", &*text);
    let compilation = trine::compile(&sources, &Options::default());
    assert!(has_errors(&compilation.diagnostics) || !compilation.files.is_empty());
});
