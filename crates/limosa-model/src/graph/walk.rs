//! The order in which Django goes through the graph.

use super::MigrationGraph;
use crate::MigrationId;

/// Which way to go: to what a migration depends on, or to what depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Applies: dependencies first.
    Forwards,
    /// Unapplies: dependants first.
    Backwards,
}

/// A walk over the graph that visits each migration once, however many starts it is given.
///
/// Gives the order of `MigrationGraph.iterative_dfs` of Django's `db/migrations/graph.py`: after its dependencies
/// (or dependants), of which the greatest id goes first.
#[derive(Clone, Debug)]
pub struct Walk<'g> {
    graph: &'g MigrationGraph,
    direction: Direction,
    visited: Vec<bool>,
}

impl<'g> Walk<'g> {
    /// Returns a walk that has visited nothing.
    pub fn new(graph: &'g MigrationGraph, direction: Direction) -> Self {
        let visited = vec![false; graph.nodes.len()];
        Self { graph, direction, visited }
    }

    /// Visits what leads to `start` and then `start`, without what was visited before; `None` when it is not in the graph.
    pub fn visit(&mut self, start: &MigrationId) -> Option<Vec<&'g MigrationId>> {
        let start = self.graph.key(start)?;
        let mut order = Vec::new();
        let mut stack = vec![(start, false)];
        while let Some((key, left)) = stack.pop() {
            if self.visited[key] {
                continue;
            }
            if left {
                self.visited[key] = true;
                order.push(self.graph.loader.id(key));
                continue;
            }
            stack.push((key, true));
            let edges = self.graph.nodes[key].edges(self.direction);
            stack.extend(edges.iter().filter(|edge| !self.visited[edge.to]).map(|edge| (edge.to, false)));
        }
        Some(order)
    }
}

impl MigrationGraph {
    /// Returns what must be applied for `target`, ending with it; `None` when it is not in the graph.
    pub fn forwards_plan(&self, target: &MigrationId) -> Option<Vec<&MigrationId>> {
        Walk::new(self, Direction::Forwards).visit(target)
    }

    /// Returns what must be unapplied for `target`, ending with it; `None` when it is not in the graph.
    pub fn backwards_plan(&self, target: &MigrationId) -> Option<Vec<&MigrationId>> {
        Walk::new(self, Direction::Backwards).visit(target)
    }

    /// Returns all migrations in the order in which an empty database gets them: the order of execution.
    ///
    /// Equals `MigrationExecutor.migration_plan` of Django's `db/migrations/executor.py` for all leaves and a clean start.
    pub fn full_plan(&self) -> Vec<&MigrationId> {
        self.state_plan(&self.leaf_nodes(None), true)
    }

    /// Returns the migrations that make up the state at `nodes`, without `nodes` themselves unless `at_end`.
    ///
    /// Follows `MigrationGraph._generate_plan` of Django's `db/migrations/graph.py`. Ids that are not in the graph add
    /// nothing.
    pub fn state_plan(&self, nodes: &[MigrationId], at_end: bool) -> Vec<&MigrationId> {
        let mut walk = Walk::new(self, Direction::Forwards);
        let mut plan = Vec::new();
        for node in nodes {
            plan.extend(walk.visit(node).into_iter().flatten());
        }
        if !at_end {
            plan.retain(|id| !nodes.contains(id));
        }
        plan
    }
}
