//! Splits entities: one whose relation is to a union stored as `split` becomes one for each alternative, which
//! refers to that alternative and has everything else alike.

use std::collections::HashMap;

use smol_str::{SmolStr, format_smolstr};

use crate::diagnostics::Diagnostic;
use crate::naming;
use crate::schema::Strategy;
use crate::source::Sources;
use crate::syntax::SyntaxTree;
use crate::syntax::tree::{ClauseKind, Entity, Inverse, Item, Member, Name, Path, Relation};

use super::super::clauses::Clauses;
use super::super::rules::{self, Shape};
use super::super::{alternatives, errors};
use super::names::{self, Known, Meant};
use super::{SpeltAlternative, SpeltSplit};

/// Trees in which every entity stands for each alternative of the unions that split it; `None` when none is.
pub(crate) fn split(
    sources: &Sources,
    trees: &[SyntaxTree],
    known: &Known<'_>,
    splits: &mut Vec<SpeltSplit>,
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<SyntaxTree>> {
    let mut made: HashMap<(SmolStr, SmolStr), Name> = HashMap::new();
    let mut all = Vec::with_capacity(trees.len());
    for tree in trees {
        let module = names::module_name(sources, tree);
        let mut items = Vec::with_capacity(tree.items.len());
        for item in &tree.items {
            match item {
                Item::Entity(entity) => {
                    let splitter = Splitter { known, module: &module };
                    let parts = splitter.parts(entity, splits, found);
                    if parts.len() != 1 || parts[0].name.text != entity.name.text {
                        let key = (module.clone(), entity.name.text.clone());
                        made.insert(key, entity.name.clone());
                    }
                    items.extend(parts.into_iter().map(Item::Entity));
                }
                Item::Mixin(mixin) => {
                    if let Some((relation, _)) = splitting(known, &module, mixin).next() {
                        found.push(errors::split_in_mixin(relation));
                    }
                    items.push(item.clone());
                }
                Item::Extension(_) | Item::Enum(_) | Item::Union(_) | Item::Fetch(_) => {
                    items.push(item.clone());
                }
            }
        }
        all.push(SyntaxTree { items, ..tree.clone() });
    }
    if made.is_empty() {
        return None;
    }
    report_references(sources, &mut all, &made, found);
    Some(all)
}

/// The relations of an entity or a mixin that split it.
fn splitting<'t, 'k>(
    known: &'k Known<'_>,
    module: &'k SmolStr,
    entity: &'t Entity,
) -> impl Iterator<Item = (&'t Relation, Meant<'k>)> {
    entity.members.iter().filter_map(move |member| {
        let Member::Relation(relation) = member else { return None };
        let union = known.union(module, &relation.target)?;
        (union.strategy == Strategy::Split).then_some((relation, union))
    })
}

#[derive(Clone, Copy)]
struct Splitter<'a> {
    known: &'a Known<'a>,
    module: &'a SmolStr,
}

