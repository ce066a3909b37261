//! Which migrations, and which of their operations, are in Python's state.

use std::collections::BTreeSet;
use std::fmt;

use limosa_model::MigrationId;
use serde_json::{Value as Json, json};

/// A migration, or some of its operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portion {
    /// The migration.
    pub id: MigrationId,
    /// The places of the operations; `None` for all.
    pub operations: Option<BTreeSet<usize>>,
}

impl Portion {
    /// Returns a whole migration.
    pub fn whole(id: MigrationId) -> Self {
        Self { id, operations: None }
    }

    /// Returns the form in which it is sent.
    pub(super) fn encode(&self) -> Json {
        let MigrationId { app, name } = &self.id;
        match &self.operations {
            None => json!([app, name]),
            Some(operations) => json!([app, name, operations]),
        }
    }
}

impl fmt::Display for Portion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.id)?;
        let places = self.operations.iter().flatten().map(ToString::to_string).collect::<Vec<_>>();
        if self.operations.is_some() { write!(f, "[{}]", places.join(",")) } else { Ok(()) }
    }
}

/// Returns the form in which portions are sent.
pub(super) fn encode(portions: &[Portion]) -> Vec<Json> {
    portions.iter().map(Portion::encode).collect()
}
