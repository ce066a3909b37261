//! Operations: what a migration does. One file each; this enum is closed so that every `match` is exhaustive.

mod add_constraint;
mod add_field;
mod add_index;
mod alter_constraint;
mod alter_field;
mod alter_index_together;
mod alter_model_managers;
mod alter_model_options;
mod alter_model_table;
mod alter_model_table_comment;
mod alter_order_with_respect_to;
mod alter_unique_together;
mod create_model;
mod delete_model;
mod expression_text;
mod postgres;
mod remove_constraint;
mod remove_field;
mod remove_index;
mod rename_field;
mod rename_index;
mod rename_model;
mod special;

pub use add_constraint::AddConstraint;
pub use add_field::AddField;
pub use add_index::AddIndex;
pub use alter_constraint::AlterConstraint;
pub use alter_field::AlterField;
pub use alter_index_together::AlterIndexTogether;
pub use alter_model_managers::AlterModelManagers;
pub use alter_model_options::{ALTER_OPTION_KEYS, AlterModelOptions};
pub use alter_model_table::AlterModelTable;
pub use alter_model_table_comment::AlterModelTableComment;
pub use alter_order_with_respect_to::AlterOrderWithRespectTo;
pub use alter_unique_together::AlterUniqueTogether;
pub use create_model::CreateModel;
pub use delete_model::DeleteModel;
pub use postgres::{Collation, PostgresOperation};
pub use remove_constraint::RemoveConstraint;
pub use remove_field::RemoveField;
pub use remove_index::RemoveIndex;
pub use rename_field::RenameField;
pub use rename_index::{OldIndex, RenameIndex};
pub use rename_model::RenameModel;
pub use special::{Custom, RunPython, RunRust, RunSql, SeparateDatabaseAndState, Sql, StateEffect};

use crate::field::Ignored;
use crate::state::{ProjectState, StateError};
use crate::{Span, Stage};

/// One operation of a migration.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// What it does.
    pub kind: OperationKind,
    /// Where it was written; not part of comparisons.
    pub span: Ignored<Option<Span>>,
    /// The stage that it names itself; not part of comparisons.
    pub stage: Ignored<Option<Stage>>,
}

/// What an operation does.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each variant is the operation of the same name")]
pub enum OperationKind {
    CreateModel(CreateModel),
    DeleteModel(DeleteModel),
    RenameModel(RenameModel),
    AlterModelTable(AlterModelTable),
    AlterModelTableComment(AlterModelTableComment),
    AlterUniqueTogether(AlterUniqueTogether),
    AlterIndexTogether(AlterIndexTogether),
    AlterOrderWithRespectTo(AlterOrderWithRespectTo),
    AlterModelOptions(AlterModelOptions),
    AlterModelManagers(AlterModelManagers),
    AddField(AddField),
    RemoveField(RemoveField),
    AlterField(AlterField),
    RenameField(RenameField),
    AddIndex(AddIndex),
    RemoveIndex(RemoveIndex),
    RenameIndex(RenameIndex),
    AddConstraint(AddConstraint),
    RemoveConstraint(RemoveConstraint),
    AlterConstraint(AlterConstraint),
    SeparateDatabaseAndState(SeparateDatabaseAndState),
    RunSql(RunSql),
    RunPython(RunPython),
    RunRust(RunRust),
    Postgres(PostgresOperation),
    Custom(Custom),
}

use OperationKind as Kind;

impl Operation {
    /// Returns an operation without a place.
    pub fn new(kind: OperationKind) -> Self {
        Self { kind, span: Ignored(None), stage: Ignored(None) }
    }

