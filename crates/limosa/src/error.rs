//! Everything that can stop a command, with what to do about it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use limosa_db::{DbError, DbErrorKind, LockError, LockHolder, UrlError};
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
    /// A migration that is half-way does not allow what is asked for.
    #[error("{message}")]
    HalfApplied {
        /// Which, and how it stands.
        message: String,
        /// What to do first.
        help: String,
    },
    /// The members that a run waits for were not there, or the one that ran has failed.
    #[error("{message}")]
    Quorum {
        /// What happened, and who was there.
        message: String,
        /// What to do.
        help: String,
        /// Whether it was the run of another member that failed.
        has_failed: bool,
    },
    /// A file could not be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The system refused something else than a file.
    #[error("{what}: {error}")]
    System {
        /// What it refused.
        what: &'static str,
        /// Why.
        error: std::io::Error,
    },
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
    /// Returns what makes an error of what the system says of a file.
    pub(crate) fn of_file(path: &Path) -> impl Fn(std::io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File { path: path.clone(), error }
    }

    /// Returns how the run can go on over another connection, when all that failed is the connection.
    ///
    /// A migration that was rolled back with it is left to the next run: perhaps it is what the server cannot bear.
    pub(crate) fn goes_on(&self) -> Option<GoesOn> {
        let error = match self {
            Self::Run { error, .. } => error,
            Self::Lock(LockError::Database(error)) if error.kind == DbErrorKind::ConnectionLost => {
                let said = "the connection was lost while the lock was asked for, and the run goes on";
                return Some(GoesOn { applied: 0, said });
            }
            _ => return None,
        };
        match error.kind {
            RunErrorKind::ConnectionLost { applied: true, .. } => {
                let said = "the connection was lost while committing; the migration is applied, and the run goes on";
                Some(GoesOn { applied: error.done + 1, said })
            }
            RunErrorKind::ConnectionLost { applied: false, .. } if error.halfway.is_some() => {
                let said = "the connection was lost; the journal knows how far the migration came, and the run goes on";
                Some(GoesOn { applied: error.done, said })
            }
            _ => None,
        }
    }
}

/// How a run goes on after its connection was lost.
pub(crate) struct GoesOn {
    /// How many migrations of it are applied.
    pub(crate) applied: usize,
    /// What to say.
    pub(crate) said: &'static str,
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    let messages: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    messages.join("; ")
}
