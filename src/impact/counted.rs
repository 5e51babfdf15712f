//! How many rows a delete reaches in a live database, as data beside an [`Impact`](super::Impact).

use crate::schema::EntityId;

use super::reached::Impact;
use super::rules::Effect;

/// How many rows are deleted, cleared, unlinked, and refuse.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// The condition in SQL that chose the rows; without it, all rows of the entity.
    pub condition: Option<String>,
    /// By place in [`Impact::deleted`](super::Impact::deleted): how many rows go, each counted once.
    pub deleted: Vec<u64>,
    /// By the same place, and by branch.
    pub branches: Vec<Vec<BranchCount>>,
    /// By the same place, and by target.
    pub targets: Vec<Vec<TargetCount>>,
    /// The links that Trine makes, and how many of each go, each counted once.
    pub links: Vec<(EntityId, u64)>,
}

/// The rows of one branch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BranchCount {
    /// How many rows the effect happens to: those that go by this relation, or that are written by it or
    /// refuse by it and don't go anyhow.
    pub rows: u64,
    /// How many rows refer and go anyhow; 0 where the effect is to delete them.
    pub gone: u64,
    /// How many rows of the other end would keep too few links.
    pub bound: u64,
    /// By check.
    pub checks: Vec<CheckCount>,
}

/// The rows that rows which go refer to by one relation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TargetCount {
    /// How many would keep too few.
    pub bound: u64,
    /// How many go with their alternatives, where they are a union's.
    pub taken: u64,
}

/// The rows that a check is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CheckCount {
    /// How many rows fail it in any order; `None` where only the delete itself can tell.
    pub fails: Option<u64>,
    /// How many rows may fail it, as PostgreSQL comes by them.
    pub at_risk: u64,
}

impl CheckCount {
    /// Whether rows fail it for certain.
    pub fn fails(&self) -> bool {
        self.fails.is_some_and(|failed| failed > 0)
    }
}

impl Counts {
    /// How many links of an entity that Trine makes are removed.
    pub fn links_of(&self, link: EntityId) -> Option<u64> {
        self.links.iter().find(|(entity, _)| *entity == link).map(|(_, rows)| *rows)
    }

    /// Whether there are rows for which PostgreSQL's own order, or something that can't be counted, decides.
    pub fn undecided(&self) -> bool {
        let checks = self.branches.iter().flatten().flat_map(|count| &count.checks);
        checks.into_iter().any(|check| check.at_risk > 0)
    }

    /// Whether rows refuse the delete, whatever the order.
    pub fn refuse(&self, impact: &Impact) -> bool {
        let branches = impact
            .deleted
            .iter()
            .zip(&self.branches)
            .flat_map(|(deleted, counts)| deleted.branches.iter().zip(counts));
        let refuses = |(branch, count): (&super::Branch, &BranchCount)| {
            let by_rule = match branch.effect {
                Effect::Restricted | Effect::Protected => count.rows > 0,
                Effect::Deleted | Effect::Cleared | Effect::Defaulted => false,
            };
            by_rule || count.bound > 0 || count.checks.iter().any(CheckCount::fails)
        };
        branches.into_iter().any(refuses)
            || self.targets.iter().flatten().any(|target| target.bound > 0)
    }
}
