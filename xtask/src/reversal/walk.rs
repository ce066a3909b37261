//! Limosa, in one process and with one Python.

use std::fmt;

use anyhow::{Context, Result, anyhow};
use limosa::connected::Connected;
use limosa::migrate::{self, MigratePlan, Run, RunOptions};
use limosa::situation::Situation;
use limosa::workspace::Workspace;
use limosa::{Direction, MigrationId};
use limosa_db::LockWait;
use limosa_engine::bridge::Portion;
use limosa_engine::events::Events;
use limosa_engine::interrupt::Interrupt;
use limosa_engine::runner::{ContentTypes, Fake, Runner};
use limosa_plan::planner::{PlannedMigration, Target};
use limosa_plan::steps::{Compiler, StepErrorKind};
use limosa_sql::catalog::Catalog;

use super::databases::Databases;
use crate::dump::Dump;

/// The database of the settings, as far as it was migrated.
pub(super) struct Walk {
    workspace: Workspace,
    databases: Databases,
    connected: Option<Connected>,
    /// Whether Python is connected.
    python: bool,
}

/// What became of undoing.
#[derive(Debug)]
pub(super) enum Undone {
    /// It is done.
    Yes,
    /// It cannot be undone.
    Irreversible,
    /// It failed.
    Failed(anyhow::Error),
}

impl Walk {
    pub(super) fn new(workspace: Workspace, databases: &Databases) -> Self {
        Self { workspace, databases: databases.clone(), connected: None, python: false }
    }

    /// Starts on an empty database.
    pub(super) async fn start_empty(&mut self) -> Result<()> {
        self.close().await?;
        self.databases.empty_ours().await?;
        let connected = Connected::open(&self.workspace, "default").await?;
        connected.history.create(&connected.connection, self.workspace.history_id()).await?;
        self.connected = Some(connected);
        Ok(())
    }

    /// Lets go of the database.
    pub(super) async fn close(&mut self) -> Result<()> {
        if let Some(connected) = self.connected.take() {
            connected.connection.close().await;
        }
        if let Some(bridge) = self.workspace.run_parts().1.filter(|_| self.python) {
            bridge.disconnect().await?;
            self.python = false;
        }
        Ok(())
    }

    /// Returns all migrations in the order in which they run.
    pub(super) async fn plan(&self) -> Result<Vec<MigrationId>> {
        let plan = self.plan_to(&Target::All).await?;
        Ok(plan.executed.into_iter().map(|planned| planned.id).collect())
    }

    /// Applies one migration.
    pub(super) async fn apply(&mut self, id: &MigrationId) -> Result<()> {
        self.run(id, Direction::Forwards).await
    }

    /// Undoes one migration.
    pub(super) async fn undo(&mut self, id: &MigrationId) -> Undone {
        match self.is_reversible(id).await {
            Ok(false) => Undone::Irreversible,
            Ok(true) => match self.run(id, Direction::Backwards).await {
                Ok(()) => Undone::Yes,
                Err(error) => Undone::Failed(error),
            },
            Err(error) => Undone::Failed(error),
        }
    }

    /// Migrates as the command does, with all that follows a run.
    pub(super) async fn migrate(&mut self, target: &Target) -> Undone {
        match self.migrate_to(target).await {
            Ok(()) => Undone::Yes,
            Err(error) if error.to_string().contains("cannot be reversed") => Undone::Irreversible,
            Err(error) => Undone::Failed(error),
        }
    }

    /// Returns what the database holds.
    pub(super) async fn dump(&self) -> Result<Dump> {
        Dump::of(&self.connected()?.connection, "django_migrations").await
    }

    fn connected(&self) -> Result<&Connected> {
        self.connected.as_ref().ok_or_else(|| anyhow!("not connected"))
    }

    async fn plan_to(&self, target: &Target) -> Result<MigratePlan> {
        let connected = self.connected()?;
        let situation = Situation::read(&self.workspace, &connected.connection, &connected.history, false).await?;
        Ok(migrate::plan(&self.workspace, &situation, target)?)
    }

    async fn migrate_to(&mut self, target: &Target) -> Result<()> {
        let plan = self.plan_to(target).await?;
        let connected = self.connected.as_ref().context("not connected")?;
        let interrupt = Interrupt::new(connected.connection.cancel_handle());
        let options = RunOptions::default();
        let events = Events::none();
        let lease = connected.lock(LockWait::Forever, &events).await?;
        let workspace = &mut self.workspace;
        let mut run =
            Run { workspace, connected, lease: &lease, options: &options, events: &events, interrupt: &interrupt };
        let ran = run.run(&plan).await;
        lease.release(&connected.connection).await?;
        Ok(ran.map(drop)?)
    }

    async fn plan_one(&self, id: &MigrationId, direction: Direction) -> Result<MigratePlan> {
        let connected = self.connected()?;
        let situation = Situation::read(&self.workspace, &connected.connection, &connected.history, false).await?;
        let planned = vec![PlannedMigration { id: id.clone(), direction }];
        Ok(MigratePlan { graph: situation.graph, printed: planned.clone(), executed: planned, parts: situation.parts })
    }

    async fn is_reversible(&self, id: &MigrationId) -> Result<bool> {
        let plan = self.plan_one(id, Direction::Backwards).await?;
        let context = &self.connected()?.context;
        let (jobs, _) = migrate::jobs(&self.workspace, &plan, Fake::No, context)?;
        let job = jobs.first().context("nothing to do")?;
        let mut catalog = Catalog::new(context.dialect);
        match Compiler::new(context, &mut catalog, &job.migration, &job.before, job.direction, false) {
            Ok(_) => Ok(true),
            Err(error) if matches!(*error.kind, StepErrorKind::Irreversible) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn run(&mut self, id: &MigrationId, direction: Direction) -> Result<()> {
        let plan = self.plan_one(id, direction).await?;
        let connected = self.connected.as_ref().context("not connected")?;
        let (jobs, _) = migrate::jobs(&self.workspace, &plan, Fake::No, &connected.context)?;
        let events = Events::none();
        let interrupt = Interrupt::new(connected.connection.cancel_handle());
        if jobs.iter().any(|job| job.python) && !self.python {
            self.workspace.start_bridge(connected, None, &events, &interrupt).await?;
            self.python = true;
        }
        let available = plan.graph.applied_plan().iter().any(|id| id.app == "contenttypes")
            && *id != MigrationId::new("contenttypes", "0001_initial");
        let (functions, bridge) = self.workspace.run_parts();
        let mut runner = Runner::new(
            &connected.connection,
            &connected.context,
            &connected.history,
            &connected.alias,
            functions,
            &events,
            &interrupt,
        );
        runner.content_types = if available { ContentTypes::Available } else { ContentTypes::Never };
        runner.bridge = bridge;
        runner.applied = plan.graph.applied_plan().into_iter().cloned().map(Portion::whole).collect();
        runner.run(&jobs).await?;
        migrate::finish_squashes(connected, None, self.workspace.project().kind, &plan, None).await?;
        Ok(())
    }
}

impl fmt::Display for Undone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yes => f.write_str("done"),
            Self::Irreversible => f.write_str("irreversible"),
            Self::Failed(error) => write!(f, "failed ({error:#})"),
        }
    }
}
