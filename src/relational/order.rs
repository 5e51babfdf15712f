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
    let mut stages = stages(database, &[tables.map(|(id, _)| id).collect()], &[]);
    stages.pop().unwrap_or_default()
}

/// Group by group: the groups in the order given as far as their foreign keys allow, and the same within
/// each. A circle is entered at its first member, which then comes last of it; but each group comes behind those
/// that `before` has at its place, if it has any. External tables are left out.
pub fn stages(database: &Database, groups: &[Vec<TableId>], before: &[Vec<usize>]) -> Vec<Stage> {
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
    for group in sorted(sorted(0..groups.len(), &needs), before) {
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
    for nth in sorted(0..tables.len(), &needs) {
        let table = tables[nth];
        done[nth] = true;
        stage.tables.push(table);
        for (index, key) in database.tables[table].foreign_keys.iter().enumerate() {
            let key_ref = ForeignKeyRef { table, index };
            let Some(&other) = group_of.get(&key.target) else { continue };
            if other == group && !done[place[&key.target]] {
                stage.closing.push(key_ref);
            } else if other != group && placed[other] {
                stage.after.push(other);
            } else if other != group {
                stage.postponed.push(key_ref);
            }
        }
    }
    stage.after.sort_unstable();
    stage.after.dedup();
    stage
}

/// Everything once, each behind what it needs, otherwise in the order given. A circle is entered at the
/// first of it that is reached. Without recursion.
fn sorted(
    places: impl IntoIterator<Item = usize, IntoIter: ExactSizeIterator>,
    needs: &[Vec<usize>],
) -> Vec<usize> {
    let places = places.into_iter();
    let mut order = Vec::with_capacity(places.len());
    let mut seen = vec![false; places.len()];
    let mut stack: Vec<(usize, usize)> = Vec::new();
    for first in places {
        if std::mem::replace(&mut seen[first], true) {
            continue;
        }
        stack.push((first, 0));
        while let Some((at, next)) = stack.last_mut() {
            match needs.get(*at).and_then(|needs| needs.get(*next)) {
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

#[cfg(test)]
mod tests {
    use smol_str::SmolStr;

    use super::*;
    use crate::relational::{Deferrability, ForeignKey, QualifiedName, ReferentialAction, Table};

    fn table(name: &str, targets: impl IntoIterator<Item = (SmolStr, TableId)>) -> Table {
        let foreign_key = |(name, target)| ForeignKey {
            name,
            columns: Vec::new(),
            target,
            target_columns: Vec::new(),
            on_delete: ReferentialAction::NoAction,
            on_delete_columns: Vec::new(),
            on_update: ReferentialAction::NoAction,
            deferrability: Deferrability::NotDeferrable,
            validated: true,
            comment: None,
            besides: Vec::new(),
        };
        Table {
            name: QualifiedName { schema: None, name: name.into() },
            external: name.starts_with("external"),
            unlogged: false,
            partitioned_by: None,
            partition_of: None,
            comment: None,
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            checks: Vec::new(),
            foreign_keys: targets.into_iter().map(foreign_key).collect(),
            excludes: Vec::new(),
            indexes: Vec::new(),
            triggers: Vec::new(),
            storage: Vec::new(),
            besides: Vec::new(),
        }
    }

    /// Tables by name, each with the tables that it refers to.
    fn database(tables: &[(&str, &[&str])]) -> Database {
        let id = |name: &str| {
            let place = tables.iter().position(|(table, _)| *table == name);
            TableId::from_index(place.expect("the table is among them"))
        };
        let mut database = Database::default();
        for (name, targets) in tables {
            let targets = targets.iter().map(|target| (SmolStr::new(target), id(target)));
            database.tables.push(table(name, targets));
        }
        database
    }

    fn tables(database: &Database, stage: &Stage) -> Vec<String> {
        stage.tables.iter().map(|&table| database.tables[table].name.name.to_string()).collect()
    }

    /// `table->target`
    fn keys(database: &Database, keys: &[ForeignKeyRef]) -> Vec<String> {
        keys.iter()
            .map(|key| {
                let table = &database.tables[key.table];
                format!("{}->{}", table.name.name, table.foreign_keys[key.index].name)
            })
            .collect()
    }

    #[test]
    fn a_table_comes_behind_what_it_refers_to() {
        let database = database(&[
            ("line", &["order", "external_user"]),
            ("order", &["store", "order"]),
            ("external_user", &[]),
            ("store", &[]),
        ]);
        let stage = order(&database);
        assert_eq!(tables(&database, &stage), ["store", "order", "line"]);
        assert!(stage.closing.is_empty() && stage.postponed.is_empty());
    }

    #[test]
    fn a_circle_is_closed_behind_its_tables() {
        let database = database(&[("team", &["member"]), ("member", &["team", "member"])]);
        let stage = order(&database);
        assert_eq!(tables(&database, &stage), ["member", "team"]);
        assert_eq!(keys(&database, &stage.closing), ["member->team"]);
        assert!(!stage.is_inline(stage.closing[0]));
    }

    #[test]
    fn a_circle_between_groups_is_closed_when_both_are_there() {
        let database = database(&[("a", &["b"]), ("a2", &["c"]), ("b", &["a", "c"]), ("c", &[])]);
        let groups: Vec<Vec<TableId>> = [&[0, 1][..], &[2], &[3]]
            .map(|group| group.iter().copied().map(TableId::from_index).collect())
            .into();
        let behind = stages(&database, &groups, &[Vec::new(), vec![0]]);
        let order: Vec<_> = behind.iter().map(|stage| stage.group).collect();
        assert_eq!(order, [2, 0, 1]);
        assert_eq!(keys(&database, &behind[1].postponed), ["a->b"]);
        let stages = stages(&database, &groups, &[]);
        let order: Vec<_> = stages.iter().map(|stage| stage.group).collect();
        assert_eq!(order, [2, 1, 0]);
        assert_eq!(keys(&database, &stages[1].postponed), ["b->a"]);
        assert_eq!(stages[1].after, [2]);
        assert_eq!(stages[2].after, [1, 2]);
        assert!(stages[2].postponed.is_empty() && stages[2].closing.is_empty());
    }

    #[test]
    fn a_long_chain_does_not_exhaust_the_stack() {
        let count = 50_000;
        let mut database = Database::default();
        for nth in 0..count {
            let next = TableId::from_index((nth + 1).min(count - 1));
            database.tables.push(table("t", [("next".into(), next)]));
        }
        assert_eq!(order(&database).tables.len(), count);
    }
}
