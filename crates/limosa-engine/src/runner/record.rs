//! What a migration leaves in the history and in the record of runs.

use std::time::Duration;

use limosa_db::{MigrationRun, RunText};
use limosa_model::graph::Direction;
use limosa_sql::dialect::Dialect;

use super::halfway::Progress;
use super::journal::JobJournal;
use super::{Job, RunError, RunErrorKind, Runner};
use crate::session::statements_of;

impl Runner<'_> {
    /// Returns the statements that record a migration in the history, and forget its steps.
    pub(super) fn records(&self, job: &Job, journal: Option<&JobJournal>) -> Vec<String> {
        let record = |id: &limosa_model::MigrationId| match job.direction {
            Direction::Forwards => self.history.insert_statement(&id.app, &id.name),
            Direction::Backwards => self.history.delete_statement(&id.app, &id.name),
        };
        let forget = journal.and_then(JobJournal::forget);
        forget.into_iter().chain(job.records.iter().map(record)).chain(job.statements.iter().cloned()).collect()
    }

    /// Returns the statement that notes a migration in the record of runs, for the transaction of the history row.
    ///
    /// `waiting` is what is sent before it, with it.
    pub(super) fn note(
        &self,
        job: &Job,
        outcome: &'static str,
        progress: &Progress,
        waiting: &[String],
    ) -> Option<String> {
        let (log, mut sent) = (self.log?, progress.sent.clone()?);
        for script in waiting {
            sent.push(statements_of(script, self.context.dialect).len(), script);
        }
        Some(log.migration_statement(&MigrationRun {
            one_transaction: self.is_transaction(job),
            ..noted(job, outcome, &sent, progress.began.elapsed())
        }))
    }

    /// Notes a migration that failed.
    pub(super) async fn note_failure(&self, job: &Job, error: &RunError, took: Duration) {
        let Some(log) = self.log else { return };
        let is_silent = match error.kind {
            // Nothing is written any more, or nothing was done.
            RunErrorKind::TakenOver(_) | RunErrorKind::ConnectionLost { .. } => true,
            RunErrorKind::Interrupted => error.sent.statements() == 0,
            _ => self.connection.is_closed(),
        };
        if !is_silent {
            let outcome = if error.rolled_back { "failed" } else { "partial" };
            // The failure itself is what is told.
            _ = log.add_failed(self.connection, &noted(job, outcome, &error.sent, took)).await;
        }
    }
}

impl Progress {
    /// Notes what was executed.
    pub(super) fn executed<'s>(&mut self, scripts: impl Iterator<Item = &'s str>, dialect: Dialect) {
        let Some(sent) = &mut self.sent else { return };
        for script in scripts {
            sent.push(statements_of(script, dialect).len(), script);
        }
    }

    /// Notes that code runs, whose own statements are not known.
    pub(super) fn code(&mut self, description: &str) {
        if let Some(sent) = &mut self.sent {
            sent.note(&format!("code: {description}"));
        }
    }
}

/// Returns the word for a migration that ended well.
pub(super) fn outcome(job: &Job) -> &'static str {
    match job.direction {
        Direction::Forwards if job.is_part => "in part",
        Direction::Forwards => "applied",
        Direction::Backwards => "unapplied",
    }
}

fn noted<'j>(job: &'j Job, outcome: &'static str, text: &'j RunText, took: Duration) -> MigrationRun<'j> {
    MigrationRun {
        app: &job.migration.id.app,
        name: &job.migration.id.name,
        backwards: job.direction == Direction::Backwards,
        outcome,
        text,
        took,
        one_transaction: false,
    }
}
