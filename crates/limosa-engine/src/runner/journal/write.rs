//! Writes the rows of the journal, together with what they are about or before it.

use limosa_db::{Failpoint, Lease, StepState, failpoint};

use super::super::work::Work;
use super::super::{RunErrorKind, Runner};

impl Runner<'_> {
    /// Runs a statement in one transaction with its row.
    pub(super) async fn together(&self, work: &mut Work<'_>, position: i64, sql: &str) -> Result<(), RunErrorKind> {
        let Some(journal) = &mut work.journal else { return Ok(()) };
        let row = journal.write(position, StepState::Finished, None, None);
        self.kept(work, &[sql, &row]).await
    }

    /// Runs statements in one transaction that is kept only if the lease is still ours.
    pub(super) async fn kept(&self, work: &mut Work<'_>, statements: &[&str]) -> Result<(), RunErrorKind> {
        work.session.begin().await?;
        let done = async {
            for sql in statements {
                self.send_one(work, sql).await?;
                failpoint(Failpoint::StepSent);
            }
            self.check_lease(&mut work.session).await
        };
        let done = match done.await {
            Ok(()) => work.session.commit().await.map_err(RunErrorKind::from),
            Err(kind) => {
                // The first error is the one to tell.
                _ = work.session.undo().await;
                Err(kind)
            }
        };
        if let Some(journal) = &mut work.journal {
            journal.close(done.is_ok());
        }
        done
    }

    /// Says that a step begins, before it does.
    pub(in super::super) async fn announced(
        &self,
        work: &mut Work<'_>,
        position: i64,
        state: StepState,
        before: Option<&str>,
    ) -> Result<(), RunErrorKind> {
        self.set_own_transaction(work, false);
        let Some(journal) = &mut work.journal else { return Ok(()) };
        // Where one statement can be the row and the check of the lease, it needs no transaction around it.
        let fence = self.lease.and_then(Lease::fence).filter(|fence| fence.is_guard() && work.session.keeps_at_once());
        let sql = journal.write(position, state, before, fence.as_ref());
        match fence {
            Some(_) => self.kept_at_once(work, &sql).await?,
            None => self.kept(work, &[&sql]).await?,
        }
        failpoint(Failpoint::StepAnnounced);
        Ok(())
    }

    /// Runs a statement that changes nothing when the lease is another's.
    async fn kept_at_once(&self, work: &mut Work<'_>, sql: &str) -> Result<(), RunErrorKind> {
        let sent = work.session.change(sql).await;
        let done = match sent.map_err(|error| RunErrorKind::refused(sql.to_owned(), error, self.context.dialect)) {
            Ok(0) => Err(self.taken_over().await?),
            done => done.map(drop),
        };
        if let Some(journal) = &mut work.journal {
            journal.close(done.is_ok());
        }
        done
    }

    /// Says how far a step came.
    pub(super) async fn write(&self, work: &mut Work<'_>, position: i64, state: StepState) -> Result<(), RunErrorKind> {
        let Some(journal) = &mut work.journal else { return Ok(()) };
        let sql = journal.write(position, state, None, None);
        self.send_one(work, &sql).await
    }

    /// Sends one statement.
    pub(in super::super) async fn send_one(&self, work: &mut Work<'_>, sql: &str) -> Result<(), RunErrorKind> {
        let sent = work.session.execute(sql).await;
        sent.map_err(|error| RunErrorKind::refused(sql.to_owned(), error, self.context.dialect))
    }

    pub(super) fn set_own_transaction(&self, work: &mut Work<'_>, open: bool) {
        if let Some(journal) = &mut work.journal {
            journal.own_transaction = open;
        }
    }

    /// Notes why a step failed, or forgets the migration when nothing of it is done; that it cannot be written changes nothing.
    pub(super) async fn close_failed(&self, work: &mut Work<'_>, position: i64, kind: &RunErrorKind, is_undone: bool) {
        let Some(journal) = work.journal.as_mut().filter(|journal| journal.has_rows && !journal.own_transaction) else {
            return;
        };
        let mut statements = Vec::new();
        if work.progress.changed {
            if !journal.unwritten.is_empty() {
                statements.push(journal.table.insert(&journal.key, &std::mem::take(&mut journal.unwritten), None));
            }
            statements.push(journal.table.finish_before(&journal.key, position));
            statements.push(journal.table.note_error(&journal.key, position, &kind.to_string(), is_undone));
        } else {
            statements.push(journal.table.forget(&journal.key, 0));
        }
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        _ = self.kept(work, &statements).await;
    }
}
