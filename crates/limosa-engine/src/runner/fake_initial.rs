//! Whether the tables of an initial migration are there already (`--fake-initial`).

use limosa_model::operations::OperationKind;
use limosa_model::{Migration, ModelId, ProjectState};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Context;
use limosa_sql::model::ModelView;

/// Returns whether all tables and columns that the migration would add are there.
///
/// Operations other than `CreateModel` and `AddField` are not looked at.
/// Source: Django `db/migrations/executor.py`, `MigrationExecutor.detect_soft_applied`.
pub(super) fn is_applied(migration: &Migration, before: &ProjectState, catalog: &Catalog, context: &Context) -> bool {
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
    for operation in &migration.operations {
        match &operation.kind {
            OperationKind::CreateModel(op) => {
                let Some(model) = view(&after, &ModelId::new(app, &op.model.name), context) else { return false };
                if model.is_proxy() || !model.managed {
                    continue;
                }
                let table = match model.swapped.as_deref().map(|label| ModelId::resolve(label, app, "")) {
                    Some(standing_in) => view(&after, &standing_in, context).map(|model| model.table),
                    None => Some(model.table),
                };
                if !table.is_some_and(|table| has_table(catalog, &table, context)) {
                    return false;
                }
                found = true;
            }
            OperationKind::AddField(op) => {
                let Some(model) = view(&after, &ModelId::new(app, &op.model), context) else { return false };
                if model.is_proxy() || !model.managed || model.swapped.is_some() {
                    continue;
                }
                if !has_field(&after, &model, &op.name, catalog, context) {
                    return false;
                }
                found = true;
            }
            _ => {}
        }
    }
    found
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
