//! Indexes on MySQL: those that foreign keys need.

use limosa_model::{SmolStr, Value};

use super::column;
use crate::editor::model::{FieldIn, ModelIn};
use crate::editor::{EditorError, SchemaEditor};

/// Returns the SQL that drops an index.
pub(crate) fn delete_index(editor: &SchemaEditor<'_>, table: &str, name: &str) -> String {
    format!("DROP INDEX {} ON {}", editor.quote(name), editor.quote(table))
}

/// Returns whether a field that asks for an index gets one: a foreign key has one from the database, long texts cannot have one.
///
/// Source: Django `db/backends/mysql/schema.py`, `_field_should_be_indexed`; all tables are taken to have the usual storage engine.
pub(crate) fn is_indexed(editor: &SchemaEditor<'_>, field: &FieldIn<'_>) -> Result<bool, EditorError> {
    let innodb = editor.context().mysql.storage_engine == "InnoDB";
    if innodb && is_foreign_key(field) && field.has_db_constraint() {
        return Ok(false);
    }
    Ok(!column::is_limited(field)?)
}

/// Creates the index of a foreign key when the only one that begins with its column is about to go.
///
/// Source: Django `db/backends/mysql/schema.py`, `_create_missing_fk_index`.
///
/// # Errors
/// When there is no such field.
pub(crate) fn create_missing_foreign_key_index(
    editor: &mut SchemaEditor<'_>,
    model: &ModelIn<'_>,
    fields: &[SmolStr],
    expressions: &[Value],
) -> Result<(), EditorError> {
    let first = match fields.first() {
        Some(name) => Some(name.strip_prefix('-').unwrap_or(name)),
        None if editor.context().supports_expression_indexes() => expressions.first().and_then(referenced_field),
        None => None,
    };
    let Some(first) = first.filter(|name| !name.is_empty()) else { return Ok(()) };
    let field = model.field(first)?;
    if !is_foreign_key(&field) {
        return Ok(());
    }
    let begins =
        |columns: &[Option<SmolStr>]| columns.first().is_some_and(|own| own.as_deref() == Some(field.column()));
    editor.note_asked(model.table());
    let table = editor.catalog().table(model.table());
    let constraints = table.map_or(&[][..], |table| &table.constraints);
    let count = constraints.iter().filter(|found| found.index && begins(&found.columns)).count();
    if count == 1 {
        let statement = editor.create_field_index(model, std::slice::from_ref(&field), "", Vec::new());
        editor.run(&statement);
    }
    Ok(())
}

/// Returns whether a field is a `ForeignKey` and no `OneToOneField`.
fn is_foreign_key(field: &FieldIn<'_>) -> bool {
    field.models.internal_type(field.field()) == "ForeignKey"
}

/// Returns the field that an expression is, when it is nothing but one of the model itself.
fn referenced_field(expression: &Value) -> Option<&str> {
    let name = match expression {
        Value::Str(name) => name,
        Value::Call(call) if matches!(call.callee.rsplit('.').next(), Some("F")) => call.args.first()?.as_str()?,
        _ => return None,
    };
    (!name.contains("__")).then_some(name)
}
