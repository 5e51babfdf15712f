//! The words for what happens, the same in every form.

use crate::schema::{EntityId, Multiplicity, RelationId, RelationKind, Schema, UnionId, UnionLink};

use crate::impact::rules::{Bound, Effect, End, word};
use crate::impact::{Branch, Fate, Impact, Leads, Target, Verdict};
use crate::relational::AtOnce;

/// What a reader must see first about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Tone {
    Deleted,
    Unlinked,
    Written,
    Refused,
    Kept,
}

impl Tone {
    /// In the order in which a reader wants them.
    pub const ALL: [Tone; 5] =
        [Tone::Deleted, Tone::Unlinked, Tone::Written, Tone::Refused, Tone::Kept];
}

/// What a branch comes to for a reader.
pub(super) fn tone(schema: &Schema, branch: &Branch) -> Tone {
    let source = schema.relations[branch.relation].source;
    match (branch.effect, branch.fate) {
        (Effect::Deleted, _) if schema.union_link(source).is_some() => Tone::Unlinked,
        (Effect::Deleted, _) if branch.bound.is_some() => Tone::Refused,
        (Effect::Deleted, _) if branch.unlinks(schema) => Tone::Unlinked,
        (Effect::Deleted, _) => Tone::Deleted,
        (_, Fate::Goes(_)) => Tone::Kept,
        (Effect::Cleared | Effect::Defaulted, Fate::Stays | Fate::MayGo) => Tone::Written,
        (Effect::Restricted | Effect::Protected, Fate::Stays | Fate::MayGo) => Tone::Refused,
    }
}

/// Names as the reader of one impact needs them: with the module where it is another one's.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub schema: &'a Schema,
    /// The entity whose module needs no saying; `None` where the program has one module alone.
    pub home: EntityId,
}

impl<'a> Names<'a> {
    pub fn new(schema: &'a Schema, impact: &Impact) -> Names<'a> {
        Names { schema, home: impact.entity() }
    }

    /// `Store`, or `shop.Store` from another module; `Owner row` of a union's row.
    pub fn entity(&self, entity: EntityId) -> String {
        let stated = &self.schema.entities[entity];
        let name = entity_name(self.schema, entity);
        if stated.module == self.schema.entities[self.home].module {
            name
        } else {
            format!("{}.{name}", self.schema.modules[stated.module].name)
        }
    }

    /// `Banner.store`; of a relation to a union, as it is written.
    pub fn relation(&self, relation: RelationId) -> String {
        let stated = &self.schema.relations[relation];
        format!("{}.{}", self.entity(stated.source), relation_name(self.schema, relation))
    }

    /// The line's subject: whose rows are spoken of.
    pub fn subject(&self, branch: &Branch) -> String {
        let source = self.schema.relations[branch.relation].source;
        match branch.link {
            Some(end) if branch.unlinks(self.schema) => {
                self.entity(self.schema.relations[end.other].target)
            }
            _ => match self.schema.union_link(source) {
                Some(link) if link.source_end == branch.relation => self.linked_union(link),
                Some(link) => self.entity(link.source),
                None => self.entity(source),
            },
        }
    }

    /// The many-to-many relation to a union whose links a branch is of.
    fn union_link(&self, branch: &Branch) -> Option<&UnionLink> {
        self.schema.union_link(self.schema.relations[branch.relation].source)
    }

    /// The name of the union at one end of a many-to-many relation.
    fn linked_union(&self, link: &UnionLink) -> String {
        let union = self.schema.union_relations[link.union_end].union;
        self.schema.unions[union].name.to_string()
    }

    /// A many-to-many relation to a union as the end calls it that a relation of its links refers to.
    fn seen_union(&self, link: &UnionLink, here: RelationId) -> String {
        let target = self.schema.relations[here].target;
        match &link.inverse {
            Some(inverse) if here != link.source_end => {
                let name = match self.schema.union_of_row(target) {
                    Some(_) => self.linked_union(link),
                    None => self.entity(target),
                };
                format!("{name}.{inverse}")
            }
            _ => format!("{}.{}", self.entity(link.source), link.name),
        }
    }

    /// What a branch does, in words.
    pub fn effect(&self, branch: &Branch) -> String {
        let name = relation_name(self.schema, branch.relation);
        let what = match (branch.effect, branch.fate) {
            (Effect::Deleted, _) if self.schema.tie(branch.relation).is_some() => {
                self.tied(branch.relation).to_owned()
            }
            (Effect::Deleted, _)
                if branch.unlinks(self.schema) || self.union_link(branch).is_some() =>
            {
                "kept, its links removed".to_owned()
            }
            (Effect::Deleted, _) => "deleted".to_owned(),
            (Effect::Cleared | Effect::Defaulted, Fate::Goes(with)) => format!(
                "goes with its {} anyhow: no `{name}` is left to {}",
                self.parent(with),
                if branch.effect == Effect::Cleared { "clear" } else { "set" },
            ),
            (Effect::Restricted | Effect::Protected, Fate::Goes(with)) => {
                format!("goes with its {} anyhow: nothing is left to refuse", self.parent(with))
            }
            (Effect::Cleared, Fate::Stays) => format!("`{name}` cleared"),
            (Effect::Cleared, Fate::MayGo) => format!("`{name}` cleared, unless it goes as well"),
            (Effect::Defaulted, Fate::Stays) => format!("`{name}` set to its default"),
            (Effect::Defaulted, Fate::MayGo) => {
                format!("`{name}` set to its default, unless it goes as well")
            }
            (Effect::Restricted, Fate::Stays) => "refuses while one refers".to_owned(),
            (Effect::Restricted, Fate::MayGo) => {
                "refuses if one is left that refers, when all that goes is gone".to_owned()
            }
            (Effect::Protected, _) => "refuses at once while one refers".to_owned(),
        };
        match branch.bound {
            Some(bound) => format!("{what}; {}", self.bound(bound, branch.effect)),
            None => what,
        }
    }

    /// What becomes of the other of an alternative and its union's row, when one of them goes.
    fn tied(&self, relation: RelationId) -> &'static str {
        match self.schema.union_of_row(self.schema.relations[relation].source) {
            Some(_) => GOES_WITH_IT,
            None => "deleted, where the row is its own",
        }
    }

