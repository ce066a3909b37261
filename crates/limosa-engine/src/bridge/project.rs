//! What is asked about the project, and what is done for the whole of a run.

use limosa_model::MigrationId;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::operation::{OperationPath, ids};
use super::portion::{self, Portion};
use super::{Bridge, BridgeError};

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

    /// Asks the routers of the settings about operations, in one go: `migrations` hold `app`, `name`, `operations` (the places of
    /// those that run, or null for all), `backwards` and `questions`, each a path and what it is about; `applied` are all that are
    /// applied before.
    ///
    /// The answer holds, for each migration, a list of answers under `routes`.
    ///
    /// # Errors
    /// When a router raises an error, or a migration does not fit the state.
    pub async fn routes(&mut self, alias: &str, applied: &[Portion], migrations: &Json) -> Result<Json, BridgeError> {
        self.call("routes", json!({ "alias": alias, "applied": portion::encode(applied), "migrations": migrations }))
            .await
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
    pub async fn pre_migrate(&mut self, run: Run<'_>, plan: &[(Portion, bool)]) -> Result<(), BridgeError> {
        self.tell("pre_migrate", run.with(plan)).await
    }

    /// Sends `post_migrate` with the current state; `plan` says for each migration whether it was undone.
    ///
    /// # Errors
    /// When a receiver raises an error.
    pub async fn post_migrate(&mut self, run: Run<'_>, plan: &[(Portion, bool)]) -> Result<(), BridgeError> {
        self.tell("post_migrate", run.with(plan)).await
    }
}

impl Run<'_> {
    fn with(self, plan: &[(Portion, bool)]) -> Json {
        let Self { alias, verbosity, interactive } = self;
        json!({ "alias": alias, "verbosity": verbosity, "interactive": interactive, "plan": steps(plan) })
    }
}

fn steps(plan: &[(Portion, bool)]) -> Vec<Json> {
    plan.iter().map(|(portion, backwards)| json!([portion.encode(), backwards])).collect()
}
