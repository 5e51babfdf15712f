//! In which order tables can be created, and which foreign keys must wait until all tables are there.

use std::collections::HashMap;

use super::{Database, TableId};

/// A foreign key: a table, and the place in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ForeignKeyRef {
    /// The table that refers.
    pub table: TableId,
    /// The place in [`super::Table::foreign_keys`].
    pub index: usize,
}

/// A group of tables (a module's), and what must be done around their creation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stage {
    /// The group's place in what was asked for.
    pub group: usize,
    /// The group's own tables, each behind those that its foreign keys refer to where that can be.
    pub tables: Vec<TableId>,
    /// Foreign keys that close a circle within the group: to be added behind its tables.
    pub closing: Vec<ForeignKeyRef>,
    /// Foreign keys to groups that come later: to be added when these are there.
    pub postponed: Vec<ForeignKeyRef>,
    /// The groups that must be there before, in order.
    pub after: Vec<usize>,
}

impl Stage {
    /// Whether the foreign key stands in its table's own statement.
    pub fn is_inline(&self, key: ForeignKeyRef) -> bool {
        !self.closing.contains(&key) && !self.postponed.contains(&key)
    }
}

/// All tables that are ours, as one stage.
pub fn order(database: &Database) -> Stage {
    let tables = database.tables.iter().filter(|(_, table)| !table.external);
    let mut stages = stages(database, &[tables.map(|(id, _)| id).collect()]);
    stages.pop().unwrap_or_default()
}

/// Group by group: the groups in the order given as far as their foreign keys allow, and the same within
/// each. A circle is entered at its first member, which then comes last of it. External tables are left out.
pub fn stages(database: &Database, groups: &[Vec<TableId>]) -> Vec<Stage> {
    let mut group_of = HashMap::new();
    for (group, tables) in groups.iter().enumerate() {
        for &table in tables.iter().filter(|&&table| !database.tables[table].external) {
            group_of.insert(table, group);
        }
    }
    let needs: Vec<Vec<usize>> = groups
        .iter()
        .enumerate()
        .map(|(group, tables)| {
            let mut needs: Vec<usize> = tables
                .iter()
                .flat_map(|&table| &database.tables[table].foreign_keys)
                .filter_map(|key| group_of.get(&key.target).copied())
                .filter(|&other| other != group)
                .collect();
            needs.sort_unstable();
            needs.dedup();
            needs
        })
        .collect();
    let mut placed = vec![false; groups.len()];
    let mut stages = Vec::with_capacity(groups.len());
    for group in sorted(groups.len(), &needs) {
        stages.push(stage(database, group, &groups[group], &group_of, &placed));
        placed[group] = true;
    }
    stages
}

fn stage(
    database: &Database,
    group: usize,
    members: &[TableId],
    group_of: &HashMap<TableId, usize>,
    placed: &[bool],
) -> Stage {
    let tables: Vec<TableId> =
        members.iter().copied().filter(|table| group_of.contains_key(table)).collect();
    let place: HashMap<TableId, usize> =
        tables.iter().enumerate().map(|(nth, &table)| (table, nth)).collect();
    let needs: Vec<Vec<usize>> = tables
        .iter()
        .enumerate()
        .map(|(nth, &table)| {
            let keys = database.tables[table].foreign_keys.iter();
            keys.filter_map(|key| place.get(&key.target).copied())
                .filter(|&other| other != nth)
                .collect()
        })
        .collect();
    let mut stage = Stage { group, ..Stage::default() };
    let mut done = vec![false; tables.len()];
    for nth in sorted(tables.len(), &needs) {
        let table = tables[nth];
        done[nth] = true;
        stage.tables.push(table);
        for (index, key) in database.tables[table].foreign_keys.iter().enumerate() {
            let key_ref = ForeignKeyRef { table, index };
            match group_of.get(&key.target) {
                Some(&other) if other == group => {
                    if !done[place[&key.target]] {
                        stage.closing.push(key_ref);
                    }
                }
                Some(&other) if placed[other] => stage.after.push(other),
                Some(_) => stage.postponed.push(key_ref),
                None => {}
            }
        }
    }
    stage.after.sort_unstable();
    stage.after.dedup();
    stage
}

/// Everything once, each behind what it needs, otherwise in its own order. A circle is entered at the
/// first of it that is reached. Without recursion.
fn sorted(count: usize, needs: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(count);
    let mut seen = vec![false; count];
    let mut stack: Vec<(usize, usize)> = Vec::new();
    for first in 0..count {
        if std::mem::replace(&mut seen[first], true) {
            continue;
        }
        stack.push((first, 0));
        while let Some((at, next)) = stack.last_mut() {
            match needs[*at].get(*next) {
                Some(&need) => {
                    *next += 1;
                    if !std::mem::replace(&mut seen[need], true) {
                        stack.push((need, 0));
                    }
                }
                None => {
                    order.push(*at);
                    stack.pop();
                }
            }
        }
    }
    order
}