    /// The name of what a row hangs from: `store`.
    fn parent(&self, relation: RelationId) -> &str {
        relation_name(self.schema, relation)
    }

    /// ``refuses where Order is left with fewer than 1 of its `lines` ``
    pub fn bound(&self, bound: Bound, effect: Effect) -> String {
        format!("refuses {}", self.broken(bound, effect))
    }

    /// ``where Order is left with fewer than 1 of its `lines` ``; where rows are set to their default, that
    /// gets them.
    pub fn broken(&self, bound: Bound, effect: Effect) -> String {
        let (what, size) = self.bounded(bound);
        let entity = match self.schema.union_of_row(bound.bounded) {
            Some(union) => self.schema.unions[union].name.to_string(),
            None => self.entity(bound.bounded),
        };
        match (effect, size.max) {
            (Effect::Defaulted, Some(max)) => {
                format!("where {entity} gets more than {max} of {what}")
            }
            _ => format!("where {entity} is left with fewer than {} of {what}", size.min),
        }
    }

    /// What is counted, as the bounded entity calls it, and the multiplicity that says how many.
    fn bounded(&self, bound: Bound) -> (String, Multiplicity) {
        let stated = &self.schema.relations[bound.relation];
        let here = match &stated.kind {
            RelationKind::ToOne(_) => false,
            RelationKind::ManyToMany(many) => many.source_end == bound.counted,
        };
        if here {
            return (format!("its `{}`", stated.name), stated.here);
        }
        let accessor = match &stated.inverse {
            Some(inverse) => format!("its `{inverse}`"),
            None => format!("the {} that refer to it", self.entity(stated.source)),
        };
        (accessor, stated.there)
    }

    /// By what: `Banner.store, on delete cascade`.
    pub fn by(&self, branch: &Branch) -> String {
        match branch.link {
            Some(end) if branch.unlinks(self.schema) => {
                let link = self.schema.relations[branch.relation].source;
                format!("{} through {}", self.seen(end, branch.relation), self.entity(link))
            }
            _ => match (self.union_link(branch), self.schema.tie(branch.relation)) {
                (Some(link), _) if branch.effect == Effect::Deleted => format!(
                    "{} through {}",
                    self.seen_union(link, branch.relation),
                    self.entity(link.link)
                ),
                (_, Some(union)) => self.union(union),
                (_, None) => {
                    let rule = branch.rule(self.schema).map_or("", word);
                    let whose = self.alternatives(branch);
                    format!("{}, on delete {rule}{whose}", self.relation(branch.relation))
                }
            },
        }
    }

