//! Which migrations to apply or unapply, in the order in which Django lists them and in the one in which it runs them.

use std::{collections::HashSet, sync::Arc};

use limosa_model::{
    MigrationId, SmolStr,
    django::DjangoVersion,
    graph::{Direction, GraphError, MigrationGraph, Walk},
};
use thiserror::Error;

use super::Target;

/// A migration and the way to run it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedMigration {
    /// The migration.
    pub id: MigrationId,
    /// Whether to apply or to unapply it.
    pub direction: Direction,
}

/// What to run to reach the targets.
#[derive(Clone, Debug)]
pub struct MigrationPlan {
    /// The graph to go on with: the given one, or one without replacements when a target is a replaced migration.
    pub graph: Arc<MigrationGraph>,
    /// The migrations in the order in which `--plan` lists them.
    pub printed: Vec<PlannedMigration>,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    /// A target is neither in the graph nor, from 6.0 on, replaced by a squash in it.
    #[error("migration {0} is not in the graph of migrations")]
    UnknownTarget(MigrationId),
    /// A target is a replaced migration, and the graph cannot be built with it.
    #[error("build the graph without replacements: {}", join(.0))]
    Graph(Vec<GraphError>),
    /// Some migrations are to be applied and others to be unapplied.
    #[error("some migrations would be applied and others unapplied: ask for one direction at a time")]
    Mixed(Vec<PlannedMigration>),
}

/// Plans the way from what is applied to the targets, or from nothing when `clean_start`.
///
/// Follows `MigrationExecutor.migration_plan` of Django's `db/migrations/executor.py`: a target that is applied asks to
/// unapply what follows it in its app.
///
/// # Errors
/// When a target is not in the graph, even without replacements.
pub fn plan(graph: &Arc<MigrationGraph>, targets: &[Target], clean_start: bool) -> Result<MigrationPlan, PlanError> {
    let goals = targets.iter().flat_map(|target| goals(graph, target));
    plan_goals(graph, &goals.collect::<Vec<_>>(), clean_start)
}

impl MigrationPlan {
    /// Returns the way that all migrations of the plan go; `None` when there are none.
    ///
    /// # Errors
    /// When they do not all go the same way, which cannot be run.
    pub fn direction(&self) -> Result<Option<Direction>, PlanError> {
        let Some(first) = self.printed.first() else {
            return Ok(None);
        };
        match self.printed.iter().all(|planned| planned.direction == first.direction) {
            true => Ok(Some(first.direction)),
            false => Err(PlanError::Mixed(self.printed.clone())),
        }
    }

    /// Returns the migrations in the order in which they run: as an empty database would get them, or as listed
    /// when they are unapplied.
    ///
    /// Follows `MigrationExecutor.migrate` of Django's `db/migrations/executor.py`.
    ///
    /// # Errors
    /// As [`direction`](Self::direction).
    pub fn executed(&self) -> Result<Vec<PlannedMigration>, PlanError> {
        if self.direction()? != Some(Direction::Forwards) {
            return Ok(self.printed.clone());
        }
        let planned: HashSet<&MigrationId> = self.printed.iter().map(|planned| &planned.id).collect();
        let order = self.graph.full_plan().into_iter();
        Ok(order
            .filter(|id| planned.contains(id))
            .map(|id| PlannedMigration { id: id.clone(), direction: Direction::Forwards })
            .collect())
    }
}

/// One step of Django's loop over targets.
enum Goal {
    Migration(MigrationId),
    Zero(SmolStr),
}

/// Returns what a target stands for in the first graph, which a graph without replacements does not change.
fn goals(graph: &MigrationGraph, target: &Target) -> Vec<Goal> {
    let leaves = |app| graph.leaf_nodes(app).into_iter().map(Goal::Migration).collect();
    match target {
        Target::All => leaves(None),
        Target::App(app) => leaves(Some(app)),
        Target::Migration(id) => vec![Goal::Migration(id.clone())],
        Target::Zero(app) => vec![Goal::Zero(app.clone())],
    }
}

fn plan_goals(graph: &Arc<MigrationGraph>, goals: &[Goal], clean_start: bool) -> Result<MigrationPlan, PlanError> {
    let mut planner = Planner::new(graph, clean_start);
    for goal in goals {
        match goal {
            Goal::Zero(app) => planner.zero(app),
            Goal::Migration(id) if graph.contains(id) => planner.migration(id),
            Goal::Migration(id) if planner.reloads_for(id) => {
                let graph = graph.without_replacements().map_err(PlanError::Graph)?;
                return plan_goals(&Arc::new(graph), goals, clean_start);
            }
            Goal::Migration(id) => return Err(PlanError::UnknownTarget(id.clone())),
        }
    }
    let printed = planner.plan;
    Ok(MigrationPlan { graph: Arc::clone(graph), printed })
}

struct Planner<'g> {
    graph: &'g MigrationGraph,
    clean_start: bool,
    /// What the plan so far applies or unapplies, against what is applied at the start.
    changed: HashSet<&'g MigrationId>,
    forwards: Walk<'g>,
    backwards: Walk<'g>,
    plan: Vec<PlannedMigration>,
}

impl<'g> Planner<'g> {
    fn new(graph: &'g MigrationGraph, clean_start: bool) -> Self {
        Self {
            graph,
            clean_start,
            changed: HashSet::new(),
            forwards: Walk::new(graph, Direction::Forwards),
            backwards: Walk::new(graph, Direction::Backwards),
            plan: Vec::new(),
        }
    }

    fn zero(&mut self, app: &str) {
        for root in self.graph.root_nodes(Some(app)) {
            self.unapply(&root);
        }
    }

    fn migration(&mut self, target: &MigrationId) {
        if !self.is_applied(target) {
            return self.apply(target);
        }
        // Unapplying the target's children in other apps might not be wanted.
        let mut is_last = true;
        for child in self.graph.children(target).filter(|child| child.app == target.app) {
            is_last = false;
            self.unapply(child);
        }
        if is_last && self.graph.is_of_another_branch(target) {
            self.apply(target);
        }
    }

    fn apply(&mut self, target: &MigrationId) {
        // What the other walk visited may be applied again from now on.
        self.backwards = Walk::new(self.graph, Direction::Backwards);
        let visited = self.forwards.visit(target).unwrap_or_default();
        self.extend(visited, Direction::Forwards);
    }

    fn unapply(&mut self, target: &MigrationId) {
        self.forwards = Walk::new(self.graph, Direction::Forwards);
        let visited = self.backwards.visit(target).unwrap_or_default();
        self.extend(visited, Direction::Backwards);
    }

    fn extend(&mut self, visited: Vec<&'g MigrationId>, direction: Direction) {
        for id in visited {
            if self.is_applied(id) == (direction == Direction::Forwards) {
                continue;
            }
            if !self.changed.insert(id) {
                self.changed.remove(id);
            }
            self.plan.push(PlannedMigration { id: id.clone(), direction });
        }
    }

    fn is_applied(&self, id: &MigrationId) -> bool {
        let at_start = !self.clean_start && self.graph.applied(id).is_some();
        at_start != self.changed.contains(id)
    }

    /// Up to 5.2, Django looks for a missing target among the replaced migrations only when it is applied.
    fn reloads_for(&self, missing: &MigrationId) -> bool {
        self.graph.options().replace_migrations
            && (self.graph.loader().version() >= DjangoVersion::V60 || self.is_applied(missing))
    }
}

fn join(errors: &[GraphError]) -> String {
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    errors.join("; ")
}
