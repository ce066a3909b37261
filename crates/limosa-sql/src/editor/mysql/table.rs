//! Tables on MySQL.

use crate::editor::SchemaEditor;

/// Returns the SQL that renames a table.
pub(crate) fn rename_table(editor: &SchemaEditor<'_>, old: &str, new: &str) -> String {
    format!("RENAME TABLE {} TO {}", editor.quote(old), editor.quote(new))
}

/// Returns the SQL that sets the comment on a table, which is a literal already.
pub(crate) fn alter_comment(editor: &SchemaEditor<'_>, table: &str, comment: &str) -> String {
    format!("ALTER TABLE {} COMMENT = {comment}", editor.quote(table))
}
