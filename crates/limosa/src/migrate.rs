//! Applying and unapplying: from a target to jobs, and running them.

mod check;
mod jobs;
mod late;
mod parts;
mod put_off;
mod run;
mod squashes;

use std::sync::Arc;

use limosa_engine::runner::{Fake, Unfinished};
use limosa_model::graph::{Direction, MigrationGraph};
use limosa_model::{MigrationId, SmolStr};
use limosa_plan::planner::{self, PlannedMigration, Target};

pub use self::jobs::jobs;
pub(crate) use self::jobs::states;
pub use self::parts::{Operations, Parts};
pub(crate) use self::parts::{applied, applied_portions, part, read as read_part};
pub use self::run::Run;
pub use self::squashes::finish_squashes;
use crate::error::Error;
use crate::situation::Situation;
use crate::stages;
use crate::workspace::Workspace;

/// What `migrate` will do.
#[derive(Clone, Debug)]
pub struct MigratePlan {
    /// The graph, which may be another than the situation's when a replaced migration is the target.
    pub graph: Arc<MigrationGraph>,
    /// The migrations in the order in which `--plan` lists them.
    pub printed: Vec<PlannedMigration>,
    /// The migrations in the order in which they run.
    pub executed: Vec<PlannedMigration>,
    /// The migrations of which only some operations ran, or are to run.
    pub parts: Parts,
}

impl MigratePlan {
    /// Returns the plan as if nothing of it had begun.
    pub(crate) fn without_begun(&self) -> Self {
        let parts = Parts { done: self.parts.done.clone(), late: self.parts.late.clone(), ..Parts::default() };
        Self { parts, ..self.clone() }
    }

    /// Returns the way that its migrations go.
    pub fn direction(&self) -> Direction {
        self.executed.first().map_or(Direction::Forwards, |planned| planned.direction)
    }
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
    /// The migrations that the run puts off on purpose until after the deploy.
    pub put_off: Vec<MigrationId>,
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
    let mut plan = planner::plan(&situation.graph, std::slice::from_ref(target), false)?;
    let left = stages::left_behind(situation, target);
    if !left.is_empty() && plan.direction()? != Some(Direction::Backwards) {
        // Its dependents are applied, so that Django's plan would pass it by.
        let targets: Vec<Target> = left.into_iter().map(Target::Migration).chain([target.clone()]).collect();
        plan = planner::plan(&situation.graph, &targets, false)?;
    }
    let executed = plan.executed()?;
    let mut plan = MigratePlan { graph: plan.graph, printed: plan.printed, executed, parts: situation.parts.clone() };
    if plan.direction() == Direction::Forwards && !matches!(target, Target::Zero(_)) {
        late::add(&mut plan, target);
    }
    plan.executed.iter().try_for_each(|planned| workspace.migration(&planned.id).map(drop))?;
    Ok(plan)
}
