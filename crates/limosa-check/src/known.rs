//! What the states say of tables and columns, by the names that the database has for them.

use limosa_model::ProjectState;
use limosa_model::field::FieldKind;
use limosa_sql::dialect::Context;
use limosa_sql::effect::{ColumnDefinition, Generated, bare};
use limosa_sql::model::{FieldView, ModelView, Models};

/// Returns the model whose table it is; nothing for a table that no model has.
pub(crate) fn model(state: &ProjectState, context: &Context, table: &str) -> Option<ModelView> {
    let models = Models::new(state, context);
    let table = bare(table);
    let mut named =
        state.models().filter(|model| !model.options.proxy() && models.table(model).eq_ignore_ascii_case(table));
    named.find_map(|model| models.model(&model.id()).ok())
}

/// Returns a column as a statement would define it; nothing for one that no model has.
pub(crate) fn column(state: &ProjectState, context: &Context, table: &str, column: &str) -> Option<ColumnDefinition> {
    let view = model(state, context, table)?;
    let is_it = |field: &&FieldView| field.column.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(column));
    definition(Models::new(state, context), view.fields.iter().find(is_it)?)
}

/// Returns a field's column as a statement would define it.
pub(crate) fn definition(models: Models<'_>, view: &FieldView) -> Option<ColumnDefinition> {
    let field = &view.field;
    Some(ColumnDefinition {
        name: view.column.as_ref()?.to_string(),
        data_type: models.db_type(view).ok()??.to_string(),
        not_null: !field.null,
        default: field.db_default.as_ref().map(|value| format!("{value:?}")),
        generated: match &field.kind {
            FieldKind::Generated { persist, .. } => Some(if *persist { Generated::Stored } else { Generated::Virtual }),
            _ => None,
        },
        identity: field.kind.is_auto(),
        primary_key: field.primary_key,
        unique: field.unique(),
        check: models.db_check(view).is_some(),
        references: field
            .foreign_key()
            .filter(|relation| relation.db_constraint)
            .and_then(|_| models.target(view).ok())
            .map(|target| target.table.to_string()),
        ..ColumnDefinition::default()
    })
}

/// Returns whether two names may be those of one table, in whatever case and with or without a schema they are written.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    bare(one).eq_ignore_ascii_case(bare(other))
}
