//! The statements that `migrate` executes.

use std::sync::Arc;

use limosa_model::operations::OperationKind;
use limosa_model::{ModelId, Operation, ProjectState, Value};
use limosa_sql::catalog::Catalog;
use limosa_sql::editor::SchemaEditor;
use limosa_sql::operations;

use super::compare::Outcome;
use super::snapshot;
use crate::oracle::{Answers, Applied};

/// Runs one migration over the state and the catalog, and compares.
pub(super) fn migration(
    answers: &Answers,
    applied: &Applied,
    state: &mut ProjectState,
    catalog: &mut Catalog,
) -> Outcome {
    let mut run = Run { applied, statements: Vec::new(), opaque: Vec::new(), custom: false };
    let ours = run.migration(answers, state, catalog).map(|()| std::mem::take(&mut run.statements));
    let own = |place: &str| !run.opaque.iter().any(|opaque| opaque == place);
    // What operations of the project's own classes let wait cannot be told from what others do.
    let custom = run.custom && ours.is_ok();
    let waited = |sql: &str| custom && !ours.as_ref().is_ok_and(|ours| ours.contains(&line("", sql)));
    let django: Vec<String> = applied
        .executed
        .iter()
        .filter(|executed| own(&executed.place) && !(executed.place.is_empty() && waited(&executed.sql)))
        .map(|executed| line(&executed.place, &executed.sql))
        .collect();
    Outcome::new(&applied.id, &django, ours)
}

struct Run<'a> {
    applied: &'a Applied,
    statements: Vec<String>,
    /// The places of operations whose statements are not ours to write.
    opaque: Vec<String>,
    /// Whether one of them is of the project's own class.
    custom: bool,
}

impl Run<'_> {
    fn migration(&mut self, answers: &Answers, state: &mut ProjectState, catalog: &mut Catalog) -> Result<(), String> {
        let id = &self.applied.id;
        let migration = answers.migrations.get(id).ok_or_else(|| format!("{id} is not on disk"))?;
        let mut editor = SchemaEditor::new(&answers.context, catalog);
        let mut first_error = None;
        for (position, operation) in migration.operations.iter().enumerate() {
            let before = state.clone();
            operation.state_forwards(&id.app, state).map_err(|error| format!("operation {position}: {error}"))?;
            let place = position.to_string();
            if let Err(error) = self.operation(&mut editor, operation, &place, &before, state) {
                first_error.get_or_insert(format!("operation {place} ({}): {error}", operation.describe()));
            }
        }
        for sql in editor.finish() {
            self.statements.push(line("", &sql));
        }
        if let Some(found) = self.applied.snapshots.iter().find(|snapshot| snapshot.place.is_empty()) {
            snapshot::apply(&found.tables, catalog);
        }
        first_error.map_or(Ok(()), Err)
    }

    fn operation(
        &mut self,
        editor: &mut SchemaEditor<'_>,
        operation: &Operation,
        place: &str,
        from: &ProjectState,
        to: &ProjectState,
    ) -> Result<(), String> {
        let app = &self.applied.id.app;
        match &operation.kind {
            OperationKind::SeparateDatabaseAndState(op) => {
                let (rendered, mut from) = (editor.is_rendered(), from.clone());
                for (position, inner) in op.database_operations.iter().enumerate() {
                    let mut to = from.clone();
                    inner.state_forwards(app, &mut to).map_err(|error| error.to_string())?;
                    self.operation(editor, inner, &format!("{place}.{position}"), &from, &to)?;
                    from = to;
                }
                editor.set_rendered(rendered);
            }
            OperationKind::RunSql(_) | OperationKind::RunPython(_) | OperationKind::Custom(_) => {
                self.opaque.push(place.to_owned());
                self.custom |= matches!(operation.kind, OperationKind::Custom(_));
                if let Some(found) = self.applied.snapshots.iter().find(|snapshot| snapshot.place == place) {
                    snapshot::apply(&found.tables, editor.catalog_mut());
                }
            }
            _ => {
                let mut written = operations::forwards(editor, app, operation, from, to);
                if let Err(error) = &written
                    && error.to_string().contains("only Python can tell")
                    && let Some(value) = self.applied.defaults.get(place)
                {
                    let to = with_default(app, operation, to, value)?;
                    written = operations::forwards(editor, app, operation, from, &to);
                }
                written.map_err(|error| error.to_string())?;
                for sql in editor.take_statements() {
                    self.statements.push(line(place, &sql));
                }
            }
        }
        Ok(())
    }
}

/// The state after an operation with the value in the place of the function that computes the field's default.
fn with_default(app: &str, operation: &Operation, state: &ProjectState, value: &Value) -> Result<ProjectState, String> {
    let mut state = state.clone();
    let (model, name) = match &operation.kind {
        OperationKind::AddField(op) => (&op.model, &op.name),
        OperationKind::AlterField(op) => (&op.model, &op.name),
        _ => return Ok(state),
    };
    let model = state.model_mut(&ModelId::new(app, model)).map_err(|error| error.to_string())?;
    if let Some(field) = model.fields.get_mut(name) {
        Arc::make_mut(field).default = Some(value.clone());
    }
    Ok(state)
}

fn line(place: &str, sql: &str) -> String {
    format!("[{place}] {sql}")
}
