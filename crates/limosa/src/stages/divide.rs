//! Which migrations of a plan run in one half of a deploy, and which are held.

use std::collections::BTreeSet;
use std::sync::Arc;

use limosa_engine::runner::states_forwards;
use limosa_model::graph::{Direction, MigrationGraph};
use limosa_model::{Diagnostic, Migration, MigrationId};
use limosa_plan::stage::{Half, Stage};
use limosa_sql::dialect::Context;

use super::{StagedMigration, of_plan, refusal};
use crate::branches::{Objection, objections_to_moving};
use crate::error::Error;
use crate::migrate::MigratePlan;
use crate::workspace::Workspace;

/// A plan in one half of a deploy.
#[derive(Debug)]
pub struct Divided {
    /// The half.
    pub stage: Stage,
    /// What runs.
    pub plan: MigratePlan,
    /// What does not, in the order in which it would run.
    pub held: Vec<Held>,
    /// The stages of all, in the order in which they would run.
    pub stages: Vec<StagedMigration>,
}

/// A migration that does not run in this half.
#[derive(Clone, Debug)]
pub struct Held {
    /// The migration.
    pub migration: StagedMigration,
    /// The held migration that it waits for, when it is not its own stage that holds it.
    pub behind: Option<MigrationId>,
}

impl Divided {
    /// Returns whether something of this half is pending.
    pub fn is_pending(&self) -> bool {
        let other = Half::Of(self.stage.other());
        !self.plan.executed.is_empty() || self.held.iter().any(|held| held.migration.half() != other)
    }

    /// Returns the migrations that are put off until after the deploy, and may be recorded after what depends on them.
    pub fn put_off(&self) -> Vec<MigrationId> {
        let is_put_off =
            |held: &&Held| self.stage == Stage::PreDeploy && held.migration.direction == Direction::Forwards;
        self.held.iter().filter(is_put_off).map(|held| held.migration.id.clone()).collect()
    }
}

/// Returns what of a plan runs in one half of a deploy.
///
/// Before the deploy a migration goes ahead of one that it depends on and that is held, where it is proved that both may be applied in
/// either order. After the deploy what depends on a migration that was to run before it waits for that.
///
/// # Errors
/// When the operations of a migration have different stages and nothing decides, or a migration is to run before the deploy and cannot
/// go ahead of one that is held.
pub fn divide(workspace: &Workspace, plan: MigratePlan, context: &Context, stage: Stage) -> Result<Divided, Error> {
    let stages = of_plan(workspace, &plan, context)?;
    let mut divider =
        Divider { workspace, context, graph: &plan.graph, stage, run: Vec::new(), held: Vec::new(), wrong: Vec::new() };
    for migration in &stages {
        divider.add(migration)?;
    }
    let Divider { held, wrong, .. } = divider;
    if !wrong.is_empty() {
        return Err(workspace.diagnostics(wrong));
    }
    let ids: BTreeSet<MigrationId> = held.iter().map(|held| held.migration.id.clone()).collect();
    let MigratePlan { graph, mut printed, mut executed } = plan;
    printed.retain(|planned| !ids.contains(&planned.id));
    executed.retain(|planned| !ids.contains(&planned.id));
    Ok(Divided { stage, plan: MigratePlan { graph, printed, executed }, held, stages })
}

struct Divider<'a> {
    workspace: &'a Workspace,
    context: &'a Context,
    graph: &'a MigrationGraph,
    stage: Stage,
    run: Vec<&'a Arc<Migration>>,
    held: Vec<Held>,
    wrong: Vec<Diagnostic>,
}

impl Divider<'_> {
    fn add(&mut self, migration: &StagedMigration) -> Result<(), Error> {
        let half = migration.half();
        match half {
            Half::Mixed => self.wrong.push(refusal::mixed(self.workspace, migration)),
            Half::Unclear => self.wrong.push(refusal::unclear(self.workspace, migration)),
            Half::Of(stage) if stage != self.stage => self.hold(migration, None),
            Half::Of(_) | Half::Either => match self.obstacle(migration)? {
                None => self.run.push(self.workspace.migration(&migration.id)?),
                // After the deploy all waits for what was to run before it.
                Some((held, _)) if half == Half::Either || self.stage == Stage::PostDeploy => {
                    self.hold(migration, Some(held.migration.id));
                }
                Some((held, objections)) => {
                    self.wrong.push(refusal::stuck(self.workspace, migration, &held, &objections));
                }
            },
        }
        Ok(())
    }

    fn hold(&mut self, migration: &StagedMigration, behind: Option<MigrationId>) {
        self.held.push(Held { migration: migration.clone(), behind });
    }

    /// Returns the held migration that keeps another from running, and what speaks against their changing places.
    fn obstacle(&self, migration: &StagedMigration) -> Result<Option<(Held, Vec<Objection>)>, Error> {
        let needs = |later: &MigrationId, earlier: &MigrationId| {
            self.graph.forwards_plan(later).is_some_and(|plan| plan.contains(&earlier))
        };
        if migration.direction == Direction::Backwards {
            let dependent = self.held.iter().find(|held| needs(&held.migration.id, &migration.id));
            return Ok(dependent.map(|held| (held.clone(), Vec::new())));
        }
        let behind: Vec<&Held> = self.held.iter().filter(|held| needs(&migration.id, &held.migration.id)).collect();
        let Some(last) = behind.last() else { return Ok(None) };
        if self.stage == Stage::PostDeploy {
            return Ok(Some(((*last).clone(), Vec::new())));
        }
        let others: Vec<&Arc<Migration>> =
            behind.iter().map(|held| self.workspace.migration(&held.migration.id)).collect::<Result<_, _>>()?;
        let applied: Vec<&Arc<Migration>> =
            self.graph.applied_plan().into_iter().map(|id| self.workspace.migration(id)).collect::<Result<_, _>>()?;
        let moved = self.workspace.migration(&migration.id)?;
        let before =
            states_forwards(self.workspace.base_state(), applied.into_iter().chain(self.run.iter().copied()), []);
        let (_, before) = before.map_err(|error| self.workspace.step_error(&error))?;
        let objections = objections_to_moving(self.workspace, self.context, &before, &others, moved);
        if objections.is_empty() {
            return Ok(None);
        }
        // The one that the objection names is the one to tell.
        let names = |held: &&&Held| {
            let name = format!("{}: ", held.migration.id);
            objections.iter().any(|objection| objection.operations.iter().any(|(what, _)| what.starts_with(&name)))
        };
        let held = behind.iter().find(names).unwrap_or(last);
        Ok(Some(((*held).clone(), objections)))
    }
}
