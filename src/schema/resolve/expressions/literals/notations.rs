//! Strings of types that have a notation of their own: UUIDs, JSON, bytes, addresses, ranges.

use crate::diagnostics::indefinite;
use crate::schema::Scalar;

use super::{Misfit, helped, misfit, number_of};

pub(super) fn uuid_fits(text: &str) -> Result<(), Misfit> {
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

pub(super) fn json_fits(text: &str) -> Result<(), Misfit> {
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

pub(super) fn bytea_fits(text: &str) -> Result<(), Misfit> {
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

pub(super) fn network_fits(text: &str, scalar: Scalar) -> Result<(), Misfit> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
    let help = if scalar == Scalar::Cidr {
        "write it as \"10.0.0.0/8\""
    } else {
        "write it as \"192.168.0.1\""
    };
    let wrong = || helped(format!("not {}", indefinite(scalar.sql())), help);
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

pub(super) fn hardware_fits(text: &str, bytes: usize) -> Result<(), Misfit> {
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

pub(super) fn range_fits(text: &str, scalar: Scalar) -> Result<(), Misfit> {
    let is_range = |text: &str| {
        text == "empty"
            || (text.starts_with(['[', '(']) && text.ends_with([']', ')']) && text.contains(','))
    };
    if scalar.sql().ends_with("multirange") {
        return match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(inner) if inner.is_empty() || is_range(inner) => Ok(()),
            _ => Err(helped(
                format!("not {}", indefinite(scalar.sql())),
                "write it as \"{[1,5), [8,9)}\", or \"{}\"",
            )),
        };
    }
    if is_range(text) {
        Ok(())
    } else {
        Err(helped(
            format!("not {}", indefinite(scalar.sql())),
            "write it as \"[1,5)\", or \"empty\"",
        ))
    }
}
