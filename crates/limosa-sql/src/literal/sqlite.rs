//! Literals of SQLite, as Django's schema editor writes them.

use super::python::python_float;
use super::temporal::Date;
use super::{Literal, invalid};
use crate::expression::ExpressionError;

/// Source: Django `db/backends/sqlite3/schema.py`, `DatabaseSchemaEditor.quote_value`, with the adapters of `base.py`.
pub(super) fn quote(value: &Literal) -> Result<String, ExpressionError> {
    let text = match value {
        Literal::None => return Ok("NULL".to_owned()),
        Literal::Bool(value) => return Ok(u8::from(*value).to_string()),
        Literal::Int(value) | Literal::Sized(value, _) => return Ok(value.to_string()),
        Literal::Float(value) => return Ok(python_float(*value)),
        Literal::Bytes(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            return Ok(format!("X'{digits}'"));
        }
        Literal::Text(text) | Literal::Json(text) | Literal::Inet(text) => text.to_string(),
        Literal::Decimal(value) => value.to_string(),
        Literal::Date(date) => Date(*date).to_string(),
        Literal::DateTime(value) => value.to_string(),
        Literal::Time(_) => return Err(unknown("datetime.time")),
        Literal::Duration(_) => return Err(unknown("datetime.timedelta")),
        Literal::Uuid(_) => return Err(unknown("uuid.UUID")),
        Literal::List(_) => return Err(unknown("list")),
        Literal::Dict(_) => return Err(unknown("dict")),
        Literal::Range(_) => return Err(unknown("Range")),
    };
    Ok(format!("'{}'", text.replace('\'', "''")))
}

fn unknown(class: &str) -> ExpressionError {
    invalid(class, "SQLite has no way to write it")
}
