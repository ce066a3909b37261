//! Where a migration's statements go: the engine's own connection, or the project's Python with Django's connection.

use std::sync::Arc;

use limosa_db::introspect::{self, Queries};
use limosa_db::{Connection, DbError, DbErrorKind, Failpoint, Fence, Row, failpoint};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Dialect;
use limosa_sql::split;
use serde_json::Value as Json;

use crate::bridge::{Bridge, BridgeError};

/// Where a migration's statements go.
pub(crate) enum Session<'a> {
    /// The engine's own connection.
    Direct(&'a Connection),
    /// Django's connection, so that Python code is in the same transaction.
    Bridge(&'a mut Bridge, Dialect),
}

/// Why something failed.
#[derive(Debug)]
pub(crate) enum SessionError {
    Database(DbError),
    Bridge(BridgeError),
}

/// A script that failed, by its place among those that were to run.
pub(crate) struct Failed {
    pub(crate) index: usize,
    /// Whether statements of the same script ran before.
    pub(crate) partly: bool,
    /// The statement.
    pub(crate) statement: String,
    pub(crate) error: SessionError,
}

impl From<DbError> for SessionError {
    fn from(error: DbError) -> Self {
        Self::Database(error)
    }
}

impl From<BridgeError> for SessionError {
    fn from(error: BridgeError) -> Self {
        Self::Bridge(error)
    }
}

/// Makes SQLite read the schema again when another connection has changed it.
///
/// It looks when a statement reads. An `ADD COLUMN` is refused before, when a column of that name was there the last time.
const LOOK_AGAIN: &str = "SELECT count(*) FROM sqlite_master";

impl Session<'_> {
    /// Enters a migration: a transaction if it is atomic, and on SQLite without foreign keys, as Django does.
    pub(crate) async fn enter(&mut self, atomic: bool) -> Result<(), SessionError> {
        match self {
            Self::Direct(connection) => {
                if connection.dialect() == Dialect::Sqlite {
                    connection.query(LOOK_AGAIN, &[]).await?;
                    connection.execute("PRAGMA foreign_keys = OFF").await?;
                }
                if atomic {
                    connection.begin().await?;
                }
            }
            Self::Bridge(bridge, dialect) => {
                if *dialect == Dialect::Sqlite {
                    bridge.query(LOOK_AGAIN, None).await?;
                }
                match *dialect {
                    Dialect::MySql if atomic => bridge.begin_rows().await?,
                    _ => bridge.begin(atomic).await?,
                }
            }
        }
        Ok(())
    }

    /// Leaves the migration and keeps what was done, or undoes what can be undone; returns `false` when code had committed in between.
    pub(crate) async fn leave(&mut self, keep: bool) -> Result<bool, SessionError> {
        match self {
            Self::Direct(connection) => {
                let result = match keep {
                    true if connection.in_transaction() => connection.commit().await,
                    true => Ok(()),
                    false => connection.rollback().await,
                };
                if connection.dialect() == Dialect::Sqlite {
                    _ = connection.rollback().await;
                    connection.execute("PRAGMA foreign_keys = ON").await?;
                }
                Ok(result.map(|()| true)?)
            }
            Self::Bridge(bridge, _) if keep => Ok(bridge.commit().await.map(|()| true)?),
            Self::Bridge(bridge, _) => Ok(bridge.rollback().await?),
        }
    }

    /// Returns whether the lease is still ours, and lets nobody take it until the transaction ends.
    pub(crate) async fn holds(&mut self, fence: &Fence) -> Result<bool, SessionError> {
        match self {
            Self::Direct(connection) => Ok(connection.execute(fence.statement()).await? == 1),
            Self::Bridge(bridge, _) => Ok(bridge.execute(fence.statement(), None).await? == 1),
        }
    }

    /// Enters a transaction inside a migration that has none of its own.
    pub(crate) async fn begin(&mut self) -> Result<(), SessionError> {
        match self {
            Self::Direct(connection) => Ok(connection.begin().await?),
            Self::Bridge(bridge, _) => Ok(bridge.savepoint().await?),
        }
    }

    /// Undoes that transaction.
    pub(crate) async fn undo(&mut self) -> Result<(), SessionError> {
        match self {
            Self::Direct(connection) => Ok(connection.rollback().await?),
            Self::Bridge(bridge, _) => Ok(bridge.rollback_to_savepoint().await?),
        }
    }

    /// Runs one statement.
    pub(crate) async fn execute(&mut self, sql: &str) -> Result<(), SessionError> {
        match self {
            Self::Direct(connection) => Ok(connection.execute(sql).await.map(drop)?),
            Self::Bridge(bridge, _) => Ok(bridge.execute(sql, None).await.map(drop)?),
        }
    }

    /// Runs one statement and returns how many rows it changed.
    pub(crate) async fn change(&mut self, sql: &str) -> Result<u64, SessionError> {
        match self {
            Self::Direct(connection) => Ok(connection.execute(sql).await?),
            Self::Bridge(bridge, _) => Ok(u64::try_from(bridge.execute(sql, None).await?).unwrap_or(0)),
        }
    }

    /// Returns whether a statement is kept as soon as it has run.
    pub(crate) fn keeps_at_once(&self) -> bool {
        matches!(self, Self::Direct(connection) if connection.keeps_at_once())
    }

    /// Leaves that transaction.
    pub(crate) async fn commit(&mut self) -> Result<(), SessionError> {
        match self {
            Self::Direct(connection) => Ok(connection.commit().await?),
            Self::Bridge(bridge, _) => Ok(bridge.release().await?),
        }
    }

    /// Runs scripts in order until a statement fails; one may be a fence, which must change one row. Returns whether it did.
    ///
    /// When it did not, those after it have no effect once the transaction is rolled back.
    pub(crate) async fn run(&mut self, scripts: &[String], fence: Option<usize>) -> Result<bool, Failed> {
        match self {
            Self::Direct(connection) => {
                let dialect = connection.dialect();
                let mut statements: Vec<String> = Vec::with_capacity(scripts.len());
                let mut owners: Vec<usize> = Vec::with_capacity(scripts.len());
                for (owner, script) in scripts.iter().enumerate() {
                    for statement in statements_of(script, dialect) {
                        statements.push(statement);
                        owners.push(owner);
                    }
                }
                let sent = match fence.and_then(|fence| owners.iter().position(|owner| *owner == fence)) {
                    Some(fence) => connection.batch_fenced(&statements, fence).await,
                    None => connection.batch(&statements).await.map(|()| true),
                };
                sent.map_err(|failed| {
                    let index = owners.get(failed.index).copied().unwrap_or(0);
                    let partly = failed.index > 0 && owners.get(failed.index - 1) == Some(&index);
                    let statement = statements.get(failed.index).cloned().unwrap_or_default();
                    Failed { index, partly, statement, error: failed.error.into() }
                })
            }
            Self::Bridge(bridge, dialect) => {
                for (index, script) in scripts.iter().enumerate() {
                    for (position, statement) in statements_of(script, *dialect).iter().enumerate() {
                        let failed = |error: BridgeError| {
                            let (partly, statement) = (position > 0, statement.clone());
                            Failed { index, partly, statement, error: error.into() }
                        };
                        let changed = bridge.execute(statement, None).await.map_err(failed)?;
                        if fence == Some(index) && changed != 1 {
                            return Ok(false);
                        }
                        failpoint(Failpoint::StatementSent);
                    }
                }
                Ok(true)
            }
        }
    }

    /// Reads what the database holds now, as the migration's own transaction sees it; `own` is the engine's connection.
    pub(crate) async fn catalog(&mut self, own: &Connection) -> Result<Catalog, SessionError> {
        match self {
            Self::Bridge(bridge, dialect) if *dialect != Dialect::MySql => {
                Ok(introspect::load_through(&mut Answers(bridge), *dialect, own.server_version()).await?)
            }
            // What changes a schema there is not part of a transaction.
            Self::Direct(_) | Self::Bridge(..) => Ok(introspect::load(own).await?),
        }
    }

    /// Returns the first row in which SQLite finds a foreign key that leads nowhere: its table and the one it leads to.
    pub(crate) async fn broken_foreign_key(&mut self) -> Result<Option<(String, String)>, SessionError> {
        const CHECK: &str = "PRAGMA foreign_key_check";
        match self {
            Self::Direct(connection) => {
                let rows = connection.query(CHECK, &[]).await?;
                Ok(rows.first().map(|row| (row.text(0).to_owned(), row.text(2).to_owned())))
            }
            Self::Bridge(bridge, _) => {
                let rows = bridge.query(CHECK, None).await?.rows;
                let text = |row: &[serde_json::Value], index: usize| {
                    row.get(index).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
                };
                Ok(rows.first().map(|row| (text(row, 0), text(row, 2))))
            }
        }
    }
}

