//! PostgreSQL's session lock: an advisory lock on the connection that does the work.

use std::pin::pin;
use std::sync::Weak;
use std::task::{Context, Waker};
use std::time::Duration;

use limosa_sql::dialect::Dialect;
use tokio_postgres::Client;

use super::{LockHolder, MARK, key};
use crate::connection::{Connection, PostgresConnection, literal};
use crate::error::DbError;

/// An advisory lock of a session.
#[derive(Debug)]
pub(super) struct AdvisoryLock {
    key: i64,
    /// What says that the lock alone keeps others out, and whether it does.
    mark: (i64, bool),
    client: Option<Weak<Client>>,
}

impl AdvisoryLock {
    /// Tries to take the lock once.
    pub(super) async fn attempt(
        connection: &PostgresConnection,
        history_table: &str,
    ) -> Result<Result<Self, LockHolder>, DbError> {
        let [key, mark] = keys(connection, history_table).await?;
        let rows = connection.query(&format!("SELECT pg_try_advisory_lock({key})"), &[]).await?;
        if rows.first().is_some_and(|row| row.is_true(0)) {
            return Ok(Ok(Self { key, mark: (mark, false), client: Some(connection.weak_client()) }));
        }
        Ok(Err(holder(connection, key).await?))
    }

    /// Says that this lock alone keeps others out.
    pub(super) async fn mark(&mut self, connection: &Connection) -> Result<(), DbError> {
        self.mark.1 = true;
        connection.query(&format!("SELECT pg_try_advisory_lock({})", self.mark.0), &[]).await.map(drop)
    }

    /// Ends the session that has the lock, when it did nothing for so long and the lock is not all that keeps others out.
    pub(super) async fn end_idle(
        connection: &PostgresConnection,
        history_table: &str,
        holder: &LockHolder,
        idle: Duration,
    ) -> Result<(), DbError> {
        let (Some(pid), Some(application)) = (holder.pid, &holder.application) else { return Ok(()) };
        let [key, mark] = keys(connection, history_table).await?;
        let sql = format!(
            "SELECT pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a WHERE a.pid = {pid} AND a.application_name = {} \
             AND a.state = 'idle' AND a.state_change < clock_timestamp() - interval '{} milliseconds' \
             AND EXISTS (SELECT 1 FROM pg_catalog.pg_locks l WHERE l.pid = a.pid AND {}) \
             AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_locks l WHERE l.pid = a.pid AND {})",
            literal(Dialect::Postgres, application),
            idle.as_millis(),
            is_lock(key),
            is_lock(mark)
        );
        connection.query(&sql, &[]).await.map(drop)
    }

    /// Releases the lock.
    pub(super) async fn release(mut self, connection: &Connection) -> Result<(), DbError> {
        self.client = None;
        connection.execute(&self.unlock()).await.map(drop)
    }

    /// Returns the statement that releases the lock, and the mark where there is one.
    fn unlock(&self) -> String {
        let mark = if self.mark.1 { format!(", pg_advisory_unlock({})", self.mark.0) } else { String::new() };
        format!("SELECT pg_advisory_unlock({}){mark}", self.key)
    }
}

impl Drop for AdvisoryLock {
    /// Sends the release without waiting for the answer; a connection that is gone has released it already.
    fn drop(&mut self) {
        let Some(client) = self.client.take().and_then(|client| client.upgrade()) else { return };
        let sql = self.unlock();
        let release = pin!(client.batch_execute(&sql));
        // The first poll hands the request to the task that drives the connection; its answer is not needed.
        _ = release.poll(&mut Context::from_waker(Waker::noop()));
    }
}

/// Returns the keys of the lock and of its mark.
async fn keys(connection: &PostgresConnection, history_table: &str) -> Result<[i64; 2], DbError> {
    let names = connection.query("SELECT current_database(), current_schema()", &[]).await?;
    let names = names.first().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).unwrap_or_default();
    Ok([key(&[&names.0, &names.1, history_table]), key(&[&names.0, &names.1, history_table, MARK])])
}

/// Returns the condition that a row `l` of `pg_locks` is the lock of a key.
fn is_lock(key: i64) -> String {
    let bits = key.cast_unsigned();
    format!(
        "l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid = {} AND l.objid = {} \
         AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())",
        bits >> 32,
        bits & 0xffff_ffff
    )
}

/// Returns who holds the lock; it may have let go in between, and then nobody is named.
async fn holder(connection: &PostgresConnection, key: i64) -> Result<LockHolder, DbError> {
    let sql = format!(
        "SELECT l.pid, a.application_name, a.client_addr, to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' \
         FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
         WHERE {}",
        is_lock(key)
    );
    let rows = connection.query(&sql, &[]).await?;
    let Some(row) = rows.first() else { return Ok(LockHolder::default()) };
    let text = |index| row.get(index).map(str::to_owned);
    Ok(LockHolder { pid: row.int(0)?, application: text(1), client: text(2), since: text(3), ..LockHolder::default() })
}
