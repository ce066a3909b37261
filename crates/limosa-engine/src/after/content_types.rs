//! A row of `django_content_type` for every model.

use std::collections::BTreeMap;

use limosa_db::DbError;
use limosa_model::SmolStr;
use limosa_model::django::DjangoVersion;

use super::AfterRun;

/// The ids of content types by app and model.
pub(super) type Ids = BTreeMap<(String, String), i64>;

/// Creates the missing ones and returns the ids of all.
///
/// Source: Django `contrib/contenttypes/management/__init__.py`, `create_contenttypes`.
pub(super) async fn create(run: &AfterRun<'_>) -> Result<Ids, DbError> {
    let existing = ids(run).await?;
    let mut missing = Vec::new();
    for app in run.apps {
        let mut names: Vec<SmolStr> = run.app_models(app).map(|model| model.id().name).collect();
        if run.django >= DjangoVersion::V60 {
            names.sort();
        }
        names.retain(|name| !existing.contains_key(&(app.to_string(), name.to_string())));
        missing.extend(names.into_iter().map(|name| (app, name)));
    }
    if missing.is_empty() {
        return Ok(existing);
    }
    // Until contenttypes.0002 the table has a name of its own, without a default.
    let named = run.model("contenttypes", "contenttype").is_some_and(|model| model.fields.contains_key("name"));
    let (column, value) = if named { (", name", ", ''") } else { ("", "") };
    let rows: Vec<String> = missing
        .iter()
        .map(|(app, name)| format!("({}, {}{value})", run.connection.literal(app), run.connection.literal(name)))
        .collect();
    let sql = format!("INSERT INTO django_content_type (app_label, model{column}) VALUES {}", rows.join(", "));
    run.connection.execute(&sql).await?;
    ids(run).await
}

async fn ids(run: &AfterRun<'_>) -> Result<Ids, DbError> {
    let rows = run.connection.query("SELECT id, app_label, model FROM django_content_type", &[]).await?;
    let id =
        |row: &limosa_db::Row| Ok(((row.text(1).to_owned(), row.text(2).to_owned()), row.int(0)?.unwrap_or_default()));
    rows.iter().map(id).collect()
}
