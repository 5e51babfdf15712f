//! Which literals a type can hold. A literal that PostgreSQL would refuse, or would read in another way
//! on another day, is refused here.

use crate::schema::{BaseType, Category, FieldType, Scalar, TypeArguments};

/// Why a literal does not fit its type: what is wrong, and what to do about it when that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misfit {
    /// Said beside the literal.
    pub what: String,
    /// What to do.
    pub help: Option<String>,
    /// What to write instead.
    pub instead: Option<String>,
}

fn misfit(what: impl Into<String>) -> Misfit {
    Misfit { what: what.into(), help: None, instead: None }
}

fn helped(what: impl Into<String>, help: impl Into<String>) -> Misfit {
    Misfit { what: what.into(), help: Some(help.into()), instead: None }
}

/// Whether a number, as written and with its sign, fits a column of the type.
pub(super) fn number_fits(number: &str, ty: &FieldType) -> Result<(), Misfit> {
    let BaseType::Scalar(scalar, arguments) = &ty.base else { return Ok(()) };
    let range: (i128, i128) = match scalar {
        Scalar::Smallint => (i16::MIN.into(), i16::MAX.into()),
        Scalar::Integer => (i32::MIN.into(), i32::MAX.into()),
        Scalar::Bigint => (i64::MIN.into(), i64::MAX.into()),
        Scalar::Numeric => return numeric_fits(number, *arguments),
        Scalar::Real | Scalar::DoublePrecision => {
            let limit = if *scalar == Scalar::Real { f64::from(f32::MAX) } else { f64::MAX };
            return match number.parse::<f64>() {
                Ok(value) if value.abs() <= limit => Ok(()),
                _ => Err(misfit(format!("more than `{}` can hold", scalar.sql()))),
            };
        }
        _ => return Ok(()),
    };
    if number.contains(['.', 'e', 'E']) {
        return Err(helped(
            "not a whole number",
            format!(
                "write a whole number, or give the field a type with a fraction instead of `{}`",
                scalar.sql()
            ),
        ));
    }
    match number.parse::<i128>() {
        Ok(value) if (range.0..=range.1).contains(&value) => Ok(()),
        _ => Err(misfit(format!("`{}` goes from {} to {}", scalar.sql(), range.0, range.1))),
    }
}

fn numeric_fits(number: &str, arguments: TypeArguments) -> Result<(), Misfit> {
    let TypeArguments::Precision(precision, scale) = arguments else { return Ok(()) };
    let digits = number.trim_start_matches('-');
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().unwrap_or(i64::MAX)),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() && fraction.is_empty() {
        return Ok(());
    }
    let before = (whole.len() as i64).saturating_add(exponent);
    let before = if whole.is_empty() {
        let leading = fraction.len() - fraction.trim_start_matches('0').len();
        exponent.saturating_sub(leading as i64)
    } else {
        before
    };
    let zeros = whole.len() - whole.trim_end_matches('0').len();
    let behind = match fraction.len() {
        0 => (-(zeros as i64)).saturating_sub(exponent),
        digits => (digits as i64).saturating_sub(exponent),
    };
    let (most_before, most_behind) = (i64::from(precision) - i64::from(scale), i64::from(scale));
    if before > most_before {
        return Err(misfit(format!(
            "`numeric({precision}, {scale})` has room for {most_before} digits before the point"
        )));
    }
    if behind > most_behind {
        return Err(misfit(format!(
            "`numeric({precision}, {scale})` would round it to {most_behind} digits behind the point"
        )));
    }
    Ok(())
}

