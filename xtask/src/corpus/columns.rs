//! The columns of fields whose classes are not Django's own, as far as they were followed in source.

use limosa_model::django::DjangoVersion;
use limosa_model::operations::OperationKind;
use limosa_model::{Field, Migration, ModelId, ProjectState};
use limosa_sql::dialect::{Context, Dialect};
use limosa_sql::model::{FieldView, Models};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Describes the columns of a migration: the position of each operation, and of the field in it, with what the class says.
pub(super) fn of(migration: &Migration) -> Json {
    let mut columns = Vec::new();
    for (position, operation) in migration.operations.iter().enumerate() {
        let fields: Vec<(&str, &Arc<Field>)> = match &operation.kind {
            OperationKind::CreateModel(create) => {
                create.model.fields.iter().map(|(name, field)| (name.as_str(), field)).collect()
            }
            OperationKind::AddField(add) => vec![(add.name.as_str(), &add.field)],
            OperationKind::AlterField(alter) => vec![(alter.name.as_str(), &alter.field)],
            _ => Vec::new(),
        };
        for (name, field) in fields {
            if !field.class.starts_with("django.") && field.foreign_key().is_none() && field.many_to_many().is_none() {
                columns.push(json!({ "operation": position, "field": name, "column": column(name, field) }));
            }
        }
    }
    Json::Array(columns)
}

fn column(name: &str, field: &Arc<Field>) -> Json {
    let state = ProjectState::default();
    let view = FieldView::new(ModelId::new("app", "Model"), name, Arc::clone(field));
    let mut types = serde_json::Map::new();
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let context = Context::new(dialect, DjangoVersion::default());
        if let Ok(parameters) = Models::new(&state, &context).db_parameters(&view) {
            types.insert(
                dialect.vendor().to_owned(),
                json!({
                    "db_type": parameters.db_type.as_deref(),
                    "collation": parameters.collation.as_deref(),
                }),
            );
        }
    }
    json!({
        "null": field.null,
        "blank": field.blank,
        "primary_key": field.primary_key,
        "unique": field.declared_unique,
        "db_index": field.db_index,
        "max_length": field.max_length,
        "db_column": field.db_column.as_deref(),
        "types": types,
    })
}
