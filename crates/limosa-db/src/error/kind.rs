//! Kinds of errors, and how each database's codes map to them.

use rusqlite::ffi;

/// What kind of failure a [`DbError`](super::DbError) is, the same for all databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DbErrorKind {
    /// The server or the file cannot be reached.
    Unreachable,
    /// The server refused the user, the password or the way of connecting.
    Auth,
    /// There is no database of this name.
    NoDatabase,
    /// The connection broke; whether the last statement took effect is not known.
    ConnectionLost,
    /// The TLS connection could not be made or trusted.
    Tls,
    /// A lock was not free in time.
    LockTimeout,
    /// Two transactions waited for each other.
    Deadlock,
    /// The transaction conflicts with another.
    Serialization,
    /// The statement was cancelled, by a person or by a time limit.
    Cancelled,
    /// The database, its file or the transaction is read-only.
    ReadOnly,
    /// The role may not do it.
    Permission,
    /// A unique constraint is violated.
    Unique,
    /// A foreign key is violated.
    ForeignKey,
    /// A column without a value must have one.
    NotNull,
    /// A check or exclusion constraint is violated.
    Check,
    /// An object of this name exists already.
    AlreadyExists,
    /// An object of this name does not exist.
    Missing,
    /// Other objects depend on it.
    Dependent,
    /// The statement cannot be understood.
    Syntax,
    /// The statement cannot run inside a transaction.
    InTransaction,
    /// The transaction has failed already and only a rollback is possible.
    FailedTransaction,
    /// The disk or the memory is full.
    Resources,
    /// The file is not a database, or is damaged.
    Corrupt,
    /// The database or a wish about the connection is not supported.
    Unsupported,
    /// Any other error.
    Other,
}

impl DbErrorKind {
    /// Returns whether the same work may succeed when it is tried again after a rollback.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::LockTimeout | Self::Deadlock | Self::Serialization)
    }

    /// Maps an SQLSTATE of PostgreSQL.
    pub(crate) fn of_sqlstate(code: &str) -> Self {
        match code {
            "3D000" => Self::NoDatabase,
            "57P01" | "57P02" | "57P05" | "25P03" => Self::ConnectionLost,
            "57P03" | "53300" => Self::Unreachable,
            "55P03" => Self::LockTimeout,
            "40P01" => Self::Deadlock,
            "40001" => Self::Serialization,
            "57014" => Self::Cancelled,
            "25006" => Self::ReadOnly,
            "42501" => Self::Permission,
            "23505" => Self::Unique,
            "23503" => Self::ForeignKey,
            "23502" => Self::NotNull,
            "23514" | "23P01" => Self::Check,
            "42P07" | "42701" | "42710" | "42P06" | "42723" | "42P04" => Self::AlreadyExists,
            "42P01" | "42703" | "42704" | "42883" | "3F000" => Self::Missing,
            "2BP01" => Self::Dependent,
            "42601" => Self::Syntax,
            "25001" => Self::InTransaction,
            "25P02" => Self::FailedTransaction,
            "XX001" | "XX002" => Self::Corrupt,
            "0A000" => Self::Unsupported,
            _ if code.starts_with("28") => Self::Auth,
            _ if code.starts_with("08") => Self::ConnectionLost,
            _ if code.starts_with("53") || code.starts_with("54") => Self::Resources,
            _ => Self::Other,
        }
    }

    /// Maps an error that the client library itself made while it connected or talked.
    pub(crate) fn of_client_error(text: &str) -> Self {
        if text.contains("TLS") {
            Self::Tls
        } else if text.contains("authentication") || text.contains("password missing") {
            Self::Auth
        } else if text.contains("connecting to server") || text.contains("timeout") {
            Self::Unreachable
        } else if text.contains("communicating") {
            Self::ConnectionLost
        } else {
            Self::Other
        }
    }

    /// Maps an extended result code of SQLite; for the general code the message decides.
    pub(crate) fn of_sqlite(extended: i32, message: &str) -> Self {
        match extended {
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
                return Self::Unique;
            }
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return Self::ForeignKey,
            ffi::SQLITE_CONSTRAINT_NOTNULL => return Self::NotNull,
            ffi::SQLITE_CONSTRAINT_CHECK => return Self::Check,
            _ => {}
        }
        match extended & 0xff {
            ffi::SQLITE_CANTOPEN => Self::Unreachable,
            ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => Self::LockTimeout,
            ffi::SQLITE_READONLY => Self::ReadOnly,
            ffi::SQLITE_INTERRUPT => Self::Cancelled,
            ffi::SQLITE_PERM | ffi::SQLITE_AUTH => Self::Permission,
            ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB => Self::Corrupt,
            ffi::SQLITE_FULL | ffi::SQLITE_NOMEM | ffi::SQLITE_TOOBIG => Self::Resources,
            ffi::SQLITE_IOERR => Self::ConnectionLost,
            ffi::SQLITE_ERROR if message.contains("already exists") || message.contains("duplicate column") => {
                Self::AlreadyExists
            }
            ffi::SQLITE_ERROR if message.contains("no such") || message.contains("has no column named") => {
                Self::Missing
            }
            ffi::SQLITE_ERROR if message.contains("syntax error") || message.contains("incomplete input") => {
                Self::Syntax
            }
            ffi::SQLITE_ERROR if message.contains("within a transaction") => Self::InTransaction,
            _ => Self::Other,
        }
    }
}
