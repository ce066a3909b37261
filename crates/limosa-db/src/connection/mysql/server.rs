//! What a session must know about its server.

use limosa_sql::dialect::{Flavour, MySqlSettings, mysql_version};

use super::super::Row;
use crate::error::{DbError, DbErrorKind};

/// What is known about a server, and about the session on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    /// MySQL or MariaDB.
    pub(crate) flavour: Flavour,
    /// The version: `(10, 11, 6)` for MariaDB 10.11.6.
    pub(crate) version: (u32, u32, u32),
    /// The settings on which SQL depends.
    pub(crate) settings: MySqlSettings,
    /// The number of the session.
    pub(crate) session: u32,
    /// Whether `SQL_AUTO_IS_NULL` is on.
    pub(crate) auto_is_null: bool,
}

impl Server {
    /// The query that [`Server::read`] reads the answer of.
    ///
    /// Source: Django `db/backends/mysql/base.py`, `DatabaseWrapper.mysql_server_data`.
    pub(super) const QUERY: &str = "SELECT VERSION(), CONNECTION_ID(), @@lower_case_table_names, @@SQL_AUTO_IS_NULL, \
        @@default_storage_engine, @@sql_mode";

    /// Reads the answer.
    ///
    /// # Errors
    /// When the server's version is not understood.
    pub(super) fn read(rows: &[Row]) -> Result<Self, DbError> {
        let unknown = |version: &str| {
            DbError::new(DbErrorKind::Unsupported, format!("the server's version {version:?} is not understood"))
        };
        let row = rows.first().ok_or_else(|| unknown(""))?;
        let (flavour, version) = mysql_version(row.text(0)).ok_or_else(|| unknown(row.text(0)))?;
        let settings = MySqlSettings {
            storage_engine: row.text(4).into(),
            no_backslash_escapes: row.text(5).split(',').any(|mode| mode == "NO_BACKSLASH_ESCAPES"),
            ignores_table_name_case: row.get(2).is_some_and(|value| value != "0"),
        };
        Ok(Self { flavour, version, settings, session: row.text(1).parse().unwrap_or(0), auto_is_null: row.is_true(3) })
    }

    /// Returns whether columns of indexes are in descending order.
    ///
    /// Source: Django `db/backends/mysql/features.py`, `DatabaseFeatures.supports_index_column_ordering`.
    pub(crate) fn supports_index_order(&self) -> bool {
        let since = if self.flavour == Flavour::MariaDb { (10, 8, 0) } else { (8, 0, 1) };
        self.settings.storage_engine == "InnoDB" && self.version >= since
    }

    /// Returns the version as a number: MariaDB 10.11.6 is 10011006.
    pub(crate) fn version_number(&self) -> u32 {
        let (major, minor, patch) = self.version;
        major * 1_000_000 + minor * 1000 + patch
    }
}
