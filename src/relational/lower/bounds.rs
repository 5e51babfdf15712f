//! Bounds of multiplicities that no constraint can say: deferred constraint triggers that count.
//!
//! A bound is on the rows of one table (*counted*: the source of a relation, or a link) that refer to a row
//! of another (*bounded*). Two triggers keep it, both when the transaction ends:
//!
//! - on the counted table, for the bounded row that lost one (the lower bound: DELETE, and UPDATE of the
//!   reference) and for the one that got one (the upper bound: INSERT, and the same UPDATE);
//! - on the bounded table, when there is a lower bound: a new row (INSERT, or another key) has none yet.
//!
//! Two transactions that each take away one row could each see the other's still there. So whoever counts
//! first writes the bounded row: at READ COMMITTED the second waits and then counts what the first left, at
//! REPEATABLE READ it fails to serialize. The write sets a column to itself; one outside every key, since
//! writing a key may lock out those who only refer to the row, and then two of them wait for each other. A
//! row that the transaction has written already is not written again: to delete a thousand lines of an
//! order writes the order once.

use crate::naming::snake;
use crate::quoting::quote_literal;
use crate::relational::{ColumnIx, Trigger, TriggerEvent, TriggerOrigin};
use crate::schema::{EntityId, EntityKind, Multiplicity, RelationId, RelationKind};

use super::Lowering;
use super::triggers::{SEARCH_PATH, escape, matches, row};

/// A bound, and the words for it.
struct Bound {
    /// The relation that states it.
    relation: RelationId,
    /// The entity whose rows are counted.
    counted: EntityId,
    /// Its reference to the row that is bounded.
    end: RelationId,
    /// The entity whose rows are bounded.
    bounded: EntityId,
    /// The fewest; 0 is no bound.
    min: u32,
    /// The most, when a trigger must say it.
    max: Option<u32>,
    /// What the trigger of the counted table is called.
    counted_what: String,
    /// What the trigger of the bounded table is called.
    bounded_what: String,
    /// The accessor on the bounded entity.
    accessor: Option<String>,
}

