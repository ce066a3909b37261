//! Transactions and savepoints of a connection.

use super::{Backend, Connection, quote};
use crate::error::{DbError, DbErrorKind};

impl Connection {
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

    fn quote(&self, name: &str) -> String {
        quote(self.dialect(), name)
    }
}
