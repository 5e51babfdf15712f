//! Storage parameters, of tables and of indexes: which there are, and what their values can be.

use crate::diagnostics::{self, Diagnostic};
use crate::syntax::tree::{Literal, LiteralKind, Name};

use super::elements::parameter;
use super::errors;

/// What a parameter's value is.
#[derive(Clone, Copy)]
enum Value {
    Boolean,
    /// A whole number, in these bounds.
    Whole(i64, i64),
    /// A number with a fraction, from 0 on.
    Fraction,
    /// One of these words.
    Word(&'static [&'static str]),
}

use Value::{Boolean, Fraction, Whole, Word};

const INT: i64 = i32::MAX as i64;

/// Those of PostgreSQL 15 to 18 for a table.
const TABLE: &[(&str, Value)] = &[
    ("fillfactor", Whole(10, 100)),
    ("toast_tuple_target", Whole(128, 8160)),
    ("parallel_workers", Whole(0, 1024)),
    ("user_catalog_table", Boolean),
    ("autovacuum_enabled", Boolean),
    ("vacuum_index_cleanup", Word(&["auto", "on", "off", "true", "false"])),
    ("vacuum_truncate", Boolean),
    ("vacuum_max_eager_freeze_failure_rate", Fraction),
    ("autovacuum_vacuum_threshold", Whole(0, INT)),
    ("autovacuum_vacuum_max_threshold", Whole(-1, INT)),
    ("autovacuum_vacuum_scale_factor", Fraction),
    ("autovacuum_vacuum_insert_threshold", Whole(-1, INT)),
    ("autovacuum_vacuum_insert_scale_factor", Fraction),
    ("autovacuum_analyze_threshold", Whole(0, INT)),
    ("autovacuum_analyze_scale_factor", Fraction),
    ("autovacuum_vacuum_cost_delay", Fraction),
    ("autovacuum_vacuum_cost_limit", Whole(1, 10_000)),
    ("autovacuum_freeze_min_age", Whole(0, 1_000_000_000)),
    ("autovacuum_freeze_max_age", Whole(100_000, 2_000_000_000)),
    ("autovacuum_freeze_table_age", Whole(0, 2_000_000_000)),
    ("autovacuum_multixact_freeze_min_age", Whole(0, 1_000_000_000)),
    ("autovacuum_multixact_freeze_max_age", Whole(10_000, 2_000_000_000)),
    ("autovacuum_multixact_freeze_table_age", Whole(0, 2_000_000_000)),
    ("log_autovacuum_min_duration", Whole(-1, INT)),
];

/// Those of an index, by its access method.
const BTREE: &[(&str, Value)] = &[("fillfactor", Whole(10, 100)), ("deduplicate_items", Boolean)];
const HASH: &[(&str, Value)] = &[("fillfactor", Whole(10, 100))];
const GIST: &[(&str, Value)] =
    &[("fillfactor", Whole(10, 100)), ("buffering", Word(&["auto", "on", "off"]))];
const GIN: &[(&str, Value)] =
    &[("fastupdate", Boolean), ("gin_pending_list_limit", Whole(64, INT))];
const BRIN: &[(&str, Value)] =
    &[("pages_per_range", Whole(1, 131_072)), ("autosummarize", Boolean)];

/// Reports a parameter of a table that PostgreSQL would refuse.
pub(crate) fn check_table(name: &Name, value: &Literal, found: &mut Vec<Diagnostic>) {
    check(TABLE, "a table", name, value, found);
}

/// Reports a parameter of an index that PostgreSQL would refuse. A method that an extension brings has
/// parameters of its own.
pub(crate) fn check_index(method: &str, name: &Name, value: &Literal, found: &mut Vec<Diagnostic>) {
    let known = match method {
        "btree" => BTREE,
        "hash" | "spgist" => HASH,
        "gist" => GIST,
        "gin" => GIN,
        "brin" => BRIN,
        _ => return,
    };
    check(known, &format!("an index `using {method}`"), name, value, found);
}

fn check(
    known: &[(&str, Value)],
    place: &str,
    name: &Name,
    literal: &Literal,
    found: &mut Vec<Diagnostic>,
) {
    let Some((_, value)) = known.iter().find(|(known, _)| *known == name.text) else {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let near = diagnostics::nearest(&name.text, names.iter().copied());
        found.push(errors::unknown_parameter(name, place, &names, near));
        return;
    };
    let text = parameter(literal);
    let (fits, wanted) = match value {
        Boolean => (
            matches!(literal.kind, LiteralKind::Boolean(_))
                || matches!(text.as_str(), "on" | "off" | "yes" | "no" | "1" | "0"),
            "`true` or `false`".to_owned(),
        ),
        Whole(low, high) => (
            text.parse().is_ok_and(|number: i64| (*low..=*high).contains(&number)),
            format!("a whole number from {low} to {high}"),
        ),
        Fraction => (
            text.parse().is_ok_and(|number: f64| number >= 0.0),
            "a number that is not negative".to_owned(),
        ),
        Word(words) => (words.contains(&text.as_str()), format!("one of `{}`", words.join("`, `"))),
    };
    if !fits {
        found.push(errors::parameter_value(name, literal.span, &wanted));
    }
}
