//! `AddField`: adds a column, or a table for a many-to-many field.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::state::{ProjectState, StateError};
use crate::{Field, ModelId};

/// Adds a column, or a table for a many-to-many field.
#[derive(Clone, Debug, PartialEq)]
pub struct AddField {
    /// The model.
    pub model: SmolStr,
    /// The field.
    pub name: SmolStr,
    /// What it is.
    pub field: Arc<Field>,
    /// Whether the default stays after the column is filled.
    pub preserve_default: bool,
}

impl AddField {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        let field = if self.preserve_default { self.field.clone() } else { Arc::new(self.field.without_default()) };
        state.model_mut(&ModelId::new(app, &self.model))?.fields.insert(self.name.clone(), field);
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        format!("Add field {} to {}", self.name, self.model)
    }
}
