//! Shows that the holder of a lease lives, from a thread of its own: whatever else the process does, it goes on.
//!
//! On a server it is a connection of its own, opened when it is first needed: most runs are over by then. On SQLite it is the lock file.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use limosa_sql::dialect::Dialect;
use tokio::sync::oneshot;

use super::table::Table;
use super::{LeaseScope, Step};
use crate::connection::Connection;
use crate::error::DbError;
use crate::lock::FileLock;

/// What renews a lease until it is stopped or dropped.
#[derive(Debug)]
pub(super) struct Heartbeat {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
    lost: Arc<AtomicBool>,
}

/// How long what the holder does may be out of date for those who wait.
const NEWS: Duration = Duration::from_secs(2);

impl Heartbeat {
    /// Renews the row of a lease.
    pub(super) fn on_server(scope: &LeaseScope, table: &Table, token: i64, step: &Step) -> Self {
        let (scope, table) = (scope.clone(), table.clone());
        let mut connection = None;
        Self::start(scope.life, step, async move |step| {
            if connection.as_ref().is_none_or(Connection::is_closed) {
                connection = None;
            }
            let own = match &connection {
                Some(own) => own,
                None => connection.insert(open(&scope).await?),
            };
            Ok(own.execute(&table.renew(token, &scope.run_id, Some(step))).await? == 1)
        })
    }

    /// Renews the text of a lock file.
    pub(super) fn in_file(scope: &LeaseScope, lock: &Arc<FileLock>, step: &Step) -> Self {
        let lock = Arc::clone(lock);
        Self::start(scope.life, step, async move |step| {
            // A disk that is full stops the work in its own words.
            _ = lock.beat(step);
            Ok(lock.is_valid())
        })
    }

    /// Calls `beat` often enough; it returns whether the lease is still ours.
    fn start(
        life: Duration,
        step: &Step,
        mut beat: impl AsyncFnMut(&str) -> Result<bool, DbError> + Send + 'static,
    ) -> Self {
        let lost = Arc::new(AtomicBool::new(false));
        let (stop, mut stopped) = oneshot::channel();
        let (shared, step) = (Arc::clone(&lost), step.clone());
        let run = move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async {
                let third = life / 3;
                let mut last = (Instant::now(), String::new());
                let mut next = third.min(NEWS);
                loop {
                    tokio::select! {
                        _ = &mut stopped => return,
                        () = tokio::time::sleep(next) => {}
                    }
                    let now = step.get();
                    if last.0.elapsed() < third && last.1 == now {
                        next = (third - last.0.elapsed()).min(NEWS);
                        continue;
                    }
                    let began = Instant::now();
                    let beat = tokio::select! {
                        _ = &mut stopped => return,
                        beat = tokio::time::timeout(life, beat(&now)) => beat,
                    };
                    match beat {
                        Ok(Ok(true)) => {
                            last = (began, now);
                            next = third.min(NEWS);
                        }
                        Ok(Ok(false)) => {
                            shared.store(true, Ordering::Release);
                            return;
                        }
                        // The lease is still good for a while.
                        Ok(Err(_)) | Err(_) => next = third / 4,
                    }
                }
            });
        };
        let thread = thread::Builder::new().name("limosa-lease".to_owned()).spawn(run).ok();
        Self { stop: Some(stop), thread, lost }
    }

    /// Returns whether another runner is known to hold the lease.
    pub(super) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    /// Ends the thread.
    pub(super) fn stop(self) {}
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.stop.take().map(|stop| stop.send(()));
        _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

async fn open(scope: &LeaseScope) -> Result<Connection, DbError> {
    let connection = Connection::open(&scope.url, &scope.options).await?;
    if connection.dialect() == Dialect::Postgres && !connection.is_pooled() {
        // A beat that a crash of the server loses does not matter.
        connection.execute("SET synchronous_commit = off").await?;
    }
    Ok(connection)
}
