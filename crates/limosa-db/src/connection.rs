//! One connection to a database, with the same methods for all databases.

mod batch;
mod mysql;
mod postgres;
mod row;
mod sqlite;
mod tls;

use std::time::Duration;

use limosa_sql::dialect::{Dialect, Flavour, MySqlSettings};

pub use self::batch::BatchError;
pub use self::row::{Param, Row};
use crate::error::{DbError, DbErrorKind};
use crate::url::{DatabaseUrl, LibpqEnvironment};

pub(crate) use self::mysql::{MysqlConnection, Sender};
pub(crate) use self::postgres::PostgresConnection;
pub(crate) use self::sqlite::SqliteConnection;

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

/// How to connect; [`Default`] is what tests want.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// Names the run: the server shows the connection as `limosa/<run id>`.
    pub run_id: Option<String>,
    /// What is taken from libpq's environment; by default nothing.
    pub environment: LibpqEnvironment,
    /// How long to wait for the connection when the URL does not say it.
    pub connect_timeout: Duration,
    /// The session's time zone; Django's is UTC when `USE_TZ` is set.
    pub time_zone: Option<String>,
    /// The role to become after connecting (Django's `assume_role`).
    pub role: Option<String>,
    /// How long a statement waits for a lock: PostgreSQL's `lock_timeout`, SQLite's busy timeout (5 seconds by default there).
    pub lock_timeout: Option<Duration>,
    /// How long a transaction may be idle before the server ends it (PostgreSQL).
    pub idle_in_transaction_timeout: Option<Duration>,
    /// Whether an SQLite file that does not exist is created.
    pub create: bool,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            run_id: None,
            environment: LibpqEnvironment::default(),
            connect_timeout: Duration::from_secs(30),
            time_zone: Some("UTC".to_owned()),
            role: None,
            lock_timeout: None,
            idle_in_transaction_timeout: None,
            create: true,
        }
    }
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

    /// Begins a transaction; on SQLite one that may write from its start (`BEGIN IMMEDIATE`).
    ///
    /// # Errors
    /// When a transaction is open already, or the database refuses.
    pub async fn begin(&self) -> Result<(), DbError> {
        if self.in_transaction() {
            return Err(DbError::new(DbErrorKind::InTransaction, "a transaction is open already"));
        }
        let sql = match &self.backend {
            Backend::Mysql(_) | Backend::Postgres(_) => "BEGIN",
            Backend::Sqlite(_) => "BEGIN IMMEDIATE",
        };
        self.execute(sql).await.map(drop)
    }

    /// Commits the transaction.
    ///
    /// # Errors
    /// When a statement of the transaction has failed (it is rolled back then), when a deferred constraint is violated (likewise),
    /// or when the connection is lost: [`DbErrorKind::ConnectionLost`] means that the outcome is not known.
    pub async fn commit(&self) -> Result<(), DbError> {
        match &self.backend {
            Backend::Mysql(connection) => connection.commit().await,
            Backend::Postgres(connection) => connection.commit().await,
            Backend::Sqlite(connection) => connection.commit().await,
        }
    }

    /// Rolls the transaction back; without one it does nothing.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn rollback(&self) -> Result<(), DbError> {
        if !self.in_transaction() {
            return Ok(());
        }
        self.execute("ROLLBACK").await.map(drop)
    }

    /// Sets a savepoint.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn savepoint(&self, name: &str) -> Result<(), DbError> {
        self.execute(&format!("SAVEPOINT {}", self.quote(name))).await.map(drop)
    }

    /// Forgets a savepoint and keeps what was done since.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn release_savepoint(&self, name: &str) -> Result<(), DbError> {
        self.execute(&format!("RELEASE SAVEPOINT {}", self.quote(name))).await.map(drop)
    }

    /// Undoes what was done since a savepoint, which stays.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rollback_to_savepoint(&self, name: &str) -> Result<(), DbError> {
        self.execute(&format!("ROLLBACK TO SAVEPOINT {}", self.quote(name))).await.map(drop)
    }

    /// Returns whether a transaction is open, failed or not.
    pub fn in_transaction(&self) -> bool {
        match &self.backend {
            Backend::Mysql(connection) => connection.in_transaction(),
            Backend::Postgres(connection) => connection.in_transaction(),
            Backend::Sqlite(connection) => connection.in_transaction(),
        }
    }

    /// Returns whether a statement is kept as soon as it has run.
    pub fn keeps_at_once(&self) -> bool {
        match &self.backend {
            Backend::Mysql(connection) => connection.keeps_at_once(),
            Backend::Postgres(_) | Backend::Sqlite(_) => !self.in_transaction(),
        }
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
        match self.mysql_settings() {
            Some(settings) if settings.no_backslash_escapes => literal(Dialect::Sqlite, text),
            _ => literal(self.dialect(), text),
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

    fn quote(&self, name: &str) -> String {
        quote(self.dialect(), name)
    }
}

/// Stops the statement that runs on a connection.
#[derive(Clone)]
pub enum CancelHandle {
    /// Asks the server over a connection of its own.
    #[doc(hidden)]
    Mysql(mysql::Cancel),
    /// Asks the server over a connection of its own.
    #[doc(hidden)]
    Postgres(postgres::Cancel),
    /// Interrupts the library.
    #[doc(hidden)]
    Sqlite(sqlite::Cancel),
}

impl CancelHandle {
    /// Stops the running statement, which then fails with [`DbErrorKind::Cancelled`]; without one nothing happens.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn cancel(&self) -> Result<(), DbError> {
        match self {
            Self::Mysql(cancel) => cancel.cancel().await,
            Self::Postgres(cancel) => cancel.cancel().await,
            Self::Sqlite(cancel) => {
                cancel.cancel();
                Ok(())
            }
        }
    }
}

impl std::fmt::Debug for CancelHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CancelHandle")
    }
}

/// A message of the server that is not an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// `NOTICE`, `WARNING`, `INFO`, …
    pub severity: String,
    /// The SQLSTATE.
    pub code: String,
    /// The message.
    pub message: String,
    /// More about it.
    pub detail: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Quotes a name for SQL.
pub(crate) fn quote(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::MySql => format!("`{}`", name.replace('`', "``")),
        Dialect::Postgres | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// Writes a text as a literal of SQL (PostgreSQL's `standard_conforming_strings` is on, MySQL's `NO_BACKSLASH_ESCAPES` off).
pub(crate) fn literal(dialect: Dialect, text: &str) -> String {
    match dialect {
        Dialect::MySql => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
        Dialect::Postgres | Dialect::Sqlite => format!("'{}'", text.replace('\'', "''")),
    }
}

/// Returns the type of a text in a table of Limosa's, whose name on MySQL says how long it may be.
pub(crate) fn text_type(dialect: Dialect, on_mysql: &'static str) -> &'static str {
    if dialect == Dialect::MySql { on_mysql } else { "text" }
}

/// Returns the type of a point in time in a table of Limosa's.
pub(crate) fn time_type(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "timestamp with time zone",
        Dialect::Sqlite => "text",
        Dialect::MySql => "datetime(6)",
    }
}
