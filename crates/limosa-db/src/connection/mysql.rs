//! Connections to MySQL and MariaDB: the driver runs in a task of its own, so that a future that is dropped leaves it in order.

mod cancel;
mod open;
mod server;
mod tls;
mod values;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{mpsc, oneshot};

pub(super) use self::cancel::Cancel;
pub(crate) use self::server::Server;
use self::worker::{Outcome, Task};
use super::{BatchError, Param, Row};
use crate::error::{DbError, DbErrorKind};

/// A connection to MySQL or MariaDB.
pub(crate) struct MysqlConnection {
    tasks: mpsc::UnboundedSender<Task>,
    state: Arc<State>,
    server: Server,
    cancel: Cancel,
    driver: tokio::task::JoinHandle<()>,
}

/// What the task tells about the connection.
#[derive(Debug, Default)]
struct State {
    in_transaction: AtomicBool,
    /// Whether statements are not kept by themselves (`SET autocommit = 0`).
    holds_back: AtomicBool,
    closed: AtomicBool,
}

impl MysqlConnection {
    /// Returns what is known about the server.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// Runs one statement.
    pub(crate) async fn execute(&self, sql: &str) -> Result<u64, DbError> {
        Ok(self.run(sql, &[]).await?.changed)
    }

    /// Runs one query.
    pub(crate) async fn query(&self, sql: &str, params: &[Param]) -> Result<Vec<Row>, DbError> {
        Ok(self.run(sql, params).await?.rows)
    }

    /// Runs statements in order until one fails; no statement of the database's own is undone by that.
    pub(crate) async fn batch<S: AsRef<str> + Sync>(&self, statements: &[S]) -> Result<(), BatchError> {
        let statements = statements.iter().map(|sql| sql.as_ref().to_owned()).collect();
        let lost = |error| BatchError { index: 0, error };
        self.ask(|reply| Task::Batch { statements, reply }).await.map_err(lost)?
    }

    /// Commits; where the database committed on its own already, there is nothing left to do.
    pub(crate) async fn commit(&self) -> Result<(), DbError> {
        self.execute("COMMIT").await.map(drop)
    }

    /// Returns whether a transaction is open, as the server said at the end of the last statement.
    pub(crate) fn in_transaction(&self) -> bool {
        self.state.in_transaction.load(Ordering::Acquire)
    }

    /// Returns whether a statement is kept as soon as it has run.
    pub(crate) fn keeps_at_once(&self) -> bool {
        !self.in_transaction() && !self.state.holds_back.load(Ordering::Acquire)
    }

    /// Returns whether the connection is known to be lost.
    pub(crate) fn is_closed(&self) -> bool {
        self.state.closed.load(Ordering::Acquire)
    }

    /// Returns the handle that stops the running statement.
    pub(crate) fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    /// Returns a sender of statements whose outcome nobody waits for; it does not keep the connection open.
    pub(crate) fn sender(&self) -> Sender {
        Sender(self.tasks.downgrade())
    }

    /// Says goodbye and waits until the socket is closed.
    pub(crate) async fn close(self) {
        drop(self.tasks);
        // The task ends when it has sent the goodbye; its own failure changes nothing any more.
        _ = self.driver.await;
    }

    async fn run(&self, sql: &str, params: &[Param]) -> Result<Outcome, DbError> {
        let (sql, params) = (sql.to_owned(), params.to_vec());
        self.ask(|reply| Task::Run { sql, params, reply }).await?
    }

    /// Hands a task to the driver and waits for its answer.
    async fn ask<T>(&self, task: impl FnOnce(oneshot::Sender<T>) -> Task) -> Result<T, DbError> {
        let (reply, answer) = oneshot::channel();
        self.tasks.send(task(reply)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())
    }
}

impl std::fmt::Debug for MysqlConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MysqlConnection").field("server", &self.server).finish_non_exhaustive()
    }
}

/// Sends statements whose outcome nobody waits for.
#[derive(Debug)]
pub(crate) struct Sender(mpsc::WeakUnboundedSender<Task>);

impl Sender {
    /// Sends one, unless the connection is gone.
    pub(crate) fn send(&self, sql: String) {
        let Some(tasks) = self.0.upgrade() else { return };
        let (reply, _) = oneshot::channel();
        // Where the task has ended, the session has, too.
        _ = tasks.send(Task::Run { sql, params: Vec::new(), reply });
    }
}

fn gone() -> DbError {
    DbError::new(DbErrorKind::ConnectionLost, "the connection to the server has ended")
}
