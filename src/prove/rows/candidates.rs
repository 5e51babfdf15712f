//! Values that a column could have so that a CHECK holds: the generator's own, what the CHECK itself names
//! and what lies beside it, every value of an enum, NULL.

use crate::quoting::quote_literal;

use super::shape::Column;
use super::values::{parts, text, value};

/// A constant of a condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Constant {
    /// As it is meant, without quotes.
    pub text: String,
    /// Its type, when the condition says so.
    pub ty: Option<String>,
}

/// The constants in a condition as PostgreSQL prints it: numbers, and strings with their types.
pub(super) fn constants(condition: &str) -> Vec<Constant> {
    let mut found: Vec<Constant> = Vec::new();
    let characters: Vec<char> = condition.chars().collect();
    let mut at = 0;
    while at < characters.len() {
        let start = at;
        let text = match characters[at] {
            '\'' => {
                let mut text = String::new();
                at += 1;
                while at < characters.len() {
                    if characters[at] == '\'' {
                        if characters.get(at + 1) != Some(&'\'') {
                            break;
                        }
                        at += 1;
                    }
                    text.push(characters[at]);
                    at += 1;
                }
                at += 1;
                text
            }
            '"' => {
                at += 1;
                while at < characters.len() && characters[at] != '"' {
                    at += 1;
                }
                at += 1;
                continue;
            }
            digit if digit.is_ascii_digit() => {
                let part = |it: &char| it.is_ascii_digit() || *it == '.';
                while characters.get(at).is_some_and(part) {
                    at += 1;
                }
                characters[start..at].iter().collect()
            }
            letter if letter.is_alphanumeric() || letter == '_' => {
                while characters.get(at).is_some_and(|it| it.is_alphanumeric() || *it == '_') {
                    at += 1;
                }
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        };
        let ty =
            (characters.get(at) == Some(&':') && characters.get(at + 1) == Some(&':')).then(|| {
                let rest = characters[at + 2..].iter();
                rest.take_while(|it| it.is_alphanumeric() || matches!(it, ' ' | '_' | '[' | ']'))
                    .collect()
            });
        let ty = ty.map(|ty: String| ty.trim().to_owned());
        let constant = Constant { text, ty };
        if !found.contains(&constant) {
            found.push(constant);
        }
    }
    found
}

/// Rows whose values are candidates too, behind those of the row that asks: so many rows can differ.
const OTHER_ROWS: [usize; 14] = [4, 5, 6, 7, 8, 9, 42, 43, 44, 45, 46, 47, 48, 49];

/// What a column could be, as SQL expressions whose type is `text`; the likeliest first.
pub(super) fn candidates(column: &Column, n: usize, conditions: &[&str]) -> Vec<String> {
    let constants: Vec<Constant> = conditions.iter().flat_map(|it| constants(it)).collect();
    let own = [n, n + 1, n + 2, n + 40].map(|n| value(column, n));
    let mut found: Vec<String> = own.iter().flatten().map(|it| quote_literal(it)).collect();
    for_row(column, n, &constants, &mut found);
    if !column.not_null {
        // Not first, yet not where a short list ends before it.
        found.insert(found.len().min(2), "NULL".to_owned());
    }
    for other in OTHER_ROWS {
        found.extend(value(column, other).map(|it| quote_literal(&it)));
        if is_text(&parts(&column.plain).0) {
            for_row(column, other, &constants, &mut found);
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|it| seen.insert(it.clone()));
    found
}

fn is_text(base: &str) -> bool {
    matches!(base, "text" | "character varying" | "character" | "citext" | "bpchar")
}

/// What follows from the constants of the conditions, for one row.
fn for_row(column: &Column, n: usize, constants: &[Constant], found: &mut Vec<String>) {
    let (base, limits) = parts(&column.plain);
    let numbers = numbers(constants);
    let same_type = || {
        let same = constants.iter().filter(|it| it.ty.as_deref() == Some(base.as_str()));
        same.map(|it| quote_literal(&it.text))
    };
    if column.plain.ends_with("[]") {
        return arrays(column, n, constants, found);
    }
    if !column.labels.is_empty() {
        return found.extend(column.labels.iter().map(|label| quote_literal(label)));
    }
    match base.as_str() {
        "smallint" => whole(&numbers, i64::from(i16::MIN), i64::from(i16::MAX), found),
        "integer" => whole(&numbers, i64::from(i32::MIN), i64::from(i32::MAX), found),
        "bigint" => whole(&numbers, i64::MIN / 4, i64::MAX / 4, found),
        "numeric" | "real" | "double precision" | "money" => fractions(&numbers, &limits, found),
        "boolean" => found.extend(["'true'", "'false'"].map(str::to_owned)),
        base if is_text(base) => {
            texts(column, n, constants, &numbers, limits.first().copied(), found);
        }
        "date" | "timestamp without time zone" | "timestamp with time zone" => {
            moments(&base, constants, found);
        }
        "time without time zone" | "time with time zone" | "interval" => {
            found.extend(same_type());
            found.extend(["'00:00'", "'12:00'", "'23:00'"].map(str::to_owned));
        }
        "json" | "jsonb" => documents(n, constants, found),
        ty if ty.ends_with("range") => found.extend(["'empty'", "'(,)'"].map(str::to_owned)),
        _ => found.extend(same_type()),
    }
}

/// Documents of each kind, and such with the keys that a condition names.
fn documents(n: usize, constants: &[Constant], found: &mut Vec<String>) {
    let given = ["{}", "[]", "null", "1", "\"a\"", "{\"a\": 1}", "[1]"];
    found.extend(given.map(quote_literal));
    for constant in constants {
        let key = serde_json::Value::from(constant.text.as_str());
        found.push(quote_literal(&format!("{{{key}: {n}}}")));
        found.push(quote_literal(&format!("{{{key}: \"value\"}}")));
        found.push(quote_literal(&key.to_string()));
        if serde_json::from_str::<serde_json::Value>(&constant.text).is_ok() {
            found.push(quote_literal(&constant.text));
        }
    }
}

fn numbers(constants: &[Constant]) -> Vec<f64> {
    let mut numbers: Vec<f64> = constants
        .iter()
        .filter_map(|constant| constant.text.parse().ok())
        .filter(|number: &f64| number.is_finite())
        .collect();
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    numbers
}

/// Numbers that a condition names, what lies beside them, and some between each two.
fn whole(numbers: &[f64], least: i64, most: i64, found: &mut Vec<String>) {
    let mut all: Vec<i64> = Vec::new();
    for &number in numbers {
        let number = number as i64;
        all.extend([number, number.saturating_add(1), number.saturating_sub(1)]);
    }
    for pair in numbers.windows(2) {
        let (low, high) = (pair[0] as i64, pair[1] as i64);
        let step = ((high.saturating_sub(low)) / 16).max(1);
        all.extend((1..16).map(|nth| low.saturating_add(nth * step)).filter(|it| *it < high));
    }
    for &number in numbers {
        let number = number as i64;
        all.extend([number.saturating_mul(2), number.saturating_mul(3), -number]);
    }
    all.extend([0, 1, 2, 3, 4, 5, 10, 100, -1]);
    all.extend(6..100);
    all.retain(|number| (least..=most).contains(number));
    found.extend(all.iter().map(|number| format!("'{number}'")));
}

fn fractions(numbers: &[f64], limits: &[i64], found: &mut Vec<String>) {
    let mut all: Vec<f64> = Vec::new();
    for &number in numbers {
        all.extend([number, number + 1.0, number - 1.0, number + 0.5, number - 0.5]);
    }
    for pair in numbers.windows(2) {
        let step = (pair[1] - pair[0]) / 12.0;
        all.extend((1..12).map(|nth| pair[0] + step * f64::from(nth)));
        all.extend((1..8).map(|nth| (pair[0] + f64::from(nth)).floor()).filter(|it| *it < pair[1]));
    }
    all.extend([0.0, 1.0, 2.0, 0.5, 0.25, 10.0, 100.0, -1.0]);
    let (room, scale) = match *limits {
        [precision, scale] => (10_f64.powi((precision - scale) as i32), scale.clamp(0, 6) as usize),
        [precision] => (10_f64.powi(precision as i32), 0),
        _ => (f64::MAX, 3),
    };
    for number in all {
        let text = format!("{number:.scale$}");
        if text.parse::<f64>().is_ok_and(|number| number.abs() < room) {
            found.push(quote_literal(&text));
        }
    }
}

fn texts(
    column: &Column,
    n: usize,
    constants: &[Constant],
    numbers: &[f64],
    limit: Option<i64>,
    found: &mut Vec<String>,
) {
    let mut all: Vec<String> = Vec::new();
    let short = text(n, column.place, Some(4));
    for constant in constants {
        let given = &constant.text;
        if given.contains(['%', '_']) {
            all.push(given.replace('%', &short).replace('_', "a"));
            all.push(given.replace('%', "").replace('_', "b"));
        }
        all.extend(super::regex::samples(given, n));
        all.extend([
            given.clone(),
            format!("{given}{short}"),
            format!("{short}{given}"),
            format!("{short}{given}{short}"),
        ]);
    }
    for &length in numbers {
        for length in [length as i64, length as i64 + 1, length as i64 - 1] {
            if (1..=5000).contains(&length) && limit.is_none_or(|limit| length <= limit) {
                all.push(of_length(n, column.place, length as usize));
                all.push("7".repeat(length as usize));
            }
        }
    }
    let own = text(n, column.place, limit);
    all.extend([own.to_uppercase(), own.to_lowercase(), own.replace([' ', '-'], "")]);
    all.extend([letters(n), letters(n).to_uppercase(), n.to_string(), String::new()]);
    all.extend(["a", "A", "1"].map(str::to_owned));
    all.retain(|text| {
        !text.contains('\0')
            && limit.is_none_or(|limit| text.chars().count() <= limit.max(1) as usize)
    });
    found.extend(all.iter().map(|text| quote_literal(text)));
}

fn of_length(n: usize, place: usize, length: usize) -> String {
    if length < 14 {
        return text(n, place, Some(length as i64));
    }
    let own = text(n, place, None);
    if own.len() > length { own[..length].to_owned() } else { format!("{own:x<length$}") }
}

/// Row `n` in letters alone.
pub(super) fn letters(n: usize) -> String {
    let mut rest = n;
    let mut letters = String::new();
    loop {
        letters.insert(0, char::from(b'a' + (rest % 26) as u8));
        rest /= 26;
        if rest == 0 {
            return letters;
        }
    }
}

fn moments(base: &str, constants: &[Constant], found: &mut Vec<String>) {
    let is_moment = |it: &&Constant| {
        it.ty.as_deref().is_some_and(|ty| ty == "date" || ty.starts_with("timestamp"))
    };
    for constant in constants.iter().filter(is_moment) {
        let given = quote_literal(&constant.text);
        for days in [0, 1, -1, 30, -30] {
            found.push(format!("(({given}::{base} + {days} * interval '1 day')::{base})::text"));
        }
    }
    for days in [0, 1, 2, -1, -2, 400, -400, -8000] {
        found.push(format!("((now() + {days} * interval '1 day')::{base})::text"));
    }
}

/// Arrays of none, one, two and three elements, and of the constants.
fn arrays(column: &Column, n: usize, constants: &[Constant], found: &mut Vec<String>) {
    let elements: Vec<String> = (0..3)
        .filter_map(|more| value(column, n + more))
        .filter_map(|text| Some(text.strip_prefix('{')?.strip_suffix('}')?.to_owned()))
        .filter(|text| !text.is_empty())
        .collect();
    for count in 2..=elements.len() {
        found.push(quote_literal(&format!("{{{}}}", elements[..count].join(","))));
    }
    found.push("'{}'".to_owned());
    if column.plain == "text[]" || column.plain.starts_with("character varying") {
        for constant in constants {
            let element = constant.text.replace('\\', "\\\\").replace('"', "\\\"");
            found.push(quote_literal(&format!("{{\"{element}\"}}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{constants, letters};

    #[test]
    fn the_constants_of_a_condition_come_with_their_types() {
        let found = constants(
            "((price >= (0)::numeric) AND ((code)::text ~ '^[A-Z]''s'::text) AND (floor >= '-2'::integer) AND (\"a 7\" <> x8))",
        );
        let texts: Vec<(&str, Option<&str>)> =
            found.iter().map(|it| (it.text.as_str(), it.ty.as_deref())).collect();
        assert_eq!(texts, [("0", None), ("^[A-Z]'s", Some("text")), ("-2", Some("integer"))]);
    }

    #[test]
    fn numbers_become_letters() {
        assert_eq!(letters(0), "a");
        assert_eq!(letters(27), "bb");
    }
}
