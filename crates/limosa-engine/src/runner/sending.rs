//! Sends the statements of a migration that is one transaction, in as few round trips as the database allows.

use super::work::{Failure, Owner, Purpose, Work};
use super::{RunErrorKind, Runner};
use crate::events::Event;

impl Runner<'_> {
    /// Sends what waits to be sent; fails when the lease is another's by then.
    pub(super) async fn send(&self, work: &mut Work<'_>) -> Result<(), Failure> {
        let sent = std::mem::take(&mut work.pending);
        if sent.scripts.is_empty() {
            return Ok(());
        }
        if self.interrupt.is_requested() {
            return Err(RunErrorKind::Interrupted.into());
        }
        self.before_sending(work).await?;
        for (_, sql) in sent.owners.iter().zip(&sent.scripts).filter(|(owner, _)| owner.purpose != Purpose::Keep) {
            self.events.send(Event::Statement { sql: sql.clone() });
        }
        let result = work.session.run(&sent.scripts, sent.fence).await;
        let tried = result.as_ref().map_or_else(|failed| failed.index + 1, |_| sent.scripts.len());
        let own = |(owner, _): &(&Owner, &String)| owner.purpose == Purpose::Migrate;
        let own = sent.owners.iter().zip(&sent.scripts).take(tried).filter(own);
        work.progress.executed(own.map(|(_, sql)| sql.as_str()), self.context.dialect);
        if matches!(result, Ok(false)) {
            return Err(self.taken_over().await?.into());
        }
        result.map(drop).map_err(|failed| {
            let kind = RunErrorKind::refused(failed.statement, failed.error, self.context.dialect);
            work.progress.changed |= failed.partly || kind.is_lost_connection();
            match sent.owners.get(failed.index) {
                Some(owner) => owner.failed(kind),
                None => kind.into(),
            }
        })
    }
}