impl Lowering<'_> {
    pub(super) fn bounds(&mut self) {
        for relation in self.schema.relations.ids() {
            for bound in self.bounds_of(relation) {
                let counted = self.counted_trigger(&bound);
                self.add_trigger(bound.counted, counted, TriggerOrigin::Bound(relation));
                if bound.min > 0 {
                    let bounded = self.bounded_trigger(&bound);
                    self.add_trigger(bound.bounded, bounded, TriggerOrigin::Bound(relation));
                }
            }
        }
    }

    fn bounds_of(&self, relation: RelationId) -> Vec<Bound> {
        let stated = &self.schema.relations[relation];
        let inverse = stated.inverse.as_deref().map(str::to_owned);
        let unseen = format!("{}_{}", self.stem(stated.source), snake(&stated.name));
        let bounded_what = snake(inverse.as_deref().unwrap_or(&unseen));
        match &stated.kind {
            RelationKind::ToOne(to_one) => {
                // A UNIQUE says "at most one" already.
                let max = stated.there.max.filter(|_| !to_one.one_to_one);
                let bound = Bound {
                    relation,
                    counted: stated.source,
                    end: relation,
                    bounded: stated.target,
                    min: stated.there.min,
                    max,
                    counted_what: snake(&stated.name),
                    bounded_what,
                    accessor: inverse,
                };
                self.needed(vec![bound])
            }
            RelationKind::ManyToMany(many) => {
                let made = matches!(self.schema.entities[many.link].kind, EntityKind::Link { .. });
                let counted_what = |end: RelationId, seen: &str| {
                    let end = snake(&self.schema.relations[end].name);
                    if made { end } else { format!("{end}_{}", snake(seen)) }
                };
                let source = Bound {
                    relation,
                    counted: many.link,
                    end: many.source_end,
                    bounded: stated.source,
                    min: stated.here.min,
                    max: stated.here.max,
                    counted_what: counted_what(many.source_end, &stated.name),
                    bounded_what: snake(&stated.name),
                    accessor: Some(stated.name.to_string()),
                };
                let target = Bound {
                    relation,
                    counted: many.link,
                    end: many.target_end,
                    bounded: stated.target,
                    min: stated.there.min,
                    max: stated.there.max,
                    counted_what: counted_what(many.target_end, &bounded_what),
                    bounded_what,
                    accessor: inverse,
                };
                self.needed(vec![source, target])
            }
        }
    }

    fn needed(&self, mut bounds: Vec<Bound>) -> Vec<Bound> {
        bounds.retain(|bound| {
            (bound.min > 0 || bound.max.is_some())
                && self.schema.entities[bound.bounded].kind != EntityKind::External
        });
        bounds
    }

    fn counted_trigger(&self, bound: &Bound) -> Trigger {
        let (here, _) = self.key_columns(bound.end);
        let key = self.quoted_columns(bound.counted, &here);
        let mut body = format!(
            "BEGIN\n  IF {} IS NOT DISTINCT FROM {} THEN\n    RETURN NULL;\n  END IF;\n",
            row("NEW", &key),
            row("OLD", &key)
        );
        let mut events = Vec::new();
        if bound.min > 0 {
            body.push_str(&self.write_bounded(bound, "OLD", &key));
            body.push_str(&self.at_least(bound, "OLD", &key));
        }
        if let Some(max) = bound.max {
            events.push(TriggerEvent::Insert);
            body.push_str(&self.write_bounded(bound, "NEW", &key));
            body.push_str(&self.at_most(bound, max, &key));
        }
        if bound.min > 0 {
            events.push(TriggerEvent::Delete);
        }
        events.push(TriggerEvent::Update(here));
        body.push_str("  RETURN NULL;\nEND");
        Trigger { body, events, ..self.bound_trigger(bound.counted, &bound.counted_what) }
    }

    fn bounded_trigger(&self, bound: &Bound) -> Trigger {
        let (_, there) = self.key_columns(bound.end);
        let key = self.quoted_columns(bound.bounded, &there);
        let body = format!(
            "BEGIN\n  IF {} IS NOT DISTINCT FROM {} THEN\n    RETURN NULL;\n  END IF;\n{}  RETURN NULL;\nEND",
            row("NEW", &key),
            row("OLD", &key),
            self.at_least(bound, "NEW", &key),
        );
        Trigger {
            body,
            events: vec![TriggerEvent::Insert, TriggerEvent::Update(there)],
            ..self.bound_trigger(bound.bounded, &bound.bounded_what)
        }
    }

    fn bound_trigger(&self, entity: EntityId, what: &str) -> Trigger {
        Trigger {
            settings: vec![SEARCH_PATH.to_owned()],
            ..self.trigger(entity, &format!("{what}_bound"))
        }
    }

    /// Makes others who count the same rows wait, or fail to serialize.
    fn write_bounded(&self, bound: &Bound, side: &str, key: &[String]) -> String {
        let column = self.written_column(bound.bounded);
        let column = self.quoted_columns(bound.bounded, &[column]).remove(0);
        format!(
            "  -- Whoever counts for the same row now waits, or fails to serialize.\n  UPDATE {} AS bounded\n  SET {column} = bounded.{column}\n  WHERE {}\n    AND bounded.xmin <> pg_current_xact_id()::xid;\n",
            self.table(bound.bounded).name.quoted(),
            self.bounded_is(bound, side, key),
        )
    }

    /// The first column that is in no key, no UNIQUE and no reference, and is not generated.
    fn written_column(&self, entity: EntityId) -> ColumnIx {
        let table = self.table(entity);
        let key: &[ColumnIx] = table.primary_key.as_ref().map_or(&[], |key| &key.columns);
        let in_key = |column: &ColumnIx| key.contains(column);
        let in_unique =
            |column: &ColumnIx| table.uniques.iter().any(|unique| unique.columns.contains(column));
        let refers =
            |column: &ColumnIx| table.foreign_keys.iter().any(|key| key.columns.contains(column));
        let settable = |column: &ColumnIx| table.columns[*column].generated.is_none();
        let columns = || (0..table.columns.len()).filter(settable);
        columns()
            .find(|column| !in_key(column) && !in_unique(column) && !refers(column))
            .or_else(|| columns().find(|column| !in_key(column) && !in_unique(column)))
            .or_else(|| columns().find(|column| !in_key(column)))
            .or_else(|| columns().next())
            .unwrap_or_default()
    }

    fn bounded_is(&self, bound: &Bound, side: &str, key: &[String]) -> String {
        let (_, there) = self.key_columns(bound.end);
        matches(&self.quoted_columns(bound.bounded, &there), "bounded", key, side)
    }

    fn counted_is(&self, bound: &Bound, side: &str, key: &[String]) -> String {
        let (here, _) = self.key_columns(bound.end);
        matches(&self.quoted_columns(bound.counted, &here), "counted", key, side)
    }

    /// Whether there are too few or too many; counts no further than it must.
    fn compared(
        &self,
        bound: &Bound,
        comparison: &str,
        limit: u32,
        side: &str,
        key: &[String],
    ) -> String {
        format!(
            "(\n      SELECT count(*)\n      FROM (SELECT FROM {} AS counted WHERE {} LIMIT {limit}) AS those\n    ) {comparison}",
            self.table(bound.counted).name.quoted(),
            self.counted_is(bound, side, key),
        )
    }

    fn at_least(&self, bound: &Bound, side: &str, key: &[String]) -> String {
        let too_few = if bound.min == 1 {
            format!(
                "NOT EXISTS (SELECT FROM {} AS counted WHERE {})",
                self.table(bound.counted).name.quoted(),
                self.counted_is(bound, side, key),
            )
        } else {
            self.compared(bound, &format!("< {}", bound.min), bound.min, side, key)
        };
        format!(
            "  IF EXISTS (SELECT FROM {} AS bounded WHERE {})\n    AND {too_few}\n  THEN\n{}  END IF;\n",
            self.table(bound.bounded).name.quoted(),
            self.bounded_is(bound, side, key),
            self.raise(bound, &format!("at least {}", bound.min), side, key),
        )
    }

    fn at_most(&self, bound: &Bound, max: u32, key: &[String]) -> String {
        let limit = max.saturating_add(1);
        format!(
            "  IF {}\n  THEN\n{}  END IF;\n",
            self.compared(bound, &format!("> {max}"), limit, "NEW", key),
            self.raise(bound, &format!("at most {max}"), "NEW", key),
        )
    }

    /// `Order.lines is stated as: …`, with the union where it leads to one.
    fn stated(&self, relation: RelationId) -> String {
        let stated = &self.schema.relations[relation];
        let entity = &self.schema.entities[stated.source].name;
        let (name, here, target, there, inverse) = match self.schema.stated_as(relation) {
            Some(id) => {
                let union = &self.schema.union_relations[id];
                let target = &self.schema.unions[union.union].name;
                (&union.name, union.here, target, union.there, &union.inverse)
            }
            None => {
                let target = &self.schema.entities[stated.target].name;
                (&stated.name, stated.here, target, stated.there, &stated.inverse)
            }
        };
        format!(
            "{entity}.{name} is stated as: {} {target} <-> {} {}.",
            multiplicity(here),
            multiplicity(there),
            inverse.as_deref().unwrap_or("_"),
        )
    }

    /// The relation that people know, where a linking row must be there for something to refer to it.
    fn asked_for_by(&self, relation: RelationId) -> RelationId {
        let row = self.schema.relations[relation].source;
        let is_linking = self.schema.tie(relation).is_some()
            && matches!(self.schema.entities[row].kind, EntityKind::Union(_));
        let mut asking = self.schema.relations.iter();
        let asking = asking.find(|(_, it)| is_linking && it.target == row && it.there.min > 0);
        asking.map_or(relation, |(asking, _)| asking)
    }

    /// `Order (5) must have at least 1 of its "lines"`, with the relation as it is stated.
    fn raise(&self, bound: &Bound, how_many: &str, side: &str, key: &[String]) -> String {
        let relation = self.asked_for_by(bound.relation);
        let stated = &self.schema.relations[relation];
        let name = |entity: EntityId| self.schema.entities[entity].name.as_str();
        let values: Vec<_> = key.iter().map(|column| format!("{side}.{column}")).collect();
        let accessor = if relation == bound.relation {
            bound.accessor.as_deref()
        } else {
            stated.inverse.as_deref()
        };
        let what = match accessor {
            Some(accessor) if stated.there.max == Some(1) => format!("have its \"{accessor}\""),
            Some(accessor) => format!("have {how_many} of its \"{accessor}\""),
            None => format!("be the \"{}\" of {how_many} {}", stated.name, name(stated.source)),
        };
        let message = format!(
            "{} ({}) must {}",
            escape(name(bound.bounded)),
            vec!["%"; key.len()].join(", "),
            escape(&what)
        );
        let detail = self.stated(relation);
        format!(
            "    RAISE EXCEPTION {}, {}\n    USING\n      ERRCODE = 'check_violation',\n      DETAIL = {},\n      CONSTRAINT = TG_NAME,\n      TABLE = TG_TABLE_NAME,\n      SCHEMA = TG_TABLE_SCHEMA;\n",
            quote_literal(&message),
            values.join(", "),
            quote_literal(&detail),
        )
    }
}

fn multiplicity(of: Multiplicity) -> String {
    match (of.min, of.max) {
        (0, None) => "*".to_owned(),
        (min, None) => format!("{min}..*"),
        (min, Some(max)) if min == max => min.to_string(),
        (min, Some(max)) => format!("{min}..{max}"),
    }
}
