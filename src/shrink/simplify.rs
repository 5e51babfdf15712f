//! What makes a program simpler without taking anything away: types, multiplicities, texts, names, layout.

use std::collections::BTreeSet;

use crate::naming::snake;
use crate::source::{Sources, Span};
use crate::syntax::SyntaxTree;
use crate::syntax::tree::{Entity, Inverse, Item, Member, Multiplicity};

use super::edit::{Change, with_its_keyword};
use super::names::{names, renaming};
use super::words::{Kind, words};

/// Finds changes that each make a program simpler.
pub type Simpler = fn(&Sources, &[SyntaxTree]) -> Vec<Change>;

/// Every way to make a program simpler, in the order in which they are tried.
pub const ALL: [Simpler; 13] = [
    mixins,
    modules,
    files,
    own_modules,
    types,
    multiplicities,
    references,
    strings,
    brackets,
    comments,
    names,
    layout,
    blocks,
];

/// The entities and mixins of a file.
fn entities(tree: &SyntaxTree) -> impl Iterator<Item = &Entity> {
    tree.items.iter().filter_map(|item| match item {
        Item::Mixin(entity) | Item::Entity(entity) => Some(entity),
        Item::Extension(_) | Item::Enum(_) | Item::Union(_) | Item::Fetch(_) => None,
    })
}

fn members(trees: &[SyntaxTree]) -> impl Iterator<Item = &Member> {
    trees.iter().flat_map(entities).flat_map(|entity| &entity.members)
}

/// The members of a mixin stand in the entity that uses it.
fn mixins(sources: &Sources, trees: &[SyntaxTree]) -> Vec<Change> {
    let mut found = Vec::new();
    for user in trees.iter().flat_map(entities) {
        let (Some(first), Some(last)) = (user.mixins.first(), user.mixins.last()) else { continue };
        let file = sources.get(user.span.file);
        let all = first.span().to(last.span());
        let Some(clause) = with_its_keyword(file, all, "with") else { continue };
        let inner: Option<Vec<String>> = user
            .mixins
            .iter()
            .map(|path| {
                let name = &path.name.text;
                let mixin = trees.iter().flat_map(entities).find(|one| one.name.text == *name)?;
                let text = sources.text(mixin.span);
                let block = &text[text.find('{')? + 1..text.len() - 1];
                Some(block.replace("{entity}", &snake(&user.name.text)))
            })
            .collect();
        if let Some(inner) = inner.filter(|_| !sources.text(clause).contains('{')) {
            let mut change = Change::remove(clause);
            let end = Span { start: user.span.end - 1, end: user.span.end - 1, ..user.span };
            change.replaced.push((end, format!("\n{}\n", inner.concat())));
            found.push(change);
        }
    }
    found
}

/// One module takes another's name.
fn modules(sources: &Sources, trees: &[SyntaxTree]) -> Vec<Change> {
    let modules = trees.iter().filter_map(|tree| tree.module.as_ref());
    let names: BTreeSet<String> = modules.map(|module| module.name.text.to_string()).collect();
    let Some(first) = names.first() else { return Vec::new() };
    names.iter().skip(1).map(|other| renaming(sources, &[(other.clone(), first.clone())])).collect()
}

/// What stands in a file stands behind what stands in an earlier file of the same module.
fn files(sources: &Sources, trees: &[SyntaxTree]) -> Vec<Change> {
    let mut found = Vec::new();
    for (place, tree) in trees.iter().enumerate() {
        let Some(module) = &tree.module else { continue };
        let same = |other: &&SyntaxTree| {
            other.module.as_ref().is_some_and(|other| other.name.text == module.name.text)
        };
        let Some(earlier) = trees[..place].iter().find(same) else { continue };
        let rest = &sources.get(tree.file).text[module.span.range().end..];
        let target = sources.get(earlier.file).text.len();
        let end = Span::new(earlier.file, target, target);
        found.push(Change { replaced: vec![(end, format!("\n{rest}"))], files: vec![place] });
    }
    found
}

/// A module does not name itself: `shop.Product` is `Product`.
fn own_modules(sources: &Sources, trees: &[SyntaxTree]) -> Vec<Change> {
    let mut change = Change::default();
    for tree in trees {
        let Some(module) = &tree.module else { continue };
        let text = &sources.get(tree.file).text;
        let words = words(text);
        for pair in words.windows(2) {
            let [(Kind::Word, word), (Kind::Sign, sign)] = pair else { continue };
            if text[word.clone()] == *module.name.text && &text[sign.clone()] == "." {
                change.replaced.push((Span::new(tree.file, word.start, sign.end), String::new()));
            }
        }
    }
    if change.is_empty() { Vec::new() } else { vec![change] }
}

