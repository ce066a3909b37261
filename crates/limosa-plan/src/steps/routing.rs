//! What a database router is asked about the operations of a migration, and which ones it keeps from a database.
//!
//! Source: Django `db/migrations/operations/*.py` and `contrib/postgres/operations.py`, the calls of `allow_migrate_model` and
//! `router.allow_migrate`.

use std::collections::BTreeSet;

use limosa_model::graph::Direction;
use limosa_model::operations::{OperationKind, PostgresOperation};
use limosa_model::state::ProjectState;
use limosa_model::{Migration, SmolStr, Value};

use super::{StepError, atoms};

/// What is asked about one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct RoutingQuestion {
    /// The place of the operation among those of the migration.
    pub path: Vec<usize>,
    /// What it is about.
    pub subject: RoutingSubject,
}

/// What an operation is about.
#[derive(Clone, Debug, PartialEq)]
pub enum RoutingSubject {
    /// A model of the migration's app.
    Model {
        /// The name.
        name: SmolStr,
        /// Whether it is the one of the state that the run comes from, not of the one that it goes to.
        from: bool,
    },
    /// The app, with the hints of the operation.
    App(Value),
    /// The name of a model of the app, without the model itself (`--fake-initial` asks so).
    Name(SmolStr),
    /// The app; an operation of the project's own class asks Django's routers by itself.
    Own,
}

/// The operations of a migration that routers keep from a database; its state moves on all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped(BTreeSet<Vec<usize>>);

impl Skipped {
    /// Returns whether an operation is among them.
    pub fn contains(&self, path: &[usize]) -> bool {
        self.0.contains(path)
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Vec<usize>> for Skipped {
    fn from_iter<T: IntoIterator<Item = Vec<usize>>>(paths: T) -> Self {
        Self(paths.into_iter().collect())
    }
}

/// Returns what a router is asked about the operations of a migration; `before` is the state before it in either direction.
///
/// # Errors
/// When an operation does not fit the state, or has no way back.
pub fn routing_questions(
    migration: &Migration,
    before: &ProjectState,
    direction: Direction,
) -> Result<Vec<RoutingQuestion>, StepError> {
    let backwards = direction == Direction::Backwards;
    let (atoms, _) = atoms(migration, before, direction)?;
    let asked = atoms.into_iter().filter_map(|atom| {
        let subject = subject(&atom.operation.kind, backwards)?;
        Some(RoutingQuestion { path: atom.path, subject })
    });
    Ok(asked.collect())
}

/// Returns what a router is asked to find out whether the tables of an initial migration are there already.
///
/// Source: Django `db/migrations/executor.py`, `MigrationExecutor.detect_soft_applied`.
pub fn detection_questions(migration: &Migration) -> Vec<RoutingQuestion> {
    let asked = migration.operations.iter().enumerate().filter_map(|(index, operation)| {
        let name = match &operation.kind {
            OperationKind::CreateModel(op) => op.model.name.clone(),
            OperationKind::AddField(op) => op.model.clone(),
            _ => return None,
        };
        Some(RoutingQuestion { path: vec![index], subject: RoutingSubject::Name(name.to_lowercase().into()) })
    });
    asked.collect()
}

fn subject(kind: &OperationKind, backwards: bool) -> Option<RoutingSubject> {
    use OperationKind as Kind;
    // An operation that makes something looks at where it leads, one that takes it away at where it comes from.
    let made = |name: &SmolStr| RoutingSubject::Model { name: name.clone(), from: backwards };
    let taken = |name: &SmolStr| RoutingSubject::Model { name: name.clone(), from: !backwards };
    let reached = |name: &SmolStr| RoutingSubject::Model { name: name.clone(), from: false };
    Some(match kind {
        Kind::CreateModel(op) => made(&op.model.name),
        Kind::DeleteModel(op) => taken(&op.name),
        Kind::RenameModel(op) => reached(if backwards { &op.old_name } else { &op.new_name }),
        Kind::AlterModelTable(op) => reached(&op.name),
        Kind::AlterModelTableComment(op) => reached(&op.name),
        Kind::AlterUniqueTogether(op) => reached(&op.name),
        Kind::AlterIndexTogether(op) => reached(&op.name),
        Kind::AlterOrderWithRespectTo(op) => reached(&op.name),
        Kind::AddField(op) => made(&op.model),
        Kind::RemoveField(op) => taken(&op.model),
        Kind::AlterField(op) => reached(&op.model),
        Kind::RenameField(op) => reached(&op.model),
        Kind::AddIndex(op) => made(&op.model),
        Kind::RemoveIndex(op) => taken(&op.model),
        Kind::RenameIndex(op) => reached(&op.model),
        Kind::AddConstraint(op) if op.not_valid && !backwards => {
            RoutingSubject::Model { name: op.model.clone(), from: true }
        }
        Kind::AddConstraint(op) => reached(&op.model),
        Kind::RemoveConstraint(op) => reached(&op.model),
        Kind::Postgres(PostgresOperation::ValidateConstraint { model, .. }) => {
            RoutingSubject::Model { name: model.clone(), from: true }
        }
        Kind::Postgres(PostgresOperation::CreateExtension { hints, .. }) => RoutingSubject::App(hints.clone()),
        Kind::Postgres(_) | Kind::RunPython(_) | Kind::RunRust(_) => RoutingSubject::App(Value::None),
        Kind::RunSql(op) => RoutingSubject::App(op.hints.clone()),
        Kind::Custom(_) => RoutingSubject::Own,
        // These do nothing to a database, or only by the operations inside.
        Kind::AlterModelOptions(_) | Kind::AlterModelManagers(_) | Kind::AlterConstraint(_) => return None,
        Kind::SeparateDatabaseAndState(_) => return None,
    })
}
