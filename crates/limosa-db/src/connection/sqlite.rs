//! Connections to SQLite: the library runs on a thread of its own, so that a long statement blocks nothing.

mod functions;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

use rusqlite::InterruptHandle;
use tokio::sync::oneshot;

use self::worker::{Opened, Task};
use super::{BatchError, ConnectOptions, Param, Row};
use crate::error::{DbError, DbErrorKind};
use crate::failpoint::{Failpoint, failpoint};
use crate::url::DatabaseUrl;

/// A connection to an SQLite database.
pub(crate) struct SqliteConnection {
    tasks: mpsc::Sender<Task>,
    state: Arc<State>,
    cancel: Cancel,
    path: Option<PathBuf>,
    thread: thread::JoinHandle<()>,
}

/// What the thread tells about the connection, and is told.
#[derive(Default)]
struct State {
    in_transaction: AtomicBool,
    cancelled: AtomicBool,
}

impl SqliteConnection {
    /// Opens the file, or a database in memory, on a new thread.
    pub(crate) async fn open(url: &DatabaseUrl, options: &ConnectOptions) -> Result<Self, DbError> {
        let (tasks, queue) = mpsc::channel();
        let (reply, opened) = oneshot::channel();
        let state = Arc::new(State::default());
        let (url_copy, options, shared) = (url.clone(), options.clone(), Arc::clone(&state));
        let thread = thread::Builder::new()
            .name("sqlite".to_owned())
            .spawn(move || worker::run(&url_copy, &options, &shared, reply, &queue))
            .map_err(|error| DbError::new(DbErrorKind::Resources, format!("cannot start a thread: {error}")))?;
        let Opened { interrupt } = opened.await.map_err(|_| gone())??;
        let cancel = Cancel { interrupt: Arc::new(interrupt), state: Arc::clone(&state) };
        Ok(Self { tasks, state, cancel, path: url.sqlite_path(), thread })
    }

    /// Returns the file.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Runs one statement.
    pub(crate) async fn execute(&self, sql: &str) -> Result<u64, DbError> {
        let sql = sql.to_owned();
        self.ask(move |worker| worker.execute(&sql)).await?
    }

    /// Runs one query.
    pub(crate) async fn query(&self, sql: &str, params: &[Param]) -> Result<Vec<Row>, DbError> {
        let (sql, params) = (sql.to_owned(), params.to_vec());
        self.ask(move |worker| worker.query(&sql, &params)).await?
    }

    /// Runs statements in order until one fails.
    pub(crate) async fn batch<S: AsRef<str> + Sync>(&self, statements: &[S]) -> Result<(), BatchError> {
        let statements = statements.iter().map(|sql| sql.as_ref().to_owned()).collect::<Vec<_>>();
        let run = move |worker: &mut worker::Worker<'_>| {
            for (index, sql) in statements.iter().enumerate() {
                worker.execute(sql).map_err(|error| BatchError { index, error })?;
                if !worker.in_transaction() {
                    failpoint(Failpoint::StatementSent);
                }
            }
            Ok(())
        };
        self.ask(run).await.map_err(|error| BatchError { index: 0, error })?
    }

    /// Commits; when a deferred foreign key forbids it, rolls back as PostgreSQL would.
    pub(crate) async fn commit(&self) -> Result<(), DbError> {
        if !self.in_transaction() {
            return Err(DbError::new(DbErrorKind::FailedTransaction, "there is no transaction to commit"));
        }
        let committed = self.execute("COMMIT").await;
        if committed.is_err() && self.in_transaction() {
            // The first error is the one to tell.
            _ = self.execute("ROLLBACK").await;
        }
        committed.map(drop)
    }

    /// Returns whether a transaction is open.
    pub(crate) fn in_transaction(&self) -> bool {
        self.state.in_transaction.load(Ordering::Acquire)
    }

    /// Returns whether the thread has ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.thread.is_finished()
    }

    /// Returns the handle that stops the running statement.
    pub(crate) fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    /// Ends the thread and waits for it.
    pub(crate) async fn close(self) {
        let Self { tasks, thread, .. } = self;
        drop(tasks);
        // A panic of the thread would have been seen by the statement that caused it.
        _ = tokio::task::spawn_blocking(move || thread.join()).await;
    }

    /// Runs a function on the thread.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        run: impl FnOnce(&mut worker::Worker<'_>) -> T + Send + 'static,
    ) -> Result<T, DbError> {
        let (reply, answer) = oneshot::channel();
        let task: Task = Box::new(move |worker| {
            // Who asked may have stopped waiting.
            _ = reply.send(run(worker));
        });
        self.tasks.send(task).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())
    }
}

impl std::fmt::Debug for SqliteConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteConnection").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Interrupts the running statement, and the wait for another process's lock.
#[derive(Clone)]
pub struct Cancel {
    interrupt: Arc<InterruptHandle>,
    state: Arc<State>,
}

impl Cancel {
    pub(super) fn cancel(&self) {
        self.state.cancelled.store(true, Ordering::Release);
        self.interrupt.interrupt();
    }
}

fn gone() -> DbError {
    DbError::new(DbErrorKind::ConnectionLost, "the SQLite connection has ended")
}
