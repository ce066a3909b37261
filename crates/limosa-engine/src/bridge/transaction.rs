//! Django's own connection: transactions and statements.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Bridge, BridgeError};

/// What is known about a connection once it is there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Connected {
    /// What Django calls the kind of database: `postgresql`, `mysql`, `sqlite`.
    pub vendor: String,
    /// The alias in the settings.
    pub alias: String,
    /// PostgreSQL's process that serves the connection.
    pub backend: Option<i64>,
}

/// The rows that a query returned.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Rows {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows, encoded as the bridge encodes values.
    pub rows: Vec<Vec<Json>>,
}

impl Bridge {
    /// Connects to a database of the settings.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn connect(&mut self, alias: &str) -> Result<Connected, BridgeError> {
        self.call("connect", json!({ "alias": alias })).await
    }

    /// Lets the server show the connection as the run's; returns its number where the server cannot show that (MySQL).
    ///
    /// On PostgreSQL the server is told to notice soon when Python is gone, unless a pooler stands between.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn name_run(&mut self, vendor: &str, run_id: &str, pooled: bool) -> Result<Option<i64>, BridgeError> {
        const CHECK: &str = "SELECT set_config(name, '1000', false) FROM pg_catalog.pg_settings \
                             WHERE name = 'client_connection_check_interval'";
        match vendor {
            "postgresql" => {
                self.execute(&format!("SET application_name = 'limosa/{run_id}'"), None).await?;
                if !pooled {
                    self.query(CHECK, None).await?;
                }
                Ok(None)
            }
            "mysql" => {
                let answer = self.query("SELECT CONNECTION_ID()", None).await?;
                Ok(answer.rows.first().and_then(|row| row.first()).and_then(Json::as_i64))
            }
            _ => Ok(None),
        }
    }

    /// Closes the connection; what was not committed is gone.
    ///
    /// # Errors
    /// When the process fails.
    pub async fn disconnect(&mut self) -> Result<(), BridgeError> {
        self.tell("disconnect", json!({})).await
    }

    /// Enters what Django enters for one migration: a transaction if `atomic`, and on SQLite without foreign keys.
    ///
    /// # Errors
    /// When the database refuses, or a migration is open already.
    pub async fn begin(&mut self, atomic: bool) -> Result<(), BridgeError> {
        self.tell("begin", json!({ "atomic": atomic })).await
    }

    /// Enters one transaction for a migration that changes nothing but rows, where one that changes the schema has none.
    ///
    /// # Errors
    /// When the database refuses, or a migration is open already.
    pub async fn begin_rows(&mut self) -> Result<(), BridgeError> {
        self.tell("begin_rows", json!({})).await
    }

    /// Leaves the migration and keeps what was done; everything is rolled back when that fails.
    ///
    /// # Errors
    /// When the database refuses, such as for a constraint that was deferred.
    pub async fn commit(&mut self) -> Result<(), BridgeError> {
        self.tell("commit", json!({})).await
    }

    /// Leaves the migration and undoes what can be undone; does nothing when none is open.
    ///
    /// Returns whether that was all, but for what a migration did outside of a transaction; with [`Bridge::begin_rows`] it is not when
    /// code committed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rollback(&mut self) -> Result<bool, BridgeError> {
        #[derive(Deserialize)]
        struct RolledBack {
            committed: bool,
        }
        let answer: RolledBack = self.call("rollback", json!({})).await?;
        Ok(!answer.committed)
    }

    /// Enters an atomic block: a savepoint inside a transaction, a transaction where there is none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn savepoint(&mut self) -> Result<(), BridgeError> {
        self.tell("savepoint", json!({})).await
    }

    /// Leaves the innermost atomic block and keeps what was done in it.
    ///
    /// # Errors
    /// When the database refuses, or no block is open.
    pub async fn release(&mut self) -> Result<(), BridgeError> {
        self.tell("release", json!({})).await
    }

    /// Leaves the innermost atomic block and undoes what was done in it.
    ///
    /// # Errors
    /// When the database refuses, or no block is open.
    pub async fn rollback_to_savepoint(&mut self) -> Result<(), BridgeError> {
        self.tell("rollback_to_savepoint", json!({})).await
    }

    /// Executes one statement and returns how many rows it affected (-1 when that is not known).
    ///
    /// `params` fill `%s`; without them a `%` stands for itself.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn execute(&mut self, sql: &str, params: Option<&[Json]>) -> Result<i64, BridgeError> {
        #[derive(Deserialize)]
        struct Executed {
            rows_affected: i64,
        }
        let executed: Executed = self.call("execute", json!({ "sql": sql, "params": params })).await?;
        Ok(executed.rows_affected)
    }

    /// Executes one statement and returns its rows; parameters as in [`Bridge::execute`].
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn query(&mut self, sql: &str, params: Option<&[Json]>) -> Result<Rows, BridgeError> {
        self.call("query", json!({ "sql": sql, "params": params })).await
    }
}
