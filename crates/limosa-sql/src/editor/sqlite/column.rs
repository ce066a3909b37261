//! Columns: added and removed in place where SQLite can, else by remaking the table.

use limosa_model::Value;
use limosa_model::field::FieldKind;

use super::remake::Changes;
use crate::editor::foreign_key::on_delete;
use crate::editor::model::{FieldIn, ModelIn};
use crate::editor::{EditorError, SchemaEditor};

/// Adds a field that is not an automatic many-to-many field.
///
/// A many-to-many field with a model of its own in between remakes the table for nothing, as it does in Django.
///
/// Source: Django `db/backends/sqlite3/schema.py`, `add_field`.
pub(crate) fn add_field(
    editor: &mut SchemaEditor<'_>,
    model: &ModelIn<'_>,
    view: &FieldIn<'_>,
) -> Result<(), EditorError> {
    let field = view.field();
    if matches!(field.kind, FieldKind::CompositePrimaryKey(_)) {
        // Such a key goes with a change of the old one, which remakes the table.
        return Ok(());
    }
    let remake = field.primary_key
        || field.unique()
        || !field.null
        || editor.effective_default(view)?.is_some()
        || field.db_default.as_ref().is_some_and(|default| !is_constant(default));
    if remake {
        editor.remake_table(model, &Changes { create: Some(view), ..Changes::default() })
    } else {
        editor.add_column(model, view)
    }
}

/// Removes a field that is not an automatic many-to-many field.
///
/// Source: Django `db/backends/sqlite3/schema.py`, `remove_field`.
pub(crate) fn remove_field(
    editor: &mut SchemaEditor<'_>,
    model: &ModelIn<'_>,
    view: &FieldIn<'_>,
) -> Result<(), EditorError> {
    let field = view.field();
    if field.many_to_many().is_some() {
        return Ok(());
    }
    // SQLite drops columns since 3.35.
    let in_place = editor.context().server_version >= (3, 35, 0)
        && !field.primary_key
        && !field.unique()
        && !field.db_index
        && !view.has_db_constraint();
    if in_place {
        return editor.remove_column(model, view);
    }
    if view.parameters()?.db_type.is_none() {
        return Ok(());
    }
    editor.remake_table(model, &Changes { delete: Some(view), ..Changes::default() })
}

/// Returns the foreign key that is part of a column's definition.
///
/// Source: Django `db/backends/sqlite3/schema.py`, `sql_create_inline_fk`.
pub(crate) fn inline_foreign_key(editor: &SchemaEditor<'_>, field: &FieldIn<'_>) -> Result<String, EditorError> {
    let target = field.target()?;
    Ok(format!(
        "REFERENCES {} ({}){} DEFERRABLE INITIALLY DEFERRED",
        editor.quote(&target.table),
        editor.quote(target.field.column_name()),
        on_delete(field)
    ))
}

/// Returns whether a default of the database is a `Value`; Django takes one that is written without it for an expression.
fn is_constant(default: &Value) -> bool {
    default.as_call().is_some_and(|call| {
        matches!(call.callee.as_str(), "django.db.models.Value" | "django.db.models.expressions.Value")
    })
}
