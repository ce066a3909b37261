//! The failure of one of several statements.

use crate::error::DbError;

/// A statement of a batch failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("statement {}: {error}", index + 1)]
pub struct BatchError {
    /// The index of the statement, from 0. Those before it succeeded; those after it have had no effect.
    pub index: usize,
    /// What the database said.
    #[source]
    pub error: DbError,
}
