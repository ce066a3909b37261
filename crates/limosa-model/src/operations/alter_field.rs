//! `AlterField`: changes a column.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::state::{ProjectState, StateError};
use crate::{Field, ModelId};

/// Changes a column.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterField {
    /// The model.
    pub model: SmolStr,
    /// The field.
    pub name: SmolStr,
    /// What it becomes.
    pub field: Arc<Field>,
    /// Whether the default stays after the column is filled.
    pub preserve_default: bool,
}

impl AlterField {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        let field = if self.preserve_default { self.field.clone() } else { Arc::new(self.field.without_default()) };
        let model = state.model_mut(&ModelId::new(app, &self.model))?;
        model.field(&self.name)?;
        model.fields.insert(self.name.clone(), field);
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        format!("Alter field {} on {}", self.name, self.model)
    }
}
