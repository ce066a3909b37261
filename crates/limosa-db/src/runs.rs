//! The record of runs: who changed the database, when, with which program, what was executed and how it ended.
//!
//! It is kept for people. No run depends on it: where its tables may not be made there is none.

mod read;
mod table;
mod text;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub use self::read::{RunFilter, RunState, RunTime, StoredMigration, StoredRun};
use self::table::Tables;
pub use self::text::RunText;
use crate::connection::Connection;
use crate::error::{DbError, DbErrorKind};
use crate::lease::Lease;

/// A run that is about to change something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRun {
    /// What was asked for, such as `migrate blog 0003`.
    pub command: Option<String>,
    /// The version of the program.
    pub version: String,
    /// Who asked for it.
    pub user: Option<String>,
    /// What is about to be done, as a number that is the same for the same migrations.
    pub plan_fingerprint: Option<String>,
    /// Whether the statements are kept, which may hold what not everybody is to read.
    pub keeps_sql: bool,
}

/// How a run ended that could still say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All that was to be done is done.
    Applied,
    /// Something failed.
    Failed,
    /// It was asked to stop.
    Interrupted,
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEnd {
    /// How it ended.
    pub outcome: Outcome,
    /// What the database calls the error.
    pub error_code: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
}

/// What a run did with one migration.
#[derive(Clone, Debug)]
pub struct MigrationRun<'a> {
    /// The label of the app; empty for work that belongs to no migration.
    pub app: &'a str,
    /// The name of the migration.
    pub name: &'a str,
    /// Whether it was unapplied.
    pub backwards: bool,
    /// How it ended: `applied`, `unapplied`, `faked`, `recorded`, `pruned`, `mended`, `renamed`, `failed` (it is rolled back) or `partial`.
    pub outcome: &'static str,
    /// What was executed.
    pub text: &'a RunText,
    /// How long it took.
    pub took: Duration,
    /// Whether the row is written in the transaction that did all of it.
    pub one_transaction: bool,
}

/// The record of the run that holds the lease.
#[derive(Debug)]
pub struct RunLog {
    tables: Tables,
    run_id: String,
    token: i64,
    keeps_sql: bool,
    rows: AtomicUsize,
}

impl RunLog {
    /// Notes that a run begins; returns nothing where there is no lease, or the tables may not be made or written.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn begin(connection: &Connection, lease: &Lease, run: &NewRun) -> Result<Option<Self>, DbError> {
        let (Some((lease_table, token)), Some(run_id)) = (lease.place(), lease.run_id()) else { return Ok(None) };
        let log = Self {
            tables: Tables::new(lease_table.clone()),
            run_id: run_id.to_owned(),
            token,
            keeps_sql: run.keeps_sql,
            rows: AtomicUsize::new(0),
        };
        let mut written = log.write_start(connection, lease, run).await;
        if written.as_ref().is_err_and(|error| error.kind == DbErrorKind::Missing) {
            written = match log.tables.create(connection).await {
                Ok(()) => log.write_start(connection, lease, run).await,
                Err(error) => Err(error),
            };
        }
        match written {
            Ok(is_ours) => Ok(is_ours.then_some(log)),
            Err(error) if matches!(error.kind, DbErrorKind::ConnectionLost | DbErrorKind::Cancelled) => Err(error),
            // Not ours to write, or of another version's shape.
            Err(_) => Ok(None),
        }
    }

    /// Returns what will hold the statements of a migration.
    pub fn text(&self) -> RunText {
        RunText::new(self.keeps_sql)
    }

    /// Returns the statement that notes a migration, for the transaction that writes its history row.
    pub fn migration_statement(&self, migration: &MigrationRun<'_>) -> String {
        let position = self.rows.fetch_add(1, Ordering::Relaxed) + 1;
        self.tables.insert_migration(&self.run_id, position, migration, None)
    }

    /// Notes a migration that failed, after its transaction has ended.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_failed(&self, connection: &Connection, migration: &MigrationRun<'_>) -> Result<(), DbError> {
        let position = self.rows.fetch_add(1, Ordering::Relaxed) + 1;
        let sql = self.tables.insert_migration(&self.run_id, position, migration, Some(self.token));
        write(connection, &sql).await
    }

    /// Notes how the run ended, unless another runner has taken over.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end(&self, connection: &Connection, end: &RunEnd) -> Result<(), DbError> {
        // What the database says may quote values.
        let end = RunEnd { error: end.error.clone().filter(|_| self.keeps_sql), ..end.clone() };
        write(connection, &self.tables.end_run(&self.run_id, self.token, &end)).await
    }

    /// Returns whether the lease was still ours.
    async fn write_start(&self, connection: &Connection, lease: &Lease, run: &NewRun) -> Result<bool, DbError> {
        // That its rows can be written is known before a migration depends on it.
        connection.execute(&self.tables.probe_migrations()).await?;
        let sql = self.tables.insert_run(&self.run_id, self.token, lease.took_over(), run);
        Ok(connection.execute(&sql).await? == 1)
    }
}

/// Writes what a run that is asked to stop still writes: the cancel was meant for another statement.
async fn write(connection: &Connection, sql: &str) -> Result<(), DbError> {
    let mut tries = 0;
    loop {
        match connection.execute(sql).await {
            Err(error) if error.kind == DbErrorKind::Cancelled && tries < 5 => tries += 1,
            result => return result.map(drop),
        }
    }
}

impl Outcome {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}
