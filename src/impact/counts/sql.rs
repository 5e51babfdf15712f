//! The one statement that counts: the rows that go, entity by entity, as sets of their places in the tables,
//! and then how many of each kind there are.
//!
//! A row is known by its table and its `ctid`, which stand still within one statement. Sets of entities that
//! take one another with them are found by recursion, all others one after the other. `UNION` lets each row
//! in once.

mod checks;
mod sets;

use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{ColumnIx, Table};
use crate::schema::{EntityId, RelationId};
use crate::targets::Program;

use super::super::reached::{Branch, Impact, Leads};
use super::super::rules::{Bound, Effect, Reference, reference};

/// What a number in the answer is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Deleted,
    Rows,
    Gone,
    LinkBound,
    Fails,
    AtRisk,
    TargetBound,
    Taken,
    Links,
}

impl Asked {
    const ALL: [Asked; 9] = [
        Asked::Deleted,
        Asked::Rows,
        Asked::Gone,
        Asked::LinkBound,
        Asked::Fails,
        Asked::AtRisk,
        Asked::TargetBound,
        Asked::Taken,
        Asked::Links,
    ];

    fn name(self) -> &'static str {
        match self {
            Asked::Deleted => "deleted",
            Asked::Rows => "rows",
            Asked::Gone => "gone",
            Asked::LinkBound => "link bound",
            Asked::Fails => "fails",
            Asked::AtRisk => "at risk",
            Asked::TargetBound => "target bound",
            Asked::Taken => "taken",
            Asked::Links => "links",
        }
    }

    pub fn read(name: &str) -> Option<Asked> {
        Asked::ALL.into_iter().find(|asked| asked.name() == name)
    }
}

/// Statements that are prepared and never run, to hear what PostgreSQL says of a condition.
pub(super) fn trials(program: Program<'_>, entity: EntityId, condition: &str) -> [String; 2] {
    let table = program.database.tables[program.layout.table(entity)].name.quoted();
    [
        format!("SELECT FROM {table} WHERE ({condition}\n)"),
        format!("SELECT ({condition}\n) IS TRUE FROM {table}"),
    ]
}

/// The statement; its rows are: what it is about, three numbers of where, and how many.
pub(super) fn statement(program: Program<'_>, impact: &Impact, condition: Option<&str>) -> String {
    let mut writer = Writer {
        program,
        impact,
        links: impact.links(program.schema),
        sets: Vec::new(),
        asked: Vec::new(),
    };
    writer.rows_that_go(condition);
    writer.links_that_go();
    for place in 0..impact.deleted.len() {
        writer.ask(Asked::Deleted, [place, 0, 0], format!("SELECT count(*) FROM {}", gone(place)));
        for nth in 0..impact.deleted[place].branches.len() {
            writer.branch(place, nth);
        }
        for nth in 0..impact.deleted[place].targets.len() {
            writer.target(place, nth);
        }
    }
    format!("WITH RECURSIVE\n{}\n{}", writer.sets.join(",\n"), writer.asked.join("\nUNION ALL\n"))
}

struct Writer<'a> {
    program: Program<'a>,
    impact: &'a Impact,
    links: Vec<EntityId>,
    /// `name AS (…)`
    sets: Vec<String>,
    /// What is asked of them.
    asked: Vec<String>,
}

/// The set of an entity's rows that go: `o` and `r` say which, and `k…` are columns that others refer to, and
/// those by which they refer to rows that they take with them.
fn gone(place: usize) -> String {
    format!("trine_gone_{place}")
}

impl<'a> Writer<'a> {
    fn ask(&mut self, asked: Asked, [place, nth, check]: [usize; 3], count: String) {
        self.asked.push(format!(
            "SELECT '{}'::text, {place}::int, {nth}::int, {check}::int, ({count})::bigint",
            asked.name()
        ));
    }

