//! Where a migration's statements go: the engine's own connection, or the project's Python with Django's connection.

use limosa_db::{Connection, DbError};
use limosa_sql::dialect::Dialect;
use limosa_sql::split;

use crate::bridge::{Bridge, BridgeError};

/// Where a migration's statements go.
pub(crate) enum Session<'a> {
    /// The engine's own connection.
    Direct(&'a Connection),
    /// Django's connection, so that Python code is in the same transaction.
    Bridge(&'a mut Bridge, Dialect),
}

/// Why a statement failed.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The database refused it.
    #[error(transparent)]
    Database(#[from] DbError),
    /// Python refused it, or is gone.
    #[error(transparent)]
    Bridge(#[from] BridgeError),
}

/// A statement that failed, by its place among those that were to run.
pub(crate) struct Failed {
    pub(crate) index: usize,
    pub(crate) error: SessionError,
}

impl Session<'_> {
    /// Begins a transaction.
    pub(crate) async fn begin(&mut self) -> Result<(), SessionError> {
        match self {
            Self::Direct(connection) => Ok(connection.begin().await?),
            Self::Bridge(bridge, _) => Ok(bridge.begin().await?),
        }
    }

    /// Commits it.
    pub(crate) async fn commit(&mut self) -> Result<(), SessionError> {
        match self {
            Self::Direct(connection) => Ok(connection.commit().await?),
            Self::Bridge(bridge, _) => Ok(bridge.commit().await?),
        }
    }

    /// Rolls it back; a lost connection has done so already.
    pub(crate) async fn rollback(&mut self) {
        match self {
            Self::Direct(connection) => _ = connection.rollback().await,
            Self::Bridge(bridge, _) => _ = bridge.rollback().await,
        }
    }

    /// Runs scripts in order until a statement fails.
    pub(crate) async fn run(&mut self, scripts: &[String]) -> Result<(), Failed> {
        match self {
            Self::Direct(connection) => {
                let dialect = connection.dialect();
                let mut statements: Vec<&str> = Vec::with_capacity(scripts.len());
                let mut owners: Vec<usize> = Vec::with_capacity(scripts.len());
                for (owner, script) in scripts.iter().enumerate() {
                    for statement in statements_of(script, dialect) {
                        statements.push(statement);
                        owners.push(owner);
                    }
                }
                connection.batch(&statements).await.map_err(|failed| Failed {
                    index: owners.get(failed.index).copied().unwrap_or(0),
                    error: failed.error.into(),
                })
            }
            Self::Bridge(bridge, dialect) => {
                for (index, script) in scripts.iter().enumerate() {
                    for statement in statements_of(script, *dialect) {
                        bridge.execute(statement).await.map_err(|error| Failed { index, error: error.into() })?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// Splits what may be several statements; most texts are one and need no look.
fn statements_of(script: &str, dialect: Dialect) -> Vec<&str> {
    if script.contains(';') {
        split::split(script, dialect).into_iter().map(|statement| statement.text).collect()
    } else {
        vec![script]
    }
}
