//! Which union or entity a path means, before anything has an id: by module and name alone.

use std::collections::{HashMap, HashSet};

use smol_str::{SmolStr, format_smolstr};

use crate::naming;
use crate::schema::Strategy;
use crate::source::Sources;
use crate::syntax::{SyntaxTree, tree};
use crate::target::Slot;

use super::{SpeltAlternative, row};

/// The unions and entities of a program, by module and name.
#[derive(Debug, Default)]
pub(crate) struct Known<'a> {
    unions: HashMap<(SmolStr, SmolStr), &'a tree::Union>,
    entities: HashMap<(SmolStr, SmolStr), (usize, usize)>,
    mixins: HashMap<(SmolStr, SmolStr), &'a tree::Entity>,
    trees: &'a [SyntaxTree],
    slots: &'a [Slot],
}

/// A union, with the module that it stands in.
#[derive(Debug, Clone)]
pub(crate) struct Meant<'a> {
    /// Its module's name.
    pub module: SmolStr,
    /// What is written.
    pub tree: &'a tree::Union,
    /// How it is stored.
    pub strategy: Strategy,
}

impl<'a> Known<'a> {
    /// Collects the names of all files.
    pub fn of(sources: &Sources, trees: &'a [SyntaxTree], slots: &'a [Slot]) -> Known<'a> {
        let mut known = Known { trees, slots, ..Known::default() };
        for (file, tree) in trees.iter().enumerate() {
            let module = module_name(sources, tree);
            for (place, item) in tree.items.iter().enumerate() {
                match item {
                    tree::Item::Union(union) => {
                        let key = (module.clone(), union.name.text.clone());
                        known.unions.entry(key).or_insert(union);
                    }
                    tree::Item::Entity(entity) => {
                        let key = (module.clone(), entity.name.text.clone());
                        known.entities.entry(key).or_insert((file, place));
                    }
                    tree::Item::Mixin(mixin) => {
                        let key = (module.clone(), mixin.name.text.clone());
                        known.mixins.entry(key).or_insert(mixin);
                    }
                    tree::Item::Extension(_) | tree::Item::Enum(_) | tree::Item::Fetch(_) => {}
                }
            }
        }
        known
    }

    /// The union that a path means, said in a module.
    pub fn union(&self, home: &SmolStr, path: &tree::Path) -> Option<Meant<'a>> {
        let module = path.module.as_ref().map_or(home, |module| &module.text);
        let tree = *self.unions.get(&(module.clone(), path.name.text.clone()))?;
        let strategy = Strategy::named(&tree.strategy.text)?;
        Some(Meant { module: module.clone(), tree, strategy })
    }

    /// The alternative that the project has chosen for a slot, as it is written there.
    pub fn chosen(&self, module: &SmolStr, union: &tree::Union) -> Option<&'a str> {
        let is_it = |slot: &&Slot| *slot.module == **module && *slot.union == *union.name.text;
        self.slots.iter().find(is_it).map(|slot| slot.alternative.as_str())
    }

    /// What the project has chosen for unions that are no slots, or are not there.
    pub fn unmatched(&self) -> impl Iterator<Item = &'a Slot> {
        let is_slot = |slot: &&Slot| {
            let key = (SmolStr::new(&slot.module), SmolStr::new(&slot.union));
            self.unions
                .get(&key)
                .is_some_and(|union| Strategy::named(&union.strategy.text) == Some(Strategy::Slot))
        };
        self.slots.iter().filter(move |slot| !is_slot(slot))
    }

    /// The alternatives of a union that are entities, each once.
    pub fn alternatives(&self, module: &SmolStr, union: &tree::Union) -> Vec<SpeltAlternative> {
        let mut places = HashSet::with_capacity(union.alternatives.len());
        let mut paths: Vec<&tree::Path> = Vec::with_capacity(union.alternatives.len());
        for path in &union.alternatives {
            if self.entity(module, path).is_some_and(|place| places.insert(place)) {
                paths.push(path);
            }
        }
        let short = |path: &tree::Path| naming::snake(&path.name.text);
        let mut called: HashMap<String, usize> = HashMap::with_capacity(paths.len());
        for path in &paths {
            *called.entry(short(path)).or_default() += 1;
        }
        let name = |path: &tree::Path| {
            let short = short(path);
            match &path.module {
                Some(module) if called[&short] > 1 => {
                    format!("{}_{short}", naming::snake(&module.text)).into()
                }
                _ => short.into(),
            }
        };
        paths
            .iter()
            .map(|path| SpeltAlternative {
                path: (*path).clone(),
                name: name(path),
                row: self.row_name(module, union, path),
            })
            .collect()
    }

    /// What an alternative calls the union's row of its own: `owner_ref`, unless it has a member of the union's
    /// name, whose column would be called as the row's.
    fn row_name(&self, module: &SmolStr, union: &tree::Union, path: &tree::Path) -> SmolStr {
        let row = row::reference_name(&union.name.text);
        let home = path.module.as_ref().map_or(module, |module| &module.text);
        let Some((file, nth)) = self.entity(module, path) else { return row };
        let tree::Item::Entity(entity) = &self.trees[file].items[nth] else { return row };
        let mixed = entity.mixins.iter().filter_map(|mixin| {
            let module = mixin.module.as_ref().map_or(home, |module| &module.text);
            self.mixins.get(&(module.clone(), mixin.name.text.clone())).copied()
        });
        let taken = ["", "_ref", "_id"].map(|end| naming::snake(&union.name.text) + end);
        let clashes = [entity].into_iter().chain(mixed).flat_map(|of| &of.members).any(|member| {
            let name = match member {
                tree::Member::Field(field) => &field.name,
                tree::Member::Relation(relation) => &relation.name,
                tree::Member::Key(_)
                | tree::Member::Unique(_)
                | tree::Member::Index(_)
                | tree::Member::Check(_)
                | tree::Member::Exclude(_)
                | tree::Member::OrderBy(_)
                | tree::Member::Display(_)
                | tree::Member::Label(_)
                | tree::Member::Table(_)
                | tree::Member::Storage(_)
                | tree::Member::Attribute(_) => return false,
            };
            taken.contains(&naming::snake(&name.text))
        });
        if clashes { format_smolstr!("own_{row}") } else { row }
    }

    /// The entity that a path means: its file's place, and its own in the file.
    pub fn entity(&self, home: &SmolStr, path: &tree::Path) -> Option<(usize, usize)> {
        let module = path.module.as_ref().map_or(home, |module| &module.text);
        self.entities.get(&(module.clone(), path.name.text.clone())).copied()
    }
}

/// The name of a file's module.
pub(crate) fn module_name(sources: &Sources, tree: &SyntaxTree) -> SmolStr {
    match &tree.module {
        Some(module) => module.name.text.clone(),
        None => naming::module(sources.get(tree.file).stem()).into(),
    }
}
