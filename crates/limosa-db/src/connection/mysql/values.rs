//! Values on their way to MySQL and from it.

use std::sync::Arc;

use mysql_async::consts::ColumnType;
use mysql_async::{Column, Params, Value};

use super::super::row::hex_text;
use super::super::{Param, Row};

/// The number of the character set of bytes.
const BINARY: u16 = 63;

/// Returns parameters as the driver takes them.
pub(super) fn params(params: &[Param]) -> Params {
    let value = |param: &Param| match param {
        Param::Null => Value::NULL,
        Param::Bool(value) => Value::Int((*value).into()),
        Param::Int(value) => Value::Int(*value),
        Param::Float(value) => Value::Double(*value),
        Param::Text(value) => Value::Bytes(value.clone().into_bytes()),
        Param::Bytes(value) => Value::Bytes(value.clone()),
    };
    Params::Positional(params.iter().map(value).collect())
}

/// Returns the names of a row's columns.
pub(super) fn names(row: &mysql_async::Row) -> Arc<[String]> {
    row.columns_ref().iter().map(|column| column.name_str().into_owned()).collect()
}

/// Returns a row with every value as text.
pub(super) fn row(names: &Arc<[String]>, row: &mysql_async::Row) -> Row {
    let values = row.columns_ref().iter().enumerate().map(|(index, column)| text(column, row.as_ref(index)?));
    Row::new(Arc::clone(names), values.collect())
}

/// Writes a value as the server does in answers that are text; bytes as `\x` and hexadecimal digits.
fn text(column: &Column, value: &Value) -> Option<String> {
    Some(match value {
        Value::NULL => return None,
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) if !is_binary(column) => text.to_owned(),
            _ => hex_text(bytes),
        },
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Date(year, month, day, hour, minute, second, micros) => {
            let date = format!("{year:04}-{month:02}-{day:02}");
            if column.column_type() == ColumnType::MYSQL_TYPE_DATE {
                date
            } else {
                format!("{date} {hour:02}:{minute:02}:{second:02}{}", fraction(column, *micros))
            }
        }
        Value::Time(negative, days, hours, minutes, seconds, micros) => {
            let sign = if *negative { "-" } else { "" };
            let hours = days * 24 + u32::from(*hours);
            format!("{sign}{hours:02}:{minutes:02}:{seconds:02}{}", fraction(column, *micros))
        }
    })
}

fn is_binary(column: &Column) -> bool {
    let kind = column.column_type();
    let holds_text = matches!(
        kind,
        ColumnType::MYSQL_TYPE_STRING
            | ColumnType::MYSQL_TYPE_VAR_STRING
            | ColumnType::MYSQL_TYPE_VARCHAR
            | ColumnType::MYSQL_TYPE_BLOB
            | ColumnType::MYSQL_TYPE_TINY_BLOB
            | ColumnType::MYSQL_TYPE_MEDIUM_BLOB
            | ColumnType::MYSQL_TYPE_LONG_BLOB
    );
    matches!(kind, ColumnType::MYSQL_TYPE_BIT | ColumnType::MYSQL_TYPE_GEOMETRY)
        || (holds_text && column.character_set() == BINARY)
}

/// Writes as many digits of a second's fraction as the column has.
fn fraction(column: &Column, micros: u32) -> String {
    let digits = usize::from(column.decimals().min(6));
    let all = format!("{micros:06}");
    if digits == 0 { String::new() } else { format!(".{}", &all[..digits]) }
}
