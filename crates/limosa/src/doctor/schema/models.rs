//! The tables that the models have after the recorded migrations, whatever made them.

use limosa_model::operations::{CreateModel, OperationKind};
use limosa_model::{Operation, ProjectState};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Context;
use limosa_sql::editor::SchemaEditor;
use limosa_sql::operations;

/// Makes the tables of all models over an empty catalog, and returns the statements.
///
/// A model whose table only its own code can make is left out.
pub(super) fn make(context: &Context, catalog: &mut Catalog, state: &ProjectState) -> Vec<String> {
    let mut editor = SchemaEditor::new(context, catalog);
    for model in state.models() {
        let create = CreateModel { model: model.as_ref().clone() };
        let operation = Operation::new(OperationKind::CreateModel(create));
        // What cannot be told excuses nothing.
        drop(operations::forwards(&mut editor, &model.app, &operation, state, state));
    }
    let mut statements = editor.take_statements();
    statements.extend(editor.finish());
    statements
}
