//! What becomes of single operations.

use std::sync::Arc;

use limosa_model::django::DjangoVersion;
use limosa_model::graph::Direction;
use limosa_model::index::Index;
use limosa_model::operations::{AddIndex, OperationKind, RemoveIndex};
use limosa_model::state::{ModelOptions, ModelState, ProjectState};
use limosa_model::value::{Call, Kwargs};
use limosa_model::{Field, Migration, MigrationId, Operation, SmolStr, Value};
use limosa_plan::steps::{Compiler, StepErrorKind, compile};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::{Context, Dialect};

/// An index that is made or dropped while others write is no part of a transaction.
#[test]
fn concurrent_indexes_are_refused_in_a_transaction() {
    let add = || OperationKind::AddIndex(AddIndex { model: "thing".into(), index: index(), concurrently: true });
    let remove = || {
        OperationKind::RemoveIndex(RemoveIndex { model: "thing".into(), name: "thing_idx".into(), concurrently: true })
    };
    for (dialect, atomic, refused) in
        [(Dialect::Postgres, true, true), (Dialect::Sqlite, true, true), (Dialect::Postgres, false, false)]
    {
        for (operation, indexed) in [(add(), false), (remove(), true)] {
            let problem = problem(dialect, atomic, operation, indexed);
            let found = matches!(problem, Some(StepErrorKind::InTransaction));
            assert_eq!(found, refused, "{dialect} atomic: {atomic}: {problem:?}");
            assert_eq!(problem.is_some(), refused);
        }
    }
}

fn problem(dialect: Dialect, atomic: bool, kind: OperationKind, indexed: bool) -> Option<StepErrorKind> {
    let context = Context::new(dialect, DjangoVersion::V61);
    let mut catalog = Catalog::new(dialect);
    let mut migration = Migration::new(MigrationId::new("app", "0002"));
    migration.atomic = atomic;
    migration.operations.push(Operation::new(kind));
    let state = state(indexed);
    let compiler = Compiler::new(&context, &mut catalog, &migration, &state, Direction::Forwards, false).unwrap();
    compile(compiler).err().map(|error| *error.kind)
}

fn state(indexed: bool) -> ProjectState {
    let mut state = ProjectState::default();
    let call = Call {
        callee: "django.db.models.AutoField".into(),
        args: Vec::new(),
        kwargs: [(SmolStr::new("primary_key"), Value::Bool(true))].into_iter().collect(),
        span: None,
    };
    let mut options = ModelOptions::default();
    if indexed {
        options.indexes.push(index());
    }
    state.add_model(ModelState {
        app: "app".into(),
        name: "Thing".into(),
        fields: [(SmolStr::new("id"), Arc::new(Field::from_call(&call).unwrap()))].into_iter().collect(),
        options,
        bases: Vec::new(),
        managers: Vec::new(),
    });
    state
}

fn index() -> Arc<Index> {
    let kwargs: Kwargs = [
        (SmolStr::new("fields"), Value::List(vec![Value::from("id")])),
        (SmolStr::new("name"), Value::from("thing_idx")),
    ]
    .into_iter()
    .collect();
    let call = Call { callee: "django.db.models.Index".into(), args: Vec::new(), kwargs, span: None };
    Arc::new(Index::from_call(&call).unwrap())
}
