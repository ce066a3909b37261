//! Altered columns on MySQL, where a column's definition is written anew to change its type or whether NULL is allowed.

use limosa_model::django::DjangoVersion;
use smol_str::SmolStr;

use super::column;
use crate::editor::alter::{Action, Alteration};
use crate::editor::model::FieldIn;
use crate::editor::{EditorError, SchemaEditor};

/// Returns the change of a column's type, collation or comment.
///
/// Source: Django `db/backends/mysql/schema.py`, `_alter_column_type_sql`.
pub(crate) fn alter_type(editor: &SchemaEditor<'_>, change: &Alteration<'_, '_>) -> Result<Action, EditorError> {
    let definition = kept_definition(editor, change.old, change.new_type())?;
    let collation = match &change.new_parameters.collation {
        Some(collation) => format!(" {}", editor.collate_sql(collation)),
        None => String::new(),
    };
    let comment = column::comment(editor, change.new)?.unwrap_or_default();
    let sql = format!("MODIFY {} {definition}{collation}{comment}", editor.quote(change.new.column()));
    let collation = change.new_parameters.collation.clone();
    let comment = change.new.field().db_comment.as_ref().map(ToString::to_string);
    Ok(redefine(editor, change, sql, change.old.field().null, collation, comment))
}

/// Returns the change of whether a column may hold NULL.
///
/// Source: Django `db/backends/mysql/schema.py`, `_alter_column_null_sql`.
pub(crate) fn alter_nullability(editor: &SchemaEditor<'_>, change: &Alteration<'_, '_>) -> Result<Action, EditorError> {
    let null = change.new.field().null;
    let definition = if has_db_default(editor, change.new) {
        kept_definition(editor, change.new, change.new_type())?
    } else {
        format!("{} {}", change.new_type(), if null { "NULL" } else { "NOT NULL" })
    };
    let sql = format!("MODIFY {} {definition}", editor.quote(change.new.column()));
    Ok(redefine(editor, change, sql, null, None, None))
}

/// Returns the default that a column gets for a moment.
///
/// Source: Django `db/backends/mysql/schema.py`, `_column_default_sql`.
pub(crate) fn temporary_default(field: &FieldIn<'_>, default: String) -> Result<String, EditorError> {
    Ok(if field.models.default_needs_parentheses(&field.view)? { format!("({default})") } else { default })
}

/// Returns the SQL that renames a column.
///
/// Source: Django `db/backends/mysql/schema.py`, `sql_rename_column` and `_rename_field_sql`.
pub(crate) fn rename_column(editor: &SchemaEditor<'_>, change: &Alteration<'_, '_>) -> Result<String, EditorError> {
    let (table, old, new) = (change.model.table(), change.old.column(), change.new.column());
    let (table, old, new) = (editor.quote(table), editor.quote(old), editor.quote(new));
    if editor.context().can_rename_column() {
        return Ok(format!("ALTER TABLE {table} RENAME COLUMN {old} TO {new}"));
    }
    let definition = kept_definition(editor, change.old, change.new_type())?;
    Ok(format!("ALTER TABLE {table} CHANGE {old} {new} {definition}"))
}

/// Returns whether checks of types are compared without regard to the column's name.
///
/// Source: Django `db/backends/mysql/schema.py`, `_field_db_check`.
pub(crate) fn ignores_names_in_checks(editor: &SchemaEditor<'_>) -> bool {
    editor.context().is_mariadb() && editor.context().can_rename_column()
}

/// Returns a type with the default and the nullability of a field.
///
/// Source: Django `db/backends/mysql/schema.py`, `_set_field_new_type` (up to 4.2 `_set_field_new_type_null_status`).
fn kept_definition(editor: &SchemaEditor<'_>, field: &FieldIn<'_>, db_type: &str) -> Result<String, EditorError> {
    let default = if has_db_default(editor, field) {
        format!(" DEFAULT {}", editor.db_default_quoted(field)?)
    } else {
        String::new()
    };
    let null = if field.field().null { "NULL" } else { "NOT NULL" };
    Ok(format!("{db_type}{default} {null}"))
}

fn has_db_default(editor: &SchemaEditor<'_>, field: &FieldIn<'_>) -> bool {
    editor.context().django >= DjangoVersion::V52 && field.field().db_default.is_some()
}

fn redefine(
    editor: &SchemaEditor<'_>,
    change: &Alteration<'_, '_>,
    sql: String,
    nullable: bool,
    collation: Option<SmolStr>,
    comment: Option<String>,
) -> Action {
    let (table, column) = (change.model.table().clone(), editor.stored(change.new.column()));
    let data_type = SmolStr::new(change.new_type());
    let check = column::has_inline_check(editor, &data_type, false);
    let auto = data_type.contains("AUTO_INCREMENT");
    Action::new(sql, move |catalog| {
        catalog.redefine_column(&table, &column, check, |column| {
            column.data_type = data_type;
            column.nullable = nullable;
            column.auto = auto;
            column.collation = collation;
            column.comment = comment;
        });
    })
}