/// Whether a string is a value of the type. A length is not looked at: only what is stored is cut.
pub(super) fn text_fits(text: &str, scalar: Scalar) -> Result<(), Misfit> {
    match scalar {
        Scalar::Boolean => Err(Misfit {
            instead: matches!(text, "true" | "false").then(|| text.to_owned()),
            ..helped("a string, not a boolean", "write `true` or `false`, without quotes")
        }),
        Scalar::Smallint
        | Scalar::Integer
        | Scalar::Bigint
        | Scalar::Numeric
        | Scalar::Real
        | Scalar::DoublePrecision => Err(Misfit {
            instead: text.parse::<f64>().is_ok_and(f64::is_finite).then(|| text.to_owned()),
            ..helped("a string, not a number", "write the number without quotes")
        }),
        Scalar::Date | Scalar::Timestamp | Scalar::Timestamptz => instant_fits(text, scalar),
        Scalar::Time | Scalar::Timetz => time_fits(text, scalar),
        Scalar::Interval => interval_fits(text),
        Scalar::Uuid => uuid_fits(text),
        Scalar::Json | Scalar::Jsonb => json_fits(text),
        Scalar::Bytea => bytea_fits(text),
        Scalar::Inet | Scalar::Cidr => network_fits(text, scalar),
        Scalar::Macaddr => hardware_fits(text, 6),
        Scalar::Macaddr8 => hardware_fits(text, 8),
        Scalar::Bit | Scalar::Varbit if !text.bytes().all(|byte| matches!(byte, b'0' | b'1')) => {
            Err(helped("not a string of bits", "write zeros and ones: \"0101\""))
        }
        scalar if scalar.category() == Category::Range => range_fits(text, scalar),
        _ => Ok(()),
    }
}

/// Whether a string that is a value of the type has the length that the type asks for.
pub(super) fn length_fits(text: &str, ty: &FieldType) -> Result<(), Misfit> {
    let BaseType::Scalar(scalar, arguments) = &ty.base else { return Ok(()) };
    let length = text.chars().count();
    let bound = match (scalar, arguments) {
        (_, TypeArguments::Length(bound)) => *bound as usize,
        (Scalar::Bit, TypeArguments::None) => 1,
        _ => return Ok(()),
    };
    match scalar {
        Scalar::Varchar | Scalar::Char | Scalar::Varbit if length > bound => Err(misfit(format!(
            "{length} characters, and `{}({bound})` holds {bound}",
            scalar.sql()
        ))),
        Scalar::Bit if length != bound => {
            Err(misfit(format!("{length} bits, and `bit({bound})` holds exactly {bound}")))
        }
        _ => Ok(()),
    }
}

fn number_of(text: &str, digits: std::ops::RangeInclusive<usize>, most: u32) -> Option<u32> {
    let fits = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&value| fits && value <= most)
}

fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(day)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) =
        (number_of(year, 4..=6, 294_276), number_of(month, 2..=2, 12), number_of(day, 2..=2, 31))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    year >= 1 && month >= 1 && (1..=days).contains(&day)
}

fn is_time(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let parts: Vec<&str> = clock.split(':').collect();
    (2..=3).contains(&parts.len())
        && (parts.len() == 3 || !text.contains('.'))
        && number_of(parts[0], 2..=2, 24)
            .is_some_and(|hour| hour < 24 || parts[1..].iter().all(|part| *part == "00"))
        && parts[1..].iter().all(|part| number_of(part, 2..=2, 59).is_some())
        && number_of(fraction, 1..=6, 999_999).is_some()
}

/// Takes a zone off the end: `Z`, `+09`, `-03:30`.
fn without_zone(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_suffix(['Z', 'z']) {
        return Some(rest);
    }
    let sign = text.rfind(['+', '-'])?;
    let (hours, minutes) = text[sign + 1..].split_once(':').unwrap_or((&text[sign + 1..], "00"));
    (number_of(hours, 2..=2, 15).is_some() && number_of(minutes, 2..=2, 59).is_some())
        .then(|| &text[..sign])
}

