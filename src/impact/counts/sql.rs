//! The one statement that counts: the rows that go, entity by entity, as sets of their places in the tables,
//! and then how many of each kind there are.
//!
//! A row is known by its table and its `ctid`, which stand still within one statement. Sets of entities that
//! take one another with them are found by recursion, all others one after the other. `UNION` lets each row
//! in once.

use std::fmt::Write;

use crate::quoting::quote_identifier;
use crate::relational::{ColumnIx, ReferentialAction, Table};
use crate::schema::deletes::graph::{Edge, Graph};
use crate::schema::{DeleteRule, EntityId, RelationId};
use crate::targets::Program;

use super::super::at_once::{AtOnce, touched};
use super::super::reached::{Branch, Impact, Leads, Verdict};
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
    Links,
}

impl Asked {
    const ALL: [Asked; 8] = [
        Asked::Deleted,
        Asked::Rows,
        Asked::Gone,
        Asked::LinkBound,
        Asked::Fails,
        Asked::AtRisk,
        Asked::TargetBound,
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

/// The set of an entity's rows that go: `o` and `r` say which, and `k…` are columns that others refer to.
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

    /// What a set of rows holds of a table's rows.
    fn columns(&self, entity: EntityId, row: &str) -> String {
        let prefix = if row.is_empty() { String::new() } else { format!("{row}.") };
        let mut out = format!("{prefix}tableoid AS o, {prefix}ctid AS r");
        let table = self.table(entity);
        for column in self.referred(entity) {
            let name = quote_identifier(&table.columns[column].name);
            let _ = write!(out, ", {prefix}{name} AS k{column}");
        }
        out
    }

    /// The columns of an entity that branches refer to.
    fn referred(&self, entity: EntityId) -> Vec<ColumnIx> {
        let Some(place) = self.place(entity) else { return Vec::new() };
        let mut columns: Vec<ColumnIx> = self.impact.deleted[place]
            .branches
            .iter()
            .flat_map(|branch| self.reference(branch.relation).key.target_columns.iter().copied())
            .collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The sets of rows that go: each after those that it depends upon.
    fn rows_that_go(&mut self, condition: Option<&str>) {
        let mut edges = Vec::new();
        for (place, deleted) in self.impact.deleted.iter().enumerate() {
            for branch in &deleted.branches {
                if let Leads::To(to) | Leads::Seen(to) = branch.leads {
                    edges.push(Edge { from: place, to, relation: branch.relation });
                }
            }
        }
        let graph = Graph::new(self.impact.deleted.len(), edges);
        let components = graph.components();
        // Those that are reached have the smaller numbers.
        for (nth, members) in components.members.iter().enumerate().rev() {
            let inner = |edge: &&Edge| components.of[edge.from] == nth;
            let into = |place: usize| {
                graph.edges.iter().filter(move |edge| edge.to == place).collect::<Vec<_>>()
            };
            match members[..] {
                [place] => {
                    let (own, outer): (Vec<&Edge>, Vec<&Edge>) =
                        into(place).into_iter().partition(inner);
                    self.alone(place, &outer, &own, condition);
                }
                _ => self.circle(nth, members, &graph, &components.of, condition),
            }
        }
    }

    /// What begins a set: the rows that were asked for, and those that others take with them.
    fn begins(
        &self,
        place: usize,
        outer: &[&Edge],
        condition: Option<&str>,
        columns: &dyn Fn(&str) -> String,
    ) -> Vec<String> {
        let entity = self.impact.deleted[place].entity;
        let table = self.table(entity).name.quoted();
        let mut begins = Vec::new();
        if place == 0 {
            let condition = condition.map_or_else(String::new, |it| format!(" WHERE ({it}\n)"));
            begins.push(format!("SELECT {} FROM {table}{condition}", columns("")));
        }
        for edge in outer {
            begins.push(format!(
                "SELECT {} FROM {table} s JOIN {} g ON {}",
                columns("s"),
                gone(edge.from),
                self.joins_set(edge.relation, "s", "g")
            ));
        }
        begins
    }

    /// The set of an entity that takes nothing with it that takes it, but perhaps rows of its own.
    fn alone(&mut self, place: usize, outer: &[&Edge], own: &[&Edge], condition: Option<&str>) {
        let entity = self.impact.deleted[place].entity;
        let table = self.table(entity).name.quoted();
        let name = gone(place);
        let columns = |row: &str| self.columns(entity, row);
        let mut parts = self.begins(place, outer, condition, &columns);
        match own {
            [] => {}
            [edge] => parts.push(format!(
                "SELECT {} FROM {name} g JOIN {table} s ON {}",
                columns("s"),
                self.joins_set(edge.relation, "s", "g")
            )),
            _ => {
                // A set may be named once where it is defined by itself.
                let ways: Vec<String> = own
                    .iter()
                    .map(|edge| {
                        format!(
                            "SELECT {} FROM {table} s WHERE {}",
                            columns("s"),
                            self.joins_set(edge.relation, "s", "g")
                        )
                    })
                    .collect();
                parts.push(format!(
                    "SELECT x.* FROM {name} g CROSS JOIN LATERAL ({}) x",
                    ways.join(" UNION ALL ")
                ));
            }
        }
        self.sets.push(set(&name, &parts));
    }

    /// The sets of entities that take one another with them: first as one, in which a number says whose row
    /// it is.
    fn circle(
        &mut self,
        nth: usize,
        members: &[usize],
        graph: &Graph,
        component: &[usize],
        condition: Option<&str>,
    ) {
        let name = format!("trine_circle_{nth}");
        let mut begins = Vec::new();
        let mut ways = Vec::new();
        for &place in members {
            let outer: Vec<&Edge> = (graph.edges.iter())
                .filter(|edge| edge.to == place && component[edge.from] != nth)
                .collect();
            let columns = |row: &str| {
                let prefix = if row.is_empty() { String::new() } else { format!("{row}.") };
                format!("{place} AS t, {prefix}tableoid AS o, {prefix}ctid AS r")
            };
            begins.extend(self.begins(place, &outer, condition, &columns));
            let entity = self.impact.deleted[place].entity;
            let inner = graph.from(place).iter().filter(|edge| component[edge.to] == nth);
            for edge in inner {
                let from = self.table(entity).name.quoted();
                let to = self.table(self.impact.deleted[edge.to].entity).name.quoted();
                ways.push(format!(
                    "SELECT {} AS t, s.tableoid AS o, s.ctid AS r FROM {from} p JOIN {to} s ON {} \
                     WHERE g.t = {place} AND {}",
                    edge.to,
                    self.joins_table(edge.relation, "s", "p"),
                    is("p", "g")
                ));
            }
        }
        begins.push(format!(
            "SELECT x.* FROM {name} g CROSS JOIN LATERAL ({}) x",
            ways.join(" UNION ALL ")
        ));
        self.sets.push(set(&name, &begins));
        for &place in members {
            let entity = self.impact.deleted[place].entity;
            self.sets.push(format!(
                "{} AS MATERIALIZED (SELECT {} FROM {} s JOIN {name} c ON c.t = {place} AND {})",
                gone(place),
                self.columns(entity, "s"),
                self.table(entity).name.quoted(),
                is("s", "c")
            ));
        }
    }

    /// The sets of links that go, by either end.
    fn links_that_go(&mut self) {
        for nth in 0..self.links.len() {
            let link = self.links[nth];
            let mut parts = Vec::new();
            for (place, deleted) in self.impact.deleted.iter().enumerate() {
                for branch in &deleted.branches {
                    if self.source(branch.relation) == link && branch.effect == Effect::Deleted {
                        parts.push(format!(
                            "SELECT s.tableoid AS o, s.ctid AS r FROM {} s JOIN {} g ON {}",
                            self.table(link).name.quoted(),
                            gone(place),
                            self.joins_set(branch.relation, "s", "g")
                        ));
                    }
                }
            }
            self.sets.push(set(&links(nth), &parts));
            let count = format!("SELECT count(*) FROM {}", links(nth));
            self.ask(Asked::Links, [0, nth, 0], count);
        }
    }

    fn branch(&mut self, place: usize, nth: usize) {
        let branch = &self.impact.deleted[place].branches[nth];
        let source = self.source(branch.relation);
        let table = self.table(source).name.quoted();
        let refers = format!(
            "EXISTS (SELECT FROM {} g WHERE {})",
            gone(place),
            self.joins_set(branch.relation, "s", "g")
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
    }

    /// How many rows fail a check in any order.
    fn fails(&self, branch: &Branch, check: &AtOnce, written: &str) -> Option<String> {
        let source = self.source(branch.relation);
        let table = self.table(source).name.quoted();
        match check {
            AtOnce::Default => {
                let target = self.program.schema.relations[branch.relation].target;
                Some(format!(
                    "SELECT count(*) FROM {table} s WHERE {written} AND NOT EXISTS (SELECT FROM {} y \
                     WHERE {}{})",
                    self.table(target).name.quoted(),
                    self.joins_default(branch.relation),
                    self.stays(target, "y")
                ))
            }
            AtOnce::Pair(other) if branch.effect == Effect::Cleared => Some(format!(
                "SELECT count(*) FROM {table} s WHERE {written} AND {}",
                self.is_set(*other)
            )),
            // Set to a default, the two must still refer to a row together.
            AtOnce::Pair(other) => Some(format!(
                "SELECT count(*) FROM {table} s WHERE {written} AND {}",
                self.dangles(*other, "s")
            )),
            AtOnce::Referred(other) => {
                let follows = self.reference(*other).key.on_update == ReferentialAction::Cascade;
                let dangles = match (follows, branch.effect) {
                    (false, _) => self.dangles(*other, "u"),
                    (true, Effect::Cleared) => "true".to_owned(),
                    (true, _) => return None,
                };
                Some(format!(
                    "SELECT count(*) FROM {} u WHERE EXISTS (SELECT FROM {table} s WHERE {} AND \
                     {written}){} AND {dangles}",
                    self.table(self.source(*other)).name.quoted(),
                    self.joins_table(*other, "u", "s"),
                    self.stays(self.source(*other), "u")
                ))
            }
            AtOnce::Unique(name) => self.collides(source, name, written),
        }
    }

    /// How many rows may fail a check, as PostgreSQL comes by them.
    fn at_risk(
        &self,
        branch: &Branch,
        check: &AtOnce,
        verdict: Verdict,
        refers: &str,
        written: &str,
    ) -> Option<String> {
        let source = self.source(branch.relation);
        let table = self.table(source).name.quoted();
        let unknown =
            matches!(check, AtOnce::Unique(name) if self.collides(source, name, "").is_none());
        match verdict {
            Verdict::MayRefuse if !unknown => return None,
            Verdict::MayRefuse | Verdict::OrderDecides => {}
        }
        let set = self.set_of(source);
        let goes = |row: &str, set: &Option<String>| match set {
            Some(set) => format!(" AND EXISTS (SELECT FROM {set} x WHERE {})", is(row, "x")),
            None => " AND false".to_owned(),
        };
        Some(match check {
            AtOnce::Default => {
                format!("SELECT count(*) FROM {table} s WHERE {refers}{}", goes("s", &set))
            }
            AtOnce::Unique(_) => format!("SELECT count(*) FROM {table} s WHERE {refers}"),
            AtOnce::Pair(other) => {
                format!("SELECT count(*) FROM {table} s WHERE {refers} AND {}", self.is_set(*other))
            }
            AtOnce::Referred(other) => format!(
                "SELECT count(*) FROM {} u WHERE EXISTS (SELECT FROM {table} s WHERE {} AND {written}){}",
                self.table(self.source(*other)).name.quoted(),
                self.joins_table(*other, "u", "s"),
                goes("u", &self.set_of(self.source(*other)))
            ),
        })
    }

    /// That a row's reference is set: `s."product_id" IS NOT NULL`.
    fn is_set(&self, relation: RelationId) -> String {
        let place = self.reference(relation);
        let table = &self.program.database.tables[place.table];
        let set = place
            .own
            .iter()
            .map(|&column| format!("{} IS NOT NULL", qualified("s", table, column)));
        set.collect::<Vec<_>>().join(" AND ")
    }

    /// That a row refers, when all references have been written, and what it refers to is not there.
    fn dangles(&self, relation: RelationId, row: &str) -> String {
        let place = self.reference(relation);
        let (source, target) =
            (self.source(relation), self.program.schema.relations[relation].target);
        let values: Vec<String> =
            place.key.columns.iter().map(|&column| self.afterwards(source, column, row)).collect();
        let set = values.iter().map(|value| format!("{value} IS NOT NULL"));
        let pairs = values
            .iter()
            .zip(&place.key.target_columns)
            .map(|(value, &column)| format!("{} = {value}", self.afterwards(target, column, "y")));
        format!(
            "{} AND NOT EXISTS (SELECT FROM {} y WHERE {}{})",
            set.collect::<Vec<_>>().join(" AND "),
            self.table(target).name.quoted(),
            pairs.collect::<Vec<_>>().join(" AND "),
            self.stays(target, "y")
        )
    }

    /// That `y` is the row that `s` refers to by its default.
    fn joins_default(&self, relation: RelationId) -> String {
        let place = self.reference(relation);
        let table = &self.program.database.tables[place.table];
        let other = &self.program.database.tables[place.key.target];
        let pairs = place.key.columns.iter().zip(&place.key.target_columns);
        let pairs = pairs.map(|(&column, &target)| {
            let default = table.columns[column].default.as_ref();
            let value = match default.filter(|_| place.own.contains(&column)) {
                Some(default) => format!("({})", default.0),
                None => qualified("s", table, column),
            };
            format!("{} = {value}", qualified("y", other, target))
        });
        pairs.collect::<Vec<_>>().join(" AND ")
    }

    /// How many rows would have what another has in a UNIQUE; `None` where it is an index or an EXCLUDE.
    fn collides(&self, source: EntityId, name: &str, written: &str) -> Option<String> {
        let table = self.table(source);
        let unique = table.uniques.iter().find(|unique| unique.name == name)?;
        if unique.columns.iter().any(|&column| table.columns[column].generated.is_some()) {
            return None;
        }
        let columns: Vec<String> = unique
            .columns
            .iter()
            .map(|&column| format!("{} AS k{column}", self.afterwards(source, column, "s")))
            .collect();
        let keys: Vec<String> = unique.columns.iter().map(|column| format!("k{column}")).collect();
        let set = if unique.nulls_distinct {
            let set = keys.iter().map(|key| format!("{key} IS NOT NULL"));
            format!(" WHERE {}", set.collect::<Vec<_>>().join(" AND "))
        } else {
            String::new()
        };
        Some(format!(
            "SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM (SELECT {}, ({written}) AS w \
             FROM {} s WHERE true{}) v{set} GROUP BY {} HAVING count(*) > 1 AND bool_or(w)) c",
            columns.join(", "),
            table.name.quoted(),
            self.stays(source, "s"),
            keys.join(", ")
        ))
    }

    /// Whether any reference of a row is written.
    fn writes(&self, source: EntityId, row: &str) -> String {
        let mut writes = Vec::new();
        for (place, deleted) in self.impact.deleted.iter().enumerate() {
            for branch in &deleted.branches {
                let written = matches!(branch.effect, Effect::Cleared | Effect::Defaulted);
                if written && self.source(branch.relation) == source {
                    writes.push(format!(
                        "EXISTS (SELECT FROM {} g WHERE {})",
                        gone(place),
                        self.joins_set(branch.relation, row, "g")
                    ));
                }
            }
        }
        if writes.is_empty() { "false".to_owned() } else { format!("({})", writes.join(" OR ")) }
    }

    /// A column's value when all references of its row have been written.
    fn afterwards(&self, source: EntityId, column: ColumnIx, row: &str) -> String {
        let table = self.table(source);
        let plain = qualified(row, table, column);
        if touched(self.program, self.program.layout.table(source)).contains(&column) {
            let writes = self.writes(source, row);
            return format!("CASE WHEN {writes} THEN now() ELSE {plain} END");
        }
        for (place, deleted) in self.impact.deleted.iter().enumerate() {
            for branch in &deleted.branches {
                let of = self.reference(branch.relation);
                if self.source(branch.relation) != source || !of.own.contains(&column) {
                    continue;
                }
                let rule = self.program.schema.to_one(branch.relation).map(|one| one.delete);
                let value = match (rule, &table.columns[column].default) {
                    (Some(DeleteRule::SetNull), _) => "NULL".to_owned(),
                    (Some(DeleteRule::SetDefault), Some(default)) => format!("({})", default.0),
                    _ => continue,
                };
                return format!(
                    "CASE WHEN EXISTS (SELECT FROM {} g WHERE {}) THEN {value} ELSE {plain} END",
                    gone(place),
                    self.joins_set(branch.relation, row, "g")
                );
            }
        }
        plain
    }
}

fn links(nth: usize) -> String {
    format!("trine_links_{nth}")
}

/// A set that several ways lead into; each row is in it once.
fn set(name: &str, parts: &[String]) -> String {
    format!("{name} AS MATERIALIZED ({})", parts.join("\n  UNION "))
}

/// That a row is the one that a set names.
fn is(row: &str, set: &str) -> String {
    format!("{set}.o = {row}.tableoid AND {set}.r = {row}.ctid")
}

fn qualified(row: &str, table: &Table, column: ColumnIx) -> String {
    format!("{row}.{}", quote_identifier(&table.columns[column].name))
}
