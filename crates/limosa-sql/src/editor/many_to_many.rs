//! Many-to-many fields: the tables in between when either end changes.

use super::model::FieldIn;
use super::{EditorError, SchemaEditor, sqlite};
use crate::dialect::Dialect;

impl SchemaEditor<'_> {
    /// Changes the table in between of a many-to-many field so that it points to the new ends.
    ///
    /// Source: Django `db/backends/base/schema.py`, `_alter_many_to_many`.
    ///
    /// # Errors
    /// When the SQL cannot be written.
    pub fn alter_many_to_many(&mut self, old: &FieldIn<'_>, new: &FieldIn<'_>) -> Result<(), EditorError> {
        let (Some((old_through, _)), Some((new_through, _))) = (old.through()?, new.through()?) else {
            return Err(EditorError::IncompatibleTypes { old: old.label(), new: new.label() });
        };
        if self.dialect() == Dialect::Sqlite {
            return sqlite::alter::alter_many_to_many(self, old, new);
        }
        self.alter_db_table(old_through.table(), new_through.table());
        let (old_own, old_other) = old.through_fields(&old_through)?;
        let (new_own, new_other) = new.through_fields(&new_through)?;
        self.alter_field(&new_through, &old_other, &new_other)?;
        self.alter_field(&new_through, &old_own, &new_own)
    }
}
