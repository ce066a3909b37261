//! Taking the lease on SQLite: the lock of a file beside the database, then the row.

use std::path::Path;
use std::sync::Arc;

use super::heartbeat::Heartbeat;
use super::table::{Entry, Table};
use super::{Attempt, Lease, LeaseScope, Row, Step, is_refusal};
use crate::connection::{Connection, SqliteConnection};
use crate::error::{DbError, DbErrorKind};
use crate::lock::{FileLock, HeldFile, LockError, LockHolder, SessionLock};

/// Tries once.
pub(super) async fn attempt(
    connection: &Connection,
    sqlite: &SqliteConnection,
    scope: &LeaseScope,
) -> Result<Attempt, LockError> {
    // A database in memory is seen by nobody else.
    let Some(path) = sqlite.path() else {
        return Ok(Attempt::Taken(Box::new(Lease { session: None, row: None, step: Step::default() })));
    };
    let table = Table::of(connection, &scope.history_table, scope.life).await?;
    let lock = match FileLock::attempt(path, Some(&scope.run_id), scope.life)? {
        Ok(lock) => lock,
        Err(held) if held.is_expired(scope.life) => {
            return match take_over(connection, path, &held, scope, &table).await? {
                Some((lock, row)) => Ok(taken(lock, table, row, scope)),
                None => Ok(Attempt::Held(held.holder)),
            };
        }
        Err(held) => return Ok(Attempt::Held(held.holder)),
    };
    match take_locked(connection, scope, &table, &lock).await {
        Ok(Some(row)) => Ok(taken(lock, table, row, scope)),
        Ok(None) => Ok(Attempt::Held(LockHolder::default())),
        Err(error) if is_refusal(&error) => {
            let session = Some(SessionLock::of_file(Arc::new(lock)));
            Ok(Attempt::Taken(Box::new(Lease { session, row: None, step: Step::default() })))
        }
        Err(error) => Err(error.into()),
    }
}

fn taken(lock: FileLock, table: Table, (token, took_over): Taken, scope: &LeaseScope) -> Attempt {
    let (lock, step) = (Arc::new(lock), Step::default());
    let heartbeat = Heartbeat::in_file(scope, &lock, &step);
    let row = Row { table, token, scope: scope.clone(), took_over, backends: Vec::new().into(), heartbeat };
    Attempt::Taken(Box::new(Lease { session: Some(SessionLock::of_file(lock)), row: Some(row), step }))
}

/// The number under which the row is held, and the run that had not let go of it.
type Taken = (i64, Option<String>);

/// Takes the row for who has the lock of the file, unless that was taken over before it came to this.
///
/// Who takes over does so inside of a transaction that writes, too.
async fn take_locked(
    connection: &Connection,
    scope: &LeaseScope,
    table: &Table,
    lock: &FileLock,
) -> Result<Option<Taken>, DbError> {
    match connection.begin().await {
        Ok(()) => {}
        Err(error) if error.is_retryable() => return Ok(None),
        Err(error) => return Err(error),
    }
    let taken = async {
        let taken = if lock.is_valid() { take(connection, scope, table).await? } else { None };
        if taken.is_some() {
            connection.commit().await?;
        }
        Ok(taken)
    };
    match taken.await {
        Ok(Some(taken)) => return Ok(Some(taken)),
        Err(error) if !DbError::is_retryable(&error) => {
            connection.rollback().await?;
            return Err(error);
        }
        // Somebody reads or writes for longer than one waits.
        Ok(None) | Err(_) => connection.rollback().await?,
    }
    Ok(None)
}

/// Takes the row; whoever is named in it has lost the lock of the file.
async fn take(connection: &Connection, scope: &LeaseScope, table: &Table) -> Result<Option<Taken>, DbError> {
    let entry = find(connection, table).await?;
    let token = table.take(connection, entry.as_ref(), &scope.run_id, "").await?;
    Ok(token.map(|token| (token, entry.and_then(|entry| entry.run_id))))
}

async fn find(connection: &Connection, table: &Table) -> Result<Option<Entry>, DbError> {
    match table.read(connection).await {
        Err(error) if error.kind == DbErrorKind::Missing => {
            table.create(connection).await?;
            table.read(connection).await
        }
        entry => entry,
    }
}

/// Takes over from a process that gives no sign of life and still has the lock of the file.
///
/// The database's own write lock keeps those apart who would do it at once. A process that was frozen while it wrote keeps that lock: it
/// can only be waited for, and nobody else writes meanwhile.
async fn take_over(
    connection: &Connection,
    path: &Path,
    held: &HeldFile,
    scope: &LeaseScope,
    table: &Table,
) -> Result<Option<(FileLock, Taken)>, LockError> {
    match connection.begin().await {
        Ok(()) => {}
        Err(error) if error.is_retryable() || is_refusal(&error) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let taken = async {
        let Some(lock) = FileLock::take_over(path, held, Some(&scope.run_id), scope.life)? else { return Ok(None) };
        let row = take(connection, scope, table).await?;
        connection.commit().await?;
        Ok::<_, LockError>(row.map(|row| (lock, row)))
    };
    let taken = taken.await;
    if !matches!(taken, Ok(Some(_))) {
        connection.rollback().await?;
    }
    taken
}
