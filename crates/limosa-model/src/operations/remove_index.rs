//! `RemoveIndex`: removes an index.

use smol_str::SmolStr;

use crate::ModelId;
use crate::state::{ProjectState, StateError};

/// Removes an index.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoveIndex {
    /// The model.
    pub model: SmolStr,
    /// The index.
    pub name: SmolStr,
    /// Whether writes go on meanwhile (`RemoveIndexConcurrently`, PostgreSQL).
    pub concurrently: bool,
}

impl RemoveIndex {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        let model = state.model_mut(&ModelId::new(app, &self.model))?;
        model.options.indexes.retain(|index| index.name != self.name);
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        let verb = if self.concurrently { "Concurrently remove" } else { "Remove" };
        format!("{verb} index {} from {}", self.name, self.model)
    }
}
