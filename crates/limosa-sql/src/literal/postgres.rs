//! Literals of PostgreSQL, as psycopg writes them.

use limosa_model::django::DjangoVersion;

use super::python::{hyphenated, python_float};
use super::temporal::{Date, Duration};
use super::{IntWidth, Literal, Range, invalid};
use crate::dialect::{Context, Driver};
use crate::expression::ExpressionError;

pub(super) fn quote(value: &Literal, context: &Context) -> Result<String, ExpressionError> {
    let driver = context.driver;
    Ok(match value {
        Literal::None => "NULL".to_owned(),
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) | Literal::Sized(value, _) => signed(value.to_string()),
        Literal::Float(value) if !value.is_finite() => format!("'{}'::float8", dump_float(*value)),
        Literal::Float(value) => signed(dump_float(*value)),
        Literal::Decimal(value) => signed(value.to_string()),
        // Up to Django 4.2 percent signs are doubled, and stay so.
        Literal::Text(text) if context.django < DjangoVersion::V52 => quote_text(&text.replace('%', "%%")),
        Literal::Text(text) => quote_text(text),
        Literal::List(items) if driver == Driver::Psycopg2 => {
            let items = items.iter().map(|item| quote(item, context)).collect::<Result<Vec<_>, _>>()?;
            if items.is_empty() { "'{}'".to_owned() } else { format!("ARRAY[{}]", items.join(",")) }
        }
        Literal::Uuid(number) if driver == Driver::Psycopg2 => format!("'{}'::uuid", hyphenated(*number)),
        Literal::DateTime(value) if driver == Driver::Psycopg2 => {
            let kind = if value.offset.is_some() { "timestamptz" } else { "timestamp" };
            format!("'{}'::{kind}", value.to_string().replacen(' ', "T", 1))
        }
        Literal::Duration(micros) if driver == Driver::Psycopg2 => {
            let (days, rest) = (micros.div_euclid(86_400_000_000), micros.rem_euclid(86_400_000_000));
            format!("'{days} days {}.{:06} seconds'::interval", rest / 1_000_000, rest % 1_000_000)
        }
        Literal::Dict(_) => {
            let text = quote_text(&dump(value)?);
            if driver == Driver::Psycopg3 { format!("{text}::hstore") } else { text }
        }
        // Digits need no escaping, and psycopg knows that the server takes backslashes as they are.
        Literal::Bytes(_) => format!("'{}'::bytea", dump(value)?),
        value => {
            let text = quote_text(&dump(value)?);
            match type_name(value) {
                Some(name) => format!("{text}::{name}"),
                None => text,
            }
        }
    })
}

/// A minus sign stands behind a space, so that it never makes a comment of another one before it.
fn signed(number: String) -> String {
    if number.starts_with('-') { format!(" {number}") } else { number }
}

/// Source: libpq's `PQescapeLiteral`.
fn quote_text(text: &str) -> String {
    let escaped = text.replace('\'', "''");
    if text.contains('\\') { format!(" E'{}'", escaped.replace('\\', "\\\\")) } else { format!("'{escaped}'") }
}

/// The text that PostgreSQL reads as the value.
fn dump(value: &Literal) -> Result<String, ExpressionError> {
    Ok(match value {
        Literal::Bool(value) => if *value { "t" } else { "f" }.to_owned(),
        Literal::Int(value) | Literal::Sized(value, _) => value.to_string(),
        Literal::Float(value) => dump_float(*value),
        Literal::Decimal(value) => value.to_string(),
        Literal::Text(text) | Literal::Inet(text) | Literal::Json(text) => text.to_string(),
        Literal::Bytes(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("\\x{digits}")
        }
        Literal::Date(date) => Date(*date).to_string(),
        Literal::DateTime(value) => value.to_string(),
        Literal::Time(value) => value.to_string(),
        Literal::Duration(micros) => Duration(*micros).to_string().replace(',', ""),
        Literal::Uuid(number) => format!("{number:032x}"),
        Literal::List(items) => dump_array(items)?,
        Literal::Range(range) => dump_range(range)?,
        Literal::Dict(pairs) => dump_hstore(pairs)?,
        Literal::None => return Err(invalid("psycopg", "None has no text")),
    })
}

fn dump_float(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else {
        python_float(value)
    }
}

