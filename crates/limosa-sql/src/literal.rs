//! Python values that are known without Python, and how a dialect writes them in SQL.
//!
//! A [`Literal`] begins as a value written in a migration; a field prepares it for a database (`prepare`), and
//! [`Literal::quote`] writes it exactly as Django's `quote_value` does, which leaves the text to the driver.

mod convert;
mod decimal;
mod default;
mod json;
mod mysql;
mod object;
mod postgres;
mod prepare;
mod python;
mod range;
mod sqlite;
mod temporal;

use std::sync::Arc;

use limosa_model::SmolStr;

pub(crate) use self::convert::integer;
pub use self::decimal::Decimal;
pub(crate) use self::json::json_string;
pub(crate) use self::prepare::{is_integer, is_range};
pub use self::range::Range;
pub use self::temporal::{DateTime, Time};
use crate::dialect::{Context, Dialect};
use crate::expression::ExpressionError;

/// A Python value that is known without Python.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `None`.
    None,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i128),
    /// An integer with its width, as Django gives it to PostgreSQL.
    Sized(i128, IntWidth),
    /// A floating-point number.
    Float(f64),
    /// A `decimal.Decimal`.
    Decimal(Decimal),
    /// A text.
    Text(SmolStr),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A `datetime.date`.
    Date(jiff::civil::Date),
    /// A `datetime.datetime`.
    DateTime(DateTime),
    /// A `datetime.time`.
    Time(Time),
    /// A `datetime.timedelta` in microseconds.
    Duration(i128),
    /// A `uuid.UUID`.
    Uuid(u128),
    /// An IP address.
    Inet(SmolStr),
    /// A JSON document, written out.
    Json(SmolStr),
    /// A list, or a tuple that serves as one.
    List(Vec<Literal>),
    /// A dictionary.
    Dict(Vec<(Literal, Literal)>),
    /// A range of PostgreSQL.
    Range(Box<Range>),
}

/// The width of an integer in PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntWidth {
    /// `smallint`.
    Int2,
    /// `integer`.
    Int4,
    /// `bigint`.
    Int8,
}

impl Literal {
    /// Writes the value into the text of a statement.
    ///
    /// Source: Django `db/backends/*/schema.py`, `DatabaseSchemaEditor.quote_value`.
    ///
    /// # Errors
    /// When the database's driver has no way to write it.
    pub fn quote(&self, context: &Context) -> Result<String, ExpressionError> {
        match context.dialect {
            Dialect::Postgres => postgres::quote(self, context),
            Dialect::Sqlite => sqlite::quote(self),
            Dialect::MySql => mysql::quote(self, context),
        }
    }

    /// Writes the value as the driver does when it is a parameter of a statement.
    ///
    /// Only MySQL's writes some values otherwise than [`Literal::quote`].
    ///
    /// # Errors
    /// As [`Literal::quote`].
    pub fn executed(&self, context: &Context) -> Result<String, ExpressionError> {
        match context.dialect {
            Dialect::MySql => mysql::executed(self),
            Dialect::Postgres | Dialect::Sqlite => self.quote(context),
        }
    }

    /// Returns Python's `str` of the value, where it is a plain one.
    pub(crate) fn to_text(&self) -> Option<SmolStr> {
        python::python_str(self)
    }

    /// Returns the text, when it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The error for a value that cannot be made what it should be.
fn invalid(class: &str, why: impl Into<String>) -> ExpressionError {
    ExpressionError::Invalid { class: class.into(), why: why.into() }
}
