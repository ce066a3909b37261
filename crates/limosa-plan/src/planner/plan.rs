//! Which migrations to apply or unapply, in the order in which Django lists them and in the one in which it runs them.

use std::{collections::HashSet, sync::Arc};

use limosa_model::{
    MigrationId,
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
pub fn plan(
    graph: &Arc<MigrationGraph>,
    targets: &[Target],
    clean_start: bool,
) -> Result<MigrationPlan, PlanError> {
    let mut planner = Planner::new(graph, clean_start);
    for target in targets {
        let missing = match target {
            Target::Zero(app) => {
                planner.zero(app);
                None
            }
            Target::All => planner.leaves(None),
            Target::App(app) => planner.leaves(Some(app)),
            Target::Migration(id) => planner.migration(id),
        };
        let Some(missing) = missing else {
            continue;
        };
        if !graph.options().replace_migrations || !planner.reloads_for(&missing) {
            return Err(PlanError::UnknownTarget(missing));
        }
        let graph = graph.without_replacements().map_err(PlanError::Graph)?;
        return plan(&Arc::new(graph), targets, clean_start);
    }
    let printed = planner.plan;
    Ok(MigrationPlan {
        graph: Arc::clone(graph),
        printed,
    })
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
            .map(|id| PlannedMigration {
                id: id.clone(),
                direction: Direction::Forwards,
            })
            .collect())
    }
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

    /// Returns the migration that is not in the graph.
    fn leaves(&mut self, app: Option<&str>) -> Option<MigrationId> {
        let leaves = self.graph.leaf_nodes(app);
        leaves.iter().find_map(|leaf| self.migration(leaf))
    }

    /// Returns the migration if it is not in the graph.
    fn migration(&mut self, target: &MigrationId) -> Option<MigrationId> {
        if !self.graph.contains(target) {
            return Some(target.clone());
        }
        if !self.is_applied(target) {
            self.apply(target);
            return None;
        }
        for child in self.graph.children(target) {
            if child.app == target.app {
                self.unapply(child);
            }
        }
        None
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
            self.plan.push(PlannedMigration {
                id: id.clone(),
                direction,
            });
        }
    }

    fn is_applied(&self, id: &MigrationId) -> bool {
        let at_start = !self.clean_start && self.graph.applied(id).is_some();
        at_start != self.changed.contains(id)
    }

    /// Up to 5.2, Django looks for a missing target among the replaced migrations only when it is applied.
    fn reloads_for(&self, missing: &MigrationId) -> bool {
        self.graph.loader().version() >= DjangoVersion::V60 || self.is_applied(missing)
    }
}

fn join(errors: &[GraphError]) -> String {
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    errors.join("; ")
}