/// Source: psycopg `types/array.py`, `ListDumper`.
fn dump_array(items: &[Literal]) -> Result<String, ExpressionError> {
    let mut parts = Vec::with_capacity(items.len());
    for item in items {
        parts.push(match item {
            Literal::None => "NULL".to_owned(),
            Literal::List(items) => dump_array(items)?,
            item => {
                let text = dump(item)?;
                let special = |c: char| matches!(c, '"' | '{' | '}' | ',' | '\\') || c.is_ascii_whitespace();
                if text.is_empty() || text.eq_ignore_ascii_case("null") || text.contains(special) {
                    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
                } else {
                    text
                }
            }
        });
    }
    Ok(format!("{{{}}}", parts.join(",")))
}

/// Source: psycopg `types/range.py`, `dump_range_text`.
fn dump_range(range: &Range) -> Result<String, ExpressionError> {
    if range.empty {
        return Ok("empty".to_owned());
    }
    let bound = |value: &Literal| {
        if *value == Literal::None {
            return Ok::<_, ExpressionError>(String::new());
        }
        let text = dump(value)?;
        let special = |c: char| matches!(c, '"' | ',' | '\\' | '(' | ')' | '[' | ']') || c.is_ascii_whitespace();
        Ok(if text.is_empty() || text.contains(special) {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\"\""))
        } else {
            text
        })
    };
    let (left, right) = range.bounds.split_at_checked(1).unwrap_or(("[", ")"));
    Ok(format!("{left}{},{}{right}", bound(&range.lower)?, bound(&range.upper)?))
}

fn dump_hstore(pairs: &[(Literal, Literal)]) -> Result<String, ExpressionError> {
    let escape = |value: &Literal| {
        let text = value.as_text().ok_or_else(|| invalid("hstore", "a key or a value is not a text"))?;
        Ok::<_, ExpressionError>(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
    };
    let mut parts = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        let value = if *value == Literal::None { "NULL".to_owned() } else { escape(value)? };
        parts.push(format!("{}=>{value}", escape(key)?));
    }
    Ok(parts.join(","))
}

/// The type to which psycopg casts a literal.
fn type_name(value: &Literal) -> Option<String> {
    let name = match value {
        Literal::Bytes(_) => "bytea",
        Literal::Date(_) => "date",
        Literal::DateTime(value) => {
            if value.offset.is_some() {
                "timestamptz"
            } else {
                "timestamp"
            }
        }
        Literal::Time(value) => {
            if value.offset.is_some() {
                "timetz"
            } else {
                "time"
            }
        }
        Literal::Duration(_) => "interval",
        Literal::Uuid(_) => "uuid",
        Literal::Inet(_) => "inet",
        Literal::Json(_) => "jsonb",
        Literal::List(items) => return element_type(items).map(|name| format!("{name}[]")),
        Literal::Range(range) => {
            if range.empty {
                return None;
            }
            let bound = if range.lower == Literal::None { &range.upper } else { &range.lower };
            match bound {
                Literal::Sized(_, IntWidth::Int8) => "int8range",
                Literal::Sized(_, _) => "int4range",
                Literal::Decimal(_) => "numrange",
                Literal::Date(_) => "daterange",
                // Django sends naive moments as such with a time zone, too.
                Literal::DateTime(_) => "tstzrange",
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(name.to_owned())
}

fn element_type(items: &[Literal]) -> Option<String> {
    let mut leaves = Vec::new();
    collect_leaves(items, &mut leaves);
    let first = *leaves.first()?;
    Some(match first {
        Literal::Bool(_) => "bool".to_owned(),
        Literal::Float(_) => "float8".to_owned(),
        Literal::Decimal(_) => "numeric".to_owned(),
        Literal::Sized(_, width) => match width {
            IntWidth::Int2 => "int2",
            IntWidth::Int4 => "int4",
            IntWidth::Int8 => "int8",
        }
        .to_owned(),
        Literal::Int(_) => integer_type(&leaves).to_owned(),
        value => type_name(value)?,
    })
}

fn collect_leaves<'a>(items: &'a [Literal], leaves: &mut Vec<&'a Literal>) {
    for item in items {
        match item {
            Literal::None => {}
            Literal::List(items) => collect_leaves(items, leaves),
            item => leaves.push(item),
        }
    }
}

/// psycopg takes the smallest type that holds all numbers.
fn integer_type(leaves: &[&Literal]) -> &'static str {
    let numbers = || leaves.iter().filter_map(|leaf| if let Literal::Int(value) = leaf { Some(*value) } else { None });
    let fits = |min: i128, max: i128| numbers().all(|value| (min..=max).contains(&value));
    if fits(i128::from(i16::MIN), i128::from(i16::MAX)) {
        "int2"
    } else if fits(i128::from(i32::MIN), i128::from(i32::MAX)) {
        "int4"
    } else if fits(i128::from(i64::MIN), i128::from(i64::MAX)) {
        "int8"
    } else {
        "numeric"
    }
}
