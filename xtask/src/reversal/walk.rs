//! One migration after another, in one process and with one Python.

use anyhow::{Context, Result, anyhow};
use limosa::connected::Connected;
use limosa::migrate::{self, MigratePlan};
use limosa::situation::Situation;
use limosa::workspace::Workspace;
use limosa::{Direction, MigrationId};
use limosa_engine::events::Events;
use limosa_engine::interrupt::Interrupt;
use limosa_engine::runner::{ContentTypes, Fake, Runner};
use limosa_plan::planner::{PlannedMigration, Target};
use limosa_plan::steps::{Compiler, StepErrorKind};
use limosa_sql::catalog::Catalog;

use super::dump::Dump;

/// The database of the settings, as far as it was migrated.
pub(super) struct Walk {
    workspace: Workspace,
    connected: Option<Connected>,
    /// Whether Python is connected.
    python: bool,
}

/// What became of undoing a migration.
pub(super) enum Undone {
    /// It is undone.
    Yes,
    /// It cannot be undone; nothing ran.
    Irreversible,
    /// It failed.
    Failed(anyhow::Error),
}

impl Walk {
    pub(super) async fn new(workspace: Workspace) -> Result<Self> {
        let mut walk = Self { workspace, connected: None, python: false };
        walk.open().await?;
        Ok(walk)
    }

    /// Connects.
    pub(super) async fn open(&mut self) -> Result<()> {
        let connected = Connected::open(&self.workspace, "default").await?;
        connected.history.create(&connected.connection, self.workspace.history_id()).await?;
        self.connected = Some(connected);
        Ok(())
    }

    /// Lets go of the database, so that it can be copied or dropped.
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
        let situation =
            Situation::read(&self.workspace, &self.connected()?.connection, &self.connected()?.history, false).await?;
        let plan = migrate::plan(&self.workspace, &situation, &Target::All)?;
        Ok(plan.executed.into_iter().map(|planned| planned.id).collect())
    }

    /// Applies one migration.
    pub(super) async fn forwards(&mut self, id: &MigrationId) -> Result<()> {
        self.run(id, Direction::Forwards).await
    }

    /// Undoes one migration.
    pub(super) async fn backwards(&mut self, id: &MigrationId) -> Undone {
        match self.is_reversible(id).await {
            Ok(false) => Undone::Irreversible,
            Ok(true) => match self.run(id, Direction::Backwards).await {
                Ok(()) => Undone::Yes,
                Err(error) => Undone::Failed(error),
            },
            Err(error) => Undone::Failed(error),
        }
    }

    /// Returns what the database holds.
    pub(super) async fn dump(&self) -> Result<Dump> {
        Dump::of(&self.connected()?.connection).await
    }

    fn connected(&self) -> Result<&Connected> {
        self.connected.as_ref().ok_or_else(|| anyhow!("not connected"))
    }

    async fn plan_one(&self, id: &MigrationId, direction: Direction) -> Result<MigratePlan> {
        let connected = self.connected()?;
        let situation = Situation::read(&self.workspace, &connected.connection, &connected.history, false).await?;
        let planned = vec![PlannedMigration { id: id.clone(), direction }];
        Ok(MigratePlan { graph: situation.graph, printed: planned.clone(), executed: planned })
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
            self.workspace.start_bridge(connected, &events, &interrupt).await?;
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
        runner.applied = plan.graph.applied_plan().into_iter().cloned().collect();
        runner.run(&jobs).await?;
        migrate::finish_squashes(connected, &connected.history, &plan).await?;
        Ok(())
    }
}
