//! Tables with what is theirs as a whole: policies, rules, statistics.

use std::collections::{HashMap, HashSet};

use postgres::Row;

use crate::live::Problem;
use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::{OtherObject, Table};

use super::constraints::Constraint;
use super::reader::{Oid, Reader};
use super::relations::{Relation, RelationKind};
use super::text::expression;

/// Gives every table that counts, or is referred to, its place; and everything that is no table its entry
/// among the other objects.
pub(super) fn lay_out(
    reader: &mut Reader<'_, '_>,
    relations: &[Relation],
    constraints: &[Constraint],
) {
    let referred: HashSet<Oid> = constraints.iter().filter_map(|it| it.target).collect();
    for relation in relations {
        match relation.kind {
            RelationKind::Table if relation.in_scope || referred.contains(&relation.oid) => {
                let id = reader.database.tables.push(table(relation));
                reader.tables.insert(relation.oid, id);
                reader.columns.push(HashMap::new());
            }
            RelationKind::View | RelationKind::MaterializedView | RelationKind::ForeignTable
                if relation.in_scope =>
            {
                reader.others.insert(relation.oid, reader.database.others.len());
                reader.database.others.push(other(relation));
            }
            RelationKind::Table
            | RelationKind::View
            | RelationKind::MaterializedView
            | RelationKind::ForeignTable
            | RelationKind::Sequence
            | RelationKind::CompositeType => {}
        }
    }
}

fn table(relation: &Relation) -> Table {
    let external = !relation.in_scope;
    Table {
        name: relation.name.clone(),
        external,
        unlogged: relation.unlogged && !external,
        partitioned_by: relation.partition_key.as_deref().filter(|_| !external).map(expression),
        partition_of: relation.bound().filter(|_| !external),
        comment: relation.comment.clone().filter(|_| !external),
        columns: Vec::new(),
        primary_key: None,
        uniques: Vec::new(),
        checks: Vec::new(),
        foreign_keys: Vec::new(),
        excludes: Vec::new(),
        indexes: Vec::new(),
        triggers: Vec::new(),
        storage: if external { Vec::new() } else { relation.storage.clone() },
        besides: if external { Vec::new() } else { relation.besides.clone() },
    }
}

fn other(relation: &Relation) -> OtherObject {
    let kind = match relation.kind {
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialized view",
        RelationKind::ForeignTable => "foreign table",
        RelationKind::Table => "table",
        RelationKind::Sequence => "sequence",
        RelationKind::CompositeType => "composite type",
    };
    let mut facts = relation.besides.clone();
    facts.extend(relation.storage.iter().map(|(name, value)| format!("WITH ({name} = {value})")));
    facts.sort();
    facts.extend(
        relation.definition.as_deref().map(|text| text.trim().trim_end_matches(';').to_owned()),
    );
    OtherObject {
        kind: kind.into(),
        name: relation.name.clone(),
        definition: facts.join("\n"),
        comment: relation.comment.clone(),
    }
}

/// Row security policies.
pub(super) fn policies(reader: &mut Reader<'_, '_>) -> Result<(), Problem> {
    let tables = reader.own_relations();
    let rows = reader.query(
        "SELECT p.polrelid, p.polname, p.polpermissive, p.polcmd::text,
                pg_get_expr(p.polqual, p.polrelid) AS visible,
                pg_get_expr(p.polwithcheck, p.polrelid) AS allowed,
                ARRAY(SELECT coalesce(quote_ident(r.rolname), 'PUBLIC')
                      FROM unnest(p.polroles) role (oid)
                      LEFT JOIN pg_roles r ON r.oid = role.oid ORDER BY 1) AS roles,
                d.description
         FROM pg_policy p
         LEFT JOIN pg_description d ON d.objoid = p.oid
              AND d.classoid = 'pg_policy'::regclass AND d.objsubid = 0
         WHERE p.polrelid = ANY ($1)",
        &[&tables],
    )?;
    for row in rows {
        let name: &str = row.try_get("polname")?;
        let mut fact = format!("POLICY {}", quote_identifier(name));
        if !row.try_get::<_, bool>("polpermissive")? {
            fact.push_str(" AS RESTRICTIVE");
        }
        fact.push_str(match row.try_get("polcmd")? {
            "r" => " FOR SELECT",
            "a" => " FOR INSERT",
            "w" => " FOR UPDATE",
            "d" => " FOR DELETE",
            _ => " FOR ALL",
        });
        let roles: Vec<String> = row.try_get("roles")?;
        fact.push_str(&format!(" TO {}", roles.join(", ")));
        for (words, column) in [("USING", "visible"), ("WITH CHECK", "allowed")] {
            if let Some(condition) = row.try_get::<_, Option<&str>>(column)? {
                fact.push_str(&format!(" {words} ({})", expression(condition).0));
            }
        }
        reader.add_fact(row.try_get("polrelid")?, commented(fact, &row)?);
    }
    Ok(())
}

/// Rules; what makes a view a view is not one.
pub(super) fn rules(reader: &mut Reader<'_, '_>) -> Result<(), Problem> {
    let tables = reader.own_relations();
    let rows = reader.query(
        "SELECT r.ev_class, pg_get_ruledef(r.oid, true) AS definition, r.ev_enabled::text,
                d.description
         FROM pg_rewrite r
         LEFT JOIN pg_description d ON d.objoid = r.oid
              AND d.classoid = 'pg_rewrite'::regclass AND d.objsubid = 0
         WHERE r.ev_class = ANY ($1) AND r.rulename <> '_RETURN'",
        &[&tables],
    )?;
    for row in rows {
        let Some(definition) = row.try_get::<_, Option<&str>>("definition")? else { continue };
        let definition = definition.trim_end_matches(';');
        let fact = match row.try_get("ev_enabled")? {
            "D" => format!("{definition} DISABLED"),
            "R" => format!("{definition} ENABLED REPLICA"),
            "A" => format!("{definition} ENABLED ALWAYS"),
            _ => definition.to_owned(),
        };
        reader.add_fact(row.try_get("ev_class")?, commented(fact, &row)?);
    }
    Ok(())
}

/// Extended statistics.
pub(super) fn statistics(reader: &mut Reader<'_, '_>) -> Result<(), Problem> {
    let tables = reader.own_relations();
    let rows = reader.query(
        "SELECT s.stxrelid, pg_get_statisticsobjdef(s.oid) AS definition, s.stxstattarget::int4,
                d.description
         FROM pg_statistic_ext s
         LEFT JOIN pg_description d ON d.objoid = s.oid
              AND d.classoid = 'pg_statistic_ext'::regclass AND d.objsubid = 0
         WHERE s.stxrelid = ANY ($1)",
        &[&tables],
    )?;
    for row in rows {
        let Some(definition) = row.try_get::<_, Option<String>>("definition")? else { continue };
        // What is not set is -1 before PostgreSQL 17, and NULL since.
        let target = row.try_get::<_, Option<i32>>("stxstattarget")?.filter(|&it| it >= 0);
        let fact = match target {
            Some(target) => format!("{definition} SET STATISTICS {target}"),
            None => definition,
        };
        reader.add_fact(row.try_get("stxrelid")?, commented(fact, &row)?);
    }
    Ok(())
}

/// A fact with the comment of its row.
fn commented(fact: String, row: &Row) -> Result<String, Problem> {
    Ok(match row.try_get::<_, Option<&str>>("description")? {
        Some(comment) => format!("{fact} COMMENT {}", quote_literal(comment)),
        None => fact,
    })
}
