//! What the bridge can be asked, with types.

use std::fmt;

use limosa_model::{MigrationId, Value};
use limosa_sql::dialect::Dialect;
use limosa_sql::editor::Waiting;
use limosa_sql::statement::Foreign;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

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

/// What receivers of `pre_migrate` and `post_migrate` are told about a run.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The alias of the database.
    pub alias: &'a str,
    /// How much to say, from 0 to 3.
    pub verbosity: u8,
    /// Whether the user may be asked something.
    pub interactive: bool,
}

/// The statements that an operation would execute.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CollectedSql {
    /// Its own; nothing for one that is not SQL.
    pub sql: Option<Vec<String>>,
    /// Those that wait for the end of the migration.
    pub deferred: Vec<String>,
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
    /// Describes the project; the answer is read by `limosa_source::describe`.
    ///
    /// # Errors
    /// When the settings or the apps cannot be imported.
    pub async fn describe(&mut self) -> Result<Json, BridgeError> {
        self.call("describe", json!({})).await
    }

    /// Exports these migrations, or all; the answer is read by `limosa_source::export`.
    ///
    /// # Errors
    /// When the process fails; a migration that cannot be imported is told of in the answer.
    pub async fn export(&mut self, migrations: Option<&[MigrationId]>) -> Result<Json, BridgeError> {
        self.call("export", json!({ "migrations": migrations.map(ids) })).await
    }

    /// Finds out what these operations do to the state, each at its place in `plan` (or in Django's full plan).
    ///
    /// # Errors
    /// When an operation raises an error or a migration is not in the plan.
    pub async fn state_deltas(
        &mut self,
        operations: &[OperationPath],
        plan: Option<&[MigrationId]>,
    ) -> Result<Json, BridgeError> {
        let wanted: Vec<_> =
            operations.iter().map(|at| json!([at.migration.app, at.migration.name, at.path])).collect();
        self.call("state_deltas", json!({ "operations": wanted, "plan": plan.map(ids) })).await
    }

    /// Connects to a database of the settings.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn connect(&mut self, alias: &str) -> Result<Connected, BridgeError> {
        self.call("connect", json!({ "alias": alias })).await
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

    /// Leaves the migration and keeps what was done; everything is rolled back when that fails.
    ///
    /// # Errors
    /// When the database refuses, such as for a constraint that was deferred.
    pub async fn commit(&mut self) -> Result<(), BridgeError> {
        self.tell("commit", json!({})).await
    }

    /// Leaves the migration and undoes what can be undone; does nothing when none is open.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rollback(&mut self) -> Result<(), BridgeError> {
        self.tell("rollback", json!({})).await
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

    /// Sets the state to that after these migrations, in this order; nothing is rendered yet.
    ///
    /// # Errors
    /// When a migration cannot be imported or does not fit the state.
    pub async fn set_state(&mut self, applied: &[MigrationId]) -> Result<(), BridgeError> {
        self.tell("state", json!({ "applied": ids(applied) })).await
    }

    /// Goes through these migrations and keeps the states from before some of them, for [`Bridge::go_before`].
    ///
    /// # Errors
    /// When a migration cannot be imported or does not fit the state.
    pub async fn keep_states(&mut self, applied: &[MigrationId], keep: &[MigrationId]) -> Result<(), BridgeError> {
        self.tell("state", json!({ "applied": ids(applied), "keep": ids(keep) })).await
    }

    /// Sets the state to the one that was kept from before a migration, which can be done once.
    ///
    /// # Errors
    /// When none was kept.
    pub async fn go_before(&mut self, migration: &MigrationId) -> Result<(), BridgeError> {
        self.tell("go_before", json!({ "app": migration.app, "name": migration.name })).await
    }

    /// Adds whole migrations to the state, after the rest of the one that is partly in it.
    ///
    /// # Errors
    /// When a migration cannot be imported or does not fit the state.
    pub async fn advance(&mut self, migrations: &[MigrationId]) -> Result<(), BridgeError> {
        self.tell("advance", json!({ "migrations": ids(migrations) })).await
    }

    /// Runs a `RunPython` or any other operation on the open connection, as Django would.
    ///
    /// `waiting` are the statements that wait for the end of the migration; what waits afterwards is returned.
    /// Forwards the state moves to the operation by itself. Backwards it must be, and stays, that before the migration.
    ///
    /// # Errors
    /// When the code raises an error; the transaction is then to be rolled back.
    pub async fn run_operation(
        &mut self,
        operation: &OperationPath,
        direction: Direction,
        waiting: &[Foreign],
        dialect: Dialect,
    ) -> Result<Vec<Waiting>, BridgeError> {
        let MigrationId { app, name } = &operation.migration;
        let waiting: Vec<Json> = waiting.iter().map(|statement| deferred::encode(statement, dialect)).collect();
        let arguments =
            json!({ "app": app, "name": name, "path": operation.path, "direction": direction, "waiting": waiting });
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

    /// Asks the routers of the settings about operations, in one go: `migrations` hold `app`, `name`, `backwards` and
    /// `questions`, each a path and what it is about; `applied` are all that are applied before.
    ///
    /// The answer holds, for each migration, a list of answers under `routes`.
    ///
    /// # Errors
    /// When a router raises an error, or a migration does not fit the state.
    pub async fn routes(
        &mut self,
        alias: &str,
        applied: &[MigrationId],
        migrations: &Json,
    ) -> Result<Json, BridgeError> {
        self.call("routes", json!({ "alias": alias, "applied": ids(applied), "migrations": migrations })).await
    }

    /// Asks the routers of the settings whether models (`app.Model`) are migrated on a database: a list under `allowed`.
    ///
    /// # Errors
    /// When a router raises an error.
    pub async fn allowed_models(&mut self, alias: &str, models: &[&str]) -> Result<Json, BridgeError> {
        self.call("allowed_models", json!({ "alias": alias, "models": models })).await
    }

    /// Returns the models of the apps without migrations, encoded as in a description: a list under `models`.
    ///
    /// # Errors
    /// When the models cannot be imported.
    pub async fn unmigrated_models(&mut self) -> Result<Json, BridgeError> {
        self.call("unmigrated_models", json!({})).await
    }

    /// Makes the tables that these apps, which have no migrations, lack on a database of the settings; returns what Django's command
    /// would print.
    ///
    /// # Errors
    /// When the database refuses; all of it is undone then, where the database can.
    pub async fn sync_apps(&mut self, labels: &[&str], alias: &str, verbosity: u8) -> Result<String, BridgeError> {
        #[derive(Deserialize)]
        struct Synchronized {
            text: String,
        }
        let arguments = json!({ "labels": labels, "alias": alias, "verbosity": verbosity });
        let synchronized: Synchronized = self.call("sync_apps", arguments).await?;
        Ok(synchronized.text)
    }

    /// Returns the labels of the apps whose models differ from what their migrations make of them: a list under `apps`.
    ///
    /// # Errors
    /// When a migration or the models cannot be imported.
    pub async fn changed_apps(&mut self) -> Result<Json, BridgeError> {
        self.call("changed_apps", json!({})).await
    }

    /// Sends `pre_migrate` with the current state; `plan` says for each migration whether it is undone.
    ///
    /// # Errors
    /// When a receiver raises an error.
    pub async fn pre_migrate(&mut self, run: Run<'_>, plan: &[(MigrationId, bool)]) -> Result<(), BridgeError> {
        self.tell("pre_migrate", run.with(plan)).await
    }

    /// Sends `post_migrate` with the current state; `plan` says for each migration whether it was undone.
    ///
    /// # Errors
    /// When a receiver raises an error.
    pub async fn post_migrate(&mut self, run: Run<'_>, plan: &[(MigrationId, bool)]) -> Result<(), BridgeError> {
        self.tell("post_migrate", run.with(plan)).await
    }
}

impl Run<'_> {
    fn with(self, plan: &[(MigrationId, bool)]) -> Json {
        let Self { alias, verbosity, interactive } = self;
        json!({ "alias": alias, "verbosity": verbosity, "interactive": interactive, "plan": steps(plan) })
    }
}

fn ids(migrations: &[MigrationId]) -> Vec<[&str; 2]> {
    migrations.iter().map(|id| [id.app.as_str(), id.name.as_str()]).collect()
}

fn steps(plan: &[(MigrationId, bool)]) -> Vec<Json> {
    plan.iter().map(|(id, backwards)| json!([id.app, id.name, backwards])).collect()
}
