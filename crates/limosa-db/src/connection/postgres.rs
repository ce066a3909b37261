//! Connections to PostgreSQL.

mod key;
mod open;
mod values;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::Poll;

use limosa_sql::dialect::Dialect;
use limosa_sql::split::{Control, classify};
use tokio_postgres::{CancelToken, Client, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{BatchError, Notice, Param, Row};
use crate::error::{DbError, DbErrorKind};
use crate::failpoint::{Failpoint, failpoint};

/// How many statements are on their way at most.
const PIPELINE: usize = 256;

/// How many notices are kept until they are taken.
const MAX_NOTICES: usize = 10_000;

/// A connection to PostgreSQL.
pub(crate) struct PostgresConnection {
    client: Arc<Client>,
    driver: tokio::task::JoinHandle<()>,
    cancel: Cancel,
    notices: Arc<Mutex<Vec<Notice>>>,
    server_version: u32,
    backend_id: i32,
    is_pooled: bool,
    transaction: AtomicU8,
}

/// The states of a connection's transaction: none, open, or failed so that only a rollback is possible.
const IDLE: u8 = 0;
const OPEN: u8 = 1;
const FAILED: u8 = 2;

impl PostgresConnection {
    /// Returns the server's version as a number.
    pub(crate) fn server_version(&self) -> u32 {
        self.server_version
    }

    /// Returns the process id of the server's end.
    pub(crate) fn backend_id(&self) -> i32 {
        self.backend_id
    }

    /// Returns whether a pooler stands between us and the server.
    pub(crate) fn is_pooled(&self) -> bool {
        self.is_pooled
    }

    /// Runs one statement.
    pub(crate) async fn execute(&self, sql: &str) -> Result<u64, DbError> {
        let messages = self.client.simple_query(sql).await;
        let messages = self.observe(sql, messages)?;
        Ok(rows_changed(&messages))
    }

    /// Runs one query.
    pub(crate) async fn query(&self, sql: &str, params: &[Param]) -> Result<Vec<Row>, DbError> {
        if params.is_empty() {
            let messages = self.client.simple_query(sql).await;
            return Ok(values::simple_rows(&self.observe(sql, messages)?));
        }
        let params = params.iter().map(values::ParamText::new).collect::<Vec<_>>();
        let params = params.iter().map(|param| param as &(dyn tokio_postgres::types::ToSql + Sync)).collect::<Vec<_>>();
        let rows = self.client.query(sql, &params).await;
        values::rows(&self.observe(sql, rows)?)
    }

    /// Runs statements in order, sent in one go inside a transaction.
    pub(crate) async fn batch<S: AsRef<str> + Sync>(&self, statements: &[S]) -> Result<(), BatchError> {
        if let Some(sent) = self.pipeline(statements, None).await {
            return sent.map(drop);
        }
        for (index, sql) in statements.iter().enumerate() {
            self.execute(sql.as_ref()).await.map_err(|error| BatchError { index, error })?;
            if !self.in_transaction() {
                failpoint(Failpoint::StatementSent);
            }
        }
        Ok(())
    }

    /// Sends statements in one go and returns how many rows one of them changed; nothing is sent outside a transaction, or where one ends it.
    pub(crate) async fn pipeline<S: AsRef<str>>(
        &self,
        statements: &[S],
        counted: Option<usize>,
    ) -> Option<Result<u64, BatchError>> {
        let plain = |sql: &S| classify(sql.as_ref(), Dialect::Postgres).control == Control::None;
        if self.transaction.load(Ordering::Relaxed) != OPEN || !statements.iter().all(plain) {
            return None;
        }
        let mut changed = 0;
        for (chunk_index, chunk) in statements.chunks(PIPELINE).enumerate() {
            let first = chunk_index * PIPELINE;
            let send = async |index: usize, sql: &S| match counted {
                // Rows that others return are dropped as they come.
                Some(counted) if counted == first + index => {
                    self.client.simple_query(sql.as_ref()).await.map(|messages| rows_changed(&messages))
                }
                _ => self.client.batch_execute(sql.as_ref()).await.map(|()| 0),
            };
            let results = in_order(chunk.iter().enumerate().map(|(index, sql)| send(index, sql))).await;
            for (index, (sql, result)) in chunk.iter().zip(results).enumerate() {
                match self.observe(sql.as_ref(), result) {
                    Ok(rows) => changed += rows,
                    Err(error) => return Some(Err(BatchError { index: first + index, error })),
                }
            }
        }
        Some(Ok(changed))
    }

    /// Commits; what has failed is rolled back instead, because the server would do so without saying it.
    pub(crate) async fn commit(&self) -> Result<(), DbError> {
        if self.transaction.load(Ordering::Relaxed) == FAILED {
            self.execute("ROLLBACK").await?;
            let message = "the transaction has failed and was rolled back";
            return Err(DbError::new(DbErrorKind::FailedTransaction, message));
        }
        self.execute("COMMIT").await.map(drop)
    }

    /// Returns whether a transaction is open, failed or not.
    pub(crate) fn in_transaction(&self) -> bool {
        self.transaction.load(Ordering::Relaxed) != IDLE
    }

    /// Returns the driver's client, for what may outlive the connection without keeping it open.
    pub(crate) fn weak_client(&self) -> Weak<Client> {
        Arc::downgrade(&self.client)
    }

    /// Runs queries in one go and returns their rows in order.
    ///
    /// Behind a pooler it is one after another: outside a transaction a pooler may give the session to others after the first answer, and
    /// when we are killed then, they get the answers to the rest (PgBouncer before 1.21).
    pub(crate) async fn query_all<S: AsRef<str>>(&self, queries: &[S]) -> Result<Vec<Vec<Row>>, DbError> {
        if self.is_pooled && !self.in_transaction() {
            let mut rows = Vec::with_capacity(queries.len());
            for sql in queries {
                rows.push(self.query(sql.as_ref(), &[]).await?);
            }
            return Ok(rows);
        }
        let results = in_order(queries.iter().map(|sql| self.client.simple_query(sql.as_ref()))).await;
        let rows = results.into_iter().zip(queries);
        rows.map(|(result, sql)| Ok(values::simple_rows(&self.observe(sql.as_ref(), result)?))).collect()
    }

    /// Returns whether the connection is known to be lost.
    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Returns the handle that stops the running statement.
    pub(crate) fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    /// Takes the notices that came so far.
    pub(crate) fn take_notices(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Says goodbye and waits until the socket is closed.
    pub(crate) async fn close(self) {
        drop(self.client);
        // The task ends when it has sent the goodbye; its own failure changes nothing any more.
        _ = self.driver.await;
    }

    /// Follows what a statement does to the transaction, and turns its error into ours.
    fn observe<T>(&self, sql: &str, result: Result<T, tokio_postgres::Error>) -> Result<T, DbError> {
        let control = classify(sql, Dialect::Postgres).control;
        match &result {
            Ok(_) => match control {
                Control::Begin => self.transaction.store(OPEN, Ordering::Relaxed),
                Control::Commit | Control::Rollback => self.transaction.store(IDLE, Ordering::Relaxed),
                Control::RollbackToSavepoint => self.transaction.store(OPEN, Ordering::Relaxed),
                Control::None | Control::Savepoint => {}
            },
            Err(_) if control == Control::Commit => self.transaction.store(IDLE, Ordering::Relaxed),
            Err(_) if self.in_transaction() => self.transaction.store(FAILED, Ordering::Relaxed),
            Err(_) => {}
        }
        result.map_err(DbError::from)
    }
}

impl std::fmt::Debug for PostgresConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresConnection").field("backend_id", &self.backend_id).finish_non_exhaustive()
    }
}

