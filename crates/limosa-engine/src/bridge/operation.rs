//! Operations that run in Python, and the state that they run in.

use std::fmt;

use limosa_model::{MigrationId, Value};
use limosa_sql::dialect::Dialect;
use limosa_sql::editor::Waiting;
use limosa_sql::statement::Foreign;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::portion::{self, Portion};
use super::{Bridge, BridgeError, deferred, value};

/// Names an operation: a migration and the operation's place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationPath {
    /// The migration.
    pub migration: MigrationId,
    /// The index, and inside another operation `3.database_operations.0`.
    pub path: String,
}

impl OperationPath {
    /// Returns the path of the operation at `index` of a migration.
    pub fn new(migration: MigrationId, index: usize) -> Self {
        Self { migration, path: index.to_string() }
    }

    /// Returns the path of a database operation: the index in the migration, then those inside other operations.
    pub fn of_database(migration: MigrationId, path: &[usize]) -> Self {
        let indexes: Vec<String> = path.iter().map(ToString::to_string).collect();
        Self { migration, path: indexes.join(".database_operations.") }
    }

    /// Returns the path of an operation inside this one; `list` is `database_operations` or `state_operations`.
    #[must_use]
    pub fn inner(&self, list: &str, index: usize) -> Self {
        Self { migration: self.migration.clone(), path: format!("{}.{list}.{index}", self.path) }
    }
}

impl fmt::Display for OperationPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.migration, self.path)
    }
}

/// Statements for the journal that share an operation's own transaction, where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Says that the operation begins.
    pub before: String,
    /// Says that it is done, with a place for what waits then.
    pub after: String,
    /// Checks the lease.
    pub fence: Option<String>,
}

/// Which way an operation is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// It is applied.
    Forwards,
    /// It is undone.
    Backwards,
}

impl From<limosa_model::graph::Direction> for Direction {
    fn from(direction: limosa_model::graph::Direction) -> Self {
        match direction {
            limosa_model::graph::Direction::Forwards => Self::Forwards,
            limosa_model::graph::Direction::Backwards => Self::Backwards,
        }
    }
}

/// The statements that an operation would execute.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CollectedSql {
    /// Its own; nothing for one that is not SQL.
    pub sql: Option<Vec<String>>,
    /// Those that wait for the end of the migration.
    pub deferred: Vec<String>,
}

impl Bridge {
    /// Sets the state to that after these migrations, in this order; nothing is rendered yet.
    ///
    /// # Errors
    /// When a migration cannot be imported or does not fit the state.
    pub async fn set_state(&mut self, applied: &[Portion]) -> Result<(), BridgeError> {
        self.tell("state", json!({ "applied": portion::encode(applied) })).await
    }

    /// Goes through these migrations and keeps the states from before some of them, for [`Bridge::go_before`].
    ///
    /// # Errors
    /// When a migration cannot be imported or does not fit the state.
    pub async fn keep_states(&mut self, applied: &[Portion], keep: &[MigrationId]) -> Result<(), BridgeError> {
        self.tell("state", json!({ "applied": portion::encode(applied), "keep": ids(keep) })).await
    }

    /// Sets the state to the one that was kept from before a migration, which can be done once.
    ///
    /// # Errors
    /// When none was kept.
    pub async fn go_before(&mut self, migration: &MigrationId) -> Result<(), BridgeError> {
        self.tell("go_before", json!({ "app": migration.app, "name": migration.name })).await
    }

    /// Adds migrations to the state, after the rest of the one that is partly in it.
    ///
    /// # Errors
    /// When a migration cannot be imported or does not fit the state.
    pub async fn advance(&mut self, migrations: &[Portion]) -> Result<(), BridgeError> {
        self.tell("advance", json!({ "migrations": portion::encode(migrations) })).await
    }

