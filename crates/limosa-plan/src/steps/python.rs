//! What only the project's Python can tell or run in a migration.

use limosa_model::graph::Direction;
use limosa_model::operations::OperationKind;
use limosa_model::state::ProjectState;
use limosa_model::{Migration, ModelId, Operation, SmolStr, Value};
use limosa_sql::dialect::Context;
use limosa_sql::expression::ExpressionError;
use limosa_sql::model::Models;

use super::atoms::{Atom, atoms};

/// A default that a function of the project computes, for rows that are there when a field is added or becomes NOT NULL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownDefault {
    /// The place of the operation.
    pub path: Vec<usize>,
    /// The model.
    pub model: ModelId,
    /// The field.
    pub field: SmolStr,
    /// The function.
    pub function: SmolStr,
}

/// Returns whether a migration can only run with the project's Python; `before` is the state before it in either direction.
pub fn needs_python(context: &Context, migration: &Migration, before: &ProjectState, direction: Direction) -> bool {
    let backwards = direction == Direction::Backwards;
    if migration.runs_itself(backwards)
        || migration.operations.iter().any(|operation| operation.needs_python(backwards, before))
    {
        return true;
    }
    if !migration.operations.iter().any(has_computed_default) {
        return false;
    }
    let Ok((atoms, _)) = atoms(migration, before, direction) else { return false };
    atoms.iter().any(|atom| unknown_default(context, &migration.id.app, atom).is_some())
}

/// Returns the default of an operation's field that only Python can compute.
pub(super) fn unknown_default(context: &Context, app: &str, atom: &Atom<'_>) -> Option<UnknownDefault> {
    if !has_computed_default(atom.operation) {
        return None;
    }
    let (model, name) = match &atom.operation.kind {
        OperationKind::AddField(op) => (ModelId::new(app, &op.model), &op.name),
        OperationKind::AlterField(op) => {
            let model = ModelId::new(app, &op.model);
            let old = atom.from.get(&model)?.fields.get(&op.name)?;
            // The rows get a value only when the column was nullable.
            (old.null && !op.field.null).then_some((model, &op.name))?
        }
        _ => return None,
    };
    let field = match &atom.operation.kind {
        OperationKind::AddField(op) => &op.field,
        OperationKind::AlterField(op) => &op.field,
        _ => return None,
    };
    if field.many_to_many().is_some() {
        return None;
    }
    let models = Models::new(&atom.to, context);
    let mut view = models.model(&model).ok()?.field(name)?.clone();
    view.field = field.clone();
    match models.effective_default(&view) {
        Err(ExpressionError::NeedsPython(function)) => {
            Some(UnknownDefault { path: atom.path.clone(), model, field: name.clone(), function })
        }
        _ => None,
    }
}

fn has_computed_default(operation: &Operation) -> bool {
    let computed = |value: &Option<Value>| {
        matches!(value, Some(Value::Reference(_) | Value::Call(_) | Value::Opaque(_) | Value::List(_) | Value::Dict(_)))
    };
    match &operation.kind {
        OperationKind::AddField(op) => computed(&op.field.default),
        OperationKind::AlterField(op) => computed(&op.field.default),
        OperationKind::SeparateDatabaseAndState(op) => op.database_operations.iter().any(has_computed_default),
        _ => false,
    }
}