    /// ` for Person or Bot`, where the rules differ by alternative.
    fn alternatives(&self, branch: &Branch) -> String {
        let rules: Vec<_> = self.schema.rules_by_alternative(branch.relation).collect();
        let of = branch.of.iter().filter_map(|&nth| rules.get(nth));
        let names: Vec<String> = of.map(|(it, _)| self.entity(it.entity)).collect();
        if names.is_empty() { String::new() } else { format!(" for {}", names.join(" or ")) }
    }

    /// By what a target is spoken of: its relation, or the union whose row it is.
    pub fn by_target(&self, target: &Target) -> String {
        match self.schema.tie(target.relation) {
            Some(union) => self.union(union),
            None => self.relation(target.relation),
        }
    }

    /// `union Owner`
    pub fn union(&self, union: UnionId) -> String {
        format!("union {}", self.schema.unions[union].name)
    }

    /// A many-to-many relation as the entity at one end of its links calls it.
    fn seen(&self, end: End, here: RelationId) -> String {
        let stated = &self.schema.relations[end.many];
        let target = self.schema.many_to_many(end.many).is_some_and(|many| many.target_end == here);
        match &stated.inverse {
            Some(inverse) if target => format!("{}.{inverse}", self.entity(stated.target)),
            _ => self.relation(end.many),
        }
    }

    /// What is checked at once, and why that matters.
    pub fn check(&self, relation: RelationId, check: &AtOnce) -> String {
        let written = self.relation(relation);
        match check {
            AtOnce::Unique(name) => {
                format!("when {written} is written, the row must still be unique by `{name}`")
            }
            AtOnce::Pair(other) => format!(
                "{written} may not be cleared while `{}`, which is within it, is set",
                relation_name(self.schema, *other)
            ),
            AtOnce::Referred(other) => {
                format!(
                    "{written} may not change while rows refer to it by {}",
                    self.relation(*other)
                )
            }
            AtOnce::Default => format!("the row that {written} is set to must be there, and stay"),
        }
    }

    /// A sentence for a check that may refuse, or whose outcome PostgreSQL's own order decides.
    pub fn verdict(&self, relation: RelationId, check: &AtOnce, verdict: Verdict) -> String {
        let check = self.check(relation, check);
        match verdict {
            Verdict::MayRefuse => check,
            Verdict::OrderDecides => format!(
                "{check}; PostgreSQL looks before all that goes is gone, so the order of its triggers \
                 decides"
            ),
        }
    }

    /// What a target says about the delete, when it may refuse it or goes with it.
    pub fn target(&self, target: &Target) -> Option<String> {
        if target.takes != Leads::Nowhere {
            return Some(GOES_WITH_IT.to_owned());
        }
        let bound = self.bound(target.bound?, Effect::Deleted);
        Some(if target.goes { format!("{bound}, unless it goes as well") } else { bound })
    }
}

/// What is said of a union's row when its alternative is deleted.
pub(super) const GOES_WITH_IT: &str = "goes with it";

/// An entity's name for people; of a union's row `Owner row`.
pub(super) fn entity_name(schema: &Schema, entity: EntityId) -> String {
    match schema.union_of_row(entity) {
        Some(union) => format!("{} row", schema.unions[union].name),
        None => schema.entities[entity].name.to_string(),
    }
}

/// A relation's name as the file says it: of one that was spelt out for a relation to a union, that one's.
pub(crate) fn relation_name(schema: &Schema, relation: RelationId) -> &str {
    match schema.stated_as(relation) {
        Some(stated) => &schema.union_relations[stated].name,
        None => &schema.relations[relation].name,
    }
}

/// `module.Entity`
pub(crate) fn full_name(schema: &Schema, entity: EntityId) -> String {
    let stated = &schema.entities[entity];
    format!("{}.{}", schema.modules[stated.module].name, stated.name)
}

/// `Store` in a program of one module, and `shop.Store` in one of several.
pub(super) fn short_name(schema: &Schema, entity: EntityId) -> String {
    let name = entity_name(schema, entity);
    if schema.modules.len() == 1 {
        name
    } else {
        format!("{}.{name}", schema.modules[schema.entities[entity].module].name)
    }
}

/// `1 row`, `12 rows`
pub(super) fn rows(number: u64) -> String {
    if number == 1 { "1 row".to_owned() } else { format!("{} rows", grouped(number)) }
}

/// `1 234 567`, with the narrow spaces of the international system left out for those who copy it.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
