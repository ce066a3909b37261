//! The safety checks over migrations of a project.

mod baseline;
mod code;
mod configure;
pub mod deploy;
pub mod fix;
mod git;
mod history;
pub(crate) mod policies;
pub mod policy_tests;
mod select;
mod stages;
pub(crate) mod stats;
mod suppress;

use std::path::PathBuf;

use limosa_check::plan::PlannedMigration;
use limosa_check::suppress::Suppressed;
use limosa_check::{Finding, Plan, Stats, gathered, judge};
use limosa_db::introspect;
use limosa_engine::runner::Fake;
use limosa_model::graph::Direction;
use limosa_model::{Migration, MigrationId, ProjectState};
use limosa_plan::planner::Target;
use limosa_plan::steps::Skipped;
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Context;

pub use self::configure::{Configured, unknown};
pub use self::select::Selection;
use crate::connected::{self, Connected};
use crate::error::Error;
use crate::migrate;
use crate::replay;
use crate::situation::Situation;
use crate::workspace::Workspace;

/// What is asked of the checks.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which migrations are looked at.
    pub selection: Selection,
    /// Which checks look, and what they pass over.
    pub configured: Configured,
    /// Whether the deploy is in two halves, whatever the project says.
    pub divides: bool,
    /// The file that says how much the tables hold, in the place of the database.
    pub stats: Option<PathBuf>,
    /// The file into which this is written.
    pub stats_out: Option<PathBuf>,
    /// The file with the findings that are known.
    pub baseline: Option<PathBuf>,
    /// The file into which the findings are written as known ones.
    pub write_baseline: Option<PathBuf>,
}

/// What the checks say.
#[derive(Debug)]
pub struct Judged {
    /// The findings, in the order in which the migrations run.
    pub findings: Vec<Finding>,
    /// Those that comments allow, or that are known.
    pub suppressed: Vec<Suppressed>,
    /// What is known of the database.
    pub stats: Stats,
    /// The migrations that were looked at, in the order in which they run.
    pub migrations: Vec<MigrationId>,
}

/// Lets checks look at the migrations of a selection.
///
/// # Errors
/// When nothing can be selected, an operation does not fit the state, or the database refuses.
pub async fn check(
    workspace: &mut Workspace,
    connected: Option<&Connected>,
    alias: &str,
    options: &Options,
) -> Result<Judged, Error> {
    let Options { selection, configured, .. } = options;
    let rules = configured.rules();
    let context = connected::context_at(workspace, connected, alias)?;
    let stats = match (&options.stats, connected) {
        (Some(file), _) => stats::read(file)?,
        (None, Some(connected)) => stats::of(&connected.connection).await?,
        (None, None) => Stats::default(),
    };
    if let Some(file) = &options.stats_out {
        stats::write(file, &stats)?;
    }
    let pending = match (selection, connected) {
        (Selection::Pending, Some(connected)) => Some(Pending::read(workspace, connected).await?),
        _ => None,
    };
    let mut deploys = match &pending {
        Some(pending) => vec![pending.planned(workspace, &context)?],
        None => selected(workspace, selection, &context)?,
    };
    stages::divide(workspace, &mut deploys, context.dialect, options.divides)?;
    deploys.iter_mut().for_each(|deploy| deploy.retain(|planned| !configured.passes_over(planned.id())));
    code::read(workspace, &mut deploys);
    let history = history::read(workspace)?;
    let plan = Plan { context: &context, stats: &stats, history: &history, deploys };
    let findings = configured.apply(judge(&plan, &rules));
    let migrations: Vec<&Migration> = plan.deploys.iter().flatten().map(|planned| planned.migration).collect();
    let mut sifted = suppress::sift(workspace, context.dialect, &migrations, findings, &rules);
    if let Some(file) = &options.write_baseline {
        baseline::write(file, &sifted.findings)?;
    }
    if let Some(file) = options.write_baseline.as_ref().or(options.baseline.as_ref()) {
        sifted = baseline::sift(file, sifted)?;
    }
    let migrations = migrations.into_iter().map(|migration| migration.id.clone()).collect();
    Ok(Judged { findings: gathered(sifted.findings), suppressed: sifted.suppressed, stats, migrations })
}

/// The migrations that `migrate` would run.
struct Pending {
    jobs: Vec<limosa_engine::runner::Job>,
    catalog: Catalog,
}

impl Pending {
    async fn read(workspace: &mut Workspace, connected: &Connected) -> Result<Self, Error> {
        let situation = Situation::read(workspace, &connected.connection, &connected.history, false).await?;
        situation.check(workspace)?;
        let plan = migrate::plan(workspace, &situation, &Target::All)?;
        let (mut jobs, _) = migrate::jobs(workspace, &plan, Fake::No, &connected.context)?;
        let applied = migrate::applied_portions(workspace, &plan.graph, &plan.parts)?;
        workspace.route(&connected.alias, &connected.context, &applied, &mut jobs).await?;
        Ok(Self { jobs, catalog: introspect::load(&connected.connection).await? })
    }

    fn planned<'a>(&'a self, workspace: &Workspace, context: &'a Context) -> Result<Vec<PlannedMigration<'a>>, Error> {
        let mut catalog = self.catalog.clone();
        let planned = self.jobs.iter().map(|job| {
            PlannedMigration::new(context, &mut catalog, &job.migration, &job.before, job.direction, &job.skipped)
        });
        planned.collect::<Result<_, _>>().map_err(|error| workspace.step_error(&error))
    }
}

/// Returns migrations as they would run on a database that holds what those before them make.
fn selected<'a>(
    workspace: &'a Workspace,
    selection: &Selection,
    context: &'a Context,
) -> Result<Vec<Vec<PlannedMigration<'a>>>, Error> {
    let chosen = selection.choose(workspace)?;
    let mut catalog = Catalog::new(context.dialect);
    let mut state: ProjectState = workspace.base_state().clone();
    let mut left = chosen.migrations.len();
    let mut planned = Vec::with_capacity(left);
    let wrong = |error| workspace.step_error(&error);
    for id in chosen.order {
        if left == 0 {
            break;
        }
        let migration: &Migration = workspace.migration(&id)?;
        if chosen.migrations.contains(&id) {
            left -= 1;
            let skipped = Skipped::default();
            let one = PlannedMigration::new(context, &mut catalog, migration, &state, Direction::Forwards, &skipped);
            let one = one.map_err(wrong)?;
            state = one.after.clone();
            planned.push(one);
        } else {
            state = replay::follow(workspace, context, &mut catalog, &state, migration)?;
        }
    }
    Ok(if chosen.together { vec![planned] } else { planned.into_iter().map(|one| vec![one]).collect() })
}
