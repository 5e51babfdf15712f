//! How many rows fail a constraint, or may fail it, once the references of others have been written.

use crate::relational::{ColumnIx, ReferentialAction};
use crate::schema::{DeleteRule, EntityId, RelationId};

use crate::impact::reached::{Branch, Verdict};
use crate::impact::rules::Effect;
use crate::relational::{AtOnce, touched};
use crate::targets::Program;

use super::{Writer, gone, is, qualified};

impl Writer<'_> {
    /// How many rows fail a check in any order.
    pub(super) fn fails(&self, branch: &Branch, check: &AtOnce, written: &str) -> Option<String> {
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
    pub(super) fn at_risk(
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
    pub(super) fn joins_default(&self, relation: RelationId) -> String {
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
                        self.joins_branch(branch, row, "g")
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
        let Program { schema, layout, .. } = self.program;
        if touched(schema, layout, layout.table(source)).contains(&column) {
            let writes = self.writes(source, row);
            return format!("CASE WHEN {writes} THEN now() ELSE {plain} END");
        }
        for (place, deleted) in self.impact.deleted.iter().enumerate() {
            for branch in &deleted.branches {
                let of = self.reference(branch.relation);
                if self.source(branch.relation) != source || !of.own.contains(&column) {
                    continue;
                }
                let value = match (branch.rule(schema), &table.columns[column].default) {
                    (Some(DeleteRule::SetNull), _) => "NULL".to_owned(),
                    (Some(DeleteRule::SetDefault), Some(default)) => format!("({})", default.0),
                    _ => continue,
                };
                return format!(
                    "CASE WHEN EXISTS (SELECT FROM {} g WHERE {}) THEN {value} ELSE {plain} END",
                    gone(place),
                    self.joins_branch(branch, row, "g")
                );
            }
        }
        plain
    }
}
