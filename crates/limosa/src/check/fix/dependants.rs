//! What names a migration that is divided: those that depend on it come after its last part.

use std::sync::Arc;

use limosa_model::{Migration, MigrationId};
use limosa_source::mentions::mentions;

use super::overlay::Overlay;
use crate::rebase::max_migration;
use crate::workspace::Workspace;

/// Lets those that depend on a migration depend on the last one of those that take its place.
///
/// # Errors
/// When one of their files cannot be changed, with the reason.
pub(super) fn follow(
    workspace: &Workspace,
    overlay: &mut Overlay,
    id: &MigrationId,
    chain: &[Arc<Migration>],
) -> Result<(), String> {
    let Some(last) = chain.last().filter(|last| last.id != *id) else { return Ok(()) };
    let mut was_leaf = true;
    for other in workspace.migrations() {
        if other.replaces.contains(id) {
            return Err(format!("{} is a squash of {id}: divide it by hand", other.id));
        }
        let links = overlay.chain(workspace, &other.id).map_err(|error| error.to_string())?;
        for other in links.iter().filter(|other| other.dependencies.contains(id)) {
            was_leaf &= other.id.app != id.app;
            let source = overlay.source(workspace, other)?;
            let named = mentions(&source).into_iter().filter(|mention| mention.is_dependency && mention.id == *id);
            let pieces: Vec<_> = named.map(|mention| mention.name).collect();
            if pieces.is_empty() {
                return Err(format!("{} does not name {id} literally", other.id));
            }
            let mut text = source.text.clone();
            pieces.into_iter().rev().for_each(|piece| text.replace_range(piece, &last.id.name));
            let edited = overlay.write(workspace, other.id.clone(), &source.path, text)?;
            if edited.operations != other.operations || !edited.dependencies.contains(&last.id) {
                return Err(format!("{} would be another migration", other.id));
            }
            overlay.edit(edited);
        }
    }
    if was_leaf && let Some(path) = max_migration::path(workspace, &id.app) {
        overlay.write_text(path, format!("{}\n", last.id.name));
    }
    Ok(())
}
