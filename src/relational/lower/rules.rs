//! Delete rules that differ by alternative where one foreign key refers to a union's row: a trigger on the row's
//! table carries them out.
//!
//! The foreign key itself refuses. So the worst that two transactions can do to each other is that a delete is
//! refused, and nothing is ever lost. The trigger fires before those of the foreign keys on the same table, and
//! after the row is gone, as the rule of a foreign key would.

use std::collections::BTreeMap;

use crate::quoting::quote_literal;
use crate::relational::{Trigger, TriggerEvent, TriggerLevel, TriggerOrigin, TriggerTiming, names};
use crate::schema::{DeleteRule, RelationId, UnionId};

use super::Lowering;
use super::triggers::{SEARCH_PATH, escape, matches};

impl Lowering<'_> {
    /// Makes the trigger of every relation whose delete rules differ by alternative.
    pub(super) fn rule_triggers(&mut self) {
        for (relation, stated) in self.schema.relations.iter() {
            let differs =
                self.schema.to_one(relation).is_some_and(|one| !one.by_alternative.is_empty());
            if let Some(union) = self.schema.union_of_row(stated.target).filter(|_| differs) {
                self.rule_trigger(relation, union);
            }
        }
    }

    fn rule_trigger(&mut self, relation: RelationId, union: UnionId) {
        let stated = &self.schema.relations[relation];
        let mut conditions: BTreeMap<Step, Vec<String>> = BTreeMap::new();
        for (nth, (_, rule)) in self.schema.rules_by_alternative(relation).enumerate() {
            if let (Some(step), Some(is)) = (Step::of(rule), self.is_alternative(union, nth)) {
                conditions.entry(step).or_default().push(is);
            }
        }
        let mut body = "BEGIN\n".to_owned();
        for (place, (step, is)) in conditions.iter().enumerate() {
            let word = if place == 0 { "IF" } else { "ELSIF" };
            let does = self.carry_out(relation, *step);
            body.push_str(&format!("  {word} {} THEN\n{does}", is.join(" OR ")));
        }
        if !conditions.is_empty() {
            body.push_str("  END IF;\n");
        }
        body.push_str("  RETURN NULL;\nEND");
        let what = format!("{}_rules", crate::naming::snake(&stated.name));
        let trigger = Trigger {
            name: names::first_trigger(self.stem(stated.source), &what),
            body,
            settings: vec![SEARCH_PATH.to_owned()],
            timing: TriggerTiming::After(TriggerLevel::Row),
            events: vec![TriggerEvent::Delete],
            ..self.trigger(stated.source, &what)
        };
        self.add_trigger(stated.target, trigger, TriggerOrigin::Rules(relation));
    }

    /// That the deleted row of a union was of its alternative of this place: `OLD.kind = 'person'`.
    fn is_alternative(&self, union: UnionId, nth: usize) -> Option<String> {
        let union = &self.schema.unions[union];
        let row = union.row?;
        if let Some((field, kinds)) = self.schema.kinds_of_row(row) {
            let kind = self.quoted_columns(row, &[self.layout.column(field)]).concat();
            let stored = &self.schema.enums[kinds].values.get(nth)?.stored;
            return Some(format!("OLD.{kind} = {}", quote_literal(stored)));
        }
        let place = self.layout.relation(union.alternatives[nth].relation?)?;
        let columns = self.quoted_columns(row, &place.columns);
        Some(format!("OLD.{} IS NOT NULL", columns.first()?))
    }

    /// What is done to the rows that referred to the deleted one.
    fn carry_out(&self, relation: RelationId, step: Step) -> String {
        let stated = &self.schema.relations[relation];
        let (key, referred) = self.key_columns(relation);
        let key = self.quoted_columns(stated.source, &key);
        let referred = self.quoted_columns(stated.target, &referred);
        let table = self.table(stated.source).name.quoted();
        let refers = matches(&key, "source", &referred, "OLD");
        match step {
            Step::Protect => {
                let (source, target) =
                    (&self.table(stated.source).name, &self.table(stated.target).name);
                let place = self.layout.relation(relation).map_or(0, |place| place.foreign_key);
                let foreign_key = &self.table(stated.source).foreign_keys[place].name;
                // PostgreSQL's own words.
                let message = quote_literal(&format!(
                    "update or delete on table \"{}\" violates foreign key constraint \"{}\" on table \"{}\"",
                    escape(&target.name),
                    escape(foreign_key),
                    escape(&source.name)
                ));
                let mut detail = vec![
                    "ERRCODE = 'foreign_key_violation'".to_owned(),
                    format!("CONSTRAINT = {}", quote_literal(foreign_key)),
                    format!("TABLE = {}", quote_literal(&source.name)),
                ];
                detail.extend(
                    source.schema.as_ref().map(|name| format!("SCHEMA = {}", quote_literal(name))),
                );
                format!(
                    "    IF EXISTS (SELECT FROM {table} AS source WHERE {refers}) THEN\n      RAISE EXCEPTION {message}\n      USING\n        {};\n    END IF;\n",
                    detail.join(",\n        ")
                )
            }
            Step::Delete => format!("    DELETE FROM {table} AS source WHERE {refers};\n"),
            Step::Clear => {
                let cleared: Vec<String> =
                    key.iter().map(|column| format!("{column} = NULL")).collect();
                format!("    UPDATE {table} AS source SET {} WHERE {refers};\n", cleared.join(", "))
            }
        }
    }
}

/// What a trigger does for some alternatives, those first that refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Protect,
    Delete,
    Clear,
}

impl Step {
    /// What it must do for a rule; nothing for one that the foreign key follows.
    fn of(rule: DeleteRule) -> Option<Step> {
        match rule {
            DeleteRule::Protect => Some(Step::Protect),
            DeleteRule::Cascade => Some(Step::Delete),
            DeleteRule::SetNull => Some(Step::Clear),
            // A row of a union is nobody's default.
            DeleteRule::SetDefault | DeleteRule::Restrict => None,
        }
    }
}
