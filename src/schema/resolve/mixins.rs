//! Mixins unfolded: for each entity, its own members and behind them those of its mixins.

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

/// Unfolds every entity, by entity id, and warns about mixins that none uses.
pub(crate) fn unfold<'a>(
    declarations: &Declarations<'a>,
    found: &mut Vec<Diagnostic>,
) -> Vec<Unfolded<'a>> {
    let held = hold(declarations, found);
    let mut used = vec![false; declarations.mixins.len()];
    let unfolded = declarations
        .entities
        .iter()
        .map(|entity| {
            let mut unfolded = Unfolded::default();
            add(&mut unfolded, entity.tree, entity.module, None);
            let mut seen = vec![];
            for (mixin, site) in resolve_with(declarations, entity.tree, entity.module, found) {
                bring(declarations, &held, mixin, site, &mut seen, &mut unfolded);
            }
            for mixin in seen {
                used[mixin] = true;
            }
            unfolded
        })
        .collect();
    if !declarations.unread {
        let unused = declarations.mixins.iter().zip(&used).filter(|&(_, &used)| !used);
        found.extend(unused.map(|(mixin, _)| errors::unused_mixin(&mixin.tree.name)));
    }
    unfolded
}

/// The mixins that each mixin holds, circles cut open.
fn hold(declarations: &Declarations<'_>, found: &mut Vec<Diagnostic>) -> Vec<Vec<usize>> {
    let mut held: Vec<Vec<(usize, Span)>> = declarations
        .mixins
        .iter()
        .map(|mixin| resolve_with(declarations, mixin.tree, mixin.module, found))
        .collect();
    let mut done = vec![false; held.len()];
    for start in 0..held.len() {
        cut_circles(declarations, start, &mut vec![], &mut done, &mut held, found);
    }
    held.into_iter().map(|held| held.into_iter().map(|(mixin, _)| mixin).collect()).collect()
}

fn cut_circles(
    declarations: &Declarations<'_>,
    mixin: usize,
    path: &mut Vec<usize>,
    done: &mut [bool],
    held: &mut [Vec<(usize, Span)>],
    found: &mut Vec<Diagnostic>,
) {
    if done[mixin] {
        return;
    }
    path.push(mixin);
    let mut at = 0;
    while let Some(&(inner, site)) = held[mixin].get(at) {
        match path.iter().position(|&outer| outer == inner) {
            Some(start) => {
                let name = |&mixin: &usize| declarations.mixins[mixin].tree.name.text.as_str();
                let circle: Vec<&str> = path[start..].iter().chain([&inner]).map(name).collect();
                found.push(errors::mixin_cycle(site, &circle));
                held[mixin].remove(at);
            }
            None => {
                cut_circles(declarations, inner, path, done, held, found);
                at += 1;
            }
        }
    }
    path.pop();
    done[mixin] = true;
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

fn bring<'a>(
    declarations: &Declarations<'a>,
    held: &[Vec<usize>],
    mixin: usize,
    site: Span,
    seen: &mut Vec<usize>,
    unfolded: &mut Unfolded<'a>,
) {
    if seen.contains(&mixin) {
        return;
    }
    seen.push(mixin);
    let declaration = &declarations.mixins[mixin];
    let brought = Brought { name: &declaration.tree.name, site };
    add(unfolded, declaration.tree, declaration.module, Some(brought));
    for &inner in &held[mixin] {
        bring(declarations, held, inner, site, seen, unfolded);
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
