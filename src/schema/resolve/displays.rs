//! `display "{name} ({store})"`, taken apart.

use smol_str::SmolStr;
use unicode_normalization::UnicodeNormalization;

use crate::diagnostics::{self, Diagnostic};
use crate::schema::{Display, DisplayPart, EntityId, MemberId, RelationId, Schema};
use crate::source::{Sources, Span};
use crate::syntax::tree;

use super::names::Meaning;
use super::scope::Scope;
use super::{Draft, errors, keys};

/// Reads the text of a display. What names nothing has a diagnostic, and is left out.
pub(crate) fn read(
    sources: &Sources,
    scope: Scope<'_>,
    text: &tree::Text,
    found: &mut Vec<Diagnostic>,
) -> Display {
    let place = Place::of(sources, text);
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text.value.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        plain.push_str(&rest[..at]);
        let brace = &rest[at..];
        let offset = text.value.len() - brace.len();
        if let Some(behind) = brace.strip_prefix("{{").or_else(|| brace.strip_prefix("}}")) {
            plain.push_str(&brace[..1]);
            rest = behind;
            continue;
        }
        let end = brace.find('}').filter(|_| brace.starts_with('{'));
        let Some(end) = end else {
            let what = match brace.starts_with('{') {
                true => "this display opens a brace and does not close it",
                false => "this display closes a brace that it did not open",
            };
            found.push(errors::display_brace(place.span(offset, 1), what));
            plain.push_str(&brace[..1]);
            rest = &brace[1..];
            continue;
        };
        if !plain.is_empty() {
            parts.push(DisplayPart::Text(std::mem::take(&mut plain)));
        }
        // Names are in NFC, as everywhere else in the file.
        let name: SmolStr = brace[1..end].trim().nfc().collect();
        if name.is_empty() {
            let what = "this display has braces with nothing between them";
            found.push(errors::display_brace(place.span(offset, end + 1), what));
        } else {
            let name = tree::Name { text: name, span: place.span(offset + 1, end - 1) };
            parts.extend(member(scope, &name, found));
        }
        rest = &brace[end + 1..];
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(DisplayPart::Text(plain));
    }
    Display { parts }
}

fn member(scope: Scope<'_>, name: &tree::Name, found: &mut Vec<Diagnostic>) -> Option<DisplayPart> {
    match scope.member(&name.text) {
        Meaning::Is(member) if keys::has_columns(scope.schema, member) => {
            return Some(DisplayPart::Member(member));
        }
        Meaning::Is(_) => found.push(errors::display_many(&name.text, name.span)),
        Meaning::Broken => {}
        Meaning::Unknown if scope.arc(&name.text).is_some() => {
            found.push(errors::arc_here(scope, name));
        }
        Meaning::Unknown => {
            let near = diagnostics::nearest(&name.text, scope.member_names());
            let owner = &scope.schema.entities[scope.entity].name;
            found.push(errors::unknown_member(name, owner, near));
        }
    }
    None
}

/// Reports displays that lead back to themselves over other entities. One that shows the same entity again
/// (a category its parent) is a tree, and ends at its root.
pub(crate) fn find_circles(draft: &mut Draft<'_>) {
    let schema = &draft.schema;
    let mut done = vec![false; schema.entities.len()];
    let mut place: Vec<Option<usize>> = vec![None; schema.entities.len()];
    for start in schema.entities.ids() {
        let mut path: Vec<(EntityId, usize)> = vec![(start, 0)];
        while let Some((entity, next)) = path.last_mut() {
            let entity = *entity;
            let shown = shown(schema, entity, *next).filter(|_| !done[entity.index()]);
            *next += 1;
            let here = path.len() - 1;
            place[entity.index()] = Some(here);
            let Some(relation) = shown else {
                place[entity.index()] = None;
                done[entity.index()] = true;
                path.pop();
                continue;
            };
            let target = schema.relations[relation].target;
            match place[target.index()] {
                Some(first) if first < here => {
                    let circle = &path[first..];
                    let mut names: Vec<&str> = circle
                        .iter()
                        .map(|&(entity, _)| schema.entities[entity].name.as_str())
                        .collect();
                    names.push(&schema.entities[target].name);
                    let spans: Vec<Span> =
                        circle.iter().map(|&(entity, _)| schema.entities[entity].span).collect();
                    let (&own, others) = spans.split_first().expect("a circle has an entity");
                    draft.found.push(errors::display_circle(own, &names, others));
                }
                Some(_) => {}
                None => path.push((target, 0)),
            }
        }
    }
}

/// The relation that is the part of a display of that number among its relations.
fn shown(schema: &Schema, entity: EntityId, number: usize) -> Option<RelationId> {
    let parts = schema.entities[entity].display.iter().flat_map(|display| &display.parts);
    let relations = parts.filter_map(|part| match part {
        DisplayPart::Member(MemberId::Relation(relation)) => Some(*relation),
        DisplayPart::Member(MemberId::Field(_)) | DisplayPart::Text(_) => None,
    });
    relations.into_iter().nth(number)
}

/// Where the bytes of a text stand: exactly, unless escapes have moved them.
struct Place {
    whole: Span,
    exact: bool,
}

impl Place {
    fn of(sources: &Sources, text: &tree::Text) -> Place {
        let written = sources.text(text.span);
        let inner = written.get(1..written.len().saturating_sub(1));
        Place { whole: text.span, exact: inner == Some(text.value.as_str()) }
    }

    fn span(&self, offset: usize, length: usize) -> Span {
        if !self.exact {
            return self.whole;
        }
        let start = self.whole.range().start + 1 + offset;
        Span::new(self.whole.file, start, start + length)
    }
}
