//! What the project's Python does for a run.

use limosa_db::Lease;
use limosa_engine::bridge::{Bridge, CollectedSql, OperationPath, Portion, Run};
use limosa_engine::events::Events;
use limosa_engine::functions::Functions;
use limosa_engine::interrupt::Interrupt;
use limosa_engine::runner::Job;
use limosa_model::graph::Direction;
use limosa_model::{MigrationId, SmolStr, Span, Value};
use limosa_plan::steps::UnknownDefault;

use super::{Workspace, ask};
use crate::connected::Connected;
use crate::error::Error;

impl Workspace {
    /// Refuses to run what only Python can run, when the project has none.
    ///
    /// # Errors
    /// For the first such migration.
    pub fn check_runs(&self, jobs: &[Job]) -> Result<(), Error> {
        let Some(job) = jobs.iter().find(|job| job.python) else { return Ok(()) };
        let backwards = job.direction == Direction::Backwards;
        let code = job.migration.operations.iter().find(|operation| operation.needs_python(backwards, &job.before));
        self.check_python(&job.migration.id, code.and_then(|operation| operation.span.0), "run the code")
    }

    /// Starts the project's Python and connects it.
    ///
    /// # Errors
    /// When Python cannot be started, or cannot connect.
    pub async fn start_bridge(
        &mut self,
        connected: &Connected,
        lease: Option<&Lease>,
        events: &Events,
        interrupt: &Interrupt,
    ) -> Result<(), Error> {
        let alias = connected.alias.as_str();
        if self.url_override(alias).is_some()
            && !ask::given_databases(&self.project)?.iter().any(|(given, _)| given == alias)
        {
            return Err(Error::Usage {
                message: format!("the project's Python code is needed, whose database `{alias}` cannot be led to the given URL"),
                help: "leave --database-url (LIMOSA_DATABASE_URL, `database-url`) out, and let the settings name the database".into(),
            });
        }
        self.listener.set(events);
        let bridge = self.started_bridge().await?;
        let vendor = bridge.connect(&connected.alias).await?.vendor;
        let backend = bridge.name_run(&vendor, &connected.run_id, connected.connection.is_pooled()).await?;
        if let (Some(backend), Some(lease)) = (backend, lease) {
            lease.add_backend(&connected.connection, backend).await?;
        }
        interrupt.also_interrupts(bridge.interrupter());
        Ok(())
    }

    /// Closes Python's connection, when there is one.
    ///
    /// # Errors
    /// When Python fails.
    pub async fn disconnect(&mut self) -> Result<(), Error> {
        if let (_, Some(bridge)) = self.run_parts() {
            bridge.disconnect().await?;
        }
        Ok(())
    }

    /// Asks Python for defaults that only it can compute, in the state before a migration.
    ///
    /// # Errors
    /// When Python cannot be started, or the project's code raises an error.
    pub async fn defaults(
        &mut self,
        id: &MigrationId,
        before: &[MigrationId],
        unknown: Vec<UnknownDefault>,
        alias: &str,
        direction: Direction,
    ) -> Result<Vec<(UnknownDefault, Value)>, Error> {
        let mut known = Vec::with_capacity(unknown.len());
        let Some(first) = unknown.first() else { return Ok(known) };
        let span = self.operation_span(id, first.path.first().copied());
        self.check_python(id, span, &format!("compute the default of `{}`", first.field))?;
        let bridge = self.started_bridge().await?;
        bridge.set_state(&whole(before)).await?;
        for unknown in unknown {
            let operation = OperationPath::of_database(id.clone(), &unknown.path);
            let value = bridge.effective_default(&operation, alias, direction.into()).await?;
            known.push((unknown, value));
        }
        Ok(known)
    }

    /// Asks Python for the statements of an operation of the project's own class; `before` are the migrations before its own.
    ///
    /// # Errors
    /// When Python cannot be started, or the project's code raises an error.
    pub async fn collect_sql(
        &mut self,
        id: &MigrationId,
        index: usize,
        before: &[MigrationId],
        alias: &str,
        direction: Direction,
    ) -> Result<CollectedSql, Error> {
        self.check_python(id, self.operation_span(id, Some(index)), "tell the statements of an operation")?;
        let bridge = self.started_bridge().await?;
        bridge.set_state(&whole(before)).await?;
        let operation = OperationPath::new(id.clone(), index);
        Ok(bridge.collect_sql(&operation, alias, direction.into()).await?)
    }

    /// Makes the tables that these apps, which have no migrations, lack; returns what Django's command says about it.
    ///
    /// # Errors
    /// When Python was not started, or the database refuses.
    pub async fn sync_apps(&mut self, run: Run<'_>, labels: &[SmolStr]) -> Result<String, Error> {
        let labels: Vec<&str> = labels.iter().map(SmolStr::as_str).collect();
        let bridge = self.started_bridge().await?;
        Ok(bridge.sync_apps(&labels, run.alias, run.verbosity).await?)
    }

    /// Sends `pre_migrate` with the state after `applied`.
    ///
    /// # Errors
    /// When a receiver raises an error.
    pub async fn pre_migrate(
        &mut self,
        run: Run<'_>,
        applied: &[Portion],
        plan: &[(Portion, bool)],
    ) -> Result<(), Error> {
        match self.bridge_at(applied).await? {
            Some(bridge) => Ok(bridge.pre_migrate(run, plan).await?),
            None => Ok(()),
        }
    }

    /// Sends `post_migrate` with the state after `applied`.
    ///
    /// # Errors
    /// When a receiver raises an error.
    pub async fn post_migrate(
        &mut self,
        run: Run<'_>,
        applied: &[Portion],
        plan: &[(Portion, bool)],
    ) -> Result<(), Error> {
        match self.bridge_at(applied).await? {
            Some(bridge) => Ok(bridge.post_migrate(run, plan).await?),
            None => Ok(()),
        }
    }

    /// Returns the registered functions and the bridge, when it is running.
    pub fn run_parts(&mut self) -> (&Functions, Option<&mut Bridge>) {
        (&self.functions, self.bridge.as_mut())
    }

    fn operation_span(&self, id: &MigrationId, index: Option<usize>) -> Option<Span> {
        self.migrations.get(id)?.operations.get(index?)?.span.0
    }

    /// Returns the bridge, when it is running, with the state after `applied`.
    async fn bridge_at(&mut self, applied: &[Portion]) -> Result<Option<&mut Bridge>, Error> {
        if let Some(bridge) = &mut self.bridge {
            bridge.set_state(applied).await?;
        }
        Ok(self.bridge.as_mut())
    }

    async fn started_bridge(&mut self) -> Result<&mut Bridge, Error> {
        match &mut self.bridge {
            Some(bridge) => Ok(bridge),
            none => Ok(none.insert(ask::start(&self.project, &self.listener).await?)),
        }
    }
}

fn whole(migrations: &[MigrationId]) -> Vec<Portion> {
    migrations.iter().cloned().map(Portion::whole).collect()
}
