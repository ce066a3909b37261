//! From one Python type to another, as fields do it.

use std::net::Ipv6Addr;

use limosa_model::SmolStr;

use super::python::python_str;
use super::temporal::Time;
use super::{Decimal, Literal};

pub(super) fn boolean(value: &Literal, null: bool) -> Option<Literal> {
    Some(match value {
        Literal::Text(text) if null && text.is_empty() => Literal::None,
        Literal::Bool(value) => Literal::Bool(*value),
        Literal::Int(1) => Literal::Bool(true),
        Literal::Int(0) => Literal::Bool(false),
        Literal::Float(value) if *value == 1.0 || *value == 0.0 => Literal::Bool(*value == 1.0),
        Literal::Text(text) => match text.as_str() {
            "t" | "True" | "1" => Literal::Bool(true),
            "f" | "False" | "0" => Literal::Bool(false),
            _ => return None,
        },
        _ => return None,
    })
}

/// Python's `int(value)`.
pub(crate) fn integer(value: &Literal) -> Option<i128> {
    match value {
        Literal::Int(value) | Literal::Sized(value, _) => Some(*value),
        Literal::Bool(value) => Some(i128::from(*value)),
        #[expect(clippy::cast_possible_truncation, reason = "int() cuts the fraction off")]
        Literal::Float(value) if value.is_finite() => Some(value.trunc() as i128),
        Literal::Decimal(value) => value.truncated(),
        Literal::Text(text) => text.trim().replace('_', "").parse().ok(),
        _ => None,
    }
}

pub(super) fn float(value: &Literal) -> Option<f64> {
    match value {
        Literal::Float(value) => Some(*value),
        #[expect(clippy::cast_precision_loss, reason = "float() rounds")]
        Literal::Int(value) => Some(*value as f64),
        Literal::Bool(value) => Some(f64::from(u8::from(*value))),
        Literal::Decimal(value) => value.to_float(),
        Literal::Text(text) => text.trim().replace('_', "").parse().ok(),
        _ => None,
    }
}

pub(super) fn decimal(value: &Literal, precision: u32) -> Option<Decimal> {
    match value {
        Literal::Decimal(value) => Some(value.clone()),
        Literal::Float(value) => Decimal::from_float(*value, Some(precision)),
        Literal::Int(value) => Some(Decimal::from_int(*value)),
        Literal::Bool(value) => Some(Decimal::from_int(i128::from(*value))),
        Literal::Text(text) => Decimal::parse(text),
        _ => None,
    }
}

pub(super) fn time(value: &Literal) -> Option<Time> {
    match value {
        Literal::Time(value) => Some(*value),
        Literal::DateTime(value) => Some(Time { civil: value.civil.time(), offset: None }),
        Literal::Text(text) => Time::parse(text),
        _ => None,
    }
}

pub(super) fn uuid(value: &Literal) -> Option<u128> {
    match value {
        Literal::Uuid(number) => Some(*number),
        Literal::Int(number) => u128::try_from(*number).ok(),
        Literal::Text(text) => {
            let digits = text.replace("urn:", "").replace("uuid:", "").replace('-', "");
            let digits = digits.trim_matches(['{', '}']);
            if digits.len() == 32 { u128::from_str_radix(digits, 16).ok() } else { None }
        }
        _ => None,
    }
}

pub(super) fn hstore(value: &Literal) -> Option<Literal> {
    let text = |value: &Literal| python_str(value).map(Literal::Text);
    Some(match value {
        Literal::Dict(pairs) => {
            let pair = |(key, value): &(Literal, Literal)| {
                Some((text(key)?, if *value == Literal::None { Literal::None } else { text(value)? }))
            };
            Literal::Dict(pairs.iter().map(pair).collect::<Option<_>>()?)
        }
        Literal::List(items) => Literal::List(items.iter().map(text).collect::<Option<_>>()?),
        other => other.clone(),
    })
}

/// Source: Django `utils/ipv6.py`, `clean_ipv6_address`; what is no address stays as it is.
pub(super) fn clean_address(text: &str, unpack: bool) -> SmolStr {
    let text = text.trim();
    match text.parse::<Ipv6Addr>() {
        Ok(address) if text.contains(':') => match address.to_ipv4_mapped() {
            Some(address) if unpack => address.to_string().into(),
            Some(address) => format!("::ffff:{address}").into(),
            None => address.to_string().into(),
        },
        _ => text.into(),
    }
}
