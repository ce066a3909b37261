//! Running a plan: its migrations, the rows of squashes that are complete now, and what follows a run.

use std::sync::Arc;
use std::time::Instant;

use limosa_db::{Failpoint, Lease, failpoint};
use limosa_engine::after::AfterRun;
use limosa_engine::bridge::{self, Portion};
use limosa_engine::events::Events;
use limosa_engine::interrupt::Interrupt;
use limosa_engine::runner::{ContentTypes, Fake, Job, RunError, RunErrorKind, Runner};
use limosa_model::graph::{Applied, Direction};
use limosa_model::{Migration, MigrationId, ProjectState};
use limosa_plan::planner::PlannedMigration;
use limosa_source::project::Kind;

use super::parts::{Operations, applied_portions};
use super::{MigratePlan, Report, RunOptions, check, finish_squashes, jobs, put_off};
use crate::branches;
use crate::connected::Connected;
use crate::error::Error;
use crate::half_applied::HalfApplied;
use crate::run_record::{self, RunRecord};
use crate::workspace::Workspace;

/// All that a run of a plan goes by.
pub struct Run<'a> {
    /// The project.
    pub workspace: &'a mut Workspace,
    /// The database.
    pub connected: &'a Connected,
    /// The lease, which the run holds.
    pub lease: &'a Lease,
    /// How to run.
    pub options: &'a RunOptions,
    /// Who listens.
    pub events: &'a Events,
    /// Who may ask the run to stop.
    pub interrupt: &'a Interrupt,
}

impl Run<'_> {
    /// Runs a plan.
    ///
    /// # Errors
    /// At the first migration that fails, or when the database refuses.
    pub async fn run(&mut self, plan: &MigratePlan) -> Result<Report, Error> {
        let fingerprint = run_record::fingerprint(self.workspace, plan)?;
        let command = self.options.command.as_deref();
        let mut record = RunRecord::new(self.workspace, self.connected, self.lease, command, Some(&fingerprint));
        let result = self.recorded(plan, &mut record).await;
        record.end(&result).await;
        result
    }

    async fn recorded(&mut self, plan: &MigratePlan, record: &mut RunRecord<'_>) -> Result<Report, Error> {
        let started = Instant::now();
        let applied = applied_portions(self.workspace, &plan.graph, &plan.parts)?;
        let (mut jobs, end) = self.prepare(plan, &applied).await?;
        let told = Told {
            run: bridge::Run {
                alias: &self.connected.alias,
                verbosity: self.options.verbosity,
                interactive: self.options.interactive,
            },
            plan: told(plan, &jobs),
        };
        self.begin(&jobs, record).await?;
        put_off::write(self.workspace, self.connected, self.lease, &self.options.put_off, plan, &mut jobs).await?;
        self.before(&applied, &told).await?;
        let allowed = self.workspace.allows(&self.connected.alias, &AfterRun::TABLES).await?;
        self.migrate(plan, &jobs, &applied, &allowed, record).await?;
        if jobs.is_empty() && self.options.looks_at_models {
            self.look_at_models().await;
        }
        let kind = self.workspace.project().kind;
        finish_squashes(self.connected, Some(self.lease), kind, plan, Some(record)).await?;
        let ran: Vec<(Arc<Migration>, Direction)> =
            jobs.iter().map(|job| (job.migration.clone(), job.direction)).collect();
        if self.workspace.has_receivers() {
            let state = applied_after(plan, &jobs, &applied, self.options.fake);
            self.connected.check(self.lease).await?;
            self.events.after_run("the project's own receivers");
            self.workspace.post_migrate(told.run, &state, &told.plan).await?;
            failpoint(Failpoint::ReceiversRan);
        } else {
            self.after(&end, &ran, &allowed).await?;
        }
        self.events.run_finished(jobs.len(), started.elapsed());
        Ok(Report { migrations: ran.iter().map(|(migration, direction)| (migration.id.clone(), *direction)).collect() })
    }

    /// Makes the jobs of a plan and looks at all that can be told before the first one runs.
    async fn prepare(&mut self, plan: &MigratePlan, applied: &[Portion]) -> Result<(Vec<Job>, ProjectState), Error> {
        let connected = self.connected;
        let half_applied = HalfApplied::read(connected).await?;
        half_applied.check(plan)?;
        if self.workspace.installs("contenttypes") {
            self.workspace.complete_base().await?;
        }
        let (mut jobs, end) = jobs(self.workspace, plan, self.options.fake, &connected.context)?;
        check::reversible(self.workspace, &jobs)?;
        if self.options.fake == Fake::No {
            let doubts = branches::doubts(self.workspace, plan, &end, &connected.context);
            doubts.into_iter().for_each(|pair| self.events.unordered(pair));
        }
        self.workspace.route(&connected.alias, &connected.context, applied, &mut jobs).await?;
        connected.prepare(self.workspace).await?;
        check::steps(self.workspace, connected, &jobs, &half_applied).await?;
        Ok((jobs, end))
    }

    /// Makes what the run needs: the history table, its record, Python.
    async fn begin(&mut self, jobs: &[Job], record: &mut RunRecord<'_>) -> Result<(), Error> {
        let connected = self.connected;
        if !jobs.is_empty() {
            connected.history.create(&connected.connection, self.workspace.history_id()).await?;
            failpoint(Failpoint::HistoryMade);
        }
        self.workspace.check_runs(jobs)?;
        let synchronizes = !self.options.synchronize.is_empty();
        if !jobs.is_empty() || synchronizes {
            record.begin().await?;
        }
        if self.workspace.has_receivers() || synchronizes || jobs.iter().any(|job| job.python) {
            self.workspace.start_bridge(connected, Some(self.lease), self.events, self.interrupt).await?;
        }
        Ok(())
    }

    /// Does what comes before the first migration.
    async fn before(&mut self, applied: &[Portion], told: &Told<'_>) -> Result<(), Error> {
        if self.workspace.has_receivers() {
            self.workspace.pre_migrate(told.run, applied, &told.plan).await?;
        }
        if !self.options.synchronize.is_empty() {
            self.events.synchronized(self.workspace.sync_apps(told.run, &self.options.synchronize).await?);
        }
        Ok(())
    }

    /// Runs the migrations.
    async fn migrate(
        &mut self,
        plan: &MigratePlan,
        jobs: &[Job],
        applied: &[Portion],
        allowed: &[bool],
        record: &RunRecord<'_>,
    ) -> Result<(), Error> {
        let content_types = if !self.workspace.installs("contenttypes") || !allowed[0] {
            ContentTypes::Never
        } else if first_content_types(plan) {
            ContentTypes::Available
        } else {
            ContentTypes::AfterFirstMigration
        };
        let live = match self.options.fake {
            Fake::Initial => jobs::everything(self.workspace, plan)?,
            _ => ProjectState::default(),
        };
        let Connected { connection, context, history, alias, .. } = self.connected;
        let (functions, bridge) = self.workspace.run_parts();
        let mut runner = Runner::new(connection, context, history, alias, functions, self.events, self.interrupt);
        runner.lease = Some(self.lease);
        runner.log = record.log();
        runner.content_types = content_types;
        runner.bridge = bridge;
        runner.applied = applied.to_vec();
        runner.live = live;
        runner.unfinished = self.options.unfinished;
        let result = runner.run(jobs).await;
        result.map(drop).map_err(|error| located(self.workspace, error))
    }

    /// Does what Django's own apps do after a run.
    async fn after(
        &mut self,
        end: &ProjectState,
        ran: &[(Arc<Migration>, Direction)],
        allowed: &[bool],
    ) -> Result<(), Error> {
        let (connected, fence) = (self.connected, self.lease.fence());
        let after = AfterRun {
            connection: &connected.connection,
            fence: fence.as_ref(),
            django: connected.context.django,
            apps: &self.workspace.apps_with_models(),
            state: end,
            swapped: &connected.context.swapped,
            site_id: self.workspace.site_id(),
            ran,
            allowed,
        };
        if after.run(self.events).await? { Ok(()) } else { Err(connected.taken_over(Some(self.lease)).await?) }
    }

    /// Tells whose models differ from what the migrations make of them, as far as Python can say it.
    ///
    /// Django asks its autodetector at every run with nothing to do. So is it here, but its answer is kept until something about the
    /// project changes; and a run that has nothing to do does not fail because Python is not there.
    async fn look_at_models(&mut self) {
        let project = self.workspace.project();
        if project.kind != Kind::Django || project.interpreter.is_none() {
            return;
        }
        match self.workspace.changed_apps().await {
            Ok(apps) if apps.is_empty() => {}
            Ok(apps) => self.events.models_changed(apps),
            Err(error) => self.events.output(format!("the models were not compared with the migrations: {error}")),
        }
    }
}

