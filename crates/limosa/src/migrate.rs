//! Applying and unapplying: from a target to jobs, and running them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use limosa_db::{Failpoint, Lease, failpoint, introspect};
use limosa_engine::after::AfterRun;
use limosa_engine::bridge::Run;
use limosa_engine::events::Events;
use limosa_engine::interrupt::Interrupt;
use limosa_engine::runner::{
    ContentTypes, Fake, Job, RunError, RunErrorKind, Runner, Unfinished, states_backwards, states_forwards,
};
use limosa_model::graph::{Applied, Direction};
use limosa_model::{Migration, MigrationId, ProjectState, SmolStr};
use limosa_plan::planner::{
    self, PlannedMigration, Recorder, Target, check_replacements, replaced_elsewhere, what_to_record,
};
use limosa_plan::steps::{self, Compiled, Compiler, Skipped, StepError};
use limosa_source::project::Kind;
use limosa_sql::dialect::Context;

use crate::branches;
use crate::connected::Connected;
use crate::error::Error;
use crate::half_applied::HalfApplied;
use crate::run_record::{self, RunRecord};
use crate::situation::Situation;
use crate::workspace::Workspace;

/// What `migrate` will do.
#[derive(Debug)]
pub struct MigratePlan {
    /// The graph, which may be another than the situation's when a replaced migration is the target.
    pub graph: Arc<limosa_model::graph::MigrationGraph>,
    /// The migrations in the order in which `--plan` lists them.
    pub printed: Vec<PlannedMigration>,
    /// The migrations in the order in which they run.
    pub executed: Vec<PlannedMigration>,
}

/// How to run a plan.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// Whether migrations are only recorded.
    pub fake: Fake,
    /// The apps without migrations whose missing tables are made first (`--run-syncdb`).
    pub synchronize: Vec<SmolStr>,
    /// Whether models that the migrations do not follow are told of, when there is nothing to do.
    pub looks_at_models: bool,
    /// How much receivers of signals should say, from 0 to 3.
    pub verbosity: u8,
    /// Whether receivers of signals may ask the user something.
    pub interactive: bool,
    /// What was asked for, as the record of runs says it.
    pub command: Option<String>,
    /// What is to be taken of a step of an earlier run of which nothing tells whether it happened.
    pub unfinished: Option<Unfinished>,
}

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The migrations that were applied or unapplied, in order.
    pub migrations: Vec<(MigrationId, Direction)>,
}

/// Returns what it takes to get to `target`.
///
/// # Errors
/// When the target is not there, or lies in two directions.
pub fn plan(workspace: &Workspace, situation: &Situation, target: &Target) -> Result<MigratePlan, Error> {
    let plan = planner::plan(&situation.graph, std::slice::from_ref(target), false)?;
    let executed = plan.executed()?;
    let plan = MigratePlan { graph: plan.graph, printed: plan.printed, executed };
    plan.executed.iter().try_for_each(|planned| workspace.migration(&planned.id).map(drop))?;
    Ok(plan)
}

