//! Stopping a statement from elsewhere.

use super::{mysql, postgres, sqlite};
use crate::error::DbError;

/// Stops the statement that runs on a connection.
#[derive(Clone)]
pub enum CancelHandle {
    /// Asks the server over a connection of its own.
    #[doc(hidden)]
    Mysql(mysql::Cancel),
    /// Asks the server over a connection of its own.
    #[doc(hidden)]
    Postgres(postgres::Cancel),
    /// Interrupts the library.
    #[doc(hidden)]
    Sqlite(sqlite::Cancel),
}

impl CancelHandle {
    /// Stops the running statement, which then fails with [`DbErrorKind::Cancelled`]; without one nothing happens.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn cancel(&self) -> Result<(), DbError> {
        match self {
            Self::Mysql(cancel) => cancel.cancel().await,
            Self::Postgres(cancel) => cancel.cancel().await,
            Self::Sqlite(cancel) => {
                cancel.cancel();
                Ok(())
            }
        }
    }
}

impl std::fmt::Debug for CancelHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CancelHandle")
    }
}