/// Asks the server to stop the running statement.
#[derive(Clone)]
pub struct Cancel {
    token: CancelToken,
    tls: MakeRustlsConnect,
}

impl Cancel {
    pub(super) async fn cancel(&self) -> Result<(), DbError> {
        self.token.cancel_query(self.tls.clone()).await.map_err(DbError::from)
    }
}

/// Returns how many rows a statement changed.
fn rows_changed(messages: &[SimpleQueryMessage]) -> u64 {
    let changed = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::CommandComplete(rows) => Some(*rows),
        _ => None,
    };
    messages.iter().rev().find_map(changed).unwrap_or(0)
}

/// Starts futures in order, so that each has sent its request, then waits for their results in order.
async fn in_order<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut futures = futures.into_iter().map(|future| (Box::pin(future), None)).collect::<Vec<_>>();
    poll_fn(|context| {
        for (future, output) in &mut futures {
            if let Poll::Ready(ready) = Pin::new(future).poll(context) {
                *output = Some(ready);
            }
        }
        Poll::Ready(())
    })
    .await;
    let mut outputs = Vec::with_capacity(futures.len());
    for (future, output) in futures {
        outputs.push(match output {
            Some(output) => output,
            None => future.await,
        });
    }
    outputs
}

/// Keeps a notice until it is taken.
fn keep(notices: &Mutex<Vec<Notice>>, notice: &tokio_postgres::error::DbError) {
    let mut notices = notices.lock().unwrap_or_else(PoisonError::into_inner);
    if notices.len() < MAX_NOTICES {
        notices.push(Notice {
            severity: notice.severity().to_owned(),
            code: notice.code().code().to_owned(),
            message: notice.message().to_owned(),
            detail: notice.detail().map(str::to_owned),
            hint: notice.hint().map(str::to_owned),
        });
    }
}