/// Returns the jobs of a plan with the states that they start from, and the state when all have run.
///
/// # Errors
/// When an operation does not fit the state that it is applied to.
pub fn jobs(
    workspace: &Workspace,
    plan: &MigratePlan,
    fake: Fake,
    context: &Context,
) -> Result<(Vec<Job>, ProjectState), Error> {
    let loader = plan.graph.loader();
    let base = workspace.base_state();
    let applied = all(workspace, plan.graph.applied_plan())?;
    let run = all(workspace, plan.executed.iter().map(|planned| &planned.id))?;
    let wrong = |error| workspace.step_error(&error);
    let direction = plan.executed.first().map_or(Direction::Forwards, |planned| planned.direction);
    let (befores, end) = match direction {
        // Faked migrations do not move the state (Django: `apply_migration` with `fake`).
        Direction::Forwards if fake == Fake::Yes => {
            let (_, end) = states_forwards(base, applied.iter().copied(), []).map_err(wrong)?;
            (vec![end.clone(); run.len()], end)
        }
        Direction::Forwards => states_forwards(base, applied.iter().copied(), run.iter().copied()).map_err(wrong)?,
        Direction::Backwards => {
            let ids: BTreeSet<MigrationId> = run.iter().map(|migration| migration.id.clone()).collect();
            let (mut states, end) = states_backwards(base, applied.iter().copied(), &ids).map_err(wrong)?;
            (run.iter().map(|migration| states.remove(&migration.id).unwrap_or_default()).collect(), end)
        }
    };
    let mut recorder = Recorder::new(&plan.graph);
    let jobs = run.iter().zip(befores).map(|(migration, before)| {
        let records = match direction {
            Direction::Forwards => recorder.next(&migration.id),
            Direction::Backwards => what_to_record(loader, &migration.id, direction),
        };
        let skipped = Skipped::default();
        let python = fake != Fake::Yes && steps::needs_python(context, migration, &before, direction, &skipped);
        let (migration, undetected) = (Arc::clone(migration), Skipped::default());
        Job { migration, direction, before, fake, python, skipped, undetected, records }
    });
    Ok((jobs.collect(), end))
}

/// Returns the state after all migrations on disk.
fn everything(workspace: &Workspace, plan: &MigratePlan) -> Result<ProjectState, Error> {
    let all = all(workspace, plan.graph.full_plan())?;
    let states = states_forwards(workspace.base_state(), all.iter().copied(), []);
    states.map(|(_, end)| end).map_err(|error| workspace.step_error(&error))
}

fn all<'w, 'i>(
    workspace: &'w Workspace,
    ids: impl IntoIterator<Item = &'i MigrationId>,
) -> Result<Vec<&'w Arc<Migration>>, Error> {
    ids.into_iter().map(|id| workspace.migration(id)).collect()
}

/// Runs a plan: its migrations, the rows of squashes that are complete now, and what follows a run.
///
/// # Errors
/// At the first migration that fails, or when the database refuses.
pub async fn run(
    workspace: &mut Workspace,
    connected: &Connected,
    lease: &Lease,
    plan: &MigratePlan,
    options: &RunOptions,
    events: &Events,
    interrupt: &Interrupt,
) -> Result<Report, Error> {
    let fingerprint = run_record::fingerprint(workspace, plan)?;
    let mut record = RunRecord::new(workspace, connected, lease, options.command.as_deref(), Some(&fingerprint));
    let result = run_recorded(workspace, connected, lease, plan, options, events, interrupt, &mut record).await;
    record.end(&result).await;
    result
}

