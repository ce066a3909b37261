//! In which order Django renders the states around an operation.
//!
//! When migrations run, the first state is rendered before the first operation, and every operation renders what it changes anew.
//! `sqlmigrate` renders a state only when an operation asks for a model of it, and most ask the state after them first.

use limosa_model::Operation;
use limosa_model::operations::OperationKind as Kind;

use crate::editor::{Rendering, SchemaEditor};

pub(super) fn before_forwards(editor: &mut SchemaEditor<'_>, operation: &Operation) {
    let rendering = if editor.is_rendered() { Rendering::BeforeFirst } else { Rendering::AfterFirst };
    editor.set_rendering(rendering);
    if asks_state_after(operation) {
        editor.set_rendered(true);
    }
}

/// On the way back the state before the operation, to which it leads, is the one that was rendered first.
pub(super) fn before_backwards(editor: &mut SchemaEditor<'_>) {
    editor.set_rendering(Rendering::AfterFirst);
}

fn asks_state_after(operation: &Operation) -> bool {
    match &operation.kind {
        Kind::DeleteModel(_)
        | Kind::RemoveField(_)
        | Kind::RemoveIndex(_)
        | Kind::AlterModelOptions(_)
        | Kind::AlterModelManagers(_)
        | Kind::AlterConstraint(_)
        | Kind::Postgres(_) => false,
        Kind::AddConstraint(op) => !op.not_valid,
        _ => true,
    }
}
