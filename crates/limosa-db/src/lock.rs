//! The lock that keeps two runners from changing one database at the same time.
//!
//! It is polled and never waited for inside the database: a waiter inside `pg_advisory_lock()` would hold a snapshot and deadlock
//! with `CREATE INDEX CONCURRENTLY`.

mod file;
mod mysql;
mod postgres;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

pub(crate) use self::file::{FileLock, HeldFile};
use self::mysql::NamedLock;
use self::postgres::AdvisoryLock;
use crate::connection::{Backend, Connection};
use crate::error::DbError;

/// The lock of a database, held until it is released or dropped, and never longer than its connection or process lives.
#[must_use = "the lock is released when it is dropped"]
#[derive(Debug)]
pub struct SessionLock {
    held: Held,
}

#[derive(Debug)]
enum Held {
    Mysql(NamedLock),
    Postgres(AdvisoryLock),
    File(Arc<FileLock>),
    /// A database in memory, which no other process sees.
    Nothing,
}

/// What is locked: the database and schema of the connection, for one history table.
#[derive(Clone, Debug)]
pub struct LockScope {
    /// The table of applied migrations.
    pub history_table: String,
    /// The run that takes the lock, for others to see.
    pub run_id: Option<String>,
}

/// How long to wait for another runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockWait {
    /// Not at all.
    No,
    /// For this long.
    For(Duration),
    /// Until it is free.
    Forever,
}

/// Who holds the lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockHolder {
    /// The process of the runner, where the lease says it; otherwise that of the server's end (on MySQL the number of the connection).
    pub pid: Option<i64>,
    /// The name of the application or run, such as `limosa/6f1a`.
    pub application: Option<String>,
    /// The address of the client (PostgreSQL, MySQL).
    pub client: Option<String>,
    /// Since when its session exists (PostgreSQL) or the lock is held (SQLite).
    pub since: Option<String>,
    /// The host that the runner runs on, where the lease says it.
    pub host: Option<String>,
    /// What the runner does at present, where the lease says it.
    pub step: Option<String>,
}

/// Why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another runner holds it and the wait is over.
    #[error("the migration lock is held by {0}")]
    Held(Box<LockHolder>),
    /// The database refused.
    #[error("cannot take the migration lock: {0}")]
    Database(#[from] DbError),
    /// Nothing but the lease could keep others out, and it cannot be written.
    #[error("{reason}, so only a row of `{table}` keeps other runners out, and it cannot be written: {error}")]
    NoLease {
        /// Why a lock of the session is not enough.
        reason: &'static str,
        /// The table.
        table: &'static str,
        /// What the database said.
        #[source]
        error: DbError,
    },
    /// The lock's file cannot be used.
    #[error("cannot use the lock file {}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        error: std::io::Error,
    },
}

/// The life of a lock that nobody takes over: a hundred years.
const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// What the key of a lock's mark has besides that of the lock.
const MARK: &str = "alone";

/// The shortest and the longest pause between two tries, in milliseconds.
const PAUSE: (u64, u64) = (50, 500);

impl SessionLock {
    /// Takes the lock on the connection that will do the work; outside a transaction.
    ///
    /// `waiting` is called when the first try fails and whenever the holder changes.
    ///
    /// # Errors
    /// When another runner holds it longer than the wait allows, or the database or the file cannot be used.
    pub async fn acquire(
        connection: &Connection,
        scope: &LockScope,
        wait: LockWait,
        mut waiting: impl FnMut(&LockHolder),
    ) -> Result<Self, LockError> {
        let started = Instant::now();
        let mut seen = None;
        let mut tries = 0;
        loop {
            let holder = match Self::attempt(connection, scope).await? {
                Ok(lock) => return Ok(lock),
                Err(holder) => holder,
            };
            let Some(left) = wait.left(started.elapsed()) else { return Err(LockError::Held(Box::new(holder))) };
            if seen.as_ref() != Some(&holder) {
                waiting(&holder);
                seen = Some(holder);
            }
            tokio::time::sleep(pause(tries).min(left)).await;
            tries += 1;
        }
    }