/// Answers an introspection over Django's connection.
struct Answers<'a>(&'a mut Bridge);

impl Queries for Answers<'_> {
    async fn all(&mut self, queries: &[String]) -> Result<Vec<Vec<Row>>, DbError> {
        let mut results = Vec::with_capacity(queries.len());
        for sql in queries {
            let answer = self.0.query(sql, None).await;
            let rows = answer.map_err(|error| DbError::new(DbErrorKind::Other, error.to_string()))?;
            let columns: Arc<[String]> = rows.columns.into();
            let row = |row: Vec<Json>| Row::new(Arc::clone(&columns), row.iter().map(text).collect());
            results.push(rows.rows.into_iter().map(row).collect());
        }
        Ok(results)
    }
}

/// Writes a value as the engine's own connection would return it.
fn text(value: &Json) -> Option<String> {
    Some(match value {
        Json::Null => return None,
        Json::Bool(value) => if *value { "t" } else { "f" }.to_owned(),
        Json::String(text) => text.clone(),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| text(item).unwrap_or_default()).collect();
            format!("{{{}}}", items.join(","))
        }
        other => other.to_string(),
    })
}

/// Splits what may be several statements; most texts are one and need no look.
pub(crate) fn statements_of(script: &str, dialect: Dialect) -> Vec<String> {
    if script.contains(';') {
        split::split(script, dialect).into_iter().map(|statement| statement.text.to_owned()).collect()
    } else {
        vec![script.to_owned()]
    }
}
