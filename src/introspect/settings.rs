//! The settings under which PostgreSQL prints, the same in every session.

use postgres::Transaction;
use postgres::types::Type;

use crate::live::Problem;
use crate::quoting::quote_identifier;

use super::Scope;

/// Sets them until the transaction ends, and gives the server's version: 150004, 180000.
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
                current_setting('server_version_num')::int4 AS version",
        &[(&path, Type::TEXT)],
    )?;
    Ok(row.try_get("version")?)
}