    /// Releases the lock.
    ///
    /// # Errors
    /// When the database cannot be told; the lock is free all the same as soon as the connection ends.
    pub async fn release(self, connection: &Connection) -> Result<(), DbError> {
        match self.held {
            Held::Mysql(lock) => lock.release(connection).await,
            Held::Postgres(lock) => lock.release(connection).await,
            Held::File(lock) => {
                drop(lock);
                Ok(())
            }
            Held::Nothing => Ok(()),
        }
    }

    /// Says that this lock alone keeps others out, because its holder cannot write the lease.
    pub(crate) async fn mark_alone(&mut self, connection: &Connection) -> Result<(), DbError> {
        match &mut self.held {
            Held::Mysql(lock) => lock.mark(connection).await,
            Held::Postgres(lock) => lock.mark(connection).await,
            Held::File(_) | Held::Nothing => Ok(()),
        }
    }

    /// Ends the session of a holder that did nothing for so long, unless its lock alone keeps others out.
    ///
    /// # Errors
    /// When the database cannot be asked, or does not let us: then it is waited for.
    pub(crate) async fn end_idle(
        connection: &Connection,
        scope: &LockScope,
        holder: &LockHolder,
        idle: Duration,
    ) -> Result<(), DbError> {
        match connection.backend() {
            Backend::Mysql(mysql) => NamedLock::end_idle(mysql, &scope.history_table, holder, idle).await,
            Backend::Postgres(postgres) => AdvisoryLock::end_idle(postgres, &scope.history_table, holder, idle).await,
            Backend::Sqlite(_) => Ok(()),
        }
    }

    /// Returns the lock of a file.
    pub(crate) fn of_file(file: Arc<FileLock>) -> Self {
        Self { held: Held::File(file) }
    }

    /// Tries to take the lock once.
    pub(crate) async fn attempt(
        connection: &Connection,
        scope: &LockScope,
    ) -> Result<Result<Self, LockHolder>, LockError> {
        let held = match connection.backend() {
            Backend::Mysql(mysql) => NamedLock::attempt(mysql, &scope.history_table).await?.map(Held::Mysql),
            Backend::Postgres(postgres) => {
                AdvisoryLock::attempt(postgres, &scope.history_table).await?.map(Held::Postgres)
            }
            Backend::Sqlite(sqlite) => match sqlite.path() {
                Some(path) => {
                    let lock = FileLock::attempt(path, scope.run_id.as_deref(), FOREVER)?;
                    lock.map(|file| Held::File(Arc::new(file))).map_err(|held| held.holder)
                }
                None => Ok(Held::Nothing),
            },
        };
        Ok(held.map(|held| Self { held }))
    }
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.application.as_deref().filter(|name| !name.is_empty()).unwrap_or("another session"))?;
        let mut parts = Vec::new();
        parts.extend(self.pid.map(|pid| format!("pid {pid}")));
        parts.extend(self.host.as_ref().map(|host| format!("on {host}")));
        parts.extend(self.client.as_ref().map(|client| format!("from {client}")));
        parts.extend(self.since.as_ref().map(|since| format!("since {since}")));
        if parts.is_empty() { Ok(()) } else { write!(f, " ({})", parts.join(", ")) }
    }
}

impl LockWait {
    /// Returns how much of the wait is left; nothing when it is over.
    pub(crate) fn left(self, waited: Duration) -> Option<Duration> {
        match self {
            Self::No => None,
            Self::For(limit) => limit.checked_sub(waited),
            Self::Forever => Some(Duration::MAX),
        }
    }
}

/// Returns for how long to pause after so many tries. Jitter keeps many waiters from asking at once.
pub(crate) fn pause(tries: u32) -> Duration {
    let pause = (PAUSE.0 << tries.min(8)).min(PAUSE.1);
    Duration::from_millis(fastrand::u64(pause / 2..=pause))
}

/// Returns the name of this host.
pub fn host() -> String {
    hostname::get().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Returns the key of a scope: the first eight bytes of a SHA-256, the same in every version.
fn key(parts: &[&str]) -> i64 {
    let mut hash = Sha256::new_with_prefix(b"limosa");
    for part in parts {
        hash.update([0]);
        hash.update(part);
    }
    let digest = hash.finalize();
    digest.iter().take(8).fold(0_u64, |key, byte| key << 8 | u64::from(*byte)).cast_signed()
}
