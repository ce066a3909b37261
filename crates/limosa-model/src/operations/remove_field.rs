//! `RemoveField`: removes a column, or the table of a many-to-many field.

use smol_str::SmolStr;

use crate::ModelId;
use crate::state::{ProjectState, StateError};

/// Removes a column, or the table of a many-to-many field.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoveField {
    /// The model.
    pub model: SmolStr,
    /// The field.
    pub name: SmolStr,
}

impl RemoveField {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        let model = state.model_mut(&ModelId::new(app, &self.model))?;
        model.field(&self.name)?;
        model.fields.shift_remove(&self.name);
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        format!("Remove field {} from {}", self.name, self.model)
    }
}
