//! Why an expression or a value has no SQL.

use limosa_model::SmolStr;

use crate::model::ModelError;

/// Why an expression or a value has no SQL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// A class of expressions that is not known.
    #[error("the expression class `{0}` is not known")]
    UnknownClass(SmolStr),
    /// A value that only Python can compute.
    #[error("only Python can tell the value of `{0}`")]
    NeedsPython(SmolStr),
    /// A part of it could not be read.
    #[error("a part of the expression is not known: {0}")]
    Opaque(SmolStr),
    /// A model or a field that is not there.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A name in it that means nothing.
    #[error("`{name}` is no field, transform or lookup here")]
    UnknownName {
        /// The name, such as `price__nope`.
        name: SmolStr,
    },
    /// Something in it that Django refuses as well.
    #[error("`{class}` makes no sense here: {why}")]
    Invalid {
        /// The class or the field.
        class: SmolStr,
        /// What is wrong.
        why: String,
    },
    /// Something that the database does not have.
    #[error("{dialect} does not support {what}")]
    NotSupported {
        /// The database.
        dialect: &'static str,
        /// What it does not have.
        what: String,
    },
    /// A condition that holds for no row or for every row, which Django refuses.
    #[error("the condition holds {}", if *always { "always" } else { "never" })]
    Constant {
        /// Whether it always holds.
        always: bool,
    },
}

impl ExpressionError {
    /// Returns what only the project's Python can compute, when that is the reason; `class` is that of the field.
    pub fn only_python(&self, class: &SmolStr) -> Option<SmolStr> {
        match self {
            Self::NeedsPython(what) | Self::Opaque(what) => Some(what.clone()),
            // A class of the project's own may well take what the one that it is derived from does not.
            Self::Invalid { .. } if !class.starts_with("django.") => Some(class.clone()),
            _ => None,
        }
    }
}