/// What receivers of signals are told.
struct Told<'a> {
    run: bridge::Run<'a>,
    /// The migrations in the order in which `--plan` lists them, and whether they are unapplied.
    plan: Vec<(Portion, bool)>,
}

/// Adds to a failure where its operation was written.
fn located(workspace: &Workspace, error: RunError) -> Error {
    let statement = match &error.kind {
        RunErrorKind::Statement { sql, .. } => Some(sql.as_str()),
        _ => None,
    };
    let place = error.span.and_then(|span| {
        let own = statement.and_then(|sql| workspace.statement_span(span, sql));
        workspace.sources().location(own.unwrap_or(span))
    });
    Error::Run { error: Box::new(error), place }
}

/// Returns what receivers of signals are told of a plan: of each migration, in the order in which `--plan` lists them, what runs.
fn told(plan: &MigratePlan, jobs: &[Job]) -> Vec<(Portion, bool)> {
    let operations = |id: &MigrationId| {
        let own = jobs.iter().filter(|job| job.migration.id == *id);
        let parts: Option<Vec<&Operations>> = own.map(|job| job.operations.as_ref()).collect();
        parts.filter(|parts| !parts.is_empty()).map(|parts| parts.into_iter().flatten().copied().collect())
    };
    let of = |step: &PlannedMigration| {
        let portion = Portion { id: step.id.clone(), operations: operations(&step.id) };
        (portion, step.direction == Direction::Backwards)
    };
    plan.printed.iter().map(of).collect()
}

/// Returns what is applied after the run, in the order in which the state is made of it.
fn applied_after(plan: &MigratePlan, jobs: &[Job], applied: &[Portion], fake: Fake) -> Vec<Portion> {
    match plan.direction() {
        Direction::Forwards if fake == Fake::Yes => applied.to_vec(),
        Direction::Forwards => applied.iter().cloned().chain(jobs.iter().map(Job::portion)).collect(),
        Direction::Backwards => {
            let is_left = |portion: &&Portion| jobs.iter().all(|job| job.migration.id != portion.id);
            applied.iter().filter(is_left).cloned().collect()
        }
    }
}

/// Returns whether the table of content types is there before the plan runs.
fn first_content_types(plan: &MigratePlan) -> bool {
    let first = MigrationId::new("contenttypes", "0001_initial");
    matches!(plan.graph.applied(&first), Some(Applied::Recorded | Applied::Derived))
}
