//! Operations whose SQL only an index's or a constraint's own code can write.

use limosa_model::field::FieldKind;
use limosa_model::graph::Direction;
use limosa_model::operations::OperationKind;
use limosa_model::state::{ModelState, ProjectState};
use limosa_model::{Field, Migration, ModelId, Operation, SmolStr, Value};
use limosa_sql::dialect::{Context, Dialect};

use super::atoms::Atom;

/// Returns whether Django applies a migration as a whole: its class does so in a way of its own, or the backend's schema editor is not
/// one of Django's.
pub fn runs_whole(context: &Context, migration: &Migration, direction: Direction) -> bool {
    migration.runs_itself(direction == Direction::Backwards) || context.own_editor && !migration.operations.is_empty()
}

/// Returns whether the SQL of an operation comes from an index or a constraint of the project's own class that writes it itself.
///
/// The operation then runs as a whole in Python, as one of the project's own class does.
pub(super) fn writes_own_sql(context: &Context, app: &str, atom: &Atom<'_>) -> bool {
    let dialect = context.dialect;
    if needs_djangos_editor(context) {
        return !is_code(&atom.operation.kind);
    }
    if dialect == Dialect::Postgres && meets_triggers(app, atom) {
        return true;
    }
    let model = |state: &ProjectState, name: &SmolStr| {
        state.get(&ModelId::new(app, name)).is_some_and(|model| holds_code(model))
    };
    let both = |name: &SmolStr| model(&atom.from, name) || model(&atom.to, name);
    match &atom.operation.kind {
        OperationKind::AddIndex(op) => op.index.runs_code(),
        OperationKind::RemoveIndex(op) => [&atom.from, &atom.to].into_iter().any(|state| {
            let model = state.get(&ModelId::new(app, &op.model));
            model.and_then(|model| model.index(&op.name).ok()).is_some_and(|index| index.runs_code())
        }),
        // SQLite makes the table anew.
        OperationKind::AddConstraint(op) => op.constraint.runs_code() || dialect == Dialect::Sqlite && both(&op.model),
        OperationKind::RemoveConstraint(op) => {
            let named = [&atom.from, &atom.to].into_iter().any(|state| {
                let model = state.get(&ModelId::new(app, &op.model));
                model.and_then(|model| model.constraint(&op.name).ok()).is_some_and(|constraint| constraint.runs_code())
            });
            named || dialect == Dialect::Sqlite && both(&op.model)
        }
        OperationKind::CreateModel(op) => model(&atom.to, &op.model.name),
        OperationKind::DeleteModel(op) => model(&atom.to, &op.name),
        // Only Python knows the geometry.
        OperationKind::AddField(op) if is_spatial(&op.field) && has_default(&op.field) => true,
        OperationKind::AlterField(op) if is_spatial(&op.field) && has_default(&op.field) => true,
        kind if is_code(kind) => false,
        OperationKind::Postgres(_) | OperationKind::AlterModelOptions(_) | OperationKind::AlterModelManagers(_) => {
            false
        }
        // Others make tables anew on SQLite, those that refer to the model among them.
        _ => dialect == Dialect::Sqlite && (state_holds_code(&atom.from) || state_holds_code(&atom.to)),
    }
}

/// Returns whether an operation meets triggers that the state knows (`Meta.triggers` of django-pgtrigger): the schema editor that comes
/// with them makes them with a table, and takes them away while the type of a column changes.
fn meets_triggers(app: &str, atom: &Atom<'_>) -> bool {
    let has = |state: &ProjectState, name: &SmolStr| {
        state.get(&ModelId::new(app, name)).is_some_and(|model| has_triggers(model))
    };
    match &atom.operation.kind {
        OperationKind::AlterField(op) => has(&atom.from, &op.model),
        OperationKind::DeleteModel(op) => has(&atom.to, &op.name),
        _ => false,
    }
}

fn has_triggers(model: &ModelState) -> bool {
    model.options.other.get("triggers").and_then(Value::items).is_some_and(|triggers| !triggers.is_empty())
}

/// Returns whether only Django's schema editor can do it: stored procedures of SpatiaLite make the columns of geometries, which it
/// calls; and a backend may bring a schema editor of its own.
fn needs_djangos_editor(context: &Context) -> bool {
    context.own_editor || context.spatial && context.dialect == Dialect::Sqlite
}

fn is_code(kind: &OperationKind) -> bool {
    matches!(
        kind,
        OperationKind::RunSql(_)
            | OperationKind::RunPython(_)
            | OperationKind::RunRust(_)
            | OperationKind::Custom(_)
            | OperationKind::SeparateDatabaseAndState(_)
    )
}

fn is_spatial(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Spatial(_))
}

fn has_default(field: &Field) -> bool {
    field.default.as_ref().is_some_and(|value| *value != Value::None)
}

/// Returns whether a migration may have such operations; `before` is the state before it in either direction.
pub(super) fn may_write_own_sql(context: &Context, migration: &Migration, before: &ProjectState) -> bool {
    fn introduces(operation: &Operation) -> bool {
        match &operation.kind {
            OperationKind::CreateModel(op) => holds_code(&op.model),
            OperationKind::AddIndex(op) => op.index.runs_code(),
            OperationKind::AddConstraint(op) => op.constraint.runs_code(),
            OperationKind::AddField(op) => is_spatial(&op.field) && has_default(&op.field),
            OperationKind::AlterField(op) => is_spatial(&op.field) && has_default(&op.field),
            OperationKind::SeparateDatabaseAndState(op) => {
                op.database_operations.iter().chain(&op.state_operations).any(introduces)
            }
            OperationKind::RunSql(op) => op.state_operations.iter().any(introduces),
            OperationKind::Custom(_) => true,
            _ => false,
        }
    }
    let triggers = context.dialect == Dialect::Postgres && before.models().any(|model| has_triggers(model));
    needs_djangos_editor(context) || triggers || state_holds_code(before) || migration.operations.iter().any(introduces)
}

fn state_holds_code(state: &ProjectState) -> bool {
    state.models().any(|model| holds_code(model))
}

fn holds_code(model: &ModelState) -> bool {
    let options = &model.options;
    options.indexes.iter().any(|index| index.runs_code())
        || options.constraints.iter().any(|constraint| constraint.runs_code())
}
