//! Constraints on PostgreSQL.

use crate::editor::SchemaEditor;

/// Returns the SQL that drops a foreign key after it has been checked, so that the same transaction can drop it.
pub(crate) fn delete_foreign_key(editor: &SchemaEditor<'_>, table: &str, name: &str) -> String {
    let (table, name) = (editor.quote(table), editor.quote(name));
    format!("SET CONSTRAINTS {name} IMMEDIATE; ALTER TABLE {table} DROP CONSTRAINT {name}")
}
