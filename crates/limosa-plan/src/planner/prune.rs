//! Which rows of the history have no migration on disk any more.

use limosa_model::{MigrationId, django::DjangoVersion, graph::MigrationGraph};

/// What `--prune` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prune {
    /// These rows go, in the order of ids; there may be none.
    Rows(Vec<MigrationId>),
    /// Nothing goes, because these squashes still name such a row among what they replace.
    Blocked(Vec<MigrationId>),
}

/// Returns the rows of an app that are recorded but not on disk, unless a squash still needs them.
///
/// Follows the part for `--prune` of Django's `core/management/commands/migrate.py`; 4.2 looks at the rows of all apps
/// to find squashes that need one.
pub fn prune(graph: &MigrationGraph, app: &str) -> Prune {
    let loader = graph.loader();
    let gone = |id: &&MigrationId| !loader.contains(id);
    let of_app = |id: &&MigrationId| id.app == app;
    let blocks = |replaced: &MigrationId| {
        let all_apps = loader.version() < DjangoVersion::V52;
        graph.recorded().contains(replaced) && gone(&replaced) && (all_apps || of_app(&replaced))
    };
    let squashes: Vec<MigrationId> =
        loader.squashes().filter(|squash| loader.replaces(squash).any(blocks)).cloned().collect();
    match squashes.is_empty() {
        true => Prune::Rows(graph.recorded().iter().filter(of_app).filter(gone).cloned().collect()),
        false => Prune::Blocked(squashes),
    }
}
