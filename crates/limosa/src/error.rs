//! Everything that can stop a command, with what to do about it.

use std::sync::Arc;

use limosa_db::{DbError, LockError, LockHolder, UrlError};
use limosa_engine::bridge::BridgeError;
use limosa_engine::runner::{RunError, RunErrorKind};
use limosa_model::{Diagnostic, MigrationId};
use limosa_plan::planner::{PlanError, TargetError};
use limosa_source::project::OpenError;
use limosa_source::sources::{Location, Sources};

/// What stopped a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no project.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Files of the project, its graph or its history are wrong.
    #[error("{}", summary(diagnostics))]
    Project {
        /// What is wrong.
        diagnostics: Vec<Diagnostic>,
        /// The files that the diagnostics point at.
        sources: Arc<Sources>,
    },
    /// Python is needed and cannot answer.
    #[error(transparent)]
    Python(#[from] BridgeError),
    /// What Python answered is not understood.
    #[error("{0}")]
    Answer(String),
    /// No app has this label.
    #[error("no installed app with label `{label}`")]
    NoApp {
        /// The label.
        label: String,
        /// The labels that there are.
        known: Vec<String>,
    },
    /// There is no such database in the settings.
    #[error("there is no database `{alias}` in the settings")]
    NoDatabase {
        /// The alias.
        alias: String,
        /// The aliases that there are.
        known: Vec<String>,
    },
    /// There is no such migration.
    #[error("there is no migration {0} on disk")]
    NoMigration(MigrationId),
    /// The target is not there.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// There is no way to the target.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The URL of the database is not understood.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The database refused something.
    #[error(transparent)]
    Database(#[from] DbError),
    /// Another runner holds the lock.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Another runner took the work over.
    #[error("the work was taken over by {0}: this runner gave no sign of life for too long, and has stopped")]
    TakenOver(Box<LockHolder>),
    /// A migration failed.
    #[error("{error}")]
    Run {
        /// What failed, and what is left behind.
        error: Box<RunError>,
        /// Where its operation was written.
        place: Option<Location>,
    },
    /// A file could not be written.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// A command was told something that does not fit.
    #[error("{message}")]
    Usage {
        /// What does not fit.
        message: String,
        /// What to do instead.
        help: String,
    },
}

impl Error {
    /// Returns how many migrations of the run are applied, when all that failed is the connection after the last of them.
    pub(crate) fn applied_all_the_same(&self) -> Option<usize> {
        match self {
            Self::Run { error, .. } if matches!(error.kind, RunErrorKind::ConnectionLost { applied: true, .. }) => {
                Some(error.done + 1)
            }
            _ => None,
        }
    }
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    let messages: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    messages.join("; ")
}
