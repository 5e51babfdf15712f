//! SARIF 2.1.0, as code scanners read it. Only what Trine has to say; the standard has a hundred more.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::fmt::Write;

use serde::Serialize;

use super::text::json_text;
use super::{Diagnostic, Sources, Span, place, severity_name};
use crate::diagnostics::Code;

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Result>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
    help: Help,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Result {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize, PartialEq)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    description: Message,
    artifact_changes: Vec<ArtifactChange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Message,
}

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut codes: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    codes.sort();
    codes.dedup();
    let results =
        diagnostics.iter().map(|diagnostic| result(sources, &codes, diagnostic)).collect();
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "Trine",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: codes.iter().copied().map(rule).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    json_text(&log)
}

fn rule(code: Code) -> Rule {
    Rule {
        id: code.name(),
        short_description: Message { text: code.title().to_owned() },
        help: Help { text: code.page(), markdown: code.page() },
        default_configuration: Configuration { level: severity_name(code.severity()) },
    }
}

fn result(sources: &Sources, codes: &[Code], diagnostic: &Diagnostic) -> Result {
    let mut text = diagnostic.message.clone();
    for note in &diagnostic.notes {
        text.push_str("\n\n");
        text.push_str(note);
    }
    if let Some(help) = &diagnostic.help {
        text.push_str("\n\n");
        text.push_str(help);
    }
    Result {
        rule_id: diagnostic.code.name(),
        rule_index: codes.binary_search(&diagnostic.code).expect("every code was collected"),
        level: severity_name(diagnostic.severity()),
        message: Message { text },
        locations: vec![location(sources, diagnostic.primary(), None, "")],
        related_locations: diagnostic.labels[1..]
            .iter()
            .enumerate()
            .map(|(index, label)| location(sources, label.span, Some(index + 1), &label.message))
            .collect(),
        fixes: diagnostic.fixes.iter().map(|fix| fix_of(sources, fix)).collect(),
    }
}

fn location(sources: &Sources, span: Span, id: Option<usize>, message: &str) -> Location {
    Location {
        id,
        physical_location: PhysicalLocation {
            artifact_location: artifact(sources, span),
            region: region(sources, span),
        },
        message: (!message.is_empty()).then(|| Message { text: message.to_owned() }),
    }
}

fn fix_of(sources: &Sources, fix: &crate::diagnostics::Fix) -> Fix {
    let mut changes: Vec<ArtifactChange> = Vec::new();
    for edit in &fix.edits {
        let artifact_location = artifact(sources, edit.span);
        let replacement = Replacement {
            deleted_region: region(sources, edit.span),
            inserted_content: Message { text: edit.replacement.clone() },
        };
        match changes.iter_mut().find(|change| change.artifact_location == artifact_location) {
            Some(change) => change.replacements.push(replacement),
            None => {
                changes.push(ArtifactChange { artifact_location, replacements: vec![replacement] })
            }
        }
    }
    Fix { description: Message { text: fix.title.clone() }, artifact_changes: changes }
}

fn region(sources: &Sources, span: Span) -> Region {
    let place = place(sources, span);
    Region {
        start_line: place.start.0,
        start_column: place.start.1,
        end_line: place.end.0,
        end_column: place.end.1,
    }
}

/// The path as a relative URI: everything but unreserved characters and `/` percent-encoded.
fn artifact(sources: &Sources, span: Span) -> ArtifactLocation {
    let mut uri = String::new();
    for byte in sources.get(span.file).path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte as char);
            }
            byte => write!(uri, "%{byte:02X}").expect("writing to a string never fails"),
        }
    }
    ArtifactLocation { uri }
}
