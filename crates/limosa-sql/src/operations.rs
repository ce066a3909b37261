//! What operations do to a database.
//!
//! Source: Django `db/migrations/operations/*.py` and `contrib/postgres/operations.py`, `database_forwards` and
//! `database_backwards`.

mod fields;
mod indexes;
mod models;
mod postgres;
mod rendering;

use limosa_model::operations::OperationKind as Kind;
use limosa_model::{ModelId, Operation, ProjectState, Value};

use crate::editor::{EditorError, ModelIn, SchemaEditor};
use crate::model::Models;

/// The states around an operation in the direction in which it runs, and its app.
#[derive(Clone, Copy, Debug)]
struct Around<'s> {
    app: &'s str,
    from: Models<'s>,
    to: Models<'s>,
}

/// Writes the statements of an operation.
///
/// `from` is the state before it and `to` the one after it.
///
/// # Errors
/// When the operation does not fit the states, its SQL cannot be written, or it is not one that consists of SQL.
pub fn forwards(
    editor: &mut SchemaEditor<'_>,
    app: &str,
    operation: &Operation,
    from: &ProjectState,
    to: &ProjectState,
) -> Result<(), EditorError> {
    let context = editor.context();
    let around = Around { app, from: Models::new(from, context), to: Models::new(to, context) };
    rendering::before_forwards(editor, operation);
    match &operation.kind {
        Kind::CreateModel(op) => models::create_model(editor, around, &op.model.name),
        Kind::DeleteModel(op) => models::delete_model(editor, around, &op.name),
        Kind::RenameModel(op) => models::rename_model(editor, around, &op.old_name, &op.new_name),
        Kind::AddField(op) => {
            let default = (!op.preserve_default).then(|| op.field.default.as_ref());
            fields::add_field(editor, around, &op.model, &op.name, default)
        }
        Kind::RemoveField(op) => fields::remove_field(editor, around, &op.model, &op.name),
        Kind::RenameField(op) => fields::rename_field(editor, around, &op.model, &op.old_name, &op.new_name),
        Kind::AddIndex(op) => indexes::add_index(editor, around, &op.model, &op.index, op.concurrently),
        Kind::RemoveIndex(op) => indexes::remove_index(editor, around, &op.model, &op.name, op.concurrently),
        Kind::RenameIndex(op) => indexes::rename_index(editor, around, op),
        Kind::AddConstraint(op) => indexes::add_constraint(editor, around, op),
        Kind::RemoveConstraint(op) => indexes::remove_constraint(editor, around, &op.model, &op.name),
        Kind::Postgres(op) => postgres::forwards(editor, around, op),
        _ => same_both_ways(editor, around, operation),
    }
}

/// Writes the statements that take an operation back.
///
/// `from` is the state after it and `to` the one before it, as the database goes.
///
/// # Errors
/// As [`forwards`].
pub fn backwards(
    editor: &mut SchemaEditor<'_>,
    app: &str,
    operation: &Operation,
    from: &ProjectState,
    to: &ProjectState,
) -> Result<(), EditorError> {
    let context = editor.context();
    let around = Around { app, from: Models::new(from, context), to: Models::new(to, context) };
    rendering::before_backwards(editor);
    match &operation.kind {
        Kind::CreateModel(op) => models::delete_model(editor, around, &op.model.name),
        Kind::DeleteModel(op) => models::create_deleted_model(editor, around, &op.name),
        Kind::RenameModel(op) => models::rename_model(editor, around, &op.new_name, &op.old_name),
        Kind::AddField(op) => fields::remove_field(editor, around, &op.model, &op.name),
        Kind::RemoveField(op) => fields::add_field(editor, around, &op.model, &op.name, None),
        Kind::RenameField(op) => fields::rename_field(editor, around, &op.model, &op.new_name, &op.old_name),
        Kind::AddIndex(op) => indexes::remove_added_index(editor, around, &op.model, &op.index, op.concurrently),
        Kind::RemoveIndex(op) => indexes::add_removed_index(editor, around, &op.model, &op.name, op.concurrently),
        Kind::RenameIndex(op) => indexes::rename_index_back(editor, around, op),
        Kind::AddConstraint(op) => indexes::remove_added_constraint(editor, around, op),
        Kind::RemoveConstraint(op) => indexes::add_removed_constraint(editor, around, &op.model, &op.name),
        Kind::Postgres(op) => postgres::backwards(editor, around, op),
        _ => same_both_ways(editor, around, operation),
    }
}

/// Runs the operations that look only at the states, which change places on the way back.
fn same_both_ways(editor: &mut SchemaEditor<'_>, around: Around<'_>, operation: &Operation) -> Result<(), EditorError> {
    match &operation.kind {
        Kind::AlterModelTable(op) => models::alter_model_table(editor, around, &op.name),
        Kind::AlterModelTableComment(op) => models::alter_model_table_comment(editor, around, &op.name),
        Kind::AlterUniqueTogether(op) => models::alter_unique_together(editor, around, &op.name),
        Kind::AlterIndexTogether(op) => models::alter_index_together(editor, around, &op.name),
        Kind::AlterOrderWithRespectTo(op) => models::alter_order_with_respect_to(editor, around, &op.name),
        Kind::AlterField(op) => fields::alter_field(editor, around, op),
        Kind::AlterModelOptions(_) | Kind::AlterModelManagers(_) | Kind::AlterConstraint(_) => Ok(()),
        _ => Err(EditorError::NotSql(operation.describe())),
    }
}

impl<'s> Around<'s> {
    fn before(self, name: &str) -> Result<ModelIn<'s>, EditorError> {
        ModelIn::get(self.from, &ModelId::new(self.app, name))
    }

    /// Returns a model that is about to go; what it inherited from may be gone already.
    fn before_deletion(self, name: &str) -> Result<ModelIn<'s>, EditorError> {
        Ok(ModelIn { models: self.from, view: self.from.orphan(&ModelId::new(self.app, name))? })
    }

    fn after(self, name: &str) -> Result<ModelIn<'s>, EditorError> {
        ModelIn::get(self.to, &ModelId::new(self.app, name))
    }
}

/// Returns whether migrations make the table of a model here.
///
/// Source: Django `db/migrations/operations/base.py`, `Operation.allow_migrate_model`; `db/models/options.py`, `Options.can_migrate`.
fn migrates(editor: &SchemaEditor<'_>, model: &ModelIn<'_>) -> bool {
    let required = model.view.state.options.other.get("required_db_features").and_then(Value::items);
    // Of the features that a model may ask for, spatial ones are what a database may lack.
    let spatial = required.unwrap_or_default().iter().any(|feature| feature.as_str() == Some("gis_enabled"));
    (!spatial || editor.context().spatial)
        && !editor.is_routed_away()
        && model.view.can_migrate(editor.context().dialect.vendor())
}
