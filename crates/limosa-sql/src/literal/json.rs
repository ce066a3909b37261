//! Values as JSON, the way Python's `json.dumps` writes it.

use std::fmt::Write as _;

use limosa_model::SmolStr;

use super::python::{hyphenated, python_float};
use super::temporal::{Date, DateTime};
use super::{Literal, invalid};
use crate::expression::ExpressionError;

impl Literal {
    /// Writes the value as JSON, as `json.dumps` does.
    ///
    /// `lenient` takes dates, times, decimals and UUIDs as well (`DjangoJSONEncoder`).
    pub(crate) fn to_json(&self, lenient: bool) -> Result<SmolStr, ExpressionError> {
        let mut text = String::new();
        write_json(self, lenient, &mut text)?;
        Ok(text.into())
    }
}

fn write_json(value: &Literal, lenient: bool, out: &mut String) -> Result<(), ExpressionError> {
    match value {
        Literal::None => out.push_str("null"),
        Literal::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Literal::Int(value) | Literal::Sized(value, _) => _ = write!(out, "{value}"),
        Literal::Float(value) => out.push_str(&json_float(*value)),
        Literal::Text(text) => write_string(text, out),
        Literal::List(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push_str(", ");
                }
                write_json(item, lenient, out)?;
            }
            out.push(']');
        }
        Literal::Dict(pairs) => {
            out.push('{');
            for (position, (key, item)) in pairs.iter().enumerate() {
                if position > 0 {
                    out.push_str(", ");
                }
                match key {
                    Literal::Text(text) => write_string(text, out),
                    Literal::None | Literal::Bool(_) | Literal::Int(_) | Literal::Float(_) => {
                        let mut name = String::new();
                        write_json(key, lenient, &mut name)?;
                        write_string(&name, out);
                    }
                    _ => return Err(invalid("JSON", "a key of a dictionary is not a text")),
                }
                out.push_str(": ");
                write_json(item, lenient, out)?;
            }
            out.push('}');
        }
        Literal::Decimal(number) if lenient => write_string(&number.to_string(), out),
        Literal::Uuid(number) if lenient => write_string(&hyphenated(*number), out),
        Literal::Date(date) if lenient => write_string(&Date(*date).to_string(), out),
        Literal::DateTime(value) if lenient => write_string(&json_datetime(value), out),
        Literal::Time(time) if lenient && time.offset.is_none() => {
            let text = time.to_string();
            write_string(text.get(..12).unwrap_or(&text), out);
        }
        Literal::Duration(micros) if lenient => write_string(&json_duration(*micros), out),
        _ => return Err(invalid("JSON", "a value cannot be written as JSON")),
    }
    Ok(())
}

/// Writes a moment with milliseconds, as `DjangoJSONEncoder` does.
fn json_datetime(value: &DateTime) -> String {
    let mut text = value.to_string().replacen(' ', "T", 1);
    if text.as_bytes().get(19) == Some(&b'.') {
        text.replace_range(23..26, "");
    }
    match text.strip_suffix("+00:00") {
        Some(local) => format!("{local}Z"),
        None => text,
    }
}

/// Writes a duration as Django's `utils/duration.py`, `duration_iso_string`, does.
fn json_duration(micros: i128) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    let (days, hours, minutes, seconds) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{sign}P{days}DT{hours:02}H{minutes:02}M{seconds:02}{fraction}S")
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// Writes a text as `json.dumps` does.
pub(crate) fn json_string(text: &str) -> String {
    let mut out = String::new();
    write_string(text, &mut out);
    out
}

fn json_float(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else {
        python_float(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_json_as_python_does() {
        let value = Literal::Dict(vec![
            (Literal::Text("é\"".into()), Literal::List(vec![Literal::None, Literal::Bool(true), Literal::Float(1.0)])),
            (Literal::Int(1), Literal::Text("😀\n".into())),
        ]);
        let text = value.to_json(false).unwrap();
        assert_eq!(text, r#"{"\u00e9\"": [null, true, 1.0], "1": "\ud83d\ude00\n"}"#);
    }
}
