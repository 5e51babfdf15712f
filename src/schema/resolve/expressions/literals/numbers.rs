//! Numbers: by the range of whole ones, and the digits of others.

use crate::schema::{BaseType, FieldType, Scalar, TypeArguments};

use super::{Misfit, helped, misfit};

/// Whether a number, as written and with its sign, fits a column of the type.
pub(in crate::schema::resolve::expressions) fn number_fits(
    number: &str,
    ty: &FieldType,
) -> Result<(), Misfit> {
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
