//! The part of a program that a stage is made of, the order of its tables, and how many rows each has.

use std::collections::{BTreeMap, BTreeSet};

use crate::relational::TableId;

use super::edges::{Choice, Edge, Edges};
use super::shape::Shape;

/// At most so many rows of a table for one row at the top, unless a bound asks for more.
const MOST: usize = 4;

/// At most so many rows of a union are shared out among its alternatives.
const MOST_OF_UNION: usize = 60;

/// The most rows that are made of a table for the sake of others.
const MOST_ROWS: usize = 200;

/// The same, where one more would ask for more again, and nothing needs it.
const MOST_BESIDE_UNION: usize = 12;

/// Tables, and the relations among them that are set.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    pub tables: BTreeSet<TableId>,
    /// Places in [`Edges::edges`].
    pub relations: BTreeSet<usize>,
    /// The relations that the stage is about.
    pub about: Vec<usize>,
}

impl Part {
    /// Everything but what stands on tables that can't be filled.
    pub fn whole(
        edges: &Edges,
        tables: impl Iterator<Item = TableId>,
        banned: &BTreeSet<TableId>,
    ) -> Part {
        let tables: BTreeSet<TableId> = tables.collect();
        let mut left = tables.clone();
        // What can't be without a banned table is banned too.
        loop {
            let needs = |table: &TableId| {
                banned.contains(table)
                    || (edges.ties(*table).next().is_some()
                        && !edges.ties(*table).any(|tie| left.contains(&edges.edges[tie].source)))
                    || edges.choices.iter().any(|choice| {
                        let mut targets =
                            choice.relations.iter().map(|&nth| edges.edges[nth].target);
                        choice.table == *table
                            && !choice.optional
                            && !targets.any(|target| left.contains(&target))
                    })
                    || edges.edges.iter().any(|edge| {
                        (edge.source == *table && !edge.optional && !left.contains(&edge.target))
                            || (edge.target == *table
                                && edge.there.min > 0
                                && !left.contains(&edge.source))
                    })
                    || edges.links.iter().any(|link| {
                        let source = edges.edges[link.source_end].target;
                        let target = edges.edges[link.target_end].target;
                        let needs = (source == *table && link.here.min > 0)
                            || (target == *table && link.there.min > 0);
                        needs && !left.contains(&link.table)
                    })
            };
            let gone: Vec<TableId> = left.iter().copied().filter(needs).collect();
            if gone.is_empty() {
                break;
            }
            for table in gone {
                left.remove(&table);
            }
        }
        let relations = (0..edges.edges.len())
            .filter(|&nth| {
                left.contains(&edges.edges[nth].source) && left.contains(&edges.edges[nth].target)
            })
            .collect();
        Part { tables: left, relations, about: Vec::new() }
    }

    /// Some relations, and what their rows can't be without.
    pub fn around(edges: &Edges, about: &[usize]) -> Part {
        let mut part = Part { about: about.to_vec(), ..Part::default() };
        let mut queue = Vec::new();
        for &nth in about {
            part.relations.insert(nth);
            queue.extend([edges.edges[nth].source, edges.edges[nth].target]);
            for parent in edges.shared_parents(nth) {
                part.relations.insert(parent);
                queue.push(edges.edges[parent].target);
            }
        }
        while let Some(table) = queue.pop() {
            if !part.tables.insert(table) {
                continue;
            }
            for (nth, edge) in edges.edges.iter().enumerate() {
                if edge.source == table && !edge.optional {
                    part.relations.insert(nth);
                    queue.push(edge.target);
                    for parent in edges.shared_parents(nth) {
                        part.relations.insert(parent);
                        queue.push(edges.edges[parent].target);
                    }
                }
                if edge.target == table && edge.there.min > 0 {
                    part.relations.insert(nth);
                    queue.push(edge.source);
                }
            }
            // A union's row is of an alternative, and what must have one has any: each gets its turn.
            for tie in edges.ties(table) {
                part.relations.insert(tie);
                queue.push(edges.edges[tie].source);
            }
            for choice in edges.choices.iter().filter(|it| it.table == table && !it.optional) {
                part.relations.extend(&choice.relations);
                queue.extend(choice.relations.iter().map(|&nth| edges.edges[nth].target));
            }
            for link in &edges.links {
                let source = edges.edges[link.source_end].target;
                let target = edges.edges[link.target_end].target;
                if (table == source && link.here.min > 0) || (table == target && link.there.min > 0)
                {
                    queue.push(link.table);
                }
            }
        }
        part
    }

