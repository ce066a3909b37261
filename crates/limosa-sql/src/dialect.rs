//! The databases whose SQL is written and read.

use std::fmt;

/// A database's dialect of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
    /// MySQL and MariaDB.
    MySql,
}

impl Dialect {
    /// Returns the name that Django's `connection.vendor` has for the database.
    pub fn vendor(self) -> &'static str {
        match self {
            Self::Postgres => "postgresql",
            Self::Sqlite => "sqlite",
            Self::MySql => "mysql",
        }
    }

    /// Returns the longest name that the database keeps, in characters; `None` where it has no limit.
    pub fn max_name_length(self) -> Option<usize> {
        match self {
            Self::Postgres => Some(63),
            Self::Sqlite => None,
            Self::MySql => Some(64),
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
            Self::MySql => "MySQL",
        })
    }
}
