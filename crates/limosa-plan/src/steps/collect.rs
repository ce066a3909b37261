//! The statements of a migration as Django's `sqlmigrate` collects them, without running any.

use limosa_model::graph::Direction;
use limosa_model::operations::OperationKind;
use limosa_model::state::ProjectState;
use limosa_model::{Migration, Operation, Value};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Context;
use limosa_sql::editor::{EditorError, Mode, SchemaEditor};
use limosa_sql::operations;

use super::atoms::{advance_operation, atoms, check_reversible, error, flat};
use super::own_classes::writes_own_sql;
use super::python::{UnknownDefault, unknown_default};
use super::{Skipped, StepError, StepErrorKind, sql_text};

/// The statements of a migration as `sqlmigrate` prints them.
#[derive(Clone, Debug)]
pub struct Collected<'m> {
    /// The operations in the order in which they run: their index and their statements; nothing for those that only Python can tell,
    /// or that are not SQL.
    pub operations: Vec<(usize, &'m Operation, Option<Vec<String>>)>,
    /// The statements that were put off to the end.
    pub deferred: Vec<String>,
    /// Whether names were asked of a table that is not there, where Django stops (MySQL).
    pub missed_table: bool,
}

/// Collects the statements of a migration; `before` is the state before it in either direction.
///
/// The catalog stays as it is: Django looks at the live database, which its statements have not changed. Operations that are not SQL
/// are skipped with what they do to the state, those `skipped` by routers without it. `defaults` are those that only Python can compute ([`unknown_defaults`]).
/// Source: Django `db/migrations/migration.py`, `Migration.apply` with `collect_sql`.
///
/// # Errors
/// When an operation does not fit the state, has no way back, or its SQL cannot be written.
pub fn collect<'m>(
    context: &Context,
    catalog: &Catalog,
    migration: &'m Migration,
    before: &ProjectState,
    direction: Direction,
    skipped: &Skipped,
    defaults: &[(UnknownDefault, Value)],
) -> Result<Collected<'m>, StepError> {
    let app = migration.id.app.as_str();
    let backwards = direction == Direction::Backwards;
    let mut catalog = catalog.clone();
    let mut editor = SchemaEditor::with_mode(context, &mut catalog, Mode::Collect);
    for (unknown, value) in defaults {
        editor.supply_default(unknown.model.clone(), unknown.field.clone(), value.clone());
    }
    let mut state = before.clone();
    let mut steps = Vec::new();
    check_reversible(migration, direction)?;
    for (index, operation) in migration.operations.iter().enumerate() {
        let from = state.clone();
        if backwards || reduces_to_sql(operation) || matches!(operation.kind, OperationKind::Custom(_)) {
            advance_operation(operation, app, &mut state)?;
        }
        steps.push((index, operation, from, state.clone()));
    }
    if backwards {
        steps.reverse();
    }
    let mut collected = Collected { operations: Vec::new(), deferred: Vec::new(), missed_table: false };
    for (index, operation, from, to) in steps {
        let sql = if reduces_to_sql(operation) {
            let rendered = editor.is_rendered();
            let nested = matches!(operation.kind, OperationKind::SeparateDatabaseAndState(_));
            let mut sql = Vec::new();
            let (start, end) = if backwards { (to, from) } else { (from, to) };
            let atoms = flat(operation, index, app, start, end, direction)?;
            if atoms.iter().any(|atom| writes_own_sql(context, app, atom)) {
                collected.operations.push((index, operation, None));
                continue;
            }
            for atom in atoms {
                editor.set_routed_away(skipped.contains(&atom.path));
                let atom_sql = statements(&mut editor, app, atom.operation, (&atom.from, &atom.to), backwards);
                sql.extend(atom_sql.map_err(|kind| error(atom.operation, kind))?);
            }
            if nested && !backwards {
                editor.set_rendered(rendered);
            }
            Some(sql)
        } else {
            None
        };
        collected.operations.push((index, operation, sql));
    }
    collected.missed_table = editor.missed_table();
    collected.deferred = editor.finish();
    Ok(collected)
}

/// Returns the defaults that only Python can compute.
///
/// # Errors
/// When an operation does not fit the state, or has no way back.
pub fn unknown_defaults(
    context: &Context,
    migration: &Migration,
    before: &ProjectState,
    direction: Direction,
) -> Result<Vec<UnknownDefault>, StepError> {
    let (atoms, _) = atoms(migration, before, direction)?;
    Ok(atoms.iter().filter_map(|atom| unknown_default(context, &migration.id.app, atom, direction)).collect())
}

fn statements(
    editor: &mut SchemaEditor<'_>,
    app: &str,
    operation: &Operation,
    (from, to): (&ProjectState, &ProjectState),
    backwards: bool,
) -> Result<Vec<String>, StepErrorKind> {
    match &operation.kind {
        OperationKind::RunSql(_) if editor.is_routed_away() => Ok(Vec::new()),
        OperationKind::RunSql(op) => {
            let sql = if backwards { op.reverse_sql.as_ref() } else { Some(&op.sql) };
            sql.map_or_else(|| Ok(Vec::new()), |sql| sql_text::statements(sql, editor.context(), true))
        }
        OperationKind::Custom(_) => Ok(Vec::new()),
        _ if !reduces_to_sql(operation) => Ok(Vec::new()),
        _ => {
            let run = if backwards { operations::backwards } else { operations::forwards };
            run(editor, app, operation, from, to)?;
            Ok(editor.take_statements())
        }
    }
}

/// Django: `Operation.reduces_to_sql`.
fn reduces_to_sql(operation: &Operation) -> bool {
    match &operation.kind {
        OperationKind::RunPython(_) | OperationKind::RunRust(_) => false,
        OperationKind::Custom(op) => !op.runs,
        _ => true,
    }
}

impl StepError {
    /// Returns whether the catalog was that of a database at another point than the migration's.
    pub fn is_wrong_catalog(&self) -> bool {
        matches!(&*self.kind, StepErrorKind::Editor(EditorError::WrongNumber { .. }))
    }
}
