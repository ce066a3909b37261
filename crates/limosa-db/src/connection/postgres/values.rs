//! Values on their way to PostgreSQL and from it.

use std::error::Error;
use std::sync::Arc;

use tokio_postgres::SimpleQueryMessage;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{Format, FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::super::row::hex_text;
use super::super::{Param, Row};
use crate::error::{DbError, DbErrorKind};

/// A parameter as text, which the server reads as the type that it expects.
#[derive(Debug)]
pub(super) struct ParamText(Option<String>);

impl ParamText {
    pub(super) fn new(param: &Param) -> Self {
        Self(match param {
            Param::Null => None,
            Param::Bool(value) => Some(if *value { "t" } else { "f" }.to_owned()),
            Param::Int(value) => Some(value.to_string()),
            Param::Float(value) => Some(value.to_string()),
            Param::Text(value) => Some(value.clone()),
            Param::Bytes(value) => Some(hex_text(value)),
        })
    }
}

impl ToSql for ParamText {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let Some(text) = &self.0 else { return Ok(IsNull::Yes) };
        out.extend_from_slice(text.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}

/// Returns the rows of a simple query, which come as text.
pub(super) fn simple_rows(messages: &[SimpleQueryMessage]) -> Vec<Row> {
    let mut columns: Arc<[String]> = Arc::new([]);
    let mut rows = Vec::new();
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(described) => {
                columns = described.iter().map(|column| column.name().to_owned()).collect();
            }
            SimpleQueryMessage::Row(row) => {
                let values = (0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect();
                rows.push(Row::new(Arc::clone(&columns), values));
            }
            _ => {}
        }
    }
    rows
}

/// Returns the rows of a query with parameters, which come in binary.
pub(super) fn rows(rows: &[tokio_postgres::Row]) -> Result<Vec<Row>, DbError> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let columns: Arc<[String]> = first.columns().iter().map(|column| column.name().to_owned()).collect();
    let read = |row: &tokio_postgres::Row| {
        let values = (0..row.len()).map(|index| {
            let value = row.try_get::<_, Option<AsText>>(index).map_err(|error| {
                let kind = row.columns()[index].type_().name().to_owned();
                let hint = format!("cast the column {:?} to text in the query", columns[index]);
                DbError::new(DbErrorKind::Unsupported, format!("cannot read a value of type {kind}: {error}"))
                    .with_hint(hint)
            })?;
            Ok(value.map(|AsText(text)| text))
        });
        Ok(Row::new(Arc::clone(&columns), values.collect::<Result<_, DbError>>()?))
    };
    rows.iter().map(read).collect()
}

/// A binary value of a common type, written as the server would write it.
struct AsText(String);

impl<'a> FromSql<'a> for AsText {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let text = match *kind {
            Type::BOOL => if bool::from_sql(kind, raw)? { "t" } else { "f" }.to_owned(),
            Type::INT2 => i16::from_sql(kind, raw)?.to_string(),
            Type::INT4 => i32::from_sql(kind, raw)?.to_string(),
            Type::INT8 => i64::from_sql(kind, raw)?.to_string(),
            Type::OID => u32::from_sql(kind, raw)?.to_string(),
            Type::FLOAT4 => f32::from_sql(kind, raw)?.to_string(),
            Type::FLOAT8 => f64::from_sql(kind, raw)?.to_string(),
            Type::CHAR => char::from(raw.first().copied().unwrap_or_default()).to_string(),
            Type::BYTEA => hex_text(raw),
            Type::JSONB => std::str::from_utf8(raw.get(1..).unwrap_or_default())?.to_owned(),
            _ => std::str::from_utf8(raw)?.to_owned(),
        };
        Ok(Self(text))
    }

    fn accepts(kind: &Type) -> bool {
        let known = [
            Type::BOOL,
            Type::INT2,
            Type::INT4,
            Type::INT8,
            Type::OID,
            Type::FLOAT4,
            Type::FLOAT8,
            Type::CHAR,
            Type::BYTEA,
            Type::TEXT,
            Type::VARCHAR,
            Type::BPCHAR,
            Type::NAME,
            Type::JSON,
            Type::JSONB,
            Type::XML,
            Type::UNKNOWN,
        ];
        known.contains(kind)
    }
}
