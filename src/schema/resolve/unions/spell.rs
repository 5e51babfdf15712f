//! Spells relations to unions out: each becomes the relations that store it, in place.

use smol_str::{SmolStr, format_smolstr};

use crate::diagnostics::Diagnostic;
use crate::source::Sources;
use crate::syntax::SyntaxTree;
use crate::syntax::tree::{
    Clause, ClauseKind, DeleteRule, Inverse, Item, Member, Multiplicity, Name, Path, Relation,
};

use super::super::clauses::Clauses;
use super::super::rules::{self, Shape};
use super::super::{alternatives, errors};
use super::declare::{declare, row_path, slot, tie_alternatives};
use super::names::{self, Known, Meant};
use super::{Spelt, SpeltAlternative, SpeltLink, SpeltRelation, many, row, split, untyped};
use crate::schema::{self, Strategy};
use crate::target::Slot;

/// The trees without relations to unions. What is wrong with a union or a relation to one is reported, and
/// spelt out as far as it goes.
pub(crate) fn spell(
    sources: &Sources,
    trees: &[SyntaxTree],
    slots: &[Slot],
    found: &mut Vec<Diagnostic>,
) -> Spelt {
    let is_union = |item: &Item| matches!(item, Item::Union(_));
    let known = Known::of(sources, trees, slots);
    for slot in known.unmatched() {
        let modules = trees.iter().filter_map(|tree| tree.module.as_ref());
        let named = modules.clone().find(|module| module.name.text == *slot.module);
        if let Some(module) = named.or(modules.clone().next()) {
            found.push(errors::unknown_slot(slot, module.name.span));
        }
    }
    if !trees.iter().any(|tree| tree.items.iter().any(is_union)) {
        return Spelt::default();
    }
    let mut splits = Vec::new();
    let split = split::split(sources, trees, &known, &mut splits, found);
    let trees = split.as_deref().unwrap_or(trees);
    let known = if split.is_some() { Known::of(sources, trees, slots) } else { known };
    let mut spelt = Spelt { trees: trees.to_vec(), splits, ..Spelt::default() };
    tie_alternatives(sources, trees, &known, &mut spelt);
    for (file, tree) in trees.iter().enumerate() {
        let module = names::module_name(sources, tree);
        let mut items = Vec::with_capacity(tree.items.len());
        for (nth, mut item) in std::mem::take(&mut spelt.trees[file].items).into_iter().enumerate()
        {
            let mut behind = Vec::new();
            match &mut item {
                Item::Entity(entity) | Item::Mixin(entity) => {
                    let members = std::mem::take(&mut entity.members);
                    let place = Place { known: &known, home: &module, owner: &entity.name };
                    let mixin = matches!(&trees[file].items[nth], Item::Mixin(_));
                    for member in members {
                        match member {
                            Member::Relation(relation) => {
                                let link = (!mixin).then_some(&mut behind);
                                let members = &mut entity.members;
                                place.spell(relation, members, link, &mut spelt, found);
                            }
                            other => entity.members.push(other),
                        }
                    }
                }
                Item::Union(union) => behind = declare(&known, &module, union, &mut spelt, found),
                Item::Extension(_) | Item::Enum(_) | Item::Fetch(_) => {}
            }
            items.push(item);
            items.extend(behind);
        }
        spelt.trees[file].items = items;
    }
    spelt
}

/// Where relations are spelt out.
#[derive(Clone, Copy)]
struct Place<'a> {
    known: &'a Known<'a>,
    /// The module that they are written in.
    home: &'a SmolStr,
    /// The entity or mixin that states them.
    owner: &'a Name,
}

