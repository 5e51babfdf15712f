//! A picture as a flowchart in Mermaid's language, which GitHub and many editors draw.

use std::fmt::Write;

use crate::impact::Impact;
use crate::impact::counted::Counts;
use crate::impact::reach::Reach;
use crate::schema::Schema;

use super::picture::{Picture, picture, whole};
use super::words::Tone;

/// The flowchart of an impact.
pub fn mermaid(schema: &Schema, impact: &Impact, counts: Option<&Counts>) -> String {
    flowchart(&picture(schema, impact, counts))
}

/// The flowchart of a whole schema.
pub fn whole_mermaid(schema: &Schema, reaches: &[Reach]) -> String {
    flowchart(&whole(schema, reaches))
}

fn flowchart(picture: &Picture) -> String {
    let mut out = format!("---\ntitle: \"{}\"\n---\nflowchart LR\n", quoted(&picture.title));
    for (nth, entity) in picture.boxes.iter().enumerate() {
        let _ = writeln!(
            out,
            "  e{nth}[\"<b>{}</b><br/>{}\"]:::{}",
            escaped(&entity.name),
            escaped(&entity.fate),
            entity.tone.map_or("plain", class)
        );
    }
    for arrow in &picture.arrows {
        let _ = writeln!(
            out,
            "  e{} {}|\"{}<br/>{}\"| e{}",
            arrow.from,
            line(arrow.tone),
            escaped(&arrow.relation),
            escaped(&arrow.rule),
            arrow.to
        );
    }
    for tone in Tone::ALL {
        let arrows: Vec<String> = (picture.arrows.iter().enumerate())
            .filter(|(_, arrow)| arrow.tone == tone)
            .map(|(nth, _)| nth.to_string())
            .collect();
        if !arrows.is_empty() {
            let _ = writeln!(out, "  linkStyle {} stroke:{}", arrows.join(","), stroke(tone));
        }
    }
    for tone in Tone::ALL {
        if picture.boxes.iter().any(|entity| entity.tone == Some(tone)) {
            let dashes = match tone {
                Tone::Deleted | Tone::Refused => "",
                Tone::Unlinked | Tone::Written | Tone::Kept => ",stroke-dasharray:4 3",
            };
            let _ = writeln!(
                out,
                "  classDef {} stroke:{},stroke-width:2px{dashes}",
                class(tone),
                stroke(tone)
            );
        }
    }
    out
}

/// Text between quotes: what is no letter, digit or plain sign becomes a character reference, which
/// Mermaid writes with `#` for `&`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | '.' | ',' | '_' | '-' | ':') {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}

/// Text between the quotes of the front matter, which is YAML.
fn quoted(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect::<String>().replace(['"', '\\'], "'")
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Deleted => "deleted",
        Tone::Unlinked => "unlinked",
        Tone::Written => "written",
        Tone::Refused => "refused",
        Tone::Kept => "kept",
    }
}

fn line(tone: Tone) -> &'static str {
    match tone {
        Tone::Deleted => "==>",
        Tone::Refused => "--x",
        Tone::Written | Tone::Unlinked | Tone::Kept => "-.->",
    }
}

fn stroke(tone: Tone) -> &'static str {
    match tone {
        Tone::Deleted => "#d1242f",
        Tone::Unlinked => "#1b7c83",
        Tone::Written => "#bf8700",
        Tone::Refused => "#a626a4",
        Tone::Kept => "#848d97",
    }
}