#[expect(clippy::too_many_arguments, reason = "those of `run`, and the record")]
async fn run_recorded(
    workspace: &mut Workspace,
    connected: &Connected,
    lease: &Lease,
    plan: &MigratePlan,
    options: &RunOptions,
    events: &Events,
    interrupt: &Interrupt,
    record: &mut RunRecord<'_>,
) -> Result<Report, Error> {
    let started = Instant::now();
    let fake = options.fake;
    let half_applied = HalfApplied::read(connected).await?;
    half_applied.check(plan)?;
    if workspace.installs("contenttypes") {
        workspace.complete_base().await?;
    }
    let (mut jobs, end) = jobs(workspace, plan, fake, &connected.context)?;
    check_reversible(workspace, &jobs)?;
    if fake == Fake::No {
        branches::doubts(workspace, plan, &end, &connected.context).into_iter().for_each(|pair| events.unordered(pair));
    }
    let applied: Vec<MigrationId> = plan.graph.applied_plan().into_iter().cloned().collect();
    workspace.route(&connected.alias, &connected.context, &applied, &mut jobs).await?;
    connected.prepare(workspace).await?;
    let history = &connected.history;
    check(workspace, connected, &jobs, &half_applied).await?;
    if !jobs.is_empty() {
        history.create(&connected.connection, workspace.history_id()).await?;
        failpoint(Failpoint::HistoryMade);
    }
    workspace.check_runs(&jobs)?;
    let has_receivers = workspace.has_receivers();
    let synchronizes = !options.synchronize.is_empty();
    if !jobs.is_empty() || synchronizes {
        record.begin().await?;
    }
    if has_receivers || synchronizes || jobs.iter().any(|job| job.python) {
        workspace.start_bridge(connected, Some(lease), events, interrupt).await?;
    }
    let told = Run { alias: &connected.alias, verbosity: options.verbosity, interactive: options.interactive };
    let signals: Vec<(MigrationId, bool)> =
        plan.printed.iter().map(|planned| (planned.id.clone(), planned.direction == Direction::Backwards)).collect();
    if has_receivers {
        workspace.pre_migrate(told, &applied, &signals).await?;
    }
    if synchronizes {
        events.synchronized(workspace.sync_apps(told, &options.synchronize).await?);
    }
    let allowed = workspace.allows(&connected.alias, &AfterRun::TABLES).await?;
    let content_types = if !workspace.installs("contenttypes") || !allowed[0] {
        ContentTypes::Never
    } else if first_content_types(plan) {
        ContentTypes::Available
    } else {
        ContentTypes::AfterFirstMigration
    };
    let live = if fake == Fake::Initial { everything(workspace, plan)? } else { ProjectState::default() };
    let (functions, bridge) = workspace.run_parts();
    let mut runner =
        Runner::new(&connected.connection, &connected.context, history, &connected.alias, functions, events, interrupt);
    runner.lease = Some(lease);
    runner.log = record.log();
    runner.content_types = content_types;
    runner.bridge = bridge;
    runner.applied.clone_from(&applied);
    runner.live = live;
    runner.unfinished = options.unfinished;
    runner.run(&jobs).await.map_err(|error| workspace_error(workspace, error))?;
    if jobs.is_empty() && options.looks_at_models {
        look_at_models(workspace, events).await;
    }
    finish_squashes(connected, Some(lease), workspace.project().kind, plan, Some(record)).await?;
    let ran: Vec<(Arc<Migration>, Direction)> = jobs.iter().map(|job| (job.migration.clone(), job.direction)).collect();
    if has_receivers {
        let state = ids_after(plan, &applied, fake);
        connected.check(lease).await?;
        events.after_run("the project's own receivers");
        workspace.post_migrate(told, &state, &signals).await?;
        failpoint(Failpoint::ReceiversRan);
    } else {
        let fence = lease.fence();
        let after = AfterRun {
            connection: &connected.connection,
            fence: fence.as_ref(),
            django: connected.context.django,
            apps: &workspace.apps_with_models(),
            state: &end,
            swapped: &connected.context.swapped,
            site_id: workspace.site_id(),
            ran: &ran,
            allowed: &allowed,
        };
        if !after.run(events).await? {
            return Err(connected.taken_over(Some(lease)).await?);
        }
    }
    events.run_finished(jobs.len(), started.elapsed());
    Ok(Report { migrations: ran.iter().map(|(migration, direction)| (migration.id.clone(), *direction)).collect() })
}

/// Tells whose models differ from what the migrations make of them, as far as Python can say it.
///
/// Django asks its autodetector at every run with nothing to do. So is it here, but its answer is kept until something about the project
/// changes; and a run that has nothing to do does not fail because Python is not there.
async fn look_at_models(workspace: &mut Workspace, events: &Events) {
    if workspace.project().kind != Kind::Django || workspace.project().interpreter.is_none() {
        return;
    }
    match workspace.changed_apps().await {
        Ok(apps) if apps.is_empty() => {}
        Ok(apps) => events.models_changed(apps),
        Err(error) => events.output(format!("the models were not compared with the migrations: {error}")),
    }
}