    /// With every optional relation that a CHECK of its tables reads, and what those can't be without: a
    /// CHECK may ask for one of them.
    pub fn wider(&self, edges: &Edges, shapes: &[Shape]) -> Part {
        let mut wider = self.clone();
        for (nth, edge) in edges.edges.iter().enumerate() {
            let read = |column: &usize| {
                let mut checks = shapes[edge.source.index()].checks.iter();
                checks.any(|check| check.columns.contains(column))
            };
            if self.tables.contains(&edge.source) && edge.optional && edge.own.iter().any(read) {
                let more = Part::around(edges, &[nth]);
                wider.tables.extend(more.tables);
                wider.relations.extend(more.relations);
            }
        }
        wider
    }

    /// The relations to set last, so that the rest can be put into an order.
    pub fn late(&self, edges: &Edges) -> Vec<usize> {
        let mut late = Vec::new();
        loop {
            let circle = self.unordered(edges, &late);
            let closing = self
                .relations
                .iter()
                .copied()
                .filter(|nth| {
                    let edge = &edges.edges[*nth];
                    !late.contains(nth)
                        && edge.source != edge.target
                        && circle.contains(&edge.source)
                        && circle.contains(&edge.target)
                        && (edge.optional || edge.deferrable)
                })
                .min_by_key(|&nth| (!edges.edges[nth].optional, self.about.contains(&nth), nth));
            match closing {
                Some(nth) => late.push(nth),
                None => return late,
            }
        }
    }

    /// The tables that lie on a circle, or behind one.
    fn unordered(&self, edges: &Edges, late: &[usize]) -> BTreeSet<TableId> {
        let order: BTreeSet<TableId> = self.order(edges, late).into_iter().collect();
        self.tables.difference(&order).copied().collect()
    }

    /// The tables, each behind those whose rows must be there before its own. What refers to a union's rows
    /// stands behind all alternatives, if it can.
    pub fn order(&self, edges: &Edges, late: &[usize]) -> Vec<TableId> {
        let mut before: BTreeMap<TableId, BTreeSet<TableId>> =
            self.tables.iter().map(|&table| (table, BTreeSet::new())).collect();
        for nth in self.relations.iter().filter(|nth| !late.contains(nth)) {
            let edge = &edges.edges[*nth];
            if edge.source != edge.target
                && let Some(targets) = before.get_mut(&edge.source)
            {
                targets.insert(edge.target);
            }
        }
        let mut order = Vec::new();
        let mut done = BTreeSet::new();
        loop {
            let mut ready: Vec<TableId> = before
                .iter()
                .filter(|(table, targets)| !done.contains(*table) && targets.is_subset(&done))
                .map(|(&table, _)| table)
                .collect();
            if ready.is_empty() {
                return order;
            }
            let early = |table: &TableId| {
                self.relations.iter().any(|&nth| {
                    let edge = &edges.edges[nth];
                    edge.source == *table
                        && edge.kind.is_none()
                        && edges.ties(edge.target).any(|tie| {
                            let alternative = edges.edges[tie].source;
                            self.tables.contains(&alternative) && !done.contains(&alternative)
                        })
                })
            };
            match ready.iter().any(|table| !early(table)) {
                true => ready.retain(|table| !early(table)),
                false => ready.truncate(1),
            }
            done.extend(&ready);
            order.extend(ready);
        }
    }

