//! Literals of MySQL and MariaDB, as mysqlclient writes them.

use limosa_model::django::DjangoVersion;

use super::python::{hyphenated, python_bytes, python_float};
use super::temporal::Date;
use super::{Literal, invalid};
use crate::dialect::Context;
use crate::expression::ExpressionError;

/// What Django writes into a statement that takes no parameters.
///
/// The driver gives back bytes for most classes, whose `repr` ends up in the statement.
///
/// Source: Django `db/backends/mysql/schema.py`, `DatabaseSchemaEditor.quote_value`.
pub(super) fn quote(value: &Literal, context: &Context) -> Result<String, ExpressionError> {
    match value {
        Literal::Int(_) | Literal::Sized(..) | Literal::Float(_) | Literal::Decimal(_) => executed(value),
        // Up to Django 4.2 percent signs are doubled, and stay so.
        Literal::Text(text) | Literal::Json(text) if context.django < DjangoVersion::V52 => {
            Ok(quote_text(&text.replace('%', "%%")))
        }
        Literal::Text(_) | Literal::Json(_) => executed(value),
        Literal::Bytes(bytes) => Ok(python_bytes(&quote_bytes(bytes))),
        value => Ok(python_bytes(executed(value)?.as_bytes())),
    }
}

/// What the driver sends for a parameter.
///
/// Source: mysqlclient `MySQLdb/connections.py`, `Connection.literal`; `converters.py`.
pub(super) fn executed(value: &Literal) -> Result<String, ExpressionError> {
    Ok(match value {
        Literal::None => "NULL".to_owned(),
        Literal::Bool(value) => u8::from(*value).to_string(),
        Literal::Int(value) | Literal::Sized(value, _) => value.to_string(),
        Literal::Float(value) if value.is_finite() => {
            let text = python_float(*value);
            if text.contains('e') { text } else { format!("{text}e0") }
        }
        Literal::Float(_) => return Err(unknown("an infinite float")),
        Literal::Decimal(value) => value.plain(),
        Literal::Text(text) | Literal::Json(text) | Literal::Inet(text) => quote_text(text),
        // A statement is text here: what is none is written in digits.
        Literal::Bytes(bytes) => String::from_utf8(quote_bytes(bytes)).unwrap_or_else(|_| hexadecimal(bytes)),
        Literal::Date(date) => format!("'{}'", Date(*date)),
        Literal::DateTime(value) => format!("'{value}'"),
        Literal::Time(value) => format!("'{value}'"),
        Literal::Duration(micros) => duration(*micros),
        Literal::Uuid(number) => format!("'{}'", hyphenated(*number)),
        Literal::List(items) => {
            let items = items.iter().map(executed).collect::<Result<Vec<_>, _>>()?;
            format!("({})", items.join(","))
        }
        Literal::Dict(_) => return Err(unknown("dict")),
        Literal::Range(_) => return Err(unknown("Range")),
    })
}

fn quote_text(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for character in text.chars() {
        match escape(character) {
            Some(letter) => quoted.extend(['\\', letter]),
            None => quoted.push(character),
        }
    }
    quoted.push('\'');
    quoted
}

fn quote_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for byte in bytes {
        match escape(char::from(*byte)).and_then(|letter| u8::try_from(letter).ok()) {
            Some(letter) => quoted.extend([b'\\', letter]),
            None => quoted.push(*byte),
        }
    }
    quoted.push(b'\'');
    quoted
}

/// Source: `mysql_real_escape_string` of the client's library.
fn escape(character: char) -> Option<char> {
    Some(match character {
        '\0' => '0',
        '\n' => 'n',
        '\r' => 'r',
        '\u{1a}' => 'Z',
        '\\' | '\'' | '"' => character,
        _ => return None,
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("x'{digits}'")
}

/// Source: mysqlclient `MySQLdb/times.py`, `format_TIMEDELTA`.
fn duration(micros: i128) -> String {
    let (sign, micros) = if micros < 0 { ("-", -micros) } else { ("", micros) };
    let (days, rest) = (micros / 86_400_000_000, micros % 86_400_000_000);
    let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
    let clock = format!("{sign}{days} {}:{}:{}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if micros == 0 { format!("'{clock}'") } else { format!("'{clock}.{micros:06}'") }
}

fn unknown(class: &str) -> ExpressionError {
    invalid(class, "MySQL has no way to write it")
}
