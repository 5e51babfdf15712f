//! Mixins unfolded: for each entity, its own members and behind them those of its mixins.

use std::collections::HashSet;

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::ModuleId;
use crate::source::Span;
use crate::syntax::tree;

use super::declare::Declarations;
use super::errors;
use super::lookup;
use super::names::Declared;

/// A member of an entity, and where it comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed<'a> {
    /// What is written.
    pub tree: &'a tree::Member,
    /// The module that it is written in, where its names are looked up.
    pub home: ModuleId,
    /// The mixin that brings it, when one does.
    pub mixin: Option<Brought<'a>>,
}

/// How a mixin's member comes to an entity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Brought<'a> {
    /// The mixin that holds it.
    pub name: &'a tree::Name,
    /// Where the entity says `with`.
    pub site: Span,
}

/// All members of one entity.
#[derive(Debug, Default)]
pub(crate) struct Unfolded<'a> {
    /// Its own, then its mixins', in the order of `with`; each mixin once.
    pub members: Vec<Placed<'a>>,
    /// The names of members that could not be read.
    pub broken: Vec<&'a tree::Name>,
}

/// What mixins bring to each entity, and those that bring nothing to any.
#[derive(Debug, Default)]
pub(crate) struct Unfolding<'a> {
    /// By entity id.
    pub entities: Vec<Unfolded<'a>>,
    /// The mixins that no entity uses, by their number.
    pub unused: Vec<usize>,
}

/// Unfolds every entity, and warns about mixins that none uses.
pub(crate) fn unfold<'a>(
    declarations: &Declarations<'a>,
    found: &mut Vec<Diagnostic>,
) -> Unfolding<'a> {
    let before = found.len();
    let held = hold(declarations, found);
    let is_whole = found.len() == before && !declarations.unread;
    let mut used = vec![false; declarations.mixins.len()];
    let mut entities = Vec::with_capacity(declarations.entities.len());
    for entity in &declarations.entities {
        let mut unfolded = Unfolded::default();
        add(&mut unfolded, entity.tree, entity.module, None);
        let mut seen = HashSet::new();
        for brought in resolve_with(declarations, entity.tree, entity.module, found) {
            bring(declarations, &held, brought, &mut seen, &mut unfolded);
        }
        seen.into_iter().for_each(|mixin| used[mixin] = true);
        entities.push(unfolded);
    }
    let unused: Vec<usize> = (0..used.len()).filter(|&mixin| !used[mixin]).collect();
    if is_whole {
        let name = |&mixin: &usize| &declarations.mixins[mixin].tree.name;
        found.extend(unused.iter().map(name).map(errors::unused_mixin));
    }
    Unfolding { entities, unused }
}

/// The mixins that each mixin holds, circles cut open.
fn hold(declarations: &Declarations<'_>, found: &mut Vec<Diagnostic>) -> Vec<Vec<usize>> {
    let mut held: Vec<Vec<(usize, Span)>> = declarations
        .mixins
        .iter()
        .map(|mixin| resolve_with(declarations, mixin.tree, mixin.module, found))
        .collect();
    cut_circles(declarations, &mut held, found);
    held.into_iter().map(|held| held.into_iter().map(|(mixin, _)| mixin).collect()).collect()
}

/// Takes the mixins that lead back to themselves out of the lists, and reports them.
fn cut_circles(
    declarations: &Declarations<'_>,
    held: &mut [Vec<(usize, Span)>],
    found: &mut Vec<Diagnostic>,
) {
    // The place on the path of each mixin that is on it.
    let mut on_path: Vec<Option<usize>> = vec![None; held.len()];
    let mut done = vec![false; held.len()];
    for start in 0..held.len() {
        let mut path = vec![(start, 0)];
        while let Some(&(mixin, next)) = path.last() {
            let here = path.len() - 1;
            on_path[mixin] = Some(here);
            let Some(&(inner, site)) = held[mixin].get(next).filter(|_| !done[mixin]) else {
                on_path[mixin] = None;
                done[mixin] = true;
                path.pop();
                continue;
            };
            if let Some(first) = on_path[inner] {
                let name = |&(mixin, _): &(usize, usize)| {
                    declarations.mixins[mixin].tree.name.text.as_str()
                };
                let circle: Vec<&str> =
                    path[first..].iter().chain([&(inner, 0)]).map(name).collect();
                found.push(errors::mixin_cycle(site, &circle));
                held[mixin].remove(next);
            } else {
                path[here].1 += 1;
                path.push((inner, 0));
            }
        }
    }
}

/// The mixins after an item's `with`, each with its place.
fn resolve_with(
    declarations: &Declarations<'_>,
    item: &tree::Entity,
    module: ModuleId,
    found: &mut Vec<Diagnostic>,
) -> Vec<(usize, Span)> {
    let mut mixins: Vec<(usize, Span)> = Vec::with_capacity(item.mixins.len());
    for path in &item.mixins {
        let Some(declared) =
            lookup::item(&declarations.names, module, path, Code::E0203, "mixin", found)
        else {
            continue;
        };
        match declared {
            (Declared::Mixin(mixin), _) => match mixins.iter().find(|(other, _)| *other == mixin) {
                Some(&(_, first)) => {
                    found.push(errors::listed_twice("mixin", &path.name, first));
                }
                None => mixins.push((mixin, path.span())),
            },
            (Declared::Broken, _) => {}
            (other, span) => found.push(errors::not_a_mixin(path, lookup::kind(other), span)),
        }
    }
    mixins
}

/// Adds a mixin's members, and behind them those of the mixins that it holds.
fn bring<'a>(
    declarations: &Declarations<'a>,
    held: &[Vec<usize>],
    (mixin, site): (usize, Span),
    seen: &mut HashSet<usize>,
    unfolded: &mut Unfolded<'a>,
) {
    let mut waiting = vec![mixin];
    while let Some(mixin) = waiting.pop() {
        if !seen.insert(mixin) {
            continue;
        }
        let declaration = &declarations.mixins[mixin];
        let brought = Brought { name: &declaration.tree.name, site };
        add(unfolded, declaration.tree, declaration.module, Some(brought));
        waiting.extend(held[mixin].iter().rev());
    }
}

fn add<'a>(
    unfolded: &mut Unfolded<'a>,
    item: &'a tree::Entity,
    home: ModuleId,
    mixin: Option<Brought<'a>>,
) {
    unfolded.members.extend(item.members.iter().map(|tree| Placed { tree, home, mixin }));
    unfolded.broken.extend(&item.broken);
}
