//! Columns on MySQL: defaults of long texts, comments, foreign keys.

use limosa_model::Value;
use limosa_model::django::DjangoVersion;

use crate::editor::model::{FieldIn, ModelIn, unchanged};
use crate::editor::{EditorError, SchemaEditor, foreign_key};
use crate::literal::Literal;
use crate::statement::ForeignKeySuffix;

/// The types that are never indexed whole, and have no plain defaults on MySQL.
const LIMITED: [&str; 9] =
    ["tinyblob", "blob", "mediumblob", "longblob", "tinytext", "text", "mediumtext", "longtext", "json"];

/// Returns whether a column's type is one that is never indexed whole.
///
/// Source: Django `db/backends/mysql/schema.py`, `_is_limited_data_type`.
pub(crate) fn is_limited(field: &FieldIn<'_>) -> Result<bool, EditorError> {
    let db_type = field.models.db_type(&field.view)?;
    Ok(db_type.is_some_and(|db_type| LIMITED.contains(&db_type.to_lowercase().as_str())))
}

/// Returns whether a new column is written without the default that its rows get.
///
/// Source: Django `db/backends/mysql/schema.py`, `skip_default`.
pub(crate) fn skips_default(editor: &SchemaEditor<'_>, field: &FieldIn<'_>) -> Result<bool, EditorError> {
    Ok(is_implied(editor, field)? || !editor.context().supports_limited_defaults() && is_limited(field)?)
}

/// Returns whether the default of a column is neither set nor dropped by `ALTER COLUMN`.
///
/// Source: Django `db/backends/mysql/schema.py`, `skip_default_on_alter`.
pub(crate) fn skips_default_on_alter(editor: &SchemaEditor<'_>, field: &FieldIn<'_>) -> Result<bool, EditorError> {
    Ok(is_implied(editor, field)? || !editor.context().is_mariadb() && is_limited(field)?)
}

/// Fills the column of a new field whose default its definition could not name.
///
/// Source: Django `db/backends/mysql/schema.py`, `add_field`.
pub(crate) fn fill(editor: &mut SchemaEditor<'_>, model: &ModelIn<'_>, field: &FieldIn<'_>) -> Result<(), EditorError> {
    let named = field.field().default.as_ref().is_some_and(|default| *default != Value::None);
    if !skips_default(editor, field)? || !named {
        return Ok(());
    }
    let default = editor.effective_default(field)?.unwrap_or_else(|| "NULL".into());
    let sql = format!("UPDATE {} SET {} = {default}", editor.quote(model.table()), editor.quote(field.column()));
    editor.execute(sql, unchanged);
    Ok(())
}

/// Returns the foreign key as it stands behind `ADD COLUMN`.
pub(crate) fn inline_foreign_key(
    editor: &SchemaEditor<'_>,
    model: &ModelIn<'_>,
    field: &FieldIn<'_>,
) -> Result<String, EditorError> {
    let key = editor.foreign_key(model, field, ForeignKeySuffix::Target)?;
    let name = editor.quote(&key.name(editor.dialect()));
    let (to_table, to_column) = (editor.quote(&key.to_table), editor.quote(&key.to_column));
    let (column, on_delete) = (editor.quote(field.column()), foreign_key::on_delete(field));
    Ok(format!(", ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {to_table}({to_column}){on_delete}"))
}

/// Returns the comment as it stands in a column's definition, with a leading space; nothing when there is none.
pub(crate) fn comment(editor: &SchemaEditor<'_>, field: &FieldIn<'_>) -> Result<Option<String>, EditorError> {
    match field.field().db_comment.as_deref().filter(|comment| !comment.is_empty()) {
        Some(comment) => Ok(Some(format!(" COMMENT {}", editor.quote_text(comment)?))),
        None => Ok(None),
    }
}

/// Returns whether the database has the check of a column as part of its definition (MariaDB): that of the field, or of its type.
pub(crate) fn has_inline_check(editor: &SchemaEditor<'_>, db_type: &str, check: bool) -> bool {
    editor.context().is_mariadb() && (check || db_type.eq_ignore_ascii_case("json"))
}

/// Returns whether the default is the empty text that a long text has anyway.
fn is_implied(editor: &SchemaEditor<'_>, field: &FieldIn<'_>) -> Result<bool, EditorError> {
    if editor.context().django < DjangoVersion::V52 {
        return Ok(false);
    }
    let db_type = field.models.db_type(&field.view)?.unwrap_or_default().to_lowercase();
    if !db_type.ends_with("blob") && !db_type.ends_with("text") {
        return Ok(false);
    }
    Ok(match editor.effective_default_value(field)? {
        Some(Literal::Text(text)) => text.is_empty(),
        Some(Literal::Bytes(bytes)) => bytes.is_empty(),
        _ => false,
    })
}