/// Refuses a plan that leads back over operations without a way back, before anything runs; it names them all.
fn check_reversible(workspace: &Workspace, jobs: &[Job]) -> Result<(), Error> {
    let run = jobs.iter().filter(|job| job.direction == Direction::Backwards && job.fake != Fake::Yes);
    let errors: Vec<StepError> = run.flat_map(|job| steps::irreversible(&job.migration)).collect();
    if errors.is_empty() { Ok(()) } else { Err(workspace.step_errors(&errors)) }
}

/// Tells all steps of the jobs before the first one runs, so that what cannot be told or reversed stops nothing half-way.
async fn check(
    workspace: &Workspace,
    connected: &Connected,
    jobs: &[Job],
    half_applied: &HalfApplied,
) -> Result<(), Error> {
    if jobs.iter().all(|job| job.fake == Fake::Yes) {
        return Ok(());
    }
    let mut catalog = introspect::load(&connected.connection).await?;
    let mut opaque = false;
    for job in jobs {
        if half_applied.contains(&job.migration.id, job.direction) {
            // Its journal knows what is left.
            opaque = true;
            continue;
        }
        let compiler =
            Compiler::new(&connected.context, &mut catalog, &job.migration, &job.before, job.direction, false);
        match compiler.map(|compiler| compiler.without(&job.skipped)).and_then(steps::compile) {
            Ok((compiled, _)) => opaque |= compiled.iter().any(Compiled::is_opaque),
            // Code that nothing is known about may still bring the schema to where the operation expects it.
            Err(error) if opaque && error.is_wrong_catalog() => {}
            Err(error) => return Err(workspace.step_error(&error)),
        }
    }
    Ok(())
}

/// Adds to a failure where its operation was written.
fn workspace_error(workspace: &Workspace, error: RunError) -> Error {
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

/// Returns the migrations that are applied after the run, in the order in which the state is made of them.
fn ids_after(plan: &MigratePlan, applied: &[MigrationId], fake: Fake) -> Vec<MigrationId> {
    let direction = plan.executed.first().map(|planned| planned.direction);
    let run = || plan.executed.iter().map(|planned| &planned.id);
    match direction {
        Some(Direction::Forwards) if fake != Fake::Yes => applied.iter().chain(run()).cloned().collect(),
        Some(Direction::Backwards) => applied.iter().filter(|id| run().all(|run| run != *id)).cloned().collect(),
        _ => applied.to_vec(),
    }
}

/// Returns whether the table of content types is there before the plan runs.
fn first_content_types(plan: &MigratePlan) -> bool {
    let first = MigrationId::new("contenttypes", "0001_initial");
    matches!(plan.graph.applied(&first), Some(Applied::Recorded | Applied::Derived))
}

/// Records squashes of which everything that they replace is recorded (Django: `check_replacements`), and in a Django project
/// what Django needs to see that a squash is applied.
///
/// # Errors
/// When the database refuses.
pub async fn finish_squashes(
    connected: &Connected,
    lease: Option<&Lease>,
    kind: Kind,
    plan: &MigratePlan,
    record: Option<&mut RunRecord<'_>>,
) -> Result<(), Error> {
    let history = &connected.history;
    let Some(rows) = history.read(&connected.connection).await? else { return Ok(()) };
    let ids = rows.iter().map(|row| MigrationId::new(row.app.as_str(), row.name.as_str()));
    let mut recorded: BTreeSet<MigrationId> = ids.collect();
    let loader = plan.graph.loader();
    let mut finished = check_replacements(loader, &recorded);
    if kind == Kind::Django {
        recorded.extend(finished.iter().cloned());
        finished.extend(replaced_elsewhere(loader, &recorded));
    }
    let mut rows: Vec<String> = finished.iter().map(|id| history.insert_statement(&id.app, &id.name)).collect();
    if let Some(record) = record.filter(|_| !finished.is_empty()) {
        record.begin().await?;
        rows.extend(finished.iter().filter_map(|id| record.note(id, "recorded", false)));
    }
    connected.record(lease, &rows).await
}
