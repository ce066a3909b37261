//! The graph of the project, and the files that name the last migrations of its apps, for the checks.

use limosa_check::history::{History, LastMigration};
use limosa_source::project::Migrations;

use crate::error::Error;
use crate::installed::is_installed;
use crate::rebase::max_migration;
use crate::situation::Situation;
use crate::workspace::Workspace;

/// Reads the graph, and the files of apps that stand in the project itself, if it has any.
///
/// Source of which apps: django-linear-migrations, `apps.py`, `first_party_app_configs`.
pub(super) fn read(workspace: &Workspace) -> Result<History, Error> {
    let graph = Situation::empty(workspace)?.graph;
    let mut history = History::default();
    for app in &workspace.project().apps {
        let Migrations::In { folder, .. } = &app.migrations else { continue };
        let label: &str = &app.label;
        let leaves: Vec<_> = graph.leaf_nodes(Some(label)).into_iter().map(|leaf| leaf.name).collect();
        if is_installed(folder) || leaves.is_empty() {
            continue;
        }
        let path = folder.join(max_migration::NAME);
        let lines = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()),
            Err(_) => None,
        };
        let own = workspace.migrations().into_iter().filter(|migration| migration.id.app == label);
        let names = own.map(|migration| migration.id.name.clone()).collect();
        let shown = path.strip_prefix(workspace.root()).unwrap_or(&path).display().to_string();
        history.last.insert(app.label.as_str().into(), LastMigration { path: shown, lines, leaves, names });
    }
    // A project that has none keeps none.
    if history.last.values().all(|last| last.lines.is_none()) {
        history.last.clear();
    }
    history.graph = Some(graph);
    history.files = workspace
        .migrations()
        .into_iter()
        .filter_map(|migration| {
            let source = workspace.sources().get(migration.source?)?;
            let shown = source.path.strip_prefix(workspace.root()).unwrap_or(&source.path);
            Some((migration.id.clone(), shown.display().to_string()))
        })
        .collect();
    Ok(history)
}
