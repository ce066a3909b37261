//! A migration's operations one by one, each with the states that it stands between.

use limosa_model::graph::Direction;
use limosa_model::operations::{OperationKind, SeparateDatabaseAndState};
use limosa_model::state::ProjectState;
use limosa_model::{Migration, Operation};

use super::{StepError, StepErrorKind};

/// One operation that does something to the database, nested ones included.
#[derive(Clone, Debug)]
pub struct Atom<'m> {
    /// Its place: the index among the migration's operations, then among those of the operation around it.
    pub path: Vec<usize>,
    /// The operation.
    pub operation: &'m Operation,
    /// The state that it starts from; backwards, the one after it.
    pub from: ProjectState,
    /// The state that it leads to; backwards, the one before it.
    pub to: ProjectState,
}

/// Returns an error for each operation of a migration that has no way back, wherever it is nested.
///
/// A migration whose class unapplies itself in a way of its own is left to it. Django runs a nested operation backwards without asking
/// whether it is reversible: one of the project's own class may have a way back all the same, the others have none.
/// Source: Django `db/migrations/migration.py`, `Migration.unapply`; `operations/special.py`, `SeparateDatabaseAndState`.
pub fn irreversible(migration: &Migration) -> Vec<StepError> {
    let mut found = Vec::new();
    if migration.runs_itself(true) {
        return found;
    }
    migration.operations.iter().for_each(|operation| find_irreversible(operation, &mut found));
    found
}

/// Returns whether an operation has a way back, with all that is nested in it.
pub fn has_way_back(operation: &Operation) -> bool {
    let mut found = Vec::new();
    find_irreversible(operation, &mut found);
    found.is_empty()
}

fn find_irreversible(operation: &Operation, found: &mut Vec<StepError>) {
    match &operation.kind {
        OperationKind::SeparateDatabaseAndState(separate) => nested_irreversible(separate, found),
        _ if !operation.reversible() => found.push(error(operation, StepErrorKind::Irreversible)),
        _ => {}
    }
}

fn nested_irreversible(separate: &SeparateDatabaseAndState, found: &mut Vec<StepError>) {
    for operation in &separate.database_operations {
        match &operation.kind {
            OperationKind::SeparateDatabaseAndState(separate) => nested_irreversible(separate, found),
            OperationKind::Custom(_) => {}
            _ if !operation.reversible() => found.push(error(operation, StepErrorKind::Irreversible)),
            _ => {}
        }
    }
}

/// Returns the operations in the order in which they run, and the state that the migration leads to.
///
/// `before` is the state before the migration in either direction.
/// Source: Django `db/migrations/migration.py`, `Migration.apply` and `unapply`.
///
/// # Errors
/// When an operation does not fit the state, or has no way back.
pub fn atoms<'m>(
    migration: &'m Migration,
    before: &ProjectState,
    direction: Direction,
) -> Result<(Vec<Atom<'m>>, ProjectState), StepError> {
    let app = migration.id.app.as_str();
    let mut result = Vec::with_capacity(migration.operations.len());
    let mut state = before.clone();
    check_reversible(migration, direction)?;
    for (index, operation) in migration.operations.iter().enumerate() {
        let from = state.clone();
        advance_operation(operation, app, &mut state)?;
        result.push((index, operation, from, state.clone()));
    }
    let mut flat = Vec::with_capacity(result.len());
    match direction {
        Direction::Forwards => {
            for (index, operation, from, to) in result {
                flatten(operation, vec![index], app, from, to, direction, &mut flat)?;
            }
            Ok((flat, state))
        }
        Direction::Backwards => {
            for (index, operation, from, to) in result.into_iter().rev() {
                flatten(operation, vec![index], app, to, from, direction, &mut flat)?;
            }
            Ok((flat, before.clone()))
        }
    }
}

/// Refuses to go back where there is no way back.
pub(super) fn check_reversible(migration: &Migration, direction: Direction) -> Result<(), StepError> {
    match direction {
        Direction::Forwards => Ok(()),
        Direction::Backwards => irreversible(migration).into_iter().next().map_or(Ok(()), Err),
    }
}

/// Returns an operation's atoms; `from` and `to` are the states in the direction of the run.
pub(super) fn flat<'m>(
    operation: &'m Operation,
    index: usize,
    app: &str,
    from: ProjectState,
    to: ProjectState,
    direction: Direction,
) -> Result<Vec<Atom<'m>>, StepError> {
    let mut flat = Vec::new();
    flatten(operation, vec![index], app, from, to, direction, &mut flat)?;
    Ok(flat)
}

fn flatten<'m>(
    operation: &'m Operation,
    path: Vec<usize>,
    app: &str,
    from: ProjectState,
    to: ProjectState,
    direction: Direction,
    flat: &mut Vec<Atom<'m>>,
) -> Result<(), StepError> {
    match &operation.kind {
        OperationKind::SeparateDatabaseAndState(separate) => {
            separate_atoms(separate, &path, app, from, to, direction, flat)
        }
        _ => {
            flat.push(Atom { path, operation, from, to });
            Ok(())
        }
    }
}

/// The database operations run on a chain of states of their own, which the state operations do not touch.
fn separate_atoms<'m>(
    separate: &'m SeparateDatabaseAndState,
    path: &[usize],
    app: &str,
    from: ProjectState,
    to: ProjectState,
    direction: Direction,
    flat: &mut Vec<Atom<'m>>,
) -> Result<(), StepError> {
    let mut state = if direction == Direction::Forwards { from } else { to };
    let mut chain = Vec::new();
    for (index, operation) in separate.database_operations.iter().enumerate() {
        let before = state.clone();
        advance_operation(operation, app, &mut state)?;
        chain.push((index, operation, before, state.clone()));
    }
    if direction == Direction::Backwards {
        chain.reverse();
    }
    for (index, operation, before, after) in chain {
        let mut path = path.to_vec();
        path.push(index);
        let (from, to) = if direction == Direction::Forwards { (before, after) } else { (after, before) };
        flatten(operation, path, app, from, to, direction, flat)?;
    }
    Ok(())
}

/// Applies all operations of a migration to a state.
///
/// # Errors
/// When one does not fit the state.
pub fn advance(migration: &Migration, state: &mut ProjectState) -> Result<(), StepError> {
    migration.operations.iter().try_for_each(|operation| advance_operation(operation, &migration.id.app, state))
}

pub(crate) fn advance_operation(operation: &Operation, app: &str, state: &mut ProjectState) -> Result<(), StepError> {
    operation.state_forwards(app, state).map_err(|source| error(operation, source.into()))
}

pub(super) fn error(operation: &Operation, kind: StepErrorKind) -> StepError {
    StepError { operation: operation.describe(), span: operation.span.0, kind: Box::new(kind) }
}
