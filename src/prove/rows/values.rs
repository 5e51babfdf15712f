//! A value for a column in row `n`, as text that PostgreSQL reads.
//!
//! Row `n` has its own value in each column, so that a UNIQUE holds; a column further right has a greater
//! value, so that `starts_at < ends_at` does.

use super::shape::Column;

/// The value of a column in row `n`; `None` where none is known for its type.
pub(super) fn value(column: &Column, n: usize) -> Option<String> {
    let element = column.plain.trim_end_matches("[]");
    let dimensions = (column.plain.len() - element.len()) / "[]".len();
    if dimensions > 0 {
        let (open, close) = ("{".repeat(dimensions), "}".repeat(dimensions));
        return Some(match one(element, column, n) {
            Some(value) => format!("{open}{}{close}", quoted_element(&value)),
            None => "{}".to_owned(),
        });
    }
    one(&column.plain, column, n)
}

/// The value of a type that is no array.
fn one(ty: &str, column: &Column, n: usize) -> Option<String> {
    if !column.labels.is_empty() {
        return Some(column.labels[n % column.labels.len()].clone());
    }
    let (base, limits) = parts(ty);
    let place = column.place;
    let day = |n: usize| date(n);
    Some(match base.as_str() {
        "smallint" | "integer" | "bigint" => {
            if column.identity {
                n.to_string()
            } else {
                (n + place).to_string()
            }
        }
        "oid" | "real" | "double precision" | "money" => (n + place).to_string(),
        "numeric" => match limits[..] {
            // A negative scale rounds to tens, hundreds, …
            [precision, scale] if scale < 0 => {
                let digits = u32::try_from(precision.clamp(1, 15)).unwrap_or(1);
                let rounded = (n + place) as u64 % 10_u64.pow(digits);
                format!("{rounded}{}", "0".repeat(scale.unsigned_abs() as usize))
            }
            [precision, scale] => {
                let digits = u32::try_from((precision - scale).clamp(0, 15)).unwrap_or_default();
                ((n + place) as u64 % 10_u64.pow(digits)).to_string()
            }
            _ => (n + place).to_string(),
        },
        "boolean" => if n % 2 == 1 { "true" } else { "false" }.to_owned(),
        "text" | "character varying" | "character" | "citext" | "name" | "bpchar" => {
            text(n, place, limits.first().copied())
        }
        "uuid" => format!("00000000-0000-4000-8000-{:012x}", n * 1000 + place),
        "bytea" => format!("\\x{n:04x}"),
        "date" => day(n + place),
        "time without time zone" | "time with time zone" => {
            format!("{:02}:{:02}:{:02}", place % 24, n % 60, n / 60 % 60)
        }
        "timestamp without time zone" | "timestamp with time zone" => moment(n, place),
        // Below a day: Python has days and seconds, where PostgreSQL keeps hours apart from days.
        "interval" => format!("{} minutes", n + place),
        "json" | "jsonb" => format!("{{\"n\": {n}}}"),
        "hstore" => format!("n=>{n}"),
        "inet" | "cidr" => format!("10.{}.{}.{}", n / 256 % 256, place % 256, n % 256),
        "macaddr" => format!("08:00:2b:01:{:02x}:{:02x}", n / 256 % 256, n % 256),
        "macaddr8" => format!("08:00:2b:01:02:03:{:02x}:{:02x}", n / 256 % 256, n % 256),
        "bit" | "bit varying" => {
            let width = limits.first().map_or(1, |&width| width.max(1) as usize);
            let bits = format!("{n:0width$b}");
            bits[bits.len() - width..].to_owned()
        }
        "int4range" | "int8range" | "numrange" => format!("[{n},{})", n + 1),
        "tsrange" | "tstzrange" => format!("[\"{}\",\"{}\")", moment(n, 0), moment(n, 1)),
        "daterange" => format!("[{},{})", day(n), day(n + 1)),
        "int4multirange" | "int8multirange" | "nummultirange" => format!("{{[{n},{})}}", n + 1),
        "tsmultirange" | "tstzmultirange" => {
            format!("{{[\"{}\",\"{}\")}}", moment(n, 0), moment(n, 1))
        }
        "datemultirange" => format!("{{[{},{})}}", day(n), day(n + 1)),
        "tsvector" | "tsquery" => format!("word{n}"),
        "xml" => format!("<n>{n}</n>"),
        "point" => format!("({n},{place})"),
        "line" => format!("{{1,1,{n}}}"),
        "lseg" => format!("[(0,0),(1,{n})]"),
        "box" => format!("(1,{n}),(0,0)"),
        "path" => format!("[(0,0),(1,{n})]"),
        "polygon" => format!("((0,0),(1,0),(1,{n}))"),
        "circle" => format!("<(0,0),{n}>"),
        _ => return None,
    })
}

/// A type's name without its arguments, and the arguments: `numeric`, 12 and 2.
pub(super) fn parts(ty: &str) -> (String, Vec<i64>) {
    let Some((before, rest)) = ty.split_once('(') else { return (ty.to_owned(), Vec::new()) };
    let (arguments, after) = rest.split_once(')').unwrap_or((rest, ""));
    let limits = arguments.split(',').filter_map(|digits| digits.trim().parse().ok()).collect();
    (format!("{}{after}", before.trim_end()), limits)
}

/// A text that fits: readable where there is room, digits in base 36 where there is not.
pub(super) fn text(n: usize, place: usize, limit: Option<i64>) -> String {
    match limit {
        Some(limit) if limit < 14 => {
            let width = limit.max(1) as usize;
            let digits = b"0123456789abcdefghijklmnopqrstuvwxyz";
            let mut written = vec![b'0'; width];
            let mut rest = n;
            for digit in written.iter_mut().rev() {
                *digit = digits[rest % 36];
                rest /= 36;
            }
            String::from_utf8_lossy(&written).into_owned()
        }
        Some(_) | None => format!("value {place}-{n}"),
    }
}

/// Day `n` after the first of 2024.
fn date(n: usize) -> String {
    let (mut year, mut day) = (2024, n);
    let leap = |year: usize| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while day >= 365 + usize::from(leap(year)) {
        day -= 365 + usize::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + usize::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    format!("{year}-{:02}-{:02}", month + 1, day + 1)
}

fn moment(n: usize, hours: usize) -> String {
    format!("{} {:02}:00:00", date(n + hours / 24), hours % 24)
}

/// An element of an array, as the text of the array holds it.
fn quoted_element(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::{date, moment, parts, text};

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        assert_eq!(date(0), "2024-01-01");
        assert_eq!(date(59), "2024-02-29");
        assert_eq!(date(366), "2025-01-01");
        assert_eq!(moment(1, 25), "2024-01-03 01:00:00");
    }

    #[test]
    fn a_text_fits_its_column() {
        assert_eq!(text(41, 2, Some(2)), "15");
        assert_eq!(text(41, 2, Some(80)), "value 2-41");
        assert_eq!(parts("numeric(12,2)"), ("numeric".to_owned(), vec![12, 2]));
        assert_eq!(parts("timestamp(3) with time zone").0, "timestamp with time zone");
    }
}