impl Place<'_> {
    /// Spells a relation out into `members`, and its link, when it needs one, into `links`, where that can be.
    fn spell(
        self,
        relation: Relation,
        members: &mut Vec<Member>,
        links: Option<&mut Vec<Item>>,
        spelt: &mut Spelt,
        found: &mut Vec<Diagnostic>,
    ) {
        let Some(union) = self.known.union(self.home, &relation.target) else {
            members.push(Member::Relation(relation));
            return;
        };
        if union.strategy == Strategy::Split {
            // Reported where the entity could not be split.
            return;
        }
        if union.strategy == Strategy::Slot {
            members.push(Member::Relation(self.into_slot(relation, &union, found)));
            return;
        }
        let mut unread = Vec::new();
        let clauses = Clauses::read(&relation, &mut unread);
        match rules::shape(&relation, &mut Vec::new()) {
            Shape::ToOne => {
                found.append(&mut unread);
                let rules = self.to_one(relation.clone(), &clauses, &union, members, found);
                let (union, written) = (union.tree.name.span, relation.clone());
                spelt.relations.insert(relation.span, SpeltRelation { union, written, rules });
            }
            Shape::ManyToMany if union.strategy == Strategy::Untyped => {
                found.push(errors::untyped_many(&relation));
            }
            Shape::ManyToMany => {
                found.append(&mut unread);
                rules::check_clauses(&relation, &clauses, Shape::ManyToMany, found);
                rules::delete_rule(&relation, &clauses, Shape::ManyToMany, found);
                match (links, alternatives::unlinkable(&relation, &clauses)) {
                    (_, Some(problem)) => found.push(problem),
                    (None, None) => found.push(errors::many_in_mixin(&relation)),
                    (Some(links), None) => {
                        links.push(self.many(&relation, &clauses, &union, spelt, found));
                    }
                }
            }
            // Left as it is, it is reported where all relations are.
            Shape::Impossible => members.push(Member::Relation(relation.clone())),
        }
    }

    /// The relation, to the alternative that fills the slot.
    fn into_slot(
        self,
        mut relation: Relation,
        union: &Meant<'_>,
        found: &mut Vec<Diagnostic>,
    ) -> Relation {
        let chosen = slot(self.known, &union.module, union.tree).ok();
        let Some(path) = chosen.or(union.tree.alternatives.first()) else { return relation };
        for clause in &mut relation.clauses {
            let ClauseKind::OnDelete { rule, rule_span, alternatives } = &mut clause.kind else {
                continue;
            };
            for (other, differing, span) in alternatives.drain(..) {
                if other.name.text == path.name.text {
                    (*rule, *rule_span) = (differing, span);
                } else if !union.tree.alternatives.iter().any(|it| it.name.text == other.name.text)
                {
                    found.push(errors::no_alternative(&other, union.tree));
                }
            }
        }
        // Where it points at is said in the union.
        let span = relation.target.span();
        let name = |text: &SmolStr| Name { text: text.clone(), span };
        let module = module_of(union, path, self.home).map(|module| name(&module.text));
        relation.target = Path { module, name: name(&path.name.text) };
        relation
    }

    /// Returns the delete rules of the alternatives, where one foreign key is for all and can't say them.
    fn to_one(
        self,
        relation: Relation,
        clauses: &Clauses<'_>,
        union: &Meant<'_>,
        members: &mut Vec<Member>,
        found: &mut Vec<Diagnostic>,
    ) -> Vec<(SmolStr, schema::DeleteRule)> {
        if union.strategy == Strategy::Untyped {
            alternatives::check_untyped(&relation, found);
            let listed = self.known.alternatives(&union.module, union.tree);
            members.extend(untyped::members(&relation, union, &listed));
            return Vec::new();
        }
        let rules = alternatives::rules(&relation, clauses, union, found);
        alternatives::check_clauses(&relation, clauses, union.strategy, found);
        let alternatives = self.known.alternatives(&union.module, union.tree);
        match union.strategy {
            // None of these comes here.
            Strategy::Slot | Strategy::Split | Strategy::Untyped => Vec::new(),
            Strategy::Arc => {
                for SpeltAlternative { path, name, .. } in alternatives {
                    let module = module_of(union, &path, self.home);
                    let target = Path { module, name: path.name.clone() };
                    let name = format_smolstr!("{}_{name}", relation.name.text);
                    let rule = rules.of(&path);
                    members.push(Member::Relation(spelt_relation(&relation, name, target, rule)));
                }
                Vec::new()
            }
            Strategy::Link | Strategy::Supertype | Strategy::Inheritance => {
                let name = row::reference_name(&relation.name.text);
                let target = row_path(union, self.home);
                let all: Vec<DeleteRule> =
                    alternatives.iter().map(|alternative| rules.of(&alternative.path)).collect();
                let same = all.first().filter(|&&first| all.iter().all(|&rule| rule == first));
                let rule = same.copied().unwrap_or(DeleteRule::Restrict);
                let mut one = spelt_relation(&relation, name, target, rule);
                one.here = relation.here;
                // Reported above: neither means anything over the union's own row.
                one.clauses.retain(|clause| {
                    !matches!(clause.kind, ClauseKind::Within(_) | ClauseKind::By(_))
                });
                if clauses.column.is_none() {
                    let column = format!("{}_id", crate::naming::snake(&relation.name.text));
                    one.clauses.push(row::column(&column, relation.name.span));
                }
                members.push(Member::Relation(one));
                match same {
                    Some(_) => Vec::new(),
                    None => {
                        let names = alternatives.into_iter().map(|alternative| alternative.name);
                        names.zip(all.into_iter().map(rules::meant)).collect()
                    }
                }
            }
        }
    }

    /// The link of a many-to-many relation.
    fn many(
        self,
        relation: &Relation,
        clauses: &Clauses<'_>,
        union: &Meant<'_>,
        spelt: &mut Spelt,
        found: &mut Vec<Diagnostic>,
    ) -> Item {
        let alternatives = self.known.alternatives(&union.module, union.tree);
        let many::Link { mut entity, to_union, source_end } =
            many::link(self.owner, relation, clauses, union, &alternatives);
        let link = SpeltLink {
            module: self.home.clone(),
            source: self.owner.text.clone(),
            link: entity.name.text.clone(),
            source_end,
            union_end: to_union.name.text.clone(),
            written: relation.clone(),
        };
        let owner = entity.name.clone();
        let inside = Place { owner: &owner, ..self };
        inside.spell(to_union, &mut entity.members, None, spelt, found);
        spelt.links.push(link);
        Item::Entity(entity)
    }
}

