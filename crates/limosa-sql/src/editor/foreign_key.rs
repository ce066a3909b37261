//! Foreign keys.

use limosa_model::field::OnDelete;

use super::model::{FieldIn, ModelIn};
use super::{EditorError, SchemaEditor, mysql, postgres};
use crate::dialect::Dialect;
use crate::statement::{AddForeignKey, ForeignKeySuffix, Statement};

impl SchemaEditor<'_> {
    /// Returns the statement that adds the foreign key of a field.
    ///
    /// Source: Django `db/backends/base/schema.py`, `_create_fk_sql`.
    pub(crate) fn create_foreign_key(
        &self,
        model: &ModelIn<'_>,
        field: &FieldIn<'_>,
        suffix: ForeignKeySuffix,
    ) -> Result<Statement, EditorError> {
        Ok(Statement::AddForeignKey(self.foreign_key(model, field, suffix)?))
    }

    pub(crate) fn foreign_key(
        &self,
        model: &ModelIn<'_>,
        field: &FieldIn<'_>,
        suffix: ForeignKeySuffix,
    ) -> Result<AddForeignKey, EditorError> {
        let target = field.target()?;
        Ok(AddForeignKey {
            table: model.table().clone(),
            column: field.column().into(),
            to_table: target.table,
            to_column: target.field.column_name().into(),
            suffix,
            on_delete: on_delete(field),
        })
    }

    /// Drops a foreign key.
    pub(crate) fn delete_foreign_key(&mut self, table: &str, name: &str) {
        let sql = match self.dialect() {
            Dialect::Postgres => postgres::constraint::delete_foreign_key(self, table, name),
            Dialect::MySql => mysql::constraint::delete_foreign_key(self, table, name),
            Dialect::Sqlite => format!("ALTER TABLE {} DROP CONSTRAINT {}", self.quote(table), self.quote(name)),
        };
        self.execute(sql, |catalog| catalog.drop_foreign_key(table, name));
    }
}

/// Returns what the database does when the other row is deleted, with a leading space; empty when nothing.
pub(crate) fn on_delete(field: &FieldIn<'_>) -> &'static str {
    match field.view.foreign_key().map(|relation| &relation.on_delete) {
        Some(OnDelete::DbCascade) => " ON DELETE CASCADE",
        Some(OnDelete::DbSetNull) => " ON DELETE SET NULL",
        Some(OnDelete::DbSetDefault) => " ON DELETE SET DEFAULT",
        _ => "",
    }
}
