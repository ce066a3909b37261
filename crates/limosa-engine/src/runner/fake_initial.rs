//! Whether the tables of an initial migration are there already (`--fake-initial`).

use limosa_model::operations::OperationKind;
use limosa_model::{ModelId, ProjectState};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Context;
use limosa_sql::model::ModelView;

use super::Job;

/// Returns whether all tables and columns that the migration would add are there.
///
/// Operations other than `CreateModel` and `AddField` are not looked at, nor those that routers keep from the database. `live` is the
/// state after all migrations on disk: where a swappable model is swapped out, the table of the one that stands in is looked for, which
/// Django takes from the project's own classes.
/// Source: Django `db/migrations/executor.py`, `MigrationExecutor.detect_soft_applied`.
pub(super) fn is_applied(job: &Job, live: &ProjectState, catalog: &Catalog, context: &Context) -> bool {
    let (migration, before) = (&job.migration, &job.before);
    let app = migration.id.app.as_str();
    let initial = match migration.initial {
        None => migration.dependencies.iter().all(|dependency| dependency.app != app),
        Some(initial) => initial,
    };
    let mut after = before.clone();
    if !initial || limosa_plan::steps::advance(migration, &mut after).is_err() {
        return false;
    }
    let mut found = false;
    for (index, operation) in migration.operations.iter().enumerate() {
        let name = match &operation.kind {
            OperationKind::CreateModel(op) => &op.model.name,
            OperationKind::AddField(op) => &op.model,
            _ => continue,
        };
        let Some((state, model)) = looked_at(&after, live, &ModelId::new(app, name), context) else { return false };
        if model.is_proxy() || !model.managed || job.undetected.contains(&[index]) {
            continue;
        }
        let is_there = match &operation.kind {
            OperationKind::AddField(op) => has_field(state, &model, &op.name, catalog, context),
            _ => has_table(catalog, &model.table, context),
        };
        if !is_there {
            return false;
        }
        found = true;
    }
    found
}

/// Returns a model, or the one that stands in for it, with the state that it is in.
fn looked_at<'s>(
    after: &'s ProjectState,
    live: &'s ProjectState,
    id: &ModelId,
    context: &Context,
) -> Option<(&'s ProjectState, ModelView)> {
    let model = view(after, id, context)?;
    match &model.swapped {
        Some(label) => Some((live, view(live, &ModelId::resolve(label, &id.app, ""), context)?)),
        None => Some((after, model)),
    }
}

fn view(state: &ProjectState, id: &ModelId, context: &Context) -> Option<ModelView> {
    limosa_sql::model::Models::new(state, context).model(id).ok()
}

fn has_field(state: &ProjectState, model: &ModelView, name: &str, catalog: &Catalog, context: &Context) -> bool {
    let models = limosa_sql::model::Models::new(state, context);
    match model.many_to_many.iter().find(|field| field.name == name) {
        Some(field) => models.through(model, field).is_ok_and(|through| has_table(catalog, &through.table, context)),
        None => model.column(name).is_ok_and(|column| {
            let table = catalog.tables().find(|table| same(&table.name, &model.table, context));
            table.is_some_and(|table| table.columns.iter().any(|known| same(&known.name, column, context)))
        }),
    }
}

fn has_table(catalog: &Catalog, name: &str, context: &Context) -> bool {
    catalog.tables().any(|table| same(&table.name, name, context))
}

fn same(a: &str, b: &str, context: &Context) -> bool {
    if context.ignores_table_name_case() { a.eq_ignore_ascii_case(b) } else { a == b }
}
