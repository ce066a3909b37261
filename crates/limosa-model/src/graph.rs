//! The graph of migrations: what must be applied before what, and in which order Django would do it.
//!
//! A [`Loader`] holds what is on disk. [`Loader::graph`] joins it with what a database says is applied, which
//! decides about squashes, and yields a [`MigrationGraph`] that is complete and free of cycles.
//!
//! Migrations are numbered in the order of their ids, so that a smaller number is a smaller id.

mod build;
mod cycle;
mod error;
mod history;
mod loader;
mod node;
mod prefix;
mod replace;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

pub use error::{CycleLink, GraphError, MissingNode};
pub use history::{Applied, HalfReplaced, Inconsistency};
pub use loader::{Apps, GraphNode, Loader};
pub use prefix::PrefixError;
use smol_str::SmolStr;
pub use walk::{Direction, Walk};

use crate::MigrationId;
use node::Node;

/// How a graph is built from what is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphOptions {
    /// Whether squashes take the place of what they replace, where what is applied allows that.
    pub replace_migrations: bool,
    /// Whether a dependency on the first or latest migration of an app that has none is dropped.
    pub ignore_no_migrations: bool,
    /// Whether squashes of what is nowhere on disk, such as a migration of a release branch, are followed further than by Django:
    ///
    /// - A squash counts as applied by its own row, too, where nothing that it replaces can have been unapplied since. Django asks for
    ///   the rows of what it replaces only: a migration that begins to replace another one runs again where it has run before.
    /// - What the squash depends on need not be applied before it, since it was not in the other branch, and is applied after it.
    ///   Django leaves that out, and refuses the history afterwards, when nothing follows the squash.
    pub follow_branches: bool,
}

impl Default for GraphOptions {
    fn default() -> Self {
        Self { replace_migrations: true, ignore_no_migrations: false, follow_branches: false }
    }
}

/// The migrations of a project with their dependencies, complete and free of cycles.
///
/// Behaves as `MigrationGraph` of Django's `db/migrations/graph.py` after `MigrationLoader.build_graph`.
#[derive(Clone, Debug)]
pub struct MigrationGraph {
    loader: Loader,
    options: GraphOptions,
    nodes: Vec<Node>,
    applied: Vec<bool>,
    recorded: BTreeSet<MigrationId>,
}

impl MigrationGraph {
    /// Returns what is on disk, whether in the graph or replaced.
    pub fn loader(&self) -> &Loader {
        &self.loader
    }

    /// Returns how the graph was built.
    pub fn options(&self) -> GraphOptions {
        self.options
    }

    /// Returns whether the migration is in the graph; a replaced one and an unusable squash are not.
    pub fn contains(&self, id: &MigrationId) -> bool {
        self.key(id).is_some()
    }

    /// Returns the migrations of the graph, in the order of their ids.
    pub fn nodes(&self) -> impl Iterator<Item = &MigrationId> {
        self.present().map(|key| self.loader.id(key))
    }

    /// Returns what the migration directly depends on, in the order of ids.
    pub fn parents(&self, id: &MigrationId) -> impl Iterator<Item = &MigrationId> {
        self.neighbours(id, Direction::Forwards)
    }

    /// Returns what directly depends on the migration, in the order of ids.
    pub fn children(&self, id: &MigrationId) -> impl Iterator<Item = &MigrationId> {
        self.neighbours(id, Direction::Backwards)
    }

    /// Returns the migrations that depend on none of their own app, of one app or of all, in the order of ids.
    pub fn root_nodes(&self, app: Option<&str>) -> Vec<MigrationId> {
        self.ends(app, Direction::Forwards)
    }

    /// Returns the migrations on which none of their own app depends, of one app or of all, in the order of ids.
    pub fn leaf_nodes(&self, app: Option<&str>) -> Vec<MigrationId> {
        self.ends(app, Direction::Backwards)
    }

    /// Returns the apps that have more than one leaf, with the names of these leaves (Django's `detect_conflicts`).
    pub fn conflicts(&self) -> BTreeMap<SmolStr, Vec<SmolStr>> {
        let mut leaves: BTreeMap<SmolStr, Vec<SmolStr>> = BTreeMap::new();
        for leaf in self.leaf_nodes(None) {
            leaves.entry(leaf.app).or_default().push(leaf.name);
        }
        leaves.retain(|_, names| names.len() > 1);
        leaves
    }

    /// Builds the graph again with squashes and what they replace side by side.
    ///
    /// # Errors
    /// As [`Loader::graph`].
    pub fn without_replacements(&self) -> Result<Self, Vec<GraphError>> {
        let options = GraphOptions { replace_migrations: false, ..self.options };
        self.loader.graph(self.recorded.iter().cloned(), options)
    }

    fn key(&self, id: &MigrationId) -> Option<usize> {
        self.loader.key(id).filter(|&key| self.nodes[key].is_present())
    }

    fn present(&self) -> impl Iterator<Item = usize> {
        (0..self.nodes.len()).filter(|&key| self.nodes[key].is_present())
    }

    fn neighbours(&self, id: &MigrationId, direction: Direction) -> impl Iterator<Item = &MigrationId> {
        let edges = match self.key(id) {
            Some(key) => self.nodes[key].edges(direction),
            None => &[],
        };
        edges.iter().map(|edge| self.loader.id(edge.to))
    }

    fn ends(&self, app: Option<&str>, direction: Direction) -> Vec<MigrationId> {
        let range = match app {
            Some(app) => self.loader.keys_of(app),
            None => 0..self.nodes.len(),
        };
        node::ends(&self.loader, &self.nodes, range, direction).map(|key| self.loader.id(key).clone()).collect()
    }
}
