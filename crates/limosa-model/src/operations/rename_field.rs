//! `RenameField`: renames a column.

use smol_str::SmolStr;

use crate::ModelId;
use crate::state::{ProjectState, StateError};

/// Renames a column.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameField {
    /// The model.
    pub model: SmolStr,
    /// The old name.
    pub old_name: SmolStr,
    /// The new name.
    pub new_name: SmolStr,
}

impl RenameField {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        state.rename_field(&ModelId::new(app, &self.model), &self.old_name, &self.new_name)
    }

    pub(super) fn describe(&self) -> String {
        format!("Rename field {} on {} to {}", self.old_name, self.model, self.new_name)
    }
}
