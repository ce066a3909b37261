//! What is left when the connection that did the work is gone.

use std::time::{Duration, Instant};

use super::{Lease, backends};
use crate::connection::Connection;
use crate::error::{DbError, DbErrorKind};
use crate::lock::{LockHolder, pause};

/// What became of a lease whose connection was lost.
#[derive(Debug)]
pub enum Lost {
    /// Another runner has it, or had it since; nobody when that one has let go already.
    TakenOver(Option<LockHolder>),
    /// It is still ours. The old connection's server side has ended: what the database says now is the outcome.
    Ours(Connection),
}

/// How long a server may take to end a connection.
const LIMIT: Duration = Duration::from_secs(60);

impl Lease {
    /// Returns who has taken the lease over, if somebody has; over the connection that does the work.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn taken_over(&self, connection: &Connection) -> Result<Option<LockHolder>, DbError> {
        let Some(row) = &self.row else { return Ok(None) };
        let entry = row.table.read(connection).await?;
        Ok(match entry {
            Some(entry) if entry.token == row.token => None,
            Some(entry) => Some(entry.holder),
            None => Some(LockHolder::default()),
        })
    }

    /// Connects again after the connection was lost, ends what is left of it on the server, and looks whose the lease is.
    ///
    /// Returns nothing where there is no lease, so that nobody can say.
    ///
    /// # Errors
    /// When the database cannot be reached, or does not end the old connection in time.
    pub async fn reconnect(&self, lost: &Connection) -> Result<Option<Lost>, DbError> {
        let Some(row) = &self.row else { return Ok(None) };
        let connection = Connection::open(&row.scope.url, &row.scope.options).await?;
        let started = Instant::now();
        let mut tries = 0;
        loop {
            let Some(mut entry) = row.table.read(&connection).await? else { return Ok(Some(Lost::TakenOver(None))) };
            if entry.token != row.token {
                let holder = entry.run_id.is_some().then_some(entry.holder);
                return Ok(Some(Lost::TakenOver(holder)));
            }
            // The others of this run are alive: only what the lost one does must end.
            entry.backends = lost.backend_id().into_iter().collect();
            if backends::end_listed(&connection, &entry).await? {
                return Ok(Some(Lost::Ours(connection)));
            }
            if started.elapsed() > LIMIT {
                let message = "the server does not end the connection that was lost";
                return Err(DbError::new(DbErrorKind::ConnectionLost, message));
            }
            tokio::time::sleep(pause(tries)).await;
            tries += 1;
        }
    }
}
