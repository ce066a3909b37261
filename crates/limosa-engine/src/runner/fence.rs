//! What a runner does about its lease: checks it, shows where it is, and finds out what became of a lost connection.

use limosa_db::{Connection, DbError, DbErrorKind, Lease, Lost};
use limosa_model::graph::Direction;

use super::work::Work;
use super::{Job, RunError, RunErrorKind, Runner};
use crate::session::Session;

impl Runner<'_> {
    /// Fails when another runner has taken over; otherwise nobody can before the session's transaction ends.
    pub(super) async fn check_lease(&self, session: &mut Session<'_>) -> Result<(), RunErrorKind> {
        let Some(fence) = self.lease.and_then(Lease::fence) else { return Ok(()) };
        if session.holds(&fence).await? {
            return Ok(());
        }
        Err(self.taken_over().await?)
    }

    /// Returns the failure that says who has taken over.
    pub(super) async fn taken_over(&self) -> Result<RunErrorKind, RunErrorKind> {
        let holder = match self.lease {
            Some(lease) => lease.taken_over(self.connection).await?,
            None => None,
        };
        Ok(RunErrorKind::TakenOver(Box::new(holder.unwrap_or_default())))
    }

    /// Stops early where another runner is known to have taken over: in a transaction the lease is checked before that is kept.
    pub(super) async fn before_sending(&self, work: &mut Work<'_>) -> Result<(), RunErrorKind> {
        if self.lease.is_some_and(Lease::is_lost) { self.check_lease(&mut work.session).await } else { Ok(()) }
    }

    /// Says where the run is, for those who wait.
    pub(super) fn show_step(&self, step: impl FnOnce() -> String) {
        if let Some(lease) = self.lease {
            lease.set_step(step());
        }
    }

    /// Finds out whether a failure came from another runner that has taken over, and what became of a lost connection's work.
    pub(super) async fn explain_loss(&self, job: &Job, error: RunError) -> RunError {
        let Some(lease) = self.lease else { return error };
        if matches!(error.kind, RunErrorKind::TakenOver(_) | RunErrorKind::Interrupted | RunErrorKind::Step(_)) {
            return error;
        }
        let mut is_lost = error.kind.is_lost_connection() || self.connection.is_closed();
        let mut kind = None;
        if !is_lost {
            match lease.taken_over(self.connection).await {
                Ok(holder) => kind = holder.map(|holder| RunErrorKind::TakenOver(Box::new(holder))),
                // Python's connection was lost, and this one as well.
                Err(failed) => is_lost = failed.kind == DbErrorKind::ConnectionLost,
            }
        }
        if is_lost {
            // Where that fails too, the first error is the one to tell.
            kind = self.reconnect(lease, job, &error.kind).await.unwrap_or_default();
        }
        match kind {
            Some(kind) => RunError { kind, ..error },
            None => error,
        }
    }

    async fn reconnect(&self, lease: &Lease, job: &Job, kind: &RunErrorKind) -> Result<Option<RunErrorKind>, DbError> {
        Ok(match lease.reconnect(self.connection).await? {
            None => None,
            Some(Lost::TakenOver(holder)) => Some(RunErrorKind::TakenOver(Box::new(holder.unwrap_or_default()))),
            Some(Lost::Ours(connection)) => {
                let applied = self.is_recorded(&connection, job).await?;
                connection.close().await;
                match kind {
                    RunErrorKind::Statement { error, .. } | RunErrorKind::Database(error) => {
                        Some(RunErrorKind::ConnectionLost { applied, error: error.clone() })
                    }
                    _ => None,
                }
            }
        })
    }

    /// Returns whether the history is as the job was to leave it.
    async fn is_recorded(&self, connection: &Connection, job: &Job) -> Result<bool, DbError> {
        for id in &job.records {
            let recorded = self.history.contains(connection, &id.app, &id.name).await?;
            if recorded != (job.direction == Direction::Forwards) {
                return Ok(false);
            }
        }
        Ok(!job.records.is_empty())
    }
}
