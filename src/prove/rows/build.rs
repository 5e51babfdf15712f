//! Makes the rows of a stage: two families that never refer to one another.
//!
//! What is done to a row begins in the first family; the second must not notice. Within a family each row
//! refers to the row that has the fewest others so far, so that lower and upper bounds are met, and shares
//! its parents where a foreign key says so.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use postgres::GenericClient;

use crate::live::Problem;
use crate::relational::TableId;
use crate::schema::RelationId;

use super::checks::Checks;
use super::edges::{Edges, Link};
use super::part::Part;
use super::shape::Shape;
use super::values::value;

/// How many combinations of targets a row tries.
const MOST_TRIES: usize = 200;

/// A row to be.
#[derive(Debug, Clone)]
pub(super) struct MadeRow {
    /// By column: its value as text; `None` is NULL.
    pub values: Vec<Option<String>>,
    /// How many rows refer to it, by the place of the relation.
    referrers: BTreeMap<usize, u32>,
}

/// Rows that can be inserted in the order of their tables.
#[derive(Debug)]
pub(super) struct Made {
    pub order: Vec<TableId>,
    pub rows: BTreeMap<TableId, Vec<MadeRow>>,
    /// Whether rows refer to rows of tables behind theirs, by what can't be checked late.
    pub is_circular: bool,
    /// Tables of which a row could not be made, and why.
    pub lacking: BTreeMap<TableId, String>,
}

/// How careful to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Care {
    /// Take a UNIQUE with a condition for one without.
    pub partial_uniques: bool,
    /// As few rows as can be.
    pub few: bool,
}

/// What rows are made from.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub shapes: &'a [Shape],
    pub edges: &'a Edges,
    /// The defaults of `set default` as text.
    pub defaults: &'a BTreeMap<RelationId, String>,
}

/// Makes the rows of a part.
pub(super) fn build(
    ground: Ground<'_>,
    part: &Part,
    care: Care,
    checks: &mut Checks,
    client: &mut impl GenericClient,
) -> Result<Made, Problem> {
    let late = part.late(ground.edges);
    let order = part.order(ground.edges, &late);
    let mut counts = part.counts(ground.edges, &late, care.few);
    for (&table, count) in &mut counts {
        *count = (*count).max(defaults_of(ground, table).len().min(20));
    }
    let most = counts.values().copied().max().unwrap_or(1);
    // A default that refers to row 1 finds it in the second family.
    let families = [most.max(40) + 1, 1];
    let mut builder = Builder {
        ground,
        part,
        care,
        checks,
        client,
        rows: order.iter().map(|&table| (table, Vec::new())).collect(),
        family: BTreeMap::new(),
        is_second: false,
        late,
        lacking: BTreeMap::new(),
    };
    for (nth, start) in families.into_iter().enumerate() {
        builder.is_second = nth == 1;
        builder.family = order.iter().map(|&table| (table, Vec::new())).collect();
        let mut built = BTreeSet::new();
        for &table in &order {
            let link = ground.edges.links.iter().find(|link| {
                link.table == table
                    && part.relations.contains(&link.source_end)
                    && part.relations.contains(&link.target_end)
            });
            match link {
                Some(link) => builder.add_links(link, start)?,
                None => {
                    for place in 0..counts[&table] {
                        builder.add_row(table, start + place, place, &HashMap::new())?;
                    }
                }
            }
            // As soon as both ends are there: rows behind may share them.
            built.insert(table);
            for nth in builder.late.clone() {
                let edge = &ground.edges.edges[nth];
                let last = edge.source == table || edge.target == table;
                if last && built.contains(&edge.source) && built.contains(&edge.target) {
                    builder.refer(nth)?;
                }
            }
        }
        for (table, rows) in std::mem::take(&mut builder.family) {
            builder.rows.entry(table).or_default().extend(rows);
        }
    }
    let Builder { rows, late, lacking, .. } = builder;
    let is_circular = late.iter().any(|&nth| !ground.edges.edges[nth].deferrable);
    Ok(Made { order, rows, is_circular, lacking })
}

/// The values that a `set default` refers to in a table, with the column.
fn defaults_of(ground: Ground<'_>, table: TableId) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for edge in ground.edges.edges.iter().filter(|edge| edge.falls_back && edge.target == table) {
        let place = edge.own.last().and_then(|own| edge.columns.iter().position(|it| it == own));
        if let (Some(place), Some(default)) = (place, ground.defaults.get(&edge.relation)) {
            let wanted = (edge.target_columns[place], default.clone());
            if !found.contains(&wanted) {
                found.push(wanted);
            }
        }
    }
    found
}

struct Builder<'a, C> {
    ground: Ground<'a>,
    part: &'a Part,
    care: Care,
    checks: &'a mut Checks,
    client: &'a mut C,
    rows: BTreeMap<TableId, Vec<MadeRow>>,
    family: BTreeMap<TableId, Vec<MadeRow>>,
    is_second: bool,
    late: Vec<usize>,
    lacking: BTreeMap<TableId, String>,
}

