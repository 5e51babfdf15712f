//! Which literals a type can hold. A literal that PostgreSQL would refuse, or would read in another way
//! on another day, is refused here.

mod moments;
mod notations;
mod numbers;

use crate::schema::{BaseType, Category, FieldType, Scalar, TypeArguments};

pub(super) use numbers::number_fits;

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
        Scalar::Date | Scalar::Timestamp | Scalar::Timestamptz => {
            moments::instant_fits(text, scalar)
        }
        Scalar::Time | Scalar::Timetz => moments::time_fits(text, scalar),
        Scalar::Interval => moments::interval_fits(text),
        Scalar::Uuid => notations::uuid_fits(text),
        Scalar::Json | Scalar::Jsonb => notations::json_fits(text),
        Scalar::Bytea => notations::bytea_fits(text),
        Scalar::Inet | Scalar::Cidr => notations::network_fits(text, scalar),
        Scalar::Macaddr => notations::hardware_fits(text, 6),
        Scalar::Macaddr8 => notations::hardware_fits(text, 8),
        Scalar::Bit | Scalar::Varbit if !text.bytes().all(|byte| matches!(byte, b'0' | b'1')) => {
            Err(helped("not a string of bits", "write zeros and ones: \"0101\""))
        }
        scalar if scalar.category() == Category::Range => notations::range_fits(text, scalar),
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

fn misfit(what: impl Into<String>) -> Misfit {
    Misfit { what: what.into(), help: None, instead: None }
}

fn helped(what: impl Into<String>, help: impl Into<String>) -> Misfit {
    Misfit { what: what.into(), help: Some(help.into()), instead: None }
}

fn number_of(text: &str, digits: std::ops::RangeInclusive<usize>, most: u32) -> Option<u32> {
    let fits = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&value| fits && value <= most)
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
