//! Constraints and indexes as objects with facts.

use crate::ddl;
use crate::quoting::quote_identifier;
use crate::relational::{
    CheckConstraint, Database, Deferrability, ExcludeConstraint, ForeignKey, Index, PrimaryKey,
    Table, UniqueConstraint,
};

use super::{Code, Fact, Kind, Object, column_list, defining, further, part, rarer, storage_list};

pub(super) fn primary_key(table: &Table, found: &PrimaryKey) -> Object {
    let PrimaryKey { name, columns, deferrability, comment, besides } = found;
    let over = format!("PRIMARY KEY ({})", column_list(table, columns));
    let facts = vec![
        defining(Code::D0303, "columns", over),
        deferred(*deferrability),
        further(Code::D0308, "comment", comment.clone()),
        rarer(Code::D0309, besides),
    ];
    part(Kind::PrimaryKey, table, name, facts)
}

pub(super) fn unique(table: &Table, found: &UniqueConstraint) -> Object {
    let UniqueConstraint { name, columns, deferrability, nulls_distinct, comment, besides } = found;
    let nulls = if *nulls_distinct { "" } else { " NULLS NOT DISTINCT" };
    let facts = vec![
        defining(
            Code::D0303,
            "columns",
            format!("UNIQUE{nulls} ({})", column_list(table, columns)),
        ),
        deferred(*deferrability),
        further(Code::D0308, "comment", comment.clone()),
        rarer(Code::D0309, besides),
    ];
    part(Kind::Unique, table, name, facts)
}

pub(super) fn check(table: &Table, found: &CheckConstraint) -> Object {
    let CheckConstraint { name, condition, validated, comment, besides } = found;
    let facts = vec![
        defining(Code::D0304, "condition", format!("CHECK ({})", condition.0)),
        is_validated(*validated),
        further(Code::D0308, "comment", comment.clone()),
        rarer(Code::D0309, besides),
    ];
    part(Kind::Check, table, name, facts)
}

pub(super) fn foreign_key(database: &Database, table: &Table, found: &ForeignKey) -> Object {
    let ForeignKey {
        name,
        columns,
        target,
        target_columns,
        on_delete: _,
        on_delete_columns: _,
        on_update: _,
        deferrability,
        validated,
        comment,
        besides,
    } = found;
    let there = &database.tables[*target];
    let definition = format!(
        "FOREIGN KEY ({}) REFERENCES {} ({})",
        column_list(table, columns),
        there.name.quoted(),
        column_list(there, target_columns)
    );
    let facts = vec![
        defining(Code::D0303, "columns", definition),
        action("on delete", "ON DELETE", ddl::delete_action(table, found)),
        action("on update", "ON UPDATE", ddl::update_action(found).map(str::to_owned)),
        deferred(*deferrability),
        is_validated(*validated),
        further(Code::D0308, "comment", comment.clone()),
        rarer(Code::D0309, besides),
    ];
    part(Kind::ForeignKey, table, name, facts)
}

pub(super) fn exclude(table: &Table, found: &ExcludeConstraint) -> Object {
    let ExcludeConstraint { name, using, elements, condition, deferrability, comment, besides } =
        found;
    let elements: Vec<_> = elements
        .iter()
        .map(|(element, operator)| {
            format!("{} WITH {operator}", ddl::index_element(table, element))
        })
        .collect();
    let over = format!("EXCLUDE USING {} ({})", quote_identifier(using), elements.join(", "));
    let condition = condition.as_ref().map(|condition| format!("WHERE ({})", condition.0));
    let facts = vec![
        defining(Code::D0303, "elements", over),
        defining(Code::D0304, "condition", condition),
        deferred(*deferrability),
        further(Code::D0308, "comment", comment.clone()),
        rarer(Code::D0309, besides),
    ];
    part(Kind::Exclude, table, name, facts)
}

pub(super) fn index(table: &Table, found: &Index) -> Object {
    let Index {
        name,
        unique,
        using,
        elements,
        include,
        nulls_distinct,
        condition,
        storage,
        valid,
        comment,
        besides,
    } = found;
    let unique = if *unique { "UNIQUE " } else { "" };
    let elements: Vec<_> =
        elements.iter().map(|element| ddl::index_element(table, element)).collect();
    let mut over =
        format!("{unique}INDEX USING {} ({})", quote_identifier(using), elements.join(", "));
    if !include.is_empty() {
        over.push_str(&format!(" INCLUDE ({})", column_list(table, include)));
    }
    if !nulls_distinct {
        over.push_str(" NULLS NOT DISTINCT");
    }
    let condition = condition.as_ref().map(|condition| format!("WHERE ({})", condition.0));
    let facts = vec![
        defining(Code::D0403, "elements", over),
        defining(Code::D0404, "condition", condition),
        further(Code::D0405, "storage parameters", storage_list(storage)),
        further(Code::D0406, "validity", if *valid { "VALID" } else { "NOT VALID" }.to_owned()),
        further(Code::D0408, "comment", comment.clone()),
        rarer(Code::D0409, besides),
    ];
    part(Kind::Index, table, name, facts)
}

fn deferred(when: Deferrability) -> Fact {
    let value = Some(deferrability(when).to_owned());
    let defines = when != Deferrability::NotDeferrable;
    Fact { code: Code::D0305, property: "deferrability", value, defines }
}

pub(super) fn deferrability(when: Deferrability) -> &'static str {
    match when {
        Deferrability::NotDeferrable => "NOT DEFERRABLE",
        Deferrability::InitiallyImmediate => "DEFERRABLE INITIALLY IMMEDIATE",
        Deferrability::InitiallyDeferred => "DEFERRABLE INITIALLY DEFERRED",
    }
}

/// What a foreign key does; its definition says nothing of NO ACTION.
fn action(property: &'static str, when: &str, action: Option<String>) -> Fact {
    let defines = action.is_some();
    let value = Some(format!("{when} {}", action.as_deref().unwrap_or("NO ACTION")));
    Fact { code: Code::D0306, property, value, defines }
}

fn is_validated(validated: bool) -> Fact {
    let words = if validated { "VALID" } else { "NOT VALID" };
    further(Code::D0310, "validity", words.to_owned())
}
