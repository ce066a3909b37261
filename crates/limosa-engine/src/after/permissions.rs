//! The permissions of every model.

use std::collections::BTreeSet;

use limosa_db::DbError;
use limosa_model::{ModelState, Value};

use super::content_types::Ids;
use super::{AfterRun, verbose_name};

/// Creates the missing ones.
///
/// Source: Django `contrib/auth/management/__init__.py`, `create_permissions`.
pub(super) async fn create(run: &AfterRun<'_>, ids: &Ids) -> Result<(), DbError> {
    let rows = run.connection.query("SELECT content_type_id, codename FROM auth_permission", &[]).await?;
    let existing: Result<BTreeSet<(i64, String)>, DbError> =
        rows.iter().map(|row| Ok((row.int(0)?.unwrap_or_default(), row.text(1).to_owned()))).collect();
    let existing = existing?;
    let mut values = Vec::new();
    for app in run.apps {
        for model in run.app_models(app) {
            let Some(id) = ids.get(&(app.to_string(), model.id().name.to_string())) else { continue };
            for (codename, name) in permissions(model) {
                if !existing.contains(&(*id, codename.clone())) {
                    values.push(format!(
                        "({}, {id}, {})",
                        run.connection.literal(&name),
                        run.connection.literal(&codename)
                    ));
                }
            }
        }
    }
    for chunk in values.chunks(1000) {
        let sql = format!("INSERT INTO auth_permission (name, content_type_id, codename) VALUES {}", chunk.join(", "));
        run.connection.execute(&sql).await?;
    }
    Ok(())
}

/// Returns the permissions of a model: codenames and names.
fn permissions(model: &ModelState) -> Vec<(String, String)> {
    let id = model.id();
    let verbose = verbose_name(model);
    let mut all: Vec<(String, String)> = default_actions(model)
        .into_iter()
        .map(|action| (format!("{action}_{}", id.name), format!("Can {action} {verbose}")))
        .collect();
    for pair in model.options.other.get("permissions").and_then(Value::items).unwrap_or_default() {
        if let Some([Value::Str(codename), Value::Str(name)]) = pair.items() {
            all.push((codename.to_string(), name.to_string()));
        }
    }
    all
}

/// Returns the actions for which a model has permissions (`default_permissions`).
pub(super) fn default_actions(model: &ModelState) -> Vec<String> {
    match model.options.other.get("default_permissions").and_then(Value::strings) {
        Some(actions) => actions.iter().map(ToString::to_string).collect(),
        None => usual_actions(),
    }
}

/// Returns the actions for which models have permissions unless they say otherwise.
pub(super) fn usual_actions() -> Vec<String> {
    ["add", "change", "delete", "view"].map(str::to_owned).to_vec()
}
