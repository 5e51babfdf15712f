//! Object ids: text or numbers that should be somebody's key, and may not even look like one.

use crate::live::Problem;

/// What kind of values a type holds, as far as ids go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Whole numbers; the least and the greatest.
    Integer(i64, i64),
    Uuid,
    Text,
}

/// The id as a value of the key's type; NULL where it is none. It never fails, whatever the id holds.
///
/// `id` is an expression, and `from` and `to` are types as `format_type` prints them.
pub(super) fn cast(id: &str, from: &str, to: &str) -> Result<String, Problem> {
    let kinds = (kind(from)?, kind(to)?);
    let to = bare(to);
    Ok(match kinds {
        (Kind::Text, Kind::Text) | (Kind::Uuid, Kind::Uuid) => id.to_owned(),
        (_, Kind::Text) => format!("{id}::text"),
        (Kind::Integer(least, most), Kind::Integer(low, high)) if low <= least && most <= high => {
            id.to_owned()
        }
        (Kind::Integer(..), Kind::Integer(low, high)) => {
            format!("CASE WHEN {id} BETWEEN {low} AND {high} THEN {id}::{to} END")
        }
        // A nested CASE: PostgreSQL may evaluate the two sides of an AND in any order.
        (Kind::Text, Kind::Integer(low, high)) => format!(
            "CASE WHEN {id} ~ '^ *[-+]?[0-9]{{1,40}} *$' THEN CASE WHEN {id}::numeric BETWEEN {low} AND \
             {high} THEN {id}::{to} END END"
        ),
        (Kind::Text, Kind::Uuid) => format!(
            "CASE WHEN {id} ~ '^[0-9A-Fa-f]{{8}}(-?[0-9A-Fa-f]{{4}}){{3}}-?[0-9A-Fa-f]{{12}}$' THEN \
             {id}::uuid END"
        ),
        (Kind::Integer(..), Kind::Uuid) | (Kind::Uuid, Kind::Integer(..)) => format!("NULL::{to}"),
    })
}

/// A type without its length, so that a cast to it cuts nothing.
pub(super) fn bare(ty: &str) -> &str {
    match kind(ty) {
        Ok(Kind::Text) if !ty.starts_with("citext") => "text",
        Ok(_) | Err(_) => ty,
    }
}

fn kind(ty: &str) -> Result<Kind, Problem> {
    let name = ty.split('(').next().unwrap_or_default().trim();
    Ok(match name {
        "smallint" => Kind::Integer(i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => Kind::Integer(i64::from(i32::MIN), i64::from(i32::MAX)),
        "bigint" => Kind::Integer(i64::MIN, i64::MAX),
        "uuid" => Kind::Uuid,
        "text" | "character varying" | "character" | "citext" => Kind::Text,
        _ => {
            return Err(Problem::new(format!(
                "an id of type {ty} can't be converted: Trine knows whole numbers, uuid and text"
            )));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_cast_only_where_it_may_fail() {
        assert_eq!(cast("i", "integer", "bigint").unwrap(), "i");
        assert_eq!(cast("i", "uuid", "uuid").unwrap(), "i");
        assert_eq!(cast("i", "character varying(255)", "text").unwrap(), "i");
        assert_eq!(cast("i", "integer", "character varying(9)").unwrap(), "i::text");
        assert_eq!(cast("i", "integer", "uuid").unwrap(), "NULL::uuid");
        assert!(cast("i", "bigint", "smallint").unwrap().contains("BETWEEN -32768 AND 32767"));
        assert!(cast("i", "text", "date").is_err());
    }
}
