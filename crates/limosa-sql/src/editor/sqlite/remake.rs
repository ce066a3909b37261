//! A table made anew: created under another name, filled, and put in the old one's place.

mod body;
mod scratch;

use self::body::Body;
use self::scratch::Scratch;
use crate::editor::model::{FieldIn, ModelIn, unchanged};
use crate::editor::{EditorError, SchemaEditor};

/// What is different about the new table.
#[derive(Debug, Default)]
pub(crate) struct Changes<'f, 's> {
    /// A field that is added.
    pub(crate) create: Option<&'f FieldIn<'s>>,
    /// A field that is removed.
    pub(crate) delete: Option<&'f FieldIn<'s>>,
    /// Fields that are changed.
    pub(crate) alter: Vec<Altered<'f, 's>>,
}

/// A field that is changed.
#[derive(Debug)]
pub(crate) struct Altered<'f, 's> {
    /// The field as it was.
    pub(crate) old: &'f FieldIn<'s>,
    /// The field as it becomes.
    pub(crate) new: &'f FieldIn<'s>,
    /// Which of the changed fields its new model declares first.
    pub(crate) position: i64,
}

impl SchemaEditor<'_> {
    /// Makes a table anew, and at once what waited.
    ///
    /// Source: Django `db/backends/sqlite3/schema.py`, `_remake_table`.
    pub(crate) fn remake_table(&mut self, model: &ModelIn<'_>, changes: &Changes<'_, '_>) -> Result<(), EditorError> {
        let body = Body::new(self, model, changes)?;
        let (columns, values): (Vec<String>, Vec<String>) =
            body.mapping.iter().map(|(column, value)| (self.quote(column).to_string(), value.clone())).unzip();
        let scratch = Scratch::new(self.context(), model, changes, body);
        let new_model = scratch.model();
        self.create_model(&new_model)?;
        let sql = format!(
            "INSERT INTO {} ({}) SELECT {} FROM {}",
            self.quote(new_model.table()),
            columns.join(", "),
            values.join(", "),
            self.quote(model.table())
        );
        self.execute(sql, unchanged);
        self.delete_table(model.table());
        self.alter_db_table(new_model.table(), model.table());
        self.flush_deferred();
        Ok(())
    }
}
