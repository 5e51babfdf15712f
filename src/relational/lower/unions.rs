//! The rows of a union's own under `supertype` and `inheritance`: triggers that give every alternative its row,
//! of its own kind, and take the row away with it. What is there when a transaction ends is one alternative for
//! each row, and one row for each alternative.
//!
//! - Before an alternative is inserted, its row is made, unless one is given; then that must be of its kind.
//! - After it is deleted, or refers to another row, its old row goes, and with it what refers to that; after its
//!   table is emptied, all rows of its kind.
//! - A row whose alternative is not there when the transaction ends is refused, if it was inserted as a row. What a
//!   trigger made goes: the alternative was inserted ON CONFLICT. The kind of a row never changes, so that no other
//!   kind of alternative can ever refer to it.

use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{
    ColumnIx, Sql, Trigger, TriggerEvent, TriggerLevel, TriggerOrigin, TriggerTiming,
};
use crate::schema::{EntityId, Strategy, Union, UnionId};

use super::Lowering;
use super::triggers::{SEARCH_PATH, escape};

/// An alternative and its row, as SQL names them.
struct Tie {
    entity: EntityId,
    /// The alternative's column, and its name in SQL.
    column: ColumnIx,
    reference: String,
    /// The alternative's table.
    table: String,
    /// The value of `kind`, as a literal.
    kind: String,
}

/// A union's rows, as SQL names them.
struct Rows {
    entity: EntityId,
    /// The table.
    table: String,
    /// The key, and the kind.
    key: String,
    kind: String,
    kind_column: ColumnIx,
}

impl Rows {
    /// Whether a row that was inserted is still there, and its alternative is not.
    fn alone(&self, ties: &[Tie]) -> String {
        let Rows { table, key, kind, .. } = self;
        let there: Vec<String> = ties
            .iter()
            .map(|Tie { reference, table, kind: value, .. }| {
                format!(
                    "NEW.{kind} = {value}\n        AND EXISTS (SELECT FROM {table} AS alternative WHERE alternative.{reference} = NEW.{key})"
                )
            })
            .collect();
        format!(
            "EXISTS (SELECT FROM {table} AS base WHERE base.{key} = NEW.{key})\n    AND NOT (\n      {}\n    )",
            there.join("\n      OR ")
        )
    }
}

