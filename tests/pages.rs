//! Holds the page of every diagnostic to its word: its example raises the code, and mended it does not.

use trine::diagnostics::{Code, Diagnostic, Severity};
use trine::source::Sources;
use trine::target::Options;

/// The blocks of a page that are fenced as `trine`, in order.
fn examples(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in page.lines() {
        match &mut block {
            None if line.trim_end() == "```trine" => block = Some(String::new()),
            None => {}
            Some(text) if line.trim_end() == "```" => {
                blocks.push(std::mem::take(text));
                block = None;
            }
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    blocks
}

fn check(text: &str) -> Vec<Diagnostic> {
    let mut sources = Sources::new();
    sources.add("example.trine", text);
    trine::check(&sources, &Options::default())
}

fn codes<'d>(found: impl IntoIterator<Item = &'d Diagnostic>) -> String {
    let all: Vec<String> =
        found.into_iter().map(|one| format!("{} {}", one.code, one.message)).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join("; ") }
}

/// What is wrong with a page; empty when nothing is.
fn faults(code: Code) -> Vec<String> {
    let page = code.page();
    let heading = format!("# {code}: {}", code.title());
    let mut faults = Vec::new();
    if page.lines().next() != Some(heading.as_str()) {
        faults.push(format!("does not begin with `{heading}`"));
    }
    let examples = examples(page);
    let [broken, mended] = examples.as_slice() else {
        faults.push(format!(
            "has {} examples, not one that raises and one that is mended",
            examples.len()
        ));
        return faults;
    };
    let prose: usize = page.split("```").step_by(2).map(|text| text.trim().len()).sum();
    if prose < 250 {
        faults.push(format!("explains in {prose} bytes"));
    }
    let found = check(broken);
    if !found.iter().any(|one| one.code == code) {
        faults.push(format!("the example raises {}", codes(&found)));
    }
    let others =
        || found.iter().filter(|one| one.code != code && one.severity() == Severity::Error);
    if others().next().is_some() {
        faults.push(format!("the example raises {} beside it", codes(others())));
    }
    let found = check(mended);
    let left = || found.iter().filter(|one| one.code == code || one.severity() == Severity::Error);
    if left().next().is_some() {
        faults.push(format!("mended, the example still raises {}", codes(left())));
    }
    faults
}

#[test]
fn every_page_shows_its_diagnostic_and_its_mending() {
    let faults: Vec<String> = Code::ALL
        .iter()
        .flat_map(|&code| faults(code).into_iter().map(move |fault| format!("{code}: {fault}")))
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_page_has_a_row_in_the_table() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(code) = name.strip_suffix(".md")
            && code.len() == 5
            && code.starts_with(['E', 'W'])
        {
            assert!(code.parse::<Code>().is_ok(), "docs/errors/{name} has no code");
        }
    }
}
