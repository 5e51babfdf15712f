//! Functions, procedures and aggregates; those that a trigger calls come with the trigger.

use crate::live::Problem;
use crate::relational::OtherObject;

use super::reader::{Oid, Reader};

/// Reads the functions of the schemas in the scope that no trigger calls. One that only triggers of tables
/// outside the scope call goes with these.
pub(super) fn functions(reader: &mut Reader<'_, '_>) -> Result<(), Problem> {
    let schemas = reader.scope_schemas();
    let rows = reader.query(
        "SELECT p.pronamespace, p.proname, oidvectortypes(p.proargtypes) AS arguments,
                p.prokind::text, d.description,
                CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid)
                ELSE (SELECT concat_ws(E'\\n', format_type(p.prorettype, NULL),
                             'SFUNC = ' || a.aggtransfn, 'STYPE = ' || format_type(a.aggtranstype, NULL),
                             'FINALFUNC = ' || nullif(a.aggfinalfn, 0), 'INITCOND = ' || a.agginitval,
                             'COMBINEFUNC = ' || nullif(a.aggcombinefn, 0))
                      FROM pg_aggregate a WHERE a.aggfnoid = p.oid) END AS definition
         FROM pg_proc p
         LEFT JOIN pg_description d ON d.objoid = p.oid
              AND d.classoid = 'pg_proc'::regclass AND d.objsubid = 0
         WHERE p.pronamespace = ANY ($1)
           AND p.oid NOT IN (SELECT t.tgfoid FROM pg_trigger t WHERE NOT t.tgisinternal)
           AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass
                           AND e.objid = p.oid AND e.deptype = 'e')
           AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_proc'::regclass
                           AND i.objid = p.oid AND i.deptype = 'i')",
        &[&schemas],
    )?;
    for row in &rows {
        let schema: Oid = row.try_get("pronamespace")?;
        let signature = format!(
            "{}({})",
            row.try_get::<_, &str>("proname")?,
            row.try_get::<_, &str>("arguments")?
        );
        let Some(name) = reader.name(schema, &signature) else { continue };
        let kind = match row.try_get("prokind")? {
            "p" => "procedure",
            "a" => "aggregate",
            _ => "function",
        };
        let definition: Option<String> = row.try_get("definition")?;
        reader.database.others.push(OtherObject {
            kind: kind.into(),
            name,
            definition: definition.unwrap_or_default().trim_end().to_owned(),
            comment: row.try_get("description")?,
        });
    }
    Ok(())
}
