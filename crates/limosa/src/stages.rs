//! Deploys in two halves: which migrations of a plan run before the new code does, and which when the old code is gone.

mod divide;
mod mode;
mod refusal;
pub(crate) mod rules;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use limosa_engine::runner::Fake;
use limosa_model::graph::{Direction, MigrationGraph};
use limosa_model::{Migration, MigrationId, ProjectState};
use limosa_plan::planner::Target;
use limosa_plan::stage::{self, Half, Stage, Staged, Why};
use limosa_sql::dialect::Context;

pub use self::divide::{Divided, Held, Request, divide};
pub use self::mode::{Mode, mode};
pub use self::words::{describe, duration, half_name};
use crate::error::Error;
use crate::migrate::{self, MigratePlan};
use crate::situation::Situation;
use crate::workspace::Workspace;

/// A migration of a plan with its stage.
#[derive(Clone, Debug)]
pub struct StagedMigration {
    /// The migration.
    pub id: MigrationId,
    /// Which way it goes.
    pub direction: Direction,
    /// Its stage, forwards.
    pub staged: Staged,
}

impl StagedMigration {
    /// Returns the half in which it runs: unapplying what was made before the deploy comes after it, and the other way round.
    pub fn half(&self) -> Half {
        match (self.direction, self.staged.half) {
            (Direction::Backwards, Half::Of(stage)) => Half::Of(stage.other()),
            (_, half) => half,
        }
    }
}

/// Returns the stages of the migrations of a plan, in the order in which they run.
///
/// Where nothing is applied, everything belongs before the deploy: no code runs on an empty database.
///
/// # Errors
/// When an operation does not fit the state, or the configuration names what is not there.
pub fn of_plan(workspace: &Workspace, plan: &MigratePlan, context: &Context) -> Result<Vec<StagedMigration>, Error> {
    let rules = rules::of(workspace)?;
    // What was begun is judged as if it was not: it is divided in the same way again.
    let plan = &plan.without_begun();
    let (befores, _) = migrate::states(workspace, plan, Fake::No)?;
    let direction = plan.direction();
    let migrations: Vec<Arc<Migration>> =
        plan.executed.iter().map(|planned| left_of(workspace, plan, &planned.id)).collect::<Result<_, _>>()?;
    let mut steps: Vec<(&Migration, &ProjectState)> = migrations.iter().map(AsRef::as_ref).zip(&befores).collect();
    // In either direction they are judged in the order in which they are applied.
    if direction == Direction::Backwards {
        steps.reverse();
    }
    let order: Vec<MigrationId> = steps.iter().map(|(migration, _)| migration.id.clone()).collect();
    let stages = stage::stages(steps, &rules, context.dialect).map_err(|error| workspace.step_error(&error))?;
    let is_empty = plan.graph.applied_plan().is_empty();
    let mut staged: Vec<StagedMigration> = order
        .into_iter()
        .zip(stages)
        .map(|(id, mut staged)| {
            if is_empty {
                (staged.half, staged.why) = (Half::Of(Stage::PreDeploy), Why::Empty);
            }
            StagedMigration { id, direction, staged }
        })
        .collect();
    if direction == Direction::Backwards {
        staged.reverse();
    }
    Ok(staged)
}

/// Returns what of a migration did not run yet.
fn left_of(workspace: &Workspace, plan: &MigratePlan, id: &MigrationId) -> Result<Arc<Migration>, Error> {
    let whole = workspace.migration(id)?;
    if let Some(late) = plan.parts.late.get(id) {
        let forwards = plan.direction() == Direction::Forwards;
        return Ok(migrate::part(whole, |place| late.contains(&place) == forwards));
    }
    let done = plan.parts.done.get(id);
    Ok(done.map_or_else(|| Arc::clone(whole), |done| migrate::part(whole, |place| !done.contains(&place))))
}

/// Returns the migrations that were put off and that the target needs, though what depends on them is applied.
pub(crate) fn left_behind(situation: &Situation, target: &Target) -> Vec<MigrationId> {
    let graph = &situation.graph;
    let needed = needed_for(graph, target);
    let left = situation.put_off.keys().filter(|id| graph.contains(id) && graph.applied(id).is_none());
    left.filter(|id| needed.contains(id)).cloned().collect()
}

/// Returns the migrations that a target needs, and those that it names.
pub(crate) fn needed_for<'g>(graph: &'g MigrationGraph, target: &Target) -> BTreeSet<&'g MigrationId> {
    let targets = match target {
        Target::All => graph.leaf_nodes(None),
        Target::App(app) => graph.leaf_nodes(Some(app)),
        Target::Migration(id) => vec![id.clone()],
        Target::Zero(_) => Vec::new(),
    };
    graph.state_plan(&targets, true).into_iter().collect()
}