fn instant_fits(text: &str, scalar: Scalar) -> Result<(), Misfit> {
    let name = scalar.sql();
    if matches!(text, "infinity" | "-infinity" | "epoch") {
        return Ok(());
    }
    if let "now" | "today" | "tomorrow" | "yesterday" = text.to_lowercase().as_str() {
        let call = if scalar == Scalar::Date { "current_date" } else { "now()" };
        return Err(Misfit {
            instead: matches!(text, "now" | "today").then(|| call.to_owned()),
            ..helped(
                "PostgreSQL would read it once, when the schema is applied, and never again",
                format!("write `{call}`, which is the time of each row"),
            )
        });
    }
    if scalar == Scalar::Date {
        return if is_date(text) {
            Ok(())
        } else {
            Err(helped("not a date", "write it as \"2030-12-31\""))
        };
    }
    let split = text.find(['T', ' ']);
    let (date, time) = split.map_or((text, None), |at| (&text[..at], Some(&text[at + 1..])));
    let clock =
        time.and_then(|time| without_zone(time).map(|clock| (clock, true)).or(Some((time, false))));
    let example =
        if scalar == Scalar::Timestamptz { "2030-12-31T23:59:59Z" } else { "2030-12-31T23:59:59" };
    let help = format!("write it as {example:?}");
    if !is_date(date) || clock.is_some_and(|(clock, _)| !is_time(clock)) {
        return Err(helped(format!("not a `{name}`"), help));
    }
    match (scalar, clock) {
        (Scalar::Timestamptz, None | Some((_, false))) => Err(helped(
            "without its zone it depends on the session that applies the schema",
            format!("{help}, with `Z` or an offset such as `+09:00`"),
        )),
        (Scalar::Timestamp, Some((_, true))) => {
            Err(helped("PostgreSQL would drop the zone in silence", help))
        }
        _ => Ok(()),
    }
}

fn time_fits(text: &str, scalar: Scalar) -> Result<(), Misfit> {
    let clock = if scalar == Scalar::Timetz { without_zone(text) } else { Some(text) };
    let example = if scalar == Scalar::Timetz { "23:59:59+09" } else { "23:59:59" };
    match clock {
        Some(clock) if is_time(clock) => Ok(()),
        _ => Err(helped(format!("not a `{}`", scalar.sql()), format!("write it as {example:?}"))),
    }
}

fn interval_fits(text: &str) -> Result<(), Misfit> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if is_iso_interval(text) || are_interval_words(&words) {
        Ok(())
    } else {
        Err(helped(
            "not an interval",
            "write it as \"3 days 04:05:06\", \"30 minutes\" or \"P3DT4H\"",
        ))
    }
}

/// `P3DT4H`
fn is_iso_interval(text: &str) -> bool {
    text.trim_start_matches('-').strip_prefix('P').is_some_and(|rest| {
        !rest.is_empty()
            && rest.chars().all(|c| c.is_ascii_digit() || "YMWDTHS.-".contains(c))
            && rest.ends_with(|c: char| c.is_ascii_uppercase() && c != 'T')
    })
}

/// `3 days 04:05:06`, `30min`, `1 year ago`
fn are_interval_words(words: &[&str]) -> bool {
    const UNITS: &[&str] = &[
        "microsecond",
        "millisecond",
        "second",
        "sec",
        "s",
        "minute",
        "min",
        "m",
        "hour",
        "h",
        "day",
        "d",
        "week",
        "w",
        "month",
        "mon",
        "year",
        "y",
        "decade",
        "century",
        "centuries",
    ];
    let is_number = |word: &str| word.parse::<f64>().is_ok_and(f64::is_finite);
    let is_unit = |word: &str| {
        let word = word.to_lowercase();
        UNITS.contains(&word.as_str())
            || word.strip_suffix('s').is_some_and(|unit| UNITS.contains(&unit))
    };
    let is_amount = |word: &str| {
        word.find(char::is_alphabetic)
            .is_some_and(|at| is_number(&word[..at]) && is_unit(&word[at..]))
    };
    let is_clock = |word: &str| {
        let clock = word.trim_start_matches(['-', '+']);
        is_time(clock) || (clock.find(':') == Some(1) && is_time(&format!("0{clock}")))
    };
    let words = match words {
        [amounts @ .., "ago"] => amounts,
        all => all,
    };
    let mut rest = words;
    while let [word, behind @ ..] = rest {
        rest = match behind {
            [unit, behind @ ..] if is_number(word) && is_unit(unit) => behind,
            _ if is_amount(word) || is_clock(word) => behind,
            _ => return false,
        };
    }
    !words.is_empty()
}

