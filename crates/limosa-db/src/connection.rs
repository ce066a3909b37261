//! One connection to a database, with the same methods for all databases.

mod batch;
mod cancel;
mod mysql;
mod notice;
mod options;
mod postgres;
mod row;
mod sqlite;
mod tls;
mod transaction;
mod words;

use limosa_sql::dialect::{Dialect, Flavour, MySqlSettings};

pub use self::batch::BatchError;
pub use self::cancel::CancelHandle;
pub use self::notice::Notice;
pub use self::options::ConnectOptions;
pub use self::row::{Param, Row};
use crate::error::{DbError, DbErrorKind};
use crate::url::DatabaseUrl;

pub(crate) use self::mysql::{MysqlConnection, Sender};
pub(crate) use self::postgres::PostgresConnection;
pub(crate) use self::sqlite::SqliteConnection;
pub(crate) use self::words::{literal, quote};

/// A connection to a database.
///
/// Its methods take `&self` and may be awaited one after another; a statement that runs can be stopped from elsewhere with a
/// [`CancelHandle`]. A future that is dropped does not stop its statement. When the connection is dropped, an open transaction
/// is rolled back by the database.
#[derive(Debug)]
pub struct Connection {
    backend: Backend,
}

#[derive(Debug)]
pub(crate) enum Backend {
    Mysql(MysqlConnection),
    Postgres(PostgresConnection),
    Sqlite(SqliteConnection),
}

impl Connection {
    /// Connects to a database.
    ///
    /// # Errors
    /// When the database cannot be reached, refuses, or is not supported.
    pub async fn open(url: &DatabaseUrl, options: &ConnectOptions) -> Result<Self, DbError> {
        let backend = match url.dialect() {
            Dialect::Postgres => Backend::Postgres(PostgresConnection::open(url, options).await?),
            Dialect::Sqlite => Backend::Sqlite(SqliteConnection::open(url, options).await?),
            Dialect::MySql => Backend::Mysql(MysqlConnection::open(url, options).await?),
        };
        Ok(Self { backend })
    }

