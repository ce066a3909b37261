//! The SQL of one migration as Django's `sqlmigrate` writes it.
//!
//! Names of constraints and indexes that are there already come from the live database, as Django takes them; where Django would
//! stop because the database is elsewhere, they are predicted from the state.

use limosa_db::introspect;
use limosa_model::graph::Direction;
use limosa_model::operations::OperationKind;
use limosa_model::{Migration, MigrationId, ProjectState};
use limosa_plan::steps::{self, Collected};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Context;

use crate::connected::{self, Connected};
use crate::error::Error;
use crate::replay;
use crate::situation::Situation;
use crate::workspace::Workspace;

/// The SQL of one migration.
#[derive(Clone, Debug)]
pub struct Written {
    /// The migration.
    pub id: MigrationId,
    /// Whether it runs in one transaction.
    pub transaction: bool,
    /// The operations in the order in which they run.
    pub operations: Vec<WrittenOperation>,
    /// The statements that were put off to the end.
    pub deferred: Vec<String>,
}

/// The SQL of one operation.
#[derive(Clone, Debug)]
pub struct WrittenOperation {
    /// What it does.
    pub description: String,
    /// Its statements; nothing when it cannot be written as SQL.
    pub sql: Option<Vec<String>>,
}

/// Writes the SQL of the migration whose name begins with `prefix`.
///
/// # Errors
/// When there is none, or its SQL cannot be written.
pub async fn write(
    workspace: &mut Workspace,
    connected: Option<&Connected>,
    alias: &str,
    (app, prefix): (&str, &str),
    direction: Direction,
) -> Result<Written, Error> {
    let loader = workspace.loader()?;
    let id = loader.find(app, prefix).map_err(|error| Error::Target(error.into()))?.clone();
    let graph = Situation::unreplaced(workspace, &loader)?;
    let migration = workspace.migration(&id)?.clone();
    let mut before = workspace.base_state().clone();
    for earlier in graph.state_plan(std::slice::from_ref(&id), false) {
        steps::advance(workspace.migration(earlier)?, &mut before).map_err(|error| workspace.step_error(&error))?;
    }
    let context = connected::context_at(workspace, connected, alias)?;
    let live = match connected {
        Some(connected) => introspect::load(&connected.connection).await?,
        None => Catalog::new(context.dialect),
    };
    let unknown = steps::unknown_defaults(&context, &migration, &before, direction);
    let unknown = unknown.map_err(|error| workspace.step_error(&error))?;
    let earlier: Vec<MigrationId> = graph.state_plan(std::slice::from_ref(&id), false).into_iter().cloned().collect();
    let defaults = workspace.defaults(&id, &earlier, unknown, alias, direction).await?;
    let skipped = workspace.route_one(alias, &migration, &earlier, &before, direction).await?;
    let collected = match steps::collect(&context, &live, &migration, &before, direction, &skipped, &defaults) {
        Ok(collected) if !collected.missed_table => Ok(collected),
        Err(error) if !error.is_wrong_catalog() => Err(error),
        _ => {
            let predicted = predict(workspace, &graph, &id, &context)?;
            steps::collect(&context, &predicted, &migration, &before, direction, &skipped, &defaults)
        }
    };
    let mut collected = collected.map_err(|error| workspace.step_error(&error))?;
    for (index, operation, sql) in &mut collected.operations {
        if sql.is_none() && !matches!(operation.kind, OperationKind::RunPython(_) | OperationKind::RunRust(_)) {
            let told = workspace.collect_sql(&id, *index, &earlier, alias, direction).await?;
            *sql = told.sql;
            collected.deferred.extend(told.deferred);
        }
    }
    Ok(written(&migration, &context, collected))
}

/// Returns what the database would hold just before the migration, from nothing but the migrations before it.
fn predict(
    workspace: &Workspace,
    graph: &limosa_model::graph::MigrationGraph,
    id: &MigrationId,
    context: &Context,
) -> Result<Catalog, Error> {
    let mut catalog = Catalog::new(context.dialect);
    let mut state: ProjectState = workspace.base_state().clone();
    for earlier in graph.state_plan(std::slice::from_ref(id), false) {
        state = replay::follow(workspace, context, &mut catalog, &state, workspace.migration(earlier)?)?;
    }
    Ok(catalog)
}

fn written(migration: &Migration, context: &Context, collected: Collected) -> Written {
    let operations = collected
        .operations
        .into_iter()
        .map(|(_, operation, sql)| WrittenOperation { description: operation.describe(), sql });
    Written {
        id: migration.id.clone(),
        transaction: migration.atomic && context.can_rollback_ddl(),
        operations: operations.collect(),
        deferred: collected.deferred,
    }
}

impl Written {
    /// Returns the text that Django's command prints.
    ///
    /// Source: Django `db/migrations/migration.py`, `Migration.apply`; `core/management/commands/sqlmigrate.py`.
    pub fn text(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        if self.transaction {
            lines.push("BEGIN;".into());
        }
        for operation in &self.operations {
            lines.extend(["--".into(), format!("-- {}", operation.description), "--".into()]);
            match &operation.sql {
                None => lines.push("-- THIS OPERATION CANNOT BE WRITTEN AS SQL".into()),
                Some(sql) if sql.is_empty() => lines.push("-- (no-op)".into()),
                Some(sql) => lines.extend(sql.iter().map(|sql| terminated(sql))),
            }
        }
        lines.extend(self.deferred.iter().map(|sql| terminated(sql)));
        if self.transaction {
            lines.push("COMMIT;".into());
        }
        lines.join("\n") + "\n"
    }

    /// Returns the value that `--format json` prints.
    pub fn json(&self) -> serde_json::Value {
        let operations: Vec<_> = self
            .operations
            .iter()
            .map(|operation| serde_json::json!({ "description": operation.description, "sql": operation.sql }))
            .collect();
        serde_json::json!({
            "version": 1,
            "app": self.id.app,
            "name": self.id.name,
            "transaction": self.transaction,
            "operations": operations,
            "deferred": self.deferred,
        })
    }
}

fn terminated(sql: &str) -> String {
    if sql.trim_end().ends_with(';') { sql.to_owned() } else { format!("{sql};") }
}
