//! What belongs to one migration while it runs.

use limosa_model::Span;
use limosa_plan::steps::StepError;
use limosa_sql::dialect::Dialect;

use super::halfway::Progress;
use super::journal::JobJournal;
use super::{Job, RunErrorKind};
use crate::session::{Session, SessionError};

/// What belongs to one migration while it runs.
pub(super) struct Work<'w> {
    pub(super) session: Session<'w>,
    pub(super) job: &'w Job,
    /// What waits to be sent, where the migration is one transaction.
    pub(super) pending: Pending,
    pub(super) progress: &'w mut Progress,
    /// The journal, where it is not.
    pub(super) journal: Option<JobJournal>,
}

/// Statements that wait to be sent, each with the operation that it belongs to.
#[derive(Default)]
pub(super) struct Pending {
    pub(super) scripts: Vec<String>,
    pub(super) owners: Vec<Owner>,
    /// Which of them checks the lease.
    pub(super) fence: Option<usize>,
}

/// The operation that something belongs to.
#[derive(Clone)]
pub(super) struct Owner {
    pub(super) number: usize,
    pub(super) description: String,
    pub(super) span: Option<Span>,
    /// What its statements are for.
    pub(super) purpose: Purpose,
}

/// What a statement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// What the migration is about.
    Migrate,
    /// The rows of the history.
    Record,
    /// What the engine keeps for itself: the check of the lease, the record of runs. Nobody is told of it.
    Keep,
}

/// What failed, before it is known to whom it belongs.
pub(super) struct Failure {
    pub(super) number: Option<usize>,
    pub(super) operation: Option<(String, Option<Span>)>,
    pub(super) kind: RunErrorKind,
}

impl Pending {
    pub(super) fn push(&mut self, owner: &Owner, scripts: Vec<String>) {
        self.owners.extend(std::iter::repeat_n(owner.clone(), scripts.len()));
        self.scripts.extend(scripts);
    }
}

impl Owner {
    /// Returns an operation of the migration.
    pub(super) fn operation(number: usize, description: String, span: Option<Span>) -> Self {
        Self { number, description, span, purpose: Purpose::Migrate }
    }

    pub(super) fn failed(&self, kind: RunErrorKind) -> Failure {
        Failure { number: Some(self.number), operation: Some((self.description.clone(), self.span)), kind }
    }
}

impl From<RunErrorKind> for Failure {
    fn from(kind: RunErrorKind) -> Self {
        Self { number: None, operation: None, kind }
    }
}

impl From<StepError> for Failure {
    fn from(error: StepError) -> Self {
        Self { number: None, operation: Some((error.operation.clone(), error.span)), kind: error.into() }
    }
}

impl RunErrorKind {
    /// A statement was refused, over whichever connection it went.
    pub(super) fn refused(sql: String, error: SessionError, dialect: Dialect) -> Self {
        match Self::from(error) {
            Self::Database(error) => Self::Statement { sql, error },
            Self::Python(error) => match error.refusal(dialect) {
                Some(error) => Self::Statement { sql, error },
                None => Self::Python(error),
            },
            kind => kind,
        }
    }
}