    /// How many rows of each table a family has.
    pub fn counts(&self, edges: &Edges, late: &[usize], few: bool) -> BTreeMap<TableId, usize> {
        let mut counts: BTreeMap<TableId, usize> =
            self.tables.iter().map(|&table| (table, 1)).collect();
        if !few {
            for &nth in &self.about {
                self.room_to_move(edges, nth, &mut counts);
            }
        }
        let raise = |counts: &mut BTreeMap<TableId, usize>, table: TableId, to: usize| {
            if let Some(count) = counts.get_mut(&table) {
                *count = (*count).max(to.min(MOST_ROWS));
            }
        };
        // Each row of an alternative is a union's row as well, so that giving a row to each of these never ends
        // where an alternative refers to one, by whatever way.
        let is_tied = |table: &TableId| edges.ties(*table).any(|tie| self.relations.contains(&tie));
        let most_for_each =
            if self.tables.iter().any(is_tied) { MOST_BESIDE_UNION } else { MOST_ROWS };
        for _ in 0..=self.tables.len() {
            let before = counts.clone();
            for &table in &self.tables {
                self.share_out(edges, table, &mut counts);
            }
            for choice in &edges.choices {
                let there = choice.relations.iter().filter(|nth| self.relations.contains(nth));
                raise(&mut counts, choice.table, there.clone().count());
                // What each of them must have, all of them have together, and some to spare.
                let needed = |nth: &usize| {
                    let edge = &edges.edges[*nth];
                    edge.there.min as usize * counts.get(&edge.target).copied().unwrap_or(0)
                };
                let all: usize = there.clone().map(needed).sum();
                let spare = there.filter(|nth| edges.edges[**nth].there.max != Some(1)).count();
                raise(&mut counts, choice.table, if all > 0 { all + spare } else { 0 });
                if !choice.optional {
                    self.give_room(edges, late, choice, &mut counts);
                }
            }
            for &nth in self.relations.iter().filter(|nth| edges.edges[**nth].kind.is_none()) {
                let edge = &edges.edges[nth];
                let (source, target) = (edge.source, edge.target);
                let targets = counts.get(&target).copied().unwrap_or(1);
                // No number of alternatives is enough, each of which brings a row that needs more.
                let brings_more = edges.ties(target).any(|tie| edges.edges[tie].source == source);
                let least = if brings_more { 0 } else { edge.there.min as usize };
                let most = edge.there.max;
                if source == target {
                    raise(&mut counts, source, 2);
                } else if most == Some(1) {
                    let wanted = if least == 1 { targets } else { targets.min(most_for_each) };
                    raise(&mut counts, source, wanted);
                    let is_choice = edges.choices.iter().any(|it| it.relations.contains(&nth));
                    if (least == 1 && !is_choice) || !edge.optional {
                        let sources = counts.get(&source).copied().unwrap_or(1);
                        raise(&mut counts, target, sources);
                    }
                } else {
                    let wanted = match few {
                        true => targets.min(2),
                        false if late.contains(&nth) => targets,
                        false => (2 * targets).min(targets.max(MOST)),
                    };
                    raise(&mut counts, source, wanted.min(most_for_each).max(least * targets));
                    if let (Some(most), false) = (most, edge.optional) {
                        let sources = counts.get(&source).copied().unwrap_or(1);
                        raise(&mut counts, target, sources.div_ceil((most as usize).max(1)));
                    }
                }
            }
            for link in edges.links.iter().filter(|link| self.tables.contains(&link.table)) {
                let source = edges.edges[link.source_end].target;
                let target = edges.edges[link.target_end].target;
                raise(&mut counts, source, (link.there.min as usize).max(2));
                raise(&mut counts, target, (link.here.min as usize).max(2));
            }
            if counts == before {
                break;
            }
        }
        counts
    }

    /// A union has as many rows as all its alternatives together.
    fn share_out(&self, edges: &Edges, row: TableId, counts: &mut BTreeMap<TableId, usize>) {
        let ties = edges.ties(row).filter(|tie| self.relations.contains(tie));
        let alternatives: Vec<TableId> = ties.map(|tie| edges.edges[tie].source).collect();
        let wanted = counts.get(&row).copied().unwrap_or_default().min(MOST_OF_UNION);
        let all = |counts: &BTreeMap<TableId, usize>| -> usize {
            alternatives.iter().filter_map(|table| counts.get(table)).sum()
        };
        for table in alternatives.iter().cycle().take(wanted) {
            if all(counts) < wanted
                && let Some(count) = counts.get_mut(table)
            {
                *count += 1;
            }
        }
        if !alternatives.is_empty() {
            counts.insert(row, all(counts));
        }
    }

    /// Whatever must have one of several finds one that has room.
    fn give_room(
        &self,
        edges: &Edges,
        late: &[usize],
        choice: &Choice,
        counts: &mut BTreeMap<TableId, usize>,
    ) {
        let early = choice.relations.iter().map(|&nth| (nth, &edges.edges[nth]));
        let early: Vec<&Edge> = early
            .filter(|(nth, _)| self.relations.contains(nth) && !late.contains(nth))
            .map(|(_, edge)| edge)
            .collect();
        let room = |counts: &BTreeMap<TableId, usize>| -> Option<usize> {
            let each =
                early.iter().map(|edge| Some(edge.there.max? as usize * counts[&edge.target]));
            each.sum()
        };
        let wanted = counts.get(&choice.table).copied().unwrap_or_default();
        for edge in early.iter().cycle().take(wanted) {
            if room(counts).is_some_and(|room| room < wanted)
                && let Some(count) = counts.get_mut(&edge.target)
            {
                *count += 1;
            }
        }
    }

    /// Two targets to move between, under each of two shared parents.
    fn room_to_move(&self, edges: &Edges, nth: usize, counts: &mut BTreeMap<TableId, usize>) {
        let edge = &edges.edges[nth];
        if edge.kind.is_some() {
            counts.insert(edge.source, 2);
            return;
        }
        let parents: BTreeSet<TableId> =
            edges.shared_parents(nth).iter().map(|&parent| edges.edges[parent].target).collect();
        for parent in &parents {
            if *parent != edge.target && *parent != edge.source {
                counts.insert(*parent, 2);
            }
        }
        let targets = if parents.is_empty() { 2 } else { 4 };
        counts.insert(edge.target, if edge.source == edge.target { targets + 2 } else { targets });
    }
}