impl Lowering<'_> {
    /// Makes the triggers of every union with rows of a kind.
    pub(super) fn union_triggers(&mut self) {
        for (id, union) in self.schema.unions.iter() {
            match union.strategy {
                Strategy::Supertype | Strategy::Inheritance => {}
                Strategy::Arc
                | Strategy::Link
                | Strategy::Split
                | Strategy::Slot
                | Strategy::Untyped => continue,
            }
            let Some((rows, ties)) = self.union_rows(union) else { continue };
            for tie in &ties {
                self.row_before(id, union, &rows, tie);
                self.row_after(id, &rows, tie);
                self.rows_after(id, &rows, tie);
            }
            self.alternative_there(id, union, &rows, &ties);
            self.spare_gone(id, &rows, &ties);
            self.kind_stays(id, &rows);
        }
    }

    fn union_rows(&self, union: &Union) -> Option<(Rows, Vec<Tie>)> {
        let entity = union.row?;
        let key = self.schema.entities[entity].key.clone();
        let key = self.member_columns(&key);
        let (field, kinds) = self.schema.kinds_of_row(entity)?;
        let kind_column = self.layout.column(field);
        let rows = Rows {
            entity,
            table: self.table(entity).name.quoted(),
            key: self.quoted_columns(entity, &key).concat(),
            kind: self.quoted_columns(entity, &[kind_column]).concat(),
            kind_column,
        };
        let kinds = union.alternatives.iter().zip(&self.schema.enums[kinds].values);
        let ties = kinds.filter_map(|(alternative, kind)| {
            let relation = alternative.relation?;
            let column = self.layout.relation(relation)?.columns.first().copied()?;
            let entity = alternative.entity;
            Some(Tie {
                entity,
                column,
                reference: self.quoted_columns(entity, &[column]).concat(),
                table: self.table(entity).name.quoted(),
                kind: quote_literal(&kind.stored),
            })
        });
        let ties = ties.collect();
        Some((rows, ties))
    }

    fn row_before(&mut self, id: UnionId, union: &Union, rows: &Rows, tie: &Tie) {
        let Rows { table, key, kind, .. } = rows;
        let Tie { reference, kind: value, .. } = tie;
        let message = quote_literal(&format!(
            "{} (%) is not of kind {}",
            escape(&self.schema.entities[rows.entity].name),
            escape(value)
        ));
        let body = format!(
            "BEGIN\n  IF NEW.{reference} IS NULL THEN\n    INSERT INTO {table} ({kind})\n    VALUES ({value})\n    RETURNING {key} INTO NEW.{reference};\n  ELSIF EXISTS (SELECT FROM {table} AS base WHERE base.{key} = NEW.{reference} AND base.{kind} <> {value}) THEN\n    RAISE EXCEPTION {message}, NEW.{reference}\n    USING\n      ERRCODE = 'check_violation',\n      CONSTRAINT = TG_NAME,\n      TABLE = TG_TABLE_NAME,\n      SCHEMA = TG_TABLE_SCHEMA;\n  END IF;\n  RETURN NEW;\nEND"
        );
        let trigger = Trigger {
            body,
            settings: vec![SEARCH_PATH.to_owned()],
            timing: TriggerTiming::Before(TriggerLevel::Row),
            events: vec![TriggerEvent::Insert, TriggerEvent::Update(vec![tie.column])],
            ..self.trigger(tie.entity, &format!("{}_row", crate::naming::snake(&union.name)))
        };
        self.add_trigger(tie.entity, trigger, TriggerOrigin::Union(id));
    }

    fn row_after(&mut self, id: UnionId, rows: &Rows, tie: &Tie) {
        let Rows { table, key, .. } = rows;
        let reference = &tie.reference;
        let body = format!(
            "BEGIN\n  IF NEW.{reference} IS NOT DISTINCT FROM OLD.{reference} THEN\n    RETURN NULL;\n  END IF;\n  DELETE FROM {table} AS base WHERE base.{key} = OLD.{reference};\n  RETURN NULL;\nEND"
        );
        let what = crate::naming::snake(&self.schema.unions[id].name);
        let trigger = Trigger {
            body,
            settings: vec![SEARCH_PATH.to_owned()],
            timing: TriggerTiming::After(TriggerLevel::Row),
            events: vec![TriggerEvent::Delete, TriggerEvent::Update(vec![tie.column])],
            ..self.trigger(tie.entity, &format!("{what}_row_gone"))
        };
        self.add_trigger(tie.entity, trigger, TriggerOrigin::Union(id));
    }

    fn rows_after(&mut self, id: UnionId, rows: &Rows, tie: &Tie) {
        let Rows { table, kind, .. } = rows;
        let value = &tie.kind;
        let body = format!(
            "BEGIN\n  DELETE FROM {table} AS base WHERE base.{kind} = {value};\n  RETURN NULL;\nEND"
        );
        let what = crate::naming::snake(&self.schema.unions[id].name);
        let trigger = Trigger {
            body,
            settings: vec![SEARCH_PATH.to_owned()],
            timing: TriggerTiming::After(TriggerLevel::Statement),
            events: vec![TriggerEvent::Truncate],
            ..self.trigger(tie.entity, &format!("{what}_rows_gone"))
        };
        self.add_trigger(tie.entity, trigger, TriggerOrigin::Union(id));
    }

    fn alternative_there(&mut self, id: UnionId, union: &Union, rows: &Rows, ties: &[Tie]) {
        let Rows { key, entity, .. } = rows;
        let alone = rows.alone(ties);
        let message = quote_literal(&format!(
            "{} (%) is of no {}",
            escape(&self.schema.entities[*entity].name),
            escape(&union.name)
        ));
        let body = format!(
            "BEGIN\n  IF {alone}\n  THEN\n    RAISE EXCEPTION {message}, NEW.{key}\n    USING\n      ERRCODE = 'check_violation',\n      CONSTRAINT = TG_NAME,\n      TABLE = TG_TABLE_NAME,\n      SCHEMA = TG_TABLE_SCHEMA;\n  END IF;\n  RETURN NULL;\nEND"
        );
        let trigger = Trigger {
            body,
            settings: vec![SEARCH_PATH.to_owned()],
            events: vec![TriggerEvent::Insert],
            condition: Some(Sql("pg_trigger_depth() = 0".to_owned())),
            ..self.trigger(*entity, "alternative")
        };
        self.add_trigger(*entity, trigger, TriggerOrigin::Union(id));
    }

    fn spare_gone(&mut self, id: UnionId, rows: &Rows, ties: &[Tie]) {
        let Rows { table, key, entity, .. } = rows;
        let alone = rows.alone(ties);
        let body = format!(
            "BEGIN\n  IF {alone}\n  THEN\n    DELETE FROM {table} AS base WHERE base.{key} = NEW.{key};\n  END IF;\n  RETURN NULL;\nEND"
        );
        let trigger = Trigger {
            body,
            settings: vec![SEARCH_PATH.to_owned()],
            events: vec![TriggerEvent::Insert],
            condition: Some(Sql("pg_trigger_depth() > 0".to_owned())),
            ..self.trigger(*entity, "spare_gone")
        };
        self.add_trigger(*entity, trigger, TriggerOrigin::Union(id));
    }

    fn kind_stays(&mut self, id: UnionId, rows: &Rows) {
        let message = quote_literal(&format!(
            "the kind of {} can't change",
            escape(&self.schema.entities[rows.entity].name)
        ));
        let body = format!(
            "BEGIN\n  RAISE EXCEPTION {message}\n  USING\n    ERRCODE = 'check_violation',\n    CONSTRAINT = TG_NAME,\n    TABLE = TG_TABLE_NAME,\n    SCHEMA = TG_TABLE_SCHEMA;\nEND"
        );
        let kind = quote_identifier(&self.table(rows.entity).columns[rows.kind_column].name);
        let trigger = Trigger {
            body,
            settings: Vec::new(),
            timing: TriggerTiming::Before(TriggerLevel::Row),
            events: vec![TriggerEvent::Update(vec![rows.kind_column])],
            condition: Some(Sql(format!("OLD.{kind} <> NEW.{kind}"))),
            ..self.trigger(rows.entity, "kind")
        };
        self.add_trigger(rows.entity, trigger, TriggerOrigin::Union(id));
    }
}