/// A row that is being made: which relation it has come to, and what it has chosen.
struct Search<'a> {
    table: TableId,
    n: usize,
    relations: Vec<usize>,
    ends: &'a HashMap<usize, usize>,
    taken: Vec<(usize, usize)>,
    tries: usize,
}

impl<C: GenericClient> Builder<'_, C> {
    /// Adds row `n`, unless a mandatory relation finds no target, or a UNIQUE or a CHECK stands against it.
    fn add_row(
        &mut self,
        table: TableId,
        n: usize,
        place: usize,
        ends: &HashMap<usize, usize>,
    ) -> Result<bool, Problem> {
        let ground = self.ground;
        let shape = &ground.shapes[table.index()];
        let mut row = MadeRow {
            values: shape.columns.iter().map(|column| value(column, n)).collect(),
            referrers: BTreeMap::new(),
        };
        self.checks.unknown(self.client, shape, n, &mut row.values)?;
        let missing = shape.columns.iter().zip(&row.values).find(|(column, value)| {
            value.is_none() && column.not_null && !column.has_default && !column.generated
        });
        if let Some((column, _)) = missing {
            self.lacking.insert(
                table,
                format!("no value is known for {}, which is {}", column.name, column.ty),
            );
            return Ok(false);
        }
        if self.is_second
            && let Some((column, default)) = defaults_of(ground, table).get(place)
        {
            row.values[*column] = Some(default.clone());
        }
        for edge in ground.edges.edges.iter().filter(|edge| edge.source == table) {
            for &column in &edge.own {
                row.values[column] = None;
            }
        }
        let mut search = Search {
            table,
            n,
            relations: self.relations_of(table, n),
            ends,
            taken: Vec::new(),
            tries: 0,
        };
        if let Some(row) = self.choose(&mut search, 0, row)? {
            for &(nth, target) in &search.taken {
                let edge = &ground.edges.edges[nth];
                if let Some(target) =
                    self.family.get_mut(&edge.target).and_then(|rows| rows.get_mut(target))
                {
                    *target.referrers.entry(nth).or_default() += 1;
                }
            }
            self.family.entry(table).or_default().push(row);
            return Ok(true);
        }
        Ok(false)
    }

    /// The relations of a table's rows in an order in which shared parents come first; those that a CHECK
    /// weighs against one another take turns.
    fn relations_of(&self, table: TableId, n: usize) -> Vec<usize> {
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
        let rivals: Vec<usize> = left.iter().copied().filter(|&nth| weighed(nth)).collect();
        let about = rivals.iter().copied().find(|nth| self.part.about.contains(nth));
        let favoured =
            about.or_else(|| (!rivals.is_empty()).then(|| rivals[n % rivals.len().max(1)]));
        left.sort_by_key(|&nth| (Some(nth) != favoured, edges[nth].columns.len(), nth));
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

    /// Chooses targets from relation `at` on, and then values that satisfy the CHECKs.
    fn choose(
        &mut self,
        search: &mut Search<'_>,
        at: usize,
        row: MadeRow,
    ) -> Result<Option<MadeRow>, Problem> {
        let Some(&nth) = search.relations.get(at) else {
            search.tries += 1;
            return self.satisfied(search, row);
        };
        let ground = self.ground;
        let edge = &ground.edges.edges[nth];
        if self.closes_itself(nth) && !search.ends.contains_key(&nth) {
            let mut next = row.clone();
            set_reference(ground, &mut next, nth, &row);
            next.referrers.insert(nth, 1);
            if let Some(row) = self.choose(search, at + 1, next)? {
                return Ok(Some(row));
            }
        }
        let candidates = match search.ends.get(&nth) {
            Some(&target) => vec![target],
            None => self.candidates(&row, nth),
        };
        for target in candidates {
            let mut next = row.clone();
            set_reference(ground, &mut next, nth, &self.family[&edge.target][target]);
            search.taken.push((nth, target));
            if let Some(row) = self.choose(search, at + 1, next)? {
                return Ok(Some(row));
            }
            search.taken.pop();
            if search.tries >= MOST_TRIES {
                return Ok(None);
            }
        }
        if edge.optional && !search.ends.contains_key(&nth) {
            return self.choose(search, at + 1, row);
        }
        if edge.source == edge.target && !edge.optional && !search.ends.contains_key(&nth) {
            let mut next = row.clone();
            set_reference(ground, &mut next, nth, &row);
            next.referrers.insert(nth, 1);
            return self.choose(search, at + 1, next);
        }
        if !edge.optional && search.tries == 0 {
            let target = &ground.shapes[edge.target.index()].name;
            self.lacking
                .entry(search.table)
                .or_insert_with(|| format!("no row of {target} is left that a row could refer to"));
        }
        Ok(None)
    }

    /// Whether a row should refer to itself: each row must have one that refers to it, or others hang from the
    /// row that it refers to, and so it must refer to one. A chain has an end.
    fn closes_itself(&self, nth: usize) -> bool {
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
    fn candidates(&self, row: &MadeRow, nth: usize) -> Vec<usize> {
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
        let mut found: Vec<(u32, usize)> = self.family[&edge.target]
            .iter()
            .enumerate()
            .filter(|(_, target)| edge.there.max.is_none_or(|most| count(target) < most))
            .filter(|(_, target)| whole(target) && shared(target))
            .map(|(place, target)| (count(target), place))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, place)| place).collect()
    }

    /// The row with values that satisfy the CHECKs of its table, and collide with no other row's.
    fn satisfied(&mut self, search: &Search<'_>, row: MadeRow) -> Result<Option<MadeRow>, Problem> {
        let ground = self.ground;
        let shape = &ground.shapes[search.table.index()];
        let own: Vec<usize> = ground
            .edges
            .edges
            .iter()
            .filter(|edge| edge.source == search.table)
            .flat_map(|edge| edge.columns.iter().copied())
            .collect();
        let choices =
            self.checks.choices(self.client, search.table, shape, &own, search.n, &row.values)?;
        let mut collided = None;
        for values in choices.rows(&row.values, search.n) {
            let candidate = MadeRow { values, referrers: row.referrers.clone() };
            match self.collides(search.table, &candidate) {
                None => return Ok(Some(candidate)),
                Some(columns) => collided = Some(columns),
            }
        }
        let why = match (choices.unsatisfied(), collided) {
            (Some(check), _) => format!("no values were found that satisfy the CHECK {check}"),
            (None, Some(columns)) => {
                format!("no values are left that are unique in ({columns})")
            }
            (None, None) => return Ok(None),
        };
        self.lacking.entry(search.table).or_insert(why);
        Ok(None)
    }

    /// The columns of a UNIQUE in which a row that is there has the same values.
    fn collides(&self, table: TableId, row: &MadeRow) -> Option<String> {
        let shape = &self.ground.shapes[table.index()];
        let there = [self.rows.get(&table), self.family.get(&table)];
        let same = |columns: &[usize], distinct: bool| {
            let is_null = columns.iter().any(|&column| row.values[column].is_none());
            !(columns.is_empty() || is_null && distinct)
                && there.iter().flatten().flat_map(|rows| rows.iter()).any(|other| {
                    columns.iter().all(|&column| other.values[column] == row.values[column])
                })
        };
        let known = |column: &usize| {
            let column = &shape.columns[*column];
            !column.generated
        };
        shape
            .uniques
            .iter()
            .filter(|unique| !unique.partial || self.care.partial_uniques)
            .filter(|unique| unique.columns.iter().all(known))
            .find(|unique| same(&unique.columns, unique.nulls_distinct))
            .map(|unique| {
                let names: Vec<&str> = unique
                    .columns
                    .iter()
                    .map(|&column| shape.columns[column].name.as_str())
                    .collect();
                names.join(", ")
            })
    }

    /// Sets a relation that closes a circle, in every row of the family that finds a target.
    fn refer(&mut self, nth: usize) -> Result<(), Problem> {
        let ground = self.ground;
        let edge = &ground.edges.edges[nth];
        for place in 0..self.family.get(&edge.source).map_or(0, Vec::len) {
            let row = self.family[&edge.source][place].clone();
            for target in self.candidates(&row, nth) {
                let mut next = row.clone();
                set_reference(ground, &mut next, nth, &self.family[&edge.target][target]);
                let shape = &ground.shapes[edge.source.index()];
                if let Some(rows) = self.family.get_mut(&edge.source) {
                    rows.remove(place);
                }
                let fits = self.collides(edge.source, &next).is_none()
                    && self.checks.hold(self.client, shape, &edge.own, &next.values)?;
                if let Some(rows) = self.family.get_mut(&edge.source) {
                    rows.insert(place, if fits { next } else { row.clone() });
                }
                if fits {
                    if let Some(target) =
                        self.family.get_mut(&edge.target).and_then(|rows| rows.get_mut(target))
                    {
                        *target.referrers.entry(nth).or_default() += 1;
                    }
                    break;
                }
            }
        }
        Ok(())
    }

    /// Links every source to a few targets, and then every target that has too few.
    fn add_links(&mut self, link: &Link, start: usize) -> Result<(), Problem> {
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

/// Points a row at a target, shared columns included.
fn set_reference(ground: Ground<'_>, row: &mut MadeRow, nth: usize, target: &MadeRow) {
    let edge = &ground.edges.edges[nth];
    for (&column, &referred) in edge.columns.iter().zip(&edge.target_columns) {
        row.values[column].clone_from(&target.values[referred]);
    }
}
