//! Which rows a row may refer to, and in which order its relations choose.

use crate::relational::TableId;

use super::{Builder, MadeRow};

impl<C> Builder<'_, C> {
    /// The relations of a table's rows in an order in which shared parents come first; those that a CHECK
    /// weighs against one another take turns.
    pub(super) fn relations_of(&self, table: TableId, n: usize) -> Vec<usize> {
        let edges = &self.ground.edges.edges;
        let shape = &self.ground.shapes[table.index()];
        let mine = self.part.relations.iter().copied();
        let mut left: Vec<usize> =
            mine.filter(|nth| edges[*nth].source == table && !self.late.contains(nth)).collect();
        let weighed = |nth: usize| {
            let own = &edges[nth].own;
            edges[nth].optional
                && shape.checks.iter().any(|check| own.iter().any(|it| check.columns.contains(it)))
        };
        let (choosing, mut favoured) = self.by_turns(table, &left);
        let rivals = left.iter().copied().filter(|nth| weighed(*nth) && !choosing.contains(nth));
        let rivals: Vec<usize> = rivals.collect();
        if !rivals.is_empty() {
            let about = rivals.iter().copied().find(|nth| self.part.about.contains(nth));
            favoured.push(about.unwrap_or(rivals[n % rivals.len()]));
        }
        left.sort_by_key(|&nth| (!favoured.contains(&nth), edges[nth].columns.len(), nth));
        let mut order: Vec<usize> = Vec::new();
        while !left.is_empty() {
            let ready = left.iter().position(|&nth| {
                let edge = &edges[nth];
                edge.columns.iter().filter(|column| !edge.own.contains(column)).all(|column| {
                    !left.iter().any(|&other| other != nth && edges[other].own.contains(column))
                })
            });
            order.push(left.remove(ready.unwrap_or(0)));
        }
        order
    }

    /// Whether a row should refer to itself: each row must have one that refers to it, or others hang from the
    /// row that it refers to, and so it must refer to one. A chain has an end.
    pub(super) fn closes_itself(&self, nth: usize) -> bool {
        let edges = self.ground.edges;
        let edge = &edges.edges[nth];
        let leans = |&other: &usize| {
            let it = &edges.edges[other];
            (!it.optional || it.there.min > 0) && edges.shared_parents(other).contains(&nth)
        };
        edge.source == edge.target && (edge.there.min > 0 || self.part.relations.iter().any(leans))
    }

    /// The targets that have room, those with the fewest referrers first, of those that share the row's
    /// parents.
    pub(super) fn candidates(&self, row: &MadeRow, nth: usize) -> Vec<usize> {
        let edge = &self.ground.edges.edges[nth];
        let shared = |target: &MadeRow| {
            edge.columns.iter().zip(&edge.target_columns).all(|(column, &referred)| {
                edge.own.contains(column)
                    || (row.values[*column].is_some()
                        && row.values[*column] == target.values[referred])
            })
        };
        let count = |target: &MadeRow| target.referrers.get(&nth).copied().unwrap_or_default();
        let whole = |target: &MadeRow| {
            edge.target_columns.iter().all(|&column| target.values[column].is_some())
        };
        let is_of_kind = |target: &MadeRow| {
            let mut kind = edge.kind.iter();
            kind.all(|kind| target.values[kind.column].as_ref() == Some(&kind.value))
        };
        let mut found: Vec<(u32, usize)> = self.family[&edge.target]
            .iter()
            .enumerate()
            .filter(|(_, target)| edge.there.max.is_none_or(|most| count(target) < most))
            .filter(|(_, target)| whole(target) && shared(target) && is_of_kind(target))
            .map(|(place, target)| (count(target), place))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, place)| place).collect()
    }
}
