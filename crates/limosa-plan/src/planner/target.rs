//! What the user asks for.

use limosa_model::{
    MigrationId, SmolStr,
    graph::{MigrationGraph, PrefixError},
};
use thiserror::Error;

/// Where a plan leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The leaves of all apps.
    All,
    /// The leaves of one app.
    App(SmolStr),
    /// Just after one migration.
    Migration(MigrationId),
    /// Before the first migration of one app.
    Zero(SmolStr),
}

/// Why what the user asks for is no target.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TargetError {
    /// No app has the label.
    #[error("no installed app with label {app:?}{}", did_you_mean(similar.as_ref()))]
    UnknownApp {
        /// What was asked for.
        app: SmolStr,
        /// The label of an app that looks like it.
        similar: Option<SmolStr>,
    },
    /// The app has no package of migrations.
    #[error("app {0:?} does not have migrations")]
    NoMigrations(SmolStr),
    /// The beginning of a name does not stand for one migration.
    #[error(transparent)]
    Prefix(#[from] PrefixError),
}

/// Returns what an app and the beginning of a migration's name, as given on the command line, stand for.
///
/// Follows `Command.handle` of Django's `core/management/commands/migrate.py`: `zero` is no name, and for a squash that
/// is not in the graph because it is applied in part, the last of what it replaces is meant.
///
/// # Errors
/// When there is no such app or not exactly one such migration.
pub fn resolve_targets(graph: &MigrationGraph, app: Option<&str>, name: Option<&str>) -> Result<Target, TargetError> {
    let Some(app) = app else {
        return Ok(Target::All);
    };
    let loader = graph.loader();
    if !loader.apps().migrated.contains(app) {
        if loader.apps().unmigrated.contains(app) {
            return Err(TargetError::NoMigrations(app.into()));
        }
        return Err(TargetError::UnknownApp { app: app.into(), similar: loader.similar_app(app).cloned() });
    }
    match name {
        None => Ok(Target::App(app.into())),
        Some("zero") => Ok(Target::Zero(app.into())),
        Some(prefix) => {
            let id = loader.find(app, prefix)?;
            let last = match graph.contains(id) {
                true => None,
                false => loader.replaces(id).next_back(),
            };
            Ok(Target::Migration(last.unwrap_or(id).clone()))
        }
    }
}

fn did_you_mean(similar: Option<&SmolStr>) -> String {
    similar.map_or_else(String::new, |similar| format!(", did you mean {similar:?}?"))
}
