//! The record of a run: what is noted before it changes something, and how it ended.

mod fingerprint;
mod person;

use std::time::Duration;

use limosa_db::{DbErrorKind, Lease, MigrationRun, NewRun, Outcome, RunEnd, RunLog};
use limosa_engine::bridge::BridgeError;
use limosa_engine::runner::RunErrorKind;
use limosa_model::MigrationId;

pub use self::fingerprint::{Fingerprint, fingerprint};
use crate::connected::Connected;
use crate::error::Error;
use crate::workspace::Workspace;

/// The record of a run, which begins when there is something to note.
#[derive(Debug)]
pub struct RunRecord<'a> {
    connected: &'a Connected,
    lease: &'a Lease,
    run: NewRun,
    log: Option<RunLog>,
    has_begun: bool,
}

impl<'a> RunRecord<'a> {
    /// Returns the record of a run that has changed nothing yet.
    pub fn new(
        workspace: &Workspace,
        connected: &'a Connected,
        lease: &'a Lease,
        command: Option<&str>,
        plan: Option<&Fingerprint>,
    ) -> Self {
        let config = &workspace.project().config;
        let run = NewRun {
            command: command.map(str::to_owned),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            user: person::name(&config.env),
            plan_fingerprint: plan.map(|plan| plan.number.clone()),
            keeps_sql: config.history_sql.as_ref().is_none_or(|setting| setting.value),
        };
        Self { connected, lease, run, log: None, has_begun: false }
    }

    /// Notes that the run begins, unless that is noted already.
    ///
    /// # Errors
    /// When the database cannot be asked; that it may not be written is none.
    pub async fn begin(&mut self) -> Result<(), Error> {
        if !std::mem::replace(&mut self.has_begun, true) {
            self.log = RunLog::begin(&self.connected.connection, self.lease, &self.run).await?;
        }
        Ok(())
    }

    /// Returns the record, when one is kept.
    pub fn log(&self) -> Option<&RunLog> {
        self.log.as_ref()
    }

    /// Returns the statement that notes a change of nothing but the history; none where no record is kept.
    pub fn note(&self, id: &MigrationId, outcome: &'static str, backwards: bool) -> Option<String> {
        self.note_statements(&id.app, &id.name, outcome, backwards, &[])
    }

    /// Returns the statement that notes others; none where no record is kept.
    pub fn note_statements(
        &self,
        app: &str,
        name: &str,
        outcome: &'static str,
        backwards: bool,
        statements: &[String],
    ) -> Option<String> {
        let log = self.log.as_ref()?;
        let mut text = log.text();
        statements.iter().for_each(|sql| text.push(1, sql));
        let (text, took) = (&text, Duration::ZERO);
        Some(log.migration_statement(&MigrationRun {
            app,
            name,
            backwards,
            outcome,
            text,
            took,
            one_transaction: false,
        }))
    }

    /// Notes how the run ended, where it can still be noted.
    pub async fn end<T>(&self, result: &Result<T, Error>) {
        let connection = &self.connected.connection;
        let (Some(log), Some(end)) = (&self.log, end_of(result)) else { return };
        if !connection.is_closed() {
            // The run itself is done, or its failure is what is told.
            _ = log.end(connection, &end).await;
        }
    }
}

/// Returns what is noted of an end; nothing when another runner has taken over, or the run goes on over another connection.
fn end_of<T>(result: &Result<T, Error>) -> Option<RunEnd> {
    let error = match result {
        Ok(_) => return Some(RunEnd { outcome: Outcome::Applied, error_code: None, error: None }),
        Err(Error::TakenOver(_)) => return None,
        Err(error) => error,
    };
    let code = match error {
        Error::Database(error) => error.code.clone(),
        Error::Run { error, .. } => match &error.kind {
            RunErrorKind::TakenOver(_) | RunErrorKind::ConnectionLost { .. } => return None,
            RunErrorKind::Statement { error, .. } | RunErrorKind::Database(error) => error.code.clone(),
            _ => None,
        },
        _ => None,
    };
    let outcome = if is_interrupted(error) { Outcome::Interrupted } else { Outcome::Failed };
    Some(RunEnd { outcome, error_code: code, error: Some(error.to_string()) })
}

/// Returns whether a run ended because it was asked to.
pub(crate) fn is_interrupted(error: &Error) -> bool {
    match error {
        Error::Database(error) => error.kind == DbErrorKind::Cancelled,
        Error::Python(error) => matches!(error, BridgeError::Interrupted),
        Error::Run { error, .. } => match &error.kind {
            RunErrorKind::Interrupted | RunErrorKind::Python(BridgeError::Interrupted) => true,
            RunErrorKind::Statement { error, .. } | RunErrorKind::Database(error) => {
                error.kind == DbErrorKind::Cancelled
            }
            _ => false,
        },
        _ => false,
    }
}
