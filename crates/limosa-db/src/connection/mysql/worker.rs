//! The task that owns the driver's connection.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use mysql_async::consts::StatusFlags;
use mysql_async::prelude::{Protocol, Queryable};
use mysql_async::{Conn, QueryResult};
use tokio::sync::{mpsc, oneshot};

use super::super::{BatchError, Param, Row};
use super::{State, values};
use crate::error::{DbError, DbErrorKind};
use crate::failpoint::{Failpoint, failpoint};

/// What the task is asked to do.
pub(super) enum Task {
    /// Run one statement.
    Run { sql: String, params: Vec<Param>, reply: oneshot::Sender<Result<Outcome, DbError>> },
    /// Run statements in order until one fails.
    Batch { statements: Vec<String>, reply: oneshot::Sender<Result<(), BatchError>> },
}

/// What a statement did.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How many rows it found to change.
    pub(super) changed: u64,
    /// The rows that it returned.
    pub(super) rows: Vec<Row>,
}

/// Does what it is asked to until nobody can ask any more, then says goodbye.
pub(super) async fn run(mut conn: Conn, state: Arc<State>, mut queue: mpsc::UnboundedReceiver<Task>) {
    while let Some(task) = queue.recv().await {
        // Who asked may have stopped waiting.
        match task {
            Task::Run { sql, params, reply } => _ = reply.send(statement(&mut conn, &state, &sql, &params).await),
            Task::Batch { statements, reply } => _ = reply.send(batch(&mut conn, &state, &statements).await),
        }
    }
    // A server that is gone needs no goodbye.
    _ = conn.disconnect().await;
}

async fn batch(conn: &mut Conn, state: &State, statements: &[String]) -> Result<(), BatchError> {
    for (index, sql) in statements.iter().enumerate() {
        statement(conn, state, sql, &[]).await.map_err(|error| BatchError { index, error })?;
        if !state.in_transaction.load(Ordering::Acquire) {
            failpoint(Failpoint::StatementSent);
        }
    }
    Ok(())
}

/// Runs one statement and notes what it did to the transaction and the connection.
pub(super) async fn statement(conn: &mut Conn, state: &State, sql: &str, params: &[Param]) -> Result<Outcome, DbError> {
    if state.closed.load(Ordering::Acquire) {
        return Err(super::gone());
    }
    let result = send(conn, sql, params).await.map_err(|error| {
        if error.is_fatal() {
            state.closed.store(true, Ordering::Release);
        }
        DbError::from(error)
    });
    match &result {
        Ok(_) => {
            if let Some(packet) = conn.last_ok_packet() {
                let flags = packet.status_flags();
                state.in_transaction.store(flags.contains(StatusFlags::SERVER_STATUS_IN_TRANS), Ordering::Release);
                state.holds_back.store(!flags.contains(StatusFlags::SERVER_STATUS_AUTOCOMMIT), Ordering::Release);
            }
        }
        Err(error) => {
            if error.kind == DbErrorKind::ConnectionLost {
                state.closed.store(true, Ordering::Release);
            }
            // An error says nothing of the transaction; these are known to undo all of it.
            if matches!(error.kind, DbErrorKind::ConnectionLost | DbErrorKind::Deadlock) {
                state.in_transaction.store(false, Ordering::Release);
            }
        }
    }
    result
}

async fn send(conn: &mut Conn, sql: &str, params: &[Param]) -> Result<Outcome, mysql_async::Error> {
    if params.is_empty() {
        read(conn.query_iter(sql).await?).await
    } else {
        read(conn.exec_iter(sql, values::params(params)).await?).await
    }
}

/// Reads all results; a text may hold several statements, of which the last says how many rows were changed.
async fn read<P: Protocol>(mut result: QueryResult<'_, '_, P>) -> Result<Outcome, mysql_async::Error> {
    let mut outcome = Outcome { changed: result.affected_rows(), rows: Vec::new() };
    while !result.is_empty() {
        let mut columns = None;
        while let Some(row) = result.next().await? {
            let columns = columns.get_or_insert_with(|| values::names(&row));
            outcome.rows.push(values::row(columns, &row));
        }
        outcome.changed = result.affected_rows();
    }
    Ok(outcome)
}