    /// Returns the dialect of the database.
    pub fn dialect(&self) -> Dialect {
        match &self.backend {
            Backend::Mysql(_) => Dialect::MySql,
            Backend::Postgres(_) => Dialect::Postgres,
            Backend::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// Returns which of the databases that share the dialect it is.
    pub fn flavour(&self) -> Flavour {
        match &self.backend {
            Backend::Mysql(connection) => connection.server().flavour,
            Backend::Postgres(_) | Backend::Sqlite(_) => Flavour::Plain,
        }
    }

    /// Returns the server's settings on which SQL depends (MySQL and MariaDB).
    pub fn mysql_settings(&self) -> Option<&MySqlSettings> {
        match &self.backend {
            Backend::Mysql(connection) => Some(&connection.server().settings),
            Backend::Postgres(_) | Backend::Sqlite(_) => None,
        }
    }

    /// Returns the server's version as a number: PostgreSQL 15.4 is 150004, SQLite 3.45.1 is 3045001, MariaDB 10.11.6 is 10011006.
    pub fn server_version(&self) -> u32 {
        match &self.backend {
            Backend::Mysql(connection) => connection.server().version_number(),
            Backend::Postgres(connection) => connection.server_version(),
            Backend::Sqlite(_) => u32::try_from(rusqlite::version_number()).unwrap_or(0),
        }
    }

    /// Returns the number of the server's end: the process on PostgreSQL, the connection on MySQL and MariaDB.
    pub fn backend_id(&self) -> Option<i64> {
        match &self.backend {
            Backend::Mysql(connection) => Some(connection.server().session.into()),
            Backend::Postgres(connection) => Some(connection.backend_id().into()),
            Backend::Sqlite(_) => None,
        }
    }

    /// Returns whether a pooler such as PgBouncer stands between us and the server, so that a session is perhaps not ours alone.
    pub fn is_pooled(&self) -> bool {
        match &self.backend {
            Backend::Postgres(connection) => connection.is_pooled(),
            Backend::Mysql(_) | Backend::Sqlite(_) => false,
        }
    }

    /// Returns the file of the database (SQLite, unless it is in memory).
    pub fn path(&self) -> Option<&std::path::Path> {
        match &self.backend {
            Backend::Mysql(_) | Backend::Postgres(_) => None,
            Backend::Sqlite(connection) => connection.path(),
        }
    }

    /// Runs one statement and returns how many rows it changed; rows that it returns are dropped.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn execute(&self, sql: &str) -> Result<u64, DbError> {
        match &self.backend {
            Backend::Mysql(connection) => connection.execute(sql).await,
            Backend::Postgres(connection) => connection.execute(sql).await,
            Backend::Sqlite(connection) => connection.execute(sql).await,
        }
    }

    /// Runs a statement that creates a table; returns `false` when another runner was quicker.
    ///
    /// # Errors
    /// When the database refuses it for another reason.
    pub(crate) async fn create_table(&self, sql: &str) -> Result<bool, DbError> {
        match self.execute(sql).await {
            Ok(_) => Ok(true),
            // Of two that create at once, PostgreSQL may refuse one with a violated key of its own catalog.
            Err(error) if matches!(error.kind, DbErrorKind::AlreadyExists | DbErrorKind::Unique) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Runs one statement with parameters (`$1`, `$2`; on SQLite `?1`, `?2`; on MySQL `?`, `?`) and returns its rows.
    ///
    /// Without parameters every value comes as the database writes it. With parameters PostgreSQL can return numbers, texts,
    /// booleans and dates; cast others to `text` in the query.
    ///
    /// # Errors
    /// When the database refuses it, or a value cannot be read as text.
    pub async fn query(&self, sql: &str, params: &[Param]) -> Result<Vec<Row>, DbError> {
        match &self.backend {
            Backend::Mysql(connection) => connection.query(sql, params).await,
            Backend::Postgres(connection) => connection.query(sql, params).await,
            Backend::Sqlite(connection) => connection.query(sql, params).await,
        }
    }

    /// Runs statements in order until one fails, in few round trips where that is safe.
    ///
    /// On PostgreSQL, inside a transaction, they are sent in one go: after a failure the server refuses the rest.
    ///
    /// # Errors
    /// With the index of the statement that failed; those before it succeeded, those after it have had no effect.
    pub async fn batch<S: AsRef<str> + Sync>(&self, statements: &[S]) -> Result<(), BatchError> {
        match &self.backend {
            Backend::Mysql(connection) => connection.batch(statements).await,
            Backend::Postgres(connection) => connection.batch(statements).await,
            Backend::Sqlite(connection) => connection.batch(statements).await,
        }
    }

    /// Runs statements as [`Connection::batch`] does, of which one is a fence that must change exactly one row; returns whether it did.
    ///
    /// When it did not, those after it were not run, or ran inside the open transaction, which must be rolled back.
    ///
    /// # Errors
    /// As [`Connection::batch`].
    pub async fn batch_fenced<S: AsRef<str> + Sync>(&self, statements: &[S], fence: usize) -> Result<bool, BatchError> {
        if let Backend::Postgres(connection) = &self.backend
            && let Some(changed) = connection.pipeline(statements, Some(fence)).await
        {
            return changed.map(|changed| changed == 1);
        }
        let later = |offset: usize| move |failed: BatchError| BatchError { index: failed.index + offset, ..failed };
        let (before, rest) = statements.split_at(fence.min(statements.len()));
        self.batch(before).await?;
        let [fenced, after @ ..] = rest else { return Ok(false) };
        let changed = self.execute(fenced.as_ref()).await.map_err(|error| BatchError { index: fence, error })?;
        if changed != 1 {
            return Ok(false);
        }
        self.batch(after).await.map_err(later(fence + 1)).map(|()| true)
    }

    /// Returns whether the connection is known to be lost.
    pub fn is_closed(&self) -> bool {
        match &self.backend {
            Backend::Mysql(connection) => connection.is_closed(),
            Backend::Postgres(connection) => connection.is_closed(),
            Backend::Sqlite(connection) => connection.is_closed(),
        }
    }

    /// Returns a handle that stops the running statement from elsewhere.
    pub fn cancel_handle(&self) -> CancelHandle {
        match &self.backend {
            Backend::Mysql(connection) => CancelHandle::Mysql(connection.cancel()),
            Backend::Postgres(connection) => CancelHandle::Postgres(connection.cancel()),
            Backend::Sqlite(connection) => CancelHandle::Sqlite(connection.cancel()),
        }
    }

    /// Writes a text as a literal of SQL, as this server reads it.
    pub fn literal(&self, text: &str) -> String {
        literal(self.literals(), text)
    }

    /// Returns the dialect whose literals this server reads.
    pub(crate) fn literals(&self) -> Dialect {
        match self.mysql_settings() {
            Some(settings) if settings.no_backslash_escapes => Dialect::Sqlite,
            _ => self.dialect(),
        }
    }

    /// Takes the notices that the server sent since the last call (PostgreSQL).
    pub fn take_notices(&self) -> Vec<Notice> {
        match &self.backend {
            Backend::Postgres(connection) => connection.take_notices(),
            Backend::Mysql(_) | Backend::Sqlite(_) => Vec::new(),
        }
    }

    /// Closes the connection and waits until the database's side is let go.
    pub async fn close(self) {
        match self.backend {
            Backend::Mysql(connection) => connection.close().await,
            Backend::Postgres(connection) => connection.close().await,
            Backend::Sqlite(connection) => connection.close().await,
        }
    }

    pub(crate) fn backend(&self) -> &Backend {
        &self.backend
    }
}
