//! The rows of unions: one for each row that an alternative is to have, and of its kind.

use std::collections::{BTreeMap, BTreeSet};

use crate::relational::TableId;

use super::super::part::Part;
use super::super::values::value;
use super::{Builder, Ground, MadeRow, defaults_of};

/// Whether the rows of a table are made with those of a union's alternatives.
pub(super) fn is_row(ground: Ground<'_>, part: &Part, table: TableId) -> bool {
    ground.edges.ties(table).any(|tie| part.relations.contains(&tie))
}

/// A union has as many rows as all its alternatives together.
pub(super) fn count_rows(ground: Ground<'_>, part: &Part, counts: &mut BTreeMap<TableId, usize>) {
    for &table in part.tables.iter().filter(|table| is_row(ground, part, **table)) {
        let ties = ground.edges.ties(table).filter(|tie| part.relations.contains(tie));
        let all = ties.filter_map(|tie| counts.get(&ground.edges.edges[tie].source)).sum();
        counts.insert(table, all);
    }
}

impl<C> Builder<'_, C> {
    /// Adds the rows of a union, those of its alternatives by turns.
    pub(super) fn add_union_rows(
        &mut self,
        table: TableId,
        start: usize,
        counts: &BTreeMap<TableId, usize>,
    ) {
        let ground = self.ground;
        let edges = &ground.edges.edges;
        let shape = &ground.shapes[table.index()];
        let ties = ground.edges.ties(table).filter(|tie| self.part.relations.contains(tie));
        let mut turns: Vec<(usize, usize)> = ties
            .flat_map(|tie| (0..counts[&edges[tie].source]).map(move |place| (place, tie)))
            .collect();
        turns.sort_unstable();
        // An alternative that a default refers to by what it has of its row asks for that very row.
        let asked = |place: usize, tie: usize| {
            let edge = &edges[tie];
            let (column, default) = defaults_of(ground, edge.source).get(place)?.clone();
            let nth = edge.columns.iter().position(|own| *own == column)?;
            Some((edge.target_columns[nth], default)).filter(|_| self.is_second)
        };
        let given: Vec<Option<(usize, String)>> =
            turns.iter().map(|&(place, tie)| asked(place, tie)).collect();
        let is_given = |n: usize| given.iter().flatten().any(|(_, value)| value.parse() == Ok(n));
        let mut numbers = (start..).filter(|n| !is_given(*n));
        let rows = turns.iter().zip(&given).filter_map(|(&(_, tie), given)| {
            let n = numbers.next()?;
            let mut values: Vec<Option<String>> =
                shape.columns.iter().map(|column| value(column, n)).collect();
            let kind = edges[tie].kind.as_ref()?;
            values[kind.column] = Some(kind.value.clone());
            if let Some((column, default)) = given {
                values[*column] = Some(default.clone());
            }
            Some(MadeRow { values, referrers: BTreeMap::new() })
        });
        let rows: Vec<MadeRow> = rows.collect();
        self.family.entry(table).or_default().extend(rows);
    }

    /// Takes away what is of no alternative, once all of them are there, unless something refers to it.
    pub(super) fn drop_alone(&mut self, built: &BTreeSet<TableId>) {
        let ground = self.ground;
        for &table in built.iter().filter(|table| is_row(ground, self.part, **table)) {
            let mut ties = ground.edges.ties(table).filter(|tie| self.part.relations.contains(tie));
            if ties.all(|tie| built.contains(&ground.edges.edges[tie].source))
                && let Some(rows) = self.family.get_mut(&table)
            {
                rows.retain(|row| !row.referrers.is_empty());
            }
        }
    }

    /// Of relations of a table those that are alternatives to one another, and of each choice the one that the
    /// next row should have: the rarest, unless the stage is about another.
    pub(super) fn by_turns(&self, table: TableId, given: &[usize]) -> (Vec<usize>, Vec<usize>) {
        let mut all = Vec::new();
        let mut favoured = Vec::new();
        let choices = self.ground.edges.choices.iter().filter(|choice| choice.table == table);
        for (turn, choice) in choices.enumerate() {
            let mut among: Vec<usize> =
                choice.relations.iter().copied().filter(|nth| given.contains(nth)).collect();
            if among.is_empty() {
                continue;
            }
            // Two choices of one row do not go hand in hand.
            let first = turn % among.len();
            among.rotate_left(first);
            let mut about = among.iter().copied().filter(|nth| self.part.about.contains(nth));
            let only = about.next().filter(|_| about.next().is_none());
            let rarest = among.iter().copied().min_by_key(|&nth| self.referring(nth));
            let lacking = among.iter().copied().find(|&nth| self.lacks_referrers(nth));
            favoured.extend(lacking.or(only).or(rarest));
            all.extend(among);
        }
        (all, favoured)
    }

    /// Whether the row has another alternative already, where it may have one alone.
    pub(super) fn has_another(&self, row: &MadeRow, nth: usize) -> bool {
        let edges = self.ground.edges;
        let is_set = |other: &usize| {
            *other != nth && edges.edges[*other].own.iter().any(|&it| row.values[it].is_some())
        };
        let choices = edges.choices.iter().filter(|choice| choice.relations.contains(&nth));
        choices.flat_map(|choice| &choice.relations).any(is_set)
    }

    /// Whether it is one of those of which a row must have one.
    pub(super) fn must_be_chosen(&self, nth: usize) -> bool {
        let mut choices = self.ground.edges.choices.iter();
        choices.any(|choice| !choice.optional && choice.relations.contains(&nth))
    }

    /// Whether a row has none of those of which it must have one.
    pub(super) fn lacks_a_choice(&self, table: TableId, row: &MadeRow) -> bool {
        let edges = &self.ground.edges.edges;
        let is_set = |nth: &usize| edges[*nth].own.iter().any(|&it| row.values[it].is_some());
        let mut choices = self.ground.edges.choices.iter();
        choices.any(|choice| {
            choice.table == table && !choice.optional && !choice.relations.iter().any(is_set)
        })
    }

    /// How many rows of the family have it.
    fn referring(&self, nth: usize) -> usize {
        let edge = &self.ground.edges.edges[nth];
        let is_set = |row: &&MadeRow| edge.own.iter().all(|&column| row.values[column].is_some());
        self.family.get(&edge.source).map_or(0, |rows| rows.iter().filter(is_set).count())
    }

    /// Whether fewer rows have it than its targets must have.
    fn lacks_referrers(&self, nth: usize) -> bool {
        let edge = &self.ground.edges.edges[nth];
        let targets = self.family.get(&edge.target).map_or(0, Vec::len);
        self.referring(nth) < targets * edge.there.min as usize
    }

    /// What the row must give up to have this alternative: the one that it has, if it has more than its share.
    /// `None` when it keeps that.
    pub(super) fn given_up(&self, row: &MadeRow, nth: usize) -> Option<Vec<usize>> {
        let edges = &self.ground.edges.edges;
        if !self.has_another(row, nth) {
            return Some(Vec::new());
        }
        let choice = self.ground.edges.choices.iter().find(|it| it.relations.contains(&nth))?;
        let rows = self.family.get(&edges[nth].source).map_or(0, Vec::len);
        let in_part = choice.relations.iter().filter(|nth| self.part.relations.contains(nth));
        let has_its_share = self.referring(nth) >= rows / in_part.count().max(1);
        let is_bound = |other: &usize| *other != nth && edges[*other].there.min > 0;
        if has_its_share || choice.relations.iter().any(is_bound) {
            return None;
        }
        Some(choice.relations.iter().copied().filter(|other| *other != nth).collect())
    }

    /// Lets what a row referred to by a relation have one less.
    pub(super) fn release(&mut self, row: &MadeRow, nth: usize) {
        let edge = &self.ground.edges.edges[nth];
        let refers = |target: &&mut MadeRow| {
            edge.columns.iter().zip(&edge.target_columns).all(|(&column, &referred)| {
                row.values[column].is_some() && row.values[column] == target.values[referred]
            })
        };
        let target =
            self.family.get_mut(&edge.target).and_then(|rows| rows.iter_mut().find(refers));
        if let Some(count) = target.and_then(|target| target.referrers.get_mut(&nth)) {
            *count = count.saturating_sub(1);
        }
    }
}
