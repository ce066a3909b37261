//! What only the project's Python can answer.

use limosa_model::{MigrationId, Span};

/// A question that only the project's Python can answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Need {
    /// Which apps there are and what the settings say.
    Describe {
        /// Why reading was not enough; never empty.
        doubts: Vec<Doubt>,
    },
    /// The models of apps without migrations, to which migrations refer.
    Models {
        /// Which are referred to; never empty.
        doubts: Vec<Doubt>,
    },
    /// Migrations whose operations could not be read.
    Export {
        /// The migrations, each with why.
        migrations: Vec<(MigrationId, Doubt)>,
    },
    /// What operations of unknown classes do to the state.
    StateDelta {
        /// The migration and where the operation is in it, such as `3` or `3.state_operations.0`.
        operations: Vec<(MigrationId, String)>,
    },
}

/// Why reading was not enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The reason, a sentence without a full stop.
    pub reason: String,
    /// Where it was found.
    pub span: Option<Span>,
}

impl Doubt {
    /// Returns a doubt.
    pub fn new(reason: impl Into<String>, span: Option<Span>) -> Self {
        Self { reason: reason.into(), span }
    }
}
