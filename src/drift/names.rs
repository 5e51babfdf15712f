//! Other names for the schemas of a [`Database`], wherever they stand in it: in names, and in the texts that
//! only PostgreSQL understands.

use smol_str::SmolStr;

use crate::quoting::quote_identifier;
use crate::relational::{
    CheckConstraint, Column, ColumnType, Database, EnumType, ExcludeConstraint, ForeignKey, Index,
    IndexElement, IndexKey, OtherObject, Partition, PrimaryKey, QualifiedName, Sequence, Sql,
    Table, Trigger, UniqueConstraint,
};

/// A schema's scratch name, and its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Renamed {
    /// A name that occurs nowhere else, and needs no quotes.
    pub scratch: SmolStr,
    pub own: SmolStr,
}

/// Gives every schema its own name again.
pub(super) fn restore(database: &mut Database, renamed: &[Renamed]) {
    if renamed.is_empty() {
        return;
    }
    let Database { schemas, extensions: _, enum_types, tables, sequences, others, besides } =
        database;
    let restore = Restore { renamed };
    schemas.iter_mut().for_each(|name| restore.schema(name));
    for EnumType { name, labels: _, comment: _ } in enum_types {
        restore.name(name);
    }
    for (_, table) in tables.iter_mut() {
        restore.table(table);
    }
    for Sequence { name, owner: _, options: _, comment: _ } in sequences {
        restore.name(name);
    }
    for OtherObject { kind: _, name, definition, comment: _ } in others {
        restore.name(name);
        restore.text(definition);
    }
    restore.texts(besides);
}

struct Restore<'a> {
    renamed: &'a [Renamed],
}

impl Restore<'_> {
    fn table(&self, table: &mut Table) {
        let Table {
            name,
            external: _,
            unlogged: _,
            partitioned_by,
            partition_of,
            comment: _,
            columns,
            primary_key,
            uniques,
            checks,
            foreign_keys,
            excludes,
            indexes,
            triggers,
            storage: _,
            besides,
        } = table;
        self.name(name);
        self.sql_if_any(partitioned_by);
        if let Some(Partition { parent, bound }) = partition_of {
            self.name(parent);
            self.sql(bound);
        }
        columns.iter_mut().for_each(|column| self.column(column));
        if let Some(PrimaryKey { name: _, columns: _, deferrability: _, comment: _, besides }) =
            primary_key
        {
            self.texts(besides);
        }
        for unique in uniques {
            let UniqueConstraint {
                name: _,
                columns: _,
                deferrability: _,
                nulls_distinct: _,
                comment: _,
                besides,
            } = unique;
            self.texts(besides);
        }
        for CheckConstraint { name: _, condition, validated: _, comment: _, besides } in checks {
            self.sql(condition);
            self.texts(besides);
        }
        for key in foreign_keys {
            let ForeignKey {
                name: _,
                columns: _,
                target: _,
                target_columns: _,
                on_delete: _,
                on_delete_columns: _,
                on_update: _,
                deferrability: _,
                validated: _,
                comment: _,
                besides,
            } = key;
            self.texts(besides);
        }
        for exclude in excludes {
            let ExcludeConstraint {
                name: _,
                using: _,
                elements,
                condition,
                deferrability: _,
                comment: _,
                besides,
            } = exclude;
            for (element, operator) in elements {
                self.element(element);
                self.text(operator);
            }
            self.sql_if_any(condition);
            self.texts(besides);
        }
        indexes.iter_mut().for_each(|index| self.index(index));
        triggers.iter_mut().for_each(|trigger| self.trigger(trigger));
        self.texts(besides);
    }

    fn column(&self, column: &mut Column) {
        let Column {
            name: _,
            ty,
            nullable: _,
            default,
            identity: _,
            generated,
            comment: _,
            besides,
        } = column;
        let ColumnType(words) = ty;
        let mut text = words.to_string();
        self.text(&mut text);
        *words = SmolStr::from(text);
        self.sql_if_any(default);
        self.sql_if_any(generated);
        self.texts(besides);
    }

    fn index(&self, index: &mut Index) {
        let Index {
            name: _,
            unique: _,
            using: _,
            elements,
            include: _,
            nulls_distinct: _,
            condition,
            storage: _,
            valid: _,
            comment: _,
            besides,
        } = index;
        elements.iter_mut().for_each(|element| self.element(element));
        self.sql_if_any(condition);
        self.texts(besides);
    }

    fn element(&self, element: &mut IndexElement) {
        let IndexElement { key, opclass, descending: _, nulls_first: _ } = element;
        match key {
            IndexKey::Column(_) => {}
            IndexKey::Expression(expression) => self.sql(expression),
        }
        if let Some(name) = opclass {
            let mut text = name.to_string();
            self.text(&mut text);
            *name = SmolStr::from(text);
        }
    }

    fn trigger(&self, trigger: &mut Trigger) {
        let Trigger {
            name: _,
            function,
            language: _,
            body,
            settings,
            timing: _,
            events: _,
            condition,
            arguments,
            enabled: _,
            comment: _,
            besides,
        } = trigger;
        self.name(function);
        self.text(body);
        self.texts(settings);
        self.sql_if_any(condition);
        self.texts(arguments);
        self.texts(besides);
    }

    fn schema(&self, name: &mut SmolStr) {
        if let Some(found) = self.renamed.iter().find(|renamed| renamed.scratch == *name) {
            *name = found.own.clone();
        }
    }

    fn name(&self, name: &mut QualifiedName) {
        if let Some(schema) = &mut name.schema {
            self.schema(schema);
        }
    }

    fn sql(&self, Sql(text): &mut Sql) {
        self.text(text);
    }

    fn sql_if_any(&self, sql: &mut Option<Sql>) {
        sql.iter_mut().for_each(|sql| self.sql(sql));
    }

    fn texts(&self, texts: &mut [String]) {
        texts.iter_mut().for_each(|text| self.text(text));
    }

    fn text(&self, text: &mut String) {
        for Renamed { scratch, own } in self.renamed {
            if text.contains(scratch.as_str()) {
                *text = text.replace(scratch.as_str(), &quote_identifier(own));
            }
        }
    }
}
