//! `AlterUniqueTogether`: sets a model's `unique_together`.

use smol_str::SmolStr;

use crate::ModelId;
use crate::state::{ProjectState, StateError};

/// Sets a model's `unique_together`.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterUniqueTogether {
    /// The model.
    pub name: SmolStr,
    /// The sets of fields.
    pub together: Vec<Vec<SmolStr>>,
}

impl AlterUniqueTogether {
    pub(super) fn state_forwards(&self, app: &str, state: &mut ProjectState) -> Result<(), StateError> {
        state.model_mut(&ModelId::new(app, &self.name))?.options.unique_together.clone_from(&self.together);
        Ok(())
    }

    pub(super) fn describe(&self) -> String {
        format!("Alter unique_together for {} ({} constraint(s))", self.name, self.together.len())
    }
}
