//! What only the project's Python can tell or run in a migration.

use limosa_model::graph::Direction;
use limosa_model::operations::OperationKind;
use limosa_model::state::ProjectState;
use limosa_model::{Field, Migration, ModelId, Operation, SmolStr, Value};
use limosa_sql::dialect::Context;
use limosa_sql::model::Models;

use super::Skipped;
use super::atoms::{Atom, atoms};
use super::own_classes::{may_write_own_sql, runs_whole, writes_own_sql};

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
///
/// What routers keep from the database needs none.
pub fn needs_python(
    context: &Context,
    migration: &Migration,
    before: &ProjectState,
    direction: Direction,
    skipped: &Skipped,
) -> bool {
    let backwards = direction == Direction::Backwards;
    if runs_whole(context, migration, direction) {
        return true;
    }
    if !skipped.is_empty() {
        let Ok((atoms, _)) = atoms(migration, before, direction) else { return false };
        return atoms.iter().filter(|atom| !skipped.contains(&atom.path)).any(|atom| {
            atom.operation.needs_python(backwards, before)
                || unknown_default(context, &migration.id.app, atom, direction).is_some()
                || writes_own_sql(context, &migration.id.app, atom)
        });
    }
    if migration.operations.iter().any(|operation| operation.needs_python(backwards, before)) {
        return true;
    }
    let app = migration.id.app.as_str();
    let fills = migration.operations.iter().any(|operation| may_fill(operation, backwards));
    let writes = may_write_own_sql(context, migration, before);
    if !fills && !writes {
        return false;
    }
    let Ok((atoms, _)) = atoms(migration, before, direction) else { return false };
    atoms.iter().any(|atom| {
        fills && unknown_default(context, app, atom, direction).is_some()
            || writes && writes_own_sql(context, app, atom)
    })
}

/// Returns the default of a field that an operation adds or alters, when only Python can compute it.
///
/// Source: Django `db/migrations/operations/fields.py`.
pub(super) fn unknown_default(
    context: &Context,
    app: &str,
    atom: &Atom<'_>,
    direction: Direction,
) -> Option<UnknownDefault> {
    let backwards = direction == Direction::Backwards;
    if !may_fill(atom.operation, backwards) {
        return None;
    }
    let (model, name, own) = match &atom.operation.kind {
        OperationKind::AddField(op) if !backwards => (&op.model, &op.name, Some((&op.field, op.preserve_default))),
        OperationKind::RemoveField(op) if backwards => (&op.model, &op.name, None),
        OperationKind::AlterField(op) => (&op.model, &op.name, Some((&op.field, op.preserve_default))),
        _ => return None,
    };
    let model = ModelId::new(app, model);
    let mut field = atom.to.get(&model)?.fields.get(name)?.as_ref().clone();
    if let Some((own, preserve_default)) = own
        && (!backwards || !preserve_default)
    {
        field.default.clone_from(&own.default);
    }
    if let OperationKind::AlterField(_) = &atom.operation.kind {
        let old = atom.from.get(&model)?.fields.get(name)?;
        // The rows get a value only when the column was nullable.
        if !old.null || field.null {
            return None;
        }
    }
    if field.many_to_many().is_some() {
        return None;
    }
    let models = Models::new(&atom.to, context);
    let mut view = models.model(&model).ok()?.field(name)?.clone();
    view.field = field.into();
    let function = models.effective_default(&view).err()?.only_python(&view.field.class)?;
    Some(UnknownDefault { path: atom.path.clone(), model, field: name.clone(), function })
}

/// Returns whether an operation may give rows a default that only Python can compute, as far as it shows by itself.
fn may_fill(operation: &Operation, backwards: bool) -> bool {
    let computed = |field: &Field| {
        field.prepares_default.0
            || matches!(
                field.default,
                Some(Value::Reference(_) | Value::Call(_) | Value::Opaque(_) | Value::List(_) | Value::Dict(_))
            )
    };
    match &operation.kind {
        OperationKind::AddField(op) => !backwards && computed(&op.field),
        OperationKind::RemoveField(_) => backwards,
        OperationKind::AlterField(op) => backwards || computed(&op.field),
        OperationKind::SeparateDatabaseAndState(op) => {
            op.database_operations.iter().any(|operation| may_fill(operation, backwards))
        }
        _ => false,
    }
}
