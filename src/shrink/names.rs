//! New names for what a program names: short ones, everywhere at once.

use std::collections::BTreeSet;

use crate::source::{Sources, Span};
use crate::syntax::SyntaxTree;
use crate::syntax::tree::{Inverse, Item, Member};

use super::edit::Change;
use super::words::{Kind, words};

/// Names are one letter, in order: all at once; and where that can't be, one by one.
pub fn names(sources: &Sources, trees: &[SyntaxTree]) -> Vec<Change> {
    let mut words_of_all = BTreeSet::new();
    for (_, file) in sources.iter() {
        let found = words(&file.text).into_iter().filter(|(kind, _)| *kind == Kind::Word);
        words_of_all.extend(found.map(|(_, range)| file.text[range].trim_matches('`').to_owned()));
    }
    let declared = declared(trees);
    let mut taken = words_of_all.clone();
    taken.retain(|word| declared.iter().all(|(name, _)| name != word));
    let mut renamed: Vec<(String, String)> = Vec::new();
    for (name, letters) in declared {
        if renamed.iter().all(|(old, _)| *old != name)
            && let Some(letter) = letters.chars().find(|&letter| taken.insert(letter.to_string()))
        {
            renamed.push((name, letter.to_string()));
        }
    }
    renamed.retain(|(old, new)| old != new);
    let all = (!renamed.is_empty()).then(|| renaming(sources, &renamed));
    let each = renamed
        .iter()
        .filter(|(old, new)| old.len() > 1 && !words_of_all.contains(new))
        .map(|one| renaming(sources, std::slice::from_ref(one)));
    all.into_iter().chain(each).collect()
}

/// What the program names, each with the letters that may take its place.
fn declared(trees: &[SyntaxTree]) -> Vec<(String, &'static str)> {
    let mut found: Vec<(String, &'static str)> = Vec::new();
    for tree in trees {
        found.extend(tree.module.iter().map(|module| (module.name.text.to_string(), "mnopq")));
        for item in &tree.items {
            match item {
                Item::Enum(one) => {
                    found.push((one.name.text.to_string(), "EFGHIJ"));
                    let values = one.values.iter();
                    found.extend(values.map(|value| (value.name.text.to_string(), LETTERS)));
                }
                Item::Mixin(entity) | Item::Entity(entity) => {
                    found.push((entity.name.text.to_string(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
                    found.extend(entity.members.iter().flat_map(of_member));
                }
                Item::Extension(_) | Item::Union(_) | Item::Fetch(_) => {}
            }
        }
    }
    found
}

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

fn of_member(member: &Member) -> Vec<(String, &'static str)> {
    match member {
        Member::Field(field) => vec![(field.name.text.to_string(), LETTERS)],
        Member::Relation(relation) => {
            let inverse = match &relation.inverse {
                Inverse::Name(name) if !name.text.contains('{') => Some(name.text.to_string()),
                Inverse::Name(_) | Inverse::None(_) => None,
            };
            let own = (relation.name.text.to_string(), LETTERS);
            std::iter::once(own).chain(inverse.map(|name| (name, LETTERS))).collect()
        }
        Member::Key(_)
        | Member::Unique(_)
        | Member::Index(_)
        | Member::Check(_)
        | Member::Exclude(_)
        | Member::OrderBy(_)
        | Member::Display(_)
        | Member::Label(_)
        | Member::Table(_)
        | Member::Storage(_)
        | Member::Attribute(_) => Vec::new(),
    }
}

/// Every word that is one of the old names becomes the new one, between the braces of a text too.
pub fn renaming(sources: &Sources, names: &[(String, String)]) -> Change {
    let mut change = Change::default();
    for (id, file) in sources.iter() {
        for (kind, range) in words(&file.text) {
            let text = &file.text[range.clone()];
            let renamed = match kind {
                Kind::Word => {
                    let bare = text.trim_matches('`');
                    names.iter().find(|(old, _)| old == bare).map(|(_, new)| new.clone())
                }
                Kind::String => {
                    let mut renamed = text.to_owned();
                    for (old, new) in names {
                        renamed = renamed.replace(&format!("{{{old}}}"), &format!("{{{new}}}"));
                    }
                    (renamed != text).then_some(renamed)
                }
                Kind::Comment | Kind::Space | Kind::Sign => None,
            };
            if let Some(renamed) = renamed {
                change.replaced.push((Span::new(id, range.start, range.end), renamed));
            }
        }
    }
    change
}
