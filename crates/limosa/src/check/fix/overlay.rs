//! The files and migrations of the project as they would be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use limosa_model::{Migration, MigrationId};
use limosa_source::sources::Source;

use crate::error::Error;
use crate::rebase::FileChange;
use crate::workspace::Workspace;

/// The files and migrations of the project as they would be.
#[derive(Clone, Default)]
pub(super) struct Overlay {
    texts: BTreeMap<PathBuf, String>,
    /// Migrations with what takes their places, one behind the other.
    chains: BTreeMap<MigrationId, Vec<Arc<Migration>>>,
    /// Migrations of which only the dependencies are others.
    edited: BTreeMap<MigrationId, Arc<Migration>>,
}

impl Overlay {
    /// Returns a migration as it would be, if nothing else takes its place.
    pub(super) fn migration(&self, workspace: &Workspace, id: &MigrationId) -> Result<Arc<Migration>, Error> {
        match self.edited.get(id) {
            Some(migration) => Ok(Arc::clone(migration)),
            None => workspace.migration(id).cloned(),
        }
    }

    /// Returns what is in the place of a migration.
    pub(super) fn chain(&self, workspace: &Workspace, id: &MigrationId) -> Result<Vec<Arc<Migration>>, Error> {
        match self.chains.get(id) {
            Some(chain) => Ok(chain.clone()),
            None => self.migration(workspace, id).map(|migration| vec![migration]),
        }
    }

    /// Puts migrations into the place of one.
    pub(super) fn put(&mut self, id: MigrationId, chain: Vec<Arc<Migration>>) {
        self.chains.insert(id, chain);
    }

    /// Puts a migration with other dependencies into its own place.
    pub(super) fn edit(&mut self, migration: Migration) {
        match self.chains.get_mut(&migration.id) {
            Some(chain) => {
                if let Some(first) = chain.first_mut() {
                    *first = Arc::new(migration);
                }
            }
            None => _ = self.edited.insert(migration.id.clone(), Arc::new(migration)),
        }
    }

    /// Returns the file of a migration as it would be.
    ///
    /// # Errors
    /// When it must not or cannot be changed, with the reason.
    pub(super) fn source(&self, workspace: &Workspace, migration: &Migration) -> Result<Arc<Source>, String> {
        let source = migration.source.and_then(|source| workspace.sources().get(source));
        let source = source.ok_or_else(|| format!("the file of {} is not known", migration.id))?;
        let path = source.path.display();
        if let Some(text) = self.texts.get(&source.path) {
            let added = workspace.sources().add(&source.path, text.clone().into_bytes());
            return added.map_err(|diagnostic| diagnostic.message);
        }
        if !crate::rebase::is_own(workspace, &source.path) {
            return Err(format!("{path} is not a file of the project"));
        }
        if !std::fs::read(&source.path).is_ok_and(|bytes| bytes == source.text.as_bytes()) {
            return Err(format!("{path} is not in UTF-8, or has changed meanwhile"));
        }
        Ok(source)
    }

    /// Writes a text, and returns what it says as a migration.
    ///
    /// # Errors
    /// When it is not understood.
    pub(super) fn write(
        &mut self,
        workspace: &Workspace,
        id: MigrationId,
        path: &Path,
        text: String,
    ) -> Result<Migration, String> {
        let read = workspace.project().understand(id, path, &text);
        self.texts.insert(path.to_owned(), text);
        read.map_err(|wrong| {
            let first = wrong.into_iter().next().map(|diagnostic| diagnostic.message);
            format!("what was to be written is not understood: {}", first.unwrap_or_default())
        })
    }

    /// Writes a file that is no migration.
    pub(super) fn write_text(&mut self, path: PathBuf, text: String) {
        self.texts.insert(path, text);
    }

    /// Returns whether there is a file, or would be.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.texts.contains_key(path) || path.exists()
    }

    /// Returns the changes of files.
    pub(super) fn changes(self, workspace: &Workspace) -> Vec<FileChange> {
        let change = |(path, after): (PathBuf, String)| {
            let before = std::fs::read_to_string(&path).ok();
            FileChange { path, new_path: None, edits: Vec::new(), before, after }
        };
        let changes = self.texts.into_iter().map(change);
        let mut changes: Vec<FileChange> =
            changes.filter(|change| change.before.as_ref() != Some(&change.after)).collect();
        changes.sort_by_key(|change| (!change.path.starts_with(workspace.root()), change.path.clone()));
        changes
    }
}
