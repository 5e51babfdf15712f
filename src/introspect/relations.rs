//! Schemas, extensions, and everything that is in `pg_class`.

use postgres::Row;

use crate::live::Problem;
use crate::quoting::{quote_identifier, quote_literal};
use crate::relational::QualifiedName;

use super::reader::{Oid, Reader, option_list, options};
use super::text::expression;

/// Something in `pg_class` that can stand in a scope.
#[derive(Debug)]
pub(super) struct Relation {
    pub oid: Oid,
    pub kind: RelationKind,
    pub name: QualifiedName,
    /// Whether it counts; one that does not may still be referred to.
    pub in_scope: bool,
    pub unlogged: bool,
    pub partition_key: Option<String>,
    pub partition_bound: Option<String>,
    /// Of a partition, or a table that inherits.
    pub parents: Vec<QualifiedName>,
    /// Of a view.
    pub definition: Option<String>,
    pub storage: Vec<(String, String)>,
    pub comment: Option<String>,
    pub besides: Vec<String>,
}

/// What a relation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RelationKind {
    Table,
    View,
    MaterializedView,
    ForeignTable,
    Sequence,
    CompositeType,
}

/// The schemas, with their comments.
pub(super) fn schemas(reader: &mut Reader<'_, '_>) -> Result<(), Problem> {
    let rows = reader.query(
        "SELECT n.oid, n.nspname, d.description,
                EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_namespace'::regclass
                        AND e.objid = n.oid AND e.deptype = 'e') AS of_extension
         FROM pg_namespace n
         LEFT JOIN pg_description d ON d.objoid = n.oid
              AND d.classoid = 'pg_namespace'::regclass AND d.objsubid = 0
         WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
         ORDER BY n.nspname",
        &[],
    )?;
    for row in rows {
        let name: &str = row.try_get("nspname")?;
        reader.schemas.insert(row.try_get("oid")?, name.into());
        let of_extension: bool = row.try_get("of_extension")?;
        if of_extension || *name == *reader.scope.home || !reader.scope.has_schema(name) {
            continue;
        }
        // PostgreSQL itself makes `public`, and its comment.
        if name == "public" {
            continue;
        }
        reader.database.schemas.push(name.into());
        if let Some(comment) = row.try_get::<_, Option<&str>>("description")? {
            let schema = quote_identifier(name);
            let fact = format!("COMMENT ON SCHEMA {schema} IS {}", quote_literal(comment));
            reader.database.besides.push(fact);
        }
    }
    Ok(())
}

/// The extensions but PL/pgSQL, which every database has.
pub(super) fn extensions(reader: &mut Reader<'_, '_>) -> Result<(), Problem> {
    let rows = reader.query(
        "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY extname",
        &[],
    )?;
    for row in rows {
        reader.database.extensions.push(row.try_get::<_, &str>("extname")?.into());
    }
    Ok(())
}

/// Every relation outside PostgreSQL's own schemas, by name.
pub(super) fn relations(reader: &mut Reader<'_, '_>) -> Result<Vec<Relation>, Problem> {
    let all: Vec<Oid> = reader.schemas.keys().copied().collect();
    let own = reader.scope_schemas();
    let rows = reader.query(
        "SELECT c.oid, c.relnamespace, c.relname, c.relkind::text, c.relpersistence::text,
                c.relrowsecurity, c.relforcerowsecurity, c.relreplident::text, c.reloptions,
                toast.reloptions AS toast_options, am.amname, space.spcname, d.description,
                EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass
                        AND e.objid = c.oid AND e.deptype = 'e') AS of_extension,
                CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
                CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END
                    AS partition_bound,
                CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type,
                CASE WHEN c.relkind IN ('v', 'm') AND c.relnamespace = ANY ($2)
                     THEN pg_get_viewdef(c.oid) END AS definition,
                server.srvname, foreign_table.ftoptions
         FROM pg_class c
         LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
         LEFT JOIN pg_am am ON am.oid = c.relam
         LEFT JOIN pg_tablespace space ON space.oid = c.reltablespace
         LEFT JOIN pg_foreign_table foreign_table ON foreign_table.ftrelid = c.oid
         LEFT JOIN pg_foreign_server server ON server.oid = foreign_table.ftserver
         LEFT JOIN pg_description d ON d.objoid = c.oid
              AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
         WHERE c.relnamespace = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')",
        &[&all, &own],
    )?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        found.extend(relation(reader, row)?);
    }
    found.sort_by(|a: &Relation, b| a.name.cmp(&b.name));
    parents(reader, &mut found)?;
    Ok(found)
}

