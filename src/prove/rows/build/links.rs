//! The rows of link entities: every row is linked to a few at the other end, and to as many as it must be.

use std::collections::HashMap;

use postgres::GenericClient;

use crate::live::Problem;
use crate::relational::TableId;

use super::super::edges::Link;
use super::Builder;

impl<C: GenericClient> Builder<'_, C> {
    /// Links every source to a few targets, and then every target that has too few.
    pub(super) fn add_links(&mut self, link: &Link, start: usize) -> Result<(), Problem> {
        let edges = &self.ground.edges.edges;
        let (source_end, target_end) = (&edges[link.source_end], &edges[link.target_end]);
        let sources = self.family.get(&source_end.target).map_or(0, Vec::len);
        let targets = self.family.get(&target_end.target).map_or(0, Vec::len);
        let has_room = |most: Option<u32>, count: u32| most.is_none_or(|most| count < most);
        let mut n = start;
        for source in 0..sources {
            let wanted = link.here.min.max(if has_room(link.here.max, 1) { 2 } else { 1 });
            let mut order: Vec<usize> = (0..targets).collect();
            order.sort_by_key(|&target| {
                (self.linked(target_end.target, target, link.target_end), target)
            });
            for target in order {
                if self.linked(source_end.target, source, link.source_end) < wanted
                    && has_room(
                        link.there.max,
                        self.linked(target_end.target, target, link.target_end),
                    )
                {
                    self.connect(link, source, target, &mut n)?;
                }
            }
        }
        for target in 0..targets {
            let mut order: Vec<usize> = (0..sources).collect();
            order.sort_by_key(|&source| self.linked(source_end.target, source, link.source_end));
            for source in order {
                if self.linked(target_end.target, target, link.target_end) < link.there.min
                    && has_room(
                        link.here.max,
                        self.linked(source_end.target, source, link.source_end),
                    )
                {
                    self.connect(link, source, target, &mut n)?;
                }
            }
        }
        Ok(())
    }

    fn linked(&self, table: TableId, row: usize, end: usize) -> u32 {
        self.family[&table][row].referrers.get(&end).copied().unwrap_or_default()
    }

    fn connect(
        &mut self,
        link: &Link,
        source: usize,
        target: usize,
        n: &mut usize,
    ) -> Result<(), Problem> {
        let ends = HashMap::from([(link.source_end, source), (link.target_end, target)]);
        if !self.parents_differ(link, source, target)
            && self.add_row(link.table, *n, usize::MAX, &ends)?
        {
            *n += 1;
        }
        Ok(())
    }

    /// Whether a link would carry two different shared parents, or half of one.
    fn parents_differ(&self, link: &Link, source: usize, target: usize) -> bool {
        let mut parents: HashMap<usize, &Option<String>> = HashMap::new();
        for (end, row) in [(link.source_end, source), (link.target_end, target)] {
            let edge = &self.ground.edges.edges[end];
            let row = &self.family[&edge.target][row];
            for (column, &referred) in edge.columns.iter().zip(&edge.target_columns) {
                let value = &row.values[referred];
                if !edge.own.contains(column)
                    && (value.is_none() || *parents.entry(*column).or_insert(value) != value)
                {
                    return true;
                }
            }
        }
        false
    }
}
