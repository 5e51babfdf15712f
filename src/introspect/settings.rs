//! The settings under which PostgreSQL prints, the same in every session.

use postgres::Transaction;
use postgres::types::Type;

use crate::live::Problem;
use crate::quoting::quote_identifier;

use super::Scope;

/// Sets them until the transaction ends, and gives the server's version: 150004, 180000.
///
/// Printing a view waits for whoever alters its tables; without an end of its own it has one here. In a
/// schema that the role may not use PostgreSQL finds nothing by its bare name, and would print other words.
pub(super) fn fix(transaction: &mut Transaction<'_>, scope: &Scope) -> Result<i32, Problem> {
    let home = quote_identifier(&scope.home);
    // A temporary table would else hide one of the same name.
    let path = match scope.home.as_str() {
        "public" => "public, pg_temp".to_owned(),
        _ => format!("{home}, public, pg_temp"),
    };
    let row = transaction.query_typed_one(
        "SELECT set_config('search_path', $1, true),
                set_config('quote_all_identifiers', 'off', true),
                set_config('standard_conforming_strings', 'on', true),
                set_config('DateStyle', 'ISO, YMD', true),
                set_config('IntervalStyle', 'postgres', true),
                set_config('TimeZone', 'UTC', true),
                set_config('extra_float_digits', '1', true),
                set_config('bytea_output', 'hex', true),
                set_config('lc_monetary', 'C', true),
                set_config('xmlbinary', 'base64', true),
                set_config('lock_timeout', CASE current_setting('lock_timeout')
                           WHEN '0' THEN '10s' ELSE current_setting('lock_timeout') END, true),
                coalesce(has_schema_privilege(current_user, to_regnamespace($2), 'USAGE'), true)
                    AS may_use_home, current_user::text AS role,
                current_setting('server_version_num')::int4 AS version",
        &[(&path, Type::TEXT), (&home, Type::TEXT)],
    )?;
    if !row.try_get::<_, bool>("may_use_home")? {
        let role = quote_identifier(row.try_get("role")?);
        return Err(Problem::new(format!(
            "the role {role} may not use the schema {home}: connect as one that may, or \
             `GRANT USAGE ON SCHEMA {home} TO {role}`"
        )));
    }
    Ok(row.try_get("version")?)
}