    /// Says of which of its operations the migration consists that runs next, where it is not all of them.
    ///
    /// # Errors
    /// When the migration cannot be imported.
    pub async fn enter(&mut self, migration: &Portion) -> Result<(), BridgeError> {
        let Portion { id: MigrationId { app, name }, operations } = migration;
        self.tell("enter", json!({ "app": app, "name": name, "operations": operations })).await
    }

    /// Runs a `RunPython` or any other operation on the open connection, as Django would.
    ///
    /// `waiting` are the statements that wait for the end of the migration; what waits afterwards is returned.
    /// Forwards the state moves to the operation by itself. Backwards it must be, and stays, that before the migration.
    ///
    /// # Errors
    /// When the code raises an error; the transaction is then to be rolled back. So it is when a mark finds no row.
    pub async fn run_operation(
        &mut self,
        operation: &OperationPath,
        direction: Direction,
        waiting: &[Foreign],
        dialect: Dialect,
        marks: Option<&Marks>,
    ) -> Result<Vec<Waiting>, BridgeError> {
        let MigrationId { app, name } = &operation.migration;
        let waiting: Vec<Json> = waiting.iter().map(|statement| deferred::encode(statement, dialect)).collect();
        let marks = marks.map(|marks| json!([marks.before, marks.after, marks.fence]));
        let path = &operation.path;
        let arguments = json!({
            "app": app, "name": name, "path": path, "direction": direction, "waiting": waiting, "marks": marks
        });
        let after: deferred::After = self.call("run_operation", arguments).await?;
        Ok(after.waiting.into_iter().map(deferred::decode).collect())
    }

    /// Runs a whole migration whose class applies itself in a way of its own, on the open connection; the state moves as in
    /// [`Bridge::run_operation`].
    ///
    /// # Errors
    /// When the code raises an error; the transaction is then to be rolled back.
    pub async fn run_migration(&mut self, migration: &MigrationId, direction: Direction) -> Result<(), BridgeError> {
        let MigrationId { app, name } = migration;
        self.tell("run_migration", json!({ "app": app, "name": name, "direction": direction })).await
    }

    /// Returns the statements that an operation would execute on a database of the settings, nothing for one that is not SQL; the
    /// state moves as in [`Bridge::run_operation`].
    ///
    /// # Errors
    /// When the code raises an error.
    pub async fn collect_sql(
        &mut self,
        operation: &OperationPath,
        alias: &str,
        direction: Direction,
    ) -> Result<CollectedSql, BridgeError> {
        let MigrationId { app, name } = &operation.migration;
        let arguments =
            json!({ "app": app, "name": name, "path": operation.path, "alias": alias, "direction": direction });
        self.call("collect_sql", arguments).await
    }

    /// Returns the value that a field which an operation adds or alters gives to the rows that are there, ready for the database;
    /// the state moves as in [`Bridge::run_operation`].
    ///
    /// # Errors
    /// When the code raises an error, or its value is not one that can be told.
    pub async fn effective_default(
        &mut self,
        operation: &OperationPath,
        alias: &str,
        direction: Direction,
    ) -> Result<Value, BridgeError> {
        #[derive(Deserialize)]
        struct Default {
            value: Json,
        }
        let MigrationId { app, name } = &operation.migration;
        let arguments =
            json!({ "app": app, "name": name, "path": operation.path, "alias": alias, "direction": direction });
        let default: Default = self.call("effective_default", arguments).await?;
        value::decode(&default.value)
            .ok_or_else(|| BridgeError::Protocol(format!("the default {} is not understood", default.value)))
    }
}

pub(super) fn ids(migrations: &[MigrationId]) -> Vec<[&str; 2]> {
    migrations.iter().map(|id| [id.app.as_str(), id.name.as_str()]).collect()
}

/// Reads what waits after an operation as Python wrote it into the journal; nothing when it is not understood.
pub(crate) fn read_waiting(text: &str) -> Option<Vec<Waiting>> {
    let after: deferred::After = serde_json::from_str(text).ok()?;
    Some(after.waiting.into_iter().map(deferred::decode).collect())
}
