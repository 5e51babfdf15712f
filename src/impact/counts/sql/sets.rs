//! The sets of rows that go, entity by entity, and of links.

use std::fmt::Write;

use crate::quoting::quote_identifier;
use crate::relational::ColumnIx;
use crate::schema::EntityId;
use crate::schema::deletes::graph::{Edge, Graph};

use crate::impact::reached::{Branch, Leads};
use crate::impact::rules::{Effect, is_tie_to_row};

use super::{Asked, Writer, gone, is, links, qualified};

impl Writer<'_> {
    /// The sets of rows that go: each after those that it depends upon.
    pub(super) fn rows_that_go(&mut self, condition: Option<&str>) {
        let mut edges = Vec::new();
        for (place, deleted) in self.impact.deleted.iter().enumerate() {
            for branch in &deleted.branches {
                if let Leads::To(to) | Leads::Seen(to) = branch.leads {
                    edges.push(Edge { from: place, to, relation: branch.relation });
                }
            }
            for target in &deleted.targets {
                if let Leads::To(to) | Leads::Seen(to) = target.takes {
                    edges.push(Edge { from: place, to, relation: target.relation });
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
                self.goes_with(edge, "s", "g")
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
                self.goes_with(edge, "s", "g")
            )),
            _ => {
                // A set may be named once where it is defined by itself.
                let ways: Vec<String> = own
                    .iter()
                    .map(|edge| {
                        format!(
                            "SELECT {} FROM {table} s WHERE {}",
                            columns("s"),
                            self.goes_with(edge, "s", "g")
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
                    self.goes_with_row(edge, "s", "p"),
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

    /// That a row goes with one of a set, on a way.
    fn goes_with(&self, edge: &Edge, row: &str, set: &str) -> String {
        match self.branch_of(edge) {
            None => self.taken_by_set(edge.relation, row, set),
            Some(branch) => self.joins_branch(branch, row, set),
        }
    }

    /// That a row goes with another, on a way.
    fn goes_with_row(&self, edge: &Edge, row: &str, other: &str) -> String {
        match self.branch_of(edge) {
            None => self.joins_table(edge.relation, other, row),
            Some(branch) => {
                let table = self.table(self.impact.deleted[edge.from].entity);
                let joins = self.joins_table(edge.relation, row, other);
                joins + &self.is_of(branch, |column| qualified(other, table, column))
            }
        }
    }

    /// The branch that a way is; `None` of one that leads from an alternative to its union's row, against the
    /// relation between them.
    fn branch_of(&self, edge: &Edge) -> Option<&Branch> {
        let deleted = &self.impact.deleted[edge.from];
        let takes = is_tie_to_row(self.program.schema, edge.relation)
            && deleted.entity == self.source(edge.relation);
        let mut branches = deleted.branches.iter().filter(|_| !takes);
        branches.find(|branch| branch.relation == edge.relation && branch.effect == Effect::Deleted)
    }

    /// The sets of links that go, by either end.
    pub(super) fn links_that_go(&mut self) {
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

    /// The columns of an entity that branches refer to, and those by which it refers to rows that it takes.
    fn referred(&self, entity: EntityId) -> Vec<ColumnIx> {
        let Some(place) = self.place(entity) else { return Vec::new() };
        let mut columns: Vec<ColumnIx> = self.impact.deleted[place]
            .branches
            .iter()
            .flat_map(|branch| self.reference(branch.relation).key.target_columns.iter().copied())
            .collect();
        let branches = self.impact.deleted[place].branches.iter();
        columns.extend(branches.flat_map(|branch| self.marks(branch)).map(|(column, _)| column));
        let taken = self.impact.deleted[place].targets.iter();
        columns.extend(
            taken
                .filter(|target| target.takes != Leads::Nowhere)
                .flat_map(|target| self.reference(target.relation).key.columns.iter().copied()),
        );
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

/// A set that several ways lead into; each row is in it once.
fn set(name: &str, parts: &[String]) -> String {
    format!("{name} AS MATERIALIZED ({})", parts.join("\n  UNION "))
}
