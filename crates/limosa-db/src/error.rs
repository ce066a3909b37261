//! What a database says when it refuses, in one shape for all databases.

mod kind;
mod mysql;

use std::fmt;
use std::ops::{Deref, DerefMut};

use limosa_sql::dialect::Dialect;

pub use self::kind::DbErrorKind;

/// An error of a database or of the way to it; its fields are those of [`DbReport`].
///
/// It never holds a password: it is built from what the server answered and from the name of the host.
#[derive(Clone, PartialEq, Eq)]
pub struct DbError(Box<DbReport>);

/// What a database reports of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DbReport {
    /// What kind of failure it is.
    pub kind: DbErrorKind,
    /// The SQLSTATE on PostgreSQL, the error number on MySQL and MariaDB, the extended result code on SQLite.
    pub code: Option<String>,
    /// The SQLSTATE, where the database has one.
    pub sqlstate: Option<String>,
    /// What went wrong, in the database's words.
    pub message: String,
    /// More about it, in the database's words.
    pub detail: Option<String>,
    /// What to do about it, in the database's words.
    pub hint: Option<String>,
    /// Where in the statement, in characters from 1.
    pub position: Option<u32>,
    /// The function or query inside which it happened (PostgreSQL's `CONTEXT`).
    pub context: Option<String>,
    /// The table that it is about.
    pub table: Option<String>,
    /// The constraint that it is about.
    pub constraint: Option<String>,
}

impl DbError {
    /// Returns an error of a kind with a message.
    pub fn new(kind: DbErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(DbReport {
            kind,
            code: None,
            sqlstate: None,
            message: message.into(),
            detail: None,
            hint: None,
            position: None,
            context: None,
            table: None,
            constraint: None,
        }))
    }

    /// Returns the error that a database reported to somebody else, by its code.
    pub fn of_code(dialect: Dialect, code: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let kind = match dialect {
            Dialect::Postgres => DbErrorKind::of_sqlstate(code),
            Dialect::MySql => code.parse().map_or(DbErrorKind::Other, |code| mysql::kind(code, &message)),
            Dialect::Sqlite => code.parse().map_or(DbErrorKind::Other, |code| DbErrorKind::of_sqlite(code, &message)),
        };
        let mut error = Self::new(kind, message);
        error.code = Some(code.to_owned());
        error
    }

    /// Adds a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a detail.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Returns whether the same work may succeed when it is tried again after a rollback.
    pub fn is_retryable(&self) -> bool {
        self.kind.is_retryable()
    }
}

impl Deref for DbError {
    type Target = DbReport;

    fn deref(&self) -> &DbReport {
        &self.0
    }
}

impl DerefMut for DbError {
    fn deref_mut(&mut self) -> &mut DbReport {
        &mut self.0
    }
}

impl fmt::Debug for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.code {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for DbError {}

impl From<tokio_postgres::Error> for DbError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(reported) = error.as_db_error() else {
            let text = chain(&error);
            let kind =
                if error.is_closed() { DbErrorKind::ConnectionLost } else { DbErrorKind::of_client_error(&text) };
            return Self::new(kind, text);
        };
        let position = match reported.position() {
            Some(tokio_postgres::error::ErrorPosition::Original(position)) => Some(*position),
            _ => None,
        };
        Self(Box::new(DbReport {
            kind: DbErrorKind::of_sqlstate(reported.code().code()),
            code: Some(reported.code().code().to_owned()),
            sqlstate: Some(reported.code().code().to_owned()),
            message: reported.message().to_owned(),
            detail: reported.detail().map(str::to_owned),
            hint: reported.hint().map(str::to_owned),
            position,
            context: reported.where_().map(str::to_owned),
            table: reported.table().map(str::to_owned),
            constraint: reported.constraint().map(str::to_owned),
        }))
    }
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        let (code, message, offset, sql) = match &error {
            rusqlite::Error::SqliteFailure(code, message) => (*code, message.clone(), None, ""),
            rusqlite::Error::SqlInputError { error, msg, sql, offset } => {
                (*error, Some(msg.clone()), usize::try_from(*offset).ok(), sql.as_str())
            }
            rusqlite::Error::MultipleStatement => {
                return Self::new(DbErrorKind::Syntax, "several statements where one is expected");
            }
            _ => return Self::new(DbErrorKind::Other, error.to_string()),
        };
        let message = message.unwrap_or_else(|| code.to_string());
        let mut error = Self::new(DbErrorKind::of_sqlite(code.extended_code, &message), message);
        error.code = Some(code.extended_code.to_string());
        error.position = offset.and_then(|offset| position(sql, offset));
        error
    }
}

/// Turns an offset in bytes into a position in characters from 1.
fn position(sql: &str, offset: usize) -> Option<u32> {
    u32::try_from(sql.get(..offset)?.chars().count() + 1).ok()
}

/// Returns an error's message with those of its causes, each said once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let part = cause.to_string();
        if !text.contains(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        source = cause.source();
    }
    text
}
