//! PostgreSQL's session lock: an advisory lock on the connection that does the work.

use std::pin::pin;
use std::sync::Weak;
use std::task::{Context, Waker};

use tokio_postgres::Client;

use super::{LockHolder, key};
use crate::connection::{Connection, PostgresConnection};
use crate::error::DbError;

/// An advisory lock of a session.
#[derive(Debug)]
pub(super) struct AdvisoryLock {
    key: i64,
    client: Option<Weak<Client>>,
}

impl AdvisoryLock {
    /// Tries to take the lock once.
    pub(super) async fn attempt(
        connection: &PostgresConnection,
        history_table: &str,
    ) -> Result<Result<Self, LockHolder>, DbError> {
        let names = connection.query("SELECT current_database(), current_schema()", &[]).await?;
        let names = names.first().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).unwrap_or_default();
        let key = key(&[&names.0, &names.1, history_table]);
        let rows = connection.query(&format!("SELECT pg_try_advisory_lock({key})"), &[]).await?;
        if rows.first().is_some_and(|row| row.is_true(0)) {
            return Ok(Ok(Self { key, client: Some(connection.weak_client()) }));
        }
        Ok(Err(holder(connection, key).await?))
    }

    /// Releases the lock.
    pub(super) async fn release(mut self, connection: &Connection) -> Result<(), DbError> {
        self.client = None;
        connection.execute(&format!("SELECT pg_advisory_unlock({})", self.key)).await.map(drop)
    }
}

impl Drop for AdvisoryLock {
    /// Sends the release without waiting for the answer; a connection that is gone has released it already.
    fn drop(&mut self) {
        let Some(client) = self.client.take().and_then(|client| client.upgrade()) else { return };
        let sql = format!("SELECT pg_advisory_unlock({})", self.key);
        let release = pin!(client.batch_execute(&sql));
        // The first poll hands the request to the task that drives the connection; its answer is not needed.
        _ = release.poll(&mut Context::from_waker(Waker::noop()));
    }
}

/// Returns who holds the lock; it may have let go in between, and then nobody is named.
async fn holder(connection: &PostgresConnection, key: i64) -> Result<LockHolder, DbError> {
    let bits = key.cast_unsigned();
    let sql = format!(
        "SELECT l.pid, a.application_name, a.client_addr, to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' \
         FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid = {} AND l.objid = {} \
         AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())",
        bits >> 32,
        bits & 0xffff_ffff
    );
    let rows = connection.query(&sql, &[]).await?;
    let Some(row) = rows.first() else { return Ok(LockHolder::default()) };
    let text = |index| row.get(index).map(str::to_owned);
    Ok(LockHolder { pid: row.int(0)?, application: text(1), client: text(2), since: text(3), ..LockHolder::default() })
}
