//! What a function of the project does with rows, as far as its text tells.

use smol_str::SmolStr;

use crate::{ModelId, Span};

/// What a function of the project does with rows, as far as its text tells; functions of the same file that it calls are followed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CodeFacts {
    /// Its name; `<lambda>` when it has none.
    pub name: SmolStr,
    /// The names of its arguments, in order.
    pub arguments: Vec<SmolStr>,
    /// What it does, in order of the text, with the places.
    pub facts: Vec<(CodeFact, Span)>,
}

/// One thing that a function does.
#[derive(Clone, Debug, PartialEq)]
pub enum CodeFact {
    /// It asks the registry for a model (`get_model`).
    Asks {
        /// The model.
        model: ModelId,
        /// The model's name as it is written.
        name: SmolStr,
        /// The variable that it is kept in.
        variable: Option<SmolStr>,
    },
    /// It uses a model as the code of today has it, not as it was at the migration.
    Imports {
        /// The name by which it uses it.
        name: SmolStr,
        /// Where it has it from, a dotted path.
        path: SmolStr,
    },
    /// It goes through rows that are all fetched at once.
    Loops {
        /// The model, when it is known.
        model: Option<ModelId>,
        /// What it goes through, as it is written.
        text: SmolStr,
        /// Whether a condition says which rows.
        filtered: bool,
    },
    /// It changes all rows of a table in one statement.
    UpdatesAll {
        /// The model, when it is known.
        model: Option<ModelId>,
        /// The expression as it is written.
        text: SmolStr,
    },
    /// It deletes all rows of a table.
    DeletesAll {
        /// The model, when it is known.
        model: Option<ModelId>,
        /// The expression as it is written.
        text: SmolStr,
    },
}
