//! `AlterModelManagers`: sets a model's managers.

use smol_str::SmolStr;

use crate::ModelId;
use crate::Value;
use crate::state::{ProjectState, StateError};

/// Sets a model's managers.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterModelManagers {
    /// The model.
    pub name: SmolStr,
    /// The managers.
    pub managers: Vec<Value>,
}

impl AlterModelManagers {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        state.model_mut(&ModelId::new(app, &self.name))?.managers.clone_from(&self.managers);
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        format!("Change managers on {}", self.name)
    }
}
