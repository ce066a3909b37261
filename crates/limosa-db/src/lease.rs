//! The lease: who may change a database, in a row of a table, with a number that grows with every holder.
//!
//! The session lock makes it cheap; the row is the truth. It is renewed while its holder lives, can be taken over when that is dead or
//! frozen, and whoever lost it can write no history any more: every such write checks the [`Fence`] inside its own transaction.

mod backends;
mod fence;
mod heartbeat;
mod recovery;
mod server;
mod sqlite;
pub(crate) mod table;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub use self::fence::Fence;
pub(crate) use self::fence::Guard;
use self::heartbeat::Heartbeat;
pub use self::recovery::Lost;
use self::table::Table;
use crate::connection::{Backend, ConnectOptions, Connection};
use crate::error::{DbError, DbErrorKind};
use crate::failpoint::{Failpoint, failpoint};
use crate::lock::{LockError, LockHolder, LockWait, SessionLock, pause};
use crate::url::DatabaseUrl;

/// The right to change a database, held until it is released, or until its holder gives no sign of life for too long.
///
/// Dropped without a release it is free as soon as the connection ends.
#[must_use = "the lease is free when it is dropped"]
#[derive(Debug)]
pub struct Lease {
    session: Option<SessionLock>,
    row: Option<Row>,
    step: Step,
}

/// What is leased: the database and schema of the connection, for one history table.
#[derive(Clone, Debug)]
pub struct LeaseScope {
    /// The table of applied migrations.
    pub history_table: String,
    /// The run that takes the lease; no other run ever has the same.
    pub run_id: String,
    /// For how long the lease is good when it is not renewed.
    pub life: Duration,
    /// Where the database is: the lease is renewed over a connection of its own.
    pub url: DatabaseUrl,
    /// How that connection is made.
    pub options: ConnectOptions,
}

/// The row that is held.
#[derive(Debug)]
struct Row {
    table: Table,
    token: i64,
    scope: LeaseScope,
    /// The run that had not let go of it.
    took_over: Option<String>,
    /// The server's ends of the run's connections, as the row lists them.
    backends: Mutex<Vec<i64>>,
    heartbeat: Heartbeat,
}

/// What the runner does at present, which waiting runners show.
#[derive(Clone, Debug, Default)]
struct Step(Arc<Mutex<String>>);

/// What came of one try.
enum Attempt {
    Taken(Box<Lease>),
    Held(LockHolder),
}

/// How often a waiting runner is told for whom it waits, when nothing changes.
const REMIND: Duration = Duration::from_secs(30);

/// For how long it does not matter that nobody knows who the other is.
const UNKNOWN: Duration = Duration::from_secs(1);

impl Lease {
    /// The life of a lease unless told otherwise.
    pub const LIFE: Duration = Duration::from_secs(30);

    /// The name of the table.
    pub const TABLE: &str = table::NAME;

    /// Returns an id for a run that no other run has.
    pub fn new_run_id() -> String {
        format!("{:016x}", fastrand::u64(..))
    }

    /// Takes the lease for the connection that will do the work; outside a transaction.
    ///
    /// `waiting` is called with the time that has passed when the first try fails, whenever the holder or what it does changes, and
    /// every half minute. Between tries nothing is open in the database.
    ///
    /// # Errors
    /// When another runner holds it longer than the wait allows, or the database or the lock file cannot be used.
    pub async fn acquire(
        connection: &Connection,
        scope: &LeaseScope,
        wait: LockWait,
        mut waiting: impl FnMut(&LockHolder, Duration),
    ) -> Result<Self, LockError> {
        let started = Instant::now();
        let mut told: Option<(LockHolder, Duration)> = None;
        let mut tries = 0;
        loop {
            let attempt = match connection.backend() {
                Backend::Sqlite(sqlite) => sqlite::attempt(connection, sqlite, scope).await?,
                Backend::Mysql(_) | Backend::Postgres(_) => server::attempt(connection, scope).await?,
            };
            let holder = match attempt {
                Attempt::Taken(lease) => {
                    failpoint(Failpoint::LeaseTaken);
                    return Ok(*lease);
                }
                Attempt::Held(holder) => holder,
            };
            let waited = started.elapsed();
            let Some(left) = wait.left(waited) else { return Err(LockError::Held(Box::new(holder))) };
            // Nobody is named when the other is about to begin or to end.
            let is_known = holder != LockHolder::default() || waited > UNKNOWN;
            if is_known && told.as_ref().is_none_or(|(seen, at)| *seen != holder || waited - *at >= REMIND) {
                waiting(&holder, waited);
                told = Some((holder, waited));
            }
            tokio::time::sleep(pause(tries).min(left)).await;
            tries += 1;
        }
    }

    /// Returns what every write of the history checks; nothing where the session lock alone keeps others out.
    ///
    /// That is so in a database in memory, and where the table of leases may not be made.
    pub fn fence(&self) -> Option<Fence> {
        self.row.as_ref().map(|row| Fence::new(&row.table, row.token, &row.scope.run_id, self.session.is_some()))
    }

    /// Says what the runner does now, for those who wait.
    pub fn set_step(&self, step: impl Into<String>) {
        *self.step.0.lock().unwrap_or_else(PoisonError::into_inner) = step.into();
    }

    /// Returns the run that holds it.
    pub fn run_id(&self) -> Option<&str> {
        self.row.as_ref().map(|row| row.scope.run_id.as_str())
    }

    /// Returns the run that held it before and had not let go.
    pub fn took_over(&self) -> Option<&str> {
        self.row.as_ref().and_then(|row| row.took_over.as_deref())
    }

    /// Returns the table and the number under which it is held.
    pub(crate) fn place(&self) -> Option<(&Table, i64)> {
        self.row.as_ref().map(|row| (&row.table, row.token))
    }

    /// Notes another connection of this run, so that whoever takes over ends it first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_backend(&self, connection: &Connection, backend: i64) -> Result<(), DbError> {
        let Some(row) = &self.row else { return Ok(()) };
        let list = {
            let mut backends = row.backends.lock().unwrap_or_else(PoisonError::into_inner);
            backends.push(backend);
            backends.clone()
        };
        connection.execute(&row.table.note_backends(row.token, &row.scope.run_id, &list)).await.map(drop)
    }

    /// Returns whether another runner is known to have taken over.
    pub fn is_lost(&self) -> bool {
        self.row.as_ref().is_some_and(|row| row.heartbeat.is_lost())
    }

    /// Releases the lease: nobody holds it then, and its number stays.
    ///
    /// # Errors
    /// When the database cannot be told; then it is free as soon as the connection ends or the lease expires.
    pub async fn release(mut self, connection: &Connection) -> Result<(), DbError> {
        failpoint(Failpoint::LeaseHeld);
        let mut result = Ok(());
        if let Some(row) = self.row.take() {
            row.heartbeat.stop();
            result = connection.execute(&row.table.release(row.token, &row.scope.run_id)).await.map(drop);
        }
        if let Some(session) = self.session.take() {
            result = session.release(connection).await.and(result);
        }
        failpoint(Failpoint::LeaseReleased);
        result
    }
}

impl Step {
    fn get(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl LeaseScope {
    /// Returns the scope of the session lock.
    fn lock(&self) -> crate::lock::LockScope {
        crate::lock::LockScope { history_table: self.history_table.clone(), run_id: Some(self.run_id.clone()) }
    }
}

/// Returns whether the database does not let us write what nobody needs to write who has the session lock.
fn is_refusal(error: &DbError) -> bool {
    matches!(error.kind, DbErrorKind::Permission | DbErrorKind::ReadOnly)
}
