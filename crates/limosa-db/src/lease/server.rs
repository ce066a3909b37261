//! Taking the lease on a database server.

use limosa_sql::dialect::Dialect;

use super::heartbeat::Heartbeat;
use super::table::{Entry, Table};
use super::{Attempt, Lease, LeaseScope, Row, Step, backends, is_refusal};
use crate::connection::Connection;
use crate::error::{DbError, DbErrorKind};
use crate::lock::{LockError, LockHolder, SessionLock};

/// Tries once: the session lock where it can be trusted, then the row.
pub(super) async fn attempt(connection: &Connection, scope: &LeaseScope) -> Result<Attempt, LockError> {
    let table = Table::of(connection, &scope.history_table, scope.life).await?;
    let distrust = distrust(connection).await?;
    let mut session = match distrust {
        None => match SessionLock::attempt(connection, &scope.lock()).await? {
            Ok(session) => Some(session),
            Err(holder) => return Ok(Attempt::Held(locked_out(connection, scope, &table, holder).await?)),
        },
        Some(_) => None,
    };
    match take(connection, scope, &table, session.is_some()).await {
        Ok(Ok((token, took_over))) => {
            let step = Step::default();
            let heartbeat = Heartbeat::on_server(scope, &table, token, &step);
            let backends = connection.backend_id().into_iter().collect::<Vec<_>>().into();
            let row = Row { table, token, scope: scope.clone(), took_over, backends, heartbeat };
            Ok(Attempt::Taken(Box::new(Lease { session, row: Some(row), step })))
        }
        Ok(Err(holder)) => {
            // Another one may need the lock of the session to see that it is not our turn.
            if let Some(session) = session {
                session.release(connection).await?;
            }
            Ok(Attempt::Held(holder))
        }
        Err(error) if is_refusal(&error) => match distrust {
            None => {
                if let Some(session) = &mut session {
                    session.mark_alone(connection).await?;
                }
                Ok(Attempt::Taken(Box::new(Lease { session, row: None, step: Step::default() })))
            }
            Some(reason) => Err(LockError::NoLease { reason, table: super::table::NAME, error }),
        },
        Err(error) => Err(error.into()),
    }
}

/// Returns why a lock of the session does not keep others out.
async fn distrust(connection: &Connection) -> Result<Option<&'static str>, DbError> {
    if connection.is_pooled() {
        return Ok(Some("a pooler may give the session to others"));
    }
    if connection.dialect() == Dialect::MySql {
        let rows = connection.query("SHOW VARIABLES LIKE 'wsrep_on'", &[]).await?;
        if rows.first().is_some_and(|row| matches!(row.text(1), "ON" | "1")) {
            return Ok(Some("the nodes of the cluster share no locks of sessions"));
        }
    }
    Ok(None)
}

/// Returns who has the session lock; when it has shown no life for too long, its connections are ended, and the lock is soon free.
async fn locked_out(
    connection: &Connection,
    scope: &LeaseScope,
    table: &Table,
    locked: LockHolder,
) -> Result<LockHolder, LockError> {
    let entry = match table.read(connection).await {
        Ok(entry) => entry,
        Err(error) if error.kind == DbErrorKind::Missing => None,
        // We may not see it.
        Err(error) if is_refusal(&error) => return Ok(locked),
        Err(error) => return Err(error.into()),
    };
    // The lock is taken before the row and let go after it: what the row says of another run is no longer true.
    let Some(entry) = entry.filter(|entry| is_of(entry, connection, &locked)) else {
        // Between the two nothing is done: who stays there is frozen or cut off. Whom we may not end is waited for.
        match SessionLock::end_idle(connection, &scope.lock(), &locked, scope.life).await {
            Err(error) if error.kind == DbErrorKind::ConnectionLost => return Err(error.into()),
            _ => return Ok(locked),
        }
    };
    if is_silent(connection, table, &entry).await? {
        backends::end(connection, &entry).await?;
    }
    Ok(LockHolder { client: locked.client, ..entry.holder })
}

/// Returns whether the holder has shown no life for too long.
///
/// Between its check of the lease and the end of its transaction it has the row locked, and cannot renew it. A `COMMIT` may take long
/// (deferred constraints are checked): it is given time.
async fn is_silent(connection: &Connection, table: &Table, entry: &Entry) -> Result<bool, DbError> {
    Ok(entry.is_long_expired || entry.is_expired && !table.is_locked(connection).await?)
}

/// Returns whether the row is that of who has the session lock.
fn is_of(entry: &Entry, connection: &Connection, locked: &LockHolder) -> bool {
    match connection.dialect() {
        Dialect::MySql => entry.run_id.is_some() && locked.pid.is_some_and(|pid| entry.backends.contains(&pid)),
        Dialect::Postgres | Dialect::Sqlite => entry.run_id.is_some() && entry.holder.application == locked.application,
    }
}

/// Takes the row when it is free, or its holder is dead or frozen; returns the token and that holder's run, or who holds it.
async fn take(
    connection: &Connection,
    scope: &LeaseScope,
    table: &Table,
    has_session: bool,
) -> Result<Result<(i64, Option<String>), LockHolder>, DbError> {
    let entry = match table.read(connection).await {
        Err(error) if error.kind == DbErrorKind::Missing => {
            table.create(connection).await?;
            table.read(connection).await?
        }
        entry => entry?,
    };
    if let Some(entry) = entry.as_ref().filter(|entry| entry.run_id.is_some()) {
        // Who had the session lock and has it no more has lost its session.
        let is_gone = has_session && !entry.backends.is_empty();
        let may_take = is_gone || is_silent(connection, table, entry).await?;
        if !may_take || !backends::end(connection, entry).await? {
            return Ok(Err(entry.holder.clone()));
        }
    }
    let list = own_backends(connection, table, has_session).await?;
    let token = table.take(connection, entry.as_ref(), &scope.run_id, &list).await?;
    let entry = entry.unwrap_or_default();
    Ok(token.map(|token| (token, entry.run_id)).ok_or(entry.holder))
}

/// Returns what the row says of our connections: nothing where they are not ours alone.
async fn own_backends(connection: &Connection, table: &Table, has_session: bool) -> Result<String, DbError> {
    let Some(own) = connection.backend_id() else { return Ok(String::new()) };
    match connection.dialect() {
        Dialect::MySql => {
            let rows = connection.query(&format!("SELECT {}", table.server()), &[]).await?;
            let server = rows.first().map_or("", |row| row.text(0)).to_owned();
            Ok(format!("{server}{own}"))
        }
        Dialect::Postgres if has_session => Ok(own.to_string()),
        Dialect::Postgres | Dialect::Sqlite => Ok(String::new()),
    }
}
