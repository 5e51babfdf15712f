//! Triggers that keep columns: `on update now()`, and the parent that a link shares with its ends.

use smol_str::SmolStr;

use crate::relational::{
    Deferrability, QualifiedName, Sql, Trigger, TriggerEnabled, TriggerEvent, TriggerLevel,
    TriggerOrigin, TriggerTiming, names,
};
use crate::schema::{EntityId, EntityKind, MemberId};

use super::Lowering;

/// The function finds its tables where they were when it was made, whatever the search path of the
/// session that fires it.
pub(super) const SEARCH_PATH: &str = "SET search_path FROM CURRENT";

impl Lowering<'_> {
    /// Makes the triggers of every table: its own columns first, then the bounds of relations.
    pub(super) fn triggers(&mut self) {
        for entity in self.own_entities() {
            self.shared_parent_trigger(entity);
            self.touch_trigger(entity);
        }
        self.union_triggers();
        self.rule_triggers();
        self.bounds();
    }

    /// `on update now()`, for all such fields of a table at once. It compares the rows as they are stored
    /// (`*<>`), since a type may have no equality (`json`). A whole row can't be compared before its
    /// generated columns are known; then the function compares the other columns.
    fn touch_trigger(&mut self, entity: EntityId) {
        let touched: Vec<_> = self.schema.entities[entity]
            .members
            .iter()
            .filter_map(|member| match member {
                MemberId::Field(field) if self.schema.fields[*field].touched => {
                    Some(self.layout.column(*field))
                }
                MemberId::Field(_) | MemberId::Relation(_) => None,
            })
            .collect();
        if touched.is_empty() {
            return;
        }
        let set = |indent: &str| -> String {
            let columns = self.quoted_columns(entity, &touched);
            columns.iter().map(|column| format!("{indent}NEW.{column} := now();\n")).collect()
        };
        let columns = &self.table(entity).columns;
        let (condition, body) = if columns.iter().any(|column| column.generated.is_some()) {
            let stored: Vec<_> =
                (0..columns.len()).filter(|&nth| columns[nth].generated.is_none()).collect();
            let stored = self.quoted_columns(entity, &stored);
            let row = |side: &str| {
                let columns: Vec<_> =
                    stored.iter().map(|column| format!("{side}.{column}")).collect();
                format!("ROW({})::record", columns.join(", "))
            };
            let body = format!(
                "BEGIN\n  IF {}\n    *<> {}\n  THEN\n{}  END IF;\n  RETURN NEW;\nEND",
                row("OLD"),
                row("NEW"),
                set("    ")
            );
            (None, body)
        } else {
            let condition = Sql("OLD.* *<> NEW.*".to_owned());
            (Some(condition), format!("BEGIN\n{}  RETURN NEW;\nEND", set("  ")))
        };
        let trigger = Trigger {
            body,
            settings: Vec::new(),
            timing: TriggerTiming::Before(TriggerLevel::Row),
            events: vec![TriggerEvent::Update(Vec::new())],
            condition,
            ..self.trigger(entity, "touch")
        };
        self.add_trigger(entity, trigger, TriggerOrigin::Touch);
    }

    /// Fills the shared columns of a link from its source: when they are not given, and when the link goes
    /// to another source and they are left as they were.
    fn shared_parent_trigger(&mut self, entity: EntityId) {
        let EntityKind::Link { relation, .. } = self.schema.entities[entity].kind else { return };
        let Some(shared) = self.shapes.shared.get(&relation) else { return };
        let Some(many) = self.schema.many_to_many(relation) else { return };
        let source = self.schema.relations[relation].source;
        let places = |refs: Vec<_>, entity| -> Vec<_> {
            refs.into_iter().map(|column| self.place(entity, column)).collect()
        };
        let here = places((0..shared.len()).map(super::ColumnRef::SharedParent).collect(), entity);
        let there = places(shared.iter().map(|column| column.source).collect(), source);
        let (key, referred) = self.key_columns(many.source_end);
        let here = self.quoted_columns(entity, &here);
        let there = self.quoted_columns(source, &there);
        let key = self.quoted_columns(entity, &key);
        let referred = self.quoted_columns(source, &referred);

        let missing: Vec<_> = here.iter().map(|column| format!("NEW.{column} IS NULL")).collect();
        let moved = format!(
            "{} IS DISTINCT FROM {} AND {} IS NOT DISTINCT FROM {}",
            row("NEW", &key),
            row("OLD", &key),
            row("NEW", &here),
            row("OLD", &here)
        );
        let body = format!(
            "BEGIN\n  IF {}\n    OR ({moved})\n  THEN\n    SELECT {}\n    INTO {}\n    FROM {} AS source\n    WHERE {};\n  END IF;\n  RETURN NEW;\nEND",
            missing.join(" OR "),
            there.iter().map(|column| format!("source.{column}")).collect::<Vec<_>>().join(", "),
            here.iter().map(|column| format!("NEW.{column}")).collect::<Vec<_>>().join(", "),
            self.table(source).name.quoted(),
            matches(&referred, "source", &key, "NEW"),
        );
        let trigger = Trigger {
            body,
            settings: vec![SEARCH_PATH.to_owned()],
            timing: TriggerTiming::Before(TriggerLevel::Row),
            events: vec![TriggerEvent::Insert, TriggerEvent::Update(Vec::new())],
            ..self.trigger(entity, "shared_parent")
        };
        self.add_trigger(entity, trigger, TriggerOrigin::SharedParent);
    }

    /// A trigger with its name and its function's, to be filled in.
    pub(super) fn trigger(&self, entity: EntityId, what: &str) -> Trigger {
        let name: SmolStr = names::trigger(self.stem(entity), what);
        Trigger {
            function: QualifiedName {
                schema: self.table(entity).name.schema.clone(),
                name: name.clone(),
            },
            name,
            language: "plpgsql".into(),
            body: String::new(),
            settings: Vec::new(),
            timing: TriggerTiming::Constraint(Deferrability::InitiallyDeferred),
            events: Vec::new(),
            condition: None,
            arguments: Vec::new(),
            enabled: TriggerEnabled::Origin,
            comment: None,
            besides: Vec::new(),
        }
    }

    pub(super) fn add_trigger(
        &mut self,
        entity: EntityId,
        trigger: Trigger,
        origin: TriggerOrigin,
    ) {
        let (table, origins) = self.table_mut(entity);
        table.triggers.push(trigger);
        origins.triggers.push(origin);
    }
}

/// Columns of `side` as one value: itself, or a row of several.
pub(super) fn row(side: &str, columns: &[String]) -> String {
    let columns: Vec<_> = columns.iter().map(|column| format!("{side}.{column}")).collect();
    if columns.len() == 1 { columns.concat() } else { format!("ROW({})", columns.join(", ")) }
}

/// `left.a = right.x AND left.b = right.y`
pub(super) fn matches(left: &[String], of: &str, right: &[String], with: &str) -> String {
    let pairs: Vec<_> = left
        .iter()
        .zip(right)
        .map(|(left, right)| format!("{of}.{left} = {with}.{right}"))
        .collect();
    pairs.join(" AND ")
}

/// A per cent sign of a name is no placeholder of RAISE.
pub(super) fn escape(text: &str) -> String {
    text.replace('%', "%%")
}
