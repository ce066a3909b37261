//! Which migrations are looked at.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use limosa_model::{Migration, MigrationId};

use super::git;
use crate::error::Error;
use crate::situation::Situation;
use crate::workspace::Workspace;

/// Which migrations are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Those that the database lacks, as one deploy.
    Pending,
    /// All, each as a deploy of its own.
    All,
    /// Those of an app, each as a deploy of its own.
    App(String),
    /// One; the beginning of its name is enough.
    Migration(String, String),
    /// Those whose files were added or changed since this branch left a revision of git, as one deploy.
    Since(String),
    /// Those of these files, as one deploy.
    Files(Vec<PathBuf>),
}

/// What was selected.
pub(super) struct Chosen {
    /// All migrations that lead there, in their order.
    pub(super) order: Vec<MigrationId>,
    /// Those that are looked at.
    pub(super) migrations: BTreeSet<MigrationId>,
    /// Whether they are one deploy.
    pub(super) together: bool,
}

impl Selection {
    /// Returns the migrations of the selection, and the order in which all of the project run.
    ///
    /// Without a database all are pending.
    pub(super) fn choose(&self, workspace: &Workspace) -> Result<Chosen, Error> {
        let chosen = match self {
            Self::All | Self::Pending => None,
            Self::App(label) => {
                workspace.check_app(label)?;
                let own = workspace.migrations().into_iter().filter(|migration| migration.id.app == *label);
                Some(own.map(|migration| migration.id.clone()).collect())
            }
            Self::Migration(app, prefix) => {
                workspace.check_app(app)?;
                let loader = workspace.loader()?;
                let id = loader.find(app, prefix).map_err(|error| Error::Target(error.into()))?.clone();
                Some(BTreeSet::from([id]))
            }
            Self::Since(revision) => Some(of_files(workspace, &git::changed(workspace.root(), revision)?)),
            Self::Files(files) => Some(of_files(workspace, files)),
        };
        let together = !matches!(self, Self::All | Self::App(_));
        let situation = Situation::empty(workspace)?;
        let order: Vec<MigrationId> = situation.graph.full_plan().into_iter().cloned().collect();
        let all: BTreeSet<MigrationId> = order.iter().cloned().collect();
        let migrations = chosen.unwrap_or_else(|| all.clone());
        if migrations.is_subset(&all) {
            return Ok(Chosen { order, migrations, together });
        }
        // A squash takes the place of what it replaces: then both are looked at side by side.
        let graph = Situation::unreplaced(workspace, &workspace.loader()?)?;
        let targets: Vec<MigrationId> = migrations.iter().cloned().collect();
        let order = graph.state_plan(&targets, true).into_iter().cloned().collect();
        Ok(Chosen { order, migrations, together })
    }
}

/// Returns the migrations that stand in these files; other files are none.
fn of_files(workspace: &Workspace, files: &[PathBuf]) -> BTreeSet<MigrationId> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let files: BTreeSet<PathBuf> = files.iter().map(|file| real(file)).collect();
    let stands_in = |migration: &&Arc<Migration>| {
        let source = migration.source.and_then(|source| workspace.sources().get(source));
        source.is_some_and(|source| files.contains(&real(&source.path)))
    };
    workspace.migrations().into_iter().filter(stands_in).map(|migration| migration.id.clone()).collect()
}
