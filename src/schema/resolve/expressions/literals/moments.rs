//! Dates, times and intervals.

use crate::diagnostics::indefinite;
use crate::schema::Scalar;

use super::{Misfit, helped, number_of};

pub(super) fn instant_fits(text: &str, scalar: Scalar) -> Result<(), Misfit> {
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
        return Err(helped(format!("not {}", indefinite(name)), help));
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

pub(super) fn time_fits(text: &str, scalar: Scalar) -> Result<(), Misfit> {
    let clock = if scalar == Scalar::Timetz { without_zone(text) } else { Some(text) };
    let example = if scalar == Scalar::Timetz { "23:59:59+09" } else { "23:59:59" };
    match clock {
        Some(clock) if is_time(clock) => Ok(()),
        _ => Err(helped(
            format!("not {}", indefinite(scalar.sql())),
            format!("write it as {example:?}"),
        )),
    }
}

pub(super) fn interval_fits(text: &str) -> Result<(), Misfit> {
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
