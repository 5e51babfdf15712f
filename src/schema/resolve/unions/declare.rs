//! What a union itself is spelt out as: its rows, the alternative that fills a slot, and what ties alternatives
//! to rows.

use smol_str::SmolStr;

use crate::diagnostics::Diagnostic;
use crate::schema::Strategy;
use crate::source::Sources;
use crate::syntax::SyntaxTree;
use crate::syntax::tree::{Item, Member, Name, Path, Relation, Union};

use super::super::entities::states_key;
use super::super::errors;
use super::names::{self, Known, Meant};
use super::{Spelt, SpeltUnion, row};

/// Notes a union, and gives what must stand behind it.
pub(super) fn declare(
    known: &Known<'_>,
    module: &SmolStr,
    union: &Union,
    spelt: &mut Spelt,
    found: &mut Vec<Diagnostic>,
) -> Vec<Item> {
    let Some(strategy) = Strategy::named(&union.strategy.text) else {
        found.push(errors::unknown_strategy(union));
        return Vec::new();
    };
    match (&union.because, strategy) {
        (None, Strategy::Untyped) => found.push(errors::untyped_without_reason(union)),
        (Some(_), Strategy::Untyped) | (None, _) => {}
        (Some(because), _) => found.push(errors::needless_reason(union, because.span)),
    }
    if union.alternatives.is_empty() && strategy != Strategy::Untyped {
        found.push(errors::open_union(union));
    }
    let mut alternatives = known.alternatives(module, union);
    if strategy == Strategy::Slot {
        match slot(known, module, union) {
            Ok(chosen) => alternatives.retain(|alternative| alternative.path == *chosen),
            Err(problem) => found.push(*problem),
        }
    }
    let items = row::items(union, strategy, &alternatives);
    spelt.unions.insert(union.name.span, SpeltUnion { strategy, alternatives });
    items
}

/// The alternative that fills a slot.
pub(super) fn slot<'u>(
    known: &Known<'_>,
    module: &SmolStr,
    union: &'u Union,
) -> Result<&'u Path, Box<Diagnostic>> {
    let chosen =
        known.chosen(module, union).ok_or_else(|| Box::new(errors::empty_slot(module, union)))?;
    let written = |path: &Path| match &path.module {
        Some(module) => format!("{}.{}", module.text, path.name.text),
        None => path.name.text.to_string(),
    };
    let found = union.alternatives.iter().find(|path| written(path) == chosen);
    found.ok_or_else(|| Box::new(errors::misfilled_slot(module, union, chosen)))
}

/// Gives every alternative its relation to the union's row, under the strategies that tie it so.
pub(super) fn tie_alternatives(
    sources: &Sources,
    trees: &[SyntaxTree],
    known: &Known<'_>,
    spelt: &mut Spelt,
) {
    for tree in trees {
        let module = names::module_name(sources, tree);
        for item in &tree.items {
            let Item::Union(union) = item else { continue };
            let strategy = Strategy::named(&union.strategy.text);
            let Some(strategy @ (Strategy::Supertype | Strategy::Inheritance)) = strategy else {
                continue;
            };
            for alternative in known.alternatives(&module, union) {
                let path = &alternative.path;
                let Some(place) = known.entity(&module, path) else { continue };
                let other = path.module.as_ref().map_or(&module, |module| &module.text);
                let meant = Meant { module: module.clone(), tree: union, strategy };
                let row = row_path(&meant, other);
                let relation = row::to_row(row, strategy, &alternative);
                tie(spelt, place, relation, strategy);
            }
        }
    }
}

/// Adds a relation to an entity.
fn tie(spelt: &mut Spelt, (file, nth): (usize, usize), relation: Relation, strategy: Strategy) {
    if let Item::Entity(entity) = &mut spelt.trees[file].items[nth]
        && entity.external.is_none()
        && !(strategy == Strategy::Inheritance && entity.members.iter().any(states_key))
    {
        let place = if strategy == Strategy::Inheritance { 0 } else { entity.members.len() };
        entity.members.insert(place, Member::Relation(relation));
    }
}

/// The path of a union's row, said in a module.
pub(super) fn row_path(union: &Meant<'_>, home: &SmolStr) -> Path {
    let span = union.tree.name.span;
    let module = (union.module != *home).then(|| Name { text: union.module.clone(), span });
    Path { module, name: Name { text: row::entity_name(union.tree), span } }
}