/// The module of an alternative, as a path in another module must say it.
pub(super) fn module_of(union: &Meant<'_>, path: &Path, home: &SmolStr) -> Option<Name> {
    match &path.module {
        Some(module) => Some(module.clone()),
        None if union.module == *home => None,
        None => Some(Name { text: union.module.clone(), span: path.name.span }),
    }
}

/// The relation with another name, another target and one rule; optional, since only one of several is set.
fn spelt_relation(relation: &Relation, name: SmolStr, target: Path, rule: DeleteRule) -> Relation {
    let span = relation.name.span;
    let keep = |clause: &&Clause| match &clause.kind {
        ClauseKind::OnUpdateCascade
        | ClauseKind::Within(_)
        | ClauseKind::Deferrable
        | ClauseKind::By(_)
        | ClauseKind::Column(_)
        | ClauseKind::Key
        | ClauseKind::Attribute(_) => true,
        ClauseKind::OnDelete { .. }
        | ClauseKind::OnOrphanDelete
        | ClauseKind::Through { .. }
        | ClauseKind::Ordered
        | ClauseKind::Default(_)
        | ClauseKind::Label(_)
        | ClauseKind::Unique => false,
    };
    let rule_span = relation
        .clauses
        .iter()
        .find_map(|clause| match clause.kind {
            ClauseKind::OnDelete { rule_span, .. } => Some(rule_span),
            _ => None,
        })
        .unwrap_or(span);
    let kind = ClauseKind::OnDelete { rule, rule_span, alternatives: Vec::new() };
    let mut clauses: Vec<Clause> = relation.clauses.iter().filter(keep).cloned().collect();
    clauses.push(Clause { kind, span: rule_span });
    Relation {
        docs: relation.docs.clone(),
        name: Name { text: name, span },
        here: Multiplicity { min: 0, ..relation.here },
        target,
        there: relation.there,
        inverse: match &relation.inverse {
            Inverse::None(span) => Inverse::None(*span),
            Inverse::Name(name) => Inverse::Name(name.clone()),
        },
        clauses,
        span: relation.span,
    }
}