fn relation(reader: &Reader<'_, '_>, row: &Row) -> Result<Option<Relation>, Problem> {
    let schema: Oid = row.try_get("relnamespace")?;
    let Some(name) = reader.name(schema, row.try_get("relname")?) else { return Ok(None) };
    let kind = match row.try_get("relkind")? {
        "v" => RelationKind::View,
        "m" => RelationKind::MaterializedView,
        "f" => RelationKind::ForeignTable,
        "S" => RelationKind::Sequence,
        "c" => RelationKind::CompositeType,
        _ => RelationKind::Table,
    };
    let mut storage = options(row.try_get("reloptions")?);
    for (option, value) in options(row.try_get("toast_options")?) {
        storage.push((format!("toast.{option}"), value));
    }
    let mut besides = Vec::new();
    if row.try_get("relrowsecurity")? {
        besides.push("ROW LEVEL SECURITY".to_owned());
    }
    if row.try_get("relforcerowsecurity")? {
        besides.push("FORCE ROW LEVEL SECURITY".to_owned());
    }
    match row.try_get("relreplident")? {
        "f" => besides.push("REPLICA IDENTITY FULL".to_owned()),
        "n" if kind == RelationKind::Table => besides.push("REPLICA IDENTITY NOTHING".to_owned()),
        // That of an index is a fact of the index.
        _ => {}
    }
    if let Some(method) = row.try_get::<_, Option<&str>>("amname")?.filter(|am| *am != "heap") {
        besides.push(format!("USING {}", quote_identifier(method)));
    }
    if let Some(space) = row.try_get::<_, Option<&str>>("spcname")? {
        besides.push(format!("TABLESPACE {}", quote_identifier(space)));
    }
    if let Some(ty) = row.try_get::<_, Option<&str>>("of_type")? {
        besides.push(format!("OF {ty}"));
    }
    if let Some(server) = row.try_get::<_, Option<&str>>("srvname")? {
        besides.push(format!("SERVER {}", quote_identifier(server)));
        let given = options(row.try_get("ftoptions")?);
        if !given.is_empty() {
            besides.push(format!("OPTIONS ({})", option_list(&given)));
        }
    }
    let schema_counts = reader.schemas.get(&schema).is_some_and(|it| reader.scope.has_schema(it));
    let of_extension: bool = row.try_get("of_extension")?;
    Ok(Some(Relation {
        oid: row.try_get("oid")?,
        kind,
        in_scope: schema_counts && !of_extension && in_scope(reader, kind, &name),
        name,
        unlogged: row.try_get::<_, &str>("relpersistence")? == "u",
        partition_key: row.try_get("partition_key")?,
        partition_bound: row.try_get("partition_bound")?,
        parents: Vec::new(),
        definition: row.try_get("definition")?,
        storage,
        comment: row.try_get("description")?,
        besides,
    }))
}

/// A sequence that a column owns goes with its table, whatever its own name.
fn in_scope(reader: &Reader<'_, '_>, kind: RelationKind, name: &QualifiedName) -> bool {
    match kind {
        RelationKind::Sequence | RelationKind::CompositeType => true,
        RelationKind::Table
        | RelationKind::View
        | RelationKind::MaterializedView
        | RelationKind::ForeignTable => reader.scope.has_relation(name),
    }
}

/// Whose partition a table is, or from which it inherits.
fn parents(reader: &mut Reader<'_, '_>, relations: &mut [Relation]) -> Result<(), Problem> {
    let own: Vec<Oid> = relations.iter().filter(|it| it.in_scope).map(|it| it.oid).collect();
    let rows = reader.query(
        "SELECT i.inhrelid, c.relnamespace, c.relname, i.inhdetachpending
         FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent
         WHERE i.inhrelid = ANY ($1)
         ORDER BY i.inhrelid, i.inhseqno",
        &[&own],
    )?;
    let places: std::collections::HashMap<Oid, usize> =
        relations.iter().enumerate().map(|(at, relation)| (relation.oid, at)).collect();
    for row in rows {
        let Some(&at) = places.get(&row.try_get("inhrelid")?) else { continue };
        let parent = reader.name(row.try_get("relnamespace")?, row.try_get("relname")?);
        relations[at].parents.extend(parent);
        if row.try_get("inhdetachpending")? {
            relations[at].besides.push("DETACH PENDING".to_owned());
        }
    }
    for relation in relations {
        if relation.partition_bound.is_none() && !relation.parents.is_empty() {
            let parents: Vec<String> = relation.parents.iter().map(QualifiedName::quoted).collect();
            relation.besides.push(format!("INHERITS ({})", parents.join(", ")));
        }
    }
    Ok(())
}

impl Relation {
    /// The bound of a partition.
    pub fn bound(&self) -> Option<crate::relational::Partition> {
        let parent = self.parents.first()?.clone();
        let bound = expression(self.partition_bound.as_deref()?);
        Some(crate::relational::Partition { parent, bound })
    }
}
