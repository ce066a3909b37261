//! Which migrations of a plan run in one half of a deploy, and which are held.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use limosa_engine::runner::states_forwards;
use limosa_model::graph::Direction;
use limosa_model::{Diagnostic, Migration, MigrationId, ProjectState};
use limosa_plan::stage::{Half, Stage};
use limosa_plan::steps::runs_whole;
use limosa_sql::dialect::Context;

use super::{StagedMigration, left_of, of_plan, refusal};
use crate::branches::{Objection, division, objections_to_moving};
use crate::error::Error;
use crate::migrate::{self, MigratePlan, Operations};
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
    /// What of it is held.
    left: Arc<Migration>,
    /// Whether the rest of it is applied by then.
    pub is_part: bool,
    /// How long it waits still.
    pub wait: Option<Duration>,
}

/// What of a plan is to run.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The half of the deploy.
    pub stage: Stage,
    /// Whether nothing runs when something of this half cannot.
    pub is_strict: bool,
    /// What was put off, and how long ago.
    pub put_off: &'a BTreeMap<MigrationId, Duration>,
}

impl Divided {
    /// Returns whether something of this half is pending.
    pub fn is_pending(&self) -> bool {
        let other = Half::Of(self.stage.other());
        !self.plan.executed.is_empty() || self.held.iter().any(|held| held.migration.half() != other)
    }

    /// Returns the migrations that are put off, and may be recorded after what depends on them.
    pub fn put_off(&self) -> Vec<MigrationId> {
        let is_put_off = |held: &&Held| {
            (self.stage == Stage::PreDeploy || held.wait.is_some())
                && held.migration.direction == Direction::Forwards
                && !self.plan.parts.divides(&held.migration.id)
        };
        self.held.iter().filter(is_put_off).map(|held| held.migration.id.clone()).collect()
    }
}

/// Returns what of a plan runs in one half of a deploy.
///
/// Before the deploy a migration goes ahead of one that it depends on and that is held, where it is proved that both may be applied in
/// either order. After the deploy what depends on a migration that was to run before it waits for that.
///
/// # Errors
/// When the operations of a migration have different stages, nothing decides and they cannot be divided, or a migration is to run before the deploy and cannot
/// go ahead of one that is held.
pub fn divide(
    workspace: &Workspace,
    plan: MigratePlan,
    context: &Context,
    request: Request<'_>,
) -> Result<Divided, Error> {
    let stage = request.stage;
    let stages = of_plan(workspace, &plan, context)?;
    let mut divider = Divider {
        workspace,
        context,
        plan: &plan,
        request,
        stage,
        before: migrate::applied(workspace, &plan.graph, &plan.parts)?,
        held: Vec::new(),
        now: BTreeMap::new(),
        ran: Vec::new(),
        wrong: Vec::new(),
    };
    for migration in &stages {
        divider.add(migration)?;
    }
    let Divider { held, now, wrong, .. } = divider;
    if !wrong.is_empty() {
        return Err(workspace.diagnostics(wrong));
    }
    let ids: BTreeSet<MigrationId> =
        held.iter().map(|held| held.migration.id.clone()).filter(|id| !now.contains_key(id)).collect();
    let mut plan = plan;
    plan.printed.retain(|planned| !ids.contains(&planned.id));
    plan.executed.retain(|planned| !ids.contains(&planned.id));
    plan.parts.now = now;
    Ok(Divided { stage, plan, held, stages })
}

struct Divider<'a> {
    workspace: &'a Workspace,
    context: &'a Context,
    plan: &'a MigratePlan,
    request: Request<'a>,
    stage: Stage,
    /// What is applied, and runs before the next one.
    before: Vec<Arc<Migration>>,
    held: Vec<Held>,
    /// The operations that run of migrations of which others are held.
    now: BTreeMap<MigrationId, Operations>,
    /// The migrations with a delay that run.
    ran: Vec<MigrationId>,
    wrong: Vec<Diagnostic>,
}

