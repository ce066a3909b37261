//! Constraints on MySQL.

use crate::catalog::Catalog;
use crate::editor::SchemaEditor;

/// Returns the SQL that drops a foreign key; its index stays.
pub(crate) fn delete_foreign_key(editor: &SchemaEditor<'_>, table: &str, name: &str) -> String {
    format!("ALTER TABLE {} DROP FOREIGN KEY {}", editor.quote(table), editor.quote(name))
}

/// Returns the SQL that drops a unique constraint.
pub(crate) fn delete_unique(editor: &SchemaEditor<'_>, table: &str, name: &str) -> String {
    format!("ALTER TABLE {} DROP INDEX {}", editor.quote(table), editor.quote(name))
}

/// Returns the SQL that drops a check; MariaDB's checks of columns, which have no name of their own, are left alone.
///
/// Source: Django `db/backends/mysql/schema.py`, `sql_delete_check`.
pub(crate) fn delete_check(editor: &SchemaEditor<'_>, table: &str, name: &str) -> String {
    let (table, name) = (editor.quote(table), editor.quote(name));
    if editor.context().is_mariadb() {
        format!("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
    } else {
        format!("ALTER TABLE {table} DROP CHECK {name}")
    }
}

/// Removes a check from the catalog when it is one of the table: those of columns are only numbered by Django.
pub(crate) fn forget_check(catalog: &mut Catalog, table: &str, name: &str) {
    let found = catalog.table(table).and_then(|table| table.constraint(name));
    if found.is_some_and(|found| !found.inline && !found.name.starts_with("__unnamed_constraint_")) {
        catalog.drop_constraint(table, name);
    }
}
