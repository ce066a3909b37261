//! Values that go to the database and come from it.

use std::sync::Arc;

use crate::error::{DbError, DbErrorKind};

/// A value that goes to the database beside a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// Null.
    Null,
    /// A boolean (0 or 1 on SQLite).
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A text; PostgreSQL reads it as the type that it expects there.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl From<&str> for Param {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Param {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Param {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Param {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// A row of a result, every value as text.
///
/// Booleans are `t` and `f` on PostgreSQL, 1 and 0 on SQLite; bytes are `\x` and hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    columns: Arc<[String]>,
    values: Vec<Option<String>>,
}

impl Row {
    /// Returns a row of values that are texts already.
    pub fn new(columns: Arc<[String]>, values: Vec<Option<String>>) -> Self {
        Self { columns, values }
    }

    /// Returns the names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Returns the values in the order of the columns.
    pub fn values(&self) -> &[Option<String>] {
        &self.values
    }

    /// Returns the value at a position; `None` for null and where there is no such position.
    pub fn get(&self, index: usize) -> Option<&str> {
        self.values.get(index)?.as_deref()
    }

    /// Returns the value of a column; `None` for null and where there is no such column.
    pub fn by_name(&self, column: &str) -> Option<&str> {
        self.get(self.columns.iter().position(|name| name == column)?)
    }

    /// Returns the whole number at a position; `None` for null.
    ///
    /// # Errors
    /// When the value is not a whole number.
    pub fn int(&self, index: usize) -> Result<Option<i64>, DbError> {
        let parse = |text: &str| {
            text.parse().map_err(|_| DbError::new(DbErrorKind::Other, format!("not a whole number: {text:?}")))
        };
        self.get(index).map(parse).transpose()
    }

    /// Returns whether the value at a position is true.
    pub fn is_true(&self, index: usize) -> bool {
        matches!(self.get(index), Some("t" | "true" | "1"))
    }

    /// Returns the text at a position, empty for null.
    pub fn text(&self, index: usize) -> &str {
        self.get(index).unwrap_or_default()
    }
}

/// Writes bytes as PostgreSQL does: `\x` and hexadecimal digits.
pub(super) fn hex_text(bytes: &[u8]) -> String {
    format!("\\x{}", hex::encode(bytes))
}
