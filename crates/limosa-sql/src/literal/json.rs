//! Python's `json.dumps` and `repr` of numbers.

use std::fmt::Write as _;

use limosa_model::SmolStr;

use super::temporal::{Date, DateTime, Duration};
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

/// Python's `repr(float)`.
pub(super) fn python_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// Python's `str` of a value, as fields of text apply it.
pub(super) fn python_str(value: &Literal) -> Option<SmolStr> {
    Some(match value {
        Literal::None => SmolStr::new_static("None"),
        Literal::Bool(value) => SmolStr::new_static(if *value { "True" } else { "False" }),
        Literal::Int(value) | Literal::Sized(value, _) => smol_str::format_smolstr!("{value}"),
        Literal::Float(value) => python_float(*value).into(),
        Literal::Decimal(value) => smol_str::format_smolstr!("{value}"),
        Literal::Text(text) | Literal::Inet(text) => text.clone(),
        Literal::Date(value) => Date(*value).to_string().into(),
        Literal::DateTime(value) => value.to_string().into(),
        Literal::Time(value) => value.to_string().into(),
        Literal::Duration(value) => Duration(*value).to_string().into(),
        Literal::Uuid(value) => hyphenated(*value).into(),
        Literal::Bytes(bytes) => python_bytes(bytes).into(),
        Literal::List(items) => {
            let items = items.iter().map(python_repr).collect::<Option<Vec<_>>>()?;
            smol_str::format_smolstr!("[{}]", items.join(", "))
        }
        Literal::Dict(pairs) => {
            let pair =
                |(key, value): &(Literal, Literal)| Some(format!("{}: {}", python_repr(key)?, python_repr(value)?));
            smol_str::format_smolstr!("{{{}}}", pairs.iter().map(pair).collect::<Option<Vec<_>>>()?.join(", "))
        }
        Literal::Json(_) | Literal::Range(_) => return None,
    })
}

/// Python's `repr` of a value within a list or a dictionary, where that is its `str` or a text of plain characters.
fn python_repr(value: &Literal) -> Option<SmolStr> {
    match value {
        Literal::Text(text) => {
            let plain = text.chars().all(|character| matches!(character, ' '..='~') && character != '\\');
            let quote = if text.contains('\'') { '"' } else { '\'' };
            (plain && !text.contains(quote)).then(|| smol_str::format_smolstr!("{quote}{text}{quote}"))
        }
        Literal::None
        | Literal::Bool(_)
        | Literal::Int(_)
        | Literal::Sized(..)
        | Literal::Float(_)
        | Literal::Bytes(_)
        | Literal::List(_)
        | Literal::Dict(_) => python_str(value),
        _ => None,
    }
}

/// Writes bytes as Python's `repr` does.
fn python_bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut text = format!("b{quote}");
    for byte in bytes {
        match char::from(*byte) {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            escaped if escaped == quote => text.extend(['\\', escaped]),
            plain @ ' '..='~' => text.push(plain),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text.push(quote);
    text
}

/// Writes a UUID in its five groups.
pub(super) fn hyphenated(number: u128) -> String {
    let digits = format!("{number:032x}");
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_floats_as_python_does() {
        for (value, text) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (1.5e-5, "1.5e-05"),
            (0.0001, "0.0001"),
            (-2.5, "-2.5"),
        ] {
            assert_eq!(python_float(value), text);
        }
    }

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
