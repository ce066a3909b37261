//! From a migration and the state before it to the steps that run, in order.
//!
//! A [`Compiler`] goes through one migration operation by operation, so that whoever executes it can stop where code
//! that nothing is known about (SQL of the project, Python) has changed the database, and go on with a fresh catalog.

mod atoms;
mod collect;
mod compiler;
mod own_classes;
mod python;
mod routing;
mod sql_text;
mod transaction;

pub(crate) use atoms::advance_operation;
pub use atoms::{Atom, advance, atoms, has_way_back, irreversible};
pub use collect::{Collected, collect, unknown_defaults};
pub use compiler::{Compiled, Compiler, compile};
pub use own_classes::runs_whole;
pub use python::{UnknownDefault, needs_python};
pub use routing::{RoutingQuestion, RoutingSubject, Skipped, detection_questions, routing_questions};
pub use transaction::is_one_transaction;

use limosa_model::Span;
use limosa_model::state::StateError;
use limosa_sql::editor::EditorError;
use smol_str::SmolStr;

/// One thing that is executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// SQL as Django would send it: usually one statement, a whole script for `RunSQL` on PostgreSQL.
    Sql(String),
    /// Code of the project, at this place among the migration's operations (nested ones have longer paths).
    Python {
        /// The place of the operation.
        path: Vec<usize>,
        /// Whether it runs in a transaction of its own when the migration has none.
        atomic: Option<bool>,
        /// Whether it is an operation of the project's own class, not `RunPython`.
        custom: bool,
    },
    /// A function of the embedding program.
    Rust {
        /// The name under which it is registered.
        function: SmolStr,
    },
}

/// Why the steps of a migration cannot be told.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation}: {kind}")]
pub struct StepError {
    /// What the operation does.
    pub operation: String,
    /// Where it was written.
    pub span: Option<Span>,
    /// What is wrong.
    pub kind: Box<StepErrorKind>,
}

/// What is wrong with an operation.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StepErrorKind {
    /// It does not fit the state.
    #[error(transparent)]
    State(#[from] StateError),
    /// Its SQL cannot be written.
    #[error(transparent)]
    Editor(#[from] EditorError),
    /// It cannot run inside a transaction, and the migration is one.
    #[error("it cannot be executed inside a transaction: set `atomic = False` on the migration")]
    InTransaction,
    /// There is no way back.
    #[error("it cannot be reversed")]
    Irreversible,
    /// The parameters of its SQL were not understood.
    #[error("the parameters of its SQL are not understood: {0}")]
    Parameters(String),
}
