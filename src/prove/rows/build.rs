//! Makes the rows of a stage: two families that never refer to one another.
//!
//! What is done to a row begins in the first family; the second must not notice. Within a family each row
//! refers to the row that has the fewest others so far, so that lower and upper bounds are met, and shares
//! its parents where a foreign key says so.

mod links;
mod targets;
mod unions;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use postgres::GenericClient;

use crate::live::Problem;
use crate::relational::TableId;
use crate::schema::RelationId;

use super::checks::Checks;
use super::edges::Edges;
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
    unions::count_rows(ground, part, &mut counts);
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
                None if unions::is_row(ground, part, table) => {
                    builder.add_union_rows(table, start, &counts);
                }
                None => {
                    for place in 0..counts[&table] {
                        builder.add_row(table, start + place, place, &HashMap::new())?;
                    }
                }
            }
            // As soon as both ends are there: rows behind may share them.
            built.insert(table);
            builder.drop_alone(&built);
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

    /// Chooses targets from relation `at` on, and then values that satisfy the CHECKs.
    fn choose(
        &mut self,
        search: &mut Search<'_>,
        at: usize,
        row: MadeRow,
    ) -> Result<Option<MadeRow>, Problem> {
        let Some(&nth) = search.relations.get(at) else {
            search.tries += 1;
            if self.lacks_a_choice(search.table, &row) {
                return Ok(None);
            }
            return self.satisfied(search, row);
        };
        let ground = self.ground;
        let edge = &ground.edges.edges[nth];
        if edge.optional && self.has_another(&row, nth) && !search.ends.contains_key(&nth) {
            return self.choose(search, at + 1, row);
        }
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
            if edge.source != edge.target || !self.must_be_chosen(nth) {
                return self.choose(search, at + 1, row);
            }
            if let Some(row) = self.choose(search, at + 1, row.clone())? {
                return Ok(Some(row));
            }
        }
        if edge.source == edge.target && !search.ends.contains_key(&nth) {
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
        // What no value could mend is not asked about.
        if let Some(columns) = self.collides(search.table, &row, Some(&own)) {
            self.lacks_values(search.table, &columns);
            return Ok(None);
        }
        let choices =
            self.checks.choices(self.client, search.table, shape, &own, search.n, &row.values)?;
        let mut collided = None;
        for values in choices.rows(&row.values, search.n) {
            let candidate = MadeRow { values, referrers: row.referrers.clone() };
            match self.collides(search.table, &candidate, None) {
                None => return Ok(Some(candidate)),
                Some(columns) => collided = Some(columns),
            }
        }
        match (choices.unsatisfied(), collided) {
            (Some(check), _) => {
                let why = format!("no values were found that satisfy the CHECK {check}");
                self.lacking.entry(search.table).or_insert(why);
            }
            (None, Some(columns)) => self.lacks_values(search.table, &columns),
            (None, None) => {}
        }
        Ok(None)
    }

    fn lacks_values(&mut self, table: TableId, columns: &str) {
        let why = || format!("no values are left that are unique in ({columns})");
        self.lacking.entry(table).or_insert_with(why);
    }

    /// The columns of a UNIQUE in which a row that is there has the same values; among those UNIQUEs that have
    /// no columns but these.
    fn collides(&self, table: TableId, row: &MadeRow, of: Option<&[usize]>) -> Option<String> {
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
            .filter(|unique| {
                of.is_none_or(|of| unique.columns.iter().all(|column| of.contains(column)))
            })
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
            let Some(given_up) = self.given_up(&row, nth) else { continue };
            for target in self.candidates(&row, nth) {
                let mut next = row.clone();
                for &other in &given_up {
                    for &column in &ground.edges.edges[other].own {
                        next.values[column] = None;
                    }
                }
                set_reference(ground, &mut next, nth, &self.family[&edge.target][target]);
                let shape = &ground.shapes[edge.source.index()];
                if let Some(rows) = self.family.get_mut(&edge.source) {
                    rows.remove(place);
                }
                let fits = self.collides(edge.source, &next, None).is_none()
                    && self.checks.hold(self.client, shape, &edge.own, &next.values)?;
                if let Some(rows) = self.family.get_mut(&edge.source) {
                    rows.insert(place, if fits { next } else { row.clone() });
                }
                if fits {
                    for &other in &given_up {
                        self.release(&row, other);
                    }
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
}

/// Points a row at a target, shared columns included.
fn set_reference(ground: Ground<'_>, row: &mut MadeRow, nth: usize, target: &MadeRow) {
    let edge = &ground.edges.edges[nth];
    for (&column, &referred) in edge.columns.iter().zip(&edge.target_columns) {
        row.values[column].clone_from(&target.values[referred]);
    }
}
