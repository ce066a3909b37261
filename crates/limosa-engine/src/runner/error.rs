//! Why a run stopped, and what it leaves behind.

use limosa_db::{DbError, DbErrorKind, LockHolder, RunText};
use limosa_model::{MigrationId, Span};
use limosa_plan::steps::StepError;

use crate::bridge::BridgeError;
use crate::causes::Explanation;
use crate::session::SessionError;

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
#[error("run {migration}: {kind}")]
pub struct RunError {
    /// The migration that was running.
    pub migration: MigrationId,
    /// What its operation does, when one was running.
    pub operation: Option<String>,
    /// Where the operation was written.
    pub span: Option<Span>,
    /// What went wrong.
    pub kind: RunErrorKind,
    /// Whether the migration's effects are undone; otherwise what ran before the failure stays.
    pub rolled_back: bool,
    /// What stays and what is left, unless the effects are undone.
    pub halfway: Option<Halfway>,
    /// What was executed of it, for the record.
    pub sent: RunText,
    /// What usually causes it, as far as that is known.
    pub explanation: Option<Explanation>,
    /// How many migrations of this run ended well before it.
    pub done: usize,
    /// How many migrations of this run were not come to.
    pub not_reached: usize,
}

/// How far a migration came that is not one transaction, in the words of its operations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Halfway {
    /// The operations that were done.
    pub done: Vec<String>,
    /// The statements of the failed operation that succeeded.
    pub ran: Vec<String>,
    /// The operations that are left, from the failed one on.
    pub left: Vec<String>,
}

impl RunError {
    /// Something went wrong before the migration did anything.
    pub(super) fn before(job: &super::Job, kind: RunErrorKind) -> Self {
        Self {
            migration: job.migration.id.clone(),
            operation: None,
            span: None,
            kind,
            rolled_back: true,
            halfway: None,
            sent: RunText::default(),
            explanation: None,
            done: 0,
            not_reached: 0,
        }
    }
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum RunErrorKind {
    /// The database refused a statement.
    #[error("{error}")]
    Statement {
        /// The statement.
        sql: String,
        /// What it said.
        error: DbError,
    },
    /// The database refused something else.
    #[error(transparent)]
    Database(#[from] DbError),
    /// Python code of the project failed, or Python is gone.
    #[error(transparent)]
    Python(#[from] BridgeError),
    /// A function of the embedding program failed.
    #[error("function `{function}`: {source}")]
    Rust {
        /// The function.
        function: String,
        /// What it said.
        source: crate::functions::BoxError,
    },
    /// A migration needs a function that is not registered.
    #[error("function `{0}` is not registered: only the program that embeds this project can run it")]
    UnknownFunction(String),
    /// A migration mixes Python and functions of the embedding program.
    #[error("function `{0}` cannot run in a migration that holds Python code: put it into a migration of its own")]
    Mixed(String),
    /// A migration needs Python and there is none.
    #[error("it holds Python code, and no Python was started")]
    NoPython,
    /// Another runner has taken over: this one gave no sign of life for too long.
    #[error("the work was taken over by {0}: this runner gave no sign of life for too long, and writes nothing more")]
    TakenOver(Box<LockHolder>),
    /// The connection was lost; over another one the history says what became of the migration.
    #[error("the connection was lost: {error}")]
    ConnectionLost {
        /// Whether the migration is recorded as it was to be.
        applied: bool,
        /// What was noticed of the loss.
        error: DbError,
    },
    /// It was asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// A step began in an earlier run, and nothing tells whether it happened.
    #[error("a step of it began{} and was not seen to end: nothing tells whether it happened", since.as_ref().map(|time| format!(" at {time}")).unwrap_or_default())]
    Unfinished {
        /// The migration.
        migration: MigrationId,
        /// The statement; nothing for code.
        statement: Option<String>,
        /// When it began, in UTC.
        since: Option<String>,
        /// The run that began it.
        run: String,
    },
    /// What a step of an earlier run should have made or changed is neither as it was nor as it should be.
    #[error("what a step of an earlier run was to make is there in another form")]
    Different {
        /// The statement.
        statement: String,
        /// How it should be defined.
        expected: String,
        /// How it is defined.
        found: String,
    },
    /// An operation that an earlier run did, or began, is another one now.
    #[error("an earlier run came half-way, and the operation \"{operation}\" was edited since")]
    Edited {
        /// What the operation did.
        operation: String,
    },
    /// Its steps cannot be told.
    #[error(transparent)]
    Step(#[from] StepError),
    /// Rows violate foreign keys (SQLite checks them at the end).
    #[error("rows of `{table}` refer to rows of `{parent}` that are not there")]
    ForeignKeys {
        /// The table that refers.
        table: String,
        /// The table that is referred to.
        parent: String,
    },
}

impl RunErrorKind {
    /// Returns whether the connection broke, so that nobody knows what the last statement did.
    pub fn is_lost_connection(&self) -> bool {
        match self {
            Self::Statement { error, .. } | Self::Database(error) => error.kind == DbErrorKind::ConnectionLost,
            Self::ConnectionLost { .. } => true,
            _ => false,
        }
    }
}

impl From<SessionError> for RunErrorKind {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Database(error) => Self::Database(error),
            SessionError::Bridge(error) => Self::Python(error),
        }
    }
}