/// Brackets that group what needs no grouping go.
fn brackets(sources: &Sources, _: &[SyntaxTree]) -> Vec<Change> {
    let mut found = Vec::new();
    for (id, file) in sources.iter() {
        let mut open = Vec::new();
        for (kind, range) in words(&file.text) {
            let span = Span::new(id, range.start, range.end);
            match &file.text[range] {
                "(" if kind == Kind::Sign => open.push(span),
                ")" if kind == Kind::Sign => found.extend(open.pop().map(|opening| Change {
                    replaced: vec![(opening, String::new()), (span, String::new())],
                    files: Vec::new(),
                })),
                _ => {}
            }
        }
    }
    found
}

/// Fields are `text`, or `integer` where that can't be.
fn types(_: &Sources, trees: &[SyntaxTree]) -> Vec<Change> {
    let mut found = Vec::new();
    for member in members(trees) {
        let Member::Field(field) = member else { continue };
        let simple = field.ty.dimensions == 0
            && field.ty.raw.is_none()
            && ["text", "integer"].contains(&field.ty.name.name.text.as_str());
        if !simple {
            found.extend(["text", "integer"].map(|ty| Change::replace(field.ty.span, ty)));
        }
    }
    found
}

/// Bounds go; what may be many, is.
fn multiplicities(_: &Sources, trees: &[SyntaxTree]) -> Vec<Change> {
    let mut found = Vec::new();
    let many = |one: Multiplicity| one.min == 0 && one.max.is_none();
    for member in members(trees) {
        let Member::Relation(relation) = member else { continue };
        if !many(relation.here) && relation.here.max != Some(1) {
            found.push(Change::replace(relation.here.span, "*"));
        }
        if !many(relation.there) {
            found.push(Change::replace(relation.there.span, "*"));
        }
        if let Inverse::Name(name) = &relation.inverse {
            found.push(Change::replace(name.span, "_"));
        }
    }
    found
}

/// A reference that nothing needs as such is a plain field.
fn references(_: &Sources, trees: &[SyntaxTree]) -> Vec<Change> {
    let mut found = Vec::new();
    for member in members(trees) {
        let Member::Relation(relation) = member else { continue };
        if relation.here.max == Some(1) {
            let behind = Span { start: relation.name.span.end, ..relation.span };
            found.push(Change::replace(behind, " text"));
        }
    }
    found
}

/// Texts are one letter, or half as long.
fn strings(sources: &Sources, _: &[SyntaxTree]) -> Vec<Change> {
    let mut found = Vec::new();
    for (id, file) in sources.iter() {
        for (kind, range) in words(&file.text) {
            let text = &file.text[range.clone()];
            if kind != Kind::String || text.chars().count() <= 3 {
                continue;
            }
            let inner = &text[1..text.len() - 1];
            let middle = inner.char_indices().nth(inner.chars().count() / 2);
            let (first, second) = inner.split_at(middle.map_or(0, |(at, _)| at));
            let span = Span::new(id, range.start, range.end);
            for shorter in ["a", first, second] {
                found.push(Change::replace(span, format!("\"{shorter}\"")));
            }
        }
    }
    found
}

/// Comments go, all at once.
fn comments(sources: &Sources, _: &[SyntaxTree]) -> Vec<Change> {
    let mut change = Change::default();
    for (id, file) in sources.iter() {
        for (kind, range) in words(&file.text) {
            if kind == Kind::Comment && !file.text[range.clone()].starts_with("///") {
                change.replaced.push((Span::new(id, range.start, range.end), String::new()));
            }
        }
    }
    if change.is_empty() { Vec::new() } else { vec![change] }
}

/// One space between words, two before a member, no blank lines.
fn layout(sources: &Sources, _: &[SyntaxTree]) -> Vec<Change> {
    let mut change = Change::default();
    for (id, file) in sources.iter() {
        for (kind, range) in words(&file.text) {
            if kind != Kind::Space {
                continue;
            }
            let text = &file.text[range.clone()];
            let rest = &file.text[range.end..];
            let simple = match text.contains('\n') {
                _ if range.start == 0 => "",
                _ if rest.is_empty() => "\n",
                true if text.ends_with(' ') && !rest.starts_with('}') => "\n  ",
                true => "\n",
                false => " ",
            };
            if text != simple {
                change.replaced.push((Span::new(id, range.start, range.end), simple.to_owned()));
            }
        }
    }
    if change.is_empty() { Vec::new() } else { vec![change] }
}

/// A block of at most one member stands in one line.
fn blocks(sources: &Sources, trees: &[SyntaxTree]) -> Vec<Change> {
    let mut found = Vec::new();
    for entity in trees.iter().flat_map(entities) {
        let text = sources.text(entity.span);
        let few = entity.members.len() < 2 && text.lines().count() == entity.members.len() + 2;
        if few && !text.contains("//") {
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            found.push(Change::replace(entity.span, lines.join(" ")));
        }
    }
    found
}
