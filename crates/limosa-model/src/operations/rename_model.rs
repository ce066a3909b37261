//! `RenameModel`: renames a model, its table and what points to it.

use smol_str::SmolStr;

use crate::state::{ProjectState, StateError};

/// Renames a model, its table and what points to it.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameModel {
    /// The old name.
    pub old_name: SmolStr,
    /// The new name.
    pub new_name: SmolStr,
}

impl RenameModel {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        state.rename_model(app, &self.old_name, &self.new_name)
    }

    pub(super) fn describe(&self) -> String {
        format!("Rename model {} to {}", self.old_name, self.new_name)
    }
}