    /// Applies the operation to the state; touches nothing else.
    ///
    /// # Errors
    /// When it does not fit the state, or its effect is not known.
    pub fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        match &self.kind {
            Kind::CreateModel(op) => op.state_forwards(app, state),
            Kind::DeleteModel(op) => op.state_forwards(app, state),
            Kind::RenameModel(op) => op.state_forwards(app, state),
            Kind::AlterModelTable(op) => op.state_forwards(app, state),
            Kind::AlterModelTableComment(op) => op.state_forwards(app, state),
            Kind::AlterUniqueTogether(op) => op.state_forwards(app, state),
            Kind::AlterIndexTogether(op) => op.state_forwards(app, state),
            Kind::AlterOrderWithRespectTo(op) => op.state_forwards(app, state),
            Kind::AlterModelOptions(op) => op.state_forwards(app, state),
            Kind::AlterModelManagers(op) => op.state_forwards(app, state),
            Kind::AddField(op) => op.state_forwards(app, state),
            Kind::RemoveField(op) => op.state_forwards(app, state),
            Kind::AlterField(op) => op.state_forwards(app, state),
            Kind::RenameField(op) => op.state_forwards(app, state),
            Kind::AddIndex(op) => op.state_forwards(app, state),
            Kind::RemoveIndex(op) => op.state_forwards(app, state),
            Kind::RenameIndex(op) => op.state_forwards(app, state),
            Kind::AddConstraint(op) => op.state_forwards(app, state),
            Kind::RemoveConstraint(op) => op.state_forwards(app, state),
            Kind::AlterConstraint(op) => op.state_forwards(app, state),
            Kind::SeparateDatabaseAndState(op) => all_forwards(&op.state_operations, app, state),
            Kind::RunSql(op) => all_forwards(&op.state_operations, app, state),
            Kind::RunPython(_) | Kind::RunRust(_) | Kind::Postgres(_) => Ok(()),
            Kind::Custom(op) => op.state_forwards(app, state),
        }
    }

    /// Describes the operation in Django's words.
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::CreateModel(op) => op.describe(),
            Kind::DeleteModel(op) => op.describe(),
            Kind::RenameModel(op) => op.describe(),
            Kind::AlterModelTable(op) => op.describe(),
            Kind::AlterModelTableComment(op) => op.describe(),
            Kind::AlterUniqueTogether(op) => op.describe(),
            Kind::AlterIndexTogether(op) => op.describe(),
            Kind::AlterOrderWithRespectTo(op) => op.describe(),
            Kind::AlterModelOptions(op) => op.describe(),
            Kind::AlterModelManagers(op) => op.describe(),
            Kind::AddField(op) => op.describe(),
            Kind::RemoveField(op) => op.describe(),
            Kind::AlterField(op) => op.describe(),
            Kind::RenameField(op) => op.describe(),
            Kind::AddIndex(op) => op.describe(),
            Kind::RemoveIndex(op) => op.describe(),
            Kind::RenameIndex(op) => op.describe(),
            Kind::AddConstraint(op) => op.describe(),
            Kind::RemoveConstraint(op) => op.describe(),
            Kind::AlterConstraint(op) => op.describe(),
            Kind::SeparateDatabaseAndState(_) => "Custom state/database change combination".into(),
            Kind::RunSql(_) => "Raw SQL operation".into(),
            Kind::RunPython(_) => "Raw Python operation".into(),
            Kind::RunRust(op) => format!("Rust function {}", op.function),
            Kind::Postgres(op) => op.describe(),
            Kind::Custom(op) => op.description.clone(),
        }
    }

    /// Returns whether there is a way back (Django: `Operation.reversible`).
    pub fn reversible(&self) -> bool {
        match &self.kind {
            Kind::RunSql(op) => op.reverse_sql.is_some(),
            Kind::RunPython(op) => op.reverse_code.is_some(),
            Kind::RunRust(op) => op.reverse_function.is_some(),
            Kind::Custom(op) => op.reversible,
            _ => true,
        }
    }

    /// Returns whether it holds code or SQL of the project, which may change rows.
    pub fn may_change_rows(&self) -> bool {
        match &self.kind {
            Kind::RunPython(op) => !RunPython::is_noop(&op.code),
            Kind::RunSql(_) | Kind::RunRust(_) => true,
            Kind::Custom(op) => op.runs,
            Kind::SeparateDatabaseAndState(op) => op.database_operations.iter().any(Self::may_change_rows),
            _ => false,
        }
    }

    /// Returns whether only the project's Python can run it, forwards or backwards, on the models of `state`.
    pub fn needs_python(&self, backwards: bool, state: &ProjectState) -> bool {
        match &self.kind {
            Kind::RunPython(op) => {
                let code = if backwards { op.reverse_code.as_ref() } else { Some(&op.code) };
                code.is_some_and(|code| !RunPython::does_nothing(code, state))
            }
            Kind::Custom(op) => op.runs,
            Kind::SeparateDatabaseAndState(op) => {
                op.database_operations.iter().any(|operation| operation.needs_python(backwards, state))
            }
            _ => false,
        }
    }
}

fn all_forwards(operations: &[Operation], app: &str, state: &mut ProjectState) -> Result<(), StateError> {
    operations.iter().try_for_each(|operation| operation.state_forwards(app, state))
}