fn uuid_fits(text: &str) -> Result<(), Misfit> {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    if lengths == [8, 4, 4, 4, 12]
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    {
        return Ok(());
    }
    Err(helped(
        "not a UUID",
        "write it as \"00000000-0000-0000-0000-000000000000\", or have one made by `gen_random_uuid()`",
    ))
}

fn json_fits(text: &str) -> Result<(), Misfit> {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) if has_nul(&value) => Err(misfit("PostgreSQL can't store `\\u0000`")),
        Ok(_) => Ok(()),
        Err(error) => Err(helped(
            format!("not JSON: {error}"),
            "a string in JSON has quotes of its own: `\"\\\"draft\\\"\"`",
        )),
    }
}

fn has_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(has_nul),
        serde_json::Value::Object(entries) => {
            entries.iter().any(|(key, value)| key.contains('\0') || has_nul(value))
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {
            false
        }
    }
}

fn bytea_fits(text: &str) -> Result<(), Misfit> {
    let fits = match text.strip_prefix("\\x") {
        Some(digits) => {
            digits.len() % 2 == 0 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        None => text.is_ascii() && !text.contains('\\'),
    };
    if fits {
        Ok(())
    } else {
        Err(helped("not a `bytea`", "write its bytes as hexadecimal digits: \"\\\\x00ff\""))
    }
}

fn network_fits(text: &str, scalar: Scalar) -> Result<(), Misfit> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
    let help = if scalar == Scalar::Cidr {
        "write it as \"10.0.0.0/8\""
    } else {
        "write it as \"192.168.0.1\""
    };
    let wrong = || helped(format!("not an `{}`", scalar.sql()).replace("an `c", "a `c"), help);
    let address: std::net::IpAddr = address.parse().map_err(|_| wrong())?;
    let (bits, width) = match address {
        std::net::IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        std::net::IpAddr::V6(address) => (u128::from(address), 128),
    };
    let prefix = match prefix {
        Some(prefix) => number_of(prefix, 1..=3, width).ok_or_else(wrong)?,
        None => width,
    };
    let host = if prefix == 0 { 128 } else { width - prefix };
    let outside = if host >= 128 { bits } else { bits & ((1 << host) - 1) };
    if scalar == Scalar::Cidr && outside != 0 {
        return Err(helped("a `cidr` has no bits behind its mask", help));
    }
    Ok(())
}

fn hardware_fits(text: &str, bytes: usize) -> Result<(), Misfit> {
    let parts: Vec<&str> = text.split([':', '-']).collect();
    let fits = parts.len() == bytes
        && parts
            .iter()
            .all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if fits {
        Ok(())
    } else {
        let example = vec!["08"; bytes].join(":");
        Err(helped("not a hardware address", format!("write it as {example:?}")))
    }
}

