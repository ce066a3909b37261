//! Permissions that follow renamed models (Django 6.1).

use indexmap::IndexMap;
use limosa_db::{DbError, DbErrorKind};
use limosa_model::graph::Direction;
use limosa_model::operations::OperationKind;

use super::content_types::Ids;
use super::permissions::{default_actions, usual_actions};
use super::{AfterRun, verbose_name};

/// Renames the permissions of models that the run renamed.
///
/// Source: Django 6.1 `contrib/auth/management/__init__.py`, `rename_permissions_after_model_rename`.
pub(super) async fn follow(run: &AfterRun<'_>, ids: &Ids) -> Result<(), DbError> {
    for ((app, new_name), Renamed { original: old_name, written }) in renames(run) {
        let Some(id) = ids.get(&(app.clone(), new_name.clone())) else { continue };
        // The model is gone when the app was unapplied to the end: then its permissions are the usual ones.
        let model = run.model(&app, &new_name);
        let actions = model.map_or_else(usual_actions, default_actions);
        let verbose = model.map_or(written, verbose_name);
        for action in actions {
            let (old, new) = (format!("{action}_{old_name}"), format!("{action}_{new_name}"));
            let named = format!(
                "SELECT count(*) FROM auth_permission WHERE content_type_id = {id} AND codename IN ({}, {})",
                run.connection.literal(&old),
                run.connection.literal(&new)
            );
            let count = run.connection.query(&named, &[]).await?.first().map_or(Ok(None), |row| row.int(0))?;
            if old != new && count.unwrap_or_default() > 1 {
                let message =
                    format!("permission `{old}` of `{app}.{new_name}` cannot become `{new}`: there is one already");
                return Err(
                    DbError::new(DbErrorKind::Unique, message).with_hint("remove one of the two permissions by hand")
                );
            }
            let sql = format!(
                "UPDATE auth_permission SET codename = {}, name = {} \
                 WHERE content_type_id = {id} AND codename = {}",
                run.connection.literal(&new),
                run.connection.literal(&format!("Can {action} {verbose}")),
                run.connection.literal(&old)
            );
            run.connection.execute(&sql).await?;
        }
    }
    Ok(())
}

/// What a model was called.
struct Renamed {
    /// Before the run, in lower case.
    original: String,
    /// Now, as the migration writes it.
    written: String,
}

/// Returns the names of each renamed model by its app and final name, chains collapsed.
fn renames(run: &AfterRun<'_>) -> IndexMap<(String, String), Renamed> {
    let mut found: IndexMap<(String, String), Renamed> = IndexMap::new();
    for (migration, direction) in run.ran {
        let renames = migration.operations.iter().filter_map(|operation| match &operation.kind {
            OperationKind::RenameModel(op) => Some((op.old_name.to_string(), op.new_name.to_string())),
            _ => None,
        });
        let mut pairs: Vec<(String, String)> = renames.collect();
        if *direction == Direction::Backwards {
            pairs = pairs.into_iter().rev().map(|(old, new)| (new, old)).collect();
        }
        for (old, written) in pairs {
            let app = migration.id.app.to_string();
            let (old, new) = (old.to_lowercase(), written.to_lowercase());
            let original = found.shift_remove(&(app.clone(), old.clone())).map_or(old, |before| before.original);
            found.insert((app, new), Renamed { original, written });
        }
    }
    found
}
