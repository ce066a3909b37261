//! Constraints that are part of a table's definition: the table is remade.

use limosa_model::index::Constraint;

use super::remake::Changes;
use crate::editor::model::ModelIn;
use crate::editor::{EditorError, SchemaEditor};

/// Adds a constraint; `model` has it already.
///
/// Source: Django `db/backends/sqlite3/schema.py`, `add_constraint`.
pub(crate) fn add_constraint(
    editor: &mut SchemaEditor<'_>,
    model: &ModelIn<'_>,
    _: &Constraint,
) -> Result<(), EditorError> {
    editor.remake_table(model, &Changes::default())
}

/// Removes a constraint; `model` no longer has it.
///
/// Source: Django `db/backends/sqlite3/schema.py`, `remove_constraint`.
pub(crate) fn remove_constraint(
    editor: &mut SchemaEditor<'_>,
    model: &ModelIn<'_>,
    _: &Constraint,
) -> Result<(), EditorError> {
    editor.remake_table(model, &Changes::default())
}
