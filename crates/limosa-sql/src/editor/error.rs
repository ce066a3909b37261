//! Why statements cannot be written.

use limosa_model::state::StateError;
use limosa_model::{ModelId, SmolStr};

use crate::expression::ExpressionError;
use crate::model::ModelError;

/// Why the statements for an operation cannot be written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EditorError {
    /// A model or field is not there, or means nothing to a database.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// An expression or a value has no SQL.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    /// Only Python knows the value that existing rows get; [`supply_default`](super::SchemaEditor::supply_default) takes it.
    #[error("only Python can tell the default of `{model}.{field}` (`{what}`)")]
    DefaultNeedsPython {
        /// The model.
        model: ModelId,
        /// The field.
        field: SmolStr,
        /// The function or the class that is not known.
        what: SmolStr,
    },
    /// The operation does not fit the state.
    #[error(transparent)]
    State(#[from] StateError),
    /// The database has another number of constraints over these columns than the one that was expected.
    #[error("found wrong number ({count}) of {what} for {table}({})", columns.join(", "))]
    WrongNumber {
        /// How many there are.
        count: usize,
        /// What was looked for: `constraints` or `indexes`.
        what: &'static str,
        /// The table.
        table: SmolStr,
        /// The columns.
        columns: Vec<SmolStr>,
    },
    /// A field without a column cannot become one with a column, nor the other way round.
    #[error(
        "cannot alter field {old} into {new}: they are not compatible types (you cannot alter to or from many-to-many fields, or add \
         or remove through= on many-to-many fields)"
    )]
    IncompatibleTypes {
        /// The field as it was.
        old: SmolStr,
        /// The field as it becomes.
        new: SmolStr,
    },
    /// A field of the project's own class says nothing about its column.
    #[error("cannot alter field {old} into {new}: they do not properly define their columns' types")]
    NoType {
        /// The field as it was.
        old: SmolStr,
        /// The field as it becomes.
        new: SmolStr,
    },
    /// A generated column cannot be changed.
    #[error(
        "modifying generated fields is not supported: the field {0} must be removed and added again with the new definition"
    )]
    GeneratedField(SmolStr),
    /// A constraint or an index of the project's own class, which only its own code understands.
    #[error("the SQL of `{name}` ({class}) is known to its own Python class only")]
    CustomClass {
        /// The constraint or index.
        name: SmolStr,
        /// Its class.
        class: SmolStr,
    },
    /// The operation is not one that this crate writes SQL for.
    #[error("`{0}` does not consist of SQL that follows from models")]
    NotSql(String),
    /// The dialect has no schema editor yet.
    #[error("{0} is not supported yet")]
    Dialect(crate::dialect::Dialect),
}