fn range_fits(text: &str, scalar: Scalar) -> Result<(), Misfit> {
    let is_range = |text: &str| {
        text == "empty"
            || (text.starts_with(['[', '(']) && text.ends_with([']', ')']) && text.contains(','))
    };
    if scalar.sql().ends_with("multirange") {
        return match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(inner) if inner.is_empty() || is_range(inner) => Ok(()),
            _ => Err(helped(
                format!("not a `{}`", scalar.sql()),
                "write it as \"{[1,5), [8,9)}\", or \"{}\"",
            )),
        };
    }
    if is_range(text) {
        Ok(())
    } else {
        Err(helped(format!("not a `{}`", scalar.sql()), "write it as \"[1,5)\", or \"empty\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_fit_a_type_as_postgresql_reads_them() {
        let fits = |scalar, text: &str| text_fits(text, scalar).is_ok();
        let good = [
            (Scalar::Date, "2024-02-29"),
            (Scalar::Date, "infinity"),
            (Scalar::Timestamp, "2024-02-29 10:11:12.5"),
            (Scalar::Timestamp, "2024-02-29"),
            (Scalar::Timestamptz, "2024-02-29T10:11:12Z"),
            (Scalar::Timestamptz, "2024-02-29 10:11+09:00"),
            (Scalar::Time, "24:00:00"),
            (Scalar::Timetz, "10:11:12+09"),
            (Scalar::Interval, "3 days 04:05:06"),
            (Scalar::Interval, "30min"),
            (Scalar::Interval, "P3DT4H"),
            (Scalar::Interval, "-1 year 2 mons"),
            (Scalar::Uuid, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
            (Scalar::Jsonb, "{\"a\": [1, null]}"),
            (Scalar::Bytea, "\\x00ff"),
            (Scalar::Inet, "::1/64"),
            (Scalar::Cidr, "10.0.0.0/8"),
            (Scalar::Cidr, "0.0.0.0/0"),
            (Scalar::Macaddr, "08:00:2b:01:02:03"),
            (Scalar::Bit, "0101"),
            (Scalar::Int4range, "[1,5)"),
            (Scalar::Int4multirange, "{}"),
        ];
        let bad = [
            (Scalar::Date, "2023-02-29"),
            (Scalar::Date, "29.2.2024"),
            (Scalar::Date, "today"),
            (Scalar::Timestamptz, "2024-02-29T10:11:12"),
            (Scalar::Timestamptz, "now"),
            (Scalar::Timestamp, "2024-02-29T10:11:12Z"),
            (Scalar::Time, "25:00"),
            (Scalar::Interval, "three days"),
            (Scalar::Interval, ""),
            (Scalar::Interval, "P"),
            (Scalar::Uuid, "a0eebc99"),
            (Scalar::Jsonb, "draft"),
            (Scalar::Jsonb, "\"\\u0000\""),
            (Scalar::Bytea, "\\x0"),
            (Scalar::Cidr, "10.0.0.1/8"),
            (Scalar::Inet, "10.0.0"),
            (Scalar::Macaddr, "08:00"),
            (Scalar::Bit, "012"),
            (Scalar::Int4range, "1-5"),
            (Scalar::Boolean, "true"),
            (Scalar::Integer, "1"),
        ];
        for (scalar, text) in good {
            assert!(fits(scalar, text), "{} {text}", scalar.sql());
        }
        for (scalar, text) in bad {
            assert!(!fits(scalar, text), "{} {text}", scalar.sql());
        }
    }

    #[test]
    fn numbers_fit_by_their_digits() {
        let numeric = |precision, scale| FieldType {
            base: BaseType::Scalar(Scalar::Numeric, TypeArguments::Precision(precision, scale)),
            dimensions: 0,
        };
        let cases = [
            (FieldType::scalar(Scalar::Smallint), "-32768", true),
            (FieldType::scalar(Scalar::Smallint), "32768", false),
            (FieldType::scalar(Scalar::Bigint), "9223372036854775808", false),
            (FieldType::scalar(Scalar::Integer), "0.5", false),
            (FieldType::scalar(Scalar::Real), "1e39", false),
            (numeric(5, 2), "999.99", true),
            (numeric(5, 2), "1000", false),
            (numeric(5, 2), "0.125", false),
            (numeric(5, 2), "0.1250e1", true),
            (numeric(2, 4), "0.0099", true),
            (numeric(2, 4), "0.01", false),
            (numeric(3, -2), "12300", true),
            (numeric(12, 2), "0.00", true),
        ];
        for (ty, number, fits) in cases {
            assert_eq!(number_fits(number, &ty).is_ok(), fits, "{number} in {ty:?}");
        }
    }
}