impl Splitter<'_> {
    /// The entities that an entity is split into: itself, when nothing splits it.
    fn parts(
        self,
        entity: &Entity,
        splits: &mut Vec<SpeltSplit>,
        found: &mut Vec<Diagnostic>,
    ) -> Vec<Entity> {
        let mut relations = splitting(self.known, self.module, entity);
        let Some((relation, union)) = relations.next() else { return vec![entity.clone()] };
        if let Some((second, _)) = relations.next() {
            found.push(errors::split_twice(second, relation));
        }
        let clauses = Clauses::read(relation, &mut Vec::new());
        if rules::shape(relation, &mut Vec::new()) != Shape::ToOne {
            found.push(errors::split_many(relation));
            let mut whole = entity.clone();
            whole.members.retain(
                |member| !matches!(member, Member::Relation(other) if other.span == relation.span),
            );
            return vec![whole];
        }
        let rules = alternatives::rules(relation, &clauses, &union, found);
        let chosen = self.known.alternatives(&union.module, union.tree);
        let mut parts = Vec::with_capacity(chosen.len());
        let mut names = Vec::with_capacity(chosen.len());
        for alternative in &chosen {
            let part = self.part(entity, relation, &union, alternative, &rules);
            names.push(part.name.text.clone());
            parts.push(part);
        }
        splits.push(SpeltSplit {
            module: self.module.clone(),
            entity: entity.name.clone(),
            relation: relation.name.text.clone(),
            union: union.tree.name.span,
            parts: names,
        });
        parts
    }

    /// An entity as it is for one alternative.
    fn part(
        self,
        entity: &Entity,
        splits: &Relation,
        union: &Meant<'_>,
        alternative: &SpeltAlternative,
        rules: &alternatives::Rules,
    ) -> Entity {
        let mut part = entity.clone();
        let prefix = naming::class(&alternative.name);
        part.name.text = format_smolstr!("{prefix}{}", entity.name.text);
        for member in &mut part.members {
            match member {
                Member::Relation(relation) if relation.span == splits.span => {
                    let span = relation.target.span();
                    let name = |text: &SmolStr| Name { text: text.clone(), span };
                    let module = super::spell::module_of(union, &alternative.path, self.module);
                    let module = module.map(|module| name(&module.text));
                    relation.target = Path { module, name: name(&alternative.path.name.text) };
                    for clause in &mut relation.clauses {
                        if let ClauseKind::OnDelete { rule, alternatives, .. } = &mut clause.kind {
                            *rule = rules.of(&alternative.path);
                            alternatives.clear();
                        }
                    }
                }
                Member::Relation(relation) => rename_relation(relation, alternative, &prefix),
                Member::Unique(unique) => suffix(&mut unique.options.name, alternative),
                Member::Index(index) => suffix(&mut index.name, alternative),
                Member::Check(check) => suffix(&mut check.name, alternative),
                Member::Exclude(exclude) => suffix(&mut exclude.name, alternative),
                Member::Table(table) => {
                    table.value = format!("{}_{}", alternative.name, table.value);
                }
                Member::Field(_)
                | Member::Key(_)
                | Member::OrderBy(_)
                | Member::Display(_)
                | Member::Label(_)
                | Member::Storage(_)
                | Member::Attribute(_) => {}
            }
        }
        part
    }
}

/// What a relation is called on its target, which has one from each part: `person_tasks`.
fn rename_relation(relation: &mut Relation, alternative: &SpeltAlternative, prefix: &str) {
    if let Inverse::Name(inverse) = &mut relation.inverse {
        inverse.text = format_smolstr!("{}_{}", alternative.name, inverse.text);
    }
    for clause in &mut relation.clauses {
        if let ClauseKind::Through { name, ends: None } = &mut clause.kind {
            name.name.text = format_smolstr!("{prefix}{}", name.name.text);
        }
    }
}

fn suffix(name: &mut Option<Name>, alternative: &SpeltAlternative) {
    if let Some(name) = name {
        name.text = format_smolstr!("{}_{}", name.text, alternative.name);
    }
}

/// Reports relations and links to an entity that is split, and takes them out.
fn report_references(
    sources: &Sources,
    trees: &mut [SyntaxTree],
    made: &HashMap<(SmolStr, SmolStr), Name>,
    found: &mut Vec<Diagnostic>,
) {
    for tree in trees {
        let module = names::module_name(sources, tree);
        let split = |path: &Path| {
            let module = path.module.as_ref().map_or(&module, |module| &module.text);
            made.get(&(module.clone(), path.name.text.clone()))
        };
        for item in &mut tree.items {
            match item {
                Item::Entity(entity) | Item::Mixin(entity) => entity.members.retain(|member| {
                    let Member::Relation(relation) = member else { return true };
                    let through = relation.clauses.iter().find_map(|clause| match &clause.kind {
                        ClauseKind::Through { name, ends: Some(_) } => Some(name),
                        _ => None,
                    });
                    let refers = [Some(&relation.target), through].into_iter().flatten();
                    let refers = refers.filter_map(|path| Some((path, split(path)?))).next();
                    if let Some((path, declared)) = refers {
                        found.push(errors::refers_to_split(path, declared));
                    }
                    refers.is_none()
                }),
                Item::Union(union) => union.alternatives.retain(|path| {
                    let declared = split(path);
                    if let Some(declared) = declared {
                        found.push(errors::refers_to_split(path, declared));
                    }
                    declared.is_none()
                }),
                Item::Extension(_) | Item::Enum(_) | Item::Fetch(_) => {}
            }
        }
    }
}