impl Divider<'_> {
    fn add(&mut self, migration: &StagedMigration) -> Result<(), Error> {
        let half = migration.half();
        let left = left_of(self.workspace, self.plan, &migration.id)?;
        match half {
            Half::Mixed if migration.direction == Direction::Forwards && self.stage == Stage::PreDeploy => {
                self.divide(migration, &left)?;
            }
            // What of it belongs before the deploy did not run.
            Half::Mixed if migration.direction == Direction::Forwards => self.hold(migration, None, left),
            Half::Mixed => self.wrong.push(refusal::mixed(self.workspace, migration, None)),
            Half::Unclear => self.wrong.push(refusal::unclear(self.workspace, migration)),
            Half::Of(stage) if stage != self.stage => self.hold(migration, None, left),
            Half::Of(_) if let Some(wait) = self.wait(migration) => {
                self.hold(migration, None, left);
                self.held.last_mut().into_iter().for_each(|held| held.wait = Some(wait));
            }
            Half::Of(_) | Half::Either => match self.obstacle(migration, &left)? {
                None => {
                    self.before.push(left);
                    self.ran.extend(migration.staged.delay.map(|_| migration.id.clone()));
                }
                // After the deploy all waits for what was to run before it.
                Some((held, _))
                    if half == Half::Either || self.stage == Stage::PostDeploy || !self.request.is_strict =>
                {
                    self.hold(migration, Some(held.migration.id), left);
                }
                Some((held, objections)) => {
                    self.wrong.push(refusal::stuck(self.workspace, migration, &held, &objections));
                }
            },
        }
        Ok(())
    }

    fn hold(&mut self, migration: &StagedMigration, behind: Option<MigrationId>, left: Arc<Migration>) {
        let is_part = self.plan.parts.divides(&migration.id);
        self.held.push(Held { migration: migration.clone(), behind, left, is_part, wait: None });
    }

    /// Returns how long a migration waits still: its delay counts from when it was first seen, and from when those with a delay have
    /// run that it depends on.
    fn wait(&self, migration: &StagedMigration) -> Option<Duration> {
        let is_late = self.plan.parts.late.contains_key(&migration.id);
        if self.stage != Stage::PostDeploy || migration.direction == Direction::Backwards || is_late {
            return None;
        }
        let delay = migration.staged.delay?;
        let needed = self.needed_by(&migration.id);
        let behind = self.held.iter().filter(|held| needed.contains(&held.migration.id));
        let wait = match behind.filter_map(|held| held.wait).max() {
            Some(behind) => behind.saturating_add(delay),
            None if self.ran.iter().any(|ran| needed.contains(ran)) => delay,
            None => delay.saturating_sub(self.request.put_off.get(&migration.id).copied().unwrap_or_default()),
        };
        Some(wait).filter(|left| !left.is_zero())
    }

    /// Returns what a migration depends on, directly or not.
    fn needed_by(&self, id: &MigrationId) -> BTreeSet<&MigrationId> {
        self.plan.graph.forwards_plan(id).into_iter().flatten().collect()
    }

    /// Runs the operations of a migration that belong before the deploy, and holds the others.
    fn divide(&mut self, migration: &StagedMigration, whole: &Arc<Migration>) -> Result<(), Error> {
        let before = self.state()?;
        let stages: Vec<Option<Stage>> = migration.staged.operations.iter().map(|operation| operation.stage).collect();
        let first = match self.plan.parts.begun.get(&migration.id) {
            Some(begun) => Ok(begun.clone()),
            None if runs_whole(self.context, whole, Direction::Forwards) => Err(vec![as_a_whole()]),
            None => division(self.workspace, self.context, &before, whole, &stages),
        };
        let first = match first {
            Ok(first) => first,
            Err(objections) => {
                if !self.request.is_strict {
                    self.hold(migration, None, Arc::clone(whole));
                    return Ok(());
                }
                let wrong = refusal::mixed(self.workspace, migration, objections.first());
                self.wrong.push(wrong);
                return Ok(());
            }
        };
        let runs = migrate::part(whole, |place| first.contains(&place));
        if let Some((held, objections)) = self.obstacle(migration, &runs)? {
            if !self.request.is_strict {
                self.hold(migration, Some(held.migration.id), Arc::clone(whole));
                return Ok(());
            }
            self.wrong.push(refusal::stuck(self.workspace, migration, &held, &objections));
            return Ok(());
        }
        let left = migrate::part(whole, |place| !first.contains(&place));
        self.before.push(runs);
        self.now.insert(migration.id.clone(), first);
        self.held.push(Held { migration: migration.clone(), behind: None, left, is_part: true, wait: None });
        Ok(())
    }

    /// Returns the held migration that keeps another from running, and what speaks against their changing places.
    fn obstacle(
        &self,
        migration: &StagedMigration,
        moved: &Arc<Migration>,
    ) -> Result<Option<(Held, Vec<Objection>)>, Error> {
        if migration.direction == Direction::Backwards {
            let dependents = self.plan.graph.backwards_plan(&migration.id).unwrap_or_default();
            let dependent = self.held.iter().find(|held| dependents.contains(&&held.migration.id));
            return Ok(dependent.map(|held| (held.clone(), Vec::new())));
        }
        let needed = self.needed_by(&migration.id);
        let behind: Vec<&Held> = self.held.iter().filter(|held| needed.contains(&held.migration.id)).collect();
        let Some(last) = behind.last() else { return Ok(None) };
        if self.stage == Stage::PostDeploy {
            return Ok(Some(((*last).clone(), Vec::new())));
        }
        let before = self.state()?;
        let others: Vec<&Arc<Migration>> = behind.iter().map(|held| &held.left).collect();
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

    /// Returns the state before the next migration that runs.
    fn state(&self) -> Result<ProjectState, Error> {
        let states = states_forwards(self.workspace.base_state(), &self.before, []);
        states.map(|(_, state)| state).map_err(|error| self.workspace.step_error(&error))
    }
}

fn as_a_whole() -> Objection {
    let message = "it runs itself in a way of its own, as a whole".to_owned();
    Objection { message, operations: Vec::new() }
}
