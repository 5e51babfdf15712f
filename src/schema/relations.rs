//! Relations: each is a foreign key of its source, or many to many through a link entity.

use smol_str::SmolStr;

use crate::source::Span;

use super::{EntityId, Expr, FieldId, Multiplicity, RelationId};

/// A relation, with both of its ends.
#[derive(Debug, Clone)]
pub struct Relation {
    /// The entity that states it.
    pub source: EntityId,
    /// Its name, as written.
    pub name: SmolStr,
    /// Its documentation.
    pub docs: Option<String>,
    /// Its name for people.
    pub label: Option<String>,
    /// How many targets one source has.
    pub here: Multiplicity,
    /// The entity that it points at.
    pub target: EntityId,
    /// How many sources one target has.
    pub there: Multiplicity,
    /// The accessor on the target; `None` for `_`.
    pub inverse: Option<SmolStr>,
    /// To one, or to many.
    pub kind: RelationKind,
    /// `@sqlalchemy(lazy: "…")`, for both ends.
    pub sqlalchemy_lazy: Option<String>,
    /// Where its name stands.
    pub span: Span,
}

/// What a relation is stored as.
#[derive(Debug, Clone)]
pub enum RelationKind {
    /// A foreign key on the source.
    ToOne(ToOne),
    /// A link entity between the two.
    ManyToMany(ManyToMany),
}

/// A foreign key.
#[derive(Debug, Clone)]
pub struct ToOne {
    /// Whether the source may have none: `0..1` here.
    pub optional: bool,
    /// Whether the target has at most one: `0..1` or `1` there. The key may say so already.
    pub one_to_one: bool,
    /// What a delete of the target does to the source; `Restrict` where that is a matter of the alternative.
    pub delete: DeleteRule,
    /// What it does by the target's alternative, in the order of the union whose row the target is; empty where
    /// all have one rule.
    pub by_alternative: Vec<DeleteRule>,
    /// Taken out of its owner's collection, the source is deleted.
    pub orphan_delete: bool,
    /// Parents that both ends share.
    pub within: Vec<Within>,
    /// What the columns refer to.
    pub references: Reference,
    /// The default of the column; one value.
    pub default: Option<Expr>,
    /// ON UPDATE CASCADE.
    pub update_cascade: bool,
    /// `deferrable`: DEFERRABLE INITIALLY DEFERRED.
    pub deferrable: bool,
    /// `restrict` where a cascade could take both ends away, and what stands beside a relation that a union's
    /// trigger writes in the middle of a delete: must be checked when all is done, DEFERRABLE INITIALLY
    /// DEFERRED. Found by the delete analysis.
    pub checked_late: bool,
    /// Deleting the source deletes the target too, by a trigger: the row of a union that the source is an
    /// alternative of.
    pub takes_target: bool,
    /// `column "…"`
    pub column: Option<String>,
}

impl ToOne {
    /// Every delete rule that may be followed: the one there is, or each alternative's.
    pub fn rules(&self) -> &[DeleteRule] {
        match self.by_alternative.as_slice() {
            [] => std::slice::from_ref(&self.delete),
            rules => rules,
        }
    }

    /// Whether a delete of some target does this to the source.
    pub fn may(&self, rule: DeleteRule) -> bool {
        self.rules().contains(&rule)
    }

    /// The rule that holds for a target: of a union's row, its alternative's, by its place in the union.
    pub fn rule_of(&self, alternative: Option<usize>) -> DeleteRule {
        let differing = alternative.and_then(|nth| self.by_alternative.get(nth));
        differing.copied().unwrap_or(self.delete)
    }
}

/// What a foreign key refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// The target's primary key.
    Key,
    /// `by (code)`: other columns of the target that are unique together.
    Fields(Vec<FieldId>),
}

/// One pair of `within`; both are to-one relations to the same entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within {
    /// The relation of the source.
    pub here: RelationId,
    /// The relation of the target.
    pub there: RelationId,
}

/// What a delete of the target does to the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeleteRule {
    /// Deletes it.
    Cascade,
    /// Clears the reference.
    SetNull,
    /// Sets the reference to its default.
    SetDefault,
    /// Is refused while the source is there when all is done.
    Restrict,
    /// Is refused at once.
    Protect,
}

/// Many to many.
#[derive(Debug, Clone)]
pub struct ManyToMany {
    /// The entity whose rows are the links.
    pub link: EntityId,
    /// The link's relation to the source.
    pub source_end: RelationId,
    /// The link's relation to the target; its delete rule is what the file says.
    pub target_end: RelationId,
    /// The link's `position`, when the relation is ordered.
    pub position: Option<FieldId>,
    /// Parents that both ends share: each pair is a relation of the source and one of the target. Only
    /// over a link that Trine makes; a declared one states it on its own relations.
    pub within: Vec<Within>,
}
