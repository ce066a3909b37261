//! What is known of the graph that the migrations of a plan are in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use limosa_model::MigrationId;
use limosa_model::graph::MigrationGraph;
use smol_str::SmolStr;

/// What is known of the graph that the migrations of a plan are in.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The graph of the project.
    pub graph: Option<Arc<MigrationGraph>>,
    /// The files that name the last migration of an app, by the app: of a project that keeps such files.
    pub last: BTreeMap<SmolStr, LastMigration>,
    /// The files of migrations, as people write them.
    pub files: BTreeMap<MigrationId, String>,
}

/// What an app's `max_migration.txt` says, beside what is so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LastMigration {
    /// The file, as people write it.
    pub path: String,
    /// Its lines without those that are empty; nothing when there is no such file.
    pub lines: Option<Vec<String>>,
    /// The migrations that no other one of the app depends on, in the order of their names.
    pub leaves: Vec<SmolStr>,
    /// All migrations of the app.
    pub names: BTreeSet<SmolStr>,
}

impl History {
    /// Returns whether a migration comes after one of an app in every database; nothing when it is not known.
    pub fn comes_after(&self, id: &MigrationId, app: &str) -> Option<bool> {
        let graph = self.graph.as_ref().filter(|graph| graph.contains(id))?;
        let mut seen = BTreeSet::from([id]);
        let mut next = vec![id];
        while let Some(id) = next.pop() {
            for parent in graph.parents(id) {
                if parent.app == app {
                    return Some(true);
                }
                if seen.insert(parent) {
                    next.push(parent);
                }
            }
        }
        Some(false)
    }
}