    fn table(&self, entity: EntityId) -> &'a Table {
        &self.program.database.tables[self.program.layout.table(entity)]
    }

    fn source(&self, relation: RelationId) -> EntityId {
        self.program.schema.relations[relation].source
    }

    fn reference(&self, relation: RelationId) -> Reference<'a> {
        reference(self.program, relation).expect("a branch is a to-one relation")
    }

    /// The place of an entity among those whose rows go.
    fn place(&self, entity: EntityId) -> Option<usize> {
        self.impact.deleted.iter().position(|deleted| deleted.entity == entity)
    }

    /// The set of rows of a table that go, if any do.
    fn set_of(&self, entity: EntityId) -> Option<String> {
        let link = self.links.iter().position(|&link| link == entity);
        self.place(entity).map(gone).or_else(|| link.map(links))
    }

    /// `s."store_id" = g.k0`, for each column; the target's are those of a set.
    fn joins_set(&self, relation: RelationId, source: &str, set: &str) -> String {
        let place = self.reference(relation);
        let table = &self.program.database.tables[place.table];
        let pairs = place.key.columns.iter().zip(&place.key.target_columns);
        let pairs = pairs.map(|(&column, &target)| {
            format!("{} = {set}.k{target}", qualified(source, table, column))
        });
        pairs.collect::<Vec<_>>().join(" AND ")
    }

    /// The same for the rows that a branch speaks of: `s."owner_id" = g.k0 AND g.k1 = 'person'`.
    fn joins_branch(&self, branch: &Branch, source: &str, set: &str) -> String {
        let joins = self.joins_set(branch.relation, source, set);
        joins + &self.is_of(branch, |column| format!("{set}.k{column}"))
    }

    /// `AND g.k1 = 'person'`: that a union's row is of one of the alternatives that a branch speaks of.
    fn is_of(&self, branch: &Branch, named: impl Fn(ColumnIx) -> String) -> String {
        let is: Vec<String> =
            self.marks(branch).into_iter().map(|(column, mark)| named(column) + &mark).collect();
        if is.is_empty() { String::new() } else { format!(" AND ({})", is.join(" OR ")) }
    }

    /// By what a union's row shows that it is of an alternative that a branch speaks of: a column, and what is
    /// true of it.
    fn marks(&self, branch: &Branch) -> Vec<(ColumnIx, String)> {
        let Program { schema, layout, .. } = self.program;
        let row = schema.relations[branch.relation].target;
        let marks = branch.of.iter().filter_map(|&nth| match schema.kinds_of_row(row) {
            Some((field, kinds)) => {
                let stored = &schema.enums[kinds].values.get(nth)?.stored;
                Some((layout.column(field), format!(" = {}", quote_literal(stored))))
            }
            None => {
                let union = &schema.unions[schema.union_of_row(row)?];
                let tie = layout.relation(union.alternatives.get(nth)?.relation?)?;
                Some((*tie.columns.first()?, " IS NOT NULL".to_owned()))
            }
        });
        marks.collect()
    }

    /// `t."id" = g.k1`, for each column of a relation whose target goes with its source; the source's are those
    /// of a set.
    fn taken_by_set(&self, relation: RelationId, target: &str, set: &str) -> String {
        let place = self.reference(relation);
        let other = &self.program.database.tables[place.key.target];
        let pairs = place.key.columns.iter().zip(&place.key.target_columns);
        let pairs = pairs.map(|(column, &referred)| {
            format!("{} = {set}.k{column}", qualified(target, other, referred))
        });
        pairs.collect::<Vec<_>>().join(" AND ")
    }

    /// `s."store_id" = t."id"`, for each column; the target's are those of its table.
    fn joins_table(&self, relation: RelationId, source: &str, target: &str) -> String {
        let place = self.reference(relation);
        let table = &self.program.database.tables[place.table];
        let other = &self.program.database.tables[place.key.target];
        let pairs = place.key.columns.iter().zip(&place.key.target_columns);
        let pairs = pairs.map(|(&column, &referred)| {
            let referred = qualified(target, other, referred);
            format!("{} = {referred}", qualified(source, table, column))
        });
        pairs.collect::<Vec<_>>().join(" AND ")
    }

    /// `AND NOT EXISTS (…)`: that a row of an entity stays.
    fn stays(&self, entity: EntityId, row: &str) -> String {
        match self.set_of(entity) {
            Some(set) => format!(" AND NOT EXISTS (SELECT FROM {set} x WHERE {})", is(row, "x")),
            None => String::new(),
        }
    }

    fn branch(&mut self, place: usize, nth: usize) {
        let branch = &self.impact.deleted[place].branches[nth];
        let source = self.source(branch.relation);
        let table = self.table(source).name.quoted();
        let refers = format!(
            "EXISTS (SELECT FROM {} g WHERE {})",
            gone(place),
            self.joins_branch(branch, "s", "g")
        );
        let count = format!("SELECT count(*) FROM {table} s WHERE {refers}");
        self.ask(Asked::Rows, [place, nth, 0], count.clone());
        if branch.effect != Effect::Deleted
            && let Some(set) = self.set_of(source)
        {
            let goes = format!("{count} AND EXISTS (SELECT FROM {set} x WHERE {})", is("s", "x"));
            self.ask(Asked::Gone, [place, nth, 0], goes);
        }
        if let Some(bound) = branch.bound {
            let count = match branch.effect {
                Effect::Defaulted => self.too_many(branch, bound, &refers),
                Effect::Deleted | Effect::Cleared | Effect::Restricted | Effect::Protected => {
                    self.too_few(source, bound)
                }
            };
            self.ask(Asked::LinkBound, [place, nth, 0], count);
        }
        for (check, (what, verdict)) in branch.checks.iter().enumerate() {
            let written = format!("{refers}{}", self.stays(source, "s"));
            if let Some(count) = self.fails(branch, what, &written) {
                self.ask(Asked::Fails, [place, nth, check], count);
            }
            if let Some(count) = self.at_risk(branch, what, *verdict, &refers, &written) {
                self.ask(Asked::AtRisk, [place, nth, check], count);
            }
        }
    }

    /// How many rows that stay would keep too few of the rows of `counted`.
    fn too_few(&self, counted: EntityId, bound: Bound) -> String {
        let Some(set) = self.set_of(counted) else { return "SELECT 0".to_owned() };
        let table = self.table(counted).name.quoted();
        let refers = self.joins_table(bound.counted, "s", "y");
        format!(
            "SELECT count(*) FROM {} y WHERE EXISTS (SELECT FROM {table} s JOIN {set} x ON {} \
             WHERE {refers}){} AND (SELECT count(*) FROM {table} s WHERE {refers}{}) < {}",
            self.table(bound.bounded).name.quoted(),
            is("s", "x"),
            self.stays(bound.bounded, "y"),
            self.stays(counted, "s"),
            bound.min
        )
    }

    /// How many rows that stay would get too many rows whose default they are.
    fn too_many(&self, branch: &Branch, bound: Bound, refers: &str) -> String {
        let Some(max) = bound.max else { return "SELECT 0".to_owned() };
        let source = self.source(branch.relation);
        let table = self.table(source).name.quoted();
        let stays = self.stays(source, "s");
        let default = self.joins_default(branch.relation);
        format!(
            "SELECT count(*) FROM {} y WHERE EXISTS (SELECT FROM {table} s WHERE {refers} AND \
             {default}{stays}){} AND (SELECT count(*) FROM {table} s WHERE CASE WHEN {refers} THEN \
             {default} ELSE {} END{stays}) > {max}",
            self.table(bound.bounded).name.quoted(),
            self.stays(bound.bounded, "y"),
            self.joins_table(branch.relation, "s", "y")
        )
    }

    fn target(&mut self, place: usize, nth: usize) {
        let target = &self.impact.deleted[place].targets[nth];
        if let Some(bound) = target.bound {
            let count = self.too_few(self.impact.deleted[place].entity, bound);
            self.ask(Asked::TargetBound, [place, nth, 0], count);
        }
        if target.takes != Leads::Nowhere {
            let row = self.program.schema.relations[target.relation].target;
            let count = format!(
                "SELECT count(*) FROM {} s WHERE EXISTS (SELECT FROM {} g WHERE {})",
                self.table(row).name.quoted(),
                gone(place),
                self.taken_by_set(target.relation, "s", "g")
            );
            self.ask(Asked::Taken, [place, nth, 0], count);
        }
    }
}

fn links(nth: usize) -> String {
    format!("trine_links_{nth}")
}

/// That a row is the one that a set names.
fn is(row: &str, set: &str) -> String {
    format!("{set}.o = {row}.tableoid AND {set}.r = {row}.ctid")
}

fn qualified(row: &str, table: &Table, column: ColumnIx) -> String {
    format!("{row}.{}", quote_identifier(&table.columns[column].name))
}
