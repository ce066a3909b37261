//! `DeleteModel`: removes a model and its table.

use smol_str::SmolStr;

use crate::ModelId;
use crate::state::{ProjectState, StateError};

/// Removes a model and its table.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteModel {
    /// The model.
    pub name: SmolStr,
}

impl DeleteModel {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        state.remove_model(&ModelId::new(app, &self.name)).map(drop)
    }

    pub(super) fn describe(&self) -> String {
        format!("Delete model {}", self.name)
    }
}
