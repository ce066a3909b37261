//! `RemoveConstraint`: removes a constraint.

use smol_str::SmolStr;

use crate::ModelId;
use crate::state::{ProjectState, StateError};

/// Removes a constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoveConstraint {
    /// The model.
    pub model: SmolStr,
    /// The constraint.
    pub name: SmolStr,
}

impl RemoveConstraint {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        let model = state.model_mut(&ModelId::new(app, &self.model))?;
        model.options.constraints.retain(|constraint| constraint.name != self.name);
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        format!("Remove constraint {} from model {}", self.name, self.model)
    }
}
